export interface ImageSize {
	readonly width: number;
	readonly height: number;
}

/** Width and height in pixels from the first bytes of a PNG, GIF, WebP, BMP or JPEG; undefined for anything else. */
export function readImageSize(bytes: Buffer): ImageSize | undefined {
	try {
		const size = sizeOf(bytes);
		return size && size.width > 0 && size.height > 0 ? size : undefined;
	} catch {
		// The file ends too early.
		return undefined;
	}
}

function sizeOf(bytes: Buffer): ImageSize | undefined {
	const name = (start: number, end: number) => bytes.toString('latin1', start, end);
	if (name(0, 8) === '\x89PNG\r\n\x1a\n') return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	if (/^GIF8[79]a/.test(name(0, 6))) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
	if (name(0, 2) === 'BM') return bitmapSize(bytes);
	if (name(0, 4) === 'RIFF' && name(8, 12) === 'WEBP') return webpSize(bytes, name(12, 16));
	return name(0, 2) === '\xff\xd8' ? jpegSize(bytes) : undefined;
}

/** The oldest header, of twelve bytes, has short numbers; a negative height stands for rows from the top. */
function bitmapSize(bytes: Buffer): ImageSize {
	if (bytes.readUInt32LE(14) === 12) return { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) };
	return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) };
}

function webpSize(bytes: Buffer, form: string): ImageSize | undefined {
	if (form === 'VP8X') return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
	if (form === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
	if (form !== 'VP8L') return undefined;
	const bits = bytes.readUInt32LE(21);
	return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
}

/** The size stands in the first frame header, as the picture is stored, whichever way it is turned. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
	for (let at = 2; at < bytes.length; ) {
		if (bytes[at] !== 0xff) return undefined;
		const marker = bytes.readUInt8(at + 1);
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
		at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}
