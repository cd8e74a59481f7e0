import { InputError } from '../../core/problem';
import type { Steps } from '../../core/steps';
import { Budget, Damaged, unlessDamaged } from './budget';
import { readIndex, searchIndex, type Index } from './crossReference';
import { drawingOf, type Drawing, type Drawn, type Matrix } from './drawing';
import { turnJpeg, type Orientation } from '../jpeg';
import { filtersOf, isPacking, unpack } from './packing';
import { Objects } from './objects';
import { orientationOf } from './turned';
import { hasTypedText } from './typed';
import { isPdfDict, Ref, Stream, type PdfDict, type PdfValue } from './values';

/** More pages than this are not read in one go. */
const MOST_PAGES = 2000;

/** Pages that are read in one step. */
const STEP = 100;

/** Bytes that a picture may have once it is unpacked. */
const LARGEST_PICTURE = 64 * 1024 * 1024;

/** Of the page, from where on a picture is what the page is about, and from where on another one counts. */
const HALF = 0.5;
const NOTABLE = 0.05;

/** Of the picture, what a page shows at least: less is another page's, as of an open book that was cut in two. */
const MOSTLY = 0.6;

/** Bytes of text over a scan that are no more than a stamp or a page's number. */
const STAMP = 200;

/** A page that is a scan. */
export interface ScannedPage {
	readonly mimeType: 'image/jpeg';
	/** Whether a few words or shapes lie over the picture, such as a stamp or a black bar. */
	readonly isDrawnOn: boolean;
	/** The page's picture, its EXIF saying how it is turned. @throws InputError when it is damaged */
	bytes(): Buffer;
}

/** What a reader of scans cannot read; each says what to do. */
const AS_PICTURES =
	'Turn its pages into JPEG or PNG files before this node (for example with pdftoppm -cropbox -r 200 -jpeg), or scan it again and save it as JPEG.';
const AS_TEXT =
	"Read it with n8n's node 'Extract from File' (operation 'Extract From PDF'), which is exact and costs nothing. This operation reads scans.";

/**
 * The pages of a PDF whose pages are scans: one JPEG picture each, as scanners and phones write them.
 * @param bytes the whole file; pictures are views of it
 * @throws InputError for a file or a page that is not, which says why, on which page, and what to do
 */

/** The same with a pause after each step: what pages draw may be long. */
export function* readScanInSteps(bytes: Buffer): Steps<readonly ScannedPage[]> {
	const start = bytes.subarray(0, 1024).indexOf('%PDF-');
	const file = start > 0 ? bytes.subarray(start) : bytes;
	try {
		return yield* readPages(file, readIndex);
	} catch (error) {
		if (!(error instanceof Damaged) || error.isTooMuch) throw explained(error);
	}
	try {
		return yield* readPages(file, searchIndex);
	} catch (error) {
		throw explained(error);
	}
}

function explained(error: unknown): unknown {
	if (!(error instanceof Damaged)) return error;
	return new InputError(
		`The PDF is damaged: ${error.message}`,
		'Open it in a PDF viewer and save it again, or give its pages as JPEG or PNG files.',
	);
}

/** In proportion to the file, and enough for a small one that is packed well. */
const budgetFor = (bytes: Buffer) => new Budget(16 * 1024 * 1024 + bytes.length);

function* readPages(bytes: Buffer, read: (bytes: Buffer, budget: Budget) => Steps<Index>): Steps<ScannedPage[]> {
	const budget = budgetFor(bytes);
	const { places, trailer } = yield* read(bytes, budget);
	if (trailer.has('Encrypt')) {
		throw new InputError(
			'The PDF is protected, so its pages cannot be read',
			'Save it without protection, for example with qpdf --decrypt, or print it to a new PDF.',
		);
	}
	const objects = new Objects(bytes, places, budget);
	const root = objects.dict(trailer.get('Root'));
	const pages = root ? pagesUnder(root.get('Pages'), objects) : [];
	if (pages.length === 0) throw new Damaged('no page can be found in it');
	const scanned: ScannedPage[] = [];
	for (const [index, page] of pages.entries()) {
		if (index % STEP === STEP - 1) yield;
		scanned.push(yield* scannedPage(page, index + 1, objects));
	}
	return scanned;
}

