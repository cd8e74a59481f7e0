import { Exact } from '../core/exact';
import type { ModelSchema, SchemaField } from '../core/modelSchema';
import type { ApiRequest } from '../core/operation';
import { InputError } from '../core/problem';

interface Multiplier {
	/** As the models and the routes call it, with the most that is sent. */
	readonly names: Readonly<Record<string, number>>;
	/** Whether DeepInfra says so itself (docs/api.md#what-multiplies-a-price); else it is more than anybody means. */
	readonly isOwnLimit?: true;
}

/** What a request is billed for each of. A slip of the keyboard must not cost a thousand times as much. */
const MULTIPLIERS: readonly Multiplier[] = [
	{ names: { num_images: 4, n: 4, num_outputs: 4, num_results: 4, num_responses: 4 }, isOwnLimit: true },
	{ names: { num_samples: 16, max_images: 16, batch_size: 16 } },
	{ names: { num_inference_steps: 512, num_steps: 512, steps: 512, iterations: 512, refine_steps: 512 } },
	{ names: { width: 8192 } },
	{ names: { height: 8192 } },
	// As text: 1024x1024, 720p.
	{ names: { size: 8192, resolution: 8192 } },
	// `seconds` are those of videos; music is longer.
	{ names: { seconds: 60, duration: 600, audio_length: 600, audio_duration: 600 } },
	{ names: { num_frames: 3600, frames: 3600, video_length: 3600 } },
	{ names: { fps: 120, frames_per_second: 120, frame_rate: 120 } },
	{ names: { max_new_tokens: 10_000_000, max_tokens: 10_000_000, max_output_tokens: 10_000_000 }, isOwnLimit: true },
];

/**
 * Refuses numbers that nobody means to pay for, where the model's schema does not allow as much.
 * @param screenNames what the screen calls the API's names
 * @param byHand names that the user wrote into 'Extra Fields': sent as they are
 * @throws InputError
 */
export function checkBilledNumbers(
	{ json, form }: ApiRequest,
	schema: ModelSchema | undefined,
	screenNames: Readonly<Record<string, string>>,
	byHand: readonly string[],
): void {
	const body: Readonly<Record<string, unknown>> = { ...form, ...json };
	for (const { names, isOwnLimit } of MULTIPLIERS) {
		const alike = Object.keys(names);
		for (const [name, most] of Object.entries(names)) {
			if (!Object.hasOwn(body, name) || byHand.includes(name)) continue;
			const value = largestIn(body[name]);
			// What is no number (NaN) is left to the service.
			if (value === undefined || !(value > most)) continue;
			if (alike.some((each) => allows(schema?.byName.get(each), body[name], value))) continue;
			const screen = [name, ...alike].find((each) => Object.hasOwn(screenNames, each));
			throw new InputError(
				`'${(screen && screenNames[screen]) ?? name}' is ${shown(body[name])}, but ${isOwnLimit ? 'DeepInfra takes' : 'this node sends'} at most ${most}`,
				`The price grows with it. Enter less. For a model that takes more, give "${name}" under 'Options', 'Extra Fields (JSON)'. Nothing was sent.`,
			);
		}
	}
}

const NUMBER = /^\s*[-+]?[\d.]+(e\+?\d+)?\s*$/i;

/** The number that a value is, or the largest in a text such as `1024x1024`. */
function largestIn(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	if (value instanceof Exact) return Number(value.digits);
	if (typeof value !== 'string' || value.length > 100) return undefined;
	if (NUMBER.test(value)) return Number(value);
	const numbers = (value.match(/\d+/g) ?? []).map(Number);
	return numbers.length === 0 ? undefined : Math.max(...numbers);
}

/** Whether a model says that it takes as much: a bound above it, or the very value among its choices. */
function allows(field: SchemaField | undefined, given: unknown, value: number): boolean {
	if (!field) return false;
	const { max, exclusiveMax, values } = field;
	if (values) return values.some((choice) => choice === given || Number(choice) === value);
	if (max === undefined && exclusiveMax === undefined) return false;
	return value <= (max ?? Infinity) && value < (exclusiveMax ?? Infinity);
}

const shown = (value: unknown): string =>
	value instanceof Exact
		? value.digits
		: typeof value === 'string' && !NUMBER.test(value)
			? `'${value}'`
			: String(value);
