import { jsonError } from '../../../nodes/shared/core/jsonFault';
import { processorTime } from '../../support/yardstick';

const MEGABYTE = 1024 * 1024;

describe('2 MB that are no JSON are told in a moment', () => {
	it.each<[string, string, RegExp]>([
		['a list that does not end', `[${'1,'.repeat(MEGABYTE)}`, /Line 1, column \d+ has the end/],
		['brackets alone', '['.repeat(2 * MEGABYTE), /has the end/],
		['a text that does not end', `"${'a\\"b '.repeat(0.4 * MEGABYTE)}`, /text|quotation|"/],
		['many lines, the last of them wrong', `[${'{"a": 1},\n'.repeat(200_000)}{b: 1}]`, /Line 200001, column 2/],
		['blanks with nothing behind them', ' \n'.repeat(MEGABYTE), /Line \d+/],
		['one word', 'x'.repeat(2 * MEGABYTE), /Line 1, column 1/],
	])('%s', (_what, text, where) => {
		let error: ReturnType<typeof jsonError> | undefined;
		// One and a half seconds where each letter looked at all letters behind it.
		expect(processorTime(() => (error = jsonError('Extra Fields (JSON)', text)))).toBeLessThan(800);
		const { message, advice } = error ?? {};
		expect(message).toBe("'Extra Fields (JSON)' is not valid JSON");
		expect(advice).toMatch(where);
		expect(String(advice).length).toBeLessThan(400);
	});
});
