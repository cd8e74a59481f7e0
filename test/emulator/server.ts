/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Answer, emptyAnswer, errorBody, Refusal, jsonAnswer, refuse } from './answer';
import { readBody } from './body';
import { closeBatches, listKept } from './batches/batches';
import { spoil } from './faults';
import { randomFrom } from './random';
import { findRoute, type Found } from './routes';
import { billIn } from './ledger';
import { Outages } from './outages';
import { deliver } from './send';
import type { Emulator, EmulatorOptions, RecordedRequest } from './types';
import { openStore, type Store } from './store';
import { makeWebhookSender, type WebhookSender } from './webhooks';

interface State {
	emulator: Emulator;
	open: number;
	served: number;
	random: () => number;
	webhooks: WebhookSender;
	store: Store;
	outages: Outages;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const server = createServer({
		keepAlive: true,
		requestTimeout: 0,
		headersTimeout: 0,
		connectionsCheckingInterval: 600_000,
	});
	server.keepAliveTimeout = 60_000;
	const sockets = new Set<Socket>();
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
	});
	const store = openStore();
	const webhooks = makeWebhookSender(() => emulator.options.callbacks ?? {});
	const close = async () => {
		await webhooks.close();
		closeBatches(store);
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		for (const socket of sockets) socket.destroy();
		await closed;
	};
	const emulator: Emulator = {
		url: '',
		requests: [],
		ledger: [],
		maxInFlight: 0,
		options: { ...options },
		kept: () => listKept(store),
		close,
	};
	const random = randomFrom(options.seed ?? Date.now());
	const state: State = { emulator, open: 0, served: 0, random, webhooks, store, outages: new Outages() };
	server.on('request', (request, response) => {
		handle(state, request, response).catch((error: unknown) => {
			// A defect of the emulator: say so instead of leaving the client to wait.
			response.destroy(error instanceof Error ? error : undefined);
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, options.host ?? '127.0.0.1', 1024, resolve);
	});
	emulator.url = urlOf(server.address(), options.host ?? '127.0.0.1');
	return emulator;
}

function urlOf(address: AddressInfo | string | null, host: string): string {
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Reads a part of a body, and leaves the rest. */
async function readSome(request: IncomingMessage, bytes: number): Promise<void> {
	let read = 0;
	if (bytes > 0)
		for await (const piece of request.iterator({ destroyOnReturn: false })) if ((read += piece.length) >= bytes) return;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse) {
	const { emulator } = state;
	const record = recordRequest(emulator, request);
	const found = findRoute(record.method, record.path);
	const isInference = found.kind === 'route' && found.isInference;
	const admitted = isInference ? admit(state, response) : true;
	let isOurEnd = false;
	response.once('close', () => {
		record.aborted = !response.writableFinished && !isOurEnd;
	});
	const early = emulator.options.early?.(record);
	if (early !== undefined) {
		const { status, afterBytes, isHidden } =
			typeof early === 'number' ? { status: early, afterBytes: 0, isHidden: undefined } : early;
		isOurEnd = true;
		record.status = status;
		await readSome(request, afterBytes);
		const words = JSON.stringify(errorBody('detailError', `Emulated error ${status}`));
		if (isHidden) {
			request.socket.resetAndDestroy();
			return;
		}
		response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
		// What is still on its way is met by a closed connection.
		response.end(words, () => request.socket.destroy());
		return;
	}
	const limit = emulator.options.maxBodyBytes ?? (found.kind === 'route' ? found.limit : Infinity);
	const body = await readBody(request, record, limit);
	if (response.destroyed) return;
	const context = {
		headers: request.headers,
		query: record.query,
		body,
		baseUrl: request.headers.host ? `http://${request.headers.host}` : emulator.url,
		random: state.random,
		webhooks: state.webhooks,
		store: state.store,
		chatStream: emulator.options.chatStream ?? {},
		videoMs: emulator.options.videoMs ?? 300,
		batches: emulator.options.batches ?? {},
		busyModels: emulator.options.busyModels ?? [],
		ledger: emulator.ledger,
	};
	const outage = isInference ? state.outages.fault(emulator.options.outage) : undefined;
	const fault = admitted ? (outage ?? emulator.options.faults?.(record)) : undefined;
	const good = admitted
		? answerTo(found, context)
		: jsonAnswer(429, errorBody(record.path.endsWith('/completions') ? 'openai' : 'detailError', 'Rate limited'));
	if (admitted) await waitUntil(record.at + (emulator.options.latencyMs ?? 0), response);
	if (response.destroyed) return;
	const faulty = fault ? spoil(fault, good, request.headers) : undefined;
	if (faulty && faulty.answer === undefined) {
		isOurEnd = faulty.reset;
		if (faulty.afterMs !== undefined) await waitUntil(Date.now() + faulty.afterMs, response);
		if (faulty.raw !== undefined) request.socket.end(faulty.raw);
		else if (faulty.reset) request.socket.resetAndDestroy();
		return;
	}
	const delivery = faulty ?? { answer: good, ending: { kind: 'complete' } as const };
	record.status = delivery.answer.status;
	const bill = isInference ? billIn(delivery) : undefined;
	if (bill && bill.costUsd > 0) emulator.ledger.push({ index: record.index, path: record.path, ...bill });
	isOurEnd = delivery.ending.kind === 'reset';
	deliver(response, delivery);
}

function recordRequest(emulator: Emulator, request: IncomingMessage): RecordedRequest {
	const target = request.url ?? '/';
	const at = target.indexOf('?');
	const record: RecordedRequest = {
		index: emulator.requests.length,
		method: request.method ?? 'GET',
		path: at < 0 ? target : target.slice(0, at),
		query: at < 0 ? {} : Object.fromEntries(new URLSearchParams(target.slice(at + 1))),
		headers: request.headers,
		bytes: 0,
		at: Date.now(),
		aborted: false,
	};
	emulator.requests.push(record);
	return record;
}

/** Counts an inference request in and, when its answer is done or its client gone, out again. */
function admit(state: State, response: ServerResponse): boolean {
	const { emulator } = state;
	const admitted = state.served < (emulator.options.maxConcurrent ?? Infinity);
	state.open += 1;
	if (admitted) state.served += 1;
	emulator.maxInFlight = Math.max(emulator.maxInFlight, state.open);
	let isOut = false;
	const leave = () => {
		if (isOut) return;
		isOut = true;
		state.open -= 1;
		if (admitted) state.served -= 1;
	};
	response.once('finish', leave);
	response.once('close', leave);
	return admitted;
}

function answerTo(
	found: Found,
	context: Omit<Parameters<Extract<Found, { kind: 'route' }>['route']>[0], 'rest'>,
): Answer {
	if (found.kind === 'wrongMethod') return emptyAnswer(405);
	if (found.kind === 'missing') return jsonAnswer(404, { detail: 'Not Found' });
	try {
		return found.route({ ...context, rest: found.rest });
	} catch (error) {
		const refusal = error instanceof Refusal ? error : refuse(500, `The emulator failed: ${String(error)}`);
		return jsonAnswer(refusal.status, refusal.body, refusal.headers);
	}
}

/** Ends early when the client goes away. */
async function waitUntil(moment: number, response: ServerResponse) {
	const left = moment - Date.now();
	if (left <= 0) return;
	await new Promise<void>((resolve) => {
		const timer = setTimeout(resolve, left);
		response.once('close', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
