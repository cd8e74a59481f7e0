/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { atOnce } from '../../../../nodes/shared/core/steps';
import { attempt, InputError } from '../../../../nodes/shared/core/problem';
import { readScanInSteps } from '../../../../nodes/shared/media/pdf/scan';
import { inSteps } from '../../../../nodes/shared/n8n/http/clock';
import { FULL_PAGE, makeJpeg, makePage, makePdf, makeScan, packed, PICTURE, stream } from '../../../support/pdf';
import { deflated } from '../../../emulator/bomb';
import { longestTurn, processorTime } from '../../../support/yardstick';

const readScan = (pdf: Buffer) => atOnce(readScanInSteps(pdf));
const fixture = (name: string) => readFileSync(path.join(__dirname, '../../../fixtures/pdf', name));
const jpeg = makeJpeg('a page');
const scan = stream(`${PICTURE} /Filter /DCTDecode`, jpeg);

/** What stands in the comment of each page's picture. */
const wordsOf = (pdf: Buffer): string[] =>
	readScan(pdf).map((page) => {
		const bytes = page.bytes();
		expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
		const at = bytes.indexOf(Buffer.from([0xff, 0xfe]));
		return at < 0 ? '' : (bytes.toString('utf8', at + 4, at + 2 + bytes.readUInt16BE(at + 2)).split('\n')[0] ?? '');
	});

function refusalOf(pdf: Buffer): { message: string; advice: string } {
	const read = attempt(() => readScan(pdf).map((page) => page.bytes()));
	if (read.ok || read.problem.kind !== 'input') return { message: `no refusal: ${JSON.stringify(read)}`, advice: '' };
	return { message: read.problem.message, advice: read.problem.advice ?? '' };
}

describe('a scan that a real tool wrote', () => {
	it.each([
		['img2pdf.pdf', ['Invoice 2041', 'Page two', 'Page three']],
		['ghostscript.pdf', ['Invoice 2041', 'Page two', 'Page three']],
		['object-streams.pdf', ['Invoice 2041', 'Page two', 'Page three']],
		['linearized.pdf', ['Invoice 2041', 'Page two', 'Page three']],
		['linearized-table.pdf', ['Invoice 2041', 'Page two', 'Page three']],
		['reordered.pdf', ['Page three', 'Invoice 2041', 'Page two']],
		// Written anew by their tools, without the comment.
		['pillow.pdf', ['', '', '']],
		['ascii85.pdf', ['', '', '']],
		['tiff2pdf.pdf', ['']],
		['libreoffice.pdf', ['', '']],
		['turned.pdf', ['Side 1', 'Side 6', 'Side 3', 'Side 8']],
	])('%s has its pages in order', (name, words) => {
		expect(wordsOf(fixture(name))).toEqual(words);
	});

	it.each([
		['text.pdf', 'Page 1 of the PDF holds text', 'Extract from File'],
		['libreoffice-text.pdf', 'Page 1 of the PDF holds text', 'Extract from File'],
		['lines.pdf', 'Page 1 of the PDF is empty or drawn', 'Remove the page'],
		['png.pdf', 'Page 1 of the PDF is a picture that is not stored as JPEG', 'pdftoppm'],
		['ccitt.pdf', 'Page 2 of the PDF is a fax picture (CCITT)', 'pdftoppm'],
		['encrypted.pdf', 'The PDF is protected', 'qpdf --decrypt'],
		['mislabelled.pdf', 'The picture of page 1 of the PDF is damaged', 'pdftoppm'],
	])('%s is refused with what to do', (name, message, advice) => {
		const refusal = refusalOf(fixture(name));
		expect(refusal.message).toContain(message);
		expect(refusal.advice).toContain(advice);
	});

	it.each(['img2pdf.pdf', 'object-streams.pdf', 'linearized.pdf', 'ghostscript.pdf'])(
		'%s with a table of contents that is wrong, cut or moved is read by its objects',
		(name) => {
			const pdf = fixture(name);
			const words = wordsOf(pdf);
			const end = pdf.lastIndexOf('startxref');
			const wrong = Buffer.from(pdf);
			wrong.write('startxref\n7 ', end, 'latin1');
			expect(wordsOf(wrong)).toEqual(words);
			expect(wordsOf(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), pdf]))).toEqual(words);
			expect(wordsOf(Buffer.concat([pdf, Buffer.alloc(6000, 0x20)]))).toEqual(words);
			// A line end that became two, as text modes do: nothing is where it was.
			expect(wordsOf(Buffer.concat([pdf.subarray(0, 9), Buffer.from('\r\n'), pdf.subarray(9)]))).toEqual(words);
		},
	);
});

