import { dictsIn, isDict, optionalText, refusal } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { attempt, type Problem } from '../../core/problem';
import { atOnce } from '../../core/steps';
import { parseJson } from '../../core/values';
import { costOf } from '../../engine/usage';
import { deepestMessage } from '../http/cause';
import { within } from '../http/clock';
import { GRACE } from '../http/events';
import { decodeText, LARGEST_ANSWER, readAll } from '../http/stream';
import { unpacked } from '../http/unpack';
import { readArguments, readChoice } from '../../operations/chat/chat';
import { chatStream } from '../../operations/chat/stream';
import type { Secret } from '../secret';
import { Veil } from '../veil';

/** An answer's body as it was before a proxy packed it without saying so. */
export function bodyOf({ body }: Response): {
	readonly pieces: AsyncGenerator<Uint8Array>;
	readonly cancel: () => void;
} {
	const reader = body?.getReader();
	async function* received() {
		for (;;) {
			const { done, value } = (await reader?.read()) ?? { done: true };
			if (done || !value) return;
			yield value;
		}
	}
	// Also while it waits for the next piece.
	return { pieces: unpacked(received()), cancel: () => void reader?.cancel().catch(() => undefined) };
}

/** The whole text, however it comes. */
export const textOf = async (response: Response): Promise<string> =>
	decodeText(await readAll(bodyOf(response).pieces, LARGEST_ANSWER), response.headers.get('content-type'));

export const isEventStream = ({ headers }: Response): boolean =>
	(headers.get('content-type') ?? '').includes('event-stream');

interface Watcher {
	/** Hides the API key in what a service says. */
	readonly secret: Secret;
	/** A chunk of the answer. @param counted USD of its cost that the chunks before have told: each may tell what all have cost */
	onAnswer(answer: Dict, counted: number): void;
	/** What came of an answer that is over, whole or not, and did not say what it cost. */
	onUntold(answer: Dict): void;
}

interface Line {
	/** As the client gets it. */
	readonly text: string;
	readonly event?: Dict;
	/** Whether it says that nothing more comes. */
	readonly isLast?: boolean;
}

/** The lines of a stream, whole ones alone, as its pieces come. */
class LineReader {
	private readonly decoder = new TextDecoder();
	private rest = '';
	private readonly veil: Veil;
	private readonly fitCalls = callFitter();

	constructor(private readonly secret: Secret) {
		this.veil = new Veil(secret, chatStream);
	}

	read(piece: Uint8Array): Line[] {
		const lines = (this.rest + this.decoder.decode(piece, { stream: true })).split('\n');
		this.rest = lines.pop() ?? '';
		return lines.flatMap((line) => this.readLine(`${line}\n`));
	}

