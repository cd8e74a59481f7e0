/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Refusal, refuse } from './answer';
import { parseJson } from './json';
import { type Form, readForm } from './multipart';
import type { RecordedRequest } from './types';

export type Body =
	| { kind: 'none' }
	| { kind: 'json'; value: unknown }
	| { kind: 'form'; form: Form }
	| { kind: 'refused'; refusal: Refusal };

const LONGEST_RECORDED_TEXT = 8 * 1024 * 1024;

/** Reads the whole body, whatever becomes of it: a server that answers early and closes hides the answer. */
export async function readBody(request: IncomingMessage, record: RecordedRequest, limit: number): Promise<Body> {
	const contentType = request.headers['content-type'] ?? '';
	const encoding = request.headers['content-encoding'] ?? 'identity';
	if (encoding !== 'identity' && encoding !== 'gzip') {
		request.resume();
		return refused(415, `Unsupported content encoding ${encoding}`);
	}
	if (encoding === 'identity' && !contentType.startsWith('multipart/form-data')) {
		return readJsonBody(await readSmall(request, record, limit), record, contentType, limit);
	}
	const counter = countBytes(request, record, limit);
	const source: Readable = encoding === 'gzip' ? unzip(counter.stream) : counter.stream;
	const body = contentType.startsWith('multipart/form-data')
		? await readFormBody(source, record, contentType)
		: readJsonBody(await readAll(source), record, contentType, limit);
	return counter.isOver() ? tooLarge() : body;
}

function refused(status: number, message: string): Body {
	return { kind: 'refused', refusal: refuse(status, message) };
}

function tooLarge(): Body {
	return refused(413, 'Request entity too large');
}

/** The way of nearly all requests, without a stream in between. */
async function readSmall(
	request: IncomingMessage,
	record: RecordedRequest,
	limit: number,
): Promise<Buffer | undefined> {
	return await new Promise((resolve) => {
		let chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => {
			record.bytes += chunk.length;
			if (record.bytes > limit) chunks = [];
			else chunks.push(chunk);
		});
		request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
		request.on('error', () => resolve(undefined));
		request.on('close', () => resolve(undefined));
	});
}

function countBytes(request: IncomingMessage, record: RecordedRequest, limit: number) {
	let over = false;
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			record.bytes += chunk.length;
			over = record.bytes > limit;
			if (over) done();
			else done(null, chunk);
		},
	});
	request.on('error', () => stream.destroy());
	request.on('aborted', () => stream.destroy());
	request.pipe(stream);
	return { stream, isOver: () => over };
}

function unzip(stream: Readable): Readable {
	const gunzip = createGunzip();
	stream.on('close', () => {
		if (!stream.readableEnded) gunzip.destroy();
	});
	gunzip.on('error', () => stream.resume());
	return stream.pipe(gunzip);
}

async function readFormBody(source: Readable, record: RecordedRequest, contentType: string): Promise<Body> {
	const form = await readForm(source, contentType);
	if (!form) return refused(400, 'There was an error parsing the body');
	record.form = form.parts;
	return { kind: 'form', form };
}

function readJsonBody(bytes: Buffer | undefined, record: RecordedRequest, contentType: string, limit: number): Body {
	if (record.bytes > limit) return tooLarge();
	if (!bytes) return refused(400, 'There was an error reading the body');
	if (bytes.length === 0) return { kind: 'none' };
	const parsed = parseJson(bytes.toString('utf8'));
	if (!parsed) {
		return contentType.includes('json') || contentType === ''
			? refused(400, 'There was an error parsing the body')
			: refused(415, `Unsupported content type ${contentType}`);
	}
	record.json = bytes.length > LONGEST_RECORDED_TEXT ? shortenTexts(parsed.value) : parsed.value;
	return { kind: 'json', value: parsed.value };
}

async function readAll(source: Readable): Promise<Buffer | undefined> {
	return await new Promise((resolve) => {
		const chunks: Buffer[] = [];
		source.on('data', (chunk: Buffer) => chunks.push(chunk));
		source.on('end', () => resolve(Buffer.concat(chunks)));
		source.on('error', () => resolve(undefined));
		source.on('close', () => resolve(undefined));
	});
}

/** Recorded requests stay for the life of the emulator, so they do not hold whole files. */
function shortenTexts(value: unknown): unknown {
	if (typeof value === 'string' && value.length > LONGEST_RECORDED_TEXT) {
		return `${value.slice(0, 1024)} ... (${value.length} characters)`;
	}
	if (Array.isArray(value)) return value.map(shortenTexts);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortenTexts(item)]));
	}
	return value;
}
