import { isDict } from '../core/answer';
import type { Dict } from '../core/operation';
import { pointer } from './reference';

/** A schema with its references and combinations put together. */
export interface Flat {
	readonly keys: Dict;
	readonly nullable: boolean;
	/** What it may be instead, when there are several possibilities beside null. */
	readonly alternatives: readonly Flat[];
}

const NOTHING: Flat = { keys: {}, nullable: false, alternatives: [] };

/** Schemas come from outside: these bounds keep one that refers to itself, or explodes, from hanging the node. */
const MAX_DEPTH = 24;
const MAX_PARTS = 64;
const BUDGET = 20_000;

/** Puts together what `$ref`, `allOf`, `anyOf` and `oneOf` spread over a JSON Schema. One for each schema. */
export class Resolver {
	private spent = 0;

	private readonly referredBy: (reference: unknown) => unknown;

	constructor(root: Dict) {
		this.referredBy = pointer(root);
	}

	resolve(node: unknown, above: readonly Dict[] = []): Flat {
		if (!isDict(node) || above.includes(node) || above.length > MAX_DEPTH || this.spent++ > BUDGET) return NOTHING;
		const { $ref: reference, allOf, anyOf, oneOf, ...own } = node;
		const path = [...above, node];
		const parts = [this.referredBy(reference), ...listOf(allOf)].map((part) => this.resolve(part, path));
		const choices = listOf(anyOf ?? oneOf).map((choice) => this.resolve(choice, path));
		const others = choices.filter(({ keys }) => keys.type !== 'null');
		const [only] = others;
		if (only && others.length === 1) parts.push(only);
		return {
			keys: [...parts.map((part) => part.keys), own].reduce(mergeKeys, {}),
			nullable:
				others.length < choices.length ||
				own.nullable === true ||
				parts.some((part) => part.nullable) ||
				listOf(own.type).includes('null'),
			alternatives: others.length > 1 ? others : parts.flatMap((part) => part.alternatives),
		};
	}
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MAX_PARTS) : []);

/** Later keys win, but the properties and required names of all parts count. Spread, since a name may be `__proto__`. */
function mergeKeys(all: Dict, part: Dict): Dict {
	const merged: Dict = { ...all, ...part };
	if (isDict(all.properties) && isDict(part.properties)) merged.properties = { ...all.properties, ...part.properties };
	if (Array.isArray(all.required) && Array.isArray(part.required))
		merged.required = [...all.required, ...part.required];
	return merged;
}
