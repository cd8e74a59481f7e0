/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { deflateSync } from 'node:zlib';

/** A JPEG in which the emulator reads `words`: a comment in a picture that is none beyond its frame. */
export function makeJpeg(words: string, size = 0): Buffer {
	const comment = Buffer.from(words);
	const jpeg = Buffer.alloc(comment.length + size + 8, 0x5a);
	jpeg.writeUInt32BE(0xffd8fffe, 0);
	jpeg.writeUInt16BE(comment.length + 2, 4);
	comment.copy(jpeg, 6);
	jpeg.writeUInt16BE(0xffd9, jpeg.length - 2);
	return jpeg;
}

const asBuffer = (bytes: Buffer | string): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

/** The same in pieces, for what is large. */
const streamOf = (dict: string, bytes: Buffer | string): Buffer[] => [
	Buffer.from(`<<${dict} /Length ${Buffer.byteLength(bytes)}>>\nstream\n`),
	asBuffer(bytes),
	Buffer.from('\nendstream'),
];

export const stream = (dict: string, bytes: Buffer | string): Buffer => Buffer.concat(streamOf(dict, bytes));

export const packed = (dict: string, text: string): Buffer =>
	stream(`${dict} /Filter /FlateDecode`, deflateSync(Buffer.from(text)));

const END = '\nendobj\n';

/** A PDF of these objects, numbered from 1, of which the first is its root; `trailer` goes beside that. */
export function makePdf(objects: ReadonlyArray<Buffer | string | readonly Buffer[]>, trailer = ''): Buffer {
	const pieces: Buffer[] = [];
	// What is written between two pieces: many objects are short texts.
	let text = '%PDF-1.7\n';
	let length = text.length;
	const offsets = objects.map((object, index) => {
		const offset = length;
		const head = `${index + 1} 0 obj\n`;
		const parts = Array.isArray(object) ? object : [object];
		if (typeof object === 'string') text += `${head}${object}`;
		else {
			pieces.push(Buffer.from(`${text}${head}`), ...parts);
			text = '';
		}
		text += END;
		length += head.length + parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0) + END.length;
		return `${String(offset).padStart(10, '0')} 00000 n \n`;
	});
	const table = ['0000000000 65535 f \n', ...offsets].join('');
	const end = `xref\n0 ${objects.length + 1}\n${table}trailer\n<</Size ${objects.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${length}\n%%EOF\n`;
	return Buffer.concat([...pieces, Buffer.from(`${text}${end}`)]);
}

export const PICTURE = '/Type /XObject /Subtype /Image /Width 99 /Height 140';

/** What a page of a scan draws: its picture, over all of it. */
export const FULL_PAGE = 'q 612 0 0 792 0 0 cm /Im0 Do Q';

/** A PDF of one page, its content and the pictures that it may name /Im0, /Im1, … */
export function makePage(content: Buffer | string, pictures: ReadonlyArray<Buffer | string>, page = ''): Buffer {
	const names = pictures.map((_, index) => `/Im${index} ${index + 5} 0 R`).join(' ');
	return makePdf([
		'<</Type /Catalog /Pages 2 0 R>>',
		'<</Type /Pages /Kids [3 0 R] /Count 1>>',
		`<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <</XObject <<${names}>>>> ${page}>>`,
		typeof content === 'string' ? stream('', content) : content,
		...pictures,
	]);
}

/** A scan: one JPEG a page, as scanners write them. */
export function makeScan(jpegs: readonly Buffer[]): Buffer {
	const kids = jpegs.map((_, index) => `${3 + 3 * index} 0 R`).join(' ');
	return makePdf([
		'<</Type /Catalog /Pages 2 0 R>>',
		`<</Type /Pages /Kids [${kids}] /Count ${jpegs.length} /MediaBox [0 0 612 792]>>`,
		...jpegs.flatMap((jpeg, index) => [
			`<</Type /Page /Parent 2 0 R /Contents ${4 + 3 * index} 0 R /Resources <</XObject <</Im0 ${5 + 3 * index} 0 R>>>>>>`,
			stream('', FULL_PAGE),
			streamOf(`${PICTURE} /Filter /DCTDecode`, jpeg),
		]),
	]);
}
