import { clock } from './clock';
import { LARGE_UPLOAD, type PendingRequest } from './deadline';
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
	private size = 0;

	/** @param flight hears how far it is */
	constructor(private readonly flight: Pick<PendingRequest, 'signal' | 'begins' | 'hasSent'>) {}

	append(name: string, value: string | OpenFile): void {
		if (typeof value === 'string') {
			this.parts.push([name, toText(value)]);
			return;
		}
		this.unread++;
		this.size += value.size;
		const { flight } = this;
		const progress = {
			begins: async () => {
				// A refusal that comes during the upload is lost when its sender hangs up.
				if (value.size >= LARGE_UPLOAD) await clock.sleep(PAUSE, flight.signal);
				flight.begins(this.size);
			},
			ends: () => {
				if (--this.unread === 0) flight.hasSent();
			},
		};
		this.parts.push([name, toPart(value, progress)]);
	}

	entries(): IterableIterator<[string, string | Part]> {
		return this.parts.values();
	}

	[Symbol.iterator](): IterableIterator<[string, string | Part]> {
		return this.entries();
	}
}

/** Milliseconds in which a service answers that looks at the size, the key or the model alone. */
const PAUSE = 250;

interface Progress {
	begins(): Promise<void>;
	ends(): void;
}

function toPart({ name, mimeType, size, content }: OpenFile, progress: Progress): Part {
	async function* stream() {
		let sent = 0;
		await progress.begins();
		for await (const piece of content) {
			sent += piece.length;
			if (sent > size) break;
			yield piece;
		}
		// The length was announced: more or less would make the server misread the rest.
		if (sent !== size) throw new Error(`The file '${name}' has ${sent} bytes or more, but ${size} were announced`);
		progress.ends();
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
