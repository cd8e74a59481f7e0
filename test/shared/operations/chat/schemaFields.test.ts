import { readWanted, type SchemaInput } from '../../../../nodes/shared/operations/chat/schemaFields';

const byHand = (jsonSchema: SchemaInput['jsonSchema']) =>
	readWanted({ schemaType: 'manual', attributes: undefined, jsonExample: undefined, jsonSchema });

describe('a schema by hand', () => {
	const Line = {
		type: 'object',
		properties: { name: { type: 'string' }, price: { type: 'number' } },
		required: ['name'],
	};

	it('may be a reference to what it defines, as generators write it', () => {
		const { asked, expected } = byHand({ $ref: '#/definitions/Line%20', definitions: { 'Line ': Line } });
		expect(expected).toEqual({ ...Line, definitions: { 'Line ': Line } });
		expect(asked).toMatchObject({ type: 'object', required: ['name', 'price'] });
		expect(asked).not.toHaveProperty('$ref');
	});

	it.each([
		['put together of parts', { allOf: [Line] }],
		['one of several', { oneOf: [Line, { type: 'object', properties: { total: { type: 'number' } } }] }],
		['defined elsewhere in it', { allOf: [{ $ref: '#/$defs/Line' }], $defs: { Line } }],
	])('that is %s is one', (_, schema) => expect(byHand(schema).expected).toEqual(schema));

	it.each([
		['nothing', {}],
		['a list', { type: 'array', items: Line }],
		['a reference to nothing', { $ref: '#/definitions/None' }],
		['a reference to itself', { $ref: '#' }],
		['an object of nothing', { allOf: [{ type: 'object', properties: {} }] }],
	])('of %s is none', (_, schema) => expect(() => byHand(schema)).toThrow('There is nothing to extract'));

	it.each<[string, object]>([
		["'date'", { total: { type: 'date' } }],
		["'String'", { lines: { type: 'array', items: { type: ['String', 'null'] } } }],
		["'Number'", { either: { anyOf: [{ type: 'string' }, { type: 'Number' }] } }],
	])('with the type %s is refused: no answer would ever fit it', (type, properties) => {
		expect(() => byHand({ type: 'object', properties })).toThrow(`'JSON Schema' has the type ${type}, which`);
	});

	it('makes nobody invent a value: each property may be null, wherever it is described', () => {
		const any = { anyOf: [{ type: 'number' }, { type: 'null' }] };
		const { asked } = byHand({
			type: 'object',
			properties: {
				lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
				kind: { allOf: [{ $ref: '#/$defs/Kind' }], default: null },
				either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
				any,
				only: { oneOf: [{ type: 'string' }, { type: 'null' }] },
				pair: { type: 'array', prefixItems: [Line] },
			},
			$defs: { Line, Kind: { enum: ['a', 'b'] } },
		});
		const open = { name: { type: ['string', 'null'] }, price: { type: ['number', 'null'] } };
		expect(asked).toMatchObject({
			properties: {
				kind: { anyOf: [{ allOf: [{ $ref: '#/$defs/Kind' }], default: null }, { type: 'null' }] },
				either: { anyOf: [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, { type: 'null' }] },
				any,
				only: { oneOf: [{ type: 'string' }, { type: 'null' }] },
				pair: { type: ['array', 'null'], prefixItems: [{ properties: open }] },
			},
			$defs: { Line: { properties: open, required: ['name', 'price'] }, Kind: { enum: ['a', 'b'] } },
			additionalProperties: false,
		});
	});

	it('takes what it does not name where it says so, or where another part of it names it', () => {
		const more = (schema: object) => byHand({ ...Line, ...schema }).asked.additionalProperties;
		expect(more({})).toBe(false);
		expect(more({ additionalProperties: true })).toBe(true);
		expect(more({ additionalProperties: { type: 'number' } })).toEqual({ type: 'number' });
		expect(more({ allOf: [{ properties: { total: { type: 'number' } } }] })).toBeUndefined();
		expect(more({ anyOf: [{ required: ['price'] }] })).toBeUndefined();
		expect(more({ patternProperties: { '^x-': {} } })).toBeUndefined();
		const { asked } = byHand({ allOf: [Line, { $ref: '#/$defs/Total' }], $defs: { Total: Line } });
		expect(JSON.stringify(asked)).not.toContain('additionalProperties');
	});
});

describe('an example', () => {
	const itemsOf = (list: unknown): unknown =>
		Object(
			Object(
				readWanted({
					schemaType: 'fromJson',
					attributes: undefined,
					jsonExample: { list },
					jsonSchema: undefined,
				}).expected.properties,
			).list,
		).items;
	const number = { type: 'number' };
	const text = { type: 'string' };

	it.each<[string, unknown, unknown]>([
		['one entry', [{ a: 1 }], { type: 'object', properties: { a: number }, required: [] }],
		[
			'entries of which each has names of its own',
			[{ a: 1 }, { b: 'x', a: 'y' }],
			{ type: 'object', properties: { a: number, b: text }, required: [] },
		],
		[
			'an entry that lacks a value',
			[{ a: null }, { a: 1 }],
			{ type: 'object', properties: { a: number }, required: [] },
		],
		[
			'a name of JavaScript',
			[JSON.parse('{ "__proto__": 1 }'), { constructor: 'x' }],
			{
				type: 'object',
				properties: { ...JSON.parse('{ "__proto__": { "type": "number" } }'), constructor: text },
				required: [],
			},
		],
		['texts', ['a', 'b'], text],
		['texts and numbers', ['a', 1], {}],
		['lists', [[1], [2]], { type: 'array', items: number }],
		['nothing', [], {}],
	])('of a list of %s describes all of them', (_, list, items) => expect(itemsOf(list)).toEqual(items));
});
