/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingHttpHeaders } from 'node:http';
import type { Bill } from './ledger';

/** What the emulator does instead of answering well. */
export type Fault =
	| { kind: 'status'; status: number; body?: unknown; retryAfter?: number | string; contentType?: string }
	| { kind: 'resetBeforeHeaders' }
	| { kind: 'resetMidBody' }
	| { kind: 'stalledHeaders' }
	| { kind: 'stalledBody' }
	| { kind: 'slowBody'; intervalMs: number }
	| { kind: 'truncatedJson' }
	| { kind: 'html'; status?: number }
	| { kind: 'wrongContentType'; contentType?: string }
	| { kind: 'gzipCutShort' }
	| { kind: 'failedStatus'; detail?: string }
	| { kind: 'statusField'; status: 'error' | 'cancelled' | 'request_moderated'; detail?: string }
	| { kind: 'empty'; status?: number }
	| { kind: 'wrongShape'; shape: 'array' | 'null' | 'string' | 'missingFields' }
	| { kind: 'errorBody'; shape: ErrorShape; status?: number; message?: string }
	| { kind: 'echoKey'; as: 'error' | 'success' | 'requestId'; form?: KeyForm }
	| { kind: 'hugeBody'; bytes: number }
	| { kind: 'deepNesting'; depth?: number }
	| { kind: 'protoKeys' }
	| { kind: 'redirect'; location: string; status?: number }
	/** The connection is cut without a byte of an answer, so long after the request was received whole. */
	| { kind: 'resetAfter'; afterMs: number }
	/** Bytes that are no HTTP. */
	| { kind: 'notHttp' }
	/** Half of the answer, declared as a part. */
	| { kind: 'part' }
	/** The answer in gzip, with the length of its packed form. */
	| { kind: 'zipped' }
	/** A little gzip that unpacks to so many bytes. */
	| { kind: 'bomb'; bytes: number }
	/** The answer begins with a byte order mark. */
	| { kind: 'byteOrderMark' };

/** How a service may write a key that it should not have written: in base64, with JSON escapes, in lines. */
export type KeyForm = 'plain' | 'base64' | 'escaped' | 'lines';

/** The error bodies that DeepInfra's routes are known to send. */
export type ErrorShape = 'detailError' | 'error' | 'detail' | 'openai' | 'validation' | 'errors' | 'stream' | 'text';

export interface FormPart {
	name: string;
	filename?: string;
	mimeType?: string;
	/** Text parts only. */
	value?: string;
	size: number;
	sha256: string;
}

export interface RecordedRequest {
	/** Order of arrival, from 0. */
	index: number;
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	json?: unknown;
	form?: FormPart[];
	/** Size of the body as it came over the wire. */
	bytes: number;
	/** When it arrived, in ms since 1970. */
	at: number;
	/** The client went away before the answer was complete. */
	aborted: boolean;
	status?: number;
}

/**
 * How batches go. Words in a line say what becomes of it: <<fails>> (a status), <<error>> (no answer at all),
 * <<lost>> (nothing is said about it).
 */
export interface BatchOptions {
	/** How long a batch takes, milliseconds; default 300. */
	ms?: number;
	/** What batches end as; default completed. An expired one has done the share of its lines that `done` says. */
	end?: 'completed' | 'failed' | 'expired';
	/** From 0 to 1; default half of them. */
	done?: number;
	/** Whether the lines that an expired batch did not get to stand in its error file; default not. */
	listsExpired?: boolean;
}

export interface CallbackOptions {
	/** Before the first attempt, milliseconds; default 50. */
	delayMs?: number;
	/** How often each result is sent; default once. */
	copies?: number;
	/** How often one that is refused is sent; default 3. */
	attempts?: number;
	/** Whether the job fails: no result, a status alone. */
	fails?: boolean;
}

/** What the account still has, for tests that look for what was left behind. */
export interface Kept {
	readonly files: ReadonlyArray<{ id: string; filename: string; bytes: number; purpose: string }>;
	readonly batches: ReadonlyArray<{ id: string; status: string; total: number; costUsd: number }>;
}

export interface EmulatorOptions {
	/** 0, the default, takes any free port. */
	port?: number;
	host?: string;
	/** Every answer comes this long after its request arrived. */
	latencyMs?: number;
	/** Inference requests served at once; more get 429 "Rate limited". */
	maxConcurrent?: number;
	/** Models that take no request: 429 "Model busy, retry later". A chat that names `models` is answered by the next of them. */
	busyModels?: readonly string[];
	/** Inference fails with this until so many milliseconds have passed or so many requests have come, each since it was set. */
	outage?: { readonly fault: Fault; readonly untilMs?: number; readonly requests?: number };
	/** Asked once per request, after its body has been read; not for one that `maxConcurrent` refuses. */
	faults?: (request: RecordedRequest) => Fault | undefined;
	/**
	 * Asked once per request, before its body is read: a status to answer with, and then close the connection.
	 * `afterBytes`: that many bytes of the body later; `hidden`: without the answer, as when its reader meets a reset first.
	 */
	early?: (
		request: RecordedRequest,
	) => number | { readonly status: number; readonly afterBytes: number; readonly isHidden?: true } | undefined;
	/** How a streamed chat comes: milliseconds before each piece, after how many pieces it breaks off, or says no more. */
	chatStream?: { pieceMs?: number; breakAfter?: number; silentAfter?: number };
	/** How long a video job takes, milliseconds; default 300. */
	videoMs?: number;
	/** How batches go. */
	batches?: BatchOptions;
	/** How the results of requests with a webhook are sent. */
	callbacks?: CallbackOptions;
	/** Changes what is random: seeds of images, request ids. */
	seed?: number;
	/** Largest request body; the default is 2 GB for models that take audio and 200 MB for all others. */
	maxBodyBytes?: number;
}

export interface Emulator {
	url: string;
	requests: RecordedRequest[];
	/** What it billed, by its own account. */
	ledger: Bill[];
	/** The most inference requests that were open at the same time, refused ones included. */
	maxInFlight: number;
	/** May be changed while the emulator runs (port and host excepted). */
	options: EmulatorOptions;
	kept(): Kept;
	close(): Promise<void>;
}
