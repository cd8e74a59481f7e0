import type { ModelSchema } from '../../core/modelSchema';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';

interface Range {
	readonly name: string;
	readonly screen: string;
	readonly takes: string;
	/** What is measured: the value, or how many there are. */
	readonly isIn: (value: number) => boolean;
	readonly isCount?: true;
	/** What a schema that says something else has. */
	readonly limits: ReadonlyArray<'min' | 'max' | 'exclusiveMin' | 'exclusiveMax' | 'maxItems'>;
}

/** The API's own limits (docs/api.md#text), for models whose schema has none. */
const RANGES: readonly Range[] = [
	{
		name: 'num_responses',
		screen: 'Number of Responses',
		takes: '1 to 4',
		isIn: (value) => value <= 4,
		limits: ['max', 'exclusiveMax'],
	},
	{
		name: 'top_p',
		screen: 'Top P',
		takes: 'more than 0 and at most 1',
		isIn: (value) => value > 0,
		limits: ['min', 'exclusiveMin'],
	},
	{ name: 'top_k', screen: 'Top K', takes: '0 to 999', isIn: (value) => value <= 999, limits: ['max', 'exclusiveMax'] },
	{
		name: 'stop',
		screen: 'Stop Sequences',
		takes: 'at most 16',
		isIn: (count) => count <= 16,
		isCount: true,
		limits: ['maxItems'],
	},
];

/**
 * Values that DeepInfra refuses whatever the model, where the model's schema does not say otherwise.
 * @throws InputError
 */
export function checkRanges(body: Dict, schema: ModelSchema | undefined): void {
	for (const { name, screen, takes, isIn, isCount, limits } of RANGES) {
		const field = schema?.byName.get(name);
		// What the model does not know is left out, and its own limits are checked with all others.
		if (schema && !field && !schema.allowsUnknown) continue;
		if (field && limits.some((limit) => field[limit] !== undefined)) continue;
		const given = body[name];
		const value = isCount && Array.isArray(given) ? given.length : given;
		if (typeof value !== 'number' || isIn(value)) continue;
		throw new InputError(
			isCount
				? `'${screen}' has ${value} entries, but DeepInfra takes ${takes}`
				: `'${screen}' is ${value}, but DeepInfra takes ${takes}`,
			isCount ? "The prompt format's own stop sequences count, too. Leave some out." : 'Change the value.',
		);
	}
}
