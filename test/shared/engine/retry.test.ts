import type { Problem } from '../../../nodes/shared/core/problem';
import { planRetries, readRetryAfter, retryDelay } from '../../../nodes/shared/engine/retry';

const NOW = Date.UTC(2026, 10, 24, 12);
const status = (code: number, retryAfter?: number): Problem => ({ kind: 'status', status: code, body: '', retryAfter });
const network = (code: string): Problem => ({ kind: 'network', code, message: '' });
const unconnected = (code: string): Problem => ({ kind: 'network', code, message: '', isUnconnected: true });

describe('Retry-After', () => {
	it.each<[unknown, number | undefined]>([
		['0', 0],
		['7', 7000],
		[' 7 ', 7000],
		['1.5', 1500],
		[7, 7000],
		['Tue, 24 Nov 2026 12:01:00 GMT', 60_000],
		['Tuesday, 24-Nov-26 12:01:00 GMT', 60_000],
		['Tue, 24 Nov 2026 11:00:00 GMT', 0],
	])('%j is a wait', (header, expected) => {
		expect(readRetryAfter(header, NOW)).toBe(expected);
	});

	it.each<[unknown]>([
		['-5'],
		[-5],
		[''],
		['soon'],
		['NaN'],
		['Infinity'],
		[NaN],
		['0x10'],
		['5s'],
		['1e3'],
		['5, 7'],
		['retry 5'],
		['Mon 5'],
		[['7']],
		[null],
		[undefined],
		[{}],
		[true],
	])('%j says nothing', (header) => {
		expect(readRetryAfter(header, NOW)).toBeUndefined();
	});
});

describe('the wait before the next try', () => {
	it.each([429, 502, 503, 521, 522, 523])('follows the status %i', (code) => {
		expect(retryDelay(status(code), 1, 0)).toBe(250);
		expect(retryDelay(status(code), 1, 1)).toBe(500);
	});

	it.each([400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 423, 500, 501, 504, 505, 520, 524, 302])(
		'never follows the status %i',
		(code) => {
			expect(retryDelay(status(code), 1, 0.5)).toBeUndefined();
			expect(retryDelay(status(code, 1000), 1, 0.5)).toBeUndefined();
		},
	);

	it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])('follows %s', (code) => {
		expect(retryDelay(network(code), 1, 1)).toBe(500);
	});

	it.each(['ENOTFOUND', 'ETIMEDOUT', 'CERT_HAS_EXPIRED', '', 'constructor'])('never follows %j', (code) => {
		expect(retryDelay(network(code), 1, 1)).toBeUndefined();
	});

	it.each(['ETIMEDOUT', 'EADDRNOTAVAIL', 'ENETDOWN', 'EHOSTDOWN'])('follows %s where nothing was sent', (code) => {
		expect(retryDelay(unconnected(code), 1, 1)).toBe(500);
		expect(retryDelay(network(code), 1, 1)).toBeUndefined();
	});

	it('never follows what no other try mends, although nothing was sent', () => {
		for (const code of ['EACCES', 'EINVAL', 'ENOTFOUND', 'CERT_HAS_EXPIRED'])
			expect(retryDelay(unconnected(code), 1, 1)).toBeUndefined();
	});

	it.each<[Problem]>([
		[{ kind: 'timeout', seconds: 1 }],
		[{ kind: 'cut', message: '' }],
		[{ kind: 'answer', message: '' }],
		[{ kind: 'refusal', message: '' }],
		[{ kind: 'input', message: '' }],
		[{ kind: 'local', message: '' }],
		[{ kind: 'download', message: '' }],
		[{ kind: 'budget', budget: 1, spent: 1 }],
		[{ kind: 'stopped' }],
	])('never follows %j, which may have been billed or is final', (problem) => {
		expect(retryDelay(problem, 1, 0.5)).toBeUndefined();
	});

	it('doubles up to half a minute', () => {
		const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20, 2000].map((attempt) => retryDelay(status(429), attempt, 1));
		expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
	});

	it('is at least what the service asked for, and little more', () => {
		for (const random of [0, 0.5, 1]) {
			const wait = retryDelay(status(429, 7000), 1, random) ?? 0;
			expect(wait).toBeGreaterThanOrEqual(7000);
			expect(wait).toBeLessThanOrEqual(7100);
		}
		expect(retryDelay(status(503, 300_000), 1, 0)).toBeGreaterThanOrEqual(300_000);
	});

	it('is none at all when the service asks for longer than five minutes', () => {
		expect(retryDelay(status(429, 300_001), 1, 0)).toBeUndefined();
		expect(retryDelay(status(429, readRetryAfter('9'.repeat(400), NOW)), 1, 0)).toBeUndefined();
	});
});

