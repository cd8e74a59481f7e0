/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { Readable } from 'node:stream';
import type { Json } from './json';
import type { ErrorShape } from './types';

/** A complete answer. `stream` sends the body piece by piece; `payload` is then the whole of it, or the start of a long one. */
export interface Answer {
	status: number;
	contentType: string;
	readonly payload: Buffer;
	headers?: Record<string, string>;
	stream?: () => Readable;
}

export function jsonAnswer(status: number, value: Json, headers?: Record<string, string>): Answer {
	const marked = typeof value === 'object' && value !== null && !Array.isArray(value) ? mark(value) : value;
	return { status, contentType: 'application/json', payload: Buffer.from(JSON.stringify(marked)), headers };
}

/** As `jsonAnswer`, but written when it is sent: in place of many an answer of a thousand vectors a fault is. */
export function jsonAnswerInTime(status: number, value: Json): Answer {
	let written: Buffer | undefined;
	return {
		status,
		contentType: 'application/json',
		get payload() {
			return (written ??= jsonAnswer(status, value).payload);
		},
	};
}

function mark(value: { [key: string]: Json | undefined }) {
	return { ...value, emulator: true };
}

export function bytesAnswer(contentType: string, payload: Buffer, headers?: Record<string, string>): Answer {
	return { status: 200, contentType, payload, headers };
}

export function emptyAnswer(status: number): Answer {
	return { status, contentType: 'application/json', payload: Buffer.alloc(0) };
}

/** A refusal in the words and body shape of the API. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly body: Json,
		readonly headers?: Record<string, string>,
	) {
		super(`Refused with status ${status}`);
	}
}

export interface FieldError {
	loc: Array<string | number>;
	msg: string;
	type: string;
}

export function refuse(status: number, message: string, shape: ErrorShape = 'detailError'): Refusal {
	return new Refusal(status, errorBody(shape, message));
}

export function refuseFields(errors: FieldError[]): Refusal {
	return new Refusal(422, { detail: errors.map(({ loc, msg, type }) => ({ loc, msg, type })) });
}

export function refuseField(field: string, msg: string, type = 'value_error'): Refusal {
	return refuseFields([{ loc: ['body', field], msg, type }]);
}

export function errorBody(shape: ErrorShape, message: string): Json {
	switch (shape) {
		case 'detailError':
			return { detail: { error: message } };
		case 'error':
			return { error: message };
		case 'detail':
			return { detail: message };
		case 'openai':
			return { error: { message, type: 'invalid_request_error', param: null, code: null } };
		case 'validation':
			return { detail: [{ loc: ['body', 'input'], msg: message, type: 'value_error' }] };
		case 'errors':
			return { errors: [{ message }] };
		case 'stream':
		case 'text':
			return message;
	}
}
