import fc from 'fast-check';
import { failed, succeeded, type Outcome, type Problem } from '../../../nodes/shared/core/problem';
import { retryDelay } from '../../../nodes/shared/engine/retry';
import { FakeClock } from '../../support/clock';
import { callAll, FakeService, randomFrom } from '../../support/fakeService';

const status = (code: number, retryAfter?: number): Problem => ({ kind: 'status', status: code, body: '', retryAfter });
const PROBLEMS: readonly Problem[] = [
	status(429),
	status(503),
	status(429, 2000),
	status(400),
	status(500),
	{ kind: 'network', code: 'ECONNRESET', message: '' },
	{ kind: 'network', code: 'ENOTFOUND', message: '' },
	{ kind: 'timeout', seconds: 3 },
	{ kind: 'cut', message: '' },
];
const scripts = fc.array(fc.array(fc.constantFrom('ok' as const, ...PROBLEMS), { minLength: 1, maxLength: 8 }), {
	minLength: 1,
	maxLength: 40,
});
const isRetried = (step: 'ok' | Problem) => step !== 'ok' && retryDelay(step, 1, 0) !== undefined;

/** How often a script is sent and what comes of it, said without the engine. */
function expected(script: ReadonlyArray<'ok' | Problem>, maxRetries: number): { sends: number; last: 'ok' | Problem } {
	const steps = [...script, 'ok' as const].slice(0, maxRetries + 1);
	const end = steps.findIndex((step) => !isRetried(step));
	const sends = end < 0 ? steps.length : end + 1;
	return { sends, last: steps[sends - 1] ?? 'ok' };
}

describe('callUntilAnswered', () => {
	it('sends once and again for each retry, no more, and brings what came last', async () => {
		await fc.assert(
			fc.asyncProperty(
				scripts,
				fc.integer({ min: 1, max: 12 }),
				fc.integer({ min: 0, max: 6 }),
				async (all, max, maxRetries) => {
					const [sends, clock] = [all.map(() => 0), new FakeClock()];
					let [running, most] = [0, 0];
					const { called } = await callAll<number>(
						all.length,
						max,
						maxRetries,
						async (index, { signal }): Promise<Outcome<number>> => {
							running++;
							most = Math.max(most, running);
							await clock.sleep(10, signal);
							running--;
							const step = all[index]?.[sends[index] ?? 0] ?? 'ok';
							sends[index] = (sends[index] ?? 0) + 1;
							return step === 'ok' ? succeeded(index) : failed(step);
						},
						{ clock },
					);
					expect(most).toBeLessThanOrEqual(max);
					const wanted = all.map((script) => expected(script, maxRetries));
					expect(called).toEqual(
						wanted.map((want, index) => ({
							attempts: want.sends,
							outcome: want.last === 'ok' ? succeeded(index) : failed(want.last),
						})),
					);
					expect(sends).toEqual(wanted.map((want) => want.sends));
				},
			),
		);
	});

	it('waits at least as long as the service asks, and lets others go on meanwhile', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 300_000 }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				async (asked, random) => {
					const clock = new FakeClock();
					const times: number[] = [];
					let otherAt = -1;
					await callAll<number>(
						2,
						1,
						1,
						async (index) => {
							if (index === 1) {
								otherAt = clock.now();
								return succeeded(1);
							}
							times.push(clock.now());
							return times.length === 1 ? failed(status(429, asked)) : succeeded(0);
						},
						{ clock, random: () => random },
					);
					expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(asked);
					expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(asked + 500);
					expect(otherAt).toBeLessThanOrEqual(1);
				},
			),
		);
	});

	it('starts nothing once the run is stopped, and lets every call end', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 1, max: 20 }),
				fc.integer({ min: 0, max: 3000 }),
				fc.integer({ min: 1, max: 20 }),
				async (count, max, at, capacity) => {
					const [clock, stop] = [new FakeClock(), new AbortController()];
					const service = new FakeService(clock, capacity, () => 100);
					let lateSends = 0;
					void clock.sleep(at, new AbortController().signal).then(() => stop.abort());
					const { called } = await callAll(
						count,
						max,
						5,
						async (index, { signal }) => {
							if (signal.aborted) lateSends++;
							return await service.answer(index, signal);
						},
						{ clock, stop },
					);
					expect(lateSends).toBe(0);
					expect(called).toHaveLength(count);
					const others = called.filter(
						({ outcome }) => !outcome.ok && !['stopped', 'status'].includes(outcome.problem.kind),
					);
					expect(others).toEqual([]);
				},
			),
		);
	});

	it('sends nothing when the run was stopped before', async () => {
		const stop = new AbortController();
		stop.abort();
		const { called } = await callAll<number>(20, 2, 4, () => Promise.reject(new Error('sent')), { stop });
		expect(called).toEqual(Array(20).fill({ attempts: 0, outcome: failed({ kind: 'stopped' }) }));
	});
});

