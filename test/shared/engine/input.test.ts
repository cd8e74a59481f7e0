import type { Field } from '../../../nodes/shared/core/fields';
import { hasExpression, isShown, readValue, screenNames } from '../../../nodes/shared/engine/input';
import { InputError } from '../../../nodes/shared/core/problem';
import { operations } from '../../../nodes/shared/operations';
import { thrownBy } from '../../support/work';

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
		['string', { a: [1] }, '{"a":[1]}'],
		['string', ['a'], '["a"]'],
		['string', '模型 🤖\u0000', '模型 🤖\u0000'],
		['required', 0, '0'],
		['list', 'one', 'one'],
		['list', ['a', 5, null, {}], ['a', '5', '', '{}']],
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
	])('%s takes %j as %j', (name, value, expected) => {
		expect(readValue(FIELDS[name], value)).toEqual(expected);
	});

	it.each<[keyof typeof FIELDS, unknown, string]>([
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
