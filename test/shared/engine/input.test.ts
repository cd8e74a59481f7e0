import type { Field } from '../../../nodes/shared/core/fields';
import { listOf } from '../../../nodes/shared/core/values';
import { findRunConflict, hasExpression, isShown, readValue, screenNames } from '../../../nodes/shared/engine/input';
import { InputError } from '../../../nodes/shared/core/problem';
import { operations } from '../../../nodes/shared/operations';
import { thrownBy } from '../../support/work';
import { processorTime } from '../../support/yardstick';

const make = (field: Partial<Field> & Pick<Field, 'type'>): Field => ({
	displayName: 'The Field',
	name: 'theField',
	default: '',
	...field,
});
const choices = ['a', 'b'].map((value) => ({ name: value.toUpperCase(), value }));
const FIELDS = {
	string: make({ type: 'string' }),
	required: make({ type: 'string', required: true }),
	list: make({ type: 'string', required: true, orList: true }),
	texts: make({ type: 'string', typeOptions: { multipleValues: true } }),
	model: make({ type: 'resourceLocator', required: true }),
	number: make({ type: 'number', typeOptions: { minValue: 1, maxValue: 10 } }),
	whole: make({ type: 'number', typeOptions: { minValue: 0, numberPrecision: 0 } }),
	free: make({ type: 'number' }),
	boolean: make({ type: 'boolean' }),
	options: make({ type: 'options', options: choices }),
	multi: make({ type: 'multiOptions', options: choices }),
	json: make({ type: 'json' }),
	collection: make({
		type: 'collection',
		options: [
			make({ type: 'number', name: 'seed', displayName: 'Seed' }),
			make({ type: 'string', name: 'stop', displayName: 'Stop', typeOptions: { multipleValues: true } }),
		],
	}),
};

