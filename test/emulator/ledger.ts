import type { Delivery } from './faults';
import { isObject, parseJson } from './json';

/** USD that one request was billed. */
export interface Bill {
	/** The request's index. */
	readonly index: number;
	readonly path: string;
	readonly costUsd: number;
}

/** What an answer says it bills, refusals included; one that breaks off is not billed (README.md). */
export function billIn({ answer, ending }: Delivery): number {
	if (ending.kind === 'reset' || ending.kind === 'stall') return 0;
	const text = answer.payload.toString();
	const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => parseJson(json)?.value);
	const costs = [parseJson(text)?.value, ...events].map(costOf);
	return costs.reduce((sum, cost) => sum + cost, 0);
}

function costOf(body: unknown): number {
	if (!isObject(body)) return 0;
	const native = isObject(body.inference_status) ? body.inference_status.cost : undefined;
	const route = isObject(body.usage) ? body.usage.estimated_cost : undefined;
	const told = [native, route].find((cost) => typeof cost === 'number');
	return typeof told === 'number' ? Math.max(0, told) : 0;
}
