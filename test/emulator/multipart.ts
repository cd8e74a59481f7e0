/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { FormPart } from './types';
import { KEPT_HEAD, KEPT_WHOLE, type Upload } from './uploads';

export interface Form {
	parts: FormPart[];
	texts: Map<string, string>;
	files: Map<string, Upload>;
}

const MAX_TEXT = 64 * 1024 * 1024;

/** Hashes and counts the parts while they stream; only small files are kept. Undefined for a broken body. */
export async function readForm(source: Readable, contentType: string): Promise<Form | undefined> {
	const form: Form = { parts: [], texts: new Map(), files: new Map() };
	let parser: BusboyInstance;
	try {
		parser = new Busboy({
			headers: { 'content-type': contentType },
			limits: { fieldSize: MAX_TEXT, fileSize: Infinity },
			// A part is a file when it has a filename, as on DeepInfra's side; its content type alone does not count.
			isPartAFile: (_name, _type, filename) => filename !== undefined,
		});
	} catch {
		source.resume();
		return undefined;
	}
	parser.on('field', (name, value) => {
		const size = Buffer.byteLength(value);
		form.parts.push({ name, value, size, sha256: createHash('sha256').update(value).digest('hex') });
		form.texts.set(name, value);
	});
	parser.on('file', (name, stream, filename, _encoding, mimeType) => keepFile(form, name, stream, filename, mimeType));
	return await new Promise((resolve) => {
		parser.on('finish', () => resolve(form));
		parser.on('error', () => {
			source.unpipe(parser);
			source.resume();
			resolve(undefined);
		});
		source.on('error', () => resolve(undefined));
		source.on('close', () => {
			if (!source.readableEnded) resolve(undefined);
		});
		source.pipe(parser);
	});
}

function keepFile(form: Form, name: string, stream: Readable, filename: string, mimeType: string) {
	const hash = createHash('sha256');
	let kept: Buffer[] = [];
	let size = 0;
	let whole = true;
	stream.on('data', (chunk: Buffer) => {
		hash.update(chunk);
		size += chunk.length;
		if (whole) kept.push(chunk);
		if (whole && size > KEPT_WHOLE) {
			kept = [Buffer.from(Buffer.concat(kept).subarray(0, KEPT_HEAD))];
			whole = false;
		}
	});
	stream.on('end', () => {
		const bytes = Buffer.concat(kept);
		const digest = hash.digest('hex');
		form.parts.push({ name, filename, mimeType, size, sha256: digest });
		form.files.set(name, {
			filename,
			mimeType,
			size,
			sha256: digest,
			head: bytes.subarray(0, KEPT_HEAD),
			whole: whole ? bytes : undefined,
		});
	});
}
