import { clock } from './clock';
import type { OpenFile } from './files';

interface Part {
	readonly name: string;
	readonly type: string;
	readonly size: number;
	stream(): AsyncIterable<Uint8Array>;
}

/**
 * A form as n8n's HTTP client knows it (the web's FormData), whose file parts are streamed with an exact length.
 * n8n offers no form of its own for streams; the web's would need the whole file in memory (docs/n8n.md#multipart).
 */
export class StreamingForm {
	readonly [Symbol.toStringTag] = 'FormData';
	private readonly parts: Array<[string, string | Part]> = [];
	private unread = 0;

	/** @param whenSent is called when the last of its files has been read */
	constructor(
		private readonly signal: AbortSignal,
		private readonly whenSent: () => void = () => undefined,
	) {}

	append(name: string, value: string | OpenFile): void {
		if (typeof value === 'string') {
			this.parts.push([name, toText(value)]);
			return;
		}
		this.unread++;
		this.parts.push([name, toPart(value, this.signal, () => --this.unread === 0 && this.whenSent())]);
	}

	entries(): IterableIterator<[string, string | Part]> {
		return this.parts.values();
	}

	[Symbol.iterator](): IterableIterator<[string, string | Part]> {
		return this.entries();
	}
}

/** Bytes from which a refusal is waited for: one that comes during the upload is lost when its sender hangs up. */
const LARGE = 8 * 1024 * 1024;
/** Milliseconds in which a service answers that looks at the size, the key or the model alone. */
const PAUSE = 250;

function toPart({ name, mimeType, size, content }: OpenFile, signal: AbortSignal, whenRead: () => void): Part {
	async function* stream() {
		let sent = 0;
		if (size >= LARGE) await clock.sleep(PAUSE, signal);
		for await (const piece of content) {
			sent += piece.length;
			if (sent > size) break;
			yield piece;
		}
		// The length was announced: more or less would make the server misread the rest.
		if (sent !== size) throw new Error(`The file '${name}' has ${sent} bytes or more, but ${size} were announced`);
		whenRead();
	}
	return { name, type: mimeType, size, stream };
}

/** The client rewrites line ends in strings, but a prompt goes out as it was written. A part without a name is text. */
function toText(value: string): string | Part {
	if (!/[\r\n]/.test(value)) return value;
	const bytes = Buffer.from(value);
	async function* stream() {
		yield bytes;
	}
	return { name: '', type: 'text/plain; charset=utf-8', size: bytes.length, stream };
}
