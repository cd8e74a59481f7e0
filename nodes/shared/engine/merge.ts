import type { AnyOperation, Dict, Output } from '../core/operation';
import type { Finished, PartResult } from './assemble';
import { groupKey } from './plan';
import { usageOfItem } from './usage';

/** An item whose parts are all answered. */
export interface Answered {
	readonly input: Dict;
	readonly results: readonly PartResult[];
}

/** An output of a group, and the item that it belongs to. */
export interface Merged<A extends Answered> {
	readonly entry: A;
	readonly output: Finished;
}

/** Items that were asked about together, in the order of the items; each list is one question. */
export function groupAnswered<A extends Answered>(
	{ batch, merge }: Pick<AnyOperation, 'batch' | 'merge'>,
	entries: readonly A[],
): A[][] {
	const groups = new Map<string, A[]>();
	entries.forEach((entry, position) => {
		const isTask = entry.results[0]?.kind === 'task';
		const key = merge && batch && isTask ? groupKey(entry.input, batch.over) : String(position);
		groups.set(key, [...(groups.get(key) ?? []), entry]);
	});
	return [...groups.values()];
}

/**
 * The outputs of a group in the order that the operation gives them. What the group's requests cost is shared by them.
 * @throws what `merge` throws
 */
export function mergeGroup<A extends Answered>(
	merge: NonNullable<AnyOperation['merge']>,
	group: readonly [A, ...A[]],
): Array<Merged<A>> {
	const outputs = group.flatMap(({ results }, from) =>
		results.flatMap((result) => result.outputs.map((output): Output => ({ ...output, from }))),
	);
	const [first, ...rest] = group;
	const merged = merge(outputs, [first.input, ...rest.map(({ input }) => input)]);
	const usage = usageOfItem(group.flatMap(({ results }) => results));
	const each = usage?.costUsd === undefined ? usage : { ...usage, costUsd: usage.costUsd / merged.length };
	return merged.flatMap(({ json, file, texts, from = 0 }) => {
		const entry = group[from];
		return entry ? [{ entry, output: { json: { ...json, usage: each }, file, texts, isRaw: false } }] : [];
	});
}
