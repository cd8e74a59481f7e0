import { jsonError } from '../../../nodes/shared/core/jsonFault';
import { processorTime } from '../../support/yardstick';

const MEGABYTE = 1024 * 1024;

describe('5 MB that are no JSON are told in a moment', () => {
	it.each<[string, string, RegExp]>([
		['a list that does not end', `[${'1,'.repeat(2.5 * MEGABYTE)}`, /Line 1, column \d+ has the end/],
		['brackets alone', '['.repeat(5 * MEGABYTE), /has the end/],
		['a text that does not end', `"${'a\\"b '.repeat(MEGABYTE)}`, /text|quotation|"/],
		['many lines, the last of them wrong', `[${'{"a": 1},\n'.repeat(500_000)}{b: 1}]`, /Line 500001, column 2/],
		['blanks with nothing behind them', ' \n'.repeat(2.5 * MEGABYTE), /Line \d+/],
		['one word', 'x'.repeat(5 * MEGABYTE), /Line 1, column 1/],
	])('%s', (_what, text, where) => {
		let error: ReturnType<typeof jsonError> | undefined;
		// Nine seconds where each letter looked at all letters behind it.
		expect(processorTime(() => (error = jsonError('Extra Fields (JSON)', text)))).toBeLessThan(2000);
		const { message, advice } = error ?? {};
		expect(message).toBe("'Extra Fields (JSON)' is not valid JSON");
		expect(advice).toMatch(where);
		expect(String(advice).length).toBeLessThan(400);
	});
});
