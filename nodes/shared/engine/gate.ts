import { onAbort } from './abort';
import type { Pace } from './pace';

export interface Clock {
	/** Milliseconds. */
	now(): number;
	/** Ends early, without an error, when the signal aborts. */
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How a request went that has had its place: `busy`, refused because it was one too many; `unsent`, not even sent. */
export type Passing = 'answered' | 'busy' | 'failed' | 'unsent';

/**
 * Lets as many requests run at once as its pace allows. Those who share it come through doors of their own:
 * the door with the fewest requests running comes first, so that nobody is kept out by what others wait for.
 *
 * Requests beyond what is known to be taken start a millisecond apart: a service that refuses is then noticed
 * after a few refusals instead of after hundreds.
 */
export class Gate {
	private readonly queue = new Set<Door>();
	/** A gate outlives the runs that share it. */
	private readonly never = new AbortController().signal;
	private active = 0;
	private started = 0;
	private isPausing = false;

	constructor(
		private readonly pace: Pace,
		private readonly clock: Clock,
	) {}

	/**
	 * @param signal opens the door for everybody at once: the run is over
	 * @param max how many may be in through this door at once
	 */
	door(signal: AbortSignal, max = Infinity): Door {
		const door: Door = new Door(this, signal, max);
		onAbort(signal, () => this.open());
		return door;
	}

	/** How many requests may run at once now. */
	get current(): number {
		return this.pace.limit;
	}

	/** After a break of the service nothing is known of it any more. */
	restart(): void {
		this.pace.restart();
	}

	/** Lets in whoever may come in now. */
	open(): void {
		for (let door = this.next(); door; door = this.next()) {
			if (!door.isOver && this.active >= this.pace.free) return this.wait();
			this.letIn(door);
		}
	}

	join(door: Door): void {
		this.queue.add(door);
		this.open();
	}

	leave(passing: Passing, milliseconds: number): void {
		const running = this.active--;
		if (passing === 'busy') this.pace.busy(this.active);
		else if (passing === 'answered') this.pace.answered(running, this.queue.size > 0, milliseconds);
		else if (passing === 'failed') this.pace.failed();
		this.open();
	}

	/** The door whose turn it is; none when there is no room. */
	private next(): Door | undefined {
		const isFull = this.active >= this.pace.limit;
		let found: Door | undefined;
		for (const door of this.queue) {
			if (door.isOver) return door;
			if (!isFull && door.hasRoom && (!found || door.running < found.running)) found = door;
		}
		return found;
	}

	private letIn(door: Door): void {
		this.active++;
		this.started++;
		// The last who came in is the last in turn.
		this.queue.delete(door);
		if (door.letIn()) this.queue.add(door);
	}

	/** Nobody has a place while they wait for their millisecond, so a refusal meanwhile keeps them out. */
	private wait(): void {
		if (this.isPausing) return;
		this.isPausing = true;
		void this.clock.sleep(1, this.never).then(() => {
			this.isPausing = false;
			// The more have been let in without a refusal, the more may follow at a time.
			let left = 1 + Math.floor(this.started / 256);
			for (let door = this.next(); door && left-- > 0; door = this.next()) this.letIn(door);
			this.open();
		});
	}
}

/** Where the requests of one run, or for one model, come in. */
export class Door {
	running = 0;
	private readonly waiting: Array<() => void> = [];

	constructor(
		private readonly gate: Gate,
		private readonly signal: AbortSignal,
		private readonly max: number,
	) {}

	/** Resolves when the request may start; for everybody at once when the run is stopped. Each enter needs a leave. */
	async enter(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.waiting.push(resolve);
			this.gate.join(this);
		});
	}

	/** @param milliseconds how long the request took */
	leave(passing: Passing, milliseconds = 0): void {
		this.running--;
		this.gate.leave(passing, milliseconds);
	}

	get isOver(): boolean {
		return this.signal.aborted;
	}

	get hasRoom(): boolean {
		return this.running < this.max;
	}

	/** @returns whether more are waiting */
	letIn(): boolean {
		this.running++;
		this.waiting.shift()?.();
		return this.waiting.length > 0;
	}
}
