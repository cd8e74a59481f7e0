import type { Problem } from '../core/problem';
import type { Clock } from './gate';
import { LONGEST_RETRY_AFTER } from './retry';

/** What the end of a request says: all is well, the service is down, nobody can succeed, or nothing. */
export type Sign = 'well' | 'down' | 'hopeless' | 'none';

/** Failures in a row, without any success, that look like an outage. Half of all failing at random comes nowhere near. */
const TRIP = 28;

/** How often what looks hopeless is asked once more where all was well before: no odd answers end a run, half of all or not. */
const DOUBTS = 28;

/** How many of those may end in a way that tells nothing. */
const MOST_UNCLEAR = 8;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;

/**
 * Says whether requests may be sent to what others were sent to before.
 *
 * A sign that all would fail holds back what is not sent yet, until all that are on their way have ended.
 * One success among them, and all goes on. Without one: what is hopeless is over, at once where nothing ever was well;
 * a service that is down is asked
 * by one request at a time, after growing pauses, until one succeeds or `probes` of them have failed; not where it asks
 * for a longer break than a run waits.
 */
export class Breaker {
	private state: 'well' | 'suspect' | 'down' | 'over' = 'well';
	private cause: Problem | undefined;
	private isHopeless = false;
	private wasWell = false;
	private running = 0;
	private failures = 0;
	private probed = 0;
	private unclear = 0;
	private isResting = false;
	private waiting: Array<() => void> = [];

	constructor(
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		private readonly probes: number,
	) {}

	/** Whether a request may be sent now. */
	get isOpen(): boolean {
		return this.state === 'well' || (this.state === 'down' && !this.isResting && this.running === 0);
	}

	/** Whether the service was left alone for a while. */
	get isDown(): boolean {
		return this.state === 'down' && !this.isHopeless;
	}

	/** Why nothing is sent any more. */
	get verdict(): Problem | undefined {
		return this.state === 'over' ? this.cause : undefined;
	}

	/** Resolves when a look at it may show something else. */
	async change(): Promise<void> {
		await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	/** Each needs a leave. */
	enter(): void {
		this.running++;
	}

	leave(sign: Sign, problem?: Problem): void {
		this.running--;
		if (this.state === 'over') return;
		if (sign === 'well') return this.recover();
		if (sign === 'hopeless') this.isHopeless = true;
		if (sign === 'hopeless' || (sign === 'down' && !this.isHopeless)) this.cause = problem;
		if (this.state === 'well' && (sign === 'hopeless' || (sign === 'down' && ++this.failures >= TRIP))) {
			this.state = 'suspect';
		}
		if (this.running === 0) this.decide(sign);
	}

	/** Lets all who wait look again. */
	wake(): void {
		const woken = this.waiting;
		this.waiting = [];
		for (const look of woken) look();
	}

	private recover(): void {
		this.failures = 0;
		this.wasWell = true;
		if (this.state === 'well') return;
		this.state = 'well';
		this.isHopeless = false;
		this.probed = 0;
		this.unclear = 0;
		this.wake();
	}

	/** All that were on their way have ended, and none of them well. */
	private decide(sign: Sign): void {
		if (this.state === 'well') return;
		const isUnclear = this.isHopeless && sign !== 'hopeless' && this.unclear < MOST_UNCLEAR;
		if (isUnclear) this.unclear++;
		else if (this.state === 'down') this.probed++;
		// Who would have to be waited for longer than one item may wait is not waited for.
		const probes = this.asked > LONGEST_RETRY_AFTER ? 0 : this.probes;
		const most = this.isHopeless ? (this.wasWell ? DOUBTS : 0) : probes;
		this.state = this.probed < most ? 'down' : 'over';
		if (this.isDown) this.rest();
		else this.wake();
	}

	/** Milliseconds of rest that the service asks for. */
	private get asked(): number {
		return (this.cause?.kind === 'status' && this.cause.retryAfter) || 0;
	}

	private rest(): void {
		this.isResting = true;
		const asked = this.asked > LONGEST_RETRY_AFTER ? 0 : this.asked;
		const pause = Math.max(asked, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.probed));
		void this.clock.sleep(pause, this.signal).then(() => {
			this.isResting = false;
			this.wake();
		});
	}
}