const INHERITED = ['Resources', 'MediaBox', 'CropBox', 'Rotate'];

/** All pages in order, each with what it inherits (7.7.3). A tree that comes back to itself is none. */
function pagesUnder(top: PdfValue | undefined, objects: Objects): PdfDict[] {
	const pages: PdfDict[] = [];
	const seen = new Set<number>();
	const open: Array<{ node: PdfValue; from: PdfDict }> = [{ node: top ?? null, from: new Map() }];
	let isAnyGone = false;
	for (let next = open.pop(); next; next = open.pop()) {
		objects.budget.spend(128);
		if (next.node instanceof Ref) {
			if (seen.has(next.node.number)) throw new Damaged('its pages lead in a circle');
			seen.add(next.node.number);
		}
		const node = objects.resolve(next.node);
		if (!isPdfDict(node)) {
			isAnyGone = true;
			continue;
		}
		const from = next.from;
		const inherited = new Map(INHERITED.map((key) => [key, node.get(key) ?? from.get(key) ?? null] as const));
		const kids = objects.resolve(node.get('Kids'));
		if (Array.isArray(kids)) {
			for (let index = kids.length - 1; index >= 0; index--) open.push({ node: kids[index] ?? null, from: inherited });
			continue;
		}
		pages.push(new Map([...node, ...inherited]));
		if (pages.length > MOST_PAGES) {
			throw new InputError(
				`The PDF has more than ${MOST_PAGES} pages`,
				'Split it into smaller files before this node, for example with qpdf --split-pages.',
			);
		}
	}
	// What a tool took out may still be named; then they are as many as they are said to be.
	const count = objects.resolve(objects.dict(top)?.get('Count'));
	if (isAnyGone && typeof count === 'number' && pages.length < count)
		throw new Damaged('some of its pages are missing');
	return pages;
}

function* scannedPage(page: PdfDict, number: number, objects: Objects): Steps<ScannedPage> {
	const drawing = yield* drawingOf(page, objects);
	const box = boxOf(page, objects);
	const pictures = drawing.pictures
		.map((drawn) => ({ drawn, ...placeIn(box, drawn.matrix) }))
		.sort((a, b) => b.share - a.share);
	const [main, ...others] = pictures;
	const isLetter = drawing.text + drawing.hiddenText > 0 && (!main || hasOwnText(drawing, main.drawn, main.share));
	if (!isLetter && hasTypedText(page, objects)) {
		throw new InputError(
			`Page ${number} of the PDF has text in form fields or notes, which its picture does not show`,
			AS_PICTURES,
		);
	}
	if (!main || hasOwnText(drawing, main.drawn, main.share)) throw notAScan(drawing, number);
	const { image, matrix } = main.drawn;
	// Its words may stand in many small ones, or in the stencil that it is seen through.
	const beside = others.reduce((sum, { share }) => sum + share, 0);
	if ((others.length > 0 && beside >= Math.min(NOTABLE, main.share / 2)) || (image && hasStencil(image, objects))) {
		throw new InputError(`Page ${number} of the PDF is put together of several pictures`, AS_PICTURES);
	}
	if (main.seen < MOSTLY) {
		throw new InputError(`Page ${number} of the PDF shows only a part of its picture`, AS_PICTURES);
	}
	if (!image) throw otherForm(number, 'a picture within its text');
	const rotate = objects.resolve(page.get('Rotate'));
	const picture = pictureOf(image, orientationOf(matrix, typeof rotate === 'number' ? rotate : 0), number, objects);
	const isCovered = drawing.fills > main.drawn.fillsBefore;
	return { ...picture, isDrawnOn: isCovered || textOver(drawing, main.drawn, main.share) > 0 };
}

/** Whether there is text beside the picture, which would be lost with it. */
const hasOwnText = (drawing: Drawing, drawn: Drawn, share: number): boolean =>
	textOver(drawing, drawn, share) > (share < HALF ? 0 : STAMP);

