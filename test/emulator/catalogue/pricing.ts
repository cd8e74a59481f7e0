import type { JsonObject } from '../json';

/** A catalogue row's price; null where the row has none. */
export type Pricing = JsonObject | null;

export interface Words {
	short?: string;
	full?: string;
	table?: JsonObject;
}

function frame(words: Words): JsonObject {
	return {
		discount: null,
		discount_ends_at: null,
		short: words.short ?? null,
		full: words.full ?? null,
		table: words.table ?? null,
	};
}

/** Prices here are in cents, as in the API; per token, second, character, image unit or frame unit. */
export function perToken(input: number, output: number, extra: JsonObject = {}, words: Words = {}): JsonObject {
	return {
		...frame(words),
		type: 'tokens',
		cents_per_input_token: input,
		cents_per_output_token: output,
		rate_per_input_token_cached: null,
		rate_per_input_token_cache_write: null,
		rate_per_service_tier_priority: null,
		rate_per_service_tier_flex: null,
		rate_per_explicit_cache_write_token: null,
		explicit_cache_granularity_tokens: null,
		...extra,
	};
}

export function perInputToken(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'input_tokens', cents_per_input_token: cents };
}

export function perSecond(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'time', cents_per_sec: cents };
}

export function perUptime(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'uptime', cents_per_sec: cents };
}

export function perInputSecond(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'input_length', cents_per_input_sec: cents };
}

export function perCharacter(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'input_character_length', cents_per_input_chars: cents };
}

export function perOutputSecond(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'output_length', cents_per_output_sec: cents };
}

export function perFrameUnit(cents: number, words: Words = {}): JsonObject {
	return { ...frame(words), type: 'frame_units', cents_per_frame_unit: cents };
}

/** `size` is the default edge; 0 on most partner models, which then have a price per picture at best. */
export function perImage(
	cents: number,
	size: number,
	steps: number,
	extra: JsonObject = {},
	words: Words = {},
): JsonObject {
	return {
		...frame(words),
		type: 'image_units',
		cents_per_image_unit: cents,
		default_width: size,
		default_height: size,
		default_iterations: steps,
		default_price_cents: null,
		usage_from_cost: false,
		...extra,
	};
}

export interface Usage {
	inputTokens?: number;
	outputTokens?: number;
	inputSeconds?: number;
	outputSeconds?: number;
	characters?: number;
	imageUnits?: number;
	images?: number;
	runtimeMs: number;
}

/** USD for one request. */
export function costOf(pricing: Pricing, usage: Usage): number {
	if (!pricing) return 0;
	const rate = (name: string) => {
		const value = pricing[name];
		return typeof value === 'number' ? value : 0;
	};
	const cents =
		rate('cents_per_input_token') * (usage.inputTokens ?? 0) +
		rate('cents_per_output_token') * (usage.outputTokens ?? 0) +
		rate('cents_per_sec') * (usage.runtimeMs / 1000) +
		rate('cents_per_input_sec') * (usage.inputSeconds ?? 0) +
		rate('cents_per_input_chars') * (usage.characters ?? 0) +
		rate('cents_per_output_sec') * (usage.outputSeconds ?? 0) +
		rate('cents_per_frame_unit') * (usage.outputSeconds ?? 0) * 24 +
		imageCents(rate, usage);
	return Math.round(cents * (1 - discountOf(pricing)) * 1e8) / 1e10;
}

/** Of the listed price, as long as it lasts. */
function discountOf({ discount, discount_ends_at: end }: JsonObject): number {
	const isOver = typeof end === 'number' && end * 1000 <= Date.now();
	return typeof discount === 'number' && !isOver ? discount : 0;
}

function imageCents(rate: (name: string) => number, usage: Usage): number {
	const flat = rate('default_price_cents');
	if (flat > 0) return flat * (usage.images ?? 1);
	if (rate('default_width') === 0) return rate('cents_per_image_unit') * (usage.images ?? 1);
	return rate('cents_per_image_unit') * (usage.imageUnits ?? 0);
}
