import type { Model } from '../catalogue/model';
import { isObject, type Json, type JsonObject, numberOf, textsOf, type UnknownObject } from '../json';
import { hashText } from '../random';
import { limitText, replyAsJson, replyTo } from '../tasks/writing';
import { findBlock } from './block';
import { choose, type Chosen } from './choose';
import { fillSchema, findSchema } from './fill';
import type { Message } from './messages';
import { findOdd, spoilReply } from './odd';
import { readMedia } from './picture';
import { callTools, type ToolCall } from './tools';
import { summarize, translate } from './texts';

export interface Reply {
	content: string | null;
	refusal: string | null;
	reasoning: string | null;
	calls: ToolCall[];
	finish: string;
	logprobs: Json;
	/** Words that count as tokens: of the answer, and of the thoughts before it. */
	words: number;
	thoughts: number;
}

/** What a prompt asks, read as the emulator reads it. */
interface Exchange {
	/** All that is no text set apart: instructions. */
	prompt: string;
	/** The text that is to be worked on, and what the pictures and sounds say. */
	text: string;
	/** What the pictures and sounds say, alone. */
	seen: string;
	system: string | undefined;
	user: string;
	hasMedia: boolean;
	isRepair: boolean;
}

function readExchange(messages: readonly Message[]): Exchange {
	const system = messages
		.filter(({ role }) => role === 'system')
		.map(({ text }) => text)
		.join('\n');
	const asked = messages.filter(({ role }) => role === 'user');
	const block = asked.map(({ text }) => findBlock(text)).find(({ around, inside }) => around !== '' || inside !== '');
	const media = asked.flatMap((message) => message.media).map(readMedia);
	const last = messages.at(-1);
	const user = last?.role === 'tool' ? last.text : (asked.at(-1)?.text ?? '');
	const isBlock = asked.some(({ text }) => findBlock(text).inside !== text);
	return {
		prompt: [system, isBlock ? (block?.around ?? '') : ''].join('\n'),
		text: [...media, block?.inside ?? ''].filter(Boolean).join('\n'),
		seen: media.join('\n'),
		system: system || undefined,
		user,
		hasMedia: media.length > 0,
		isRepair: messages.some(({ role }) => role === 'assistant'),
	};
}

/** What the user says for this turn: a line "then" parts what is to be done after the tools have answered. */
function stepOf(messages: readonly Message[]): string | undefined {
	const start = messages.map(({ role }) => role).lastIndexOf('user');
	const turns = messages.slice(start + 1).filter(({ role }) => role === 'assistant').length;
	return messages[start]?.text.split(/^then$/m)[turns];
}

/** The reply to a conversation; `index` counts the replies that were asked for. */
export function reply(model: Model, asked: UnknownObject, messages: readonly Message[], index: number): Reply {
	const exchange = readExchange(messages);
	const odd = findOdd(messages);
	const calls = callTools(asked, stepOf(messages), odd === 'badArguments');
	const chosen = asked.response_format ? undefined : choose(exchange.prompt, exchange.text);
	const full = calls.length > 0 ? '' : writeContent(asked, exchange, chosen, index);
	const thoughts = thoughtsOf(model, asked, exchange);
	const limit = numberOf(asked.max_tokens, 512_000);
	const thought = limitText(thoughts, { stop: [], maxWords: limit });
	const stop = typeof asked.stop === 'string' ? [asked.stop] : textsOf(asked.stop);
	const left = limit - thought.words;
	const said = left > 0 || full === '' ? limitText(full, { stop, maxWords: left }) : undefined;
	const inTags = model.thinks === 'tags' && thoughts !== '' ? `<think>\n${thought.text}\n</think>\n\n` : '';
	const good: Reply = {
		content: calls.length > 0 ? null : `${inTags}${said?.text ?? ''}`,
		refusal: null,
		reasoning: model.thinks === 'field' && thoughts !== '' ? thought.text : null,
		calls,
		finish: calls.length > 0 ? 'tool_calls' : (said?.finish ?? 'length'),
		logprobs: null,
		words: said?.words ?? 0,
		thoughts: thought.words,
	};
	const spoilt = { ...good, ...spoilReply(odd, good, exchange.isRepair) };
	const hasLogprobs = asked.logprobs === true && model.givesLogprobs && odd !== 'noLogprobs';
	return { ...spoilt, logprobs: hasLogprobs ? logprobsOf(spoilt.content ?? '', chosen, asked) : null };
}

function writeContent(asked: UnknownObject, exchange: Exchange, chosen: Chosen | undefined, index: number): string {
	const { prompt, text, seen, system, user, hasMedia } = exchange;
	const format = isObject(asked.response_format) ? asked.response_format : {};
	const strict =
		isObject(format.json_schema) && isObject(format.json_schema.schema) ? format.json_schema.schema : undefined;
	const schema = strict ?? (format.type === 'json_object' || /json/i.test(prompt) ? findSchema(prompt) : undefined);
	if (schema) return JSON.stringify(fillSchema(schema, text, strict !== undefined));
	if (format.type === 'json_object') return replyAsJson({ system, user: text });
	if (chosen) return chosen.number;
	if (/\bsummar/i.test(prompt)) return summarize(prompt, text);
	if (/\btranslate\b/i.test(prompt)) return translate(prompt, text);
	if (hasMedia && /\b(text|markdown)\b/i.test(system ?? user)) return system === undefined ? seen : text;
	if (hasMedia) return `${user}: ${text}`;
	const warm = numberOf(asked.temperature, 1) > 0;
	const seed = hashText(user, numberOf(asked.seed, 1)) + (warm ? index : 0);
	return replyTo({ system, user }, seed);
}

function thoughtsOf({ thinks }: Model, { reasoning_effort: effort }: UnknownObject, { user }: Exchange): string {
	if (thinks === 'no' || (thinks === 'field' && effort === 'none')) return '';
	const depth = effort === 'high' || effort === 'xhigh' || effort === 'max' ? ' I look at it from every side.' : '';
	return `I was asked about ${user.replace(/\s+/g, ' ').slice(0, 40)} and think.${depth}`;
}

/** Of each word; of a chosen number, beside all the others that could be chosen. */
function logprobsOf(content: string, chosen: Chosen | undefined, asked: UnknownObject): JsonObject {
	const count = numberOf(asked.top_logprobs, 0);
	if (chosen && content === chosen.number) {
		const [best] = chosen.logprobs;
		return {
			content: [
				{ token: content, logprob: best?.logprob ?? 0, bytes: null, top_logprobs: chosen.logprobs.slice(0, count) },
			],
		};
	}
	const words = content.match(/\s*\S+/g) ?? [];
	return {
		content: words.map((token) => {
			const logprob = -(hashText(token) % 100) / 100;
			return { token, logprob, bytes: null, top_logprobs: count > 0 ? [{ token, logprob }] : [] };
		}),
	};
}
