import { dictsIn, isDict, number, optionalText } from '../core/answer';
import type { ModelSchema } from '../core/modelSchema';
import type { ApiRequest, Dict } from '../core/operation';
import { edgesIn, own } from '../core/values';
import { countWide } from '../core/wide';
import { addLetters, lettersIn, NOTHING, tokensOf, type Letters } from './letters';
import { roundUsd, writeUsd } from './money';
import type { Basis, Price } from './price';

/** What is known about a request before it is sent. */
export interface RequestFacts {
	readonly inputCharacters?: number;
	/** Of these, those that count as a token each; default none. */
	readonly wideCharacters?: number;
	/** How many texts these characters are spread over; each is at least one token. */
	readonly texts?: number;
	/** Of a chat: the model's template puts marks around each. */
	readonly messages?: number;
	/** Tokens that are no character of the input, such as those marks; default none. */
	readonly moreTokens?: number;
	/** As it is asked for, such as `priority`. */
	readonly tier?: string;
	/** Whether the most is wanted that it may cost, not about how much. */
	readonly isMost?: true;
	/** The most tokens that one answer may have, and how many answers are asked for. */
	readonly maxNewTokens?: number;
	readonly responses?: number;
	readonly inputSeconds?: number;
	readonly outputSeconds?: number;
	/** Of a video, such as 720p or 1280x720. */
	readonly resolution?: string;
	readonly images?: number;
	readonly width?: number;
	readonly height?: number;
	readonly steps?: number;
	/** How long the model's own example ran. */
	readonly exampleSeconds?: number;
}

export type Estimate = { readonly usd: number } | { readonly usd: null; readonly why: string };

const unknown = (why: string): Estimate => ({ usd: null, why });

/** `usd` where the price allows it: for a text that is written, with as many tokens as it may have. */
export function estimateCost(price: Price | undefined, facts: RequestFacts): Estimate {
	if (!price) return unknown('The catalogue names no price for this model');
	if (costsNothing(price)) return { usd: 0 };
	if (!price.basis)
		return unknown(`The price is not in numbers that an estimate can use: ${price.words ?? price.type}`);
	const estimate = calculateCost(price.basis, facts, price.media);
	return estimate.usd === null ? estimate : { usd: roundUsd(estimate.usd * tierFactor(price, facts)) };
}

/** What Priority costs where the catalogue does not tell (docs/api.md#chat). */
const PRIORITY = 1.5;

/** By how much a tier makes a request dearer or cheaper. One that the model does not have is served as the default one. */
function tierFactor({ rates }: Price, { tier, isMost }: RequestFacts): number {
	// `auto` is Priority by another name.
	const name = tier === 'auto' ? 'priority' : tier;
	if (name !== 'priority' && name !== 'flex') return 1;
	const factors = rates.flatMap(({ per, usd }) => {
		const base = rates.find((each) => each.usd > 0 && `${each.per} (${name})` === per);
		return base ? [usd / base.usd] : [];
	});
	const factor = factors.length > 0 ? Math.max(...factors) : name === 'priority' && isMost ? PRIORITY : 1;
	return isMost ? Math.max(1, factor) : factor;
}

/** Whether a model costs nothing, whatever is asked of it. */
export const costsNothing = (price: Price | undefined): boolean =>
	price !== undefined && price.rates.length > 0 && price.rates.every(({ usd }) => usd === 0);

/** Tokens that an answer tells, or that its texts are thought to have. */
export interface TokensUsed {
	readonly input?: number;
	readonly output?: number;
}

/**
 * USD that a request has cost whose answer does not tell, by the price in the catalogue;
 * undefined where the service alone can know, and where it is free.
 */
export function assumedCost(price: Price | undefined, facts: RequestFacts, used: TokensUsed = {}): number | undefined {
	if (price?.basis?.by !== 'tokens' || price.basis.output === 0) return estimateCost(price, facts).usd || undefined;
	const input = used.input ?? inputTokens(facts);
	if (input === undefined || used.output === undefined) return undefined;
	const usd = price.basis.input * input + price.basis.output * used.output;
	return roundUsd(usd * tierFactor(price, facts)) || undefined;
}

const times = (usd: number, amount: number | undefined, missing: string): Estimate =>
	amount === undefined ? unknown(missing) : { usd: usd * amount };

