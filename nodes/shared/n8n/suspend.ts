import { randomUUID } from 'crypto';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { flag, isDict, number, optionalText, queuedStatus } from '../core/answer';
import { omit } from '../core/values';
import type { AnyOperation, Dict } from '../core/operation';
import { Callback, isBeforeResult, readCallback, refuseBody, type Received } from './callbackTrigger';
import { clock } from './http/clock';
import { inputReader } from './inputs';
import { toJson } from './json';
import { runItems } from './run';

/** Where n8n takes up a run again that sleeps; the address of each run has an ID and a signature of its own. */
export const resumeWebhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: '', restartWebhook: true },
];

/** Under which the node keeps what tells this wait's callback from those of earlier ones: a loop has one address for all. */
const NONCE = 'deepInfraNonce';

/** Under which it keeps what was asked, so that the result is shaped as it would have been at once. */
const ASKED = 'deepInfraAsked';

/** Characters that are kept of it: a file in an expression may be large, and is not needed any more. */
const MOST_KEPT = 1_000_000;

/** Seconds that a run sleeps unless 'Timeout' says otherwise. */
const USUAL_WAIT = 3600;

/** Whether the user wants the run to sleep until DeepInfra calls. */
export const wantsCallback = (context: IExecuteFunctions): boolean =>
	flag(context.getNodeParameter('options.waitForWebhook', 0, false)) === true;

/**
 * Asks with this run's own address as the webhook, and puts the run to sleep: `receiveResult` wakes it up.
 * @throws NodeOperationError for more than one item, or where n8n cannot put a run to sleep
 */
export async function runSleeping(context: IExecuteFunctions, operation: AnyOperation): Promise<INodeExecutionData[]> {
	const items = context.getInputData().length;
	if (items !== 1) {
		throw new NodeOperationError(
			context.getNode(),
			`'Wait for Webhook' works with one item at a time, and there are ${items} [item 1]`,
			{
				description:
					"Put the node 'Loop Over Items' with batch size 1 in front of this one, connect its output 'loop' to this node, and the end of this branch back to it. Nothing was sent.",
				itemIndex: 1,
			},
		);
	}
	const nonce = randomUUID();
	const address = resumeAddress(context);
	address.searchParams.set('nonce', nonce);
	context.getContext('node')[NONCE] = nonce;
	const input = readInput(context, operation);
	context.getContext('node')[ASKED] = JSON.stringify(input ?? {}).length <= MOST_KEPT ? input : undefined;
	const seconds = number(context.getNodeParameter('options.timeout', 0, USUAL_WAIT)) ?? USUAL_WAIT;
	const late = new NodeOperationError(context.getNode(), lateWords(seconds), { description: LATE_ADVICE });
	// With it n8n fails the node when the time is over; without, its input would pass as its result (docs/n8n.md#suspending).
	context.setMetadata({ resumeError: late });
	const made = await runItems(context, operation, { webhook: address.href, field: nonce });
	const answer = made[0]?.json[nonce];
	// One that failed, or was not sent, has nothing to wait for.
	if (!isDict(answer) || queuedStatus(answer) === undefined) return made.map((item) => withResult(item, nonce, input));
	await context.putExecutionToWait(new Date(clock.now() + seconds * 1000));
	return [{ json: toJson({ status: 'waiting', requestId: answer.requestId }), pairedItem: { item: 0 } }];
}

function readInput(context: IExecuteFunctions, operation: AnyOperation): IDataObject | undefined {
	const read = inputReader(context, operation)(0);
	return read.ok ? toJson(read.value) : undefined;
}

/** An item whose result stands where the user wants it, instead of in the field of this wait. */
function withResult(item: INodeExecutionData, nonce: string, input: IDataObject | undefined): INodeExecutionData {
	const result = item.json[nonce];
	if (!isDict(result)) return item;
	const { resultField } = isDict(input?.options) ? input.options : {};
	const name = optionalText(resultField)?.trim();
	const kept = toJson(omit(item.json, nonce));
	return { ...item, json: { ...kept, ...(name ? { [name]: toJson(result) } : toJson(result)) } };
}

function resumeAddress(context: IExecuteFunctions): URL {
	const address: unknown = context.evaluateExpression('{{ $execution.resumeUrl }}', 0);
	if ('putExecutionToWait' in context && typeof address === 'string' && URL.canParse(address)) return new URL(address);
	throw new NodeOperationError(context.getNode(), "This n8n cannot wait for DeepInfra's call here [item 0]", {
		description: "Remove 'Wait for Webhook': the node then waits for the answer itself. Nothing was sent.",
		itemIndex: 0,
	});
}

