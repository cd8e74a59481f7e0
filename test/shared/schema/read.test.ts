import type { ModelSchema } from '../../../nodes/shared/core/modelSchema';
import { labelsOf, readJsonSchema, readSchema } from '../../../nodes/shared/schema/read';
import {
	cyclic,
	everything,
	excessive,
	exploding,
	fieldList,
	knotted,
	malformed,
	prototypeNames,
	schemaOut,
	withManyFields,
} from './fixtures/schemas';
import { processorTime } from '../../support/yardstick';

const schema = known(readSchema(schemaOut(everything)));
const field = (name: string, from = schema) => from.byName.get(name);

/** Counts what is looked at. */
function watched(given: unknown): { value: unknown; looks: () => number } {
	let looks = 0;
	const known = new Map<unknown, unknown>();
	const watch = (value: unknown): unknown => {
		if (typeof value !== 'object' || value === null) return value;
		const seen = known.get(value);
		if (seen !== undefined) return seen;
		const proxy = new Proxy(value, {
			get(target, name) {
				looks++;
				return watch(Reflect.get(target, name));
			},
			getOwnPropertyDescriptor(target, name) {
				const found = Reflect.getOwnPropertyDescriptor(target, name);
				// Of a list, the length is not to be replaced.
				return found?.configurable ? { ...found, value: watch(found.value) } : found;
			},
		});
		known.set(value, proxy);
		return proxy;
	};
	return { value: watch(given), looks: () => looks };
}

function known(read: ModelSchema | undefined): ModelSchema {
	if (!read) throw new Error('Nothing is known of the schema');
	return read;
}

describe("a model's input schema", () => {
	test('fields in the order of the schema, named for people', () => {
		expect(schema.fields.map(({ name }) => name)).toEqual(Object.keys(everything.properties));
		expect(labelsOf(schema)).toMatchObject({
			top_p: 'Top P',
			preset_voice: 'Preset Voice',
			'odd name-1': 'Odd Name 1',
		});
		expect(schema.allowsUnknown).toBe(false);
	});

	test('a number with its bounds and default', () => {
		expect(field('width')).toEqual({
			name: 'width',
			label: 'Width',
			description: 'image width in px',
			kind: 'integer',
			required: false,
			nullable: false,
			default: 512,
			min: 128,
			max: 1024,
		});
	});

	test.each([
		['prompt', { kind: 'string', required: true, maxLength: 20 }],
		['image', { kind: 'file', required: true, nullable: false }],
		['mask', { kind: 'file', required: false, nullable: true }],
		['top_p', { kind: 'number', exclusiveMin: 0, max: 1 }],
		['top_k', { kind: 'integer', min: 0, exclusiveMax: 1000 }],
		['output_format', { kind: 'enum', values: ['wav', 'mp3'], default: 'wav', description: 'from the definition' }],
		['mode', { kind: 'enum', values: ['anna', 'bert', 'carl'], description: 'by allOf' }],
		['level', { kind: 'enum', values: [1, 2, 4] }],
		['either', { kind: 'enum', values: ['a', 'b', 'c'], nullable: true }],
		['constant', { kind: 'enum', values: ['fixed'] }],
		['seed', { kind: 'integer', min: 0, exclusiveMax: 18446744073709552000, nullable: true }],
		['note', { kind: 'string', nullable: true }],
		['size', { kind: 'number' }],
		['text_or_number', { kind: 'any' }],
		['loud', { kind: 'boolean', default: false }],
		['corner', { kind: 'object', required: false }],
		['response_format', { kind: 'object', default: { type: 'text' } }],
		['objects', { kind: 'any' }],
		['anything', { kind: 'any' }],
		['escaped', { kind: 'integer', min: 2 }],
		['odd name-1', { kind: 'string' }],
	])('%s', (name, expected) => {
		expect(field(name)).toMatchObject(expected);
	});

	test('bounds as older drafts write them', () => {
		expect(field('strength')).toMatchObject({ exclusiveMin: 0, max: 1 });
		expect(field('strength')).not.toHaveProperty('min');
		expect(field('strength')).not.toHaveProperty('exclusiveMax');
	});

	test('a list and what it is made of', () => {
		expect(field('preset_voice')).toMatchObject({
			kind: 'list',
			minItems: 1,
			maxItems: 2,
			default: ['anna'],
			items: { kind: 'enum', values: ['anna', 'bert', 'carl'] },
		});
	});

	test('an enum of objects is checked by nobody', () => {
		expect(field('objects')).not.toHaveProperty('values');
	});

	test('no more is required than what has no default', () => {
		expect(schema.fields.filter(({ required }) => required).map(({ name }) => name)).toEqual([
			'prompt',
			'image',
			'mode',
		]);
		const read = readJsonSchema({ required: ['a', 'b'], properties: { a: { default: 1 }, b: {} } });
		expect(read?.fields.map(({ required }) => required)).toEqual([false, true]);
	});

	test('a property may say itself that it is required, or that it may be null', () => {
		const read = readJsonSchema({ properties: { a: { type: 'string', required: true, nullable: true } } });
		expect(read?.fields).toMatchObject([{ required: true, nullable: true }]);
	});

	test('additional properties', () => {
		const of = (additionalProperties: unknown) =>
			readJsonSchema({ properties: { a: {} }, additionalProperties })?.allowsUnknown;
		expect([of(true), of({ type: 'string' }), of(false), of({}), of(undefined)]).toEqual([
			true,
			true,
			false,
			false,
			false,
		]);
	});

	test('inputs that are spread over parts or come in several forms', () => {
		const spread = readJsonSchema({
			allOf: [
				{ properties: { a: { type: 'string' } }, required: ['a'] },
				{ properties: { b: { type: 'number' } }, required: ['b'] },
			],
		});
		expect(spread?.fields.map(({ name, required }) => [name, required])).toEqual([
			['a', true],
			['b', true],
		]);
		const forms = readJsonSchema({
			anyOf: [
				{ properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a', 'b'] },
				{ properties: { a: { type: 'string' }, c: { type: 'boolean' } }, required: ['a', 'c'] },
			],
		});
		expect(forms?.fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
			['a', 'string', true],
			['b', 'number', false],
			['c', 'boolean', false],
		]);
		expect(readJsonSchema({ $ref: '#/$defs/In', $defs: { In: { properties: { a: {} } } } })?.fields).toHaveLength(1);
	});
});

