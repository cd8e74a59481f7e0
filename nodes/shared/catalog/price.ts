import { isDict, number, optionalText } from '../core/answer';
import { readMoment } from '../core/moment';
import type { Dict } from '../core/operation';
import { roundUsd, writeUsd } from './money';

export interface Rate {
	readonly usd: number;
	/** What it buys, such as "1M input tokens". */
	readonly per: string;
}

/** What a request's cost follows from; USD per single token, second, character or unit. */
export type Basis =
	| { readonly by: 'tokens'; readonly input: number; readonly output: number }
	| { readonly by: 'inputTokens'; readonly input: number }
	| { readonly by: 'inputSeconds' | 'outputSeconds' | 'characters' | 'frames'; readonly usd: number }
	| { readonly by: 'runtime' | 'uptime'; readonly usd: number }
	/** Per image of the default size and steps; 0 where the catalogue gives no size, then each image costs the same. */
	| {
			readonly by: 'images';
			readonly usd: number;
			readonly width: number;
			readonly height: number;
			readonly steps: number;
	  };

export interface Discount {
	/** Of the listed price, from 0 to 1. */
	readonly share: number;
	/** Milliseconds since 1970; left out where no end is named. */
	readonly endsAt?: number;
}

export interface Price {
	/** The catalogue's own name of the pricing type. */
	readonly type: string;
	/** In numbers; empty for a type that is in no document. */
	readonly rates: readonly Rate[];
	/** For people, in a few words. */
	readonly words?: string;
	/** The same as short as a list's row needs it. */
	readonly short?: string;
	/** The catalogue's own longer text. */
	readonly details?: string;
	/** A discount of now; the numbers are what is billed, so it is taken off already. */
	readonly discount?: Discount;
	readonly basis?: Basis;
	/** What the model makes or reads, when its tokens are not those of a text. */
	readonly media?: string;
}

interface Shape {
	readonly rates: readonly Rate[];
	readonly words: string;
	readonly short: string;
	readonly basis?: Basis;
}

const MILLION = 1_000_000;

/** A number from 0 to what can be meant, also when it was sent as text. */
function amountOf(pricing: Dict, name: string): number | undefined {
	const amount = number(pricing[name]);
	return amount === undefined || amount < 0 || amount > 1e9 ? undefined : amount;
}

/** A price in the catalogue is in cents. Undefined where there is none. */
function usdOf(pricing: Dict, name: string): number | undefined {
	const cents = amountOf(pricing, name);
	return cents === undefined ? undefined : cents / 100;
}

const rate = (usd: number, per: string): Rate => ({ usd: roundUsd(usd), per });

const EXPLICIT_CACHE = '1M input tokens written to an explicit cache';

/** Writing to an explicit cache costs more the longer it is kept: `{ "5m": 1.25, "1h": 2 }`. */
function readCacheTimes(pricing: Dict, input: number | undefined): Rate[] {
	const times = pricing.rate_per_explicit_cache_write_token;
	if (!isDict(times) || input === undefined) return [];
	return Object.keys(times).flatMap((time) => {
		const factor = amountOf(times, time);
		return factor === undefined ? [] : [rate(input * factor * MILLION, `${EXPLICIT_CACHE} (${time.slice(0, 20)})`)];
	});
}

/** Multipliers of the input price, and multipliers of the whole price. */
const INPUT_FACTORS = {
	rate_per_input_token_cached: '1M cached input tokens',
	rate_per_input_token_cache_write: '1M input tokens written to the cache',
	rate_per_explicit_cache_write_token: EXPLICIT_CACHE,
};
const TIERS = { rate_per_service_tier_priority: 'priority', rate_per_service_tier_flex: 'flex' };