describe('reading a parameter', () => {
	it.each<[keyof typeof FIELDS, unknown, unknown]>([
		['string', 'text', 'text'],
		['string', ' as it is ', ' as it is '],
		['string', 5, '5'],
		['string', true, 'true'],
		['string', null, ''],
		['string', undefined, ''],
		['string', new Date(Date.UTC(2026, 10, 29)), '2026-11-29T00:00:00.000Z'],
		['string', { toISO: () => '2026-11-29T03:04:05.000+01:00' }, '2026-11-29T03:04:05.000+01:00'],
		['string', '模型 🤖\u0000', '模型 🤖\u0000'],
		['required', 0, '0'],
		['list', 'one', 'one'],
		['list', ['a', 5, null, new Date(0)], ['a', '5', '', '1970-01-01T00:00:00.000Z']],
		['texts', undefined, []],
		['texts', null, []],
		['texts', '', []],
		['texts', 'one', ['one']],
		['texts', ['a', 1], ['a', '1']],
		['model', ' owner/name\n', 'owner/name'],
		['number', 1, 1],
		['number', '2.5', 2.5],
		['number', ' 3 ', 3],
		['whole', '0', 0],
		['whole', '5.0', 5],
		['whole', '5.00', 5],
		['free', '1.000', 1],
		['model', '\u200ba/b\u200e\n', 'a/b'],
		['whole', 1e6, 1e6],
		['free', -1e300, -1e300],
		['boolean', true, true],
		['boolean', 'true', true],
		['boolean', 'false', false],
		['options', 'b', 'b'],
		['multi', ['b', 'a'], ['b', 'a']],
		['multi', 'a', ['a']],
		['multi', [], []],
		['multi', undefined, []],
		['json', '{"a":1}', { a: 1 }],
		['json', ' {} ', {}],
		['json', { a: 1 }, { a: 1 }],
		['collection', {}, {}],
		['collection', { seed: '7', stop: ['#'] }, { seed: 7, stop: ['#'] }],
		['collection', { seed: null, stop: '' }, {}],
		['collection', { unknown: 1, seed: 0 }, { seed: 0 }],
		['collection', undefined, {}],
		['options', ' b\n', 'b'],
		['options', 'A', 'a'],
		['multi', 'a, b', ['a', 'b']],
		['multi', '["b", "a"]', ['b', 'a']],
		['multi', 'a\nB', ['a', 'b']],
	])('%s takes %j as %j', (name, value, expected) => {
		expect(readValue(FIELDS[name], value)).toEqual(expected);
	});

	it.each<[keyof typeof FIELDS, unknown, string]>([
		['string', { a: [1] }, "'The Field' is an object, not a text"],
		['string', ['a'], "'The Field' is a list, not a text"],
		['string', [[]], "'The Field' is a list, not a text"],
		['string', new Date(NaN), "'The Field' is an object, not a text"],
		['string', new Map(), "'The Field' is an object, not a text"],
		['string', { toISO: () => null }, "'The Field' is an object, not a text"],
		['string', { toISO: 'x', toISOString: 5 }, "'The Field' is an object, not a text"],
		['required', { text: 'a' }, "'The Field' is an object, not a text"],
		['list', ['a', {}], "'The Field' is an object, not a text"],
		['texts', [['#']], "'The Field' is a list, not a text"],
		['model', { name: 'x' }, "'The Field' is an object, not a text"],
		['required', '', "'The Field' is empty"],
		['required', ' \n\t', "'The Field' is empty"],
		['required', null, "'The Field' is empty"],
		['list', [], "'The Field' is empty"],
		['list', '', "'The Field' is empty"],
		['model', '  ', "'The Field' is empty"],
		['model', undefined, "'The Field' is empty"],
		['number', 'five', "'The Field' is not a number"],
		['number', '', "'The Field' is not a number"],
		['number', null, "'The Field' is not a number"],
		['number', true, "'The Field' is not a number"],
		['number', [5], "'The Field' is not a number"],
		['number', NaN, "'The Field' is not a number"],
		['number', 'Infinity', "'The Field' is not a number"],
		['number', 0, "'The Field' is 0, but must be from 1 to 10"],
		['number', 11, "'The Field' is 11, but must be from 1 to 10"],
		['whole', -1, "'The Field' is -1, but must be at least 0"],
		['whole', 1.5, "'The Field' is 1.5, but must be a whole number"],
		['whole', '1.000', "'The Field' is not a number"],
		['whole', ' 20.000 ', "'The Field' is not a number"],
		['boolean', 'yes', "'The Field' must be true or false"],
		['boolean', 1, "'The Field' must be true or false"],
		['boolean', undefined, "'The Field' must be true or false"],
		['options', 'c', "'The Field' is 'c', but must be one of: a, b"],
		['options', '__proto__', "'The Field' is '__proto__', but must be one of: a, b"],
		['options', ['a'], "'The Field' is '[\"a\"]', but must be one of: a, b"],
		['options', undefined, "'The Field' is '', but must be one of: a, b"],
		['multi', ['a', 'x'], "'The Field' is 'x', but must be one of: a, b"],
		['json', 'not json', "'The Field' is not valid JSON"],
		['json', '[1]', "'The Field' is not a JSON object"],
		['json', '5', "'The Field' is not a JSON object"],
		['json', null, "'The Field' is not a JSON object"],
		['collection', { seed: 'x' }, "'Seed' is not a number"],
		['multi', 'a, x', "'The Field' is 'x', but must be one of: a, b"],
	])('%s refuses %j', (name, value, message) => {
		const error = thrownBy(() => readValue(FIELDS[name], value));
		expect(error).toBeInstanceOf(InputError);
		expect(error.message).toBe(message);
	});

	it('shows no more than the start of a wrong value', () => {
		expect(thrownBy(() => readValue(FIELDS.options, 'x'.repeat(1_000_000))).message.length).toBeLessThan(200);
	});
});

describe('isShown', () => {
	const field = make({ type: 'string', displayOptions: { show: { kind: ['a', 'b'], size: [1] } } });

	it('wants all conditions to hold', () => {
		expect(isShown(field, { kind: 'a', size: 1 })).toBe(true);
		expect(isShown(field, { kind: 'a', size: '1' })).toBe(false);
		expect(isShown(field, { kind: 'c', size: 1 })).toBe(false);
		expect(isShown(field, {})).toBe(false);
		expect(isShown(make({ type: 'string' }), {})).toBe(true);
	});
});

