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

/** Milliseconds after which a request counts as taken: what is one too many is refused at once. */
const TAKEN_AFTER = 1000;

/**
 * Lets as many requests run at once as its pace allows. Those who share it come through doors of their own:
 * the door with the fewest requests running comes first, so that nobody is kept out by what others wait for.
 */
export class Gate {
	private readonly queue = new Set<Door>();
	/** The pause of those who wait: what a run leaves behind must not keep a process that would end. */
	private pause = new AbortController();
	private active = 0;
	/** Requests that have ended since those that run were counted. */
	private ended = 0;
	private isWatching = false;

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

	/** One more shares it, who allows so many at once; undefined where the gate is to find the number. */
	admit(maxConcurrency: number | undefined): void {
		this.pace.admit(maxConcurrency);
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
		for (let door = this.next(); door; door = this.next()) this.letIn(door);
		if (this.queue.size > 0 && !this.isWatching) void this.watch();
		// Without a reason, each abort would build an error with its stack.
		if (this.queue.size === 0 && this.isWatching) this.pause.abort('nobody waits');
	}

	join(door: Door): void {
		this.queue.add(door);
		this.open();
	}

	leave(passing: Passing, milliseconds: number): void {
		// Who comes through two gates does not stand here yet when there is room in the first.
		const isWanted = this.queue.size > 0 || this.active > this.pace.limit / 2;
		this.active--;
		this.ended++;
		if (passing === 'busy') this.pace.busy(this.active);
		else if (passing === 'answered') this.pace.answered(isWanted, milliseconds);
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
		// The last who came in is the last in turn.
		this.queue.delete(door);
		if (door.letIn()) this.queue.add(door);
	}

	/** While some wait, looks at those that run: requests that take long must not hold up the growth. */
	private async watch(): Promise<void> {
		this.isWatching = true;
		while (this.queue.size > 0) {
			const before = this.active;
			this.ended = 0;
			this.pause = new AbortController();
			await this.clock.sleep(TAKEN_AFTER, this.pause.signal);
			if (this.pause.signal.aborted) continue;
			if (this.active >= this.pace.limit) this.pace.lasted(Math.max(0, before - this.ended));
			this.open();
		}
		this.isWatching = false;
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
