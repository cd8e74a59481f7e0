import { interpret } from '../../../nodes/shared/engine/receive';

const NOW = Date.UTC(2026, 10, 24, 12);
const receive = (status: number, text: string, headers: Record<string, unknown> = {}) =>
	interpret({ status, headers, text }, NOW);

describe('a good answer', () => {
	it.each([200, 201, 299])('with the status %i is its JSON', (status) => {
		expect(receive(status, '{"results":[1]}')).toEqual({ ok: true, value: { results: [1] } });
	});
});

describe('an answer that is none', () => {
	it.each<[string, string, true | undefined]>([
		['', 'DeepInfra sent an empty answer', true],
		[' \n', 'DeepInfra sent an empty answer', true],
		['{"results": [{"gene', "DeepInfra's answer was cut off: its JSON has no end", true],
		['<!doctype html><h1>Hi</h1>', 'DeepInfra sent a web page instead of an answer', true],
		['upstream error', 'DeepInfra sent an answer that is not JSON: upstream error', true],
		['null', 'DeepInfra answered without a JSON object', undefined],
		['[1]', 'DeepInfra answered without a JSON object', undefined],
		['"text"', 'DeepInfra answered without a JSON object', undefined],
		['5', 'DeepInfra answered without a JSON object', undefined],
	])('%j is told as such', (text, message, isSpoilt) => {
		const problem = { kind: 'answer', message, requestId: undefined, isSpoilt };
		expect(receive(200, text)).toEqual({ ok: false, problem });
	});

	it('shows only the start of a long text', () => {
		const { ok, ...rest } = receive(200, 'x'.repeat(1_000_000));
		expect(ok).toBe(false);
		expect(JSON.stringify(rest).length).toBeLessThan(300);
	});

	it('is a refusal when the inference failed, with the request ID', () => {
		expect(receive(200, '{"request_id":"R7","inference_status":{"status":"failed"},"error":"NSFW"}')).toEqual({
			ok: false,
			problem: { kind: 'refusal', message: 'The model failed on this input: NSFW', requestId: 'R7' },
		});
	});
});

describe('a status that is no success', () => {
	it.each([
		[422, '{"detail":[]}', { detail: [] }],
		[502, '<html>Bad Gateway</html>', '<html>Bad Gateway</html>'],
		[405, '', ''],
		[302, 'moved', 'moved'],
		[199, '1', 1],
	])('%i keeps its body as it came', (status, text, body) => {
		expect(receive(status, text)).toEqual({
			ok: false,
			problem: { kind: 'status', status, body, requestId: undefined, retryAfter: undefined },
		});
	});

	it('reads how long to wait', () => {
		expect(receive(429, '', { 'retry-after': '7' })).toMatchObject({ problem: { retryAfter: 7000 } });
		// This machine's clock may be wrong: a date is one of the service's.
		for (const hour of [3, 11, 12, 13, 22]) {
			const date = `Tue, 24 Nov 2026 ${String(hour).padStart(2, '0')}:59:50 GMT`;
			const later = `Tue, 24 Nov 2026 ${String(hour + 1).padStart(2, '0')}:00:20 GMT`;
			expect(receive(503, '', { date, 'retry-after': later })).toMatchObject({ problem: { retryAfter: 30_000 } });
			expect(receive(503, '', { date, 'retry-after': '30' })).toMatchObject({ problem: { retryAfter: 30_000 } });
		}
		expect(receive(503, '', { date: 'soon', 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' })).toMatchObject({
			problem: { retryAfter: 30_000 },
		});
		expect(receive(503, '', { 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' })).toMatchObject({
			problem: { retryAfter: 30_000 },
		});
	});
});

describe('the request ID', () => {
	it.each<[string, string, Record<string, unknown>, string | undefined]>([
		['from the body', '{"request_id":"B"}', { 'x-request-id': 'H' }, 'B'],
		['from a header', '{"request_id":null}', { 'x-request-id': 'H' }, 'H'],
		['from another header', 'no json', { 'x-deepinfra-request-id': 'D' }, 'D'],
		['from none when the header is odd', '{}', { 'x-request-id': ['a', 'b'], 'request-id': '' }, undefined],
	])('comes %s', (_, text, headers, requestId) => {
		expect(receive(500, text, headers)).toMatchObject({ problem: { requestId } });
	});
});
