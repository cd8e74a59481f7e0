export interface Clock {
	/** Milliseconds. */
	now(): number;
	/** Ends early, without an error, when the signal aborts. */
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How many requests start at once before the start is spread out. */
const FIRST_BURST = 16;

/**
 * Lets at most `max` requests run at once, and fewer when the service says it is too many.
 *
 * A busy answer (429) means that those now running are as many as the service takes, so that becomes the limit;
 * it grows by one again after twice as many successes as it lets through. The first requests beyond FIRST_BURST start a millisecond
 * apart: a service that refuses is then noticed after a few refusals instead of after hundreds.
 */
export class Gate {
	private limit: number;
	private active = 0;
	private started = 0;
	private successes = 0;
	private refused = false;
	private readonly waiting: Array<() => void> = [];
	private turn: Promise<void> = Promise.resolve();

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
		if (this.active < this.limit || this.signal.aborted) this.active++;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.started++;
		if (this.spreading) await this.spreadOut();
	}

	/** `busy`: the service refused the request because it is one too many. */
	leave(result: 'answered' | 'busy' | 'failed'): void {
		this.active--;
		if (result === 'busy') {
			this.refused = true;
			this.limit = Math.max(1, Math.min(this.limit, this.active));
			this.successes = 0;
		} else if (result === 'answered' && ++this.successes >= 2 * this.limit && this.limit < this.max) {
			this.limit++;
			this.successes = 0;
		}
		this.open();
	}

	/** How many requests may run at once now. */
	get current(): number {
		return this.limit;
	}

	private get spreading(): boolean {
		return !this.refused && !this.signal.aborted && this.started > FIRST_BURST && this.started <= this.max;
	}

	private open(): void {
		while (this.waiting.length > 0 && (this.active < this.limit || this.signal.aborted)) {
			this.active++;
			this.waiting.shift()?.();
		}
	}

	private async spreadOut(): Promise<void> {
		this.turn = this.turn.then(async () => {
			if (this.spreading) await this.clock.sleep(1, this.signal);
		});
		await this.turn;
	}
}
