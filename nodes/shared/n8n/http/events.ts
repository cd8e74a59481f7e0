import { isDict } from '../../core/answer';
import type { Dict, StreamOf } from '../../core/operation';
import { parseJson } from '../../core/values';
import type { Bytes } from './stream';

/** All that one answer may bring in events, bytes. */
const LARGEST = 256 * 1024 * 1024;
const LINE_END = 10;

/** Who asks for an answer in events, and takes each as it comes. */
export interface EventTaker {
	readonly stream: StreamOf;
	take(event: Dict): void;
}

/**
 * Server-sent events that hold JSON objects, one a line as the API writes them, until `[DONE]`; comments are left out.
 * @param redact hides the key in an event, given as it was parsed and as it came
 * @throws RangeError for more than any answer has, Error for a stream that ends before it is done
 */
export async function readEvents(
	bytes: Bytes,
	redact: (event: Dict, text: string) => Dict,
	use: (event: Dict) => void,
): Promise<void> {
	let pieces: Uint8Array[] = [];
	let length = 0;
	let isDone = false;
	for await (const piece of bytes) {
		length += piece.length;
		if (length > LARGEST) throw new RangeError('too large');
		// Whole lines alone are read: a character may be split over two pieces.
		const end = piece.lastIndexOf(LINE_END) + 1;
		if (end === 0) {
			pieces.push(piece);
			continue;
		}
		const lines = Buffer.concat([...pieces, piece.subarray(0, end)]).toString('utf8');
		pieces = [piece.subarray(end)];
		for (const [, text = ''] of lines.matchAll(/^data: ?(.*?)\r?$/gm)) {
			if (text === '[DONE]') isDone = true;
			const event = isDone ? undefined : parseJson(text);
			if (isDict(event)) use(redact(event, text));
		}
	}
	if (!isDone) throw new Error('the stream ended before it was done');
}