/** Bytes of it. Some programs write what they have read under the scan, where it cannot be seen. */
const textOver = ({ text, pictures }: Drawing, { textBefore }: Drawn, share: number): number =>
	text - (pictures.length === 1 && share > 0.9 ? textBefore : 0);

/** Whether a picture is colour alone, whose form a mask of black and white has. */
function hasStencil({ dict }: Stream, objects: Objects): boolean {
	return ['SMask', 'Mask'].some((key) => {
		const mask = objects.resolve(dict.get(key));
		if (!(mask instanceof Stream)) return false;
		return key === 'Mask' || objects.resolve(mask.dict.get('BitsPerComponent')) === 1;
	});
}

function notAScan({ text, hiddenText, pictures }: Drawing, number: number): InputError {
	if (text + hiddenText > 0)
		return new InputError(`Page ${number} of the PDF holds text, not a picture of it`, AS_TEXT);
	return new InputError(
		`Page ${number} of the PDF ${pictures.length === 0 ? 'is empty or drawn with lines: it has no picture' : 'has no picture'}`,
		`Remove the page if it is empty. ${AS_PICTURES}`,
	);
}

const otherForm = (number: number, form: string) =>
	new InputError(`Page ${number} of the PDF is ${form}, which models cannot read`, AS_PICTURES);

const FORMS: Readonly<Record<string, string>> = {
	'/JBIG2Decode': 'a black-and-white picture (JBIG2)',
	'/CCITTFaxDecode': 'a fax picture (CCITT)',
	'/JPXDecode': 'a JPEG 2000 picture',
};

function pictureOf(image: Stream, orientation: Orientation, number: number, objects: Objects) {
	const filters = filtersOf(image, objects.resolve);
	const packing = filters.slice(0, -1);
	const form = filters.at(-1)?.name ?? '';
	if (form !== '/DCTDecode' || !packing.every(isPacking)) {
		throw otherForm(number, FORMS[form] ?? 'a picture that is not stored as JPEG');
	}
	const stored = () => {
		const jpeg = unlessDamaged(() => unpack(image.bytes, packing, objects.resolve, new Budget(LARGEST_PICTURE)));
		if (jpeg?.[0] === 0xff && jpeg[1] === 0xd8) return Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length);
		throw new InputError(`The picture of page ${number} of the PDF is damaged`, AS_PICTURES);
	};
	// Only what is packed once more has to be unpacked to be looked at.
	if (packing.length === 0) stored();
	// The page says which side is up, whatever the camera has written into the picture.
	return { mimeType: 'image/jpeg' as const, bytes: () => turnJpeg(stored(), orientation) };
}

interface Box {
	readonly left: number;
	readonly bottom: number;
	readonly right: number;
	readonly top: number;
}

const LETTER: Box = { left: 0, bottom: 0, right: 612, top: 792 };

function boxOf(page: PdfDict, objects: Objects): Box {
	for (const key of ['CropBox', 'MediaBox']) {
		const value = objects.resolve(page.get(key));
		if (!Array.isArray(value)) continue;
		const [a, b, c, d] = value.map(objects.resolve);
		if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') continue;
		const box = { left: Math.min(a, c), right: Math.max(a, c), bottom: Math.min(b, d), top: Math.max(b, d) };
		if (box.right > box.left && box.top > box.bottom) return box;
	}
	return LETTER;
}

/** How much of the page the unit square covers under a matrix, and how much of it the page shows, from 0 to 1. */
function placeIn({ left, bottom, right, top }: Box, [a, b, c, d, e, f]: Matrix) {
	const xs = [e, e + a, e + c, e + a + c];
	const ys = [f, f + b, f + d, f + b + d];
	const [first, last, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	const width = Math.min(right, last) - Math.max(left, first);
	const height = Math.min(top, high) - Math.max(bottom, low);
	const covered = Math.max(0, width) * Math.max(0, height);
	return { share: covered / ((right - left) * (top - bottom)), seen: covered / ((last - first) * (high - low)) };
}
