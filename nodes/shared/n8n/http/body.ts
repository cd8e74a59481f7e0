import { randomUUID } from 'crypto';
import { Exact, writeJson } from '../../core/exact';
import type { FileRef } from '../../core/fields';
import type { Dict } from '../../core/operation';
import { InlineFile } from '../../core/request';
import { isDict } from '../../core/answer';
import { put } from '../../core/values';
import { checkHeld, type OpenFile } from './files';

/** What tells how a JSON body has to be written. */
interface Contents {
	/** Of its texts: about how long it is, since to write it for its length alone takes too long. */
	letters: number;
	hasFiles: boolean;
	/** Whether it holds a number that JavaScript's numbers cannot. */
	isExact: boolean;
}

export function contentsOf(
	value: unknown,
	found: Contents = { letters: 0, hasFiles: false, isExact: false },
): Readonly<Contents> {
	if (typeof value === 'string') found.letters += value.length;
	if (typeof value !== 'object' || value === null) return found;
	if (value instanceof InlineFile) found.hasFiles = true;
	else if (value instanceof Exact) found.isExact = true;
	// A loop, and no copy: a body may hold millions of numbers.
	else if (Array.isArray(value)) for (const each of value) contentsOf(each, found);
	else for (const each of Object.values(value)) contentsOf(each, found);
	return found;
}

/** Opens a file once. */
type Open = (ref: FileRef) => Promise<OpenFile>;

/**
 * A JSON body with its files in base64, as one buffer into which they are streamed: a file is held once, not three times.
 * @param room is asked before so many bytes are held
 * @throws InputError for a file that cannot be sent
 */
export async function writeBody(json: Dict, open: Open, room?: (length: number) => Promise<void>): Promise<Buffer> {
	const { pieces, files, length } = await openBody(json, open);
	checkHeld(files);
	await room?.(length);
	const body = Buffer.allocUnsafe(length);
	let end = 0;
	for (const [index, piece] of pieces.entries()) {
		const file = index % 2 ? files[Number(piece)] : undefined;
		end = file ? await writeBase64(body, end, file) : end + body.write(piece, end);
	}
	return body;
}

/** How many bytes a JSON body has with its files in base64; they are opened, but not read. @throws as `writeBody` */
export const bodyLength = async (json: Dict, open: Open): Promise<number> => (await openBody(json, open)).length;

/** The body in pieces: every second one is the number of a file. */
async function openBody(json: Dict, open: Open) {
	// Nobody can write into a prompt what stands for a file.
	const mark = randomUUID();
	const files: OpenFile[] = [];
	const place = async (value: unknown): Promise<unknown> => {
		if (value instanceof InlineFile) {
			const file = await open(value.ref);
			files.push(file);
			return value.write(file, `${mark}:${files.length - 1}:`);
		}
		if (Array.isArray(value)) {
			const placed: unknown[] = [];
			for (const entry of value) placed.push(await place(entry));
			return placed;
		}
		if (!isDict(value)) return value;
		const placed: Dict = {};
		for (const [name, entry] of Object.entries(value)) put(placed, name, await place(entry));
		return placed;
	};
	const pieces = writeJson(await place(json), `${mark}:number:`).split(new RegExp(`${mark}:(\\d+):`));
	const length = pieces.reduce(
		(sum, piece, index) => sum + (index % 2 ? base64Length(files[Number(piece)]?.size ?? 0) : Buffer.byteLength(piece)),
		0,
	);
	return { pieces, files, length };
}

const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** @returns where it ends */
async function writeBase64(body: Buffer, start: number, { name, size, content }: OpenFile): Promise<number> {
	let end = start;
	let sent = 0;
	let rest: Uint8Array = new Uint8Array();
	for await (const piece of content) {
		sent += piece.length;
		if (sent > size) break;
		const bytes =
			rest.length > 0 ? Buffer.concat([rest, piece]) : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
		// Three bytes are four letters: what is left over waits for the next piece.
		const whole = bytes.length - (bytes.length % 3);
		end += body.write(bytes.toString('base64', 0, whole), end, 'latin1');
		rest = Uint8Array.from(bytes.subarray(whole));
	}
	if (sent !== size) throw new Error(`The file '${name}' has ${sent} bytes or more, but ${size} were announced`);
	return end + body.write(Buffer.from(rest).toString('base64'), end, 'latin1');
}
