/** How many requests start at once before anything is known of the service. */
export const FIRST_BURST = 16;

/** How many a model takes of one account, unless DeepInfra has agreed on more (docs/api.md#limits). */
export const MOST_PER_MODEL = 200;

/** How many successes, for each request that may run, it takes until more may; doubled when that was too many. */
const PATIENCE = 2;
const MOST_PATIENCE = 32;

/** Over how many answers a latency counts as the usual one, and as that of now. */
const USUAL = 256;
const NOW = 16;

/**
 * How many requests a service takes at once, learnt from how it answers. Numbers in, a limit out; it knows no clock,
 * so that a slow machine, on which answers are seen late, learns the same as a fast one.
 *
 * From the first burst the limit grows with every good answer, so it doubles with each round: at most as many as are
 * known to be taken are one too many. A busy answer (429) means that those now running are as many as the service takes:
 * that becomes the limit, which then grows after some successes, by one, and by twice as many each time that this was
 * well. Above `floor`, a failure stops the growth for a while, and answers that take twice as long as usual take back
 * what was grown.
 */
export class Pace {
	private allowed: number;
	private max = 0;
	/** Below it only a busy answer gives way: as many as the user asks for. */
	private floor = 0;
	private successes = 0;
	private patience = PATIENCE;
	private step = 1;
	private isProbing = false;
	private isRefused = false;
	/** Good answers to wait for before the limit grows again. */
	private pause = 0;
	private answers = 0;
	private usual = 0;
	private recent = 0;

	/** @param maxConcurrency what the user allows; undefined where they leave it to the node */
	constructor(maxConcurrency?: number) {
		this.admit(maxConcurrency);
		this.allowed = Math.min(FIRST_BURST, this.max);
	}

	/** Who shares it may allow more. */
	admit(maxConcurrency?: number): void {
		this.max = Math.max(this.max, maxConcurrency ?? MOST_PER_MODEL);
		this.floor = Math.max(this.floor, maxConcurrency ?? FIRST_BURST);
	}

	/** How many requests may run at once now. */
	get limit(): number {
		return this.allowed;
	}

	/** @param isWanted whether more would run if they could */
	answered(isWanted: boolean, milliseconds: number): void {
		this.answers++;
		this.usual += (milliseconds - this.usual) / Math.min(this.answers, USUAL);
		this.recent += (milliseconds - this.recent) / Math.min(this.answers, NOW);
		this.pause--;
		if (this.isSlow) this.giveBack();
		else if (isWanted && this.pause <= 0) this.grow();
	}

	/** So many run for long, so they were not refused: as good as answers, once anything was answered at all. */
	lasted(count: number): void {
		if (this.answers > 0 && !this.isRefused && !this.isSlow && this.pause <= 0) this.raise(count);
	}

	/** @param active how many are running beside the one that was refused */
	busy(active: number): void {
		if (this.isProbing) this.patience = Math.min(2 * this.patience, MOST_PATIENCE);
		this.isProbing = false;
		this.isRefused = true;
		this.allowed = Math.max(1, Math.min(this.allowed, active));
		this.successes = 0;
		this.step = 1;
	}

	failed(): void {
		if (this.allowed < this.floor && !this.isRefused) return;
		this.pause = this.allowed;
		if (this.allowed > this.floor) this.allowed = Math.max(this.floor, Math.floor(this.allowed * 0.9));
	}

	/** After a break of the service nothing is known of it any more. */
	restart(): void {
		this.allowed = Math.min(this.allowed, FIRST_BURST);
		this.answers = 0;
		this.pause = 0;
		this.isRefused = false;
	}

	private get isSlow(): boolean {
		return this.allowed > this.floor && this.recent > 2 * this.usual + 10;
	}

	private giveBack(): void {
		if (this.pause > 0) return;
		this.allowed = Math.max(this.floor, Math.floor(this.allowed * 0.8));
		this.pause = Math.ceil(this.allowed / 2);
	}

	private grow(): void {
		if (!this.isRefused) return this.raise(1);
		if (++this.successes < this.patience * this.allowed) return;
		if (this.isProbing) {
			this.patience = Math.max(PATIENCE, this.patience / 2);
			this.step *= 2;
		}
		this.isProbing = true;
		this.successes = 0;
		this.raise(this.step);
	}

	private raise(count: number): void {
		this.allowed = Math.min(this.max, this.allowed + count);
	}
}
