/** How many requests start at once before anything is known of the service. */
export const FIRST_BURST = 16;

/** How many a model takes of one account, unless DeepInfra has agreed on more (docs/api.md). */
export const MOST_PER_MODEL = 200;

/** How many may be on their way without any answer yet where more are allowed than DeepInfra usually takes. */
const MOST_UNKNOWN = 64;

/** How many successes, for each request that may run, it takes until one more may; doubled when that was too many. */
const PATIENCE = 2;
const MOST_PATIENCE = 32;

/** Over how many answers a latency counts as the usual one, and as that of now. */
const USUAL = 256;
const NOW = 16;

/**
 * How many requests a service takes at once, learnt from how it answers. Numbers in, a limit out; it knows no clock.
 *
 * From `start` the limit grows with every good answer, so it doubles with each round. A busy answer (429) means that those
 * now running are as many as the service takes: that becomes the limit, which then grows by one after some successes.
 * A failure stops the growth for a while; answers that take twice as long as usual take back what was grown.
 */
export class Pace {
	private allowed: number;
	private successes = 0;
	private patience = PATIENCE;
	private isProbing = false;
	private isRefused = false;
	/** Good answers to wait for before the limit grows again. */
	private pause = 0;
	private answers = 0;
	private usual = 0;
	private recent = 0;
	private proven = FIRST_BURST;

	constructor(
		private start: number,
		private readonly max: number,
	) {
		this.allowed = start;
	}

	/** How many requests may run at once now. */
	get limit(): number {
		// More than DeepInfra allows at once: before the first answer nobody knows whether it does for this account.
		const isUnknown = this.answers === 0 && !this.isRefused && this.max > MOST_PER_MODEL;
		return isUnknown ? Math.min(this.allowed, MOST_UNKNOWN) : this.allowed;
	}

	/** How many may start at the same moment; beyond, nobody knows yet whether they are too many. */
	get free(): number {
		return this.isRefused ? this.allowed : Math.max(FIRST_BURST, this.proven);
	}

	/**
	 * @param active how many were running, this one included
	 * @param isWanted whether more would run if they could
	 */
	answered(active: number, isWanted: boolean, milliseconds: number): void {
		this.proven = Math.max(this.proven, active);
		this.answers++;
		this.usual += (milliseconds - this.usual) / Math.min(this.answers, USUAL);
		this.recent += (milliseconds - this.recent) / Math.min(this.answers, NOW);
		this.pause--;
		if (this.isSlow) this.giveBack();
		else if (isWanted && this.allowed < this.max && this.pause <= 0) this.grow();
	}

	/** @param active how many are running beside the one that was refused */
	busy(active: number): void {
		if (this.isProbing) this.patience = Math.min(2 * this.patience, MOST_PATIENCE);
		this.isProbing = false;
		this.isRefused = true;
		this.allowed = Math.max(1, Math.min(this.allowed, active));
		this.successes = 0;
	}

	failed(): void {
		this.pause = this.allowed;
		if (this.allowed > this.start) this.allowed = Math.max(this.start, Math.floor(this.allowed * 0.9));
	}

	/** After a break of the service nothing is known of it any more. */
	restart(): void {
		this.start = Math.min(this.start, FIRST_BURST);
		this.allowed = Math.min(this.allowed, this.start);
		this.proven = FIRST_BURST;
		this.answers = 0;
		this.pause = 0;
		this.isRefused = false;
	}

	private get isSlow(): boolean {
		return this.allowed > this.start && this.recent > 2 * this.usual + 10;
	}

	private giveBack(): void {
		if (this.pause > 0) return;
		this.allowed = Math.max(this.start, Math.floor(this.allowed * 0.8));
		this.pause = Math.ceil(this.allowed / 2);
	}

	private grow(): void {
		if (!this.isRefused) {
			this.allowed++;
			return;
		}
		if (++this.successes < this.patience * this.allowed) return;
		if (this.isProbing) this.patience = Math.max(PATIENCE, this.patience / 2);
		this.isProbing = true;
		this.allowed++;
		this.successes = 0;
	}
}