describe('what only looks and costs nothing is asked for again', () => {
	const delays = (problem: Problem) => [1, 2, 3].map((attempt) => retryDelay(problem, attempt, 1, 'free'));

	it.each<[Problem]>([
		[status(408)],
		[status(500)],
		[status(502)],
		[status(504)],
		[status(520)],
		[status(524)],
		[{ kind: 'cut', message: '' }],
		[{ kind: 'cut', message: '', costUsd: 0.1 }],
		[{ kind: 'status', status: 500, body: '', costUsd: 0.1 }],
		[{ kind: 'lost', seconds: 9 }],
		[network('ECONNRESET')],
		[{ kind: 'timeout', seconds: 60, isEarly: true }],
	])('after %j', (problem) => {
		expect(delays(problem)).toEqual([500, 1000, 2000]);
	});

	it('after 404 only where it follows an answer, whose job the service may not know yet', () => {
		expect(retryDelay(status(404), 1, 1, 'follows')).toBe(500);
		expect(retryDelay(status(410), 1, 1, 'follows')).toBeUndefined();
	});

	it('once after an answer that cannot be read', () => {
		expect(delays({ kind: 'answer', message: 'DeepInfra sent an empty answer' })).toEqual([500, undefined, undefined]);
	});

	it.each<[Problem]>([
		[{ kind: 'timeout', seconds: 1 }],
		[{ kind: 'refusal', message: '' }],
		[{ kind: 'stopped' }],
		[{ kind: 'local', message: '' }],
		[{ kind: 'status', status: 500, body: { error: 'Content moderated' } }],
		[status(400)],
		[status(401)],
		[status(404)],
		[status(503, 300_001)],
	])('not after %j', (problem) => {
		expect(delays(problem)).toEqual([undefined, undefined, undefined]);
	});
});

describe('one request after another failure', () => {
	/** How often it is sent again where each try fails so. */
	const retries = (rules: Parameters<typeof planRetries>[0], problem: Problem, took = 0) => {
		const delayAfter = planRetries(rules, () => 0);
		let count = 0;
		while (delayAfter(problem, took) !== undefined) count++;
		return count;
	};

	it.each([0, 1, 4])('is sent again %i times at most', (maxRetries) => {
		expect(retries({ maxRetries }, status(503))).toBe(maxRetries);
		expect(retries({ maxRetries }, status(400))).toBe(0);
	});

	it.each([
		[10_000, 3],
		[30_000, 1],
		[30_001, 0],
		[0, 9],
	])('waits for breaks of %i ms as long as they take 30 seconds together: %i times', (retryAfter, count) => {
		expect(retries({ maxRetries: 9, patience: 30 }, status(429, retryAfter))).toBe(count);
		expect(retries({ maxRetries: 9 }, status(429, retryAfter))).toBe(9);
	});

	it('that cannot connect takes no longer than one that can', () => {
		expect(retries({ maxRetries: 9, seconds: 30 }, unconnected('ETIMEDOUT'), 10_000)).toBe(2);
		expect(retries({ maxRetries: 9, seconds: 30 }, status(503), 10_000)).toBe(9);
	});
});
