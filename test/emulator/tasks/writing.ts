import { hashText, pick, randomFrom } from '../random';
import { sentimentOf } from './classify';
import type { Exchange } from './templates';

const OPENINGS = ['Happy to help with', 'Here is my answer to', 'This is what I can say about', 'A short reply to'];
const RAMBLE =
	'and then it went on like that for a while because nobody had said who was speaking or where one voice ends and the next begins so the text simply continues with more of the same and some other things that came along the way until the room was quiet again'.split(
		' ',
	);

/** The reply of an instruct model that has been addressed properly. */
export function replyTo({ system, user }: Exchange, seed: number): string {
	const random = randomFrom(seed);
	const question = quote(user);
	if (system && /one word|single word/i.test(system)) return `${labelFor(user)}.`;
	const instruction = system ? ` I follow the instruction ${quote(system)}.` : '';
	const reply = `${pick(OPENINGS, random)} ${question}.${instruction} The mood of it seems ${labelFor(user)}.`;
	return system && /upper ?case|capital letters/i.test(system) ? reply.toUpperCase() : reply;
}

/** An instruct model in JSON mode. */
export function replyAsJson({ system, user }: Exchange): string {
	return JSON.stringify({ question: user, answer: labelFor(user), instruction: system ?? null });
}

/** What comes of a prompt without the chat template: the text goes on and answers nothing. */
export function continueText(prompt: string, seed: number): string {
	const random = randomFrom(hashText(prompt, seed));
	const start = Math.floor(random() * RAMBLE.length);
	const lastWords = prompt.split(/\s+/).filter(Boolean).slice(-4).join(' ');
	const words = Array.from({ length: 60 }, (_unused, index) => RAMBLE[(start + index) % RAMBLE.length] ?? '');
	return ` ${words.slice(0, 20).join(' ')} ${lastWords} ${words.slice(20).join(' ')}`;
}

function quote(text: string): string {
	const line = text.replace(/\s+/g, ' ');
	return `"${line.length > 300 ? `${line.slice(0, 300)}...` : line}"`;
}

function labelFor(text: string): string {
	const sentiment = sentimentOf(text);
	return sentiment > 0 ? 'positive' : sentiment < 0 ? 'negative' : 'neutral';
}

export interface Limits {
	stop: string[];
	/** The emulator counts words where a model counts tokens. */
	maxWords: number;
}

export function limitText(
	text: string,
	{ stop, maxWords }: Limits,
): { text: string; finish: 'stop' | 'length'; words: number } {
	const at = stop.map((end) => (end === '' ? -1 : text.indexOf(end))).filter((index) => index >= 0);
	const stopped = at.length > 0 ? text.slice(0, Math.min(...at)) : text;
	const words = stopped.match(/\s*\S+/g) ?? [];
	if (words.length <= maxWords) return { text: stopped, finish: 'stop', words: words.length };
	return { text: words.slice(0, maxWords).join(''), finish: 'length', words: maxWords };
}
