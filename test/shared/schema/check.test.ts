import { checkBody, checkForm } from '../../../nodes/shared/schema/check';
import { readJsonSchema } from '../../../nodes/shared/schema/read';
import { InputError } from '../../../nodes/shared/core/problem';
import { everything, malformed, prototypeNames, withManyFields } from './fixtures/schemas';
import { processorTime } from '../../support/yardstick';

const schema = readJsonSchema(everything);
const given = { prompt: 'a cat', mode: 'anna' };
const options = {
	screenNames: { width: 'Width of Image', prompt: 'Prompt', image: 'Input Data Field Name' },
	files: ['image'],
};
const check = (body: Record<string, unknown>) => checkBody(schema, { ...given, ...body }, options).body;

function refusal(work: () => unknown): InputError {
	let thrown: unknown;
	try {
		work();
	} catch (error) {
		thrown = error;
	}
	if (thrown instanceof InputError) return thrown;
	throw new Error(`Nothing was refused, but: ${String(thrown)}`);
}

describe('a value that the model would refuse', () => {
	test.each([
		[{ width: 4096 }, "'Width of Image' is 4096, but this model takes 128 to 1024"],
		[{ width: 127 }, "'Width of Image' is 127, but this model takes 128 to 1024"],
		[{ width: 512.5 }, "'Width of Image' is 512.5, but this model takes a whole number, 128 to 1024"],
		[{ width: 'wide' }, "'Width of Image' is 'wide', but this model takes a whole number, 128 to 1024"],
		[{ width: [1] }, "'Width of Image' is a list, but this model takes a whole number, 128 to 1024"],
		[{ width: NaN }, "'Width of Image' is NaN, but this model takes a whole number, 128 to 1024"],
		[{ width: '' }, "'Width of Image' is '', but this model takes a whole number, 128 to 1024"],
		[{ top_p: 0 }, "'Top P' is 0, but this model takes more than 0 and at most 1"],
		[{ top_p: 1.1 }, "'Top P' is 1.1, but this model takes more than 0 and at most 1"],
		[{ top_k: 1000 }, "'Top K' is 1000, but this model takes at least 0 and less than 1000"],
		[{ escaped: 1 }, "'Escaped' is 1, but this model takes at least 2"],
		[{ size: true }, "'Size' is true, but this model takes a number"],
		[{ loud: 'perhaps' }, "'Loud' is 'perhaps', but this model takes true or false"],
		[{ loud: 1 }, "'Loud' is 1, but this model takes true or false"],
		[{ level: 3 }, "'Level' is 3, but this model takes one of: 1, 2, 4"],
		[{ output_format: 'ogg' }, "'Output Format' is 'ogg', but this model takes one of: wav, mp3"],
		[{ note: { a: 1 } }, "'Note' is an object, but this model takes a text"],
		[{ prompt: 'x'.repeat(21) }, "'Prompt' has 21 characters, but this model takes at most 20"],
		[{ corner: 'x' }, "'Corner' is 'x', but this model takes a JSON object"],
		[{ corner: [1] }, "'Corner' is a list, but this model takes a JSON object"],
		[{ mask: 5 }, "'Mask' is 5, but this model takes a file or its web address"],
		[{ preset_voice: { a: 1 } }, "'Preset Voice' is an object, but this model takes a list"],
		[{ preset_voice: ['zoe'] }, "'Preset Voice' holds 'zoe', but this model takes one of: anna, bert, carl"],
		[{ preset_voice: [] }, "'Preset Voice' has 0 entries, but this model takes at least 1"],
		[{ preset_voice: ['anna', 'bert', 'carl'] }, "'Preset Voice' has 3 entries, but this model takes at most 2"],
	])('%j', (body, message) => {
		expect(refusal(() => check(body)).message).toBe(message);
	});

	test('the nearest value is offered', () => {
		expect(refusal(() => check({ mode: 'ana' })).advice).toBe("Did you mean 'anna'?");
		expect(refusal(() => check({ preset_voice: ['Karl'] })).advice).toBe("Did you mean 'carl'?");
		expect(refusal(() => check({ width: 1 })).advice).toBe('Change the value, or choose another model.');
	});

	test('long values and long lists of values stay readable', () => {
		const values = Array.from({ length: 300 }, (_, index) => `voice-${index}`);
		const voices = readJsonSchema({ properties: { voice: { enum: values } } });
		const { message } = refusal(() => checkBody(voices, { voice: 'y'.repeat(5000) }));
		expect(message).toMatch(/^'Voice' is 'y{59}…', but .* voice-19, … \(300 in all\)$/);
	});
});

