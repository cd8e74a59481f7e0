import { AnswerError } from '../../core/problem';
import type { FileRef } from '../../core/fields';
import { inSteps } from './clock';
import { readScanInSteps, type ScannedPage } from '../../media/pdf/scan';
import { checkHeld, type OpenFile } from './files';
import { readAll } from './stream';

/** How many documents are held at a time: their pages are asked for side by side, so one after the other is needed. */
const HELD = 2;

/** The PDFs of a run, each read once for all of its pages. */
export class Documents {
	private readonly held = new Map<unknown, Promise<readonly ScannedPage[] | undefined>>();

	/** @param open hands the open file to `use`, and closes it after that, in so many seconds */
	constructor(
		private readonly open: <T>(ref: FileRef, seconds: number, use: (file: OpenFile) => Promise<T>) => Promise<T>,
	) {}

	/**
	 * The pictures of a PDF's pages; undefined for a file that is no PDF.
	 * @throws InputError for a PDF whose pages are no pictures
	 */
	async pages(ref: FileRef, seconds: number): Promise<readonly ScannedPage[] | undefined> {
		const key = ref.file === 'url' ? ref.url : ref;
		const known = this.held.get(key);
		const reading = known ?? this.read(ref, seconds);
		// The one that was asked for last goes last.
		this.held.delete(key);
		this.held.set(key, reading);
		for (const old of [...this.held.keys()].slice(0, -HELD)) this.held.delete(old);
		return await reading.catch((error: unknown) => {
			// What could not be had now may be had at the next try.
			if (this.held.get(key) === reading) this.held.delete(key);
			throw error;
		});
	}

	/** A page as a file to be sent. */
	async page(of: FileRef, number: number, seconds: number): Promise<OpenFile> {
		const page = (await this.pages(of, seconds))?.[number - 1];
		if (!page) throw new AnswerError(`The document has no page ${number} any more`);
		const content = page.bytes();
		return { name: `page_${number}.jpg`, mimeType: page.mimeType, size: content.length, content: [content] };
	}

	private async read(ref: FileRef, seconds: number): Promise<readonly ScannedPage[] | undefined> {
		return await this.open(ref, seconds, async (file) => {
			if (file.mimeType !== 'application/pdf') return undefined;
			checkHeld([file], 'read as one document');
			return await inSteps(readScanInSteps(await readAll(file.content)));
		});
	}
}
