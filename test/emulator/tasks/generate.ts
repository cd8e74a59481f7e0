/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { type Answer, refuse } from '../answer';
import { isObject, numberOf, textOf, textsOf } from '../json';
import { hashText } from '../random';
import { countTokens, type Call, type Outcome } from './task';
import { TEMPLATES } from './templates';
import { continueText, limitText, replyAsJson, replyTo } from './writing';

export function generateText(call: Call): Outcome {
	const prompt = textOf(call.values.input) ?? '';
	const inputTokens = countTokens(prompt);
	const { maxTokens } = call.model;
	if (maxTokens !== null && inputTokens > maxTokens) {
		throw refuse(400, `This model's maximum context length is ${maxTokens} tokens, the input has ${inputTokens}`);
	}
	const texts = Array.from({ length: numberOf(call.values.num_responses, 1) }, (_unused, index) =>
		writeOne(call, prompt, index),
	);
	const outputTokens = texts.reduce((sum, { words }) => sum + words, 0);
	const usage = { inputTokens, outputTokens };
	const [first] = texts;
	if (call.values.stream === true && first) return { body: {}, usage, answer: streamText(first, usage) };
	const results = texts.map(({ text }) => ({ generated_text: text }));
	return { body: { results, num_tokens: outputTokens, num_input_tokens: inputTokens }, usage };
}

function writeOne(call: Call, prompt: string, index: number) {
	const { family } = call.model;
	const warm = numberOf(call.values.temperature, 0.7) > 0;
	const seed = hashText(prompt, numberOf(call.values.seed, 1)) + (warm ? index : 0);
	const limits = { stop: textsOf(call.values.stop), maxWords: numberOf(call.values.max_new_tokens, 512) };
	const exchange = family === null ? undefined : TEMPLATES[family].read(prompt);
	if (!exchange || family === null) return limitText(continueText(prompt, seed), limits);
	const format = call.values.response_format;
	const wantsJson = isObject(format) && format.type === 'json_object';
	const reply = wantsJson ? replyAsJson(exchange) : replyTo(exchange, seed);
	// Llama 3 ends its turn with a token that has to be named as a stop, or it goes on talking to itself.
	const goesOn =
		family === 'llama3' && !wantsJson ? `<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n${reply}` : '';
	return limitText(reply + goesOn, limits);
}

interface Written {
	text: string;
	finish: string;
}

function streamText({ text, finish }: Written, usage: { inputTokens: number; outputTokens: number }): Answer {
	const pieces = text.match(/\s*\S+/g) ?? [];
	const events = pieces.map((piece, index) => {
		const isLast = index === pieces.length - 1;
		return {
			token: { id: 1000 + index, text: piece, logprob: -0.5, special: false },
			generated_text: isLast ? text : null,
			details: isLast
				? { finish_reason: finish, generated_tokens: usage.outputTokens, input_tokens: usage.inputTokens, seed: null }
				: null,
		};
	});
	const lines = [
		...events.map((event) => `data: ${JSON.stringify({ ...event, emulator: true })}\n\n`),
		'data: [DONE]\n\n',
	];
	return {
		status: 200,
		contentType: 'text/event-stream',
		payload: Buffer.alloc(0),
		stream: () => Readable.from(lines),
	};
}