function readTokens(pricing: Dict): Shape | undefined {
	const input = usdOf(pricing, 'cents_per_input_token');
	const output = usdOf(pricing, 'cents_per_output_token');
	if (input === undefined && output === undefined) return undefined;
	const base = [
		...(input === undefined ? [] : [rate(input * MILLION, '1M input tokens')]),
		...(output === undefined ? [] : [rate(output * MILLION, '1M output tokens')]),
	];
	const factors = Object.entries(INPUT_FACTORS).flatMap(([name, per]) => {
		const factor = amountOf(pricing, name);
		return factor === undefined || input === undefined ? [] : [rate(input * factor * MILLION, per)];
	});
	const tiers = Object.entries(TIERS).flatMap(([name, tier]) => {
		const factor = amountOf(pricing, name);
		return factor === undefined ? [] : base.map(({ usd, per }) => rate(usd * factor, `${per} (${tier})`));
	});
	return {
		rates: [...base, ...factors, ...readCacheTimes(pricing, input), ...tiers],
		words: tokenWords(input, output),
		short: shortTokens(input, output),
		basis: input === undefined || output === undefined ? undefined : { by: 'tokens', input, output },
	};
}

function tokenWords(input: number | undefined, output: number | undefined): string {
	const write = (usd: number) => writeUsd(usd * MILLION);
	if (input === output && input !== undefined) return `${write(input)} / 1M tokens`;
	const parts = [input === undefined ? '' : `${write(input)} in`, output === undefined ? '' : `${write(output)} out`];
	return `${parts.filter(Boolean).join(', ')} / 1M tokens`;
}

function shortTokens(input: number | undefined, output: number | undefined): string {
	const write = (usd: number) => writeUsd(usd * MILLION);
	const both = [input, output].flatMap((usd) => (usd === undefined ? [] : [write(usd)]));
	return `${[...new Set(both)].join('/')} per 1M`;
}

/** Shapes with one amount: its field, how many of its units the price is named for, and what they are called. */
const single =
	(
		name: string,
		count: number,
		per: string,
		short: string,
		basis: (usd: number) => Basis,
	): ((pricing: Dict) => Shape | undefined) =>
	(pricing) => {
		const usd = usdOf(pricing, name);
		if (usd === undefined) return undefined;
		const words = `${writeUsd(usd * count)} / ${short}`;
		return {
			rates: [rate(usd * count, per)],
			words,
			short: words.replace(' / 1M tokens', ' per 1M'),
			basis: basis(usd),
		};
	};

function readImages(pricing: Dict, made: string): Shape | undefined {
	const unit = usdOf(pricing, 'cents_per_image_unit');
	// Billed by what it really cost; this is what an image usually comes to.
	const usual = usdOf(pricing, 'default_price_cents');
	if (usual !== undefined && made === 'image') {
		return {
			rates: [rate(usual, 'image (usual)'), ...(unit === undefined ? [] : [rate(unit, 'image unit')])],
			words: `about ${writeUsd(usual)} / image`,
			short: `about ${writeUsd(usual)} / image`,
			basis: { by: 'images', usd: usual, width: 0, height: 0, steps: 0 },
		};
	}
	if (unit === undefined) return undefined;
	// A video in image units: how many a video has is not told.
	if (made !== 'image') {
		const words = `${writeUsd(unit)} / image unit`;
		return { rates: [rate(unit, 'image unit')], words, short: words };
	}
	const basis = {
		by: 'images',
		usd: unit,
		width: amountOf(pricing, 'default_width') ?? 0,
		height: amountOf(pricing, 'default_height') ?? 0,
		steps: amountOf(pricing, 'default_iterations') ?? 0,
	} as const;
	const size = [
		basis.width && basis.height ? `${basis.width}×${basis.height}` : '',
		basis.steps ? `${basis.steps} ${basis.steps === 1 ? 'step' : 'steps'}` : '',
	].filter(Boolean);
	const per = size.length > 0 ? `image (${size.join(', ')})` : 'image';
	return { rates: [rate(unit, per)], words: `${writeUsd(unit)} / ${per}`, short: `${writeUsd(unit)} / image`, basis };
}

