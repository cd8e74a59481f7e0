import { unlike } from '../core/answer';
import type { AnyOperation, Dict, Output } from '../core/operation';
import { Groups } from './plan';

/** Compares outputs of several requests, of which none sees the others': what is unlike the first of them is none. */
export class Likeness {
	private readonly first = new Map<string, string>();
	private readonly groups = new Groups();

	constructor(private readonly operation: Pick<AnyOperation, 'alike' | 'batch'>) {}

	/** @param input what an output answers */
	check(output: Output, input: Dict): Output {
		const { alike, batch } = this.operation;
		if (!alike || !batch || output.problem !== undefined || output.failure !== undefined) return output;
		const key = this.groups.keyOf(input, batch.over);
		const own = alike(output.json);
		const other = this.first.get(key) ?? own;
		this.first.set(key, other);
		if (own === other) return output;
		const { from } = output;
		return { json: {}, from, problem: unlike(own, other) };
	}
}