function calculateCost(basis: Basis, facts: RequestFacts, media: string | undefined): Estimate {
	switch (basis.by) {
		case 'tokens': {
			const tokens = inputTokens(facts);
			if (tokens === undefined) return unknown('The length of the input is not known before the request');
			if (basis.output === 0) return { usd: basis.input * tokens };
			if (facts.maxNewTokens === undefined) {
				return unknown(
					"How long the answer becomes is not known. Set the option that limits it, 'Max Tokens' or 'Max New Tokens', for an estimate.",
				);
			}
			return { usd: basis.input * tokens + basis.output * facts.maxNewTokens * (facts.responses ?? 1) };
		}
		case 'inputTokens':
			if (media === 'video') return times(basis.input, videoTokens(facts), VIDEO_UNKNOWN);
			if (media) return unknown(`How many tokens the ${media} counts for is known only after the request`);
			return times(basis.input, inputTokens(facts), 'The length of the input is not known before the request');
		case 'characters':
			return times(basis.usd, facts.inputCharacters, 'The length of the input is not known before the request');
		case 'inputSeconds':
			return times(basis.usd, facts.inputSeconds, 'The length of the recording is not known before the request');
		case 'outputSeconds':
			return times(
				basis.usd,
				facts.outputSeconds,
				"How long the output becomes is not known before the request. Set 'Seconds' for an estimate, where there is that option.",
			);
		case 'images':
			return { usd: basis.usd * imageUnits(basis, facts) * (facts.images ?? 1) };
		case 'runtime':
			return unknown(runtimeWords(basis.usd, facts.exampleSeconds));
		case 'uptime':
			return unknown('The model is billed by the hours it is up, whether or not requests are sent');
		case 'frames':
			return times(basis.usd, frameUnits(facts), VIDEO_UNKNOWN);
	}
}

const VIDEO_UNKNOWN =
	"How long and how large the video becomes is not known before the request. Set 'Seconds' and 'Resolution' for an estimate.";

/** Frames in a second, of nearly all models. */
const FRAMES = 24;
const LINES: Readonly<Record<string, readonly [number, number]>> = {
	'360p': [640, 360],
	'480p': [854, 480],
	'540p': [960, 540],
	'720p': [1280, 720],
	'1080p': [1920, 1080],
};

function pixelsOf(resolution: string | undefined): number | undefined {
	const name = (resolution ?? '').trim().toLowerCase();
	const [, width, height] = /^(\d+)\s*[x×*]\s*(\d+)$/.exec(name) ?? [];
	const [wide, high] = width && height ? [Number(width), Number(height)] : (own(LINES, name) ?? []);
	return wide && high ? wide * high : undefined;
}

/** A video is billed for its pixels: a token for 1024 of them in each frame. */
function videoTokens({ outputSeconds, resolution }: RequestFacts): number | undefined {
	const pixels = pixelsOf(resolution);
	return pixels === undefined || outputSeconds === undefined ? undefined : (pixels * FRAMES * outputSeconds) / 1024;
}

/** A frame at 720p is a unit, one at 480p half: so the catalog's own words and numbers fit together (docs/api.md#prices). */
function frameUnits({ outputSeconds, resolution = '720p' }: RequestFacts): number | undefined {
	const name = resolution.trim().toLowerCase();
	const unit = name === '720p' || name === '1280x720' ? 1 : name === '480p' ? 0.5 : undefined;
	return unit === undefined || outputSeconds === undefined ? undefined : outputSeconds * FRAMES * unit;
}

/** What the model's own example took says what to expect. */
function runtimeWords(usd: number, seconds: number | undefined): string {
	const billed = `The model is billed by the time it runs, ${writeUsd(usd)} a second, which is known only after the request`;
	if (seconds === undefined || seconds <= 0)
		return `${billed}. Its example in the catalogue does not tell how long it took`;
	const [least, most] = [seconds / 2, seconds * 4];
	return `${billed}. Its example in the catalogue took ${roundUsd(seconds)} seconds: expect about ${writeUsd(usd * least)} to ${writeUsd(usd * most)}`;
}

function inputTokens({ inputCharacters, wideCharacters = 0, texts = 1, moreTokens = 0 }: RequestFacts) {
	if (inputCharacters === undefined) return undefined;
	return Math.max(tokensOf({ characters: inputCharacters, wide: wideCharacters }), texts) + moreTokens;
}

/** Tokens of a chat's template: for each message, and once for the answer's begin (docs/api.md#chat). */
const TEMPLATE = 10;

/** The same for what a request costs at most: any text may have a token a character. */
export const mostFacts = (facts: RequestFacts): RequestFacts => ({
	...facts,
	wideCharacters: facts.inputCharacters,
	moreTokens: facts.messages === undefined ? undefined : TEMPLATE * (facts.messages + 1),
	isMost: true,
});

type ImageBasis = Extract<Basis, { by: 'images' }>;