describe('what a page draws', () => {
	const page = (content: string, ...others: Array<Buffer | string>) => makePage(content, [scan, ...others]);
	const small = 'q 60 0 0 30 20 20 cm /Im0 Do Q';
	const text = (count: number, mode = 0) => `BT ${mode} Tr /F1 9 Tf (${'x'.repeat(count)}) Tj ET`;

	it.each<[string, Buffer]>([
		['a picture over all of it', page(FULL_PAGE)],
		['with the words that the scanner read, unseen', page(`${FULL_PAGE} ${text(3000, 3)}`)],
		['with words that it covers', page(`${text(3000)} ${FULL_PAGE}`)],
		['with a stamp over it', page(`${FULL_PAGE} BT [(Page ) -120 (3 \\(of\\) 7)] TJ ET`)],
		['a receipt, narrow on its page', page('q 180 0 0 400 50 200 cm /Im0 Do Q')],
		['beside three small marks', page(`${FULL_PAGE} ${'q 40 0 0 40 5 5 cm /Im1 Do Q '.repeat(3)}`, scan)],
		[
			'with edges that the page cuts off',
			makePage('q 700 0 0 900 -44 -54 cm /Im0 Do Q', [scan], '/CropBox [10 10 602 782]'),
		],
		[
			'with a soft mask, as programs give all pictures one',
			makePage(FULL_PAGE, [
				stream(`${PICTURE} /Filter /DCTDecode /SMask 6 0 R`, jpeg),
				stream('/Width 99 /Height 140 /BitsPerComponent 8 /Filter /FlateDecode', 'x'),
			]),
		],
		['beside a small mark', page(`${FULL_PAGE} q 40 0 0 40 5 5 cm /Im1 Do Q`, scan)],
		[
			'in a form',
			page(
				'q /Im1 Do Q',
				stream('/Subtype /Form /Resources <</XObject <</P 5 0 R>>>>', 'q 612 0 0 792 0 0 cm /P Do Q'),
			),
		],
		[
			'drawn in parts of a content',
			makePdf([
				'<</Type /Catalog /Pages 2 0 R>>',
				'<</Kids [3 0 R]>>',
				'<</Type /Page /MediaBox [0 0 612 792] /Contents [4 0 R 5 0 R] /Resources 7 0 R>>',
				stream('', 'q 612 0 0 792 0 0 cm'),
				packed('', '/Im0 Do Q'),
				scan,
				'<</XObject 8 0 R>>',
				'<</Im0 6 0 R>>',
			]),
		],
		[
			'packed once more',
			makePage(FULL_PAGE, [stream(`${PICTURE} /Filter [/FlateDecode /DCTDecode]`, deflateSync(jpeg))]),
		],
		['in hexadecimal', makePage(FULL_PAGE, [stream(`${PICTURE} /Filter [/AHx /DCT]`, `${jpeg.toString('hex')}>`)])],
		[
			'with a length that is wrong',
			makePage(FULL_PAGE, [Buffer.from(scan.toString('latin1').replace(/Length \d+/, 'Length 3'), 'latin1')]),
		],
	])('%s is a scan', (_, pdf) => {
		const [only, ...others] = readScan(pdf);
		expect(others).toEqual([]);
		expect(
			Buffer.from(only?.bytes() ?? [])
				.subarray(0, jpeg.length)
				.equals(jpeg),
		).toBe(true);
	});

	it.each<[string, Buffer, string]>([
		['a logo above text', page(`${small} ${text(300)}`), 'holds text'],
		['half a page of picture, and a caption', page(`q 612 0 0 300 0 0 cm /Im0 Do Q ${text(20)}`), 'holds text'],
		['a letter on printed paper', page(`${FULL_PAGE} ${text(900)}`), 'holds text'],
		['nothing', page(''), 'is empty'],
		['a picture that is not there', page('q 612 0 0 792 0 0 cm /Gone Do Q'), 'is empty'],
		[
			'strips',
			page('q 612 0 0 396 0 396 cm /Im0 Do Q q 612 0 0 396 0 0 cm /Im1 Do Q', scan),
			'put together of several',
		],
		[
			'a background and a mask',
			page(
				`${FULL_PAGE} q 612 0 0 792 0 0 cm /Im1 Do Q`,
				stream(`${PICTURE} /ImageMask true /Filter /JBIG2Decode`, 'x'),
			),
			'several',
		],
		[
			'a background and many small pictures, which hold its words',
			page([FULL_PAGE, ...[0, 1, 2, 3, 4].map((line) => `q 300 0 0 30 60 ${100 * line} cm /Im1 Do Q`)].join(' '), scan),
			'several',
		],
		...['/SMask', '/Mask'].map((key): [string, Buffer, string] => [
			`a plain picture that is seen through its words (${key})`,
			makePage(FULL_PAGE, [
				stream(`${PICTURE} /Filter /DCTDecode ${key} 6 0 R`, jpeg),
				stream('/Width 99 /Height 140 /BitsPerComponent 1 /Filter /JBIG2Decode', 'x'),
			]),
			'several',
		]),
		[
			'one half of an open book',
			makePage('q 1224 0 0 792 0 0 cm /Im0 Do Q', [scan], '/CropBox [612 0 1224 792]'),
			'shows only a part of its picture',
		],
		['a picture among its operators', page('q 612 0 0 792 0 0 cm BI /W 1 /H 1 ID \x00EIEI(\nEI Q'), 'within its text'],
		['JBIG2', makePage(FULL_PAGE, [stream(`${PICTURE} /Filter /JBIG2Decode`, 'x')]), 'JBIG2'],
		['JPEG 2000', makePage(FULL_PAGE, [stream(`${PICTURE} /Filter /JPXDecode`, 'x')]), 'JPEG 2000'],
		['no filter', makePage(FULL_PAGE, [stream(PICTURE, 'x')]), 'not stored as JPEG'],
		['no JPEG after all', makePage(FULL_PAGE, [stream(`${PICTURE} /Filter /DCTDecode`, 'GIF89a')]), 'is damaged'],
	])('%s is none', (_, pdf, words) => {
		const { message, advice } = refusalOf(pdf);
		expect(message).toMatch(/page 1 of the PDF/i);
		expect(message).toContain(words);
		expect(advice).not.toBe('');
	});
});

