/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { places } from '../../../scripts/host/places';
import { extensionOf, HEAD, kindFrom, kindOf } from '../../../nodes/shared/media/kind';
import { within } from '../../support/work';

const fixture = (name: string) => readFileSync(join(places.fixtures, name));
const latin = (text: string) => Buffer.from(text, 'latin1');

describe('the kind of a file', () => {
	it.each([
		['tiny.png', 'image/png', 'png'],
		['tiny.jpg', 'image/jpeg', 'jpg'],
		['tiny.webp', 'image/webp', 'webp'],
		['tiny.gif', 'image/gif', 'gif'],
		['tiny.wav', 'audio/wav', 'wav'],
		['tiny.flac', 'audio/flac', 'flac'],
		['tiny.ogg', 'audio/ogg', 'opus'],
		['tiny.mp3', 'audio/mpeg', 'mp3'],
		['tiny.m4a', 'audio/mp4', 'm4a'],
		['tiny.webm', 'video/webm', 'webm'],
		['tiny.mp4', 'video/mp4', 'mp4'],
		['photo.jpg', 'image/jpeg', 'jpg'],
		['speech.mp3', 'audio/mpeg', 'mp3'],
	])('of %s is %s', (name, mimeType, extension) => {
		const bytes = fixture(name);
		expect(kindOf(bytes)).toEqual({ mimeType, extension });
		expect(kindOf(bytes.subarray(0, HEAD))).toEqual({ mimeType, extension });
		expect(kindOf(new Uint8Array(bytes))).toEqual({ mimeType, extension });
	});

	it.each([
		['%PDF-1.7', 'application/pdf'],
		['<svg xmlns="http://www.w3.org/2000/svg">', 'image/svg+xml'],
		['\xef\xbb\xbf <?xml version="1.0"?>\n<!-- a - b --><!-- -> -->\n<svg>', 'image/svg+xml'],
		['II*\0....', 'image/tiff'],
		['MM\0*....', 'image/tiff'],
		['RIFF....AVI LIST', 'video/x-msvideo'],
		['\0\0\0\x20ftypavif', 'image/avif'],
		['\0\0\0\x20ftypheic', 'image/heic'],
		['\0\0\0\x20ftypqt  ', 'video/quicktime'],
		['\0\0\0\x20ftypxxxx', 'video/mp4'],
		['\xff\xfb\x90\x00', 'audio/mpeg'],
	])('of %j is %s', (start, mimeType) => {
		expect(kindOf(latin(start))?.mimeType).toBe(mimeType);
	});

	it.each([
		'',
		'\x89',
		'\x89PNG',
		'\xff\xd8',
		'GIF8',
		'RIFF',
		'RIFF....XXXX',
		'ftyp',
		'BM',
		'BM is not always a picture, and this text is long enough',
		'<html><svg>',
		'<svgx>',
		'<!-- <svg> -->',
		'{"a":1}',
		'Hello',
		'\xff\xff\xff\xff',
		'\xff\xfe\x00\x00',
		'\0\0\0\0',
	])('of %j cannot be told', (start) => {
		expect(kindOf(latin(start))).toBeUndefined();
	});

	it('is told in little time, whatever the bytes', () => {
		const starts = ['<!---->', '<!-- -->', '<!----> ', '<?xml ', ' ', '<!--', '-->', '<!--->', '\xef\xbb\xbf', '<'];
		for (const start of starts) {
			expect(within(500, () => kindOf(latin(start.repeat(HEAD))))).toBeUndefined();
			expect(within(500, () => kindOf(latin(` ${'<!---->'.repeat(40)}${start.repeat(HEAD)}`)))).toBeUndefined();
		}
	});

	it('is told of random bytes without an error', () => {
		let state = 1;
		const odd: unknown[] = [];
		for (let run = 0; run < 2000; run++) {
			const bytes = Uint8Array.from(
				{ length: run % 40 },
				() => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24,
			);
			const kind = kindOf(bytes);
			if (kind !== undefined && !/^[a-z]+\/[a-z0-9+-]+$/.test(kind.mimeType)) odd.push({ bytes, kind });
		}
		expect(odd).toEqual([]);
	});
});

describe('the kind by what was declared', () => {
	it.each<[string, string | undefined, string, string]>([
		['nothing known', undefined, 'application/octet-stream', 'bin'],
		['nothing known', '', 'application/octet-stream', 'bin'],
		['nothing known', 'application/octet-stream', 'application/octet-stream', 'bin'],
		['nothing known', 'Text/Plain; charset=utf-8', 'text/plain', 'txt'],
		['nothing known', 'image/x-unknown-format', 'image/x-unknown-format', 'bin'],
		['nothing known', 'text/html', 'text/html', 'html'],
		['\x89PNG\r\n\x1a\n', 'image/jpeg', 'image/png', 'png'],
		['\x89PNG\r\n\x1a\n', 'text/html', 'image/png', 'png'],
		['\x1a\x45\xdf\xa3', 'audio/webm', 'audio/webm', 'webm'],
		['\x1a\x45\xdf\xa3', 'video/webm;codecs=vp8', 'video/webm', 'webm'],
		['\0\0\0\x20ftypmp42', 'audio/mp4', 'audio/mp4', 'mp4'],
	])('of %j, declared as %j, is %s', (start, declared, mimeType, extension) => {
		expect(kindFrom(latin(start), declared)).toEqual({ mimeType, extension });
	});

	it.each([
		'constructor',
		'__proto__',
		'toString',
		'hasOwnProperty',
		'../../etc',
		'a/b/c',
		';;;',
		'\0',
		'image/../../x',
		'image/svg+xml<script>',
	])('gives a file ending for %j that is one', (declared) => {
		const { extension, mimeType } = kindFrom(latin('nothing known'), declared);
		expect(typeof mimeType).toBe('string');
		expect(`${extension}`).toMatch(/^[a-z0-9]{2,5}$/);
	});

	it.each<[string, string | undefined]>([
		['audio/mpeg', 'mp3'],
		['audio/X-WAV', 'wav'],
		['image/jpg', 'jpg'],
		['image/png; q=1', 'png'],
		['application/vnd.ms-excel', undefined],
		['', undefined],
		['constructor', undefined],
	])('the ending of %j is %j', (mimeType, extension) => {
		expect(extensionOf(mimeType)).toBe(extension);
	});
});
