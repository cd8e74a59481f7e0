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

export function fillMask(call: Call): Outcome {
	const text = textOf(call.values.input) ?? '';
	const mask = call.model.maskToken ?? '[MASK]';
	const at = text.indexOf(mask);
	if (at < 0) throw refuse(400, `No mask_token (${mask}) found on the input`);
	if (text.indexOf(mask, at + mask.length) >= 0)
		throw refuse(400, `More than one mask_token (${mask}) found on the input`);
	const random = randomFrom(hashText(text));
	const likely = KNOWN.find(([pattern]) => pattern.test(text))?.[1];
	const others = FILLERS.filter((word) => word !== likely).sort(() => random() - 0.5);
	const words = likely === undefined ? others.slice(0, 5) : [likely, ...others.slice(0, 4)];
	let left = 1;
	const results = words.map((word) => {
		const score = round(left * 0.55);
		left -= score;
		return {
			sequence: text.slice(0, at) + word + text.slice(at + mask.length),
			score,
			token: 1000 + (hashText(word) % 28000),
			token_str: word,
		};
	});
	return { body: { results }, usage: { inputTokens: countTokens(text) } };
}
