import type {
	IDataObject,
	INodeExecutionData,
	INodeProperties,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { isDict, optionalText, queuedStatus, refusal, requestIdOf } from '../core/answer';
import { optionFields, type Field } from '../core/fields';
import type { AnyOperation, Dict } from '../core/operation';
import { attempt, failed, problemOf, succeeded, type Outcome, type Problem } from '../core/problem';
import { omit } from '../core/values';
import { finish, readResults, type Finished } from '../engine/assemble';
import type { CallContext } from '../engine/call';
import { Gate } from '../engine/gate';
import { isShown, readValue } from '../engine/input';
import { FIRST_BURST, Pace } from '../engine/pace';
import { readSettings } from '../engine/settings';
import { costOf, usageOf } from '../engine/usage';
import { FileNames } from '../media/fileName';
import { makesFiles } from '../media/find';
import { operations, resources } from '../operations';
import { explain } from '../engine/explain';
import { readAccount, type Account } from './credential';
import { subtitleOf, taskFields } from './describe';
import { attemptInSteps, clock, ENDED, inSteps } from './http/clock';
import { Transport } from './http/transport';
import { toJson } from './json';
import { ItemMaker } from './outputs';
import { usageIn } from './results';
import type { Steps } from '../core/steps';

/** Where DeepInfra sends results; n8n puts an ID before it that nobody can guess. */
export const callbackWebhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'deepinfra' },
];

/** Operations whose results can be sent to a web address. */
const callable = operations.filter(({ fields }) =>
	fields.some((field) => field.name === 'options' && optionFields(field).some(({ name }) => name === 'webhook')),
);

/** What the results are of, in words. */
export const callbackSubtitle = subtitleOf(callable);

/** n8n lists the trigger's actions beside those of the main node, under one name: they must not be the same. */
const onResult = callable.map((operation) => {
	const { action } = operation;
	return { ...operation, action: `On result of ${action.charAt(0).toLowerCase()}${action.slice(1)}` };
});

const outputDataField: INodeProperties = {
	displayName: 'Output Data Field Name',
	name: 'outputDataFieldName',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output field that files are put into',
};

export const callbackTriggerProperties: INodeProperties[] = [
	{
		displayName:
			"Copy this node's Production URL into the option 'Webhook URL' of a DeepInfra node, and choose below what that node does. What you add to the URL as <code>?ref=order-17</code> comes out in the field 'ref' beside the result.",
		name: 'notice',
		type: 'notice',
		default: '',
	},
	...taskFields(onResult, resources),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [outputDataField],
	},
];

/** Milliseconds in which a result that comes again is the same one. */
const TWICE = 3_600_000;

/** What DeepInfra has sent lately, in this process: n8n stores its own memory only after the answer. */
const lately = new Map<string, number>();

export interface Received {
	readonly body: Dict;
	readonly requestId: string | undefined;
}

/** What a call holds beside a result. */
const FRAME = ['request_id', 'inference_status', 'status', 'model', 'version', 'webhook'];

/** Whether a call only says that a job goes on: its result is still to come. */
export const isBeforeResult = (body: Dict): boolean =>
	queuedStatus(body) !== undefined &&
	Object.entries(body).every(([name, value]) => FRAME.includes(name) || value === null);

/** A result of DeepInfra, or a word on its way there; undefined for any other body. */
export function readCallback(context: IWebhookFunctions): Received | undefined {
	const body: unknown = context.getBodyData();
	if (!isDict(body)) return undefined;
	const requestId = requestIdOf(body);
	const hasStatus = isDict(body.inference_status) || optionalText(body.status) !== undefined;
	return hasStatus ? { body, requestId } : undefined;
}

export function refuseBody(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(400).json({ error: 'This is no result of DeepInfra' });
	return { noWebhookResponse: true };
}

/** Takes a result: first output for those that succeeded, second one for the others. */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const callback = readCallback(context);
	const requestId = callback?.requestId;
	if (!callback || requestId === undefined) return refuseBody(context);
	if (isBeforeResult(callback.body)) return { webhookResponse: 'not the result yet' };
	if (isRepeated(context, requestId)) return { webhookResponse: 'received before' };
	let isTaken = false;
	try {
		const workflowData = await (await Callback.open(context, callback)).outputs();
		isTaken = true;
		return { workflowData };
	} finally {
		// DeepInfra hears of a failure, and sends it once more.
		if (!isTaken) forget(context, requestId);
	}
}

