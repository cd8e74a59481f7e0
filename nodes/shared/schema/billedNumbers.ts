import { isDict } from '../core/answer';
import { Exact } from '../core/exact';
import type { ModelSchema, SchemaField } from '../core/modelSchema';
import type { ApiRequest } from '../core/operation';
import { InputError } from '../core/problem';

interface Multiplier {
	/** As the models and the routes call it, with the most that is sent. */
	readonly names: Readonly<Record<string, number>>;
	/** Whether DeepInfra says so itself (docs/api.md#what-multiplies-a-price); else it is more than anybody means. */
	readonly isOwnLimit?: true;
	/** Whether a text may hold several: 1024x1024, 720p. */
	readonly areEdges?: true;
}

/** What a request is billed for each of. A slip of the keyboard must not cost a thousand times as much. */
const MULTIPLIERS: readonly Multiplier[] = [
	{ names: { num_images: 4, n: 4, num_outputs: 4, num_results: 4, num_responses: 4 }, isOwnLimit: true },
	{ names: { num_samples: 16, max_images: 16, image_count: 16, num_videos: 16, best_of: 20 } },
	// Speech recognition has one of dozens, which multiplies no price.
	{ names: { batch_size: 1024 } },
	{ names: { num_inference_steps: 512, num_steps: 512, steps: 512, iterations: 512, refine_steps: 512 } },
	{ names: { sampling_steps: 512 } },
	{ names: { width: 8192 } },
	{ names: { height: 8192 } },
	{ names: { size: 8192, resolution: 8192, image_size: 8192 }, areEdges: true },
	{ names: { upscale_factor: 16 } },
	// `seconds` are those of videos; music is longer.
	{ names: { seconds: 60, duration: 600, audio_duration: 600 } },
	// In milliseconds with some models.
	{ names: { audio_length: 600_000 } },
	{ names: { num_frames: 3600, frames: 3600, video_length: 3600 } },
	{ names: { fps: 120, frames_per_second: 120, frame_rate: 120 } },
	{
		names: {
			max_new_tokens: 10_000_000,
			max_tokens: 10_000_000,
			max_output_tokens: 10_000_000,
			max_completion_tokens: 10_000_000,
		},
		isOwnLimit: true,
	},
];

/** So many times the most is absurd, even where somebody wrote it by hand. */
const ABSURD = 100;

/**
 * Refuses numbers that nobody means to pay for, where the model's schema does not allow as much.
 * @param screenNames what the screen calls the API's names
 * @param byHand names that the user wrote into 'Extra Fields': sent as they are, unless they are absurd
 * @throws InputError
 */
export function checkBilledNumbers(
	{ json, form }: ApiRequest,
	schema: ModelSchema | undefined,
	screenNames: Readonly<Record<string, string>>,
	byHand: readonly string[],
): void {
	const body: Readonly<Record<string, unknown>> = { ...form, ...json };
	for (const { names, isOwnLimit, areEdges = false } of MULTIPLIERS) {
		const alike = Object.keys(names);
		for (const [name, limit] of Object.entries(names)) {
			if (!Object.hasOwn(body, name)) continue;
			const isByHand = byHand.includes(name);
			const most = isByHand ? limit * ABSURD : limit;
			const value = largestIn(body[name], areEdges);
			if (value === undefined || value <= most) continue;
			if (alike.some((each) => allows(schema?.byName.get(each), body[name], value))) continue;
			const screen = isByHand ? undefined : [name, ...alike].find((each) => Object.hasOwn(screenNames, each));
			const taken = isOwnLimit && !isByHand ? 'DeepInfra takes' : 'this node sends';
			throw new InputError(
				`'${(screen && screenNames[screen]) ?? name}' is ${shown(body[name])}, but ${taken} at most ${most}`,
				`The price grows with it. Enter less.${isByHand ? '' : ` For a model that takes more, give "${name}" under 'Options', 'Extra Fields (JSON)'.`} Nothing was sent.`,
			);
		}
	}
}

const NUMBER = /^\s*[-+]?[\d.]+(e\+?\d+)?\s*$/i;
const GROUPED = /^\d{1,3}(?:[,'’_ ]\d{3})+$/;

/** Entries that are looked at, and how deep they lie: `{ width, height }`. */
const MOST_ENTRIES = 50;
const DEEPEST = 2;

/** The number that a value is, or the largest in it; undefined where none can be read. */
function largestIn(value: unknown, areEdges: boolean, depth = 0): number | undefined {
	if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
	if (value instanceof Exact) return Number(value.digits);
	if (typeof value === 'string') return value.length > 100 ? undefined : largestInText(value, areEdges);
	const entries = Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : isDict(value) ? Object.values(value) : [];
	if (depth >= DEEPEST || entries.length > MOST_ENTRIES) return undefined;
	const found = entries.flatMap((entry) => largestIn(entry, areEdges, depth + 1) ?? []);
	return found.length === 0 ? undefined : Math.max(...found);
}

/** A service may read digits of any width, and groups of three. */
function largestInText(written: string, areEdges: boolean): number | undefined {
	const text = written.normalize('NFKC').trim();
	const plain = !areEdges && GROUPED.test(text) ? text.replace(/\D/g, '') : text;
	const whole = NUMBER.test(plain) ? Number(plain) : NaN;
	if (!Number.isNaN(whole)) return whole;
	const numbers = (plain.match(/\d+/g) ?? []).map(Number);
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

function shown(value: unknown): string {
	if (value instanceof Exact) return value.digits;
	if (typeof value === 'string' && !NUMBER.test(value)) return `'${value}'`;
	return typeof value === 'object' ? JSON.stringify(value).slice(0, 80) : String(value);
}
