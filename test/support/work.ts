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

/** Runs synchronous work, and ends it with an error when it takes longer: a regex that runs wild, too. */
export function within<T>(milliseconds: number, work: () => T): T {
	const place: { work: () => void; result?: T } = {
		work: () => {
			place.result = work();
		},
	};
	new Script('work()').runInContext(createContext(place), { timeout: milliseconds });
	if (!('result' in place)) throw new Error('no result');
	return place.result as T;
}
