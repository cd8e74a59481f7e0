import { Breaker, type Sign } from '../../../nodes/shared/engine/breaker';
import type { Problem } from '../../../nodes/shared/core/problem';
import { FakeClock } from '../../support/clock';
import { randomFrom } from '../../support/fakeService';

const PROBLEM: Extract<Problem, { kind: 'status' }> = { kind: 'status', status: 503, body: '' };
const turns = async (count: number) => {
	for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

interface Course {
	/** Requests that were sent. */
	readonly sent: number;
	/** Milliseconds. */
	readonly took: number;
	readonly breaker: Breaker;
}

/** So many requests, as many at once as `places`, each of which ends as `signOf` says. Ends early when nothing may be sent. */
async function run(
	count: number,
	places: number,
	probes: number,
	signOf: (sent: number) => Sign,
	problem: Problem = PROBLEM,
): Promise<Course> {
	const clock = new FakeClock();
	const breaker = new Breaker(clock, new AbortController().signal, probes);
	let [sent, left] = [0, count];
	const place = async () => {
		while (left > 0 && !breaker.verdict) {
			if (!breaker.isOpen) {
				await breaker.change();
				continue;
			}
			left--;
			breaker.enter();
			const sign = signOf(sent++);
			await turns(1 + (sent % 3));
			breaker.leave(sign, sign === 'well' ? undefined : problem);
		}
		breaker.wake();
	};
	await clock.run(Promise.all(Array.from({ length: places }, place)));
	return { sent, breaker, took: clock.now() };
}

const MIXES: Record<string, readonly Sign[]> = {
	'all refused for good': ['hopeless'],
	'all down': ['down'],
	'all without a meaning': ['none'],
	'a mix': ['hopeless', 'down', 'none'],
	'mostly down': ['hopeless', 'down', 'down', 'down', 'none'],
};

describe('faults at random', () => {
	it.each(Object.keys(MIXES).flatMap((mix) => [1, 2, 5, 16, 200].map((places) => [mix, places] as const)))(
		'%s, in up to half of all requests, end no run: %i at once',
		async (mix, places) => {
			const signs = MIXES[mix] ?? [];
			for (const [seed, rate] of [0.1, 0.3, 0.5, 0.5, 0.5].entries()) {
				const random = randomFrom(seed * 7919 + places);
				const { sent, breaker } = await run(2000, places, 8, (index) =>
					index < 1 || random() >= rate ? 'well' : (signs[Math.floor(random() * signs.length)] ?? 'none'),
				);
				expect(breaker.verdict).toBeUndefined();
				expect(sent).toBe(2000);
			}
		},
	);
});

describe('what is over', () => {
	it.each([1, 5, 16])('is a key that was never well, after those on their way: %i at once', async (places) => {
		const { sent, breaker } = await run(1000, places, 8, () => 'hopeless');
		expect(sent).toBe(places);
		expect(breaker.verdict).toEqual(PROBLEM);
	});

	it('is a key that was well before, after some doubts', async () => {
		const { sent, breaker } = await run(1000, 16, 8, (index) => (index < 300 ? 'well' : 'hopeless'));
		expect(sent).toBeLessThanOrEqual(300 + 16 + 30);
		expect(breaker.verdict).toEqual(PROBLEM);
	});

	it.each([1, 16])('is a service that stays down, after few requests: %i at once', async (places) => {
		const { sent, breaker } = await run(1000, places, 8, () => 'down');
		expect(sent).toBeLessThanOrEqual(60);
		expect(breaker.verdict).toEqual(PROBLEM);
	});

	it.each([1, 16])('is a service that asks for a longer break than a run waits: %i at once', async (places) => {
		const hour = { ...PROBLEM, retryAfter: 3_600_000 };
		const down = await run(1000, places, 8, () => 'down', hour);
		expect(down.sent).toBeLessThanOrEqual(28 + places);
		expect(down.took).toBe(0);
		expect(down.breaker.verdict).toEqual(hour);
		// What looks like a wrong key is doubted, but not for hours.
		const refused = await run(1000, places, 8, (index) => (index < 300 ? 'well' : 'hopeless'), hour);
		expect(refused.took).toBeLessThan(300_000);
	});

	it('is left alone for as long as it asks, where a run waits that long', async () => {
		const down = await run(1000, 16, 8, () => 'down', { ...PROBLEM, retryAfter: 60_000 });
		expect(down.took).toBe(8 * 60_000);
	});
});
