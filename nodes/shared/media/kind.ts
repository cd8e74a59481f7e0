import type { Medium } from '../core/operation';
import { own } from '../core/values';

export interface Kind {
	readonly mimeType: string;
	readonly extension: string;
}

const kind = (mimeType: string, extension: string): Kind => ({ mimeType, extension });

/** How many bytes from the start `kindOf` wants to see. */
export const HEAD = 512;

/** A format has several endings and types that are all right; what the sender says of them is better than a guess. */
interface Format extends Kind {
	/** Further endings that are right for such a file. */
	readonly endings?: readonly string[];
	/** Further types that say more than the bytes do. A mere second name for the same is none. */
	readonly types?: readonly string[];
}

const SOUND_OR_FILM = {
	mp4: {
		endings: [
			'mp4',
			'm4a',
			'm4b',
			'm4r',
			'm4p',
			'm4v',
			'mov',
			'qt',
			'3gp',
			'3g2',
			'3gpp',
			'f4v',
			'f4a',
			'aac',
			'aax',
			'aaxc',
			'm4s',
			'mp4v',
		],
		types: [
			'video/mp4',
			'audio/mp4',
			'audio/x-m4a',
			'audio/m4a',
			'audio/x-m4b',
			'video/x-m4v',
			'video/quicktime',
			'audio/3gpp',
			'video/3gpp',
			'audio/3gpp2',
			'video/3gpp2',
			'audio/vnd.audible.aax',
		],
	},
	webm: {
		endings: ['webm', 'weba', 'mkv', 'mka', 'mk3d'],
		types: ['video/webm', 'audio/webm', 'video/x-matroska', 'audio/x-matroska', 'video/matroska', 'audio/matroska'],
	},
	ogg: {
		endings: ['ogg', 'oga', 'ogv', 'ogx', 'opus', 'spx'],
		types: ['audio/ogg', 'video/ogg'],
	},
	mpeg: {
		endings: ['mp3', 'mp2', 'mp1', 'mpga', 'mpeg', 'mpg', 'm2a', 'm3a'],
	},
	asf: {
		endings: ['wma', 'wmv', 'asf', 'wm'],
		types: ['audio/x-ms-wma', 'video/x-ms-wmv', 'video/x-ms-asf', 'application/vnd.ms-asf'],
	},
} as const;

