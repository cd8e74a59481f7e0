import { PNG } from 'pngjs';
import { refuse } from '../answer';
import { hashText } from '../random';
import type { Upload } from '../uploads';
import { COLOUR_NAMES, nameColour } from './colours';

export interface ImageFacts {
	format: 'png' | 'jpeg' | 'webp' | 'gif';
	width: number;
	height: number;
	/** Measured in a PNG; for other formats it follows from the bytes, which is all we can say without a decoder. */
	colour: string;
	hash: number;
}

export function readImage(field: string, upload: Upload): ImageFacts {
	const { head } = upload;
	if (upload.size === 0) throw refuse(400, `${field}: the file is empty`);
	const hash = hashText(upload.sha256);
	const byHash = COLOUR_NAMES[hash % COLOUR_NAMES.length] ?? 'grey';
	if (head.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return { ...readPng(field, upload), hash };
	if (head[0] === 0xff && head[1] === 0xd8) {
		const size = jpegSize(head);
		if (!size) throw refuse(400, `${field}: cannot identify image file`);
		return { format: 'jpeg', ...size, colour: byHash, hash };
	}
	if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') {
		return { format: 'webp', ...webpSize(head), colour: byHash, hash };
	}
	if (head.toString('latin1', 0, 3) === 'GIF' && head.length >= 10) {
		return { format: 'gif', width: head.readUInt16LE(6), height: head.readUInt16LE(8), colour: byHash, hash };
	}
	throw refuse(400, `${field}: cannot identify image file`);
}

/** Whether a PNG says that it has transparency: a colour type with alpha. */
export const hasAlpha = ({ head }: Upload): boolean =>
	head.toString('latin1', 1, 4) === 'PNG' && [4, 6].includes(head[25] ?? 0);

function readPng(field: string, upload: Upload) {
	const png = upload.whole && decodePng(upload.whole);
	if (!png) throw refuse(400, `${field}: image file is truncated`);
	let [red, green, blue] = [0, 0, 0];
	const counts = new Map<string, number>();
	const step = Math.max(1, Math.floor((png.width * png.height) / 400));
	for (let pixel = 0; pixel < png.width * png.height; pixel += step) {
		[red, green, blue] = [png.data[pixel * 4] ?? 0, png.data[pixel * 4 + 1] ?? 0, png.data[pixel * 4 + 2] ?? 0];
		const name = nameColour(red, green, blue);
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	const colour = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'grey';
	return { format: 'png', width: png.width, height: png.height, colour } as const;
}

function decodePng(bytes: Buffer): PNG | undefined {
	try {
		return PNG.sync.read(bytes);
	} catch {
		return undefined;
	}
}

/** Walks the segments up to the start-of-frame header. */
function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
	let at = 2;
	while (at + 9 < bytes.length) {
		if (bytes[at] !== 0xff) return undefined;
		const marker = bytes[at + 1] ?? 0;
		const startsFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (startsFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}

function webpSize(bytes: Buffer): { width: number; height: number } {
	if (bytes.toString('latin1', 12, 16) === 'VP8 ' && bytes.length >= 30) {
		return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
	}
	if (bytes.toString('latin1', 12, 16) === 'VP8X' && bytes.length >= 30) {
		return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
	}
	return { width: 1, height: 1 };
}
