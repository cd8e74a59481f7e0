import { isDict, number, readId, requestIdOf } from '../core/answer';
import { omit } from '../core/values';
import type { Dict } from '../core/operation';

export interface Usage {
	readonly model: string;
	readonly requestId?: string;
	/** USD, this item's share: the sum over all items is what DeepInfra says it bills. */
	readonly costUsd?: number;
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
}

/** What the answer's envelope says it cost (docs/api.md#envelope); each value only where it is known. */
export function usageOf(answer: Dict, model: string, attempts: number): Usage {
	const found = isDict(answer.usage) ? readRouteUsage(answer, answer.usage) : readEnvelope(answer);
	const known = Object.entries(found).filter(([, value]) => value !== undefined);
	return { model, ...Object.fromEntries(known), attempts };
}

function readEnvelope(answer: Dict) {
	const status = isDict(answer.inference_status) ? answer.inference_status : {};
	return {
		requestId: requestIdOf(answer),
		costUsd: number(status.cost),
		runtimeMs: number(status.runtime_ms),
		inputTokens: number(status.tokens_input) ?? number(answer.num_input_tokens) ?? number(answer.input_tokens),
		outputTokens: number(status.tokens_generated) ?? number(answer.num_tokens),
	};
}

/** What the routes with OpenAI's shapes say. Their `id` is what DeepInfra's own list of costs knows the request by. */
function readRouteUsage(answer: Dict, usage: Dict) {
	const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
	return {
		requestId: readId(answer.id) ?? requestIdOf(answer),
		costUsd: number(usage.estimated_cost),
		inputTokens: number(usage.prompt_tokens),
		outputTokens: number(usage.completion_tokens),
		cachedTokens: isDict(prompt) ? number(prompt.cached_tokens) : undefined,
		reasoningTokens: isDict(completion) ? number(completion.reasoning_tokens) : undefined,
	};
}

/** Amounts that add up over the requests that were sent for one result. */
const AMOUNTS = ['costUsd', 'runtimeMs', 'inputTokens', 'outputTokens', 'cachedTokens', 'reasoningTokens'] as const;

/** What all answers that one result took have cost together; the last one tells the rest. */
export function usageOfAll(answers: readonly Dict[], model: string, attempts: number): Usage {
	const each = answers.map((answer) => usageOf(answer, model, attempts));
	const sums = AMOUNTS.flatMap((name) => {
		const known = each.flatMap((usage) => usage[name] ?? []);
		return known.length > 0 ? [[name, known.reduce((sum, amount) => sum + amount, 0)]] : [];
	});
	return { model, ...each.at(-1), ...Object.fromEntries(sums), attempts };
}

/** The part that an item has in a request: all of it, or a share where items travel together. */
export interface Share {
	/** Of the whole request; the same object for all that share it. */
	readonly usage: Usage;
	/** From 0 to 1. */
	readonly share: number;
}

const sumOf = (numbers: ReadonlyArray<number | undefined>): number | undefined =>
	numbers.reduce((sum, number) => (sum === undefined || number === undefined ? undefined : sum + number), 0);

/**
 * The usage of one item, from its shares of one or several requests: cost by share;
 * token counts only where the requests were this item's alone, since they are counted for a whole request.
 */
export function usageOfItem(shares: readonly Share[]): Usage | undefined {
	const requests = new Map<Usage, number>();
	for (const { usage, share } of shares) requests.set(usage, (requests.get(usage) ?? 0) + share);
	const all = [...requests];
	const [first] = all[0] ?? [];
	if (!first) return undefined;
	const isAlone = all.every(([, share]) => share > 1 - 1e-9);
	const found = {
		costUsd: sumOf(all.map(([{ costUsd }, share]) => costUsd && costUsd * Math.min(1, share))),
		inputTokens: isAlone ? sumOf(all.map(([usage]) => usage.inputTokens)) : undefined,
		outputTokens: isAlone ? sumOf(all.map(([usage]) => usage.outputTokens)) : undefined,
	};
	const known = Object.entries(found).filter(([, value]) => value !== undefined);
	const attempts = all.reduce((most, [usage]) => Math.max(most, usage.attempts), 0);
	return { ...omit(first, 'costUsd', 'inputTokens', 'outputTokens'), ...Object.fromEntries(known), attempts };
}