describe('what is typed into a scan and stands beside what the page draws', () => {
	/** @param more what the page's fields and notes refer to, from 6 on */
	const page = (annotations: string, ...more: Array<Buffer | string>) =>
		makePage(FULL_PAGE, [scan, ...more], `/Annots ${annotations}`);

	it.each<[string, Buffer]>([
		['a field of a form', page('[<</Subtype /Widget /FT /Tx /T (Total) /V (42)>>]')],
		['in letters of 16 bits', page('[<</Subtype /Widget /FT /Tx /V <FEFF 00E4>>>]')],
		['a choice of several', page('[<</Subtype /Widget /FT /Ch /V [(Red) (Blue)]>>]')],
		['a long text', page('[<</Subtype /Widget /FT /Tx /V 6 0 R>>]', stream('', 'much'))],
		['a box that is ticked', page('[<</Subtype /Widget /FT /Btn /V /Yes /AS /Yes>>]')],
		[
			'one of several boxes',
			page(
				'6 0 R',
				'[<</Subtype /Widget /AS /Off /Parent 7 0 R>> <</Subtype /Widget /AS /2 /Parent 7 0 R>>]',
				'<</FT /Btn /Ff 32768 /V /2>>',
			),
		],
		[
			'a field whose text stands with its parent',
			page('[6 0 R]', '<</Subtype /Widget /Parent 7 0 R>>', '<</Parent 8 0 R /V (Ada)>>', '<</FT /Tx>>'),
		],
		['a note that is typed over it', page('[<</Subtype /Link>> <</Subtype /FreeText /Contents (paid on 3 March)>>]')],
	])('%s is not lost without a word', (_, pdf) => {
		const { message, advice } = refusalOf(pdf);
		expect(message).toBe('Page 1 of the PDF has text in form fields or notes, which its picture does not show');
		expect(advice).toContain('pdftoppm');
	});

	it.each<[string, Buffer]>([
		['links', page('[<</Subtype /Link /Contents (https://example.com)>>]')],
		['empty fields', page('[<</Subtype /Widget /FT /Tx>> <</Subtype /Widget /FT /Tx /V ()>>]')],
		[
			'fields of blanks, as programs write empty ones',
			page(
				'[<</Subtype /Widget /FT /Tx /V <FEFF>>> <</Subtype /Widget /FT /Tx /V (\\376\\377)>> <</Subtype /Widget /FT /Ch /V [( )]>>]',
			),
		],
		['boxes without a tick', page('[<</Subtype /Widget /FT /Btn /AS /Off /V /Off>> <</Subtype /Widget /FT /Btn>>]')],
		['buttons', page('[<</Subtype /Widget /FT /Btn /Ff 65536 /AS /Down>>]')],
		['a signature', page('[<</Subtype /Widget /FT /Sig /V <</Name (Ada)>>>>]')],
		['what is hidden', page('[<</Subtype /FreeText /F 2 /Contents (x)>> <</Subtype /Widget /FT /Tx /F 32 /V (x)>>]')],
		['a sticky note', page('[<</Subtype /Text /Contents (call them)>> <</Subtype /Popup /Contents (x)>>]')],
		['a field that is its own parent', page('[6 0 R]', '<</Subtype /Widget /Parent 6 0 R>>')],
		['what is none', page('[null 6 0 R (x) 99 0 R]', '[1 2]')],
		['none at all', page('null')],
	])('%s are passed over', (_, pdf) => expect(readScan(pdf)).toHaveLength(1));

	it('is what there is to say of a page that draws nothing', () => {
		const form = makePage('', [scan], '/Annots [<</Subtype /Widget /FT /Tx /V (42)>>]');
		expect(refusalOf(form).message).toContain('form fields');
		const letter = makePage('BT (Dear Ada) Tj ET', [scan], '/Annots [<</Subtype /Widget /FT /Tx /V (42)>>]');
		expect(refusalOf(letter).message).toContain('holds text');
	});
});

