import type { IExecuteFunctions } from 'n8n-workflow';
import { HEAD, wideText } from '../../media/kind';

/** Node's readable stream; its module may not be imported by a node of a verified package. */
export type Stream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Bytes that come piece by piece. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Bytes that an answer which is read as a whole may have. */
export const LARGEST_ANSWER = 64 * 1024 * 1024;

export const isStream = (body: unknown): body is Stream =>
	typeof body === 'object' && body !== null && 'unshift' in body && 'read' in body && Symbol.asyncIterator in body;

/** A body as n8n's client gives it. */
export function bytesOf(body: unknown): Bytes {
	if (body instanceof Uint8Array) return [body];
	if (typeof body === 'string') return [Buffer.from(body)];
	return isStream(body) ? body : [];
}

/**
 * JSON comes as UTF-8; a byte order mark or its first bytes may say otherwise, and its declared type where it is no UTF-8.
 * @param declared its content type
 */
export function decodeText(body: Buffer, declared?: unknown): string {
	const wide = wideText(body) ?? wideJson(body);
	if (wide !== undefined) return wide;
	const text = body.toString('utf8');
	const [, charset = 'utf-8'] = /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(String(declared ?? '')) ?? [];
	// Servers declare what their framework does by default, whatever they send. U+FFFD may be what they wrote.
	const isOther = !/^utf-?8$/i.test(charset) && text.includes('\ufffd') && !Buffer.from(text).equals(body);
	return isOther ? (decodeAs(body, charset) ?? text) : text;
}

/** JSON in UTF-16 without a mark: of its first sign, which is one of ASCII, one byte is zero. */
function wideJson(body: Buffer): string | undefined {
	const isLittle = OPENERS.includes(body[0] ?? 0) && body[1] === 0;
	if (!isLittle && !(body[0] === 0 && OPENERS.includes(body[1] ?? 0))) return undefined;
	// A copy, since its bytes may change places.
	const letters = Buffer.from(body.subarray(0, body.length - (body.length % 2)));
	return (isLittle ? letters : letters.swap16()).toString('utf16le');
}

const OPENERS = Array.from('{[', (sign) => sign.charCodeAt(0));

/** Undefined for a name that stands for no encoding. */
function decodeAs(body: Buffer, charset: string): string | undefined {
	try {
		return new TextDecoder(charset).decode(body);
	} catch {
		return undefined;
	}
}

/** Asked before more is held; a promise where that has to wait. */
export type AskRoom = (length: number) => Promise<void> | undefined;

/** @throws RangeError beyond `limit` bytes */
export async function readAll(bytes: Bytes, limit = Infinity, room?: AskRoom): Promise<Buffer> {
	if (isStream(bytes)) return await readStream(bytes, limit, room);
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of bytes) {
		length += piece.length;
		if (length > limit) throw new RangeError('too large');
		await room?.(piece.length);
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

/** By its events: to iterate over a stream makes dozens of promises, for each of thousands of answers. */
async function readStream(stream: Stream, limit: number, room: AskRoom = () => undefined): Promise<Buffer> {
	return await new Promise((resolve, reject) => {
		const pieces: Uint8Array[] = [];
		let length = 0;
		let waits: Promise<void> | undefined;
		const fail = (error: unknown) => {
			stream.off('data', take);
			// What it says later is nobody's concern any more, but must not end the process.
			stream.on('error', () => undefined).destroy();
			reject(error);
		};
		const take = (piece: Uint8Array) => {
			length += piece.length;
			if (length > limit) return fail(new RangeError('too large'));
			pieces.push(piece);
			waits = room(piece.length);
			if (!waits) return;
			stream.pause();
			waits.then(() => stream.resume(), fail);
		};
		const end = () => void Promise.resolve(waits).then(() => resolve(Buffer.concat(pieces)), fail);
		const close = () => {
			if (stream.readableEnded) end();
			else fail(stream.errored ?? new Error('Premature close'));
		};
		if (stream.destroyed || stream.readableEnded) return close();
		stream.on('data', take).on('end', end).on('error', fail).on('close', close);
	});
}

/**
 * Reads so many bytes ahead, which tells the size of what is not longer.
 * @returns all of its pieces, and their length where it ended
 */
export async function readAhead(
	stream: Stream,
	bytes: number,
): Promise<{ readonly pieces: AsyncGenerator<Uint8Array>; readonly length: number | undefined }> {
	const first: Uint8Array[] = [];
	const rest = iterate(stream);
	let length = 0;
	let isWhole = false;
	while (length <= bytes && !isWhole) {
		const next = await rest.next();
		if (next.done) isWhole = true;
		else {
			first.push(next.value);
			length += next.value.length;
		}
	}
	async function* pieces() {
		// What was taken is not held any longer.
		for (let piece = first.shift(); piece; piece = first.shift()) yield piece;
		yield* rest;
	}
	return { pieces: pieces(), length: isWhole ? length : undefined };
}

/** The pieces of a file, however it is held. */
export async function* iterate(content: Bytes): AsyncGenerator<Uint8Array> {
	yield* content;
}

/** The first bytes of a stream, which stay in it. */
export async function peek(stream: Stream): Promise<Buffer> {
	return await new Promise((resolve, reject) => {
		const settle = (result: Buffer | Error) => {
			for (const event of ['readable', 'end', 'close']) stream.off(event, look);
			stream.off('error', settle);
			if (result instanceof Error) reject(result);
			else resolve(result);
		};
		const look = () => {
			// Gives nothing until so many bytes are there or the stream has ended.
			const head: unknown = stream.read(HEAD);
			if (head instanceof Uint8Array) {
				stream.unshift(head);
				settle(Buffer.from(head.subarray(0, HEAD)));
			} else if (stream.readableEnded || stream.destroyed) {
				settle(stream.errored ?? Buffer.alloc(0));
			}
		};
		// Attached once: a new listener for 'readable' is called at once even when too few bytes are there.
		for (const event of ['readable', 'end', 'close']) stream.on(event, look);
		stream.on('error', settle);
		if (stream.readableEnded || stream.destroyed) look();
	});
}
