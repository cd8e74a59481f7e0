import type { Dict, StreamOf } from '../../core/operation';
import type { Steps } from '../../core/steps';
import { inSteps, within } from './clock';
import { parseLine } from './lines';
import type { Bytes } from './stream';

/** All that one answer may bring in events, bytes. */
const LARGEST = 256 * 1024 * 1024;

/** Milliseconds in which a stream that is done ends by itself: then its connection can be used again. */
export const GRACE = 500;

/** Who asks for an answer in events, and takes each as it comes. */
export interface EventTaker {
	readonly stream: StreamOf;
	take(event: Dict): void;
}

/** Where a line of data begins, and what it says. */
const DATA = /^data: ?([^]*)$/;

/** Whether an answer comes in events, whatever it is declared to be: no JSON begins with the name of a line. */
export const holdsEvents = (text: string): boolean => /^\s*(data|event|id|retry)?:/.test(text.slice(0, START));
const START = 1000;

/** The lines of a text that comes in pieces, each as soon as it is whole: they end with a line feed, a carriage return, or both. */
export class Lines {
	private readonly decoder = new TextDecoder();
	private pieces: string[] = [];
	private isReturned = false;
	private length = 0;

	/** @throws RangeError for more than any answer has */
	read(piece: Uint8Array): string[] {
		this.length += piece.length;
		if (this.length > LARGEST) throw new RangeError('too large');
		const decoded = this.decoder.decode(piece, { stream: true });
		if (decoded === '') return [];
		const text = this.isReturned && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
		this.isReturned = decoded.endsWith('\r');
		const [first = '', ...others] = text.split(/\r\n?|\n/);
		this.pieces.push(first);
		const last = others.pop();
		if (last === undefined) return [];
		const whole = this.pieces.join('');
		this.pieces = [last];
		return [whole, ...others];
	}

	/** What came behind the last line end. */
	rest(): string {
		return this.pieces.join('') + this.decoder.decode();
	}
}

/**
 * Server-sent events that hold JSON objects, mostly one a line, until `[DONE]`; comments are left out.
 * @param redact hides the key in an event, given as it was parsed and as it came
 * @throws RangeError for more than any answer has, Error for a stream that ends before it is done or is damaged
 */
export async function readEvents(
	bytes: Bytes,
	redact: (event: Dict, text: string) => Steps<Dict>,
	use: (event: Dict) => void,
): Promise<void> {
	let isDone = false;
	/** The lines of an event that goes on. */
	let open: string[] = [];
	function* close(): Steps<void> {
		if (open.length === 0) return;
		const text = open.join('\n');
		open = [];
		const event = yield* parseLine(text);
		if (!event) throw new Error('an event of the stream is damaged');
		use(yield* redact(event, text));
	}
	function* take(line: string): Steps<void> {
		if (isDone) return;
		const [, data] = DATA.exec(line) ?? [];
		if (data === undefined) {
			if (line === '') yield* close();
		} else if (data.trim() === '[DONE]') {
			yield* close();
			isDone = true;
		} else if (open.length > 0) open.push(data);
		// Other words than JSON are no events.
		else if (/^\s*\{/.test(data)) {
			const event = yield* parseLine(data);
			if (event) use(yield* redact(event, data));
			else open.push(data);
		}
	}
	const lines = linesOf(bytes);
	try {
		for (;;) {
			const next = isDone ? await within(GRACE, lines.next()) : await lines.next();
			if (!next || next.done) break;
			for (const line of next.value) await inSteps(take(line));
		}
	} finally {
		// Not waited for: a connection that stays open may bring nothing any more.
		lines.return(undefined).catch(() => undefined);
	}
	await inSteps(close());
	if (!isDone) throw new Error('the stream ended before it was done');
}

async function* linesOf(bytes: Bytes): AsyncGenerator<readonly string[]> {
	const lines = new Lines();
	for await (const piece of bytes) yield lines.read(piece);
	const last = lines.rest();
	if (last !== '') yield [last];
}
