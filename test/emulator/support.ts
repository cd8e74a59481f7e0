/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as wait } from 'node:timers/promises';
import { isObject, parseJson, type UnknownObject } from './json';
import type { Emulator } from './types';

/** What the emulator's own tests ask with. */
export const KEY = 'emulator-key';

/** Waits for what another end of a connection does, however busy the machine is. */
export async function until(condition: () => boolean): Promise<void> {
	const deadline = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > deadline) throw new Error(`Waited in vain for ${condition.toString()}`);
		await wait(5);
	}
}

export interface Reply {
	status: number;
	headers: Headers;
	text: string;
	/** The parsed JSON object; {} where the answer is none. */
	json: UnknownObject;
}

export async function ask(
	emulator: Emulator,
	path: string,
	init: RequestInit = {},
	key: string | null = KEY,
): Promise<Reply> {
	const headers = new Headers(init.headers);
	if (key !== null) headers.set('authorization', `Bearer ${key}`);
	const response = await fetch(emulator.url + path, { ...init, headers });
	const text = await response.text();
	const value = parseJson(text)?.value;
	return { status: response.status, headers: response.headers, text, json: isObject(value) ? value : {} };
}

export async function infer(
	emulator: Emulator,
	model: string,
	body: unknown,
	key: string | null = KEY,
): Promise<Reply> {
	const headers = { 'content-type': 'application/json' };
	return await ask(emulator, `/v1/inference/${model}`, { method: 'POST', headers, body: JSON.stringify(body) }, key);
}

/** Texts become text parts, blobs become files with the given name. */
export async function inferForm(
	emulator: Emulator,
	model: string,
	parts: Record<string, string | File>,
): Promise<Reply> {
	const body = new FormData();
	for (const [name, value] of Object.entries(parts)) body.append(name, value);
	return await ask(emulator, `/v1/inference/${model}`, { method: 'POST', body });
}

/** The objects in a list, for looking into answers. */
export function objectsIn(value: unknown): UnknownObject[] {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

export function bytesOfDataUrl(url: unknown): { mimeType: string; bytes: Buffer } {
	const match = /^data:([^;]+);base64,(.*)$/s.exec(String(url));
	return { mimeType: match?.[1] ?? '', bytes: Buffer.from(match?.[2] ?? '', 'base64') };
}
