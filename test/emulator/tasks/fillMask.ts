import { refuse } from '../answer';
import { textOf } from '../json';
import { hashText, randomFrom, round } from '../random';
import { countTokens, type Call, type Outcome } from './task';

const FILLERS = [
	'help',
	'money',
	'coffee',
	'sleep',
	'time',
	'glasses',
	'keys',
	'friends',
	'answer',
	'car',
	'medicine',
	'space',
];
const KNOWN: Array<[RegExp, string]> = [
	[/capital/i, 'capital'],
	[/paris is the/i, 'capital'],
	[/\bneed\b/i, 'help'],
	[/\bdrink\b/i, 'water'],
	[/\bsky\b/i, 'blue'],
];

/** One gap has a list of candidates; several have a list of such lists, each with the other gaps still open. */
export function fillMask(call: Call): Outcome {
	const text = textOf(call.values.input) ?? '';
	const mask = call.model.maskToken ?? '[MASK]';
	const places = [...text.matchAll(new RegExp(mask.replace(/[[\]|]/g, '\\$&'), 'g'))].map(({ index }) => index);
	if (places.length === 0) throw refuse(400, `No mask_token (${mask}) found on the input`);
	const lists = places.map((at) => candidatesAt(text, at, mask));
	return {
		body: { results: lists.length === 1 ? (lists[0] ?? []) : lists },
		usage: { inputTokens: countTokens(text) },
	};
}

function candidatesAt(text: string, at: number, mask: string) {
	const random = randomFrom(hashText(text, at));
	const likely = KNOWN.find(([pattern]) => pattern.test(text))?.[1];
	const others = FILLERS.filter((word) => word !== likely).sort(() => random() - 0.5);
	const words = likely === undefined ? others.slice(0, 5) : [likely, ...others.slice(0, 4)];
	let left = 1;
	return words.map((word) => {
		const score = round(left * 0.55);
		left -= score;
		return {
			sequence: text.slice(0, at) + word + text.slice(at + mask.length),
			score,
			token: 1000 + (hashText(word) % 28000),
			token_str: word,
		};
	});
}
