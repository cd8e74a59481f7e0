import { sha256 } from '../random';
import type { Media } from './messages';

/**
 * What stands in a picture or is said in a sound: the comment that a JPEG carries (COM), or a PNG (tEXt "Comment").
 * Without one, what the emulator can tell of it: its kind, size and the start of its SHA-256.
 */
export function readMedia({ bytes, mimeType, url, kind }: Media): string {
	if (!bytes) return `The ${kind} at ${url ?? ''}`;
	return commentOf(bytes) ?? `${mimeType}, ${bytes.length} bytes, ${sha256(bytes).slice(0, 8)}`;
}

function commentOf(bytes: Buffer): string | undefined {
	if (bytes.readUInt16BE(0) === 0xffd8) return jpegComment(bytes);
	const at = bytes.indexOf('tEXtComment\0');
	return at < 0 ? undefined : bytes.toString('utf8', at + 12, at + 4 + bytes.readUInt32BE(at - 4));
}

function jpegComment(bytes: Buffer): string | undefined {
	for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
		const marker = bytes[at + 1];
		if (marker === 0xfe) return bytes.toString('utf8', at + 4, at + 2 + bytes.readUInt16BE(at + 2));
		if (marker === 0xda) return undefined;
	}
	return undefined;
}