describe('where the schema is found', () => {
	const plain = { properties: { a: { type: 'string' } } };

	test.each([
		['schema_in', { schema_in: plain, in_schema: null }],
		['in_schema', { schema_in: null, in_schema: plain }],
		['a schema as text', { in_schema: JSON.stringify(plain) }],
		['fields_in', { schema_in: null, fields_in: [{ name: 'a', ftype: 'string' }] }],
		['in_fields', { in_schema: 'no { json', in_fields: [{ name: 'a', ftype: 'str' }] }],
		['fields_in, when the schema is empty', { schema_in: {}, fields_in: [{ name: 'a', ftype: 'string' }] }],
	])('%s', (_name, answer) => {
		expect(readSchema(answer)?.fields).toMatchObject([{ name: 'a', kind: 'string' }]);
	});

	test.each([
		['no answer', undefined],
		['an error', { detail: 'Not found' }],
		['a list', [plain]],
		['text', 'schema'],
		['schemas that are none', { schema_in: [], in_schema: 5, fields_in: {}, in_fields: 'a' }],
		['a schema without properties', { schema_in: { type: 'object' } }],
		['properties that are none', { schema_in: { properties: [1, 2] } }],
		['empty lists', { schema_in: { properties: {} }, fields_in: [] }],
	])('nothing is known from %s', (_name, answer) => {
		expect(readSchema(answer)).toBeUndefined();
	});

	test('a flat list of fields', () => {
		const listed = known(readSchema(schemaOut(null, fieldList)));
		expect(listed.fields.map(({ name, kind }) => [name, kind])).toEqual([
			['prompt', 'string'],
			['steps', 'integer'],
			['size', 'enum'],
			['voices', 'list'],
			['photo', 'file'],
			['corner', 'object'],
		]);
		expect(field('steps', listed)).toMatchObject({ min: 1, max: 50, default: 4, required: false });
		expect(field('size', listed)).toMatchObject({ values: ['s', 'm', 'l'], default: 'm' });
		expect(field('voices', listed)).not.toHaveProperty('values');
		expect(field('prompt', listed)).not.toHaveProperty('default');
	});
});

