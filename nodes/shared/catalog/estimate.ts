import { isDict, number } from '../core/answer';
import type { ApiRequest, Dict } from '../core/operation';
import { roundUsd } from './money';
import type { Basis, Price } from './price';

/** What is known about a request before it is sent. */
export interface RequestFacts {
	readonly inputCharacters?: number;
	/** How many texts these characters are spread over; each is at least one token. */
	readonly texts?: number;
	/** The most tokens that one answer may have, and how many answers are asked for. */
	readonly maxNewTokens?: number;
	readonly responses?: number;
	readonly inputSeconds?: number;
	readonly outputSeconds?: number;
	readonly images?: number;
	readonly width?: number;
	readonly height?: number;
	readonly steps?: number;
}

export type Estimate = { readonly usd: number } | { readonly usd: null; readonly why: string };

const CHARACTERS_PER_TOKEN = 4;

const unknown = (why: string): Estimate => ({ usd: null, why });

/** `usd` where the price allows it: for a text that is written, what it costs at most. */
export function estimateCost(price: Price | undefined, facts: RequestFacts): Estimate {
	if (!price) return unknown('The catalogue names no price for this model');
	if (price.rates.length > 0 && price.rates.every(({ usd }) => usd === 0)) return { usd: 0 };
	if (!price.basis)
		return unknown(`The price is not in numbers that an estimate can use: ${price.words ?? price.type}`);
	const estimate = calculateCost(price.basis, facts, price.media);
	return estimate.usd === null ? estimate : { usd: roundUsd(estimate.usd) };
}

const times = (usd: number, amount: number | undefined, missing: string): Estimate =>
	amount === undefined ? unknown(missing) : { usd: usd * amount };

function calculateCost(basis: Basis, facts: RequestFacts, media: string | undefined): Estimate {
	switch (basis.by) {
		case 'tokens': {
			const tokens = inputTokens(facts);
			if (tokens === undefined) return unknown('How long the input is is not known before the request');
			if (basis.output === 0) return { usd: basis.input * tokens };
			if (facts.maxNewTokens === undefined) {
				return unknown(
					"How long the answer becomes is not known. Set a limit such as 'Max New Tokens' for an estimate.",
				);
			}
			return { usd: basis.input * tokens + basis.output * facts.maxNewTokens * (facts.responses ?? 1) };
		}
		case 'inputTokens':
			if (media) return unknown(`How many tokens the ${media} counts for is known only after the request`);
			return times(basis.input, inputTokens(facts), 'How long the input is is not known before the request');
		case 'characters':
			return times(basis.usd, facts.inputCharacters, 'How long the input is is not known before the request');
		case 'inputSeconds':
			return times(basis.usd, facts.inputSeconds, 'How long the recording is is not known before the request');
		case 'outputSeconds':
			return times(basis.usd, facts.outputSeconds, 'How long the output becomes is not known before the request');
		case 'images':
			return { usd: basis.usd * imageUnits(basis, facts) * (facts.images ?? 1) };
		case 'runtime':
			return unknown('The model is billed by the time it runs, which is known only after the request');
		case 'uptime':
			return unknown('The model is billed by the hours it is up, whether or not requests are sent');
		case 'frames':
			return unknown('The model is billed in frame units, whose number is known only after the request');
	}
}

function inputTokens({ inputCharacters, texts = 1 }: RequestFacts): number | undefined {
	return inputCharacters === undefined ? undefined : Math.max(Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN), texts);
}

type ImageBasis = Extract<Basis, { by: 'images' }>;

/** How many times the price of a default image: by pixels, and by steps. */
function imageUnits({ width, height, steps }: ImageBasis, facts: RequestFacts): number {
	const pixels = width && height ? ((facts.width ?? width) * (facts.height ?? height)) / (width * height) : 1;
	return pixels * (steps ? (facts.steps ?? steps) / steps : 1);
}

/** What a request's cost can be estimated from, read from its body whatever its task. */
export function costFacts({ json, form }: ApiRequest): RequestFacts {
	const body: Dict = json ?? form ?? {};
	const texts = [body.input, body.inputs, body.prompt, body.text, messageTexts(body.messages)]
		.flat()
		.filter((value) => typeof value === 'string');
	const count = (name: string) => number(body[name]);
	return {
		inputCharacters: texts.length > 0 ? texts.reduce((sum, text) => sum + text.length, 0) : undefined,
		texts: texts.length || undefined,
		maxNewTokens: count('max_new_tokens') ?? count('max_tokens'),
		responses: count('num_responses') ?? (body.messages ? count('n') : undefined),
		images: count('num_images'),
		width: count('width'),
		height: count('height'),
		steps: count('num_inference_steps'),
	};
}

/** What a chat's messages say; nothing where pictures or sounds are among them, whose tokens nobody can tell. */
function messageTexts(messages: unknown): string[] {
	const contents = Array.isArray(messages) ? messages.filter(isDict).map(({ content }) => content) : [];
	const parts = contents.flat();
	const texts = parts.flatMap((part) => (typeof part === 'string' ? part : isDict(part) ? (part.text ?? []) : []));
	const isTextOnly = parts.every(
		(part) => typeof part === 'string' || part === null || (isDict(part) && part.type === 'text'),
	);
	return isTextOnly ? texts.filter((text) => typeof text === 'string') : [];
}
