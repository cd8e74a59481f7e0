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
	});

	it('of thousands of choices are looked up, and not all named', () => {
		const schema = { type: 'array', items: { enum: Array.from({ length: 4000 }, (_, index) => `Kind ${index}`) } };
		const given = Array.from({ length: 2000 }, (_, index) => (index % 2 ? ' kind 7' : 'Kind 3999'));
		let fit = fitToSchema(schema, []);
		expect(processorTime(() => (fit = fitToSchema(schema, [...given, 'other'])))).toBeLessThan(400);
		expect(fit.value).toEqual([...given.map((each) => (each === ' kind 7' ? 'Kind 7' : each)), 'other']);
		expect(fit.faults).toEqual([expect.stringMatching(/"Kind 49" and 3950 more$/)]);
	});

	it('a choice that JavaScript cannot count is the text of its digits', () => {
		const digits = '12345678901234567891';
		expect(fitToSchema({ enum: [new Exact(digits)] }, digits).faults).toEqual([]);
	});
});
