import { randomUUID } from 'crypto';
import type { IN8nHttpFullResponse } from 'n8n-workflow';
import { writeJson } from '../../core/exact';
import type { FileRef } from '../../core/fields';
import { writePlainJson } from '../../core/halves';
import type { ApiRequest, Dict } from '../../core/operation';
import type { ScannedPage } from '../../media/pdf/scan';
import { hasItems, type ServiceContext } from '../context';
import { contentsOf, writeBody } from './body';
import { breathe, LONG_WORK } from './clock';
import type { PendingRequest, PendingRequests } from './deadline';
import { Documents } from './documents';
import { openFile, unreadable, type FileUse, type OpenFile } from './files';
import { StreamingForm } from './form';
import { writeLines } from './lines';
import { Room } from './room';
import { connectionFailure, failure, openSource } from './source';
import { isStream, iterate } from './stream';

/** What a request takes along: JSON, forms and lines, and the files in them from n8n's storage, web addresses and pages. */
export class Outgoing {
	private readonly documents: Documents;
	/** For bodies that hold files, which are there before any answer is: apart, so that an answer never waits for them. */
	private readonly bodies = new Room();
	/** Addresses whose files turned out to have another length than their server announces. */
	private readonly wrongLengths = new Set<string>();

	/** @param ask gets what is at an address, without the key */
	constructor(
		private readonly context: ServiceContext,
		private readonly flights: PendingRequests,
		private readonly ask: (url: URL, flight: PendingRequest) => Promise<IN8nHttpFullResponse>,
	) {
		// A document belongs to all requests that ask about its pages: the end of one of them must not end its reading.
		this.documents = new Documents(async (ref, seconds, use) => {
			const flight = this.flights.start(seconds);
			try {
				return await use(await this.open(ref, flight));
			} finally {
				flight.land();
			}
		});
	}

	/** The room that its body took. */
	giveBack(flight: PendingRequest): void {
		this.bodies.giveBack(flight);
	}

	/** The pages of a file; undefined for one that is no PDF. */
	async pages(file: FileRef, flight: PendingRequest): Promise<readonly ScannedPage[] | undefined> {
		return await this.fromHost(file, flight, async () => await this.documents.pages(file, flight.seconds));
	}

	/** Written here: n8n's client would leave out what is called `constructor` (docs/n8n.md#multipart), and writes all at once. */
	async write(json: Dict, flight: PendingRequest): Promise<Buffer | string> {
		const { letters, hasFiles, isExact } = contentsOf(json);
		if (hasFiles) {
			const { bodies } = this;
			const use: FileUse = {
				isHeld: true,
				takeRoom: async (bytes) => await flight.takeTurn(async () => await bodies.take(flight, bytes)),
			};
			const body = await writeBody(
				json,
				async (ref) => await this.open(ref, flight, use),
				async (length) => await flight.takeTurn(async () => await bodies.hold(flight, length)),
			);
			flight.begins(body.length);
			return body;
		}
		flight.begins(letters);
		const isLong = letters >= LONG_WORK;
		if (isLong) await breathe();
		const text = isExact ? writeJson(json, `${randomUUID()}:`) : writePlainJson(json);
		if (!isLong) return text;
		await breathe();
		const body = Buffer.from(text);
		await breathe();
		return body;
	}

	/** A form whose files are read while it is sent. */
	async fill(form: NonNullable<ApiRequest['form']>, flight: PendingRequest): Promise<StreamingForm> {
		const filled = new StreamingForm(flight);
		for (const [name, value] of Object.entries(form)) {
			for (const part of typeof value === 'string' ? [value] : [value].flat()) {
				filled.append(name, typeof part === 'string' ? part : await this.open(part, flight, { isHeld: false }));
			}
		}
		return filled;
	}

	/** A file's content and length, closed when the request ends. @throws what says why it cannot be read */
	async open(ref: FileRef, flight: PendingRequest, use: FileUse = { isHeld: true }): Promise<OpenFile> {
		if (ref.file === 'page') {
			const read = async () => await this.documents.page(ref.of, ref.page, flight.seconds);
			return await this.fromHost(ref.of, flight, read);
		}
		if (ref.file === 'lines') {
			const { name, lines, bytes: size } = ref;
			const content = writeLines(lines, async (line, write) => await this.withFiles(line, flight, write));
			return { name, mimeType: 'application/jsonl', size, content };
		}
		const close = (content: unknown) => closeAtEnd(content, flight);
		const openUrl = async (url: URL) => {
			const source = await openSource(url, async (each) => await this.ask(each, flight));
			close(source.content);
			return { ...source, isLengthWrong: this.wrongLengths.has(url.href) };
		};
		const { context } = this;
		if (!hasItems(context)) throw new Error('A trigger has no files to send');
		const open = async () => await openFile(context, ref, openUrl, close, use);
		if (ref.file !== 'url') return this.keptOn(await open(), flight);
		const file = await flight.during(new URL(ref.url), open);
		return { ...file, content: this.sentOn(file, new URL(ref.url), flight) };
	}

	/** A line's files are closed with it: a file of lines may have tens of thousands of them. */
	private async withFiles(
		line: Dict,
		whole: PendingRequest,
		write: (line: Dict, open: (ref: FileRef) => Promise<OpenFile>) => Promise<Buffer>,
	): Promise<Buffer> {
		const flight = this.flights.start(whole.seconds);
		try {
			return await write(line, async (ref) => await this.open(ref, flight));
		} catch (error) {
			throw error instanceof Error ? whole.blame(error) : error;
		} finally {
			flight.land();
		}
	}

	/** Reads a file; when that takes too long, it is its own host's fault. */
	private async fromHost<T>(ref: FileRef, flight: PendingRequest, read: () => Promise<T>): Promise<T> {
		return ref.file === 'url' ? await flight.during(new URL(ref.url), read) : await read();
	}

	/** A stored file that is sent on while it is read: when that fails, it is n8n's own storage. */
	private keptOn(file: OpenFile, flight: PendingRequest): OpenFile {
		async function* content() {
			try {
				yield* iterate(file.content);
			} catch (error) {
				throw flight.blame(unreadable(file.name, error));
			}
		}
		return { ...file, content: content() };
	}

	/** A file that is sent on while it comes: when it breaks off, that is its own host's fault. */
	private async *sentOn({ content, size }: OpenFile, url: URL, flight: PendingRequest): AsyncGenerator<Uint8Array> {
		let length = 0;
		const pieces = iterate(content);
		const read = async () => await pieces.next();
		while (length <= size) {
			const next = await flight.during(url, read).catch((error: unknown) => {
				throw flight.blame(connectionFailure(url, error));
			});
			if (next.done) break;
			length += next.value.length;
			if (length <= size) yield next.value;
		}
		if (length === size) return;
		// The next try measures it first.
		this.wrongLengths.add(url.href);
		throw flight.blame(failure(url, `its length is not the ${size} bytes that it had or announced before`, 'often'));
	}
}

/** A request that fails early leaves its file open otherwise. */
export function closeAtEnd(content: unknown, flight: PendingRequest): void {
	if (isStream(content)) flight.atEnd(() => content.destroy());
}