describe('hasExpression', () => {
	it.each<[unknown, boolean]>([
		['=x', true],
		['={{ $json.a }}', true],
		['x=', false],
		['', false],
		[5, false],
		[null, false],
		[{ a: { b: ['x', '=y'] } }, true],
		[{ mode: 'id', value: '=a' }, true],
		[{ mode: 'id', value: 'a' }, false],
		[[], false],
	])('of %j is %s', (parameter, expected) => {
		expect(hasExpression(parameter)).toBe(expected);
	});
});

describe('screenNames', () => {
	it('know every option of every operation by the name that DeepInfra uses', () => {
		for (const { fields } of operations)
			expect(screenNames(fields)).toMatchObject({ max_retries: 'Max Retries', timeout: 'Timeout' });
		const generate = operations.find(({ resource, value }) => resource === 'text' && value === 'generate');
		expect(screenNames(generate?.fields ?? [])).toMatchObject({
			max_new_tokens: 'Max New Tokens',
			top_p: 'Top P',
			num_responses: 'Number of Responses',
		});
	});
});

describe('an object where a text is wanted', () => {
	it.each([{ a: 1 }, ['a'], [{ a: 1 }]])('%j is refused with the way to write it', (value) => {
		expect(thrownBy(() => readValue(FIELDS.string, value))).toMatchObject({
			advice: expect.stringMatching(/\{\{ .* \}\}/),
		});
	});
});

describe('JSON typed by hand', () => {
	it.each<[string, string]>([
		['{ "a": 1, }', "Line 1, column 11 has '}' where a name in double quotes belongs"],
		['{\n  "a": 1\n  "b": 2\n}', "Line 3, column 3 has '\"' where ',' or '}' belongs"],
		["{ 'a': 1 }", "Line 1, column 3 has \"'\" where a name in double quotes or '}' belongs"],
		['{ a: 1 }', "Line 1, column 3 has 'a' where a name in double quotes or '}' belongs"],
		['{ "a": True }', "Line 1, column 8 has 'True' where a value belongs"],
		['{ "a": hello world }', "Line 1, column 8 has 'hello' where a value belongs"],
		['{ "a": “b” }', "Line 1, column 8 has '“' where a value belongs"],
		['{ "a" 1 }', "Line 1, column 7 has '1' where ':' belongs"],
		['{ "a": 01 }', "Line 1, column 9 has '1' where ',' or '}' belongs"],
		['{ "a": [1 2] }', "Line 1, column 11 has '2' where ',' or ']' belongs"],
		['{ "a": [1,] }', "Line 1, column 11 has ']' where a value belongs"],
		['{ "a": 1', "Line 1, column 9 has the end of the text where ',' or '}' belongs"],
		['{ "a": "b }', "Line 1, column 12 has the end of the text where a '\"' at the end of 'b }' belongs"],
		['{ "a": "first\nsecond" }', "Line 1, column 14 has a line break where '\\n' belongs"],
		['{ "a": "C:\\dir" }', "Line 1, column 11 has '\\' where '\\\\' belongs"],
		['{ "a": 1 } // note', "Line 1, column 12 has '/' where nothing more belongs"],
		['{\r\n"a": "x",\r\n"note": "she said "hi" "}', "Line 3, column 20 has 'hi' where ',' or '}' belongs"],
		['', 'Line 1, column 1 has the end of the text where a value belongs'],
		['{ "a": , "b": 2 }', "Line 1, column 8 has ',' where a value belongs"],
		['{ "a": NaN }', "Line 1, column 8 has 'NaN' where a value belongs"],
		['{ "a": undefined }', "Line 1, column 8 has 'undefined' where a value belongs"],
		['{"🤖": 😀}', "Line 1, column 8 has '😀' where a value belongs"],
	])('%j: %s', (text, where) => {
		const error = thrownBy(() => readValue(FIELDS.json, text));
		expect(error.message).toBe("'The Field' is not valid JSON");
		expect(error).toMatchObject({
			advice: `${where}. Write a value that comes from an expression as {{ JSON.stringify($json.text) }}.`,
		});
	});

	it.each(['[', '{"a":', '"x\\u12', '{"a":"', '-', '1.', '[[[', '{"a":1,"b":[{}'])('%j has a place, too', (text) => {
		expect(thrownBy(() => readValue(FIELDS.json, text))).toMatchObject({
			advice: expect.stringMatching(/^Line 1, column \d/),
		});
	});

	it('is searched once over, however long it is', () => {
		for (const text of [
			`{"a":"${'x'.repeat(5_000_000)}`,
			`${'['.repeat(2_000_000)}`,
			`{"a":[${'1,'.repeat(2_000_000)}]}`,
			' '.repeat(5_000_000),
		]) {
			expect(processorTime(() => thrownBy(() => readValue(FIELDS.json, text)))).toBeLessThan(4000);
		}
	});
});