/** EXIF's number, as a reader finds it that looks for nothing else; 1 where there is none. */
function orientationIn(picture: Buffer): number {
	const at = picture.indexOf('Exif\0\0MM\0*');
	const entry = at < 0 ? -1 : picture.indexOf(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1]), at);
	return entry < 0 ? 1 : picture.readUInt16BE(entry + 8);
}

const orientationsOf = (pdf: Buffer) => readScan(pdf).map((each) => orientationIn(each.bytes()));

describe('a page that is turned', () => {
	const place = { upright: '612 0 0 792 0 0', left: '0 792 -612 0 612 0', right: '0 -792 612 0 0 792' };

	it.each<[string, string, number]>([
		[place.upright, '/Rotate 90', 6],
		[place.upright, '/Rotate 180', 3],
		[place.upright, '/Rotate 270', 8],
		[place.upright, '/Rotate -90', 8],
		[place.upright, '/Rotate 450', 6],
		[place.upright, '/Rotate 0', 1],
		[place.upright, '/Rotate /East', 1],
		[place.right, '', 6],
		[place.left, '', 8],
		[place.left, '/Rotate 90', 1],
		['-612 0 0 -792 612 792', '', 3],
		['-612 0 0 792 612 0', '', 2],
		['612 0 0 -792 0 792', '', 4],
		// a little askew, as scans are put straight
		['610 -20 25 790 0 0', '/Rotate 90', 6],
	])('%s cm %s says so in its picture: %i', (matrix, rotate, orientation) => {
		const pdf = makePage(`q ${matrix} cm /Im0 Do Q`, [scan], rotate);
		expect(orientationsOf(pdf)).toEqual([orientation]);
		// the picture is the same
		expect(wordsOf(pdf)).toEqual(['a page']);
	});

	it('says so whether a tool turned the page or a camera the picture, and as its tree of pages does', () => {
		expect(orientationsOf(fixture('rotated.pdf'))).toEqual([6, 8, 3]);
		expect(orientationsOf(fixture('turned.pdf'))).toEqual([1, 6, 3, 8]);
		const all = makeScan([jpeg, jpeg]).toString('latin1').replace('/Count 2 ', '/Rotate 90 /Count 2 ');
		expect(orientationsOf(Buffer.from(all, 'latin1'))).toEqual([6, 6]);
	});

	it('is shown as its page says, whatever stands in its picture', () => {
		const [, , , sideways] = readScan(fixture('turned.pdf')).map((each) => each.bytes());
		const pages = ['/Rotate 180', '/Rotate 270', ''].map((rotate) =>
			makePage(FULL_PAGE, [stream(`${PICTURE} /Filter /DCTDecode`, sideways ?? '')], rotate),
		);
		expect(pages.flatMap(orientationsOf)).toEqual([3, 8, 1]);
		// one EXIF, not two
		const [turned] = readScan(pages[0] ?? jpeg);
		expect(turned?.bytes().toString('latin1').split('Exif\0\0')).toHaveLength(2);
	});
});

