import type { FileRef } from '../../core/fields';
import { InputError } from '../../core/problem';

/** The pictures of a document's pages: a picture is its own only page. */
export const pagesOf = (file: FileRef, pages: number | undefined): FileRef[] =>
	pages === undefined
		? [file]
		: Array.from({ length: pages }, (_unused, index) => ({ file: 'page', of: file, page: index + 1 }));

/** Pictures of one question; how many it may hold is not documented (docs/api.md#documents). */
const MOST_PAGES = 30;

/** @throws InputError for more pages than one question can hold */
export function requireFewPages(pages: number): void {
	if (pages <= MOST_PAGES) return;
	throw new InputError(
		`The document has ${pages} pages, but one question can hold ${MOST_PAGES}`,
		"Read its text with 'Extract Text' first and take the data from that with 'Text: Extract Data', or split the PDF.",
	);
}
