import { onAbort } from '../engine/abort';
import { clock, ENDED } from './http/clock';

const KEPT_FOR = 5 * 60_000;
/** A catalogue that does not answer is asked again soon, but not by every item. */
const FAILURE_KEPT_FOR = 30_000;
const MOST_KEPT = 500;

/** An answer that several may wait for. */
class CacheEntry {
	private readonly request = new AbortController();
	private waiting = 0;
	private isSettled = false;
	private isAbandoned = false;
	readonly value: Promise<unknown>;
	until: number;

	constructor(get: (signal: AbortSignal) => Promise<unknown>, patience: number) {
		this.until = clock.now() + KEPT_FOR;
		const late = clock.sleep(patience, this.request.signal).then(() => {
			throw new Error(`no answer within ${patience / 1000} seconds`);
		});
		this.value = Promise.race([get(this.request.signal), late]).finally(() => {
			this.isSettled = true;
			// Ends what is left: the request when it is late, else the wait for its lateness.
			this.request.abort(ENDED);
		});
		this.value.catch(() => {
			if (!this.isAbandoned) this.until = clock.now() + FAILURE_KEPT_FOR;
		});
		late.catch(() => undefined);
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
 */
export async function remember(
	key: string,
	get: (signal: AbortSignal) => Promise<unknown>,
	patience: number,
	stop: AbortSignal | undefined,
): Promise<unknown> {
	const known = kept.get(key);
	if (known && known.until > clock.now()) return await known.wait(stop);
	if (kept.size >= MOST_KEPT) kept.clear();
	const entry = new CacheEntry(get, patience);
	kept.set(key, entry);
	return await entry.wait(stop);
}
