/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from '../answer';
import type { Json, JsonObject } from '../json';
import type { EmulatorOptions } from '../types';
import type { Reply } from './reply';

/** Longer than anybody waits. */
const LONG_MS = 600_000;

const wordsOf = (text: string | null): string[] => text?.match(/\s*\S+/g) ?? [];

function deltasOf({ content, reasoning, refusal, calls }: Reply): JsonObject[] {
	const callDeltas = calls.flatMap(({ id, name, arguments: json }, index) => {
		const middle = Math.ceil(json.length / 2);
		const start: JsonObject = { index, id, type: 'function', function: { name, arguments: '' } };
		const pieces = [json.slice(0, middle), json.slice(middle)].map(
			(piece): JsonObject => ({
				index,
				function: { arguments: piece },
			}),
		);
		return [start, ...pieces].map((call): JsonObject => ({ tool_calls: [call] }));
	});
	return [
		{ role: 'assistant', content: '' },
		...wordsOf(reasoning).map((piece) => ({ reasoning_content: piece })),
		...wordsOf(content).map((piece) => ({ content: piece })),
		...(refusal === null ? [] : [{ refusal }]),
		...callDeltas,
	];
}

/**
 * Chunks as server-sent events, with a comment between them as the service sends one; the last chunk has the usage.
 * `breakAfter` pieces the connection ends without a word; `silentAfter` pieces it stays open, and nothing more comes.
 */
export function streamChat(
	frame: JsonObject,
	replies: readonly Reply[],
	usage: JsonObject,
	{ pieceMs = 0, breakAfter = Infinity, silentAfter = Infinity }: NonNullable<EmulatorOptions['chatStream']>,
): Answer {
	const chunk = (choices: Json[], more: JsonObject = {}) =>
		`data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices, ...more, emulator: true })}\n\n`;
	const events = replies.flatMap((reply, index) => [
		...deltasOf(reply).map((delta) => chunk([{ index, delta, finish_reason: null }])),
		chunk([{ index, delta: {}, finish_reason: reply.finish }], index === replies.length - 1 ? { usage } : {}),
	]);
	const lines = [
		...events.slice(0, 1),
		': ping - 2026-11-25 03:55:09.637341+00:00\n\n',
		...events.slice(1),
		'data: [DONE]\n\n',
	];
	async function* send() {
		for (const [index, line] of lines.entries()) {
			if (index >= breakAfter) throw new Error('The stream breaks');
			if (index >= silentAfter) await wait(LONG_MS, undefined, { ref: false });
			if (pieceMs > 0) await wait(pieceMs);
			yield line;
		}
	}
	return {
		status: 200,
		contentType: 'text/event-stream',
		payload: Buffer.from(lines.join('')),
		stream: () => Readable.from(send()),
	};
}