describe('a file that was changed', () => {
	it('is read as its last version says', () => {
		const first = makeScan([makeJpeg('old'), makeJpeg('second')]);
		const start = first.length;
		const object = Buffer.concat([
			Buffer.from('5 0 obj\n'),
			stream(`${PICTURE} /Filter /DCTDecode`, makeJpeg('new')),
			Buffer.from('\nendobj\n'),
		]);
		const xref = /startxref\n(\d+)/.exec(first.toString('latin1'))?.[1];
		const table = `xref\n5 1\n${String(start).padStart(10, '0')} 00000 n \ntrailer\n<</Size 9 /Root 1 0 R /Prev ${xref}>>\nstartxref\n${start + object.length}\n%%EOF\n`;
		const changed = Buffer.concat([first, object, Buffer.from(table)]);
		expect(wordsOf(changed)).toEqual(['new', 'second']);
		expect(wordsOf(changed.subarray(0, start))).toEqual(['old', 'second']);
		// A change that was cut off before its table is none.
		expect(wordsOf(changed.subarray(0, start + object.length))).toEqual(['old', 'second']);
	});
});

describe('a file that was cut off', () => {
	const whole = makeScan([makeJpeg('one'), makeJpeg('two'), makeJpeg('three')]);

	it.each(['6 0 obj', '7 0 obj', '8 0 obj', '9 0 obj'])('before %s does not lose its last pages', (object) => {
		const cut = whole.subarray(0, whole.indexOf(`\n${object}`) + 1);
		expect(refusalOf(cut).message).toMatch(/^The PDF is damaged: /);
	});

	it('is whole where only what nobody needs is missing', () => {
		expect(wordsOf(whole.subarray(0, whole.indexOf('xref')))).toEqual(['one', 'two', 'three']);
		// A page that was taken out, though its place is still named.
		const left = Buffer.from(whole.toString('latin1').replace('/Kids [3 0 R', '/Kids [99 0 R 3 0 R'), 'latin1');
		expect(wordsOf(left)).toEqual(['one', 'two', 'three']);
	});
});

