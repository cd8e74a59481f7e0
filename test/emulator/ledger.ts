import type { Delivery } from './faults';
import { isObject, parseJson } from './json';

/** USD that one request was billed. */
export interface Bill {
	/** The request's index. */
	readonly index: number;
	readonly path: string;
	readonly costUsd: number;
	/** The ID that its answer gave, by which it can be asked for. */
	readonly requestId?: string;
}

/** What an answer says it bills, refusals included; one that breaks off is not billed (README.md). */
export function billIn({ answer, ending }: Delivery): number {
	if (ending.kind === 'reset' || ending.kind === 'stall') return 0;
	const text = answer.payload.toString();
	const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => parseJson(json)?.value);
	const costs = [parseJson(text)?.value, ...events].map(costOf);
	return costs.reduce((sum, cost) => sum + cost, 0);
}

/** What an answer calls its request. */
export function requestIdIn({ answer }: Delivery): string | undefined {
	const body = parseJson(answer.payload.toString())?.value;
	if (!isObject(body)) return undefined;
	return [body.request_id, body.id].find((id): id is string => typeof id === 'string');
}

function costOf(body: unknown): number {
	if (!isObject(body)) return 0;
	const native = isObject(body.inference_status) ? body.inference_status.cost : undefined;
	const route = isObject(body.usage) ? body.usage.estimated_cost : undefined;
	const told = [native, route].find((cost) => typeof cost === 'number');
	return typeof told === 'number' ? Math.max(0, told) : 0;
}
