import { callUntilAnswered, type Called, type CallContext, type Passage } from '../../nodes/shared/engine/call';
import { Gate, type Door } from '../../nodes/shared/engine/gate';
import { passingOf } from '../../nodes/shared/engine/lane';
import { Pace } from '../../nodes/shared/engine/pace';
import { failed, succeeded, type Outcome } from '../../nodes/shared/core/problem';
import { FakeClock } from './clock';

/** A service as the tests imagine it: it takes `capacity` requests at once and refuses the rest at once. */
export class FakeService {
	running = 0;
	most = 0;
	sent = 0;
	refused = 0;
	readonly sentAt: number[] = [];

	constructor(
		private readonly clock: FakeClock,
		private readonly capacity: number,
		private readonly latency: () => number,
	) {}

	async answer<T>(value: T, signal: AbortSignal): Promise<Outcome<T>> {
		this.sent++;
		this.sentAt.push(this.clock.now());
		if (this.running >= this.capacity) {
			this.refused++;
			await this.clock.sleep(5, signal);
			return failed({ kind: 'status', status: 429, body: { error: 'Rate limited' } });
		}
		this.running++;
		this.most = Math.max(this.most, this.running);
		await this.clock.sleep(this.latency(), signal);
		this.running--;
		return signal.aborted ? failed({ kind: 'stopped' }) : succeeded(value);
	}
}

interface Surroundings {
	readonly clock?: FakeClock;
	readonly stop?: AbortController;
	random?(): number;
}

/** The way through a gate alone, which learns from how requests went. */
function throughGate<T>(door: Door, { clock, signal }: CallContext): Passage<T> {
	let since = 0;
	return {
		async enter() {
			await door.enter();
			since = clock.now();
			if (!signal.aborted) return undefined;
			door.leave('failed');
			return { kind: 'stopped' };
		},
		leave: (outcome) => door.leave(passingOf(outcome), clock.now() - since),
	};
}

/** All calls of a run, started at once as the engine does. `max`: left out, the gate finds the number. */
export async function callAll<T>(
	count: number,
	max: number | undefined,
	maxRetries: number,
	send: (index: number, run: CallContext) => Promise<Outcome<T>>,
	{ clock = new FakeClock(), stop = new AbortController(), random = () => 0.5 }: Surroundings = {},
): Promise<{ readonly called: Array<Called<T>>; readonly gate: Gate }> {
	const gate = new Gate(new Pace(max), clock);
	const door = gate.door(stop.signal);
	const run: CallContext = { clock, signal: stop.signal, random };
	const calls = Array.from(
		{ length: count },
		async (_, index) =>
			await callUntilAnswered(async () => await send(index, run), { maxRetries }, throughGate(door, run), run),
	);
	return { called: await clock.run(Promise.all(calls)), gate };
}

/** A repeatable stream of numbers from 0 to 1. */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}
