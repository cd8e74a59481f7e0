import { errorText, isDict, optionalText } from '../../core/answer';
import { writePlainJson } from '../../core/halves';
import type { Dict } from '../../core/operation';
import { billOf, failed as failedBy, succeeded, type Outcome, type Problem } from '../../core/problem';
import { parseJson } from '../../core/values';
import { isUnknownModel } from '../../engine/statuses';
import { interpret } from '../../engine/receive';
import { planRetries } from '../../engine/retry';
import { costOf, usageOf } from '../../engine/usage';
import { clock, inSteps } from '../http/clock';
import { connectionProblem, lateProblem } from '../http/deadline';
import type { Secret } from '../secret';
import { holdsEvents } from '../http/events';
import type { CallThoughts } from './callThoughts';
import {
	asEvents,
	asEventStream,
	asRead,
	callIdsIn,
	faultOf,
	isEventStream,
	textOf,
	unread,
	watchEvents,
} from './chatAnswer';

/** The web's own `fetch`, as the chat client calls it. */
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

interface Failure {
	readonly error: Error;
	readonly code: string;
}

export interface ChatFetchOptions {
	/** Seconds that one attempt may take, its whole answer included. */
	readonly seconds: number;
	readonly maxRetries: number;
	/** Put into each request's body: what the client does not know, or names otherwise. */
	readonly additions: Dict;
	/** What the model thought before earlier calls of tools. */
	readonly thoughts: CallThoughts;
	/** Whether answers may come in pieces; otherwise the client gets a whole answer as one piece. */
	readonly streaming: boolean;
	/** Sends; n8n's proxy and address rules come in `init`. */
	readonly send: Fetch;
	random(): number;
	/** Hides the API key in what a service says. */
	readonly secret: Secret;
	/** Why a request must not be sent. */
	refuse(body: Dict): Problem | undefined;
	/** A chunk of a stream or a whole answer. @param counted USD of its cost that the chunks before have told */
	onAnswer(answer: Dict, counted: number): void;
	/** An answer that is over, whole or not, and did not say what it cost. @param request what was asked */
	onUntold(request: Dict, answer: Dict): void;
	/** USD that a failure has cost. */
	onBill(costUsd: number): void;
	/** The models to ask in turn where the first does not answer, and nothing is billed. */
	readonly fallbacks: readonly string[];
	/** Why another model may be asked than the one that failed, in words; undefined where it must not. */
	reasonToMove(problem: Problem, model: string): string | undefined;
	onMove(model: string, reason: string): void;
	/**
	 * @param model the one that was asked last
	 * @returns the error that the user sees, and the code by which it is known again
	 */
	onFailure(problem: Problem, attempts: number, model: string, nearestModels?: readonly string[]): Failure;
	/** Names of models that resemble one that is not there. */
	nearestModels(model: string): Promise<readonly string[]>;
}

/**
 * Sends as the engine does: again what was not taken, never what may have been billed, in DeepInfra's own words.
 * The chat client of n8n never retries, and reads error texts in another service's form only (docs/n8n.md#chat-model).
 */
export function makeChatFetch(options: ChatFetchOptions): Fetch {
	return async (url, init) => {
		const body = completeBody(init?.body, options);
		const refused = body && options.refuse(body);
		if (refused) return await failed(refused, 0, modelOf(body), options);
		const isStreamed = body?.stream === true && options.streaming;
		const sent = body && !isStreamed ? { ...body, stream: undefined, stream_options: undefined } : body;
		const { asked = {}, ...result } = await sendToAny(url, init, sent, options);
		const model = modelOf(asked);
		const onUntold = (answer: Dict) => options.onUntold(asked, answer);
		if ('problem' in result) return await failed(result.problem, result.attempts, model, options);
		const errorOf = (problem: Problem) => options.onFailure(problem, result.attempts, model).error;
		const { response } = result;
		const taken = callIdsIn(asked.messages);
		const watch = (events: Response) => watchEvents(events, { ...options, taken, onUntold }, errorOf);
		if (isEventStream(response)) return watch(response);
		const text = await readText(response, options);
		if (isStreamed && text.ok && holdsEvents(text.value)) return watch(asEventStream(text.value));
		const whole = text.ok ? await readWhole(text.value, response, options) : text;
		if (!whole.ok) return await failed(whole.problem, result.attempts, model, options);
		if (costOf(whole.value) === undefined) onUntold(whole.value);
		const fault = faultOf(whole.value);
		if (fault) return await failed(fault, result.attempts, model, options);
		options.onAnswer(whole.value, 0);
		const answer = asRead(whole.value, taken);
		options.thoughts.remember(answer);
		return body?.stream === true ? asEvents(answer) : Response.json(answer);
	};
}

const readText = async (response: Response, options: ChatFetchOptions): Promise<Outcome<string>> =>
	await textOf(response).then(succeeded, (error: unknown) => failedBy(unread(error, options)));

