import { readAll, type AskRoom, type Bytes } from './stream';

/** The first bytes of what gzip packs, which no JSON, text or sound begins with (RFC 1952). */
const GZIP = [0x1f, 0x8b];

/**
 * An answer's bytes as they were before a proxy packed them without saying so: what is announced in its headers, n8n's
 * client has unpacked. How much of it may be held is the reader's to say, piece by piece.
 * @throws what the connection throws, and Z_DATA_ERROR, Z_BUF_ERROR for what cannot be unpacked
 */
export async function* unpacked(bytes: Bytes): AsyncGenerator<Uint8Array> {
	const rest = piecesOf(bytes);
	try {
		const first: Uint8Array[] = [];
		let length = 0;
		while (length < GZIP.length) {
			const next = await rest.next();
			if (next.done) break;
			first.push(next.value);
			length += next.value.length;
		}
		const start = first.length === 1 ? first[0] : Buffer.concat(first);
		if (!start) return;
		if (isPacked(start)) yield* unzip(start, rest);
		else {
			yield start;
			yield* rest;
		}
	} finally {
		// Not waited for: a connection that stands still would hold up who has read enough.
		rest.return(undefined).catch(() => undefined);
	}
}

/** The same of an answer that is read as a whole. @throws RangeError beyond `limit` bytes, also once it is unpacked */
export async function readUnpacked(bytes: Bytes, limit: number, room?: AskRoom): Promise<Buffer> {
	const body = await readAll(bytes, limit, room);
	return isPacked(body) ? await readAll(unzip(body, []), limit, room) : body;
}

const isPacked = (start: Uint8Array): boolean => GZIP.every((byte, place) => start[place] === byte);

async function* piecesOf(bytes: Bytes): AsyncGenerator<Uint8Array, undefined> {
	yield* bytes;
}

async function* unzip(start: Uint8Array, rest: Bytes): AsyncGenerator<Uint8Array> {
	const { readable, writable } = new DecompressionStream('gzip');
	const writer = writable.getWriter();
	let fault: unknown;
	const feed = async () => {
		try {
			await writer.write(start);
			for await (const piece of rest) await writer.write(piece);
			await writer.close();
		} catch (error) {
			fault = error;
			await writer.abort(error).catch(() => undefined);
		}
	};
	const reader = readable.getReader();
	void feed();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} catch (error) {
		// What the connection said says more than that its bytes are not whole.
		throw fault ?? error;
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}