	end(): Line[] {
		const lines = this.rest === '' ? [] : this.readLine(this.rest);
		// Of half an event the client could not read, nothing is left to lose.
		return [...lines.filter(({ text, event }) => event !== undefined || !/^data:\s*\{/.test(text)), ...this.kept()];
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
		if (value.trim() === '[DONE]') return [...this.kept(), { text: shown, isLast: true }];
		if (!isDict(read)) return [{ text: shown }];
		const clean = hideIn(read);
		const event = this.veil.over(this.fitCalls(clean));
		return [{ text: shown === text && event === clean ? text : lineOf(event), event }];
	}
}

const lineOf = (event: Dict): string => `data: ${JSON.stringify(event)}\n`;

/**
 * The events, read on their way and unchanged but for the key. One that says that the answer failed ends them with its
 * words: the client knows another service's form of that only, and takes an answer that breaks off for a whole one.
 * @param errorOf the error that stands for a connection that broke, and for such an event
 */
export function watchEvents(
	response: Response,
	{ secret, onAnswer, onUntold }: Watcher,
	errorOf: (problem: Problem) => Error,
): Response {
	const { body, status, statusText, headers } = response;
	if (!body) return new Response(null, { status, statusText, headers });
	const { pieces, cancel } = bodyOf(response);
	const { redact } = secret;
	const reader = new LineReader(secret);
	const encoder = new TextEncoder();
	const events: Dict[] = [];
	let hasAnswer = false;
	let isDone = false;
	let counted: number | undefined;
	const take = (lines: readonly Line[]) => {
		for (const { event, isLast } of lines) {
			if (isLast) isDone = true;
			if (!event) continue;
			events.push(event);
			onAnswer(event, counted ?? 0);
			const told = costOf(event);
			if (told !== undefined) counted = Math.max(counted ?? 0, told);
			if (Array.isArray(event.choices)) hasAnswer = true;
			const message = Array.isArray(event.choices) ? undefined : refusal(event);
			if (message !== undefined) throw errorOf({ kind: 'refusal', message: redact(message), costUsd: costOf(event) });
		}
	};
	const cut = (error: unknown) => errorOf({ kind: 'cut', message: redact(deepestMessage(error)) });
	let isOver = false;
	/** Once: whoever stops reading has asked for it all the same. */
	const end = () => {
		if (!isOver && counted === undefined && hasAnswer) onUntold(chatStream.whole(events));
		isOver = true;
	};
	const watched = new ReadableStream<Uint8Array>({
		async pull(controller) {
			// Whoever asks is asked again only once something came.
			for (;;) {
				const next = await pieces.next().catch((error: unknown) => ({ done: true, value: undefined, error }));
				const lines = next.value ? reader.read(next.value) : reader.end();
				try {
					take(lines);
					// Where its end was told, nothing is missing but the word that it is done, or what it cost.
					const isCut = next.done && !isDone && !chatStream.isComplete(events);
					if (isCut && 'error' in next) throw cut(next.error);
					if ((next.done || isDone) && !hasAnswer)
						throw errorOf({ kind: 'answer', message: 'DeepInfra sent an empty answer' });
					if (isCut) throw cut(new Error('the stream ended before it was done'));
					const fault = next.done || isDone ? faultOf(chatStream.whole(events)) : undefined;
					if (fault) throw errorOf(fault);
				} catch (error) {
					end();
					controller.error(error);
					return cancel();
				}
				if (lines.length > 0) controller.enqueue(encoder.encode(lines.map(({ text }) => text).join('')));
				if (next.done || isDone) {
					end();
					controller.close();
					if (!next.done) void within(GRACE, readOut(pieces)).then(cancel);
				}
				if (next.done || lines.length > 0) return;
			}
		},
		cancel: () => {
			end();
			cancel();
		},
	});
	return new Response(watched, { status, statusText, headers });
}

/** Nothing more is told. */
async function readOut(pieces: AsyncGenerator<Uint8Array>): Promise<void> {
	while (!(await pieces.next()).done);
}

/** Why an agent would end without a word, and nobody know why; nothing at the end of its work is an answer. */
export function faultOf(answer: Dict): Problem | undefined {
	const read = attempt(() => {
		for (const { message, ...choice } of dictsIn(answer.choices)) {
			const said = isDict(message) ? message : {};
			readChoice({ ...choice, message: { ...said, content: said.content ?? '' } }, true);
		}
	});
	if (read.ok || read.problem.kind !== 'answer') return undefined;
	return { ...read.problem, costUsd: costOf(answer) };
}

/**
 * An answer with the calls of its messages as the client reads them: numbered, their arguments the JSON of an object in
 * a text. An agent takes a call with others for none, and ends without a word.
 */
export const withCalls = (answer: Dict): Dict =>
	mapCalls(answer, 'message', (call, called, index) => fitCall({ ...call, index }, called));

/** The same for the pieces of an answer, one after the other. */
function callFitter(): (piece: Dict) => Dict {
	const ids = new Map<unknown, string[]>();
	/** Some services do not number calls: a new one has its ID, and what comes without one belongs to the last. */
	const numberOf = (choice: unknown, id: string): number => {
		const known = ids.get(choice) ?? [];
		ids.set(choice, known);
		const at = id === '' ? known.length - 1 : known.indexOf(id);
		return at < 0 ? known.push(id) - 1 : at;
	};
	return (piece) =>
		mapCalls(piece, 'delta', (call, called, _, choice) => {
			const { name, arguments: given } = called;
			const numbered = { ...call, index: call.index ?? numberOf(choice, optionalText(call.id) ?? '') };
			// A call may begin without any arguments, or with no more than their beginning.
			const isOpen = !name || (typeof given === 'string' ? given.trim() === '' : !isDict(given));
			return isOpen ? numbered : fitCall(numbered, called);
		});
}

function mapCalls(
	answer: Dict,
	place: 'message' | 'delta',
	fit: (call: Dict, called: Dict, index: number, choice: unknown) => Dict,
): Dict {
	const callsOf = ({ [place]: said }: Dict) => (isDict(said) && Array.isArray(said.tool_calls) ? said.tool_calls : []);
	const choices = dictsIn(answer.choices);
	if (!choices.some((choice) => callsOf(choice).length > 0)) return answer;
	const fitted = choices.map((choice) => {
		const { [place]: said, index } = choice;
		const calls = dictsIn(callsOf(choice)).map((call, at) =>
			fit(call, isDict(call.function) ? call.function : {}, at, index ?? 0),
		);
		return isDict(said) && calls.length > 0 ? { ...choice, [place]: { ...said, tool_calls: calls } } : choice;
	});
	return { ...answer, choices: fitted };
}

function fitCall(call: Dict, called: Dict): Dict {
	const { name, arguments: given } = called;
	const read = typeof given === 'string' && isDict(parseJson(given)) ? undefined : readArguments(name, given);
	return read ? { ...call, function: { ...called, arguments: JSON.stringify(read) } } : call;
}

/** A whole answer as the one piece of a stream, for a client that asked for pieces of a model that gives none. */
export function asEvents(answer: Dict): Response {
	const choices = dictsIn(answer.choices).map(({ message, ...choice }) => ({ ...choice, delta: message }));
	const chunk = { ...answer, object: 'chat.completion.chunk', choices };
	return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
		headers: { 'content-type': 'text/event-stream' },
	});
}
