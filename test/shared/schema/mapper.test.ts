import { validateFieldType } from 'n8n-workflow';
import { bodyOf, mappedValues } from '../../../nodes/shared/schema/mapperValues';
import { mapperFields } from '../../../nodes/shared/schema/mapperFields';
import { readJsonSchema } from '../../../nodes/shared/schema/read';
import { everything, prototypeNames, withManyFields } from './fixtures/schemas';

const schema = readJsonSchema(everything);
const fields = mapperFields(schema);
const shown = (id: string, from = fields) => from.find((field) => field.id === id);

describe("a model's fields on the screen", () => {
	test('required ones first, then in the order of the schema, without those that the node has itself', () => {
		const ids = fields.map(({ id }) => id);
		expect(ids.slice(0, 5)).toEqual(['prompt', 'image', 'mode', 'width', 'mask']);
		expect(ids).not.toContain('webhook');
		expect(ids).not.toContain('stream');
		expect(new Set(ids).size).toBe(Object.keys(everything.properties).length - 2);
	});

	test.each([
		['width', 'number', 'Width (128 to 1024, default 512): image width in px'],
		['prompt', 'string', 'Prompt (at most 20 characters): what to do'],
		['image', 'string', 'Image (name of a binary field or URL): a photo'],
		['top_p', 'number', 'Top P (more than 0 and at most 1, default 0.9)'],
		['top_k', 'number', 'Top K (at least 0 and less than 1000, default 0)'],
		['mode', 'options', 'Mode: by allOf'],
		['preset_voice', 'array', 'Preset Voice (JSON list of: anna, bert, carl, default ["anna"])'],
		['seed', 'number', 'Seed'],
		['loud', 'boolean', 'Loud'],
		['corner', 'object', 'Corner (JSON)'],
		['response_format', 'object', 'Response Format (JSON, default {"type":"text"})'],
		['text_or_number', 'string', 'Text Or Number (text or JSON)'],
	])('%s', (id, type, displayName) => {
		expect(shown(id)).toMatchObject({ id, type, displayName, display: true, canBeUsedToMatch: false });
	});

	test('choices are dropdowns of the values themselves', () => {
		expect(shown('level')?.options).toEqual([
			{ name: '1', value: 1 },
			{ name: '2', value: 2 },
			{ name: '4', value: 4 },
		]);
	});

	test("a switch stands where the model's default is; nothing else is filled in", () => {
		expect(shown('quiet')?.defaultValue).toBe(true);
		expect(shown('loud')?.defaultValue).toBe(false);
		expect(shown('width')).not.toHaveProperty('defaultValue');
	});

	test('a long form hides what is not required, a short one shows all', () => {
		expect(fields.filter(({ removed }) => !removed).map(({ id }) => id)).toEqual(['prompt', 'image', 'mode']);
		expect(mapperFields(readJsonSchema(withManyFields(10))).every(({ removed }) => removed === false)).toBe(true);
	});

	test('a very long form has the required field and as many others as a form can have', () => {
		const many = mapperFields(readJsonSchema(withManyFields(1500)));
		expect(many).toHaveLength(200);
		expect(many[0]?.id).toBe('field_1499');
	});

	test('a choice of very many values is a text', () => {
		const values = Array.from({ length: 501 }, (_, index) => `v${index}`);
		const [field] = mapperFields(readJsonSchema({ properties: { voice: { enum: values } } }));
		expect(field).toMatchObject({ type: 'string' });
		expect(field).not.toHaveProperty('options');
	});

	test('names that the editor cannot address are left to the extra fields', () => {
		expect(mapperFields(readJsonSchema(prototypeNames)).map(({ id }) => id)).toEqual(['toString', 'plain']);
		const odd = readJsonSchema({ properties: { 'a"]': {}, '=b': {}, 'c.d': {}, 'e f': {} } });
		expect(mapperFields(odd).map(({ id }) => id)).toEqual(['c.d', 'e f']);
	});

	test('labels stay short', () => {
		const [field] = mapperFields(readJsonSchema({ properties: { a: { description: 'long '.repeat(500) } } }));
		expect(field?.displayName.length).toBeLessThanOrEqual(120);
	});

	test('no schema, no fields', () => {
		expect(mapperFields(undefined)).toEqual([]);
	});

	// n8n refuses a workflow whose stored values are not of the type that the field was shown with.
	test.each([
		['width', 640],
		['prompt', 'a cat'],
		['mode', 'bert'],
		['level', 4],
		['preset_voice', '["anna","bert"]'],
		['corner', '{"x":1}'],
		['text_or_number', 12],
		['quiet', true],
		['image', 'data'],
	])('n8n takes a value for %s', (id, value) => {
		const field = shown(id);
		const result = validateFieldType(id, value, field?.type ?? 'string', { valueOptions: field?.options });
		expect(result.valid).toBe(true);
	});
});

