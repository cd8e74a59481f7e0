import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { RunResult } from './engine/engine';

/** Reading what a run gave. */

export function itemsOf(result: RunResult): INodeExecutionData[] {
	expect(result.error).toBeUndefined();
	expect(result.status).toBe('success');
	return result.items;
}

export function onlyItem(result: RunResult): INodeExecutionData {
	const [item, ...more] = itemsOf(result);
	if (item === undefined || more.length > 0) throw new Error(`Expected one item, got ${result.items.length}`);
	return item;
}

/** Undefined entries count as absent, as they do once n8n has stored an execution. */
export const stored = (json: IDataObject | undefined): IDataObject => JSON.parse(JSON.stringify(json ?? {}));

const looksLikeFile = (text: string) =>
	text.startsWith('data:') || (text.length > 100 && /^[A-Za-z0-9+/_=-]+$/.test(text));

/** Nothing that is a file may stand in `json`. */
export function expectNoMedia(value: unknown): void {
	if (typeof value === 'string') expect(looksLikeFile(value) ? value.slice(0, 60) : '').toBe('');
	else if (typeof value === 'object' && value !== null) Object.values(value).forEach(expectNoMedia);
}

/** What a single item came to. */
export const jsonOf = (result: RunResult): IDataObject => stored(onlyItem(result).json);

export const hintsOf = ({ hints }: RunResult): string[] => hints.map(({ message }) => message);

/** The summary: its time differs from run to run. */
export const summary = (items: number, requests: number, cost?: string, budget?: string): RegExp =>
	new RegExp(
		`^${items} items? in( · \\d+ failed \\(.+\\))? · ${requests} requests?(, \\d+ of them sent again)?${cost === undefined ? '' : ` · \\$${cost.replace('.', '\\.')}`}${budget === undefined ? '' : ` · budget of \\$${budget.replace('.', '\\.')} reached`} · (\\d+ ms|\\d+\\.\\d s)$`,
	);

/** What an item, or the API's own answer, tells of its request. */
const USAGE = ['usage', 'inference_status', 'request_id'];

/** Output without what differs from request to request. */
export const withoutUsage = ({ json }: INodeExecutionData): IDataObject =>
	Object.fromEntries(Object.entries(stored(json)).filter(([name]) => !USAGE.includes(name)));

export function pairedTo({ pairedItem }: INodeExecutionData): number {
	if (typeof pairedItem !== 'object' || Array.isArray(pairedItem)) throw new Error('An item is not paired');
	return pairedItem.item;
}

export function attemptsOf({ json }: INodeExecutionData): unknown {
	const { usage } = stored(json);
	return typeof usage === 'object' && usage !== null && 'attempts' in usage ? usage.attempts : undefined;
}

/** Everything a person sees of a failed item: n8n shows its json alone. */
export const errorOf = ({ json }: INodeExecutionData): { text: string } => ({ text: String(json.error) });

/** How often the request was sent that failed a run. */
export const triesOf = ({ error }: RunResult): number =>
	Number(/Tried (\d+) times/.exec(error?.description ?? '')?.[1] ?? 1);

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<{ message: string; description: string }> {
	const failure: unknown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (!(failure instanceof Error)) throw new Error('It did not fail');
	return { message: failure.message, description: 'description' in failure ? String(failure.description) : '' };
}
