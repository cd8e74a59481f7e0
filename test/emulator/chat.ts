/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { type Answer, jsonAnswer, Refusal, refuse } from './answer';
import { requirePaying } from './accounts';
import { findDeployment, findModel, findServingModel } from './catalogue';
import type { Model } from './catalogue/model';
import { costOf } from './catalogue/pricing';
import type { Context } from './context';
import { isObject, type JsonObject, numberOf, textOf, textsOf, type UnknownObject } from './json';
import { hashText, makeRequestId } from './random';
import { countTokens } from './tasks/task';
import { limitText, replyAsJson, replyTo } from './tasks/writing';

interface Message {
	role: string;
	text: string;
	images: number;
}

/** The OpenAI-compatible chat: the service applies the template itself. */
export function completeChat(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body } = context;
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const asked = body.value;
	const model = findChatModel(textOf(asked.model) ?? '');
	const messages = readMessages(asked.messages);
	const inputTokens = messages.reduce((sum, { text, images }) => sum + countTokens(text) + images * 500, 0);
	if (model.maxTokens !== null && inputTokens > model.maxTokens) {
		throw refuse(
			400,
			`This model's maximum context length is ${model.maxTokens} tokens, the messages have ${inputTokens}`,
			'openai',
		);
	}
	const count = numberOf(asked.n, 1);
	const replies = Array.from({ length: count }, (_unused, index) => reply(asked, messages, index));
	const outputTokens = replies.reduce((sum, { words }) => sum + words, 0);
	const frame: JsonObject = {
		id: `chatcmpl-${makeRequestId(context.random)}`,
		created: Math.floor(Date.now() / 1000),
		model: model.name,
	};
	const usage: JsonObject = {
		prompt_tokens: inputTokens,
		completion_tokens: outputTokens,
		total_tokens: inputTokens + outputTokens,
		estimated_cost: costOf(model.pricing, { inputTokens, outputTokens, runtimeMs: 0 }),
		prompt_tokens_details: { cached_tokens: 0 },
	};
	if (asked.stream === true) return streamChat(frame, replies, usage);
	const choices = replies.map(({ text, finish }, index) => ({
		index,
		message: { role: 'assistant', content: text, reasoning_content: null, name: null, tool_calls: null },
		finish_reason: finish,
		logprobs: null,
	}));
	return jsonAnswer(200, { ...frame, object: 'chat.completion', choices, usage });
}

/** A model by name, by name and version, or by deployment. */
function findChatModel(name: string): Model {
	const byDeployment = name.startsWith('deploy_id:') ? findDeployment(name.slice('deploy_id:'.length)) : undefined;
	const named = byDeployment ?? findModel(name) ?? findModel(name.replace(/:[^:]*$/, ''));
	const model = named && findServingModel(named);
	if (!model || !model.type.startsWith('text')) throw refuse(404, `The model \`${name}\` does not exist`, 'openai');
	if (model.access === 'forbidden') throw refuse(403, 'Model is private', 'openai');
	if (model.access === 'locked') throw refuse(429, 'Model busy, retry later', 'openai');
	return model;
}

function readMessages(value: unknown): Message[] {
	if (!Array.isArray(value) || value.length === 0) throw invalidMessages('field required', 'value_error.missing');
	return value.map((message: unknown, index) => {
		if (!isObject(message) || typeof message.role !== 'string') {
			throw new Refusal(422, {
				detail: [{ loc: ['body', 'messages', index, 'role'], msg: 'field required', type: 'value_error.missing' }],
			});
		}
		return { role: message.role, ...readContent(message.content) };
	});
}

function invalidMessages(msg: string, type: string): Refusal {
	return new Refusal(422, { detail: [{ loc: ['body', 'messages'], msg, type }] });
}

function readContent(content: unknown): { text: string; images: number } {
	if (typeof content === 'string') return { text: content, images: 0 };
	if (!Array.isArray(content)) return { text: '', images: 0 };
	const parts: UnknownObject[] = content.filter(isObject);
	const texts = textsOf(parts.map((part) => part.text));
	return { text: texts.join('\n'), images: parts.filter((part) => part.type === 'image_url').length };
}

function reply(asked: UnknownObject, messages: Message[], index: number) {
	const last = [...messages].reverse().find(({ role }) => role === 'user');
	const system = messages.find(({ role }) => role === 'system')?.text;
	const seen = last && last.images > 0 ? `${last.text} (with ${last.images} images)` : (last?.text ?? '');
	const exchange = { system, user: seen };
	const format = asked.response_format;
	const wantsJson = isObject(format) && (format.type === 'json_object' || format.type === 'json_schema');
	const warm = numberOf(asked.temperature, 1) > 0;
	const seed = hashText(seen, numberOf(asked.seed, 1)) + (warm ? index : 0);
	const stop = typeof asked.stop === 'string' ? [asked.stop] : textsOf(asked.stop);
	const text = wantsJson ? replyAsJson(exchange) : replyTo(exchange, seed);
	return limitText(text, { stop, maxWords: numberOf(asked.max_tokens, 512) });
}

function streamChat(frame: JsonObject, replies: Array<{ text: string; finish: string }>, usage: JsonObject): Answer {
	const chunk = (choices: JsonObject[], more: JsonObject = {}) =>
		`data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices, ...more, emulator: true })}\n\n`;
	const events = replies.flatMap(({ text, finish }, index) => [
		chunk([{ index, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
		...(text.match(/\s*\S+/g) ?? []).map((piece) => chunk([{ index, delta: { content: piece }, finish_reason: null }])),
		chunk([{ index, delta: {}, finish_reason: finish }], index === replies.length - 1 ? { usage } : {}),
	]);
	const lines = [...events, 'data: [DONE]\n\n'];
	return {
		status: 200,
		contentType: 'text/event-stream',
		payload: Buffer.from(lines.join('')),
		stream: () => Readable.from(lines),
	};
}
