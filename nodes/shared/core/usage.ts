import { isDict, number, requestIdOf } from './answer';
import { omit } from './omit';
import type { Dict } from './operation';

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

/**
 * The usage of one of several items that share a request: cost in equal shares,
 * no token counts, since the answer counts them for the whole request only.
 */
export function shareOf(usage: Usage, share: number): Usage {
	const rest = omit(usage, 'inputTokens', 'outputTokens');
	return rest.costUsd === undefined ? rest : { ...rest, costUsd: rest.costUsd * share };
}

/** The usage of an item whose parts were answered by several requests. */
export function addUsage(usages: readonly Usage[]): Usage | undefined {
	const [first, ...others] = usages;
	if (!first || others.length === 0) return first;
	const sum = (key: 'costUsd' | 'inputTokens' | 'outputTokens') =>
		usages.every((usage) => usage[key] !== undefined)
			? { [key]: usages.reduce((total, usage) => total + (usage[key] ?? 0), 0) }
			: {};
	const rest = omit(first, 'costUsd', 'inputTokens', 'outputTokens');
	const attempts = Math.max(...usages.map((usage) => usage.attempts));
	return { ...rest, ...sum('costUsd'), ...sum('inputTokens'), ...sum('outputTokens'), attempts };
}
