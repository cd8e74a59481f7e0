import { isDict, refusal } from '../../core/answer';
import type { Dict } from '../../core/operation';
import type { Problem } from '../../core/problem';
import { parseJson } from '../../core/values';
import { costOf } from '../../engine/usage';
import { deepestMessage } from '../http/cause';

export const isEventStream = ({ headers }: Response): boolean =>
	(headers.get('content-type') ?? '').includes('event-stream');

interface Watcher {
	/** Hides the API key in what a service says. */
	redact(text: string): string;
	/** A chunk of the answer. */
	onAnswer(answer: Dict): void;
}

/** The JSON of each event of a stream, as its pieces come. */
class EventReader {
	private readonly decoder = new TextDecoder();
	private rest = '';

	read(piece: Uint8Array): Dict[] {
		const lines = (this.rest + this.decoder.decode(piece, { stream: true })).split('\n');
		this.rest = lines.pop() ?? '';
		return lines.flatMap(readLine);
	}

	end(): Dict[] {
		return readLine(this.rest);
	}
}

function readLine(line: string): Dict[] {
	const event = parseJson(line.replace(/^data:/, ''));
	return isDict(event) ? [event] : [];
}

/**
 * The events unchanged, read on their way. One that says that the answer failed ends them with its words: the client
 * knows another service's form of that only.
 * @param errorOf the error that stands for a connection that broke, and for such an event
 */
export function watchEvents(
	{ body, status, statusText, headers }: Response,
	{ redact, onAnswer }: Watcher,
	errorOf: (problem: Problem) => Error,
): Response {
	if (!body) return new Response(null, { status, statusText, headers });
	const pieces = body.getReader();
	const reader = new EventReader();
	let hasAnswer = false;
	const take = (events: readonly Dict[]) => {
		for (const event of events) {
			onAnswer(event);
			if (Array.isArray(event.choices)) hasAnswer = true;
			const message = Array.isArray(event.choices) ? undefined : refusal(event);
			if (message !== undefined) throw errorOf({ kind: 'refusal', message: redact(message), costUsd: costOf(event) });
		}
	};
	const cut = (error: unknown) => errorOf({ kind: 'cut', message: redact(deepestMessage(error)) });
	const watched = new ReadableStream<Uint8Array>({
		async pull(controller) {
			const next = await pieces.read().catch((error: unknown) => controller.error(cut(error)));
			if (!next) return;
			try {
				take(next.value ? reader.read(next.value) : reader.end());
				if (next.done && !hasAnswer) throw errorOf({ kind: 'answer', message: 'DeepInfra sent an empty answer' });
			} catch (error) {
				controller.error(error);
				return await pieces.cancel();
			}
			if (next.value) controller.enqueue(next.value);
			if (next.done) controller.close();
		},
		cancel: async (reason) => await pieces.cancel(reason),
	});
	return new Response(watched, { status, statusText, headers });
}

/** A whole answer as the one piece of a stream, for a client that asked for pieces of a model that gives none. */
export function asEvents(answer: Dict): Response {
	const choices = Array.isArray(answer.choices) ? answer.choices.filter(isDict) : [];
	const chunk = {
		...answer,
		object: 'chat.completion.chunk',
		choices: choices.map(({ message, ...choice }) => ({ ...choice, delta: numberCalls(message) })),
	};
	return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
		headers: { 'content-type': 'text/event-stream' },
	});
}

/** Pieces of tool calls are put together by their index. */
const numberCalls = (message: unknown): unknown =>
	isDict(message) && Array.isArray(message.tool_calls)
		? {
				...message,
				tool_calls: message.tool_calls.filter(isDict).map((call, index): Dict => ({ ...call, index })),
			}
		: message;