describe('a file that means harm', () => {
	const catalogue = '<</Type /Catalog /Pages 2 0 R>>';
	const nested = (count: number, open: string, close: string) => `${open.repeat(count)}${close.repeat(count)}`;
	const many = (count: number, each: (index: number) => string) =>
		Array.from({ length: count }, (_, index) => each(index));
	/** Pieces that begin with a number each, counted from 0 in seven digits. */
	const numbered = (count: number, rest: string): Buffer => {
		const piece = `0000000${rest}`;
		const bytes = Buffer.alloc(count * piece.length, piece);
		for (let index = 0; index < count; index++) {
			for (let at = index * piece.length + 6, left = index; left > 0; left = Math.floor(left / 10))
				bytes[at--] = 48 + (left % 10);
		}
		return Buffer.concat([Buffer.from('%PDF-1.4\n'), bytes]);
	};
	const formBomb = makePdf([
		catalogue,
		'<</Kids [3 0 R]>>',
		'<</Type /Page /Contents 4 0 R /Resources <</XObject <</F 5 0 R>>>>>>',
		stream('', '/F Do '.repeat(10)),
		...many(11, (index) =>
			stream(`/Subtype /Form /Resources <</XObject <</F ${6 + index} 0 R>>>>`, '/F Do '.repeat(10)).toString('latin1'),
		),
	]);
	const makeObjectBomb = () =>
		makePdf([
			catalogue,
			'<</Kids [900 0 R]>>',
			stream('/Type /ObjStm /N 99999999 /First 8 /Filter /FlateDecode', deflated(300, Buffer.alloc(1_000_000, ' '))),
		]);

	it.each<[string, () => Buffer]>([
		['nothing', () => Buffer.alloc(0)],
		['a page of the web', () => Buffer.from('<!doctype html><html>')],
		['its first half', () => makeScan([jpeg]).subarray(0, 150)],
		['a circle of pages', () => makePdf([catalogue, '<</Kids [3 0 R 2 0 R]>>', '<</Kids [2 0 R]>>'])],
		[
			'a page a million times',
			() => makePdf([catalogue, `<</Kids [${'3 0 R '.repeat(1_000_000)}]>>`, '<</Type /Page>>']),
		],
		['no page, though it counts a billion', () => makePdf([catalogue, '<</Kids [] /Count 1000000000>>'])],
		['references in a circle', () => makePdf([catalogue, '3 0 R', '2 0 R'])],
		['lists in lists', () => makePdf([catalogue, nested(200_000, '[', ']')])],
		['dictionaries in dictionaries', () => makePdf([catalogue, nested(100_000, '<</Kids ', '>>')])],
		['a deep chain of nodes', () => makePdf([catalogue, ...many(30_000, (index) => `<</Kids [${index + 3} 0 R]>>`)])],
		['forms that draw forms', () => formBomb],
		['an object stream that is a bomb', makeObjectBomb],
		[
			'a stream whose length is the stream',
			() => makePdf([catalogue, '<</Kids 3 0 R>>', '<</Length 3 0 R>>\nstream\nendstream']),
		],
		[
			'a table that counts to the sky',
			() => Buffer.from('%PDF-1.4\nxref\n0 99999999999\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF'),
		],
		[
			'a table that leads to itself',
			() => Buffer.from('%PDF-1.4\nxref\n0 0\ntrailer\n<</Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF'),
		],
		['streams without an end', () => numbered(300_000, ' 0 obj <<>>\nstream\n')],
		['a million empty objects', () => numbered(1_000_000, ' 0 obj ')],
		['texts without an end', () => numbered(200_000, ' 0 obj (')],
	])('%s ends soon, in plain words', (_, make) => {
		const pdf = make();
		let refusal: ReturnType<typeof refusalOf> | undefined;
		// Reading twice is the most there is.
		expect(processorTime(() => (refusal = refusalOf(pdf)))).toBeLessThan(8000);
		const { message, advice } = refusal ?? refusalOf(pdf);
		expect(message).toMatch(/^(The PDF is damaged: |Page 1 of the PDF )/);
		expect(advice).not.toBe('');
	});

	it('any byte of a real file may be wrong: it is read, or refused in plain words', () => {
		for (const name of ['object-streams.pdf', 'linearized.pdf', 'img2pdf.pdf']) {
			const pdf = fixture(name);
			for (let at = 0; at < pdf.length; at += 37) {
				const broken = Buffer.from(pdf);
				broken[at] = (broken[at] ?? 0) ^ 0x15;
				for (const bytes of [broken, pdf.subarray(0, at)]) {
					try {
						readScan(bytes).forEach((page) => page.bytes());
					} catch (error) {
						// Hundreds are refused; to expect each takes longer than to read it.
						if (!(error instanceof InputError)) expect(error).toBeInstanceOf(InputError);
					}
				}
			}
		}
	});

	it('more pages than can be asked for are refused before anything is sent', () => {
		expect(refusalOf(makeScan(Array.from({ length: 2001 }, () => jpeg))).message).toContain('more than 2000 pages');
	});
});

