import { isDict, number, requestIdOf } from '../core/answer';
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
	/** How often the request was sent. */
	readonly attempts: number;
	/** What the model does not know and was not sent, by the API's names. */
	readonly droppedParameters?: readonly string[];
}

/** What the answer's envelope says it cost (deepinfra-api section 2); each value only where it is known. */
export function usageOf(answer: Dict, model: string, attempts: number): Usage {
	const status = isDict(answer.inference_status) ? answer.inference_status : {};
	const found = {
		requestId: requestIdOf(answer),
		costUsd: number(status.cost),
		runtimeMs: number(status.runtime_ms),
		inputTokens: number(status.tokens_input) ?? number(answer.num_input_tokens) ?? number(answer.input_tokens),
		outputTokens: number(status.tokens_generated) ?? number(answer.num_tokens),
	};
	const known = Object.entries(found).filter(([, value]) => value !== undefined);
	return { model, ...Object.fromEntries(known), attempts };
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
