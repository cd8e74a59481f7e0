import { isDict } from '../../core/answer';
import type { Dict, StreamOf } from '../../core/operation';
import { parseJson } from '../../core/values';
import { within } from './clock';
import type { Bytes } from './stream';

/** All that one answer may bring in events, bytes. */
const LARGEST = 256 * 1024 * 1024;
const LINE_END = 10;

/** Milliseconds in which a stream that is done ends by itself: then its connection can be used again. */
export const GRACE = 500;

/** Who asks for an answer in events, and takes each as it comes. */
export interface EventTaker {
	readonly stream: StreamOf;
	take(event: Dict): void;
}

/** Where a line of data begins, and what it says; a byte order mark may stand before the first. */
const DATA = /^\ufeff?data: ?([^]*)$/;

/**
 * Server-sent events that hold JSON objects, mostly one a line, until `[DONE]`; comments are left out.
 * @param redact hides the key in an event, given as it was parsed and as it came
 * @throws RangeError for more than any answer has, Error for a stream that ends before it is done or is damaged
 */
export async function readEvents(
	bytes: Bytes,
	redact: (event: Dict, text: string) => Dict,
	use: (event: Dict) => void,
): Promise<void> {
	let isDone = false;
	/** The lines of an event that goes on. */
	let open: string[] = [];
	const close = () => {
		if (open.length === 0) return;
		const text = open.join('\n');
		open = [];
		const event = parseJson(text);
		if (!isDict(event)) throw new Error('an event of the stream is damaged');
		use(redact(event, text));
	};
	const take = (line: string) => {
		if (isDone) return;
		const [, data] = DATA.exec(line) ?? [];
		if (data === undefined) {
			if (line === '') close();
		} else if (data.trim() === '[DONE]') {
			close();
			isDone = true;
		} else if (open.length > 0) open.push(data);
		else {
			const event = parseJson(data);
			if (isDict(event)) use(redact(event, data));
			// Other words than JSON are no events.
			else if (event === undefined && /^\s*\{/.test(data)) open.push(data);
		}
	};
	const lines = linesOf(bytes);
	try {
		for (;;) {
			const next = isDone ? await within(GRACE, lines.next()) : await lines.next();
			if (!next || next.done) break;
			take(next.value);
		}
	} finally {
		// Not waited for: a connection that stays open may bring nothing any more.
		lines.return(undefined).catch(() => undefined);
	}
	close();
	if (!isDone) throw new Error('the stream ended before it was done');
}

/** The lines of a text, each as soon as it is whole: a character may be split over two pieces. */
async function* linesOf(bytes: Bytes): AsyncGenerator<string> {
	let pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of bytes) {
		length += piece.length;
		if (length > LARGEST) throw new RangeError('too large');
		const end = piece.lastIndexOf(LINE_END) + 1;
		if (end === 0) {
			pieces.push(piece);
			continue;
		}
		const lines = Buffer.concat([...pieces, piece.subarray(0, end - 1)]).toString('utf8');
		pieces = [piece.subarray(end)];
		yield* lines.split(/\r?\n/).map((line) => line.replace(/\r$/, ''));
	}
	const last = Buffer.concat(pieces).toString('utf8');
	if (last !== '') yield last;
}