describe('a required field', () => {
	test.each([{}, { prompt: undefined }, { prompt: null }, { prompt: '' }])('is missed in %j', (body) => {
		const { message, advice } = refusal(() => checkBody(schema, { mode: 'anna', ...body }, options));
		expect(message).toBe("'Prompt' is missing, but this model needs it");
		expect(advice).toBe('Fill it in, or choose another model.');
	});

	test('that the screen does not have can be given as an extra field', () => {
		const { message, advice } = refusal(() => checkBody(schema, { prompt: 'a cat' }, options));
		expect(message).toBe("'Mode' is missing, but this model needs it");
		expect(advice).toMatch(/"mode" under 'Options', 'Extra Fields'/);
	});

	test('may be a file beside the body, or a link in it', () => {
		expect(checkBody(schema, given, { files: ['image'] }).body).toEqual(given);
		const linked = { ...given, image: 'https://example.com/a.png' };
		expect(checkBody(schema, linked).body).toEqual(linked);
		expect(() => checkBody(schema, given)).toThrow("'Image' is missing");
	});
});

describe('what is sent', () => {
	test('good values, in the order they were given', () => {
		const body = { width: 128, ...given, top_p: 1, seed: 2 ** 53, anything: [{}], objects: { a: 3 }, mask: 'data:,' };
		expect(checkBody(schema, body, options)).toEqual({ body, dropped: [] });
		expect(Object.keys(checkBody(schema, body, options).body)).toEqual(Object.keys(body));
	});

	test('plain values in the type that the model takes', () => {
		expect(check({ width: '512', level: '4', loud: 'TRUE', note: 5, preset_voice: 'bert', size: '0.5' })).toEqual({
			...given,
			width: 512,
			level: 4,
			loud: true,
			note: '5',
			preset_voice: ['bert'],
			size: 0.5,
		});
	});

	test('null only where the model tells it from nothing', () => {
		expect(check({ note: null, width: null })).toEqual({ ...given, note: null });
	});

	test('an emoji is one character', () => {
		expect(check({ prompt: '🐈'.repeat(20) })).toMatchObject({ prompt: '🐈'.repeat(20) });
		expect(() => check({ prompt: '🐈'.repeat(21) })).toThrow('has 21 characters');
	});

	test('the body that was given stays as it was', () => {
		const body = Object.freeze({ ...given, width: '512', extra: 1 });
		expect(checkBody(schema, body, options).dropped).toEqual(['extra']);
		expect(body.width).toBe('512');
	});
});

test.each([
	['number', '1, 2.5,3', [1, 2.5, 3]],
	['integer', '7', [7]],
	['boolean', 'true, FALSE', [true, false]],
	['string', 'one, two', ['one, two']],
	['number', '[1, 2]', [1, 2]],
])('a list of the type %s takes %j as %j', (type, given, sent) => {
	const lists = readJsonSchema({ properties: { list: { type: 'array', items: { type } } } });
	expect(checkBody(lists, { list: given }).body).toEqual({ list: sent });
});

test.each(['1.000', ' 20.000'])('%j may be thousands: it is no whole number, but a number', (given) => {
	const numbers = readJsonSchema({ properties: { whole: { type: 'integer' }, any: { type: 'number' } } });
	expect(() => checkBody(numbers, { whole: given })).toThrow(
		`'Whole' is '${given}', but this model takes a whole number`,
	);
	expect(checkBody(numbers, { any: given }).body).toEqual({ any: Number(given) });
});

