import type { AnyOperation, Dict, Output } from '../core/operation';
import { shareUsage, type Finished, type PartResult } from './assemble';
import { Groups } from './plan';
import { usageOfItem } from './usage';
import { groupBy } from '../core/values';

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
	const questions = new Groups();
	const keyed = entries.map((entry, position) => {
		const isTask = entry.results[0]?.kind === 'task';
		return { entry, key: merge && batch && isTask ? questions.keyOf(entry.input, batch.over) : String(position) };
	});
	return groupBy(keyed, ({ key }) => key).map((group) => group.map(({ entry }) => entry));
}

/**
 * The outputs of a group in the order that the operation gives them. What the group's requests cost is shared by them.
 * @throws what `merge` throws
 */
export function mergeGroup<A extends Answered>(
	merge: NonNullable<AnyOperation['merge']>,
	group: readonly [A, ...A[]],
): Array<Merged<A>> {
	const all = group.flatMap(({ results }, from) =>
		results.flatMap((result) => result.outputs.map((output): Output => ({ ...output, from }))),
	);
	const [first, ...rest] = group;
	const merged = merge(all, [first.input, ...rest.map(({ input }) => input)]);
	const known = merged.filter(({ from = 0 }) => group[from] !== undefined);
	const outputs = shareUsage(known, usageOfItem(group.flatMap(({ results }) => results)));
	return outputs.flatMap((output, index) => {
		const entry = group[known[index]?.from ?? 0];
		return entry ? [{ entry, output }] : [];
	});
}
