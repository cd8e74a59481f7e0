/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Answer, bytesAnswer, emptyAnswer, errorBody, jsonAnswer } from './answer';
import { isObject, type Json, parseJson } from './json';
import { gzipBomb } from './bomb';
import type { ErrorShape, Fault, KeyForm } from './types';

/** What is done to the connection once the answer's start is out. */
export type Ending =
	| { kind: 'complete' }
	| { kind: 'reset' }
	| { kind: 'stall' }
	| { kind: 'trickle'; intervalMs: number };

/** An answer as it goes out: after the first `sent` bytes comes the ending. */
export interface Delivery {
	answer: Answer;
	ending: Ending;
	sent?: number;
}

/** Undefined: not even headers come; `reset` tells whether the connection is cut. */
export type Faulty = Delivery | { answer: undefined; reset: boolean; afterMs?: number; raw?: string };

const ERROR_PAGE =
	'<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

const USUAL_STATUS: Record<ErrorShape, number> = {
	detailError: 400,
	error: 404,
	detail: 400,
	openai: 400,
	validation: 422,
	errors: 400,
	stream: 200,
	text: 500,
};

/** Turns a good answer into what the fault says. Nothing of it is billed, so nothing needs undoing. */
export function spoil(fault: Fault, good: Answer, headers: IncomingHttpHeaders): Faulty {
	switch (fault.kind) {
		case 'resetBeforeHeaders':
			return { answer: undefined, reset: true };
		case 'resetAfter':
			return { answer: undefined, reset: true, afterMs: fault.afterMs };
		case 'notHttp':
			return { answer: undefined, reset: true, raw: 'SSH-2.0-OpenSSH_9.6\r\n\r\n' };
		case 'stalledHeaders':
			return { answer: undefined, reset: false };
		case 'status':
			return { answer: statusAnswer(fault), ending: { kind: 'complete' } };
		case 'resetMidBody':
			return { answer: whole(good), ending: { kind: 'reset' }, sent: half(good) };
		case 'stalledBody':
			return { answer: whole(good), ending: { kind: 'stall' }, sent: half(good) };
		case 'slowBody':
			return { answer: whole(good), ending: { kind: 'trickle', intervalMs: fault.intervalMs }, sent: 0 };
		default:
			return { answer: replaceAnswer(fault, whole(good), headers), ending: { kind: 'complete' } };
	}
}

type Replacing = Exclude<
	Fault,
	{
		kind:
			| 'resetBeforeHeaders'
			| 'resetAfter'
			| 'notHttp'
			| 'stalledHeaders'
			| 'status'
			| 'resetMidBody'
			| 'stalledBody'
			| 'slowBody';
	}
>;

/** Faults work on bytes, so an answer that would come in pieces is sent as one. */
function whole(answer: Answer): Answer {
	return { ...answer, stream: undefined };
}

function half(answer: Answer): number {
	return Math.floor(answer.payload.length / 2);
}

function replaceAnswer(fault: Replacing, good: Answer, headers: IncomingHttpHeaders): Answer {
	switch (fault.kind) {
		case 'truncatedJson':
			return { ...good, payload: good.payload.subarray(0, half(good)) };
		case 'html':
			return { status: fault.status ?? 502, contentType: 'text/html', payload: Buffer.from(ERROR_PAGE) };
		case 'wrongContentType':
			return { ...good, contentType: fault.contentType ?? 'text/plain' };
		case 'gzipCutShort': {
			const zipped = gzipSync(good.payload);
			return {
				...good,
				payload: zipped.subarray(0, Math.floor(zipped.length * 0.6)),
				headers: { ...good.headers, 'content-encoding': 'gzip' },
			};
		}
		case 'part':
			return {
				...good,
				status: 206,
				payload: good.payload.subarray(0, half(good)),
				headers: {
					...good.headers,
					'content-length': String(half(good)),
					'content-range': `bytes 0-${half(good) - 1}/${good.payload.length}`,
				},
			};
		case 'zipped':
			return zipped(good, gzipSync(good.payload, { level: 9 }));
		case 'bomb':
			return zipped(good, gzipBomb(fault.bytes, good.payload));
		case 'byteOrderMark':
			return { ...good, payload: Buffer.concat([Buffer.from('\ufeff'), good.payload]) };
		case 'failedStatus':
			return jsonAnswer(200, {
				request_id: 'RfailedRequestOfEmulator',
				inference_status: { status: 'failed', runtime_ms: 12, cost: 0, tokens_generated: null, tokens_input: null },
				...(fault.detail === undefined ? {} : { detail: fault.detail }),
			});
		case 'statusField':
			return jsonAnswer(200, {
				status: fault.status,
				detail: fault.detail ?? `The request was ended as ${fault.status}`,
				images: [],
			});
		case 'empty':
			return emptyAnswer(fault.status ?? 200);
		case 'wrongShape':
			return wrongShape(fault.shape);
		case 'errorBody':
			return errorAnswer(
				fault.shape,
				fault.status ?? USUAL_STATUS[fault.shape],
				fault.message ?? 'The emulator was told to fail',
			);
		case 'echoKey':
			return echoKey(fault, good, headers.authorization ?? '');
		case 'hugeBody':
			return hugeAnswer(fault.bytes);
		case 'deepNesting':
			return deepAnswer(good, fault.depth ?? 10_000);
		case 'protoKeys':
			return patch(good, '"__proto__":{"polluted":true,"isAdmin":true},"constructor":{"prototype":{"polluted":true}}');
		case 'redirect':
			return { ...emptyAnswer(fault.status ?? 307), headers: { location: fault.location } };
	}
}