describe('a guard', () => {
	const options: Field[] = [
		make({ type: 'number', name: 'budgetUsd', displayName: 'Budget (USD)', isGuard: true }),
		make({ type: 'boolean', name: 'dryRun', displayName: 'Dry Run', isGuard: true }),
		make({ type: 'number', name: 'seed', displayName: 'Seed' }),
	];
	const collection = make({ type: 'collection', options });

	it.each<[object, string]>([
		[{ budgetUsd: null }, "'Budget (USD)' has no value"],
		[{ budgetUsd: undefined }, "'Budget (USD)' has no value"],
		[{ budgetUsd: '' }, "'Budget (USD)' has no value"],
		[{ dryRun: null }, "'Dry Run' has no value"],
		[{ dryRun: '' }, "'Dry Run' has no value"],
		[{ dryRun: undefined, budgetUsd: 1 }, "'Dry Run' has no value"],
		[{ budgetUsd: ' ' }, "'Budget (USD)' is not a number"],
		[{ budgetUsd: '1 USD' }, "'Budget (USD)' is not a number"],
		[{ dryRun: 0 }, "'Dry Run' must be true or false"],
	])('that was added and holds %j is refused', (given, message) => {
		expect(thrownBy(() => readValue(collection, given)).message).toBe(message);
	});

	it('that was not added is none, and other options may be empty', () => {
		expect(readValue(collection, {})).toEqual({});
		expect(readValue(collection, { seed: null, budgetUsd: 0, dryRun: false })).toEqual({ budgetUsd: 0, dryRun: false });
	});
});

describe('what holds for the run as a whole', () => {
	const fields = [
		make({
			type: 'collection',
			name: 'options',
			options: [
				make({ type: 'number', name: 'budgetUsd', displayName: 'Budget (USD)', isRunWide: true }),
				make({ type: 'number', name: 'seed', displayName: 'Seed' }),
			],
		}),
	];
	const conflict = (...options: unknown[]) =>
		findRunConflict(
			fields,
			options.map((each) => ({ options: each })),
		)?.message;

	it('may not differ between the items', () => {
		expect(conflict({ budgetUsd: 1 }, { budgetUsd: 5 })).toMatch(/^'Budget \(USD\)' holds for the run.*: 1, 5$/);
		expect(conflict({ budgetUsd: 1 }, {})).toMatch(/: 1, none$/);
		expect(conflict(undefined, { budgetUsd: 1 })).toMatch(/: none, 1$/);
		expect(conflict(...[1, 2, 3, 4, 5].map((budgetUsd) => ({ budgetUsd })))).toMatch(/: 1, 2, 3, …$/);
	});

	it('is fine where it is the same, or there is none', () => {
		expect(conflict({ budgetUsd: 1, seed: 1 }, { budgetUsd: 1, seed: 2 })).toBeUndefined();
		expect(conflict({}, undefined, { seed: 2 })).toBeUndefined();
		expect(conflict()).toBeUndefined();
	});
});

describe('the name of a field', () => {
	const name = make({ type: 'string', isFieldName: true, required: true });

	it.each([
		['data', 'data'],
		[' data\n', 'data'],
		['Bild 1', 'Bild 1'],
		[5, '5'],
		['toString', 'toString'],
	])('%j is %s', (value, expected) => {
		expect(readValue(name, value)).toBe(expected);
	});

	it.each(['__proto__', ' __proto__ ', 'constructor', 'prototype', 'a\u0000b', 'x'.repeat(300)])(
		'%j is refused',
		(value) => {
			expect(thrownBy(() => readValue(name, value)).message).toMatch(
				/^'The Field' is '.*', which cannot be the name of a field$/s,
			);
		},
	);
});