describe('schemas that are wrong, huge or hostile', () => {
	test.each([0, -4, 0.5, NaN, '20'])('a limit of %p leaves no room for anything, and is none', (limit) => {
		const properties = { text: { type: 'string', maxLength: limit }, tags: { type: 'array', maxItems: limit } };
		const read = known(readSchema(schemaOut({ type: 'object', properties })));
		expect(field('text', read)).not.toHaveProperty('maxLength');
		expect(field('tags', read)).not.toHaveProperty('maxItems');
	});

	test('of a malformed field only what makes sense is known', () => {
		const read = known(readSchema(schemaOut(malformed)));
		expect(read.fields.map(({ name }) => name)).toEqual(Object.keys(malformed.properties));
		expect(read.fields.every(({ required }) => !required)).toBe(true);
		expect(field('prompt', read)).toMatchObject({ kind: 'string', description: '' });
		expect(field('bounds', read)).toMatchObject({ kind: 'integer', max: 1 });
		expect(field('bounds', read)).not.toHaveProperty('min');
		expect(field('impossible', read)).not.toHaveProperty('max');
		expect(field('odd_limits', read)).not.toHaveProperty('maxLength');
		expect(field('emptyEnum', read)).toMatchObject({ kind: 'string' });
		for (const name of ['nothing', 'list', 'yes', 'broken', 'elsewhere', 'loop', 'percent']) {
			expect(field(name, read)).toMatchObject({ kind: 'any', label: expect.stringMatching(/^[A-Z]/) });
		}
	});

	test('references in circles end', () => {
		const read = known(readJsonSchema(cyclic));
		expect(field('count', read)).toMatchObject({ kind: 'integer', max: 3 });
		expect(field('tree', read)).toMatchObject({ kind: 'object' });
		expect(field('lists', read)).toMatchObject({ kind: 'list', items: { kind: 'list' } });
		expect(read.fields).toHaveLength(5);
	});

	test('a definition that holds itself hides nothing of the other fields', () => {
		expect(field('count', known(readJsonSchema(knotted)))).toMatchObject({ kind: 'integer', max: 3 });
	});

	test('a schema that explodes costs no time', () => {
		let read: ModelSchema | undefined;
		expect(processorTime(() => (read = readJsonSchema(exploding)))).toBeLessThan(2000);
		expect(field('bomb', known(read))).toMatchObject({ kind: 'any' });
	});

	test.each(excessive)('%s: limits come before the work', (_, given) => {
		const { value, looks } = watched(given());
		readJsonSchema(value);
		// The longest list has so many entries; without limits, it is two to five times as many.
		expect(looks()).toBeLessThan(210_000);
	});

	test('many fields are read, too many are not', () => {
		expect(readJsonSchema(withManyFields(1500))?.fields).toHaveLength(1500);
		expect(readJsonSchema(withManyFields(10_000))).toBeUndefined();
		expect(readSchema({ fields_in: Array.from({ length: 10_000 }, (_, at) => ({ name: `f${at}` })) })).toBeUndefined();
	});

	test('deep nesting', () => {
		const depth = 5000;
		const nested: unknown = JSON.parse(`${'{"anyOf":['.repeat(depth)}{"type":"string"}${']}'.repeat(depth)}`);
		expect(field('deep', known(readJsonSchema({ properties: { deep: nested } })))).toMatchObject({ kind: 'any' });
	});

	test('names that mean something to JavaScript', () => {
		const read = known(readJsonSchema(prototypeNames));
		expect(read.fields.map(({ name, kind }) => [name, kind])).toEqual([
			['constructor', 'integer'],
			['toString', 'string'],
			['plain', 'string'],
		]);
		expect(read.fields.some(({ required }) => required)).toBe(false);
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
		expect({}).not.toHaveProperty('type');
	});
});
