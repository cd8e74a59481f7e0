/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { SpoolFile } from './batches/spool';
import type { FormPart } from './types';
import { KEPT_HEAD, KEPT_WHOLE, type Upload } from './uploads';

export interface Form {
	parts: FormPart[];
	texts: Map<string, string>;
	/** The last file of a name, and all of them. */
	files: Map<string, Upload>;
	lists: Map<string, Upload[]>;
}

const MAX_TEXT = 64 * 1024 * 1024;

/** Hashes and counts the parts while they stream; only small files are kept. Undefined for a broken body. */
export async function readForm(source: Readable, contentType: string): Promise<Form | undefined> {
	const form: Form = { parts: [], texts: new Map(), files: new Map(), lists: new Map() };
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

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function keepFile(form: Form, name: string, stream: Readable, filename: string, mimeType: string) {
	const hash = createHash('sha256');
	const kept: Buffer[] = [];
	let size = 0;
	let isPng = false;
	const spool = filename.endsWith('.jsonl') ? new SpoolFile() : undefined;
	stream.on('data', (chunk: Buffer) => {
		if (size === 0) isPng = chunk.subarray(0, 8).equals(PNG_SIGNATURE);
		// Only a PNG is decoded; of everything else the header is enough.
		if (size < (isPng ? KEPT_WHOLE : KEPT_HEAD)) kept.push(chunk);
		spool?.write(chunk);
		hash.update(chunk);
		size += chunk.length;
	});
	// An upload that breaks off fails here, too; the parser as a whole reports it.
	stream.on('error', () => stream.destroy());
	stream.on('close', () => spool?.close());
	stream.on('end', () => {
		const bytes = Buffer.concat(kept);
		const sha256 = hash.digest('hex');
		form.parts.push({ name, filename, mimeType, size, sha256 });
		const upload: Upload = {
			filename,
			mimeType,
			size,
			sha256,
			head: bytes.subarray(0, KEPT_HEAD),
			whole: bytes.length === size ? bytes : undefined,
			path: spool?.path,
		};
		form.files.set(name, upload);
		form.lists.set(name, [...(form.lists.get(name) ?? []), upload]);
	});
}
