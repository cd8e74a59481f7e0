import { isDict, number, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';
import type { Problem } from '../../core/problem';
import { parseJson } from '../../core/values';
import { interpret } from '../../engine/receive';
import { retryDelay } from '../../engine/retry';
import { clock } from '../http/clock';
import { codeOf, deepestMessage } from '../http/deadline';

/** A function like the web's own `fetch`, as the chat client calls it. */
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface ChatFetchOptions {
	/** Seconds that one attempt may take until its answer begins. */
	readonly seconds: number;
	readonly maxRetries: number;
	/** Put into each request's body: what the client does not know, or names otherwise. */
	readonly additions: Dict;
	/** Hides the API key in what a service says. */
	redact(text: string): string;
	/** Why the request must not be sent. */
	refuse(body: Dict): Problem | undefined;
	/** What an answer cost, by its ID. */
	onCost(id: string | undefined, costUsd: number): void;
	/** Why there is no answer. */
	onFailure(problem: Problem, attempts: number): void;
	/** Sends; n8n's proxy and address rules come in `init`. */
	readonly send: Fetch;
	random(): number;
}

/**
 * Sends as the engine does: again what was not taken, never what may have been billed, in DeepInfra's own words.
 * n8n's client knows nothing of that: it never retries, and reads no error text but that of another service.
 */
export function makeChatFetch(options: ChatFetchOptions): Fetch {
	const { maxRetries, onFailure, random } = options;
	return async (url, init) => {
		const body = completeBody(init?.body, options.additions);
		const refused = body && options.refuse(body);
		if (refused) return failure(refused, 0, onFailure);
		const request = body ? { ...init, body: JSON.stringify(body) } : init;
		for (let attempts = 1; ; attempts++) {
			const sent = await sendOnce(url, request, options);
			if ('response' in sent) return watchCost(sent.response, options.onCost);
			if (init?.signal?.aborted) throw init.signal.reason;
			const delay = attempts > maxRetries ? undefined : retryDelay(sent.problem, attempts, random());
			if (delay === undefined) return failure(sent.problem, attempts, onFailure);
			await clock.sleep(delay, init?.signal ?? new AbortController().signal);
			if (init?.signal?.aborted) throw init.signal.reason;
		}
	};
}

type Sent = { readonly response: Response } | { readonly problem: Problem };

async function sendOnce(url: string | URL | Request, init: RequestInit | undefined, options: ChatFetchOptions): Promise<Sent> {
	const { seconds, redact } = options;
	const limit = AbortSignal.timeout(seconds * 1000);
	const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
	try {
		const response = await options.send(url, { ...init, signal, redirect: 'manual' });
		if (response.ok) return { response };
		const text = redact(await response.text());
		const headers = Object.fromEntries(response.headers);
		const outcome = interpret({ status: response.status, headers, text }, clock.now());
		return outcome.ok ? { problem: { kind: 'answer', message: 'DeepInfra answered without a result' } } : outcome;
	} catch (error) {
		if (limit.aborted) return { problem: { kind: 'timeout', seconds } };
		const code = codeOf(error);
		const message = redact(deepestMessage(error));
		return { problem: code === undefined ? { kind: 'local', message } : { kind: 'network', code, message } };
	}
}

/** The chat client reads a failure's text from here; its status decides nothing any more. */
function failure(problem: Problem, attempts: number, onFailure: ChatFetchOptions['onFailure']): Response {
	onFailure(problem, attempts);
	const status = problem.kind === 'status' && problem.status >= 400 ? problem.status : 400;
	const message = 'message' in problem ? problem.message : problem.kind;
	return new Response(JSON.stringify({ error: { message } }), { status, headers: { 'content-type': 'application/json' } });
}

function completeBody(body: unknown, additions: Dict): Dict | undefined {
	const read = typeof body === 'string' ? parseJson(body) : undefined;
	if (!isDict(read)) return undefined;
	return { ...read, ...additions, messages: Array.isArray(read.messages) ? read.messages.map(fitMessage) : read.messages };
}

/** n8n's agent says nothing beside its tool calls as an empty list, which a model's template may not take. */
const fitMessage = (message: unknown): unknown =>
	isDict(message) && message.tool_calls !== undefined && Array.isArray(message.content) && message.content.length === 0
		? { ...message, content: null }
		: message;

const readCost = (answer: unknown, onCost: ChatFetchOptions['onCost']): void => {
	if (!isDict(answer) || !isDict(answer.usage)) return;
	const costUsd = number(answer.usage.estimated_cost);
	if (costUsd !== undefined && costUsd >= 0) onCost(optionalText(answer.id), costUsd);
};

/** The answer unchanged, its cost read on the way. */
function watchCost(response: Response, onCost: ChatFetchOptions['onCost']): Response {
	const { body, status, statusText, headers } = response;
	if (!body) return response;
	const isStream = (headers.get('content-type') ?? '').includes('event-stream');
	const decoder = new TextDecoder();
	let rest = '';
	const look = new TransformStream<Uint8Array, Uint8Array>({
		transform(piece, controller) {
			controller.enqueue(piece);
			rest += decoder.decode(piece, { stream: true });
			if (!isStream) return;
			const lines = rest.split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) if (line.includes('"estimated_cost"')) readCost(parseJson(line.replace(/^data:/, '')), onCost);
		},
		flush() {
			readCost(parseJson(isStream ? rest.replace(/^data:/, '') : rest), onCost);
		},
	});
	return new Response(body.pipeThrough(look), { status, statusText, headers });
}
