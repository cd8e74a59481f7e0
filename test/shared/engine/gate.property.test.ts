import fc from 'fast-check';
import { Gate, type Door } from '../../../nodes/shared/engine/gate';
import { Pace } from '../../../nodes/shared/engine/pace';
import { FakeClock } from '../../support/clock';
import { randomFrom } from '../../support/fakeService';

type Result = 'answered' | 'busy' | 'failed';
const results = fc.array(fc.constantFrom<Result>('answered', 'busy', 'failed'), { minLength: 1, maxLength: 120 });
const latency = fc.integer({ min: 0, max: 50 });

interface Watch {
	readonly gate: Gate;
	readonly door: Door;
	readonly clock: FakeClock;
	readonly stop: AbortController;
	active: number;
	most: number;
	readonly order: number[];
}

const watch = (max: number, lag = 1): Watch => {
	const [clock, stop] = [new FakeClock(lag), new AbortController()];
	const gate = new Gate(new Pace(max), clock);
	return { gate, door: gate.door(stop.signal), clock, stop, active: 0, most: 0, order: [] };
};

async function pass(state: Watch, index: number, result: Result, milliseconds: number): Promise<void> {
	await state.door.enter();
	state.order.push(index);
	state.active++;
	if (!state.stop.signal.aborted) state.most = Math.max(state.most, state.active);
	await state.clock.sleep(milliseconds, state.stop.signal);
	state.active--;
	state.door.leave(result);
}

const passAll = async (state: Watch, all: readonly Result[], milliseconds: number) =>
	await Promise.all(all.map(async (result, index) => await pass(state, index, result, milliseconds)));

describe('the gate', () => {
	it('never lets more through than allowed, and everybody in the end, whatever comes of it', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 40 }), results, latency, async (max, all, milliseconds) => {
				const state = watch(max);
				await state.clock.run(passAll(state, all, milliseconds));
				expect(state.most).toBeLessThanOrEqual(max);
				expect(state.order).toHaveLength(all.length);
				expect(state.active).toBe(0);
				expect(state.gate.current).toBeGreaterThanOrEqual(1);
				expect(state.gate.current).toBeLessThanOrEqual(max);
			}),
		);
	});

	it('has no pause left when nobody waits any longer', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 5 }), results, latency, async (max, all, milliseconds) => {
				const state = watch(max);
				await state.clock.run(passAll(state, all, milliseconds));
				expect(state.clock.asleep).toBe(0);
			}),
		);
	});

	it('gives everybody a turn in the order in which they came', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 30 }), results, latency, async (max, all, milliseconds) => {
				const state = watch(max);
				await state.clock.run(passAll(state, all, milliseconds));
				expect(state.order).toEqual(all.map((_, index) => index));
			}),
		);
	});

	it('uses all the room it has while nothing is refused, after no more rounds than doubling takes', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 120 }), async (max, more) => {
				const state = watch(max);
				const first = Math.min(max, 16);
				const rounds = Math.ceil(Math.log2(max / first));
				const count = first * 2 ** rounds - first + max + more;
				await state.clock.run(passAll(state, Array<Result>(count).fill('answered'), 1000));
				expect(state.most).toBe(max);
				expect(state.clock.now()).toBeLessThanOrEqual(1000 * (rounds + Math.ceil((max + more) / max)));
			}),
		);
	});

	it('has at most twice as many on their way as were answered so far, and a first burst', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 400 }),
				latency,
				fc.integer({ min: 1, max: 60 }),
				async (max, milliseconds, lag) => {
					const state = watch(max, lag);
					let [answered, worst] = [0, 0];
					const one = async () => {
						await state.door.enter();
						state.active++;
						worst = Math.max(worst, state.active - answered);
						await state.clock.sleep(milliseconds, state.stop.signal);
						state.active--;
						answered++;
						state.door.leave('answered', milliseconds);
					};
					await state.clock.run(Promise.all(Array.from({ length: 500 }, one)));
					expect(worst).toBeLessThanOrEqual(16);
				},
			),
		);
	});

	it('does not wait for the end of requests that take long, once one was answered', async () => {
		const state = watch(400);
		const all = Array.from(
			{ length: 400 },
			async (_, index) => await pass(state, index, 'answered', index === 0 ? 100 : 60_000),
		);
		await state.clock.run(Promise.all(all));
		expect(state.most).toBeGreaterThanOrEqual(399);
		expect(state.clock.now()).toBeLessThan(70_000);
		const unknown = watch(400);
		await unknown.clock.run(passAll(unknown, Array<Result>(400).fill('failed'), 3000));
		expect(unknown.most).toBe(16);
	});

	it('lets everybody out at once when the run is stopped, at any moment', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 40 }),
				results,
				latency,
				fc.integer({ min: 0, max: 400 }),
				async (max, all, milliseconds, at) => {
					const state = watch(max);
					const stopping = state.clock.sleep(at, new AbortController().signal).then(() => state.stop.abort());
					await state.clock.run(Promise.all([passAll(state, all, milliseconds), stopping]));
					expect(state.order).toHaveLength(all.length);
					expect(state.active).toBe(0);
				},
			),
		);
	});

	it('lets those who wait out even when the requests that run do not end', async () => {
		const state = watch(1);
		await state.door.enter();
		const waiting = Promise.all([state.door.enter(), state.door.enter()]);
		state.stop.abort();
		expect(await state.clock.run(waiting)).toHaveLength(2);
	});

	it('is open for all when the run was stopped before', async () => {
		const state = watch(1);
		state.stop.abort();
		const late = new Gate(new Pace(1), state.clock).door(state.stop.signal);
		await state.clock.run(Promise.all([late.enter(), late.enter(), late.enter()]));
		await state.clock.run(passAll(state, ['failed', 'busy', 'answered'], 10));
		expect(state.order).toEqual([0, 1, 2]);
	});

	it('lowers to what the service takes, and grows again by and by', async () => {
		const state = watch(10);
		await state.clock.run(Promise.all(Array.from({ length: 4 }, async () => await state.door.enter())));
		state.door.leave('busy');
		expect(state.gate.current).toBe(3);
		for (let index = 0; index < 3; index++) state.door.leave('answered');
		expect(state.gate.current).toBe(3);
		const all = Array<Result>(200).fill('answered');
		await state.clock.run(passAll(state, all, 10));
		expect(state.gate.current).toBe(10);
	});

	it('never falls below one', async () => {
		const state = watch(5);
		await state.clock.run(passAll(state, Array<Result>(20).fill('busy'), 10));
		expect(state.gate.current).toBe(1);
	});

	it('works with latencies that all differ', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 20 }), results, async (seed, max, all) => {
				const [state, random] = [watch(max), randomFrom(seed)];
				await state.clock.run(
					Promise.all(all.map(async (result, index) => await pass(state, index, result, random() * 100))),
				);
				expect(state.most).toBeLessThanOrEqual(max);
				expect(state.order).toHaveLength(all.length);
			}),
		);
	});
});