function zipped(good: Answer, payload: Buffer): Answer {
	const headers = { ...good.headers, 'content-encoding': 'gzip', 'content-length': String(payload.length) };
	return { ...good, payload, headers };
}

function statusAnswer({ status, body, retryAfter, contentType }: Extract<Fault, { kind: 'status' }>): Answer {
	const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
	if (typeof body === 'string')
		return { status, contentType: contentType ?? 'text/plain', payload: Buffer.from(body), headers };
	const words = body === undefined ? errorBody('detailError', `Emulated error ${status}`) : toJson(body);
	return { ...jsonAnswer(status, words, headers), ...(contentType === undefined ? {} : { contentType }) };
}

/** A test may hand over anything; it is sent as JSON.stringify writes it. */
function toJson(value: unknown): Json {
	const parsed: { value: Json } = JSON.parse(JSON.stringify({ value: value ?? null }));
	return parsed.value;
}

function errorAnswer(shape: ErrorShape, status: number, message: string): Answer {
	if (shape === 'text') return { status, contentType: 'text/plain', payload: Buffer.from(message) };
	if (shape === 'stream') {
		const line = `data: ${JSON.stringify({ error_type: 'validation_error', error_message: message })}\n\n`;
		return { status, contentType: 'text/event-stream', payload: Buffer.from(line) };
	}
	return jsonAnswer(status, errorBody(shape, message));
}

function wrongShape(shape: Extract<Fault, { kind: 'wrongShape' }>['shape']): Answer {
	switch (shape) {
		case 'array':
			return jsonAnswer(200, [1, 'two', null]);
		case 'null':
			return jsonAnswer(200, null);
		case 'string':
			return jsonAnswer(200, 'done');
		case 'missingFields':
			return jsonAnswer(200, { request_id: null, inference_status: null });
	}
}

function echoKey({ as, form = 'plain' }: Extract<Fault, { kind: 'echoKey' }>, good: Answer, given: string): Answer {
	const header = as !== 'error' ? given : `Request with header Authorization: ${given} was refused`;
	const key = KEY_FORMS[form](header);
	if (as === 'requestId')
		return jsonAnswer(400, errorBody('detailError', 'Refused'), { 'x-request-id': inHeader(key) });
	// An escape of a letter that needs none is lost when JSON is written, so it is written here.
	const written = form === 'escaped' ? `"${key}"` : JSON.stringify(key);
	if (as === 'error') {
		const payload = Buffer.from(`{"detail":{"error":${written}}}`);
		return { ...bytesAnswer('application/json', payload, { 'x-echo': inHeader(key) }), status: 400 };
	}
	const parsed = parseJson(good.payload.toString())?.value;
	const fields = isObject(parsed) ? good.payload : Buffer.from('{}');
	return patch({ ...good, payload: fields }, `"debug":{"authorization":${written}}`);
}

const KEY_FORMS: Record<KeyForm, (text: string) => string> = {
	plain: (text) => text,
	base64: (text) => Buffer.from(text).toString('base64'),
	escaped: (text) => [...text].map((letter) => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
	lines: (text) => text.replace(/(.{10})/g, '$1\n  '),
};

/** No line breaks in a header. */
const inHeader = (text: string): string => text.replace(/\n/g, '');

function hugeAnswer(bytes: number): Answer {
	const opening = '{"emulator":true,"padding":"';
	const chunk = Buffer.alloc(64 * 1024, 'x');
	function* parts() {
		yield Buffer.from(opening);
		for (let left = bytes - opening.length - 2; left > 0; left -= chunk.length)
			yield left < chunk.length ? chunk.subarray(0, left) : chunk;
		yield Buffer.from('"}');
	}
	return {
		status: 200,
		contentType: 'application/json',
		payload: Buffer.alloc(0),
		stream: () => Readable.from(parts(), { objectMode: false }),
	};
}

function deepAnswer(good: Answer, depth: number): Answer {
	return patch(good, `"deep":${'['.repeat(depth)}${']'.repeat(depth)}`);
}

/** Puts members at the front of a JSON object, as text: no parser of ours may tidy them up. */
function patch(good: Answer, members: string): Answer {
	const text = good.payload.toString();
	const rest = text.startsWith('{') ? text.slice(1) : '}';
	return bytesAnswer(
		'application/json',
		Buffer.from(`{${members}${rest.trim() === '}' ? '' : ','}${rest}`),
		good.headers,
	);
}
