/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as wait } from 'node:timers/promises';
import { refuseField } from './answer';
import type { JsonObject } from './json';
import type { CallbackOptions } from './types';

const FIRST_AFTER_MS = 50;
const ATTEMPTS = 3;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface WebhookSender {
	send(url: URL, result: JsonObject): void;
	close(): Promise<void>;
}

export function readWebhook(value: unknown): URL | undefined {
	if (value === undefined || value === null) return undefined;
	const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
	if (!url || !/^https?:$/.test(url.protocol))
		throw refuseField('webhook', 'invalid or missing URL scheme', 'value_error.url.scheme');
	return url;
}

/** Posts results a little later, to addresses on this machine only. */
export function makeWebhookSender(optionsNow: () => CallbackOptions): WebhookSender {
	const stop = new AbortController();
	const underWay = new Set<Promise<void>>();
	return {
		send(url, result) {
			if (!LOOPBACK.has(url.hostname)) return;
			const options = optionsNow();
			const sent = options.fails ? failedResult(result) : result;
			for (let copy = 0; copy < (options.copies ?? 1); copy++) {
				const sending = deliver(url, sent, stop.signal, options).finally(() => underWay.delete(sending));
				underWay.add(sending);
			}
		},
		async close() {
			stop.abort();
			await Promise.all(underWay);
		},
	};
}

/** A job that failed has no result and no cost, and tells no reason. */
const failedResult = ({ request_id }: JsonObject): JsonObject => ({
	request_id,
	inference_status: { status: 'failed', runtime_ms: 0, cost: 0 },
});

async function deliver(
	url: URL,
	result: JsonObject,
	signal: AbortSignal,
	{ delayMs = FIRST_AFTER_MS, attempts = ATTEMPTS }: CallbackOptions,
) {
	const body = JSON.stringify({ ...result, emulator: true });
	const headers = { 'content-type': 'application/json', 'x-emulator': 'deepinfra-emulator' };
	for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
		try {
			await wait(attempt === 0 ? delayMs : FIRST_AFTER_MS * (attempt + 1), undefined, { signal });
			const response = await fetch(url, { method: 'POST', headers, body, signal });
			await response.arrayBuffer();
			if (response.ok) return;
		} catch {
			// Refused, reset or stopped: the next attempt, if there is one, tries again.
		}
	}
}
