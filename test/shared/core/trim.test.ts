import fc from 'fast-check';
import { trimEnd, trimZeros } from '../../../nodes/shared/core/trim';

describe('the end of a text', () => {
	it('is taken away as a pattern would', () => {
		const text = fc.string({ unit: fc.constantFrom('a', ' ', '.', '\n', '😀', '*') });
		fc.assert(fc.property(text, (each) => expect(trimEnd(each, /[.\s]/)).toBe(each.replace(/[.\s]+$/, ''))));
	});

	it.each([
		['', ''],
		['...', ''],
		['a.', 'a'],
		['.a', '.a'],
	])('of %j is %j', (text, left) => expect(trimEnd(text, /\./)).toBe(left));
});

describe('zeros at the end of an amount', () => {
	it.each([
		['1.500', '1.50'],
		['1.50', '1.50'],
		['1.00', '1.00'],
		['0.000120', '0.00012'],
		['100', '100'],
		['1.2', '1.2'],
		['10.000', '10.00'],
	])('of %s leave %s', (amount, left) => expect(trimZeros(amount)).toBe(left));
});
