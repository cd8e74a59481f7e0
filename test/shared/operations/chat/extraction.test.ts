import { readExtraction, repairOf, type ExtractionInput } from '../../../../nodes/shared/operations/chat/extraction';
import { completion } from '../../../support/chat';
import { thrownBy } from '../../../support/work';

const inputOf = (own: Partial<ExtractionInput>): ExtractionInput => ({
	model: 'a/b',
	options: {},
	schemaType: 'fromAttributes',
	attributes: undefined,
	jsonExample: undefined,
	jsonSchema: undefined,
	...own,
});
const row = (name: string, type: 'string' | 'number') => ({ name, type, description: '', required: false });
/** None of them is required: what is not there is null. */
const INVOICE = inputOf({ attributes: { values: [row('invoiceNumber', 'string'), row('total', 'number')] } });
const WHOLE = { invoiceNumber: 'X1', total: 5 };
const byHand = (more: object) =>
	inputOf({ schemaType: 'manual', jsonSchema: { type: 'object', properties: { total: { type: 'number' } }, ...more } });

const reads = (said: unknown, input = INVOICE) => readExtraction(completion(JSON.stringify(said)), input);
const mends = (said: unknown, input = INVOICE) => repairOf(completion(JSON.stringify(said)), input, 0, { path: '/' });

describe('an answer of a model that keeps to no schema', () => {
	it.each([
		['in a frame', { data: WHOLE }],
		['in two', { response: { result: WHOLE } }],
		['in a list within a frame', { invoices: [WHOLE] }],
		['in the schema itself', { type: 'object', properties: WHOLE }],
		['beside words about it', { explanation: 'As asked.', invoice: WHOLE }],
		['under names as Python writes them', { invoice_number: 'X1', total: 5 }],
		['under names as people write them', { 'Invoice Number': 'X1', TOTAL: '5,00' }],
		['under such names in a frame', { data: { 'invoice-number': 'X1', Total: 5 } }],
	])('is found %s', (_, said) => {
		expect(reads(said)).toEqual(WHOLE);
		expect(mends(said)).toBeUndefined();
	});

	it('may hold nothing of what is wanted, where it says so', () => {
		for (const said of [{}, { total: null }, { invoice_number: 'n/a' }])
			expect(Object.keys(Object(reads(said)))).toEqual(['invoiceNumber', 'total']);
	});

	it.each([
		['other names', { number: 'X1', amount: 5 }],
		['rows of names and values', [{ name: 'total', value: 5 }]],
		['several that may be meant', { first: WHOLE, second: { ...WHOLE, total: 6 } }],
		['something about itself', { error: 'no invoice' }],
		['a schema', { type: 'object', properties: { a: { type: 'number' } } }],
	])('is asked for again where it has %s, and fails after that: before, all was null without a word', (_, said) => {
		expect(mends(said)?.request.json?.messages).toEqual([
			{ role: 'assistant', content: JSON.stringify(said) },
			{ role: 'user', content: expect.stringContaining('- the answer: must have invoiceNumber, total\n') },
		]);
		expect(thrownBy(() => reads(said)).message).toContain('must have invoiceNumber, total');
	});

	it('takes an exact name before one that is like it, and each value once', () => {
		const input = inputOf({ attributes: { values: ['total', 'Total', 'to-tal'].map((name) => row(name, 'number')) } });
		expect(reads({ TOTAL: 1, total: 2 }, input)).toEqual({ total: 2, Total: 1, 'to-tal': null });
		expect(reads({ invoiceNumber: 'a', invoice_number: 'b' })).toEqual({ invoiceNumber: 'a', total: null });
	});

	it('is found under letters that are written another way', () => {
		const input = inputOf({ attributes: { values: [row('Größe'.normalize('NFD'), 'number')] } });
		expect(Object.values(Object(reads({ größe: 7 }, input)))).toEqual([7]);
	});

	it('is looked at within what an example or a schema nests', () => {
		const jsonExample = { buyer: { fullName: 'x' }, lines: [{ unitPrice: 1 }] };
		const said = { Buyer: { full_name: 'Ada' }, lines: [{ 'Unit price': '2,50' }] };
		expect(reads(said, inputOf({ schemaType: 'fromJson', jsonExample }))).toEqual({
			buyer: { fullName: 'Ada' },
			lines: [{ unitPrice: 2.5 }],
		});
	});

	it('may have other names alone where a schema by hand takes them', () => {
		expect(reads({ vat: 1 }, byHand({ additionalProperties: { type: 'number' } }))).toEqual({ total: null, vat: 1 });
		expect(reads({ vat: 1 }, byHand({ patternProperties: { v: {} } }))).toEqual({ total: null, vat: 1 });
		expect(mends({ vat: 1 }, byHand({}))).toBeDefined();
		const parts = { allOf: [{ properties: { a: { type: 'number' } } }, { properties: { b: { type: 'number' } } }] };
		expect(reads({ b: '2,5' }, byHand(parts))).toEqual({ total: null, a: null, b: 2.5 });
	});
});
