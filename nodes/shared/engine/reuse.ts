import { InlineFile, inlineFiles } from '../core/request';
import type { FileRef } from '../core/fields';
import type { ApiRequest } from '../core/operation';
import { failed, type Outcome, type Problem } from '../core/problem';

/** What is known of a file before it is read: two that differ in it differ. */
export type FileMark = (file: FileRef) => string;

/**
 * A request as a text: equal requests have equal ones. Files count by their marks, so that equal texts of requests
 * with files mean no more than that the files may be equal.
 */
export function requestText({ method, path, query, json, form }: ApiRequest, markOf: FileMark): string {
	const mark = (_: string, value: unknown): unknown =>
		value instanceof InlineFile ? { file: markOf(value.ref) } : value;
	const parts = Object.entries(form ?? {}).map(([name, value]) => [
		name,
		typeof value === 'string' ? value : [value].flat().map((file) => ({ file: markOf(file) })),
	]);
	const hasFiles = inlineFiles(json).length > 0;
	// To be asked about each value takes many times as long.
	return JSON.stringify([method, path, query, json, parts], hasFiles ? mark : undefined);
}

/** What several may share: an outcome, and what belongs to it. */
interface Told {
	readonly outcome: Outcome<unknown>;
}

/** Answers that equal requests share; each is forgotten once nobody is left who could want it. */
export class SharedAnswers<T extends Told> {
	private readonly groups = new Map<
		string,
		{ left: number; asked: Map<string, Promise<T>>; late: Map<string, number> }
	>();

	/** @param keys of all requests that may be sent; those that occur once share nothing */
	constructor(keys: readonly string[]) {
		const counts = new Map<string, number>();
		for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
		for (const [key, size] of counts)
			if (size > 1) this.groups.set(key, { left: size, asked: new Map(), late: new Map() });
	}

	/** Requests that come up in later rounds, of which nobody knows yet how many will be equal: kept to the end. */
	expect(keys: readonly string[]): void {
		for (const key of keys) {
			if (!this.groups.has(key)) this.groups.set(key, { left: Infinity, asked: new Map(), late: new Map() });
		}
	}

	/** Whether another request may be equal. */
	hasTwin(key: string): boolean {
		return this.groups.has(key);
	}

	/**
	 * What `ask` brings, or what it has brought for an equal request. One that failed with a fault of its own,
	 * such as a lost connection, leaves it to the next to ask; not for ever where each takes all of its time.
	 * @param key one of the constructor's
	 * @param exact tells apart what the key does not
	 */
	async ask(
		key: string,
		exact: string,
		ask: () => Promise<T>,
	): Promise<{ readonly told: T; readonly isReused: boolean }> {
		const group = this.groups.get(key);
		if (!group) return { told: await ask(), isReused: false };
		try {
			for (let known = group.asked.get(exact); known; known = group.asked.get(exact)) {
				const told = await known;
				if (told.outcome.ok || isShared(told.outcome.problem)) return { told, isReused: true };
				const isLate = told.outcome.problem.kind === 'timeout';
				const late = group.late.get(exact) ?? 0;
				if (isLate && late >= MOST_LATE) return { told: unsent(told, told.outcome.problem), isReused: true };
				if (group.asked.get(exact) !== known) continue;
				group.asked.delete(exact);
				if (isLate) group.late.set(exact, late + 1);
			}
			const asked = ask();
			group.asked.set(exact, asked);
			return { told: await asked, isReused: false };
		} finally {
			if (--group.left === 0) group.asked.clear();
		}
	}
}

/** How often an equal request is sent once more that had no answer in time. */
const MOST_LATE = 3;

const unsent = <T extends Told>(told: T, cause: Problem): T => ({
	...told,
	outcome: failed({ kind: 'unsent', cause }),
});

/** Whether an equal request would fail in the same way. */
const isShared = (problem: Problem): boolean =>
	['refusal', 'answer', 'input', 'unsent', 'budget'].includes(problem.kind) ||
	(problem.kind === 'status' && problem.status < 500 && ![408, 409, 423, 425, 429].includes(problem.status));
