import { requirePaying } from '../accounts';
import { type Answer, jsonAnswer, refuse } from '../answer';
import type { Model } from '../catalogue/model';
import { costOf } from '../catalogue/pricing';
import type { Context } from '../context';
import { isObject, type Json, type JsonObject, numberOf, textOf, textsOf } from '../json';
import { makeRequestId } from '../random';
import { countTokens } from '../tasks/task';
import { checkValues } from '../validation';
import { type Message, readMessages, tokensOf } from './messages';
import { findChatModel, requireFeatures } from './model';
import { findOdd, oddAnswer } from './odd';
import { type Reply, reply } from './reply';
import { CHAT_SCHEMA } from './request';
import { streamChat } from './stream';

/** The OpenAI-compatible chat, by the rules of README.md beside this file. */
export function completeChat(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body } = context;
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const asked = body.value;
	checkValues(CHAT_SCHEMA, asked);
	const messages = readMessages(asked.messages);
	const model = firstFree([textOf(asked.model) ?? '', ...textsOf(asked.models)], context.busyModels);
	requireFeatures(model, asked, messages);
	const inputTokens = tokensOf(messages);
	if (model.maxTokens !== null && inputTokens > model.maxTokens) {
		throw refuse(
			400,
			`This model's maximum context length is ${model.maxTokens} tokens, the messages have ${inputTokens}`,
			'openai',
		);
	}
	const replies = Array.from({ length: numberOf(asked.n, 1) }, (_unused, index) =>
		reply(model, asked, messages, index),
	);
	const tier = tierOf(model, asked.service_tier ?? context.headers['x-deepinfra-service-tier']);
	const frame: JsonObject = {
		id: `chatcmpl-${makeRequestId(context.random)}`,
		created: Math.floor(Date.now() / 1000),
		model: model.name,
		...(tier.name === 'default' ? {} : { service_tier: tier.name }),
	};
	const usage = usageOf(model, inputTokens, messages, replies, tier.rate);
	const odd = oddAnswer(findOdd(messages), frame, usage);
	if (odd) return odd;
	if (asked.stream === true) return streamChat(frame, replies, usage, context.chatStream);
	return jsonAnswer(200, { ...frame, object: 'chat.completion', choices: replies.map(choiceOf), usage });
}

/** `models` are asked in turn where the first is busy. */
function firstFree(names: readonly string[], busy: readonly string[]): Model {
	const models = names.map(findChatModel);
	const free = models.find(({ access, name }) => access !== 'locked' && !busy.includes(name));
	if (!free) throw refuse(429, 'Model busy, retry later', 'openai');
	return free;
}

const choiceOf = ({ content, refusal, reasoning, calls, finish, logprobs }: Reply, index: number): Json => ({
	index,
	message: {
		role: 'assistant',
		content,
		reasoning_content: reasoning,
		name: null,
		tool_calls:
			calls.length === 0
				? null
				: calls.map(({ id, name, arguments: json }) => ({ id, type: 'function', function: { name, arguments: json } })),
		...(refusal === null ? {} : { refusal }),
	},
	finish_reason: finish,
	logprobs,
});

/** A tier that the model does not have is served as the default one, without a word. */
function tierOf({ tags, pricing }: Model, asked: unknown): { name: string; rate: number } {
	const rate = pricing?.[`rate_per_service_tier_${String(asked)}`];
	return typeof asked === 'string' && tags?.includes(asked) && typeof rate === 'number'
		? { name: asked, rate }
		: { name: 'default', rate: 1 };
}

/** Tokens of a system message beyond a thousand are cached. Gemma counts its thoughts apart from its answer. */
function usageOf(
	model: Model,
	inputTokens: number,
	messages: readonly Message[],
	replies: readonly Reply[],
	rate: number,
): JsonObject {
	const thoughts = replies.reduce((sum, each) => sum + each.thoughts, 0);
	const spoken = replies.reduce((sum, { words, calls }) => sum + words + calls.reduce(addTokens, 0), 0);
	const system = messages.filter(({ role }) => role === 'system').reduce((sum, { text }) => sum + countTokens(text), 0);
	const cached = Math.max(0, system - 1000);
	const cachedRate = numberOf(model.pricing?.rate_per_input_token_cached, 1);
	const paid = {
		inputTokens: inputTokens - cached + cached * cachedRate,
		outputTokens: spoken + thoughts,
		runtimeMs: 0,
	};
	return {
		prompt_tokens: inputTokens,
		completion_tokens: model.family === 'gemma' ? spoken : spoken + thoughts,
		total_tokens: inputTokens + spoken + thoughts,
		estimated_cost: costOf(model.pricing, paid) * rate,
		prompt_tokens_details: { cached_tokens: cached },
		...(thoughts > 0 ? { completion_tokens_details: { reasoning_tokens: thoughts } } : {}),
	};
}

const addTokens = (sum: number, { arguments: json }: Reply['calls'][number]): number => sum + countTokens(json);