describe('a large scan', () => {
	const MB = 1024 * 1024;
	const drawn = (size: number, piece: string) => makePage(stream('', piece.repeat(size / piece.length)), [scan]);

	it.each<[string, () => Buffer, RegExp]>([
		['drawn with lines', () => drawn(4 * MB, '1 2 m 3 4 l S '), /is empty or drawn with lines/],
		['text', () => drawn(3 * MB, '(ab) Tj '), /holds text/],
		['saved states', () => drawn(4 * MB, 'q Q '), /is empty or drawn with lines/],
		['broken objects', () => Buffer.from(`%PDF-1.7\n${'trailer<< 9 0 obj<<'.repeat(200_000)}`), /damaged/],
	])('lets others in while it is read: %s', async (_, make, refusal) => {
		const pdf = make();
		let said: string | undefined;
		const longest = await longestTurn(async () => {
			await inSteps(readScanInSteps(pdf)).catch((error: unknown) => (said = String(error)));
		});
		expect(said).toMatch(refusal);
		expect(longest).toBeLessThan(120);
	});

	it('lets others in between each hundred of its pages', () => {
		const few = makeScan([makeJpeg('x', 2000)]);
		const many = makeScan(Array.from({ length: 500 }, () => makeJpeg('x', 2000)));
		const pausesIn = (pdf: Buffer) => Array.from(readScanInSteps(pdf)).length;
		expect(pausesIn(many)).toBe(pausesIn(few) + 5);
	});

	it('200 pages of 100 MB are read without a copy', () => {
		const pdf = makeScan(Array.from({ length: 200 }, (_, index) => makeJpeg(`page ${index + 1}`, 524_000)));
		expect(pdf.length).toBeGreaterThan(100_000_000);
		let pages: ReturnType<typeof readScan> = [];
		expect(processorTime(() => (pages = readScan(pdf)))).toBeLessThan(2000);
		expect(pages).toHaveLength(200);
		pages.forEach((page, index) => {
			const picture = page.bytes();
			expect(picture.buffer).toBe(pdf.buffer);
			expect(Buffer.from(picture.subarray(6, 20)).toString('latin1')).toContain(`page ${index + 1}`);
		});
	});

	it('and found again without their table', () => {
		const pdf = makeScan(Array.from({ length: 40 }, (_, index) => makeJpeg(`page ${index + 1}`, 524_000)));
		const cut = pdf.subarray(0, pdf.lastIndexOf('xref\n0 '));
		expect(wordsOf(cut)).toEqual(Array.from({ length: 40 }, (_, index) => `page ${index + 1}`));
	});
});
