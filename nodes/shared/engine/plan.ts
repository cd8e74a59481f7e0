import { isDict } from '../core/answer';
import type { AnyOperation, Dict } from '../core/operation';

/** Something to be answered, and who waits for the answer: positions in the list of parts. */
export interface Batch {
	/** Distinct inputs, sent in one request. */
	readonly inputs: readonly [Dict, ...Dict[]];
	/** For each of `inputs`, the positions of the parts that are equal to it. */
	readonly owners: readonly number[][];
}

/** The API's own answer, a receipt for it or a preview belongs to one request: such an input neither splits nor shares. */
export const isAlone = (input: Dict): boolean => {
	const options = isDict(input.options) ? input.options : {};
	return (
		input.simplify === false ||
		Boolean(options.webhook) ||
		(isDict(options.extraFields) && Boolean(options.extraFields.webhook)) ||
		options.dryRun === true
	);
};

/**
 * Which parts share a request: those that differ in the operation's `over` alone, equal ones sent once.
 * Linear in the number of parts.
 */
export function planBatches({ batch }: Pick<AnyOperation, 'batch'>, parts: readonly Dict[]): Batch[] {
	const jobs: Array<{ inputs: [Dict, ...Dict[]]; owners: number[][] }> = [];
	const open = new Map<string, number>();
	const seen = new Map<string, number[]>();

	parts.forEach((part, position) => {
		if (!batch || isAlone(part)) {
			jobs.push({ inputs: [part], owners: [[position]] });
			return;
		}
		const key = JSON.stringify({ ...part, [batch.over]: undefined });
		const twin = `${key}\n${JSON.stringify(part[batch.over])}`;
		const owners = seen.get(twin);
		if (owners) {
			owners.push(position);
			return;
		}
		const mine = [position];
		seen.set(twin, mine);
		const job = jobs[open.get(key) ?? -1];
		if (job && job.inputs.length < batch.max) {
			job.inputs.push(part);
			job.owners.push(mine);
		} else {
			open.set(key, jobs.push({ inputs: [part], owners: [mine] }) - 1);
		}
	});
	return jobs;
}

/** Two halves of a job that failed as a whole, to find the one bad input; undefined when it holds only one. */
export function halve({ inputs, owners }: Batch): [Batch, Batch] | undefined {
	const middle = Math.ceil(inputs.length / 2);
	const [first, ...rest] = inputs.slice(0, middle);
	const [second, ...others] = inputs.slice(middle);
	if (!first || !second) return undefined;
	return [
		{ inputs: [first, ...rest], owners: owners.slice(0, middle) },
		{ inputs: [second, ...others], owners: owners.slice(middle) },
	];
}
