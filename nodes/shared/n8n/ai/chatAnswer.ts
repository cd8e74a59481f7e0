import { randomUUID } from 'crypto';
import { dictsIn, isDict, optionalText, refusal } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { attempt, type Problem } from '../../core/problem';
import { STEP, type Steps } from '../../core/steps';
import { costOf } from '../../engine/usage';
import { deepestMessage } from '../http/cause';
import { inSteps, within } from '../http/clock';
import { TOO_LARGE } from '../http/deadline';
import { GRACE, Lines } from '../http/events';
import { parseLine } from '../http/lines';
import { decodeText, LARGEST_ANSWER, readAll } from '../http/stream';
import { unpacked } from '../http/unpack';
import { readChoice } from '../../operations/chat/chat';
import { choiceReader, pieceReader, withUsage, type CallIds } from '../../operations/chat/pieces';
import { chatStream } from '../../operations/chat/stream';
import type { Secret } from '../secret';
import type { CallThoughts } from './callThoughts';
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
	/event-stream/i.test(headers.get('content-type') ?? '');

interface Reading {
	/** Hides the API key in what a service says. */
	readonly secret: Secret;
	/** That the whole answer may take. */
	readonly seconds: number;
}

/** Why an answer that has begun could not be read to its end: the signal of `AbortSignal.timeout` names its error. */
export function unread(error: unknown, { secret, seconds }: Reading): Problem {
	if (error instanceof RangeError) return TOO_LARGE;
	const isLate = isDict(error) && error.name === 'TimeoutError';
	return isLate ? { kind: 'timeout', seconds } : { kind: 'cut', message: secret.redact(deepestMessage(error)) };
}

interface Watcher extends Reading {
	/** The IDs of calls in the conversation so far. */
	readonly taken: ReadonlySet<string>;
	readonly thoughts: CallThoughts;
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
	private readonly lines = new Lines();
	/** Of an event that goes on over several lines. */
	private open = '';
	private readonly veil: Veil;
	private readonly readPiece: (event: Dict) => Dict;

	constructor(
		private readonly secret: Secret,
		taken: ReadonlySet<string>,
	) {
		this.veil = new Veil(secret, chatStream);
		this.readPiece = pieceReader(idsBeside(taken));
	}

	*read(piece: Uint8Array): Steps<Line[]> {
		const lines: Line[] = [];
		for (const line of this.lines.read(piece)) lines.push(...(yield* this.readLine(`${line}\n`)));
		return lines;
	}

	*end(): Steps<Line[]> {
		const rest = this.lines.rest();
		const lines = rest === '' ? [] : yield* this.readLine(`${rest}\n`);
		// Of half an event the client could not read, nothing is left to lose.
		return [...lines, ...(yield* this.close()).filter(({ event }) => event), ...this.kept()];
	}

	/** What was kept back of the texts until their end. */
	private kept(): Line[] {
		return this.veil.rest().map((event) => ({ text: lineOf(event), event }));
	}

