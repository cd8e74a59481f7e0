/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Delivery } from './faults';

const READ_MS = 25;

export const MARK = { 'x-emulator': 'deepinfra-emulator' };

/** Sends an answer, or its start and then what the fault wants; timers end with the connection. */
export function deliver(response: ServerResponse, { answer, ending, sent }: Delivery) {
	const { payload } = answer;
	const headers: OutgoingHttpHeaders = { ...MARK, ...answer.headers };
	if (answer.contentType !== '' && (payload.length > 0 || answer.stream)) headers['content-type'] = answer.contentType;
	if (answer.stream) {
		response.writeHead(answer.status, headers);
		const source = answer.stream();
		response.once('close', () => source.destroy());
		// A stream that breaks off ends its connection.
		source.once('error', () => response.destroy());
		source.pipe(response);
		return;
	}
	// A long file announces its own size, of which a fault sends only the start.
	headers['content-length'] ??= payload.length;
	response.writeHead(answer.status, headers);
	if (ending.kind === 'complete') {
		response.end(payload);
		return;
	}
	const start = payload.subarray(0, sent ?? 0);
	if (ending.kind === 'trickle') {
		response.flushHeaders();
		trickle(response, payload, ending.intervalMs);
	} else if (ending.kind === 'stall') {
		response.write(start);
	} else {
		response.flushHeaders();
		response.write(start);
		// A reset overtakes what the client has not read yet, so it gets a moment to read.
		setTimeout(() => response.socket?.resetAndDestroy(), READ_MS);
	}
}

function trickle(response: ServerResponse, payload: Buffer, intervalMs: number) {
	let at = 0;
	const timer = setInterval(() => {
		response.write(payload.subarray(at, at + 1));
		at += 1;
		if (at < payload.length) return;
		clearInterval(timer);
		response.end();
	}, intervalMs);
	response.once('close', () => clearInterval(timer));
}
