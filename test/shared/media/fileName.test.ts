/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { places } from '../../../scripts/host/places';
import { dispositionName, FileNames, namedFile } from '../../../nodes/shared/media/fileName';
import { isText, pageOf } from '../../../nodes/shared/media/kind';
import { processorTime } from '../../support/yardstick';

const latin = (text: string) => Buffer.from(text, 'latin1');
const fixture = (name: string) => readFileSync(join(places.fixtures, name));
const OPUS = latin(`OggS${'\0'.repeat(24)}OpusHead`);
const MP4 = latin('\0\0\0\x20ftypisom');
const ASF = latin('\x30\x26\xb2\x75\x8e\x66\xcf\x11');
const MATROSKA = latin('\x1a\x45\xdf\xa3');
const ICON = `\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0`;
const ILLUSTRATOR = `<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 27.0.0, SVG Export Plug-In -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
	<!ENTITY ns_svg "http://www.w3.org/2000/svg">
]>
<svg xmlns="&ns_svg;">`;
const UNKNOWN = latin('\x01\x02\x03\x04 no signature');

describe('a file that goes out', () => {
	it.each<[string, Buffer, string | undefined, string, string]>([
		// A right ending stays.
		['memo.oga', OPUS, 'audio/ogg', 'memo.oga', 'audio/ogg'],
		['memo.ogg', OPUS, undefined, 'memo.ogg', 'audio/ogg'],
		['clip.ogv', latin('OggS'), 'video/ogg', 'clip.ogv', 'video/ogg'],
		['take.weba', MATROSKA, undefined, 'take.weba', 'audio/webm'],
		['film.mkv', MATROSKA, 'video/x-matroska', 'film.mkv', 'video/x-matroska'],
		['voice.m4a', MP4, 'audio/x-m4a', 'voice.m4a', 'audio/x-m4a'],
		['voice.m4b', MP4, undefined, 'voice.m4b', 'audio/mp4'],
		['film.m4v', MP4, 'video/x-m4v', 'film.m4v', 'video/x-m4v'],
		['memo.wma', ASF, 'audio/x-ms-wma', 'memo.wma', 'audio/x-ms-wma'],
		['film.wmv', ASF, 'video/x-ms-wmv', 'film.wmv', 'video/x-ms-wmv'],
		['memo.caf', latin('caff\0\x01'), 'audio/x-caf', 'memo.caf', 'audio/x-caf'],
		['memo.aif', latin('FORM\0\0\0\0AIFF'), 'audio/aiff', 'memo.aif', 'audio/aiff'],
		['memo.aifc', latin('FORM\0\0\0\0AIFC'), 'audio/x-aiff', 'memo.aifc', 'audio/aiff'],
		['photo.jpeg', latin('\xff\xd8\xff\xe0'), 'image/jpeg', 'photo.jpeg', 'image/jpeg'],
		['photo.JFIF', latin('\xff\xd8\xff\xe0'), 'image/jpeg', 'photo.JFIF', 'image/jpeg'],
		['scan.TIF', latin('II*\0'), undefined, 'scan.TIF', 'image/tiff'],
		['memo.mpga', latin('ID3'), 'audio/mpeg', 'memo.mpga', 'audio/mpeg'],
		['memo.amr', latin('#!AMR\n'), 'audio/amr', 'memo.amr', 'audio/amr'],
		['memo.aac', latin('\xff\xf1\x50\x80'), 'audio/aac', 'memo.aac', 'audio/aac'],
		// Of pictures, too, whose own brand leaves it to those after it.
		['photo.avif', latin('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'), 'image/avif', 'photo.avif', 'image/avif'],
		['IMG_1.HEIC', latin('\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc'), undefined, 'IMG_1.HEIC', 'image/heic'],
		[
			'IMG_2.heics',
			latin('\0\0\0\x18ftyphevc\0\0\0\0msf1'),
			'image/heic-sequence',
			'IMG_2.heics',
			'image/heic-sequence',
		],
		['IMG_3.heic', latin('\0\0\0\x18ftypheim\0\0\0\0mif1'), 'application/octet-stream', 'IMG_3.heic', 'image/heic'],
		['IMG_4.cr3', latin('\0\0\0\x18ftypcrx \0\0\0\x01crx isom'), undefined, 'IMG_4.cr3', 'image/x-canon-cr3'],
		['note.3gp', latin('\0\0\0\x18ftyp3gp4\0\0\0\0'), 'audio/3gpp', 'note.3gp', 'audio/3gpp'],
		['note.3gp', latin('\0\0\0\x18ftyp3gp4\0\0\0\0'), undefined, 'note.3gp', 'video/3gpp'],
		['book.aax', latin('\0\0\0\x18ftypaax \0\0\0\0'), 'audio/vnd.audible.aax', 'book.aax', 'audio/vnd.audible.aax'],
		// A tag may stand before another format than MP3.
		['memo.aac', latin('ID3\x04\0'), 'audio/aac', 'memo.aac', 'audio/aac'],
		['song.flac', latin('ID3\x04\0'), undefined, 'song.flac', 'audio/flac'],
		['memo.wav', latin('ID3\x04\0'), undefined, 'memo.mp3', 'audio/mpeg'],
		['memo.aiff', latin('ID3\x04\0'), 'audio/aiff', 'memo.mp3', 'audio/mpeg'],
		['long.wav', latin('RF64\xff\xff\xff\xffWAVEds64'), undefined, 'long.wav', 'audio/wav'],
		['logo.svg', latin(ILLUSTRATOR), 'image/svg+xml', 'logo.svg', 'image/svg+xml'],
		// Bytes decide over a wrong one.
		['shot.jpg', latin(`BM\x46\0\0\0\0\0\0\0\x8a\0\0\0\x7c${'\0'.repeat(20)}`), 'image/jpeg', 'shot.bmp', 'image/bmp'],
		['favicon.png', latin(ICON), 'image/png', 'favicon.ico', 'image/x-icon'],
		['scan.jpg', latin('\0\0\0\x0cjP  \r\n\x87\n'), 'image/jpeg', 'scan.jp2', 'image/jp2'],
		['photo.png', latin('\0\0\0\x0cJXL \r\n\x87\n'), 'image/png', 'photo.jxl', 'image/jxl'],
		// What stands behind a right ending, and no disk keeps.
		['memo.wav.', fixture('tiny.wav'), 'audio/wav', 'memo.wav', 'audio/wav'],
		[' memo.wav \u00a0', fixture('tiny.wav'), 'audio/wav', 'memo.wav', 'audio/wav'],
		['gnp.\u202eexe.wav', fixture('tiny.wav'), 'audio/wav', 'gnp.exe.wav', 'audio/wav'],
		['...', fixture('tiny.wav'), undefined, 'file.wav', 'audio/wav'],
		['photo.jpg', fixture('tiny.png'), 'image/jpeg', 'photo.png', 'image/png'],
		['memo.mp3', fixture('tiny.wav'), 'audio/mpeg', 'memo.wav', 'audio/wav'],
		['memo.bin', fixture('tiny.flac'), 'application/octet-stream', 'memo.flac', 'audio/flac'],
		['photo.php', fixture('tiny.jpg'), 'text/html', 'photo.jpg', 'image/jpeg'],
		['noname', fixture('tiny.gif'), undefined, 'noname.gif', 'image/gif'],
		['', fixture('tiny.gif'), undefined, 'file.gif', 'image/gif'],
		// A name never loses to a guess.
		['memo.wma', UNKNOWN, 'audio/x-ms-wma', 'memo.wma', 'audio/x-ms-wma'],
		['memo.xyz', UNKNOWN, 'application/octet-stream', 'memo.xyz', 'application/octet-stream'],
		['memo.gsm', UNKNOWN, 'audio/x-gsm', 'memo.gsm', 'audio/x-gsm'],
		['holiday.2024', fixture('tiny.png'), 'image/png', 'holiday.2024.png', 'image/png'],
		['memo', UNKNOWN, 'audio/wav', 'memo.wav', 'audio/wav'],
		['memo.dss', UNKNOWN, `audio/${'x'.repeat(5000)}`, 'memo.dss', 'application/octet-stream'],
	])('%s keeps what is right of it', (given, head, declared, name, mimeType) => {
		expect(namedFile(given, declared, head)).toMatchObject({ name, mimeType });
	});

	it.each([
		'a"\r\nx: y\r\n\r\n.png',
		'../../etc/passwd',
		'C:\\x\\y.png',
		'\0',
		'.',
		'..',
		'.png',
		`${'x'.repeat(5000)}.png`,
	])('has a harmless name for %j', (given) => {
		const { name } = namedFile(given, undefined, fixture('tiny.png'));
		expect(name).toMatch(/^[^\p{Cc}"/\\]{1,130}\.png$/u);
	});
});

describe('a name as an address, a header or another disk has it', () => {
	const LONG = 'x'.repeat(300);
	it.each<[string, string, string]>([
		['memo.wav?x=1', 'memo.wav', 'memo.srt'],
		['memo.mp3?token=a/b&x=.ogg', 'memo.wav', 'memo.srt'],
		['memo.wav#t=10', 'memo.wav', 'memo.srt'],
		['memo.wav;v=2', 'memo.wav', 'memo.srt'],
		['https://h.example/a/M%C3%BCller%20neu.wav?d=1', 'Müller neu.wav', 'Müller neu.srt'],
		['memo%20one.wav', 'memo one.wav', 'memo one.srt'],
		['..%2f..%2fetc%2Fpasswd.wav', 'passwd.wav', 'passwd.srt'],
		['memo.wav%00.mp3', 'memo.wav.wav', 'memo.wav.srt'],
		['100%.wav', '100%.wav', '100%.srt'],
		['50%zz.wav', '50%zz.wav', '50%zz.srt'],
		['C#.wav', 'C#.wav', 'C#.srt'],
		['Take #2; final.wav', 'Take #2; final.wav', 'Take #2; final.srt'],
		['Why? Because.wav', 'Why_ Because.wav', 'Why_ Because.srt'],
		['12:30 <a|b>*.wav', '12_30 _a_b__.wav', '12_30 _a_b__.srt'],
		['CON.wav', '_CON.wav', '_CON.srt'],
		['nul', '_nul.wav', '_nul.srt'],
		['com1.backup.wav', '_com1.backup.wav', '_com1.backup.srt'],
		['COM¹.wav', '_COM¹.wav', '_COM¹.srt'],
		['lpt³', '_lpt³.wav', '_lpt³.srt'],
		['Com²', '_Com².wav', '_Com².srt'],
		['CONIN$.wav', '_CONIN$.wav', '_CONIN$.srt'],
		['conout$.old.wav', '_conout$.old.wav', '_conout$.old.srt'],
		['nul .tar.wav', '_nul .tar.wav', '_nul .tar.srt'],
		['CONIN.wav', 'CONIN.wav', 'CONIN.srt'],
		['com¹a.wav', 'com¹a.wav', 'com¹a.srt'],
		['console.wav', 'console.wav', 'console.srt'],
		['memo .wav. .', 'memo.wav', 'memo.srt'],
		[`${LONG}.wav`, `${'x'.repeat(120)}.wav`, `${'x'.repeat(120)}.srt`],
		[`Meeting ${LONG}.wav`, `Meeting ${'x'.repeat(112)}.wav`, `Meeting ${'x'.repeat(112)}.srt`],
		[`${'日'.repeat(300)}.wav`, `${'日'.repeat(66)}.wav`, `${'日'.repeat(66)}.srt`],
		[`${'👍'.repeat(100)}.wav`, `${'👍'.repeat(50)}.wav`, `${'👍'.repeat(50)}.srt`],
	])('%.60s', (given, sent, made) => {
		expect(namedFile(given, undefined, fixture('tiny.wav')).name).toBe(sent);
		expect(new FileNames([given], 'audio').claim(0, 'srt')).toBe(made);
	});

	it.each<[unknown, string | undefined]>([
		['attachment; filename="memo.wav"', 'memo.wav'],
		['attachment; filename=memo.wav; size=5', 'memo.wav'],
		['attachment; filename="x.wav"; filename*=UTF-8\'\'M%C3%BCller%20neu.wav', 'Müller neu.wav'],
		["attachment; filename*=utf-8'de'%e2%82%ac.wav", '€.wav'],
		["inline; FILENAME*=ISO-8859-1''%FC.wav", '%FC.wav'],
		// Most servers write UTF-8 as it is, which a client reads byte by byte.
		[`attachment; filename="${Buffer.from('Müller 日本.wav').toString('latin1')}"`, 'Müller 日本.wav'],
		[`attachment; filename=${Buffer.from('é́.wav').toString('latin1')}`, 'é́.wav'],
		['attachment; filename="M\u00fcller.wav"', 'Müller.wav'],
		['attachment; filename="Müller 日本.wav"', 'Müller 日本.wav'],
		['attachment; filename="The \\"best\\" of.wav"; size=5', 'The "best" of.wav'],
		['attachment; filename="C:\\new\\memo.wav"', 'C:\\new\\memo.wav'],
		['inline', undefined],
		['attachment; filename=""', undefined],
		[undefined, undefined],
		[['a'], undefined],
	])('Content-Disposition %j gives %j', (header, name) => expect(dispositionName(header)).toBe(name));
});

describe('what is no file', () => {
	it.each([
		['<!DOCTYPE html><html>', 'a web page'],
		['  <html lang="en">', 'a web page'],
		['<!-- moved --><!doctype HTML>', 'a web page'],
		['<body>Please log in', 'a web page'],
		['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'XML'],
		['<Error><Code>NoSuchKey</Code></Error>', 'XML'],
		['{"error":"expired"}', 'JSON'],
		['{\n  "detail": "x"', 'JSON'],
		['[]', 'JSON'],
		['[{"a":1}]', 'JSON'],
	])('%s is %s', (text, page) => {
		expect(pageOf(Buffer.from(text))).toBe(page);
	});

	it.each([
		'<svg xmlns="http://www.w3.org/2000/svg">',
		'<?xml version="1.0"?><svg>',
		'<?xml version="1.0"?>\n<?xml-stylesheet href="a.css"?>\n<!doctype svg>\n<svg>',
		'<svg:svg xmlns:svg="http://www.w3.org/2000/svg">',
		// Whose beginning says no more.
		`<?xml version="1.0"?><!-- ${'Created with Inkscape '.repeat(40)} --><svg>`.slice(0, 512),
		'\x89PNG\r\n\x1a\n',
		'{\x00\x01',
		'plain words',
		'',
	])('%j may be one', (start) => {
		expect(pageOf(latin(start))).toBeUndefined();
	});

	it('is a text, but no bytes and no picture made of letters', () => {
		for (const text of ['Access denied', 'Zugriff verweigert: ä', '{}', 'a'.repeat(509) + '日'.repeat(9)]) {
			expect(isText(Buffer.from(text))).toBe(true);
		}
		for (const bytes of [
			latin('\0\x01'),
			latin('<svg>'),
			latin('%PDF-1.7'),
			latin('caf\xe9 au lait'),
			Buffer.alloc(0),
		]) {
			expect(isText(bytes)).toBe(false);
		}
	});
});

describe('names of the files of a run', () => {
	const all = (names: FileNames, items: number, each: number, extension = 'png') =>
		Array.from({ length: items * each }, (_, index) => names.claim(index % items, extension));

	it('come from the input files, and from the items where there is none', () => {
		const names = new FileNames(['memo.mp3', undefined, 'dir/Interview 2.wav'], 'audio');
		expect([0, 1, 2].map((item) => names.claim(item, 'srt'))).toEqual(['memo.srt', 'audio_1.srt', 'Interview 2.srt']);
		expect([0, 1, 2].map((item) => names.claim(item, 'vtt'))).toEqual(['memo.vtt', 'audio_1.vtt', 'Interview 2.vtt']);
		expect(new FileNames([undefined], 'image').claim(0, 'png')).toBe('image.png');
		// A date or a version is no ending.
		const dated = new FileNames(['Meeting 2026.11.28', 'Meeting 2026.11.29', 'v1.2', 'v1.3.mp3'], 'audio');
		expect([0, 1, 2, 3].map((item) => dated.claim(item, 'srt'))).toEqual([
			'Meeting 2026.11.28.srt',
			'Meeting 2026.11.29.srt',
			'v1.2.srt',
			'v1.3.srt',
		]);
	});

	it.each<[string, Array<string | undefined>]>([
		['equal ones', ['a.png', 'a.png', 'a.jpg', 'A.png']],
		['numbered ones', ['a.png', 'a_1.png', 'a_2.png', 'a.png', 'a_1.png']],
		['padded ones', ['img_01.png', 'img_1.png', 'img_001.png', 'img.png']],
		['numbers that look like ours', ['image_1.png', undefined, 'image_1_1.png', undefined, 'image_0.png']],
		['none', [undefined, undefined, undefined]],
		['odd ones', ['', '.', '..', '/', '\0', '"']],
	])('are never the same for %s', (_, given) => {
		const names = new FileNames(given, 'image');
		const claimed = all(names, given.length, 12).map((name) => name.toLowerCase());
		expect(new Set(claimed).size).toBe(claimed.length);
		for (const name of claimed) expect(name).toMatch(/^[^\p{Cc}/\\"]+\.png$/u);
	});

	it('do not depend on which item is done first', () => {
		const given = ['a.png', 'b.png', 'a.png', undefined];
		const [first, second] = [new FileNames(given, 'image'), new FileNames(given, 'image')];
		const forwards = [0, 1, 2, 3].map((item) => first.claim(item, 'png'));
		const backwards = [3, 2, 1, 0].map((item) => second.claim(item, 'png')).reverse();
		expect(backwards).toEqual(forwards);
	});

	it('are made quickly for many items', () => {
		const given = Array.from({ length: 20_000 }, () => 'same.png');
		let last = '';
		expect(processorTime(() => (last = new FileNames(given, 'image').claim(19_999, 'png')))).toBeLessThan(2000);
		expect(last).toBe('same_20000.png');
	});
});