const lateWords = (seconds: number): string => `DeepInfra did not call back within ${seconds} seconds [item 0]`;

const LATE_ADVICE =
	"DeepInfra may have billed the request: its result, if there is one, came too early, too late, or could not reach n8n. Raise 'Timeout', or remove 'Wait for Webhook'.";

/** Takes the result that a sleeping run waits for. What belongs to another wait, or is no result, leaves it asleep. */
export async function receiveResult(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const query: unknown = context.getQueryData();
	const expected = remembered(context, NONCE);
	if (!isDict(query) || typeof expected !== 'string' || query.nonce !== expected) return { webhookResponse: 'ignored' };
	const callback = readCallback(context);
	if (!callback) return refuseBody(context);
	// A sender that waits too long for our answer calls again: the first call wakes the run.
	if (isBeforeResult(callback.body) || arrived.has(expected)) return { webhookResponse: 'ignored' };
	arrived.add(expected);
	try {
		return await wakeWith(context, callback);
	} finally {
		arrived.delete(expected);
	}
}

/** Waits whose results are being read. */
const arrived = new Set<string>();

async function wakeWith(context: IWebhookFunctions, callback: Received): Promise<IWebhookResponseData> {
	const asked = remembered(context, ASKED);
	const input = isDict(asked) ? asked : undefined;
	const [good = [], bad = []] = await (await Callback.open(context, callback, input)).outputs();
	const entry = waitingEntry(context);
	const metadata = metadataOf(entry);
	const [failed] = bad;
	if (good.length > 0) {
		if (metadata) Reflect.deleteProperty(metadata, 'resumeError');
		const kept = input?.includeOtherFields === true ? inputItemOf(entry) : undefined;
		return { workflowData: [[...good, ...bad].map((item) => besideInput(item, kept))] };
	}
	// n8n fails the node with these words, and honours what it is to do then.
	if (metadata)
		metadata.resumeError = { name: 'NodeOperationError', message: `${String(failed?.json.error)} [item 0]` };
	return { workflowData: [[{ json: {}, pairedItem: { item: 0 } }]] };
}

/** What the node noted down before it slept. */
function remembered(context: IWebhookFunctions, name: string): unknown {
	return context.evaluateExpression(`{{ $node[${JSON.stringify(context.getNode().name)}].context.${name} }}`, 0);
}

function besideInput({ json, binary, ...rest }: INodeExecutionData, kept: Kept | undefined): INodeExecutionData {
	const files = { ...kept?.binary, ...binary };
	const withFiles = Object.keys(files).length > 0 ? { binary: files } : {};
	return { ...rest, json: { ...kept?.json, ...json }, ...withFiles, pairedItem: { item: 0 } };
}

type Kept = Pick<INodeExecutionData, 'json' | 'binary'>;

/** What n8n keeps of the node that waits; it hands it to no node, but is there (docs/n8n.md#suspending). */
function waitingEntry(context: IWebhookFunctions): Dict | undefined {
	const data: unknown = Reflect.get(context, 'runExecutionData');
	const execution = isDict(data) && isDict(data.executionData) ? data.executionData : {};
	const [entry]: unknown[] = Array.isArray(execution.nodeExecutionStack) ? execution.nodeExecutionStack : [];
	return isDict(entry) ? entry : undefined;
}

function metadataOf(entry: Dict | undefined): Dict | undefined {
	if (!entry) return undefined;
	if (!isDict(entry.metadata)) entry.metadata = {};
	return isDict(entry.metadata) ? entry.metadata : undefined;
}

/** The only item that went in. */
function inputItemOf(entry: Dict | undefined): Kept | undefined {
	const { main } = isDict(entry?.data) ? entry.data : {};
	const [item]: unknown[] = Array.isArray(main) && Array.isArray(main[0]) ? main[0] : [];
	if (!isDict(item) || !isDict(item.json)) return undefined;
	return { json: toJson(item.json), binary: filesOf(item.binary) };
}

function filesOf(binary: unknown): Kept['binary'] {
	if (!isDict(binary)) return undefined;
	const files: NonNullable<Kept['binary']> = {};
	for (const [name, file] of Object.entries(binary)) {
		if (!isDict(file) || typeof file.data !== 'string' || typeof file.mimeType !== 'string') continue;
		files[name] = { ...toJson(file), data: file.data, mimeType: file.mimeType };
	}
	return files;
}
