import { isDict, refusal } from '../../core/answer';
import type { Dict } from '../../core/operation';
import type { Problem } from '../../core/problem';
import { atOnce } from '../../core/steps';
import { parseJson } from '../../core/values';
import { costOf } from '../../engine/usage';
import { deepestMessage } from '../http/cause';
import { chatStream } from '../../operations/chat/stream';
import type { Secret } from '../secret';
import { Veil } from '../veil';

export const isEventStream = ({ headers }: Response): boolean =>
	(headers.get('content-type') ?? '').includes('event-stream');

interface Watcher {
	/** Hides the API key in what a service says. */
	readonly secret: Secret;
	/** A chunk of the answer. @param counted USD of its cost that the chunks before have told: each may tell what all have cost */
	onAnswer(answer: Dict, counted: number): void;
}

interface Line {
	/** As the client gets it. */
	readonly text: string;
	readonly event?: Dict;
}

/** The lines of a stream, whole ones alone, as its pieces come. */
class LineReader {
	private readonly decoder = new TextDecoder();
	private rest = '';
	private readonly veil: Veil;

	constructor(private readonly secret: Secret) {
		this.veil = new Veil(secret, chatStream);
	}

	read(piece: Uint8Array): Line[] {
		const lines = (this.rest + this.decoder.decode(piece, { stream: true })).split('\n');
		this.rest = lines.pop() ?? '';
		return lines.flatMap((line) => this.readLine(`${line}\n`));
	}

	end(): Line[] {
		return [...(this.rest === '' ? [] : this.readLine(this.rest)), ...this.kept()];
	}

	/** What was kept back of the texts until their end; the event before may lack its blank line. */
	private kept(): Line[] {
		return this.veil.rest().map((event) => ({ text: `\n${lineOf(event)}\n`, event }));
	}

	private readLine(text: string): Line[] {
		// What begins with `data:` passes for a file.
		const [, field = '', value = ''] = /^(data:)?([^]*)$/.exec(text) ?? [];
		const hideIn = (answer: Dict) => atOnce(this.secret.redactAnswer(answer, value));
		const shown = `${field}${String(hideIn({ value }).value)}`;
		const read = parseJson(value);
		// The client reads nothing after it.
		if (value.trim() === '[DONE]') return [...this.kept(), { text: shown }];
		if (!isDict(read)) return [{ text: shown }];
		const clean = hideIn(read);
		const event = this.veil.over(clean);
		return [{ text: shown === text && event === clean ? text : lineOf(event), event }];
	}
}

const lineOf = (event: Dict): string => `data: ${JSON.stringify(event)}\n`;

/**
 * The events, read on their way and unchanged but for the key. One that says that the answer failed ends them with its
 * words: the client knows another service's form of that only.
 * @param errorOf the error that stands for a connection that broke, and for such an event
 */
export function watchEvents(
	{ body, status, statusText, headers }: Response,
	{ secret, onAnswer }: Watcher,
	errorOf: (problem: Problem) => Error,
): Response {
	if (!body) return new Response(null, { status, statusText, headers });
	const pieces = body.getReader();
	const { redact } = secret;
	const reader = new LineReader(secret);
	const encoder = new TextEncoder();
	let hasAnswer = false;
	let counted = 0;
	const take = (lines: readonly Line[]) => {
		for (const { event } of lines) {
			if (!event) continue;
			onAnswer(event, counted);
			counted = Math.max(counted, costOf(event) ?? 0);
			if (Array.isArray(event.choices)) hasAnswer = true;
			const message = Array.isArray(event.choices) ? undefined : refusal(event);
			if (message !== undefined) throw errorOf({ kind: 'refusal', message: redact(message), costUsd: costOf(event) });
		}
	};
	const cut = (error: unknown) => errorOf({ kind: 'cut', message: redact(deepestMessage(error)) });
	const watched = new ReadableStream<Uint8Array>({
		async pull(controller) {
			// Whoever asks is asked again only once something came.
			for (;;) {
				const next = await pieces.read().catch((error: unknown) => controller.error(cut(error)));
				if (!next) return;
				const lines = next.value ? reader.read(next.value) : reader.end();
				try {
					take(lines);
					if (next.done && !hasAnswer) throw errorOf({ kind: 'answer', message: 'DeepInfra sent an empty answer' });
				} catch (error) {
					controller.error(error);
					return await pieces.cancel();
				}
				if (lines.length > 0) controller.enqueue(encoder.encode(lines.map(({ text }) => text).join('')));
				if (next.done) controller.close();
				if (next.done || lines.length > 0) return;
			}
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
