import FormData from 'form-data';
import { sha256 } from './files';
import type { SentRequest } from './service';

export interface Part {
	/** Header lines with their names in lower case, sorted. */
	headers: string[];
	body: Buffer;
}

/** A part that is compared without going through its bytes one by one. */
export interface PartPrint {
	headers: string[];
	size: number;
	sha256: string;
	/** The start of it, to be read when parts differ. */
	start: string;
}

export interface FilePart {
	bytes: Buffer;
	filename: string;
	contentType: string;
}

/** The parts of a multipart body, byte for byte, sorted by their headers. */
function splitParts(contentType: string | undefined, body: Buffer): Part[] {
	const boundary = /^multipart\/form-data; ?boundary="?([^";]+)"?$/.exec(contentType ?? '')?.[1];
	if (boundary === undefined) throw new Error(`Not multipart: ${contentType}`);
	// latin1 keeps every byte, so that text functions can cut the body
	const [before, ...rest] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`);
	expect(before).toBe('');
	expect(rest.pop()?.trim()).toBe('--');
	const parts = rest.map((text) => {
		const end = text.indexOf('\r\n\r\n');
		const lines = text.slice(2, end).split('\r\n');
		const headers = lines.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())).sort();
		return { headers, body: Buffer.from(text.slice(end + 4), 'latin1') };
	});
	return parts.sort((a, b) => (a.headers.join() < b.headers.join() ? -1 : 1));
}

function printOf({ headers, body }: Part): PartPrint {
	return { headers, size: body.length, sha256: sha256(body), start: body.subarray(0, 60).toString('latin1') };
}

function readParts(request: SentRequest | undefined): Part[] {
	if (request === undefined) throw new Error('There was no such request');
	expect(Number(request.headers['content-length'])).toBe(request.body.length);
	return splitParts(request.headers['content-type'], request.body);
}

export const sentParts = (request: SentRequest | undefined): PartPrint[] => readParts(request).map(printOf);

/** The text parts of a request by name, and its file parts as `file`. */
export function sentForm(request: SentRequest | undefined) {
	const texts: Record<string, string> = {};
	const files: Record<string, { filename: string; contentType: string; bytes: Buffer }> = {};
	for (const { headers, body } of readParts(request)) {
		const disposition = headers.find((line) => line.startsWith('content-disposition:')) ?? '';
		const name = /[; ]name="([^"]*)"/.exec(disposition)?.[1] ?? '';
		const filename = /[; ]filename="([^"]*)"/.exec(disposition)?.[1];
		const contentType = headers.find((line) => line.startsWith('content-type:'))?.slice(14) ?? '';
		if (filename === undefined) texts[name] = body.toString();
		else files[name] = { filename: Buffer.from(filename, 'latin1').toString(), contentType, bytes: body };
	}
	return { texts, files };
}

/** What the form-data package makes of the same fields: an encoder that shares nothing with the node. */
export function expectedParts(fields: Record<string, string | FilePart>): PartPrint[] {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') form.append(name, value);
		else form.append(name, value.bytes, { filename: value.filename, contentType: value.contentType });
	}
	return splitParts(form.getHeaders()['content-type'], form.getBuffer()).map(printOf);
}
