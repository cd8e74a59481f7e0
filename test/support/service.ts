/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IDataObject } from 'n8n-workflow';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A request as it came over the wire. */
export interface SentRequest {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	body: Buffer;
	/** The client hung up before its answer was complete. */
	isAborted: boolean;
}

export interface Reply {
	status?: number;
	contentType?: string;
	/** Beside or instead of the usual ones; an empty one is left out, without a length it comes in chunks. */
	headers?: Readonly<Record<string, string>>;
	body: Buffer | string;
	/** Announce the whole body, send this many bytes of it and hang up. */
	cutAfter?: number;
	/** Never answer, or never go on after so many bytes of the body. */
	stallAfter?: 'nothing' | number;
}

export interface Service {
	url: string;
	requests: SentRequest[];
	/** Answers the next requests; what it does not know it must answer with `notFound`. */
	reply: (request: SentRequest) => Reply;
	close(): Promise<void>;
}

export const notFound: Reply = { status: 404, body: '{"detail":{"error":"Not Found"}}' };

export function jsonReply(value: unknown, status = 200): Reply {
	return { status, body: JSON.stringify(value) };
}

export function sentJson(request: SentRequest | undefined): IDataObject {
	if (request === undefined) throw new Error('There was no such request');
	const type = request.headers['content-type'] ?? '';
	if (!/^application\/json\b/.test(type)) throw new Error(`Not JSON was sent, but '${type}'`);
	return JSON.parse(request.body.toString());
}

/**
 * Answers with exactly what a test says, where the emulator works out an answer of its own:
 * for odd answers, exact outputs and the bytes of a request.
 */
export async function startService(): Promise<Service> {
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const url = new URL(request.url ?? '', 'http://localhost');
			const sent = {
				method: request.method ?? '',
				path: url.pathname,
				query: Object.fromEntries(url.searchParams),
				headers: request.headers,
				body: Buffer.concat(chunks),
				isAborted: false,
			};
			response.on('close', () => (sent.isAborted = !response.writableFinished));
			service.requests.push(sent);
			const reply = service.reply(sent);
			const { status = 200, contentType = 'application/json', headers, body, cutAfter, stallAfter } = reply;
			if (stallAfter === 'nothing') return;
			const bytes = Buffer.from(body);
			const all = { 'content-type': contentType, 'content-length': String(bytes.length), ...headers };
			response.writeHead(status, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));
			if (stallAfter !== undefined) response.write(bytes.subarray(0, stallAfter));
			else if (cutAfter === undefined) response.end(bytes);
			else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
		});
	});
	const service: Service = {
		url: '',
		requests: [],
		reply: () => notFound,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The service has no port');
	service.url = `http://127.0.0.1:${address.port}`;
	return service;
}

/** Every inference request gets this answer; the catalogue knows each model's mask token only. */
export function answerWith(service: Service, answer: unknown, maskToken = '[MASK]'): void {
	replyWith(service, () => jsonReply(answer), maskToken);
}

/** As `answerWith`, with an answer that follows from the request. */
export function replyWith(service: Service, reply: Service['reply'], maskToken = '[MASK]'): void {
	service.requests.length = 0;
	service.reply = (request) => {
		const { method, path } = request;
		if (method === 'POST' && path.startsWith('/v1/inference/')) return reply(request);
		if (method === 'GET' && path.startsWith('/models/') && path !== '/models/list') {
			return jsonReply({ model_name: path.slice('/models/'.length), type: 'fill-mask', mask_token: maskToken });
		}
		return notFound;
	};
}

/** The inference requests alone: operations may also look into the catalogue. */
export const inferenceRequests = ({ requests }: Service) =>
	requests.filter(({ path }) => path.startsWith('/v1/inference/'));

/** What every answer of the native API carries, and the usage that follows from it. */
export const envelope = {
	request_id: 'RfMWDrAKjbDDXzvTdGOQxgha',
	inference_status: {
		status: 'succeeded',
		runtime_ms: 228,
		cost: 0.000114,
		tokens_input: 11,
		tokens_generated: 7,
		output_length: 0,
	},
};

export const usageFor = (model: string): IDataObject => ({
	model,
	requestId: envelope.request_id,
	costUsd: 0.000114,
	runtimeMs: 228,
	inputTokens: 11,
	outputTokens: 7,
	attempts: 1,
});
