import { isDict } from '../core/answer';
import type { AnyOperation, Dict } from '../core/operation';
import { mapInSteps, type Steps } from '../core/steps';

/** Something to be answered, and who waits for the answer: positions in the list of parts. */
export interface Batch {
	/** Distinct inputs, sent in one request. */
	readonly inputs: readonly [Dict, ...Dict[]];
	/** For each of `inputs`, the positions of the parts that are equal to it. */
	readonly owners: readonly number[][];
}

/** The API's own answer, a receipt for it or a preview belongs to one request: such an input shares none. */
export const isAlone = (input: Dict): boolean => input.simplify === false || hasWebhook(input) || isPreview(input);

const isPreview = ({ options }: Dict): boolean => isDict(options) && options.dryRun === true;

/** Whether an input may be asked about in parts, of which each has a request of its own; of a receipt there is one. */
export const maySplit = ({ batch }: Pick<AnyOperation, 'batch'>, input: Dict): boolean =>
	!hasWebhook(input) && !(batch && isAlone(input));

/** Whether the answer is only a receipt: the result goes to a web address. */
export const hasWebhook = ({ options }: Dict): boolean =>
	isDict(options) &&
	(Boolean(options.webhook) || (isDict(options.extraFields) && Boolean(options.extraFields.webhook)));

/** Tells inputs apart by all that they hold but one field. What many of them share, long texts and options, is read once. */
export class Groups {
	private readonly numbers = new Map<string, number>();
	private readonly known = new WeakMap<object, string>();

	/** The same for all inputs that differ in the field `over` alone. */
	keyOf(input: Dict, over: string): string {
		let key = '';
		for (const name in input)
			if (name !== over && input[name] !== undefined) key += `${name}=${this.mark(input[name])};`;
		return key;
	}

	private mark(value: unknown): string {
		if (typeof value === 'string') return `t${this.numberOf(value)}`;
		if (typeof value !== 'object' || value === null) return String(value);
		let mark = this.known.get(value);
		if (mark === undefined) this.known.set(value, (mark = `o${this.numberOf(JSON.stringify(value))}`));
		return mark;
	}

	private numberOf(text: string): number {
		const number = this.numbers.get(text) ?? this.numbers.size;
		this.numbers.set(text, number);
		return number;
	}
}

/** Bytes of the texts that share a request: more would be refused, or held in memory for long. */
const LARGEST_BATCH = 8 * 1024 * 1024;

/**
 * Which parts share a request: those that differ in the operation's `over` alone, equal ones sent once.
 * Linear in the number of parts.
 */
export function* planBatches({ batch }: Pick<AnyOperation, 'batch'>, parts: readonly Dict[]): Steps<Batch[]> {
	const batches: Array<{ inputs: [Dict, ...Dict[]]; owners: number[][]; size: number }> = [];
	const groups = new Groups();
	const open = new Map<string, number>();
	const seen = new Map<string, number[]>();

	yield* mapInSteps(parts, (part, position) => {
		if (!batch || isAlone(part)) {
			batches.push({ inputs: [part], owners: [[position]], size: 0 });
			return;
		}
		const key = groups.keyOf(part, batch.over);
		const text = JSON.stringify(part[batch.over]) ?? '';
		const size = Buffer.byteLength(text);
		const twin = `${key}\n${text}`;
		const owners = seen.get(twin);
		if (owners) {
			owners.push(position);
			return;
		}
		const mine = [position];
		seen.set(twin, mine);
		const last = batches[open.get(key) ?? -1];
		if (last && last.inputs.length < batch.max && last.size + size <= LARGEST_BATCH) {
			last.size += size;
			last.inputs.push(part);
			last.owners.push(mine);
		} else {
			open.set(key, batches.push({ inputs: [part], owners: [mine], size }) - 1);
		}
	});
	return batches;
}

/** Some inputs of a batch, by their positions in it; undefined for none. */
export function pick({ inputs, owners }: Batch, positions: readonly number[]): Batch | undefined {
	const wanted = new Set(positions);
	const [first, ...rest] = inputs.filter((_, position) => wanted.has(position));
	if (!first) return undefined;
	return { inputs: [first, ...rest], owners: owners.filter((_, position) => wanted.has(position)) };
}

/** Two halves of a batch that failed as a whole, to find the one bad input; undefined when it holds only one. */
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