/** How many times the price of a default image: by pixels, and by steps. */
function imageUnits({ width, height, steps }: ImageBasis, facts: RequestFacts): number {
	const pixels = width && height ? ((facts.width ?? width) * (facts.height ?? height)) / (width * height) : 1;
	return pixels * (steps ? (facts.steps ?? steps) / steps : 1);
}

/**
 * What all requests of a dry run would cost together, for the line above the output.
 * @param areJoined whether items share requests, so that fewer are sent than are shown
 */
export function summarizeEstimates(estimates: ReadonlyArray<number | null>, areJoined = false): string {
	const known = estimates.filter((usd) => usd !== null);
	const without = estimates.length - known.length;
	const most = areJoined && estimates.length > 1 ? 'up to ' : '';
	const requests = `${most}${estimates.length} request${estimates.length === 1 ? '' : 's'}`;
	if (known.length === 0)
		return `Dry run: ${requests} would be sent; their cost cannot be estimated, each item says why`;
	const total = writeUsd(roundUsd(known.reduce((sum, usd) => sum + usd, 0)));
	const rest = without === 0 ? '' : `, and ${without} whose cost cannot be estimated`;
	return `Dry run: ${requests} would be sent, for about ${total} together${rest}`;
}

/** Where requests have the texts that they are billed by; a ranking is billed for its query with each document. */
const TEXTS = ['input', 'inputs', 'prompt', 'text', 'question', 'context', 'query', 'queries', 'documents'];

const LIMITS = ['max_new_tokens', 'max_tokens', 'max_completion_tokens', 'max_output_tokens'];

/** What a request's cost can be estimated from, read from its body whatever its task. */
export function costFacts({ json, form }: ApiRequest, schema?: ModelSchema): RequestFacts {
	const body: Dict = json ?? form ?? {};
	const texts = [...TEXTS.flatMap((name) => body[name]), messageTexts(body.messages)]
		.flat()
		.filter((value) => typeof value === 'string');
	const count = (name: string) => number(body[name]);
	// Of two limits the service may take either.
	const limits = LIMITS.flatMap((name) => count(name) ?? []);
	const { characters, wide: wideInJson } = texts.length > 0 ? jsonOf(body) : NOTHING;
	// What is not asked for is made as long and as large as the model does it.
	const first = (names: readonly string[]): unknown =>
		names.map((name) => body[name]).find((value) => value !== undefined) ??
		names.map((name) => schema?.byName.get(name)?.default).find((value) => value !== undefined);
	const seconds = number(first(['seconds', 'duration', 'audio_duration']));
	const [wide, high] = edgesIn(optionalText(body.size));
	return {
		inputCharacters: texts.length > 0 ? sumOf(texts, (text) => text.length) + characters : undefined,
		wideCharacters: sumOf(texts, countWide) + wideInJson,
		texts: texts.length || undefined,
		messages: Array.isArray(body.messages) ? body.messages.length : undefined,
		tier: optionalText(body.service_tier),
		maxNewTokens: limits.length > 0 ? Math.max(...limits) : undefined,
		responses: count('num_responses') ?? (body.messages ? count('n') : undefined),
		outputSeconds: seconds !== undefined && seconds > 0 ? seconds : undefined,
		resolution: optionalText(first(['resolution', 'size'])),
		images: count('num_images') ?? (body.messages ? undefined : count('n')),
		width: count('width') ?? number(wide),
		height: count('height') ?? number(high),
		steps: count('num_inference_steps'),
	};
}

const sumOf = (texts: readonly string[], of: (text: string) => number): number =>
	texts.reduce((sum, text) => sum + of(text), 0);

/** What a chat's messages say; nothing where pictures or sounds are among them, whose tokens nobody can tell. */
function messageTexts(messages: unknown): string[] {
	const contents = dictsIn(messages).map(({ content }) => content);
	const parts = contents.flat();
	const texts = parts.flatMap((part) => (typeof part === 'string' ? part : isDict(part) ? (part.text ?? []) : []));
	const isTextOnly = parts.every(
		(part) => typeof part === 'string' || part === null || (isDict(part) && part.type === 'text'),
	);
	return isTextOnly ? texts.filter((text) => typeof text === 'string') : [];
}

/** What a model reads of a chat besides what its messages say: tools, a schema for the answer, earlier calls and thoughts. */
function jsonOf({ tools, response_format: format, messages }: Dict): Letters {
	const schema = isDict(format) ? format.json_schema : undefined;
	const calls = dictsIn(messages).flatMap((message) => [
		message.tool_calls,
		message.function_call,
		message.reasoning_content,
	]);
	return [tools, schema, ...calls].map(lettersIn).reduce(addLetters, NOTHING);
}