describe('a list as people have it', () => {
	it.each<[string | string[], string[]]>([
		['["cat","dog"]', ['cat', 'dog']],
		[' [ "cat", "dog" ]\n', ['cat', 'dog']],
		['cat\ndog\n', ['cat', 'dog']],
		['cat\r\n\r\ndog', ['cat', 'dog']],
		['cat, dog,', ['cat', 'dog']],
		['"cat","dog"', ['cat', 'dog']],
		['"red, dark", "blue"', ['red, dark', 'blue']],
		['[1, 2.5, true]', ['1', '2.5', 'true']],
		['[cat, dog]', ['[cat', 'dog]']],
		['"cat" dog', ['"cat" dog']],
		[
			['cat', ' dog ', '', 'cat'],
			['cat', 'dog'],
		],
		['', []],
		['[]', []],
	])('%j is %j', (given, list) => {
		expect(listOf(given)).toEqual(list);
	});
});

describe('a list whose entries hold what divides others', () => {
	it.each<[string, string[]]>([
		['"cat, black", dog', ['cat, black', 'dog']],
		['dog, "cat, black"', ['dog', 'cat, black']],
		['"a ""good"" cat", "dog\nand bone" ,bird', ['a "good" cat', 'dog\nand bone', 'bird']],
		['5" pipe, 6" pipe', ['5" pipe', '6" pipe']],
		['"quoted" word, x', ['"quoted" word', 'x']],
		['"never closed, x', ['"never closed', 'x']],
		['"", x, ""', ['x']],
		['猫，犬、鳥', ['猫', '犬', '鳥']],
		['قطة، كلب', ['قطة', 'كلب']],
		['cat; dog;', ['cat', 'dog']],
		['cat|black dog | bird', ['cat', 'black dog', 'bird']],
		['cat\tdog\n', ['cat', 'dog']],
		['"cat; black"; dog', ['cat; black', 'dog']],
		['cat; black, dog', ['cat; black', 'dog']],
		['urgent: outage; data loss', ['urgent: outage; data loss']],
		['\u200bcat\u200e, \ufeff dog\u200b', ['cat', 'dog']],
		['猫，犬\n', ['猫', '犬']],
		['投诉: 退款，质量问题\n表扬: 满意', ['投诉: 退款，质量问题', '表扬: 满意']],
		['猫，犬, 鳥', ['猫，犬', '鳥']],
		['"猫, 犬"，鳥', ['猫, 犬', '鳥']],
		['"猫，犬", 鳥，馬', ['猫，犬', '鳥，馬']],
		['cat\u00a0,\u2003dog\t\r\n', ['cat', 'dog']],
	])('%j', (given, entries) => {
		expect(listOf(given)).toEqual(entries);
	});

	it('is read in a time that grows with it, whatever its quotes', () => {
		for (const text of ['"a,', '"', '"",', '"a"b,', ',"', '""a""'])
			expect(processorTime(() => listOf(text.repeat(20_000)))).toBeLessThan(300);
	});

	it('is no object: its names or values may be meant', () => {
		const field = make({ type: 'string', orList: true, isList: true });
		expect(thrownBy(() => readValue(field, ' {"cat":1,"dog":2}')).message).toBe("'The Field' is an object, not a list");
		// Words in braces are.
		expect(readValue(field, '{a}, {b}')).toBe('{a}, {b}');
	});
});

describe('a value that is none', () => {
	it.each([NaN, Infinity, -Infinity])('%d is no text', (value) => {
		expect(thrownBy(() => readValue(FIELDS.string, value)).message).toMatch(/is no number that can be sent/);
	});

	it.each([
		'\u200b',
		' \ufeff\n',
		'\u2060\u00a0\u200d',
		'\u00ad',
		'\u200e\u202e',
		'\u3164\ufe0f',
		'\u2800',
		'\u{e0020}',
	])('what cannot be seen is empty: %j', (value) => {
		const list = make({ type: 'string', required: true, orList: true });
		for (const given of [value, [value], ['', value]])
			expect(thrownBy(() => readValue(list, given)).message).toBe("'The Field' is empty");
		expect(thrownBy(() => readValue(FIELDS.required, value)).message).toBe("'The Field' is empty");
		expect(readValue(FIELDS.required, `${value}ä${value}`)).toBe(`${value}ä${value}`);
		expect(listOf(`a,${value}`)).toEqual(['a']);
	});
});