/** The whole answer; one that says that it is none is a failure, whatever its status (docs/api.md#chat). */
async function readWhole(
	text: string,
	{ status, headers }: Response,
	{ secret }: ChatFetchOptions,
): Promise<Outcome<Dict>> {
	const { redact } = secret;
	const outcome = interpret({ status, headers: Object.fromEntries(headers), text, redact }, clock.now());
	if (!outcome.ok) return failedBy(secret.redactProblem(outcome.problem));
	if (isAnswer(outcome.value)) return succeeded(await inSteps(secret.redactAnswer(outcome.value, text)));
	const words = errorText(outcome.value);
	const message = `DeepInfra answered without a result${words ? `: ${words}` : ''}`;
	return failedBy({ kind: 'answer', message: redact(message), costUsd: usageOf(outcome.value, '', 1).costUsd });
}

const isAnswer = ({ choices }: Dict): boolean => Array.isArray(choices) && choices.length > 0;

type Sent = { readonly response: Response } | { readonly problem: Problem };

const modelOf = (body: Dict | undefined): string => optionalText(body?.model) ?? '';

/** Asks the model, and the next one where it does not answer. */
async function sendToAny(
	url: string | URL | Request,
	init: RequestInit | undefined,
	body: Dict | undefined,
	options: ChatFetchOptions,
): Promise<Sent & { readonly attempts: number; readonly asked?: Dict }> {
	let asked = body;
	let attempts = 0;
	for (const rest = [...options.fallbacks]; ; ) {
		const model = modelOf(asked);
		const result = await sendUntilAnswered(url, asked ? { ...init, body: writePlainJson(asked) } : init, options);
		attempts += result.attempts;
		const reason = 'problem' in result ? options.reasonToMove(result.problem, model) : undefined;
		const next = reason === undefined ? undefined : rest.shift();
		if (!asked || next === undefined || reason === undefined) return { ...result, attempts, asked };
		options.onMove(next, reason);
		// The service moves on by itself, too, to those that are left.
		asked = { ...asked, model: next, models: rest.length > 0 ? [...rest] : undefined };
	}
}

async function sendUntilAnswered(
	url: string | URL | Request,
	init: RequestInit | undefined,
	options: ChatFetchOptions,
): Promise<Sent & { readonly attempts: number }> {
	const stop = init?.signal ?? new AbortController().signal;
	const delayAfter = planRetries(options, options.random);
	for (let attempts = 1; ; attempts++) {
		const since = clock.now();
		const sent = await sendOnce(url, init, options);
		stop.throwIfAborted();
		if ('response' in sent) return { ...sent, attempts };
		const delay = delayAfter(sent.problem, clock.now() - since);
		if (delay === undefined) return { ...sent, attempts };
		await clock.sleep(delay, stop);
		stop.throwIfAborted();
	}
}

async function sendOnce(
	url: string | URL | Request,
	init: RequestInit | undefined,
	{ seconds, secret, send }: ChatFetchOptions,
): Promise<Sent> {
	const { redact } = secret;
	const limit = AbortSignal.timeout(seconds * 1000);
	const start = clock.now();
	const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
	try {
		// The key would go along to wherever a redirect points.
		const response = await send(url, { ...init, signal, redirect: 'manual' });
		if (response.ok) return { response };
		// What it refuses is known from its status, whatever becomes of the words.
		const text = await textOf(response).catch(() => '');
		const outcome = interpret(
			{ status: response.status, headers: Object.fromEntries(response.headers), text, redact },
			clock.now(),
		);
		// Hidden after it was parsed: a short key may be a word of the answer's own JSON.
		return { problem: outcome.ok ? NO_RESULT : secret.redactProblem(outcome.problem) };
	} catch (error) {
		if (limit.aborted) return { problem: lateProblem(error, seconds) };
		// When the request was out is not known here, so the whole time counts.
		const elapsed = clock.now() - start;
		return {
			problem: connectionProblem(error, { redact, host: 'DeepInfra', seconds }, { elapsed, idle: elapsed, open: 0 }),
		};
	}
}

const NO_RESULT: Problem = { kind: 'answer', message: 'DeepInfra answered without a result' };

/** The chat client makes an error of it whose code says which of ours it stands for. Its status decides nothing. */
async function failed(
	problem: Problem,
	attempts: number,
	model: string,
	{ onBill, onFailure, nearestModels }: ChatFetchOptions,
): Promise<Response> {
	onBill(billOf(problem));
	const nearest = isUnknownModel(problem) ? await nearestModels(model) : [];
	const { error, code } = onFailure(problem, attempts, model, nearest);
	return Response.json({ error: { message: error.message, code } }, { status: 400 });
}

function completeBody(body: unknown, { additions, thoughts }: ChatFetchOptions): Dict | undefined {
	const read = typeof body === 'string' ? parseJson(body) : undefined;
	if (!isDict(read)) return undefined;
	const { messages } = read;
	return {
		...read,
		...additions,
		messages: Array.isArray(messages) ? thoughts.addTo(messages.map(fitMessage)) : messages,
	};
}

/** An agent that says nothing beside its tool calls sends an empty list, which a model's template may not take. */
const fitMessage = (message: unknown): unknown =>
	isDict(message) && message.tool_calls !== undefined && Array.isArray(message.content) && message.content.length === 0
		? { ...message, content: null }
		: message;
