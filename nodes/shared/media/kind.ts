import { own } from '../core/values';

export interface Kind {
	readonly mimeType: string;
	readonly extension: string;
}

const kind = (mimeType: string, extension: string): Kind => ({ mimeType, extension });

const MP4_BRANDS: Readonly<Record<string, Kind>> = {
	'M4A ': kind('audio/mp4', 'm4a'),
	'M4B ': kind('audio/mp4', 'm4a'),
	avif: kind('image/avif', 'avif'),
	avis: kind('image/avif', 'avif'),
	heic: kind('image/heic', 'heic'),
	heix: kind('image/heic', 'heic'),
	mif1: kind('image/heif', 'heif'),
	'qt  ': kind('video/quicktime', 'mov'),
};

const ascii = (bytes: Uint8Array, from: number, to: number) =>
	String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

/** How many bytes from the start `kindOf` wants to see. */
export const HEAD = 512;

/** What a file is, from its first bytes; undefined when they tell nothing. */
export function kindOf(bytes: Uint8Array): Kind | undefined {
	const head = ascii(bytes, 0, 16);
	const starts = (signature: string, at = 0) => head.startsWith(signature, at);
	if (starts('\x89PNG\r\n\x1a\n')) return kind('image/png', 'png');
	if (starts('\xff\xd8\xff')) return kind('image/jpeg', 'jpg');
	if (starts('GIF87a') || starts('GIF89a')) return kind('image/gif', 'gif');
	if (starts('RIFF')) {
		if (starts('WEBP', 8)) return kind('image/webp', 'webp');
		if (starts('WAVE', 8)) return kind('audio/wav', 'wav');
		if (starts('AVI ', 8)) return kind('video/x-msvideo', 'avi');
	}
	if (starts('ftyp', 4)) return own(MP4_BRANDS, head.slice(8, 12)) ?? kind('video/mp4', 'mp4');
	if (starts('\x1a\x45\xdf\xa3')) return kind('video/webm', 'webm');
	if (starts('OggS')) return kind('audio/ogg', ascii(bytes, 28, 36) === 'OpusHead' ? 'opus' : 'ogg');
	if (starts('fLaC')) return kind('audio/flac', 'flac');
	if (starts('ID3') || isMpegAudio(bytes)) return kind('audio/mpeg', 'mp3');
	if (starts('II*\0') || starts('MM\0*')) return kind('image/tiff', 'tiff');
	if (starts('BM') && bytes.length > 26 && bytes[14] === 40) return kind('image/bmp', 'bmp');
	if (starts('%PDF-')) return kind('application/pdf', 'pdf');
	return isSvg(ascii(bytes, 0, HEAD)) ? kind('image/svg+xml', 'svg') : undefined;
}

/** Whether the first element is an SVG; what may stand before it is skipped piece by piece. */
function isSvg(start: string): boolean {
	let rest = start.replace(/^\xef\xbb\xbf/, '').trimStart();
	for (const [open, close] of [
		['<?xml', '?>'],
		['<!DOCTYPE svg', '>'],
	] as const) {
		if (rest.startsWith(open)) rest = after(rest, close);
	}
	while (rest.startsWith('<!--')) rest = after(rest, '-->');
	return /^<svg[\s>]/.test(rest);
}

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
	'video/quicktime': 'mov',
	'text/plain': 'txt',
};

/** The file name's ending for a declared MIME type. */
export function extensionOf(mimeType: string): string | undefined {
	const [type = ''] = mimeType.toLowerCase().split(';');
	const [, subtype = ''] = type.trim().split('/');
	return own(EXTENSIONS, type.trim()) ?? (/^[a-z0-9]{2,5}$/.test(subtype) ? subtype : undefined);
}

const GENERIC = ['', 'application/octet-stream', 'binary/octet-stream', 'application/binary'];

/** The kind by the bytes, else as declared. A declared `text/html` or JSON is kept too: the caller decides. */
export function kindFrom(bytes: Uint8Array, declared: string | undefined): Kind {
	const [type = ''] = (declared ?? '').toLowerCase().split(';');
	const seen = kindOf(bytes);
	if (seen) {
		// WebM and MP4 hold sound alone, too: the bytes at the start cannot tell, the sender can.
		const sound = seen.mimeType.startsWith('video/') && type.trim() === seen.mimeType.replace('video/', 'audio/');
		return sound ? { ...seen, mimeType: type.trim() } : seen;
	}
	if (GENERIC.includes(type.trim())) return { mimeType: 'application/octet-stream', extension: 'bin' };
	return { mimeType: type.trim(), extension: extensionOf(type) ?? 'bin' };
}
