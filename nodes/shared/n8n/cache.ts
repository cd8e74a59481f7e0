import { onAbort } from '../engine/abort';
import { clock, ENDED } from './http/clock';

const KEPT_FOR = 5 * 60_000;
/** A catalogue that does not answer is asked again soon, but not by every item. */
const FAILURE_KEPT_FOR = 30_000;
/** Beyond it those go that were not used for longest: a run over a thousand models does not lose what it reads. */
const MOST_KEPT = 2_500;

/** Requests that go to one service at once, whatever runs ask for them. */
const AT_ONCE = 16;

/** The requests to one service: each waits for its turn, and none is sent to one that does not answer at all. */
class Queue {
	private active = 0;
	private late = 0;
	private downUntil = 0;
	private readonly waiting: Array<() => void> = [];

	async enter(): Promise<void> {
		if (this.active >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.active++;
	}

	leave(): void {
		this.active--;
		this.waiting.shift()?.();
	}

	/** As many late answers in a row as may run at once: those that wait would only be late, too. */
	count(isLate: boolean): void {
		this.late = isLate ? this.late + 1 : 0;
		if (this.late >= AT_ONCE) this.downUntil = clock.now() + FAILURE_KEPT_FOR;
	}

	get isDown(): boolean {
		return this.downUntil > clock.now();
	}
}

const queues = new Map<string, Queue>();

function queueOf(service: string): Queue {
	const queue = queues.get(service) ?? new Queue();
	queues.set(service, queue);
	return queue;
}

/** An answer that several may wait for. */
class CacheEntry {
	private readonly request = new AbortController();
	private waiting = 0;
	private isSettled = false;
	private isAbandoned = false;
	readonly value: Promise<unknown>;
	until: number;

	constructor(get: (signal: AbortSignal) => Promise<unknown>, patience: number, queue: Queue) {
		this.until = clock.now() + KEPT_FOR;
		this.value = this.work(get, patience, queue).finally(() => {
			this.isSettled = true;
			// Ends what is left: the request when it is late, else the wait for its lateness.
			this.request.abort(ENDED);
		});
		this.value.then(
			() => (this.until = this.isAbandoned ? 0 : clock.now() + KEPT_FOR),
			() => (this.until = this.isAbandoned ? 0 : clock.now() + FAILURE_KEPT_FOR),
		);
	}

	/** Whether somebody waits for it. */
	get isWanted(): boolean {
		return this.waiting > 0;
	}

	private async work(get: (signal: AbortSignal) => Promise<unknown>, patience: number, queue: Queue): Promise<unknown> {
		await queue.enter();
		const { signal } = this.request;
		let isLate = false;
		try {
			if (signal.aborted) throw ENDED;
			if (queue.isDown) throw new Error('the service did not answer to others');
			const late = clock.sleep(patience, signal).then(() => {
				isLate = !signal.aborted;
				throw new Error(`no answer within ${patience / 1000} seconds`);
			});
			late.catch(() => undefined);
			return await Promise.race([get(signal), late]);
		} finally {
			if (!signal.aborted) queue.count(isLate);
			queue.leave();
		}
	}

	/** @throws when `stop` aborts; the request ends with the last one who waited for it */
	async wait(stop: AbortSignal | undefined): Promise<unknown> {
		this.waiting++;
		let forget = () => {};
		const stopped = new Promise<never>((_, reject) => {
			if (stop) forget = onAbort(stop, () => reject(ENDED));
		});
		return await Promise.race([this.value, stopped]).finally(() => {
			forget();
			this.waiting--;
			if (this.waiting > 0 || this.isSettled) return;
			this.isAbandoned = true;
			this.until = 0;
			this.request.abort(ENDED);
		});
	}
}

const kept = new Map<string, CacheEntry>();

/**
 * What was got within the last minutes, else what `get` gets; asked for once, however many wait for it.
 * @param patience milliseconds, over the whole answer: the client's own timeout starts anew with each byte
 * @param service whose requests wait for each other
 */
export async function remember(
	key: string,
	get: (signal: AbortSignal) => Promise<unknown>,
	patience: number,
	stop: AbortSignal | undefined,
	service = '',
): Promise<unknown> {
	const known = kept.get(key);
	const entry = known && known.until > clock.now() ? known : new CacheEntry(get, patience, queueOf(service));
	// Put at the end: the first ones are those that were not used for longest.
	kept.delete(key);
	kept.set(key, entry);
	if (kept.size > MOST_KEPT) forgetOldest();
	return await entry.wait(stop);
}

function forgetOldest(): void {
	for (const [key, { isWanted }] of kept) {
		if (kept.size <= MOST_KEPT) return;
		if (!isWanted) kept.delete(key);
	}
}