const MP4: Format = { ...kind('video/mp4', 'mp4'), ...SOUND_OR_FILM.mp4 };
const M4A: Format = { ...kind('audio/mp4', 'm4a'), ...SOUND_OR_FILM.mp4 };
const AVIF: Format = { ...kind('image/avif', 'avif'), endings: ['avifs'] };
const HEIC: Format = {
	...kind('image/heic', 'heic'),
	endings: ['heif', 'hif', 'heics', 'heifs'],
	types: ['image/heif', 'image/heic-sequence', 'image/heif-sequence'],
};
const HEIF: Format = {
	...kind('image/heif', 'heif'),
	endings: ['heic', 'hif', 'heics', 'heifs'],
	types: ['image/heic', 'image/heic-sequence', 'image/heif-sequence'],
};
const MP4_BRANDS: Readonly<Record<string, Format>> = {
	'M4A ': M4A,
	'M4B ': M4A,
	...Object.fromEntries(['avif', 'avis', 'avio'].map((brand) => [brand, AVIF])),
	...Object.fromEntries(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'].map((brand) => [brand, HEIC])),
	'crx ': kind('image/x-canon-cr3', 'cr3'),
	'qt  ': { ...SOUND_OR_FILM.mp4, ...kind('video/quicktime', 'mov') },
};

/** Brands of pictures that leave it to the brands after them to say which. */
const ANY_PICTURE = ['mif1', 'mif2', 'msf1', 'miaf'];

/** The format of an ISO file, by its own brand, and by those that it says it is compatible with. */
function brandOf(bytes: Uint8Array): Format {
	const own4 = (at: number) => own(MP4_BRANDS, ascii(bytes, at, at + 4));
	if (!ANY_PICTURE.includes(ascii(bytes, 8, 12))) return own4(8) ?? MP4;
	const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
	for (let at = 16; at < Math.min(length, bytes.length, HEAD); at += 4) {
		const found = own4(at);
		if (found) return found;
	}
	return HEIF;
}

const AIFF: Format = {
	...kind('audio/aiff', 'aiff'),
	endings: ['aif', 'aifc'],
};

/** Formats that a few fixed bytes tell: the bytes, where they stand, and the format. */
const SIGNATURES: ReadonlyArray<readonly [string, number, Format]> = [
	['\x89PNG\r\n\x1a\n', 0, { ...kind('image/png', 'png'), endings: ['apng'] }],
	[
		'\xff\xd8\xff',
		0,
		{
			...kind('image/jpeg', 'jpg'),
			endings: ['jpeg', 'jpe', 'jfif', 'jif'],
		},
	],
	['GIF87a', 0, kind('image/gif', 'gif')],
	['GIF89a', 0, kind('image/gif', 'gif')],
	['fLaC', 0, { ...kind('audio/flac', 'flac'), endings: ['fla'] }],
	// What follows the tag is too far behind to be seen.
	[
		'ID3',
		0,
		{
			...kind('audio/mpeg', 'mp3'),
			endings: [...SOUND_OR_FILM.mpeg.endings, 'aac', 'adts', 'flac', 'tta', 'ape'],
			types: ['audio/aac', 'audio/aacp', 'audio/x-aac', 'audio/flac', 'audio/x-flac'],
		},
	],
	['caff', 0, { ...kind('audio/x-caf', 'caf') }],
	['#!AMR', 0, { ...kind('audio/amr', 'amr'), endings: ['awb'], types: ['audio/amr-wb'] }],
	['.snd\0', 0, { ...kind('audio/basic', 'au'), endings: ['snd'] }],
	['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 0, { ...kind('audio/x-ms-wma', 'wma'), ...SOUND_OR_FILM.asf }],
	['II*\0', 0, { ...kind('image/tiff', 'tiff'), endings: ['tif', 'dng'] }],
	['MM\0*', 0, { ...kind('image/tiff', 'tiff'), endings: ['tif', 'dng'] }],
	['%PDF-', 0, { ...kind('application/pdf', 'pdf') }],
	['\0\0\0\x0cJXL \r\n\x87\n', 0, kind('image/jxl', 'jxl')],
	['\0\0\0\x0cjP  \r\n\x87\n', 0, { ...kind('image/jp2', 'jp2'), endings: ['jpx', 'jpf', 'jpm', 'j2k'] }],
	['8BPS\0', 0, { ...kind('image/vnd.adobe.photoshop', 'psd'), endings: ['psb'] }],
];
const ICON: Format = { ...kind('image/x-icon', 'ico'), types: ['image/vnd.microsoft.icon'] };
const BITMAP: Format = { ...kind('image/bmp', 'bmp'), endings: ['dib'] };

/** What follows in a RIFF file, and in an IFF file. */
const RIFF: Readonly<Record<string, Format>> = {
	WEBP: kind('image/webp', 'webp'),
	WAVE: {
		...kind('audio/wav', 'wav'),
		endings: ['wave', 'bwf'],
	},
	'AVI ': { ...kind('video/x-msvideo', 'avi') },
};
const IFF: Readonly<Record<string, Format>> = { AIFF, AIFC: AIFF };

const ascii = (bytes: Uint8Array, from: number, to: number) =>
	String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

function formatOf(bytes: Uint8Array): Format | undefined {
	const head = ascii(bytes, 0, 16);
	const [, , signed] = SIGNATURES.find(([signature, at]) => head.startsWith(signature, at)) ?? [];
	if (signed) return signed;
	if (/^(RIFF|RF64|BW64)/.test(head)) return own(RIFF, head.slice(8, 12));
	if (head.startsWith('FORM')) return own(IFF, head.slice(8, 12));
	if (head.startsWith('ftyp', 4)) return brandOf(bytes);
	if (head.startsWith('\x1a\x45\xdf\xa3')) return { ...kind('video/webm', 'webm'), ...SOUND_OR_FILM.webm };
	if (head.startsWith('OggS')) {
		return { ...kind('audio/ogg', ascii(bytes, 28, 36) === 'OpusHead' ? 'opus' : 'ogg'), ...SOUND_OR_FILM.ogg };
	}
	if (isAac(bytes)) return { ...kind('audio/aac', 'aac'), endings: ['adts'] };
	if (isMpegAudio(bytes)) return { ...kind('audio/mpeg', 'mp3'), ...SOUND_OR_FILM.mpeg };
	if (head.startsWith('BM') && isBitmap(bytes)) return BITMAP;
	if (head.startsWith('\0\0\x01\0') && isIcon(bytes)) return ICON;
	return isSvg(ascii(bytes, 0, HEAD)) ? kind('image/svg+xml', 'svg') : undefined;
}

/** What a file is, from its first bytes; undefined when they tell nothing. */
export function kindOf(bytes: Uint8Array): Kind | undefined {
	const format = formatOf(bytes);
	return format && kind(format.mimeType, format.extension);
}

/** Lengths that the second header of a bitmap has in its versions. */
const BITMAP_HEADERS = [12, 40, 52, 56, 64, 108, 124];
const isBitmap = (bytes: Uint8Array): boolean =>
	bytes.length > 26 && BITMAP_HEADERS.includes(bytes[14] ?? 0) && !bytes[15] && !bytes[16] && !bytes[17];

/** Whether the first picture of an icon stands behind the list of them: samples of sound may begin as icons do. */
const isIcon = (bytes: Uint8Array): boolean =>
	Boolean(bytes[4]) && !bytes[5] && bytes[18] === 6 + 16 * (bytes[4] ?? 0) && !bytes[19] && !bytes[20] && !bytes[21];

/**
 * The first element of a markup text, or its type; what may stand before it is skipped piece by piece. Empty where the
 * text ends before.
 */
function firstElement(start: string): string {
	let rest = start.replace(/^\xef\xbb\xbf/, '').trimStart();
	for (;;) {
		if (rest.startsWith('<?')) rest = after(rest, '?>');
		else if (rest.startsWith('<!--')) rest = after(rest, '-->');
		else return rest;
	}
}

const isSvg = (start: string): boolean => /^(<(svg:)?svg[\s>]|<!doctype\s+(svg:)?svg[\s>[])/i.test(firstElement(start));

const after = (text: string, mark: string): string =>
	text.includes(mark) ? text.slice(text.indexOf(mark) + mark.length).trimStart() : '';

/** An MPEG frame: eleven set bits, then a version, layer and bit rate that exist. */
function isMpegAudio(bytes: Uint8Array): boolean {
	const [first = 0, second = 0, third = 0] = bytes;
	if (first !== 0xff || (second & 0xe0) !== 0xe0) return false;
	const version = (second >> 3) & 3;
	const layer = (second >> 1) & 3;
	return version !== 1 && layer !== 0 && third >> 4 !== 0 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
}

/** An ADTS frame: twelve set bits, layer 0, and a rate that exists. */
function isAac(bytes: Uint8Array): boolean {
	const [first = 0, second = 0, third = 0xff] = bytes;
	return first === 0xff && (second & 0xf6) === 0xf0 && ((third >> 2) & 15) < 13;
}

/**
 * What services and login pages send instead of a file, in a word for a sentence; undefined for what may be a file.
 * @param bytes from the start; HEAD of them are enough
 */
export function pageOf(bytes: Uint8Array): 'a web page' | 'JSON' | 'XML' | undefined {
	const wide = wideStart(bytes);
	if (wide === undefined && formatOf(bytes)) return undefined;
	const start = wide ?? ascii(bytes, 0, HEAD);
	const text = firstElement(start);
	if (/^(<!doctype html|<html|<head|<body)\b/i.test(text)) return 'a web page';
	const isMarked = text !== '' && /^(\xef\xbb\xbf)?\s*<\?xml/.test(start);
	if (/^<[a-z][\w:.-]{0,60}[\s>/]/i.test(text) || isMarked) return 'XML';
	return /^(\{\s*("|\}\s*$)|\[\s*([{"[\]\d]|true|false|null))/.test(text) && (wide !== undefined || isText(bytes))
		? 'JSON'
		: undefined;
}

/** A text in UTF-16, by the mark at its beginning, which is left out; undefined for what has none. */
export function wideText(bytes: Uint8Array): string | undefined {
	const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
	if (!isLittle && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return undefined;
	// A copy, since its bytes may change places.
	const letters = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
	return (isLittle ? letters : letters.swap16()).toString('utf16le');
}

/** The start of a written text in UTF-16, whose mark looks like the one of an MP3. */
function wideStart(bytes: Uint8Array): string | undefined {
	const text = wideText(bytes.subarray(0, HEAD));
	return text === undefined || /[\p{Cc}\p{Cn}\p{Cs}\p{Co}]/u.test(text.replace(/[\t\n\r\f]/g, '')) ? undefined : text;
}

/** Pictures whose first bytes are always the same: without them a file is none, whatever its sender says. */
const MARKED = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Whether a file may be what is seen or heard there: sound comes in the containers of films, a film as a moving picture. */
export function isOfMedium(bytes: Uint8Array, mimeType: string, medium: Medium): boolean {
	const format = formatOf(bytes);
	if (!format) return medium !== 'image' || !MARKED.includes(mimeType);
	const [media] = format.mimeType.split('/');
	if (media === medium) return true;
	if (medium === 'video') return ['image/gif', 'image/webp'].includes(format.mimeType);
	return medium === 'audio' && media === 'video';
}

/** Whether these bytes are nothing but written words, as an error in plain text is. */
export function isText(bytes: Uint8Array): boolean {
	if (bytes.length === 0 || formatOf(bytes)) return false;
	// The last letter may be cut in two.
	const head = Buffer.from(bytes.subarray(0, HEAD))
		.toString('utf8')
		.replace(/\ufffd$/, '');
	return !/[\p{Cc}\ufffd]/u.test(head.replace(/[\t\n\r\f]/g, ''));
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	'image/jpeg': 'jpg',
	'image/jpg': 'jpg',
	'image/svg+xml': 'svg',
	'audio/mpeg': 'mp3',
	'audio/mp3': 'mp3',
	'audio/x-wav': 'wav',
	'audio/wave': 'wav',
	'audio/vnd.wave': 'wav',
	'audio/mp4': 'm4a',
	'audio/x-m4a': 'm4a',
	'audio/x-ms-wma': 'wma',
	'audio/x-caf': 'caf',
	'audio/x-aiff': 'aiff',
	'video/quicktime': 'mov',
	'text/plain': 'txt',
};

/** The file name's ending for a declared MIME type. */
export function extensionOf(mimeType: string): string | undefined {
	const [type = ''] = mimeType.slice(0, LONGEST_TYPE).toLowerCase().split(';');
	const [, subtype = ''] = type.trim().split('/');
	return own(EXTENSIONS, type.trim()) ?? (/^[a-z0-9]{2,5}$/.test(subtype) ? subtype : undefined);
}

const LONGEST_TYPE = 100;
const GENERIC = ['application/octet-stream', 'binary/octet-stream', 'application/binary'];

/** A declared type as it may be passed on; undefined for one that says nothing or is none. */
export function declaredType(declared: string | undefined): string | undefined {
	const [type = ''] = (declared ?? '')
		.slice(0, LONGEST_TYPE + 1)
		.toLowerCase()
		.split(';');
	const plain = type.trim();
	const isType = plain.length <= LONGEST_TYPE && /^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/.test(plain);
	return isType && !GENERIC.includes(plain) ? plain : undefined;
}

/** The kind by the bytes, else as declared. A declared `text/html` or JSON is kept too: the caller decides. */
export function kindFrom(bytes: Uint8Array, declared: string | undefined): Kind {
	const type = declaredType(declared);
	const format = formatOf(bytes);
	if (format) {
		// A container holds sound alone, too: the bytes at the start cannot tell, the sender can.
		return kind(type && format.types?.includes(type) ? type : format.mimeType, format.extension);
	}
	return type ? kind(type, extensionOf(type) ?? 'bin') : kind('application/octet-stream', 'bin');
}

/** Whether an ending, without its dot, is one that such a file may have. Undefined: the bytes do not tell. */
export function isEndingOf(bytes: Uint8Array, ending: string): boolean | undefined {
	const format = formatOf(bytes);
	return format && (format.extension === ending || (format.endings ?? []).includes(ending));
}

/** Endings of media and of what servers call any file: where the bytes say otherwise, they are replaced. Others are part of the name. */
const KNOWN_ENDINGS: ReadonlySet<string> = new Set([
	...[
		...SIGNATURES.map(([, , format]) => format),
		...[MP4_BRANDS, RIFF, IFF].flatMap((each) => Object.values(each)),
		HEIF,
	].flatMap(({ extension, endings = [] }) => [extension, ...endings]),
	...Object.values(SOUND_OR_FILM).flatMap(({ endings }): readonly string[] => endings),
	...[
		'svg',
		'bmp',
		'dib',
		'adts',
		'psd',
		'raw',
		'ico',
		'bin',
		'dat',
		'tmp',
		'file',
		'txt',
		'htm',
		'html',
		'php',
		'asp',
		'aspx',
		'json',
		'xml',
	],
]);

export const isKnownEnding = (ending: string): boolean => KNOWN_ENDINGS.has(ending);

/** What a container is by its name, where nobody declared it: sound and film share them. */
const SOUND_ENDINGS: Readonly<Record<string, string>> = {
	m4a: 'audio/mp4',
	m4b: 'audio/mp4',
	m4r: 'audio/mp4',
	weba: 'audio/webm',
	mka: 'audio/x-matroska',
	mkv: 'video/x-matroska',
	ogv: 'video/ogg',
	wmv: 'video/x-ms-wmv',
	'3gp': 'video/3gpp',
	'3g2': 'video/3gpp2',
	flac: 'audio/flac',
};

/** The kind of a file that has a name: where bytes and sender leave it open, its ending says what it is. */
export function kindOfNamed(bytes: Uint8Array, declared: string | undefined, ending: string): Kind {
	const seen = kindFrom(bytes, declared);
	const format = formatOf(bytes);
	if (!format || declaredType(declared) === seen.mimeType) return seen;
	const named = own(SOUND_ENDINGS, ending);
	return named && isEndingOf(bytes, ending) ? kind(named, ending) : seen;
}
