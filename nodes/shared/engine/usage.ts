import { isDict, isUnderWay, number, optionalText, queuedStatus, readId, requestIdOf, usageIn } from '../core/answer';
import { known, omit } from '../core/values';
import { addCosts, shareCost } from './bill';
import type { Dict } from '../core/operation';

export interface Usage {
	readonly model: string;
	readonly requestId?: string;
	/** USD, this item's share: the sum over all items is what DeepInfra says it bills. */
	readonly costUsd?: number;
	/** USD by the catalogue's price, in the place of `costUsd` where the service tells no cost. */
	readonly estimatedCostUsd?: number;
	/** Nobody knows what all of it cost: an answer did not say, and the catalogue's price does not tell. */
	readonly costUnknown?: true;
	/** Milliseconds of the whole request. */
	readonly runtimeMs?: number;
	readonly inputTokens?: number;
	readonly outputTokens?: number;
	/** Of the input's, those that were cached and cost less. */
	readonly cachedTokens?: number;
	/** Spent on thinking before the answer. */
	readonly reasoningTokens?: number;
	/** How often the request was sent. */
	readonly attempts: number;
	/** What the model does not know and was not sent, by the API's names. */
	readonly droppedParameters?: readonly string[];
	/** An equal request of the same run had been paid already. */
	readonly reused?: true;
	/** The user's choice, where another model answered. */
	readonly requestedModel?: string;
	/** Why, in words. */
	readonly fallbackReason?: string;
}

/** A sum of dollars, which may be written with its currency or in parts. A negative cost is none. */
function cost(value: unknown): number | undefined {
	if (Array.isArray(value)) {
		const parts = value.slice(0, 100).map(cost);
		return parts.every((part) => part !== undefined) && parts.length > 0 ? addCosts(parts) : undefined;
	}
	const read = number(typeof value === 'string' ? plainNumber(value) : value);
	return read !== undefined && read >= 0 ? read : undefined;
}

/** The digits of an amount, without its currency. A comma before three digits is of thousands, unless a zero leads. */
function plainNumber(amount: string): string {
	const digits = amount
		.trim()
		.replace(/^(US\s?)?\$|^USD\s|(USD|\$)$/gi, '')
		.trim();
	if (/^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(digits)) return digits.replaceAll(',', '');
	const hasDecimalComma = /^(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+$/.test(digits);
	return hasDecimalComma ? digits.replaceAll('.', '').replace(',', '.') : digits;
}

/** Where the envelope of a failure may be wrapped up (docs/api.md#errors). */
const WRAPS = ['detail', 'error', 'errors'];

/** USD that an answer of any kind says it cost: a result, a refusal, an error with an envelope, however deep it lies. */
export function costOf(body: unknown, depth = 0): number | undefined {
	if (depth > 3) return undefined;
	if (Array.isArray(body)) return largest(body.slice(0, 100).map((entry) => costOf(entry, depth + 1)));
	if (!isDict(body)) return undefined;
	const told = ownCost(body);
	return told || (largest(WRAPS.map((name) => costOf(body[name], depth + 1))) ?? told);
}

/** The same of an answer that breaks off: what it says before is billed. */
export function costInText(text: string): number | undefined {
	const [, worded, told = worded] =
		/"inference_status"\s*:\s*\{[^{}]{0,1000}?"cost"\s*:\s*(?:"([^"\\]{1,40})"|([\d.eE+-]{1,40})[,\s}])/.exec(text) ??
		/"estimated_cost"\s*:\s*(?:"([^"\\]{1,40})"|([\d.eE+-]{1,40})[,\s}])/.exec(text) ??
		[];
	return cost(told);
}

const largest = (amounts: ReadonlyArray<number | undefined>): number | undefined =>
	amounts.reduce((most, each) => (each !== undefined && each > (most ?? -1) ? each : most), undefined);

/** What an answer says itself: a place that does not count says 0 where another knows. */
function ownCost(answer: Dict): number | undefined {
	const { inference_status: status, status: state } = answer;
	const usage = usageIn(answer);
	const told = isDict(status) ? cost(status.cost) : undefined;
	const most = usage ? largest([cost(usage.estimated_cost), told]) : told;
	// Nothing was billed yet.
	return most === 0 && (isUnderWay(state) || queuedStatus(answer) !== undefined) ? undefined : most;
}

/** What the answer's envelope says it cost (docs/api.md#envelope); each value only where it is known. */
export function usageOf(answer: Dict, model: string, attempts: number): Usage {
	const usage = usageIn(answer);
	const found = usage ? readRouteUsage(answer, usage) : readEnvelope(answer);
	return { model, ...known(found), attempts };
}

