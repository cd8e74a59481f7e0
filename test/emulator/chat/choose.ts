/** One of the numbered answers that a prompt offers: `1. billing: invoices and refunds`. */
interface Choice {
	number: string;
	words: string[];
}

export interface Chosen {
	number: string;
	/** Log probabilities of all numbers, the best first. */
	logprobs: Array<{ token: string; logprob: number }>;
}

const wordsIn = (text: string) => (text.toLowerCase().match(/\p{L}{3,}/gu) ?? []).map((word) => word.slice(0, 5));

/**
 * The number of the choice whose words stand in the text most often; each hit makes it e² times as likely.
 * Yes or no: yes where the text has a word of what the prompt says in quotes.
 * Undefined where the prompt offers no choices.
 */
export function choose(prompt: string, text: string): Chosen | undefined {
	const choices: Choice[] = [...prompt.matchAll(/^(\d+|[A-Za-z])[.)] (.+)$/gm)].map(([, number = '', words = '']) => ({
		number,
		words: wordsIn(words),
	}));
	if (choices.length < 2) return undefined;
	const said = wordsIn(text);
	const isYesNo = choices.length === 2 && choices[0]?.words[0] === 'yes';
	if (isYesNo) choices[0] = { number: '1', words: wordsIn(/"(.+)"/.exec(prompt)?.[1] ?? '') };
	const hits = ({ words }: Choice) => said.filter((word) => words.includes(word)).length * 2;
	const scores = choices.map((choice, index) => (isYesNo && index === 1 ? 1 : hits(choice)));
	const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
	const logprobs = choices
		.map(({ number }, index) => ({ token: number, logprob: Math.log(Math.exp(scores[index] ?? 0) / total) }))
		.sort((a, b) => b.logprob - a.logprob);
	return { number: logprobs[0]?.token ?? '', logprobs };
}
