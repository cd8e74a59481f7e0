export interface Clock {
	/** Milliseconds. */
	now(): number;
	/** Ends early, without an error, when the signal aborts. */
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How many requests start at once before the start is spread out. */
const FIRST_BURST = 16;

/** How many successes, for each request that may run, it takes until one more may; doubled when that was too many. */
const PATIENCE = 2;
const MOST_PATIENCE = 32;

/**
 * Lets at most `max` requests run at once, and fewer when the service says it is too many.
 *
 * A busy answer (429) means that those now running are as many as the service takes, so that becomes the limit;
 * it grows by one again after some successes. The first requests beyond FIRST_BURST start a millisecond apart:
 * a service that refuses is then noticed after a few refusals instead of after hundreds.
 */
export class Gate {
	private limit: number;
	private active = 0;
	private started = 0;
	private successes = 0;
	private patience = PATIENCE;
	private isProbing = false;
	private isRefused = false;
	private isPausing = false;
	private readonly waiting: Array<() => void> = [];

	constructor(
		private readonly max: number,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
	) {
		this.limit = max;
		signal.addEventListener('abort', () => this.open(), { once: true });
	}

	/** Resolves when the request may start; for everybody at once when the run is stopped. Each enter needs a leave. */
	async enter(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.waiting.push(resolve);
			this.open();
		});
	}

	/** `busy`: the service refused the request because it is one too many. */
	leave(result: 'answered' | 'busy' | 'failed'): void {
		this.active--;
		if (result === 'busy') this.lower();
		else if (result === 'answered') this.raise();
		this.open();
	}

	/** How many requests may run at once now. */
	get current(): number {
		return this.limit;
	}

	private lower(): void {
		if (this.isProbing) this.patience = Math.min(2 * this.patience, MOST_PATIENCE);
		this.isProbing = false;
		this.isRefused = true;
		this.limit = Math.max(1, Math.min(this.limit, this.active));
		this.successes = 0;
	}

	private raise(): void {
		if (this.limit >= this.max || ++this.successes < this.patience * this.limit) return;
		if (this.isProbing) this.patience = Math.max(PATIENCE, this.patience / 2);
		this.isProbing = true;
		this.limit++;
		this.successes = 0;
	}

	private get hasRoom(): boolean {
		return this.waiting.length > 0 && (this.active < this.limit || this.signal.aborted);
	}

	private get isSpreading(): boolean {
		return !this.isRefused && !this.signal.aborted && this.started >= FIRST_BURST && this.started < this.max;
	}

	private open(): void {
		while (this.hasRoom) {
			if (this.isSpreading) {
				this.pause();
				return;
			}
			this.letIn();
		}
	}

	/** Nobody has a place while they wait for their millisecond, so a refusal meanwhile keeps them out. */
	private pause(): void {
		if (this.isPausing) return;
		this.isPausing = true;
		void this.clock.sleep(1, this.signal).then(() => {
			this.isPausing = false;
			// The more have been let in without a refusal, the more may follow at a time.
			for (let left = 1 + Math.floor(this.started / 64); left > 0 && this.hasRoom; left--) this.letIn();
			this.open();
		});
	}

	private letIn(): void {
		this.active++;
		this.started++;
		this.waiting.shift()?.();
	}
}