describe('what was filled in', () => {
	test('is read from what n8n stores, without fields that were removed', () => {
		expect(
			mappedValues({
				mappingMode: 'defineBelow',
				value: { prompt: 'a cat', quiet: false, loud: true },
				schema: [{ id: 'prompt', removed: false }, { id: 'quiet', removed: true }, { id: 'loud' }, null],
			}),
		).toEqual({ prompt: 'a cat', loud: true });
		expect(mappedValues({ value: { a: 1 } })).toEqual({ a: 1 });
		expect(mappedValues({ value: ' {"a": 1, "b": 2}', schema: [{ id: 'b', removed: true }] })).toEqual({ a: 1 });
		for (const nothing of [null, undefined, 'x', {}, { value: null }, { value: [] }]) {
			expect(mappedValues(nothing)).toEqual({});
		}
	});

	test('has the types that the model takes', () => {
		const { body, files } = bodyOf(schema, {
			prompt: 'a cat',
			width: '640',
			top_p: 0.5,
			level: '4',
			quiet: 'false',
			preset_voice: '["bert", "carl"]',
			corner: '{"x": 1}',
			text_or_number: '12',
			anything: '{"deep": [1]}',
			note: 5,
		});
		expect(body).toEqual({
			prompt: 'a cat',
			width: 640,
			top_p: 0.5,
			level: 4,
			quiet: false,
			preset_voice: ['bert', 'carl'],
			corner: { x: 1 },
			text_or_number: 12,
			anything: { deep: [1] },
			note: '5',
		});
		expect(files).toEqual({});
	});

	test('what was left empty or is the default is not sent', () => {
		const empty = { prompt: '', note: null, width: '', corner: ' ', seed: undefined };
		const defaults = {
			top_p: 0.9,
			top_k: '0',
			loud: false,
			preset_voice: '["anna"]',
			response_format: '{"type":"text"}',
		};
		expect(bodyOf(schema, { ...empty, ...defaults }).body).toEqual({});
	});

	test('files are named, with where they come from', () => {
		const { body, files } = bodyOf(schema, { image: ' photo ', mask: 'https://example.com/mask.png' });
		expect(body).toEqual({});
		expect(files).toEqual({
			image: { from: 'binary', value: 'photo' },
			mask: { from: 'url', value: 'https://example.com/mask.png' },
		});
	});

	test('a data URL is sent as it is', () => {
		const image = 'data:image/png;base64,AAAA';
		expect(bodyOf(schema, { image })).toEqual({ body: { image }, files: {} });
	});

	test('one text is a list of one; text that is no JSON stays text where text is taken', () => {
		const { body } = bodyOf(schema, { preset_voice: 'bert', anything: 'just {text', text_or_number: 'null' });
		expect(body).toEqual({ preset_voice: ['bert'], anything: 'just {text', text_or_number: 'null' });
	});

	const string = { type: 'string' };
	const list = { type: 'array', items: string };
	test.each<[unknown, string, unknown]>([
		[{ anyOf: [string, list] }, '2024', '2024'],
		[{ anyOf: [string, list] }, 'true', 'true'],
		[{ anyOf: [string, list] }, '{"a":1}', '{"a":1}'],
		[{ anyOf: [string, list] }, '["2024"]', ['2024']],
		[{ type: ['string', 'object', 'null'] }, '12', '12'],
		[{ type: ['string', 'object', 'null'] }, '{"a":1}', { a: 1 }],
		[{ oneOf: [string, { type: 'boolean' }] }, 'true', true],
		[{ oneOf: [string, { type: 'boolean' }] }, '1', '1'],
		[{ anyOf: [{ type: 'integer' }, list] }, '12', 12],
		[{ anyOf: [{ enum: ['auto'] }, { type: 'integer' }] }, '12', 12],
		[{ anyOf: [string, {}] }, '12', 12],
		[{}, '12', 12],
	])('where a model takes %j, %s is %j', (property, given, sent) => {
		const either = readJsonSchema({ properties: { either: property } });
		expect(bodyOf(either, { either: given }).body).toEqual({ either: sent });
	});

	test.each([
		['preset_voice', `[${'"anna",'.repeat(500_000)}"anna"]`],
		['corner', `{"a":[${'7,'.repeat(500_000)}7]}`],
	])('more than any model takes is refused before it is read: %s', (name, text) => {
		expect(() => bodyOf(schema, { [name]: text })).toThrow(/ holds more than 400000 values$/);
	});

	test.each([
		['corner', '{x: 1}', "'Corner' is not valid JSON"],
		['preset_voice', '["anna"', "'Preset Voice' is not valid JSON"],
	])('wrong JSON in %s is refused', (name, value, message) => {
		expect(() => bodyOf(schema, { [name]: value })).toThrow(message);
	});

	test('an empty text is a value where it is one of the choices', () => {
		const choice = readJsonSchema({ properties: { style: { enum: ['', 'bold'] } } });
		expect(bodyOf(choice, { style: '' }).body).toEqual({ style: '' });
	});

	test('without a schema everything is sent as it is', () => {
		expect(bodyOf(undefined, { a: '5', b: { c: 1 }, d: '' }).body).toEqual({ a: '5', b: { c: 1 } });
	});
});
