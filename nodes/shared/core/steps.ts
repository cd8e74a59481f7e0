/** Work that may stop after each of its steps, however small, so that others get their turn. */
export type Steps<T> = Generator<void, T>;

export const isSteps = <T extends object>(work: T | Steps<T>): work is Steps<T> => 'next' in work && 'throw' in work;

/** Work that nobody waits beside: all of its steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}

/** What becomes of each entry of a list, each a step: one may hold as much as all others together. */
export function* mapInSteps<T, R>(list: readonly T[], map: (entry: T, index: number) => R): Steps<R[]> {
	const mapped: R[] = [];
	for (const [index, entry] of list.entries()) {
		mapped.push(map(entry, index));
		yield;
	}
	return mapped;
}

/** Characters that one step parses, or a few times as many: some milliseconds. */
export const STEP = 256 * 1024;
