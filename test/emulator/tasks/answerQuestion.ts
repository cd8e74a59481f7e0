import { textOf } from '../json';
import { hashText, round } from '../random';
import { wordsOf } from './classify';
import { countTokens, type Call, type Outcome } from './task';

/** The sentence that shares most words with the question holds the answer: its longest word that is new. */
export function answerQuestion(call: Call): Outcome {
	const question = textOf(call.values.question) ?? '';
	const context = textOf(call.values.context) ?? '';
	const asked = new Set(wordsOf(question));
	const sentences = [...context.matchAll(/[^.!?]+/g)].map((match) => ({ text: match[0], at: match.index }));
	const shared = (text: string) => wordsOf(text).filter((word) => asked.has(word)).length;
	const [best] = sentences.sort((a, b) => shared(b.text) - shared(a.text));
	const answer = best && findAnswer(best.text, asked);
	const start = best && answer ? best.at + best.text.indexOf(answer) : 0;
	return {
		body: {
			answer: answer ?? '',
			score: answer ? round(0.3 + (hashText(question + context) % 600) / 1000) : 0,
			start,
			end: start + (answer?.length ?? 0),
		},
		usage: { inputTokens: countTokens(question + context) },
	};
}

function findAnswer(sentence: string, asked: Set<string>): string | undefined {
	const isNew = (words: string) => !wordsOf(words).some((word) => asked.has(word));
	const names = (sentence.match(/\p{Lu}[\p{L}\p{N}-]*(?: \p{Lu}[\p{L}\p{N}-]*)*/gu) ?? []).filter(isNew);
	const words = (sentence.match(/[\p{L}\p{N}'-]+/gu) ?? []).filter(isNew);
	const longest = (items: string[]) => [...items].sort((a, b) => b.length - a.length)[0];
	return longest(names.slice(1)) ?? longest(words);
}