/** Every pricing type of the API's schema, and `frame_units`, which is newer (docs/api.md#prices). */
const SHAPES = new Map<string, (pricing: Dict, made: string) => Shape | undefined>([
	['tokens', readTokens],
	[
		'input_tokens',
		single('cents_per_input_token', MILLION, '1M input tokens', '1M tokens', (input) => ({ by: 'inputTokens', input })),
	],
	['time', single('cents_per_sec', 1, 'second of runtime', 'second of runtime', (usd) => ({ by: 'runtime', usd }))],
	['uptime', single('cents_per_sec', 3600, 'hour of uptime', 'hour', (usd) => ({ by: 'uptime', usd }))],
	[
		'input_length',
		single('cents_per_input_sec', 60, 'minute of input', 'minute', (usd) => ({ by: 'inputSeconds', usd })),
	],
	[
		'output_length',
		single('cents_per_output_sec', 1, 'second of output', 'second', (usd) => ({ by: 'outputSeconds', usd })),
	],
	[
		'input_character_length',
		single('cents_per_input_chars', MILLION, '1M input characters', '1M characters', (usd) => ({
			by: 'characters',
			usd,
		})),
	],
	['frame_units', single('cents_per_frame_unit', 1, 'frame unit', 'frame unit', (usd) => ({ by: 'frames', usd }))],
	['image_units', readImages],
]);

/** What a task makes, where that is no text. */
const MEDIA: ReadonlyArray<readonly [RegExp, string]> = [
	[/video|world-model/, 'video'],
	[/image/, 'image'],
	[/music/, 'music'],
];

const oneLine = (value: unknown, length: number): string | undefined => {
	const line = optionalText(value)?.replace(/\s+/g, ' ').trim();
	return line && line.length > length ? `${line.slice(0, length - 1)}…` : line || undefined;
};

/**
 * A price from the catalogue's `pricing`, less the discount of now. `tasks` are the model's own: they tell what an image
 * unit is an image of. Undefined when there is neither a known amount nor a text.
 */
export function readPrice(listed: unknown, tasks: readonly string[] = [], now = Date.now()): Price | undefined {
	if (!isDict(listed)) return undefined;
	const discount = readDiscount(listed, now);
	const pricing = discount ? discounted(listed, discount) : listed;
	const type = optionalText(pricing.type) ?? '';
	const media = MEDIA.find(([pattern]) => tasks.some((task) => pattern.test(task)))?.[1];
	const shape = SHAPES.get(type)?.(pricing, media ?? 'image');
	const short = oneLine(pricing.short, 80);
	const details = oneLine(pricing.full, 500);
	const words = shape ? wordsOf(shape, type === 'frame_units' ? short : undefined) : (short ?? oneLine(details, 80));
	if (words === undefined) return undefined;
	return {
		type,
		rates: shape?.rates ?? [],
		words,
		short: words === 'free' || words === short ? words : (shape?.short ?? words),
		details: details ?? short,
		discount,
		basis: shape?.basis,
		media,
	};
}

/** Nobody knows what a frame unit is, so the catalogue's own words say more than the number. */
function wordsOf({ rates, words }: Shape, own?: string): string {
	return rates.every(({ usd }) => usd === 0) ? 'free' : (own ?? words);
}

/**
 * What is charged is the listed price × (1 − discount) (docs/api.md#prices). Undefined once it is over, and where its
 * end cannot be read: an estimate must not promise less than may be billed.
 */
function readDiscount(pricing: Dict, now: number): Discount | undefined {
	const share = number(pricing.discount);
	if (share === undefined || share <= 0 || share > 1) return undefined;
	const { discount_ends_at: end } = pricing;
	if (end === null || end === undefined) return { share };
	const endsAt = readMoment(end);
	return endsAt !== undefined && endsAt > now ? { share, endsAt } : undefined;
}

/** Every amount is in a field that begins or ends with its unit, cents; factors and sizes stay. */
function discounted(pricing: Dict, { share }: Discount): Dict {
	const amounts = Object.keys(pricing).flatMap((name) => {
		const amount = /^cents_|_cents$/.test(name) ? amountOf(pricing, name) : undefined;
		return amount === undefined ? [] : [[name, amount * (1 - share)] as const];
	});
	return { ...pricing, ...Object.fromEntries(amounts) };
}
