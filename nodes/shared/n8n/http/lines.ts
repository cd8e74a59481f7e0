import { randomUUID } from 'crypto';
import { isDict } from '../../core/answer';
import { hasExact, parseExact, writeJson } from '../../core/exact';
import type { FileRef } from '../../core/fields';
import { writePlainJson } from '../../core/halves';
import type { Dict } from '../../core/operation';
import { inlineFiles } from '../../core/request';
import { parseInSteps } from '../../core/parseInSteps';
import type { Steps } from '../../core/steps';
import { bodyLength, writeBody } from './body';
import { inSteps } from './clock';
import type { OpenFile } from './files';
import type { Bytes } from './stream';

type Open = (ref: FileRef) => Promise<OpenFile>;

const END = Buffer.from('\n');
const LINE_END = 10;

/** Lines without files are sent in pieces of about this length: one by one they would cost more than they hold. */
const PIECE = 64 * 1024;

const textOf = (line: Dict): string => (hasExact(line) ? writeJson(line, `${randomUUID()}:`) : writePlainJson(line));

/** Bytes of a line, with its end. @throws InputError for a file that cannot be sent */
export async function lineLength(line: Dict, open: Open): Promise<number> {
	const length = inlineFiles(line).length > 0 ? await bodyLength(line, open) : Buffer.byteLength(textOf(line));
	return length + END.length;
}

/** A file of lines, of which one is held at a time. @param withFiles opens a line's files for `write` and closes them */
export async function* writeLines(
	lines: readonly Dict[],
	withFiles: (line: Dict, write: (line: Dict, open: Open) => Promise<Buffer>) => Promise<Buffer>,
): AsyncGenerator<Uint8Array> {
	let texts = '';
	for (const line of lines) {
		if (inlineFiles(line).length === 0) texts += `${textOf(line)}\n`;
		else {
			if (texts !== '') yield Buffer.from(texts);
			texts = '';
			yield await withFiles(line, writeBody);
			yield END;
		}
		if (texts.length < PIECE) continue;
		yield Buffer.from(texts);
		texts = '';
	}
	if (texts !== '') yield Buffer.from(texts);
}

/** Bytes that one line may have. */
const LARGEST_LINE = 256 * 1024 * 1024;

/**
 * Hands each JSON line to `use` as it comes; one that is no JSON object as its text, since the others are not to suffer.
 * @param skip so many lines are left out
 * @returns how many lines there were
 */
export async function readLines(
	bytes: Bytes,
	skip: number,
	redact: (answer: Dict, text: string) => Steps<Dict>,
	use: (line: Dict | string) => Promise<void>,
): Promise<number> {
	let count = 0;
	const take = async (text: string) => {
		if (text.trim() === '' || count++ < skip) return;
		const line = await inSteps(parseLine(text));
		await use(line ? await inSteps(redact(line, text)) : text);
	};
	let rest: Uint8Array[] = [];
	let length = 0;
	for await (const piece of bytes) {
		// Whole lines alone are read: a character may be split over two pieces.
		const end = piece.lastIndexOf(LINE_END) + 1;
		length = end > 0 ? piece.length - end : length + piece.length;
		if (length > LARGEST_LINE) throw new RangeError('too large');
		if (end === 0) {
			rest.push(piece);
			continue;
		}
		const whole = Buffer.concat([...rest, piece.subarray(0, end)]).toString('utf8');
		// A copy: a part of it would keep all of it.
		rest = end < piece.length ? [Uint8Array.from(piece.subarray(end))] : [];
		for (const line of whole.split('\n')) await take(line);
	}
	await take(Buffer.concat(rest).toString('utf8'));
	return count;
}

/** The object that a line holds, with its whole numbers digit by digit; undefined for what holds none. */
export function* parseLine(text: string): Steps<Dict | undefined> {
	try {
		// Trimmed of a byte order mark, too.
		const line = yield* parseInSteps(text.trim(), (part) => parseExact(part, ({ digits }) => digits));
		return isDict(line) ? line : undefined;
	} catch {
		return undefined;
	}
}
