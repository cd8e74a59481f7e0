import fc from 'fast-check';
import { hasMoreEntries, hasMoreValues, holdsMoreValues } from '../../../nodes/shared/core/amount';
import { processorTime } from '../../support/yardstick';

const MB = 1024 * 1024;

/** Every entry of a list and of an object, at any depth. */
function countValues(value: unknown): number {
	if (typeof value !== 'object' || value === null) return 0;
	return Object.values(value).reduce<number>((sum, each) => sum + 1 + countValues(each), 0);
}

it('JSON is too much when it holds more values, whatever stands in its texts', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.nat({ max: 20 }), (value, most) => {
			const count = countValues(value);
			const text = JSON.stringify(value);
			expect(holdsMoreValues(value, most)).toBe(count > most);
			// An opening may hold nothing, or its first value: the rest follows a comma.
			if (hasMoreValues(text, most)) expect(count + 1 + (text.match(/[[{]/g) ?? []).length).toBeGreaterThan(most);
			else expect(count).toBeLessThanOrEqual(most);
		}),
		{ numRuns: 300 },
	);
});

it.each<[string, string, number, boolean]>([
	['signs within texts', `{"a":"${'[,{'.repeat(50)}"}`, 5, false],
	['escaped quotes', `["\\"${',\\"'.repeat(50)}"]`, 5, false],
	['texts without a comma', '"" '.repeat(50), 5, true],
	['brackets alone', '['.repeat(50), 5, true],
	['a text without an end', `["${','.repeat(50)}`, 5, false],
	['nothing', '', 0, false],
])('of %s', (_, text, most, isMore) => {
	expect(hasMoreValues(text, most)).toBe(isMore);
});

it('a value that holds itself is too much', () => {
	const own: Record<string, unknown> = { a: 1 };
	own.self = [own, own];
	expect(holdsMoreValues(own, 1000)).toBe(true);
});

it.each<[string, number, boolean]>([
	['a,b\nc', 3, false],
	['a,b\nc', 2, true],
	['', 1, false],
	[',,,', 3, true],
	['a\r\nb', 2, false],
	['a\r\nb\r\nc', 2, true],
	['a\rb', 1, true],
	['猫，犬、鳥', 2, true],
	['猫，犬\n鳥', 2, false],
])('%j has more than %i entries: %s', (text, most, isMore) => {
	expect(hasMoreEntries(text, most)).toBe(isMore);
});

it('is told in a moment', () => {
	const texts = ['7,', '[', '"a",', '" ', 'x', ' \n', '"\\"'].map((piece) => piece.repeat((2 * MB) / piece.length));
	expect(processorTime(() => texts.forEach((text) => hasMoreValues(text, 100_000)))).toBeLessThan(350);
});