const keyOf = (context: IWebhookFunctions, requestId: string): string =>
	`${context.getWorkflow().id} ${context.getNode().id} ${requestId}`;

function forget(context: IWebhookFunctions, requestId: string): void {
	lately.delete(keyOf(context, requestId));
	const memory = context.getWorkflowStaticData('node');
	if (isDict(memory.received)) memory.received = toJson(omit(memory.received, requestId));
}

/** Whether the same result has come within the hour; if not, it is remembered. */
function isRepeated(context: IWebhookFunctions, requestId: string): boolean {
	const now = clock.now();
	const memory = context.getWorkflowStaticData('node');
	const stored: Dict = isDict(memory.received) ? memory.received : {};
	const fresh = Object.entries(stored).filter(([, at]) => typeof at === 'number' && now - at < TWICE);
	for (const [key, at] of lately) if (now - at >= TWICE) lately.delete(key);
	const key = keyOf(context, requestId);
	const isKnown = fresh.some(([id]) => id === requestId) || lately.has(key);
	if (isKnown) return true;
	lately.set(key, now);
	memory.received = toJson(Object.fromEntries([...fresh, [requestId, now]]));
	return false;
}

/** A result as items. */
export class Callback {
	private constructor(
		private readonly context: IWebhookFunctions,
		private readonly answer: Dict,
		private readonly requestId: string | undefined,
		private readonly asked: Dict | undefined,
		private readonly credential: Outcome<Account>,
	) {}

	/** @param asked what was asked, where that is known; else the result is shaped as with nothing but presets */
	static async open(context: IWebhookFunctions, { body, requestId }: Received, asked?: Dict): Promise<Callback> {
		const account = await readAccount(context).then(succeeded, (error: unknown) => failed(problemOf(error)));
		// n8n has parsed it already; what is nested too deeply to be written again comes to nothing anyway.
		const text = attempt(() => JSON.stringify(body));
		const answer = account.ok && text.ok ? await inSteps(account.value.redactAnswer(body, text.value)) : body;
		return new Callback(context, answer, requestId, asked, account);
	}

	/** Without a credential a failure can still be told. */
	private get account(): Account | undefined {
		return this.credential.ok ? this.credential.value : undefined;
	}

	/** @returns items of the first output and of the second */
	async outputs(): Promise<INodeExecutionData[][]> {
		const words = refusal(this.answer);
		if (words !== undefined) return [[], [this.failedItem({ kind: 'refusal', message: words })]];
		const resource = this.context.getNodeParameter('resource');
		const value = this.context.getNodeParameter('operation');
		const operation = callable.find((each) => each.resource === resource && each.value === value);
		if (!operation) return this.unread({ kind: 'input', message: 'This node is set to no operation', advice: CHOOSE });
		const shaped = await attemptInSteps(() => shape(operation, this.answer, this.asked ?? blankInput(operation)));
		return shaped.ok ? await this.itemsOf(operation, shaped.value) : this.unread(shaped.problem);
	}

	/** What is paid for is handed on, whatever it is. */
	private unread(problem: Problem): INodeExecutionData[][] {
		const isOdd = problem.kind === 'answer' && problem.advice === undefined && this.asked === undefined;
		const told = isOdd ? { ...problem, advice: CHOOSE } : problem;
		return [[], [this.failedItem(told, { response: this.answer })]];
	}