	private *readLine(text: string): Steps<Line[]> {
		// What begins with `data:` passes for a file.
		const [, field = '', value = ''] = /^(data:)?([^]*)$/.exec(text) ?? [];
		// The client reads nothing after it.
		if (value.trim() === '[DONE]') return [...(yield* this.close()), ...this.kept(), { text, isLast: true }];
		// What cannot be an object is not parsed: to fail takes longer than to read.
		const begins = this.open === '' && /^\s*\{/.test(value);
		const read = begins ? yield* parseLine(value) : undefined;
		if (read) return [yield* this.clean(read, value, text)];
		const isOpen = field !== '' && (this.open !== '' || begins);
		if (!isOpen)
			return [...(text.trim() === '' ? yield* this.close() : []), { text: field + (yield* this.hidden(value)) }];
		this.open += value;
		return [];
	}

	/** The event that goes on over several lines. */
	private *close(): Steps<Line[]> {
		const { open } = this;
		this.open = '';
		const read = yield* parseLine(open);
		if (read) return [yield* this.clean(read, open)];
		return open === '' ? [] : [{ text: `data:${yield* this.hidden(open)}` }];
	}

	private *clean(read: Dict, value: string, text?: string): Steps<Line> {
		const piece = this.readPiece(read);
		// What came in pieces may be the key only now that they are put together.
		const redacted = yield* this.secret.redactAnswer(piece, piece === read ? value : JSON.stringify(piece));
		const event = yield* this.veil.over(redacted);
		const isShort = text !== undefined && text.length <= STEP;
		const isSame = event === read && isShort && text === `data:${yield* this.hidden(value)}`;
		return { text: isSame ? `${text}\n` : lineOf(event), event };
	}

	private *hidden(value: string): Steps<string> {
		return String((yield* this.secret.redactAnswer({ value }, value)).value);
	}
}

/** Some services leave out the blank line behind an event, without which the client takes two for one. */
const lineOf = (event: Dict): string => `data: ${JSON.stringify(event)}\n\n`;

/**
 * The events, read on their way and unchanged but for the key and what the client would not read. One that says that the
 * answer failed ends them with its words: the client knows another service's form of that only, and takes an answer that breaks off for a whole one.
 * @param errorOf the error that stands for a connection that broke, and for such an event
 */
export function watchEvents(
	response: Response,
	{ secret, seconds, taken, thoughts, onAnswer, onUntold }: Watcher,
	errorOf: (problem: Problem) => Error,
): Response {
	const { body, status, statusText, headers } = response;
	if (!body) return new Response(null, { status, statusText, headers });
	const { pieces, cancel } = bodyOf(response);
	const { redact } = secret;
	const reader = new LineReader(secret, taken);
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
			const message = refusal(event);
			if (message !== undefined) throw errorOf({ kind: 'refusal', message: redact(message), costUsd: costOf(event) });
		}
	};
	const cut = (error: unknown) => errorOf(unread(error, { secret, seconds }));
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
				let lines: Line[];
				try {
					lines = await inSteps(next.value ? reader.read(next.value) : reader.end());
					take(lines);
					// Where its end was told, nothing is missing but the word that it is done, or what it cost.
					const isCut = next.done && !isDone && !chatStream.isComplete(events);
					if (isCut && 'error' in next) throw cut(next.error);
					if ((next.done || isDone) && !hasAnswer)
						throw errorOf({ kind: 'answer', message: 'DeepInfra sent an empty answer' });
					if (isCut) throw cut(new Error('the stream ended before it was done'));
					const whole = next.done || isDone ? chatStream.whole(events) : undefined;
					const fault = whole && faultOf(whole);
					if (fault) throw errorOf(fault);
					if (whole) thoughts.remember(whole);
				} catch (error) {
					end();
					controller.error(error instanceof RangeError ? errorOf(TOO_LARGE) : error);
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

/** A whole answer as the client reads it: with a role, and calls that an agent does not take for none. */
export const asRead = (answer: Dict, taken: ReadonlySet<string>): Dict => ({
	...withUsage(answer),
	choices: dictsIn(answer.choices).map((choice) => {
		const { delta, ...rest } = choiceReader(idsBeside(taken))(choice);
		return { ...rest, message: delta };
	}),
});

const idsBeside = (taken: ReadonlySet<string>): CallIds => ({ taken, make: () => `call_${randomUUID()}` });

/** The IDs of the calls in a conversation. */
export const callIdsIn = (messages: unknown): ReadonlySet<string> =>
	new Set(
		dictsIn(messages).flatMap(({ tool_calls: calls }) => dictsIn(calls).flatMap(({ id }) => optionalText(id) ?? [])),
	);

/** A whole answer as the one piece of a stream, for a client that asked for pieces of a model that gives none. */
export function asEvents(answer: Dict): Response {
	const choices = dictsIn(answer.choices).map(({ message, ...choice }) => ({ ...choice, delta: message }));
	const chunk = { ...answer, object: 'chat.completion.chunk', choices };
	return asEventStream(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}

/** Events as the client takes them. */
export const asEventStream = (text: string): Response =>
	new Response(text, { headers: { 'content-type': 'text/event-stream' } });