describe('a parameter that the model does not know', () => {
	test('is left out and named', () => {
		const checked = checkBody(schema, { ...given, steps: 4, style: 'oil', unset: undefined }, options);
		expect(checked).toEqual({ body: given, dropped: ['steps', 'style'] });
	});

	test('stays when the operation needs it', () => {
		const checked = checkBody(schema, { ...given, steps: 4, input: 'x' }, { ...options, keep: ['input'] });
		expect(checked).toEqual({ body: { ...given, input: 'x' }, dropped: ['steps'] });
	});

	test('stays when the model takes any', () => {
		const open = readJsonSchema({ properties: { a: {} }, additionalProperties: true });
		expect(checkBody(open, { b: 1 })).toEqual({ body: { b: 1 }, dropped: [] });
	});

	test('may have a name that means something to JavaScript', () => {
		const body: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "valueOf": 1, "constructor": 2, "plain": "x"}');
		const checked = checkBody(readJsonSchema(prototypeNames), { ...(body as object) });
		expect(checked.dropped).toEqual(['__proto__', 'valueOf']);
		expect(checked.body).toEqual({ constructor: 2, plain: 'x' });
		expect({}).not.toHaveProperty('polluted');
		const kept = checkBody(readJsonSchema(prototypeNames), JSON.parse('{"__proto__": {"polluted": 1}}'), {
			keep: ['__proto__'],
		});
		expect(Object.keys(kept.body)).toEqual(['__proto__']);
		expect(kept.body).not.toHaveProperty('polluted');
	});
});

describe('little or nothing known', () => {
	test('without a schema nothing is checked and nothing left out', () => {
		const body = { width: 'wide', whatever: [null] };
		expect(checkBody(undefined, body, options)).toEqual({ body, dropped: [] });
	});

	test('a malformed schema checks what it can', () => {
		const read = readJsonSchema(malformed);
		expect(checkBody(read, { broken: {}, loop: 1, list: 'x', nothing: true }).dropped).toEqual([]);
		expect(() => checkBody(read, { bounds: 2 })).toThrow("'Bounds' is 2, but this model takes at most 1");
	});

	test('a large schema is checked quickly, thousands of times', () => {
		const large = readJsonSchema(withManyFields(1500));
		const spent = processorTime(() => {
			for (let index = 0; index < 2000; index++) checkBody(large, { field_1499: 3, field_7: 7, unknown: 1 });
		});
		expect(spent).toBeLessThan(2000);
		expect(() => checkBody(large, { field_1499: 3, field_7: 8 })).toThrow("'Field 7' is 8");
	});
});

describe('a form', () => {
	const file = { file: 'binary', item: 0 };

	test('is sent as it was written, without what the model does not know', () => {
		const form = {
			image: file,
			...given,
			width: '512',
			preset_voice: '["bert"]',
			corner: '{"x":1}',
			steps: '4',
			track: file,
		};
		expect(checkForm(schema, form, options)).toEqual({
			body: { image: file, ...given, width: '512', preset_voice: '["bert"]', corner: '{"x":1}' },
			dropped: ['steps', 'track'],
		});
	});

	test.each([
		[{ width: '4096' }, "'Width of Image' is 4096, but this model takes 128 to 1024"],
		[{ preset_voice: '["zoe"]' }, "'Preset Voice' holds 'zoe'"],
		[{ corner: '{x' }, "'Corner' is '{x', but this model takes a JSON object"],
		[{ loud: 'perhaps' }, "'Loud' is 'perhaps'"],
	])('%j is refused', (values, message) => {
		expect(() => checkForm(schema, { image: file, ...given, ...values }, options)).toThrow(message);
	});

	test('a file that is missing is missed, one that the operation needs is kept', () => {
		expect(() => checkForm(schema, given, {})).toThrow("'Image' is missing");
		const audio = readJsonSchema({ properties: { task: {} } });
		expect(checkForm(audio, { audio: file, task: 'x' }, { keep: ['audio'] }).dropped).toEqual([]);
	});

	test('without a schema it is left alone', () => {
		expect(checkForm(undefined, { a: 'b', file })).toEqual({ body: { a: 'b', file }, dropped: [] });
	});
});
