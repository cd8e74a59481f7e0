/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createContext, Script } from 'node:vm';

/** What a function throws. */
export function thrownBy(work: () => unknown): Error {
	try {
		work();
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error('nothing was thrown');
}

/** Made once: a context takes milliseconds, and some tests have a thousand pieces of work. */
const place = { work: (): void => undefined };
const context = createContext(place);
const script = new Script('work()');

/** Nothing else of this process goes on meanwhile, as while it is busy, but others may have the processor. */
export const block = (milliseconds: number): void =>
	void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Runs synchronous work, and ends it with an error when it takes longer: a regex that runs wild, too. */
export function within<T>(milliseconds: number, work: () => T): T {
	const done: T[] = [];
	place.work = () => void done.push(work());
	script.runInContext(context, { timeout: milliseconds });
	const [result] = done;
	if (done.length === 0) throw new Error('no result');
	return result as T;
}
