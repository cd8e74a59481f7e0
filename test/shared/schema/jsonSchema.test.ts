import { processorTime } from '../../support/yardstick';
import { Exact } from '../../../nodes/shared/core/exact';
import { fitToSchema } from '../../../nodes/shared/schema/jsonSchema';

const invoice = {
	type: 'object',
	properties: {
		total: { type: 'number', minimum: 0 },
		count: { type: 'integer' },
		paid: { type: 'boolean' },
		due: { type: 'string', format: 'date' },
		kind: { enum: ['Invoice', 'Receipt'] },
		tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
		buyer: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
	},
	required: ['total'],
	additionalProperties: false,
};

describe('data that a model gave', () => {
	it('is read as the schema says, as far as that is no guess; what is absent is null', () => {
		const given = { total: '1.234,56 €', count: '3', paid: 'Yes', due: '03.11.2026', kind: ' invoice', tags: 'a' };
		expect(fitToSchema(invoice, given)).toEqual({
			value: {
				total: 1234.56,
				count: 3,
				paid: true,
				due: '2026-11-03',
				kind: 'Invoice',
				tags: ['a'],
				buyer: null,
			},
			faults: [],
		});
	});

	it.each([
		[{}, ['total: is missing']],
		[{ total: null }, ['total: is missing']],
		[{ total: -1 }, ['total: must be at least 0']],
		[{ total: 'much' }, ['total: is "much", but must be a number']],
		[{ total: 1, count: 1.5 }, ['count: is 1.5, but must be a integer']],
		[{ total: 1, count: '1,5' }, ['count: is "1,5", but must be a integer']],
		[{ total: 1, due: '3/4/2026' }, ['due: is "3/4/2026", but must be a date as YYYY-MM-DD']],
		[{ total: 1, kind: 'Bill' }, ['kind: is "Bill", but must be one of "Invoice", "Receipt"']],
		[{ total: 1, tags: ['a', 2, 'c'] }, ['tags: must have at most 2 entries']],
		[{ total: 1, tags: [{ a: 1 }] }, ['tags[0]: is {"a":1}, but must be a string']],
		[{ total: 1, buyer: {} }, ['buyer.name: is missing']],
		[{ total: 1, more: 1 }, ['the answer: must not have "more"']],
		[{ total: [1] }, ['total: is [1], but must be a number']],
	])('%j has faults in words', (given, faults) => expect(fitToSchema(invoice, given).faults).toEqual(faults));

	it.each<[string, unknown, unknown, number]>([
		['no schema', undefined, { a: 1 }, 0],
		['a schema that is a list', [1], 'x', 0],
		['an unknown type', { type: 'colour' }, 'red', 1],
		['types of which one fits', { type: ['integer', 'null'] }, null, 0],
		['anyOf, exactly one', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 7, 0],
		['anyOf, none', { anyOf: [{ type: 'boolean' }, { type: 'object' }] }, 7, 1],
		[
			'allOf',
			{
				allOf: [
					{ type: 'number', minimum: 1 },
					{ maximum: 3, type: 'number' },
				],
			},
			4,
			1,
		],
		['const', { const: { a: [1] } }, { a: [1] }, 0],
		['const, another', { const: 'x' }, 'y', 1],
		['bounds that are open', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 1, 1],
		['a length', { type: 'string', maxLength: 2 }, 'abc', 1],
		['a reference', { $ref: '#/$defs/a', $defs: { a: { type: 'number' } } }, 'x', 1],
		['a reference to itself', { $ref: '#' }, 'x', 0],
		['a reference to nothing', { $ref: '#/no/where' }, 'x', 0],
		['a reference to the web', { $ref: 'https://example.com/a' }, 'x', 0],
		['a reference to names of JavaScript', { $ref: '#/constructor/prototype' }, 'x', 0],
	])('%s', (_what, schema, value, faults) => expect(fitToSchema(schema, value).faults).toHaveLength(faults));

	const optional = (inner: unknown) => ({ type: 'object', properties: { a: inner } });
	const required = (inner: unknown) => ({ ...optional(inner), required: ['a'] });
	const definitions = {
		'line item/a': { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
		Kind: { enum: ['Gold', 'Silver'] },
		Loop: { anyOf: [{ $ref: '#/definitions/Loop' }, { $ref: '#/definitions/Loop' }] },
	};

	it.each<[string, unknown, unknown, unknown]>([
		['nullable, as OpenAPI has it', required({ type: 'number', nullable: true }), { a: null }, { a: null }],
		['a nullable choice', required({ enum: ['x'], nullable: true }), { a: null }, { a: null }],
		['nullable within a list', { type: 'array', items: { type: 'number', nullable: true } }, [1, null], [1, null]],
		[
			'an optional number of Python',
			optional({ anyOf: [{ type: 'number' }, { type: 'null' }] }),
			{ a: 'N/A' },
			{ a: null },
		],
		['a choice that is not given', optional({ $ref: '#/definitions/Kind' }), { a: 'not specified' }, { a: null }],
		['a choice of that very word', optional({ enum: ['Yes', 'Unknown'] }), { a: 'unknown' }, { a: 'Unknown' }],
		['a choice of numbers', optional({ enum: [1, 2] }), { a: '2' }, { a: 2 }],
		['texts of which one is that word', optional({ anyOf: [{ type: 'string' }] }), { a: 'unknown' }, { a: 'unknown' }],
		[
			'properties beside alternatives',
			{ ...optional({ type: 'number' }), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
			{ a: '1.234,56 €' },
			{ a: 1234.56 },
		],
		[
			'what several parts and alternatives say together',
			{
				allOf: [optional({ type: 'number' })],
				oneOf: [{ title: 'x' }],
				properties: { b: { format: 'date', type: 'string' } },
			},
			{ a: '7,5', b: '03.11.2026' },
			{ b: '2026-11-03', a: 7.5 },
		],
		[
			'a reference whose name is written as in an address',
			optional({ type: 'array', items: { $ref: '#/definitions/line%20item~1a' } }),
			{ a: [{ price: '12,- EUR' }] },
			{ a: [{ price: 12 }] },
		],
		[
			'a reference through a list',
			{ allOf: [optional({ type: 'number' })], properties: { b: { $ref: '#/allOf/0/properties/a' } } },
			{ b: '2,5' },
			{ b: 2.5, a: null },
		],
		['alternatives that hold each other', optional({ $ref: '#/definitions/Loop' }), { a: 'n/a' }, { a: 'n/a' }],
	])('%s', (_what, schema, given, value) => {
		const whole = typeof schema === 'object' ? { definitions, ...schema } : schema;
		expect(fitToSchema(whole, given)).toEqual({ value, faults: [] });
	});

	it('what neither a part nor an alternative takes is said', () => {
		const wants = { ...required({ type: 'number' }), anyOf: [{ properties: { b: { type: 'number' } } }] };
		expect(fitToSchema(wants, { b: 'much' }).faults).toEqual(['a: is missing', 'b: is "much", but must be a number']);
		expect(fitToSchema({ definitions, ...required({ $ref: '#/definitions/Kind' }) }, { a: 'n/a' }).faults).toEqual([
			'a: is missing',
		]);
	});

	it('names of JavaScript are names', () => {
		const given: unknown = JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1, "toString": 2 }');
		const { value } = fitToSchema({ type: 'object', properties: { toString: { type: 'string' } } }, given);
		expect(Object.entries(Object(value)).map(([name]) => name)).toEqual(['toString', '__proto__', 'constructor']);
		expect('polluted' in {}).toBe(false);
		expect(fitToSchema({ type: 'object', properties: { constructor: { type: 'number' } } }, {}).value).toEqual({
			constructor: null,
		});
	});

	it('a tree that refers to itself is followed, and not without end', () => {
		const tree = {
			type: 'object',
			properties: { n: { type: 'number' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
		};
		expect(fitToSchema(tree, { n: '1', next: { n: '2,5' } }).value).toEqual({
			n: 1,
			next: { n: 2.5, next: null },
		});
		let deep: unknown = null;
		for (let index = 0; index < 2000; index++) deep = { n: 1, next: deep };
		expect(() => fitToSchema(tree, deep)).not.toThrow();
	});

	it('of very many properties is read in little time', () => {
		const names = Array.from({ length: 30_000 }, (_, index) => `n${index}`);
		const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
		const schema = { type: 'object', properties, required: names };
		let faults: readonly string[] = [];
		expect(processorTime(() => ({ faults } = fitToSchema(schema, {})))).toBeLessThan(500);
		expect(faults).toHaveLength(30_000);
	});

	it('of alternatives that hold each other is looked at for a while, not for ever', () => {
		const way = (name: string) => ({ type: 'object', properties: { a: { $ref: '#' }, [name]: { $ref: '#' } } });
		let deep: unknown = 'x';
		for (let level = 0; level < 12; level++) deep = { a: deep, b: deep };
		expect(processorTime(() => fitToSchema({ anyOf: [way('b'), way('c')] }, deep))).toBeLessThan(1000);
		const $defs = { All: { allOf: Array.from({ length: 2000 }, () => ({ $ref: '#/$defs/All' })) } };
		const schema = { type: 'object', properties: { a: { $ref: '#/$defs/All' } }, required: ['a'], $defs };
		expect(processorTime(() => fitToSchema(schema, { a: 'n/a' }))).toBeLessThan(1000);
		expect(processorTime(() => fitToSchema(schema, {}))).toBeLessThan(1000);
	});

	it('of thousands of choices are looked up, and not all named', () => {
		const schema = { type: 'array', items: { enum: Array.from({ length: 4000 }, (_, index) => `Kind ${index}`) } };
		const given = Array.from({ length: 2000 }, (_, index) => (index % 2 ? ' kind 7' : 'Kind 3999'));
		let fit = fitToSchema(schema, []);
		expect(processorTime(() => (fit = fitToSchema(schema, [...given, 'other'])))).toBeLessThan(400);
		expect(fit.value).toEqual([...given.map((each) => (each === ' kind 7' ? 'Kind 7' : each)), 'other']);
		expect(fit.faults).toEqual([expect.stringMatching(/"Kind 49" and 3950 more$/)]);
	});

	it('with thousands of other names has some of them named: the model pays to read them', () => {
		const given = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`other ${index}`, 1]));
		const [fault = ''] = fitToSchema({ ...invoice, required: [] }, given).faults;
		expect(fault).toMatch(/^the answer: must not have "other 0", .*"other 49" and 2950 more$/);
	});

	it('a choice that JavaScript cannot count is the text of its digits', () => {
		const digits = '12345678901234567891';
		expect(fitToSchema({ enum: [new Exact(digits)] }, digits).faults).toEqual([]);
	});
});
