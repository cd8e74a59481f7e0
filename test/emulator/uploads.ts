import { refuse } from './answer';
import { sha256 } from './random';

/** A file that came in. Small ones are kept whole, of large ones only the start. */
export interface Upload {
	filename?: string;
	mimeType?: string;
	size: number;
	sha256: string;
	head: Buffer;
	whole?: Buffer;
	/** Where a file of JSON lines is kept. */
	path?: string;
}

export const KEPT_WHOLE = 48 * 1024 * 1024;
export const KEPT_HEAD = 256 * 1024;

export function uploadFromBytes(bytes: Buffer, mimeType?: string, filename?: string): Upload {
	return {
		filename,
		mimeType,
		size: bytes.length,
		sha256: sha256(bytes),
		head: bytes.subarray(0, KEPT_HEAD),
		whole: bytes,
	};
}

/** A JSON body holds files as data URLs or as bare base64. */
export function uploadFromText(field: string, value: string): Upload {
	const match = /^data:([\w.+/-]*)(?:;[\w=-]+)*;base64,/.exec(value.slice(0, 200));
	const encoded = match ? value.slice(match[0].length) : value;
	if (!match && !/^[A-Za-z0-9+/=\s]+$/.test(encoded.slice(0, 200))) {
		throw refuse(400, `${field} is neither a data URL nor base64`);
	}
	return uploadFromBytes(Buffer.from(encoded, 'base64'), match?.[1]);
}
