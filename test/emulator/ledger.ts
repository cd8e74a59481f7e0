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

/** What an answer says it bills, refusals included, and how it calls its request; one that breaks off is not billed (README.md). */
export function billIn({ answer, ending }: Delivery): Pick<Bill, 'costUsd' | 'requestId'> {
	if (ending.kind === 'reset' || ending.kind === 'stall') return { costUsd: 0 };
	const text = answer.payload.toString();
	const whole = parseJson(text);
	const costUsd = (whole ? [whole.value] : eventsOf(text)).map(costOf).reduce((sum, cost) => sum + cost, 0);
	return { costUsd, requestId: requestIdIn(whole?.value) };
}

const eventsOf = (text: string) =>
	[...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => parseJson(json)?.value);

function requestIdIn(body: unknown): string | undefined {
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