function readEnvelope(answer: Dict) {
	const status = isDict(answer.inference_status) ? answer.inference_status : {};
	return {
		// A chat without its usage has its ID all the same.
		requestId: requestIdOf(answer) ?? (Array.isArray(answer.choices) ? readId(answer.id) : undefined),
		costUsd: ownCost(answer),
		runtimeMs: number(status.runtime_ms),
		inputTokens: count(status.tokens_input, answer.num_input_tokens, answer.input_tokens),
		outputTokens: count(status.tokens_generated, answer.num_tokens),
	};
}

/** One of several counts of the same: a place that does not count says 0 where another knows (docs/api.md#envelope). */
function count(...values: unknown[]): number | undefined {
	let first: number | undefined;
	for (const value of values) {
		const read = number(value);
		if (read !== undefined && read > 0) return read;
		first ??= read;
	}
	return first;
}

/** What the routes with OpenAI's shapes say. Their `id` is what DeepInfra's own list of costs knows the request by. */
function readRouteUsage(answer: Dict, usage: Dict) {
	const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
	return {
		requestId: readId(answer.id) ?? requestIdOf(answer),
		costUsd: ownCost(answer),
		inputTokens: number(usage.prompt_tokens),
		outputTokens: outputTokensOf(usage),
		cachedTokens: isDict(prompt) ? number(prompt.cached_tokens) : undefined,
		reasoningTokens: isDict(completion) ? number(completion.reasoning_tokens) : undefined,
	};
}

/** Some models count their thoughts apart: then the total knows (docs/api.md#envelope). */
function outputTokensOf({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: total }: Dict) {
	const said = number(completion);
	const all = (number(total) ?? NaN) - (number(prompt) ?? NaN);
	return said !== undefined && all > said ? all : said;
}

const TOKENS = ['inputTokens', 'outputTokens', 'cachedTokens', 'reasoningTokens'] as const;
/** Amounts that add up over the requests that were sent for one result. */
const AMOUNTS = ['costUsd', 'runtimeMs', ...TOKENS] as const;

/**
 * What all answers that one result took have cost together; the last one tells the rest.
 * @param answers a list among them is what was said of one request as time went by: a job says its cost each time
 * @param estimated USD that they are thought to have cost, should none of them say so
 * @param isUnknown whether nobody knows what one of them cost
 */
export function usageOfAll(
	answers: ReadonlyArray<Dict | readonly Dict[]>,
	model: string,
	attempts: number,
	estimated?: number,
	isUnknown = false,
): Usage {
	const each = answers.map((told) => usageOfOne([told].flat(), model, attempts));
	const [first, second] = each;
	const all: Usage =
		first && !second
			? first
			: {
					model,
					...each.at(-1),
					...amountsOf(each, (some) => some.reduce((sum, amount) => sum + amount, 0)),
					attempts,
				};
	const thought = all.costUsd === undefined ? estimated : undefined;
	return { ...all, ...known({ estimatedCostUsd: thought, costUnknown: isUnknown ? (true as const) : undefined }) };
}

function usageOfOne(told: readonly Dict[], model: string, attempts: number): Usage {
	const each = told.map((answer) => usageOf(answer, model, attempts));
	const last = each.at(-1);
	const all = { model, ...last, ...amountsOf(each, (some) => Math.max(...some)), attempts };
	// Of a job that goes on 0 is no bill.
	return all.costUsd === 0 && last?.costUsd === undefined ? omit(all, 'costUsd') : all;
}

/** What the amounts come to of those that tell them. */
function amountsOf(usages: readonly Usage[], together: (amounts: readonly number[]) => number): Partial<Usage> {
	const all = AMOUNTS.flatMap((name) => {
		const told = usages.flatMap((usage) => usage[name] ?? []);
		return told.length > 0 ? [[name, together(told)]] : [];
	});
	return Object.fromEntries(all);
}

/** The part that an item has in a request: all of it, or a share where items travel together. */
export interface Share {
	/** Of the whole request; the same object for all that share it. */
	readonly usage: Usage;
	/** From 0 to 1. */
	readonly share: number;
	/** USD that this part pays; left out: its share of what the request cost. */
	readonly costUsd?: number;
	/** Whether an equal part of the run has paid for it. */
	readonly isReused?: boolean;
}

/** Parts that share one request, each with what it pays. */
export function withBills<S extends Share>(shares: readonly S[]): S[] {
	const [first] = shares;
	const total = first?.usage.costUsd;
	if (total === undefined || shares.length < 2) return [...shares];
	const costs = shareCost(total, shares.length);
	return shares.map((share, index) => ({ ...share, costUsd: costs[index] }));
}