/** Requests that are refused cost time, and on an account that others use, too, more than that. */
describe('a service that takes only so many at once', () => {
	/** A first burst that finds the limit, then one for each time the limit grew: after two successes for each place. */
	const fewRefusals = (count: number, capacity: number) => 30 + (0.75 * count) / capacity;

	const load = async (seed: number, count: number, capacity: number, max: number, maxRetries: number) => {
		const [clock, random] = [new FakeClock(), randomFrom(seed)];
		const service = new FakeService(clock, capacity, () => 50 + random() * 400);
		const { called } = await callAll(
			count,
			max,
			maxRetries,
			async (index, { signal }) => await service.answer(index, signal),
			{ clock, random },
		);
		return { service, clock, called, lost: called.filter(({ outcome }) => !outcome.ok).length };
	};

	it('answers everything, with few requests refused', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer(),
				fc.integer({ min: 1, max: 200 }),
				fc.integer({ min: 0, max: 200 }),
				fc.integer({ min: 1, max: 400 }),
				async (seed, capacity, more, count) => {
					const { service, called, lost } = await load(seed, count, capacity, capacity + more, 20);
					expect(lost).toBe(0);
					expect(called.map(({ outcome }) => outcome.ok && outcome.value)).toEqual(called.map((_, index) => index));
					expect(service.most).toBeLessThanOrEqual(capacity);
					expect(service.refused).toBeLessThanOrEqual(fewRefusals(count, capacity));
				},
			),
			{ numRuns: 60 },
		);
	});

	it.each([
		[1, 16, 200],
		[4, 16, 400],
		[10, 64, 1000],
		[50, 200, 2000],
		[190, 200, 2000],
		[200, 1000, 5000],
	])('a capacity of %i with Max Concurrency %i and %i items', async (capacity, max, count) => {
		const { service, clock, lost } = await load(7, count, capacity, max, 20);
		const ideal = (count * 250) / capacity;
		expect(lost).toBe(0);
		expect(service.refused).toBeLessThanOrEqual(fewRefusals(count, capacity));
		expect(clock.now() / ideal).toBeLessThan(1.6);
	});

	// What is refused is seen late, with many others at once.
	it.each([5, 40, 150])(
		'of 20 is found on a machine that looks every %i ms only, with few requests refused',
		async (lag) => {
			for (const max of [100, 1000, undefined]) {
				const clock = new FakeClock(lag);
				const service = new FakeService(clock, 20, () => 30);
				const { called } = await callAll(
					1000,
					max,
					4,
					async (index, { signal }) => await service.answer(index, signal),
					{
						clock,
						random: randomFrom(lag),
					},
				);
				expect(called.filter(({ outcome }) => !outcome.ok)).toEqual([]);
				expect(service.refused).toBeGreaterThan(0);
				expect(service.refused).toBeLessThan(100);
			}
		},
	);

	it('loses few items with the retries that are set by default', async () => {
		for (const [capacity, max, count] of [
			[4, 16, 400],
			[50, 200, 2000],
		] as const) {
			const { lost } = await load(11, count, capacity, max, 4);
			expect(lost).toBe(0);
		}
	});
});