	private async itemsOf(operation: AnyOperation, outputs: readonly Finished[]): Promise<INodeExecutionData[][]> {
		const end = new AbortController();
		try {
			if (!this.credential.ok) return [[], [this.failedItem(this.credential.problem, { response: this.answer })]];
			const account = this.credential.value;
			const run: CallContext = { clock, signal: end.signal, random: Math.random };
			const transport = new Transport(this.context, account, end.signal);
			const door = new Gate(new Pace(FIRST_BURST), clock).door(end.signal);
			const maker = new ItemMaker(this.context, transport, run, door);
			const options: unknown = this.context.getNodeParameter('options', {});
			// The trigger has it among its options.
			const field: unknown = this.context.getNodeParameter('outputDataFieldName', '');
			const place = {
				item: 0,
				fieldName: this.fieldName((isDict(options) ? options.outputDataFieldName : undefined) ?? field),
				// Each result has a run of its own, so its number among them cannot tell it apart.
				names: new FileNames([undefined], [operation.resource, this.requestId].filter(Boolean).join('_')),
				makesFiles: makesFiles(operation.tasks),
				medium: operation.makes,
				seconds: operation.timeout ?? 300,
				keepsInput: false,
				resultField: this.asked ? readSettings(operation, this.asked).resultField : '',
			};
			const good: INodeExecutionData[] = [];
			const bad: INodeExecutionData[] = [];
			for (const output of outputs) {
				const { item, problems } = await maker.make(output, place);
				if (item) good.push({ ...item, json: { ...this.frame(), ...item.json } });
				// What the good part carries is not told twice.
				const billed = item ? 0 : (usageIn(output).costUsd ?? 0);
				// Nothing else of the result is handed on.
				const response = item || bad.length > 0 ? {} : { response: this.answer };
				for (const [index, problem] of problems.entries())
					bad.push(this.failedItem(problem, index === 0 ? response : {}, index === 0 ? billed : 0));
			}
			return [good, bad];
		} finally {
			end.abort(ENDED);
		}
	}

	/** A name that would lose the file, which is paid for, is none. */
	private fieldName(given: unknown): string {
		const name = attempt(() => String(readValue({ ...outputDataField, isFieldName: true }, given)));
		if (!name.ok)
			this.context.logger.warn(`DeepInfra Trigger: ${explain(name.problem, SITUATION).message}, so it is 'data'`);
		return (name.ok && name.value) || 'data';
	}

	/** What comes out beside every result. */
	private frame(): IDataObject {
		const { inference_status: inner, status } = this.answer;
		const query: unknown = this.context.getQueryData();
		const ref = isDict(query) ? readReference(query.ref) : undefined;
		const requestId = requestIdOf(this.answer) ?? this.requestId;
		return {
			...(requestId === undefined ? {} : { requestId }),
			status: optionalText(isDict(inner) ? inner.status : undefined) ?? optionalText(status) ?? 'unknown',
			...(ref === undefined ? {} : { ref }),
		};
	}

	/** @param billed USD */
	private failedItem(problem: Problem, more: Dict = {}, billed = costOf(this.answer)): INodeExecutionData {
		const { message, advice } = explain(this.account?.redactProblem(problem) ?? problem, { ...SITUATION, billed });
		return { json: { ...this.frame(), error: `${message}. ${advice}`, ...toJson(more) } };
	}
}

/** What the sender wrote behind `?ref=`: several are a list; what is no text is none. */
function readReference(value: unknown): string | string[] | undefined {
	const texts = [value]
		.flat()
		.filter((each) => typeof each === 'string' && each !== '')
		.map(String);
	return texts.length > 1 ? texts : texts[0];
}

/** Where nobody knows what was asked, this is the likeliest reason. */
const CHOOSE =
	"Choose the resource and operation of the node that asked for it here. The whole answer is in 'response'.";

const SITUATION = { model: '', host: '', attempts: 1 };

/** @throws AnswerError for an answer that is none of this operation's */
function* shape(operation: AnyOperation, answer: Dict, input: Dict): Steps<Finished[]> {
	const model = optionalText(answer.model) ?? '';
	const pieces = yield* readResults(operation, answer, [input], usageOf(answer, model, 1));
	const finished = finish(operation, input, pieces);
	if ('outputs' in finished) return finished.outputs;
	return pieces.flatMap(({ outputs, usage }) =>
		outputs.map(({ json, file }): Finished => ({ json: { ...json, usage }, file, isRaw: false })),
	);
}

/** An input of which nothing is known but what its fields hold at first. */
function blankInput({ fields }: Pick<AnyOperation, 'fields'>): Dict {
	const input: Dict = {};
	for (const field of fields) if (isShown(field, input)) input[field.name] = presetOf(field);
	return input;
}

function presetOf({ type, default: preset, typeOptions }: Field): unknown {
	if (typeOptions?.binaryDataProperty) return { file: 'binary', item: 0, value: preset };
	if (type === 'resourceLocator') return '';
	if (type === 'fixedCollection') return { values: [] };
	return preset;
}