/** The same for a part that is equal to one which has paid. */
export const reused = <S extends Share>(share: S): S => ({ ...share, costUsd: 0, isReused: true });

/** The API's own response once more, for an equal request: who adds up what responses say they cost gets the bill. */
export function unpaid(answer: Dict): Dict {
	const { inference_status: status } = answer;
	const usage = usageIn(answer);
	return {
		...answer,
		...(isDict(status) ? { inference_status: { ...status, cost: 0, reused: true } } : {}),
		...(usage ? { usage: { ...usage, estimated_cost: 0, reused: true } } : {}),
	};
}

/** What a line of a file says that it cost; an equal one that was answered with it pays nothing. */
export function usageOfLine(answer: Dict, isReused: boolean): Usage {
	const usage = usageOf(answer, optionalText(answer.model) ?? '', 1);
	return isReused ? { ...withoutAmounts(usage), costUsd: 0, reused: true } : usage;
}

/** USD that a line of a file which failed was billed. */
export const billOfLine = (answer: Dict, isReused: boolean): number => (isReused ? 0 : (costOf(answer) ?? 0));

/** Nothing was spent on what is reused, tokens no more than money. */
const withoutAmounts = (usage: Usage): Usage => omit(usage, ...TOKENS, 'costUnknown');

const sumOf = (numbers: ReadonlyArray<number | undefined>): number | undefined =>
	numbers.reduce((sum, number) => (sum === undefined || number === undefined ? undefined : sum + number), 0);

/** Most items have a request of their own. */
function rounded(usage: Usage): Usage {
	const { costUsd, estimatedCostUsd } = usage;
	if (costUsd !== undefined) return { ...usage, costUsd: addCosts([costUsd]) };
	return estimatedCostUsd === undefined ? usage : { ...usage, estimatedCostUsd: addCosts([estimatedCostUsd]) };
}

const costOfShare = ({ usage, share, costUsd }: Share): number | undefined =>
	costUsd ?? (usage.costUsd && usage.costUsd * share);

/** USD that the service said of shares, those of which it said nothing aside. */
export const toldOf = (shares: readonly Share[]): number =>
	addCosts(shares.flatMap((share) => costOfShare(share) ?? []));

/** Tokens of several requests; known where each tells them. */
const tokensOfAll = (usages: readonly Usage[]) =>
	Object.fromEntries(TOKENS.map((name) => [name, sumOf(usages.map((usage) => usage[name]))]));

/**
 * The usage of one item, from its shares of one or several requests: cost by share;
 * token counts only where the requests were this item's alone, since they are counted for a whole request.
 */
export function usageOfItem(shares: readonly Share[]): Usage | undefined {
	const [only, second] = shares;
	if (only && !second && only.share === 1 && only.costUsd === undefined && !only.isReused) return rounded(only.usage);
	// A part that moved to another model is one to tell of.
	const first = shares.find(({ usage }) => usage.fallbackReason !== undefined)?.usage ?? only?.usage;
	if (!first) return undefined;
	const paid = shares.filter(({ isReused }) => !isReused);
	const requests = new Map<Usage, number>();
	for (const { usage, share } of paid) requests.set(usage, (requests.get(usage) ?? 0) + share);
	const all = [...requests.keys()];
	const isAlone = [...requests.values()].every((share) => share > 1 - 1e-9);
	const runtimes = all.flatMap(({ runtimeMs }) => runtimeMs ?? []);
	const costs = shares.map(costOfShare);
	// Where a part tells no cost, what they come to together is no more than an estimate.
	const thought = shares.map(
		({ usage: { estimatedCostUsd }, share }, index) => costs[index] ?? (estimatedCostUsd && estimatedCostUsd * share),
	);
	const costUsd = sumOf(costs) === undefined ? undefined : addCosts(costs.flatMap((cost) => cost ?? []));
	const found = {
		costUsd,
		estimatedCostUsd:
			costUsd !== undefined || sumOf(thought) === undefined
				? undefined
				: addCosts(thought.flatMap((cost) => cost ?? [])),
		runtimeMs: runtimes.length > 0 ? sumOf(runtimes) : first.runtimeMs,
		...(isAlone && all.length > 0 ? tokensOfAll(all) : {}),
		costUnknown: all.find(({ costUnknown }) => costUnknown)?.costUnknown,
	};
	const attempts = shares.reduce((most, { usage }) => Math.max(most, usage.attempts), 0);
	const one: Usage = { ...omit(first, 'costUnknown', ...AMOUNTS, 'estimatedCostUsd'), ...known(found), attempts };
	return paid.length > 0 ? one : { ...one, reused: true };
}
