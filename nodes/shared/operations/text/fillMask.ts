import { guessMaskToken } from '../../catalog/maskToken';
import { list, requiredNumber, text } from '../../core/answer';
import { textOfBytes } from '../../core/byteLetters';
import { jsonRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { modelField, optionsField, simplifyField } from '../fields';

/** What the user writes for the gap, whatever token the model was trained with. */
const MASK = '[MASK]';
const OTHER_MASKS = ['<mask>', '<|mask|>', '<extra_id_0>'];

interface Candidate {
	readonly sequence: string;
	readonly token: string;
	readonly score: number;
}

function readCandidates(rows: unknown): Candidate[] {
	const candidates = list(rows, 'the list of candidates').map((row) => {
		const sequence = withoutFrame(text(row.sequence, "a candidate's sequence"));
		const token = withoutMarks(text(row.token_str ?? row.token, "a candidate's token"));
		const spelled = sequence.includes(token) ? token : (textOfBytes(token) ?? token);
		return { sequence, token: spelled, score: requiredNumber(row.score, "a candidate's score") };
	});
	if (candidates.length === 0) throw new AnswerError('DeepInfra answered without any candidate');
	return candidates.sort((a, b) => b.score - a.score);
}

/** How tokenizers mark where a word begins or goes on. */
const withoutMarks = (token: string): string =>
	token
		.trim()
		.replace(/^(##|[▁Ġ])(?=.)/, '')
		.replace(/(?<=.)(@@|<\/w>)$/, '')
		.trim();

/** What models put around a text. */
function withoutFrame(sequence: string): string {
	const begun = sequence.trim().replace(/^(\[CLS\]|<s>)\s*/, '');
	const end = ['[SEP]', '</s>'].find((each) => begun.endsWith(each));
	return end === undefined ? begun : begun.slice(0, -end.length).trimEnd();
}

/** For several gaps the answer is a list of lists, one for each gap. */
const readGaps = (results: unknown): Candidate[][] =>
	Array.isArray(results) && results.length > 1 && results.every(Array.isArray)
		? results.map(readCandidates)
		: [readCandidates(results)];

/** The text with the best word in each gap, whichever way the gaps are written. */
function fillGaps(input: string, tokens: readonly string[]): string {
	const ways = [MASK, ...OTHER_MASKS].map((mask) => new RegExp(escape(mask), 'g'));
	// One text may write them in several ways.
	ways.push(new RegExp([MASK, ...OTHER_MASKS].map(escape).join('|'), 'g'));
	const counts = ways.map((each) => [...input.matchAll(each)].length);
	const exact = counts.indexOf(tokens.length);
	const way = ways[exact >= 0 ? exact : counts.findIndex((count) => count > 0)];
	let next = 0;
	return way ? input.replace(way, (gap) => tokens[next++] ?? gap) : input;
}

const escape = (mask: string): string => mask.replace(/[[\]|]/g, '\\$&');

export const fillMask = defineOperation({
	resource: 'text',
	value: 'fillMask',
	name: 'Fill Mask',
	action: 'Fill mask in text',
	description: 'Guess the word that a gap in a text stands for',
	tasks: ['fill-mask'],
	largestAnswer: 4 * MEGABYTE,
	usesFacts: true,
	outputFields: {
		sequence: 'string',
		token: 'string',
		score: 'number',
		candidates: [{ sequence: 'string', token: 'string', score: 'number' }],
	},
	fields: [
		modelField('bert-base-cased'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. I need my [MASK] right now!',
			hint: 'Write [MASK] where the word is missing',
			description: "The text with a gap. The node replaces [MASK] by the model's own mask token.",
		},
		simplifyField,
		optionsField([]),
	],
	isDeterministic: () => true,
	request: ([input], { maskToken, name = input.model }) => {
		const known = maskToken === undefined ? [MASK, ...OTHER_MASKS] : [MASK, maskToken];
		if (!known.some((token) => input.text.includes(token))) {
			throw new InputError("'Text' has no gap", 'Write [MASK] where the word is missing.');
		}
		return jsonRequest(input, { input: input.text.split(MASK).join(maskToken ?? guessMaskToken(name)) });
	},
	items: (answer, [input]) => {
		const gaps = readGaps(answer.results);
		const best = gaps.flatMap(([first]) => first ?? []);
		const [first] = best;
		if (!first) throw new AnswerError('DeepInfra answered without any candidate');
		const [candidates] = gaps;
		if (gaps.length === 1) return [{ json: { ...first, candidates } }];
		const sequence = fillGaps(
			input.text,
			best.map(({ token }) => token),
		);
		return [
			{
				json: {
					...first,
					sequence,
					candidates,
					gaps: gaps.map((each, index) => ({ token: best[index]?.token, score: best[index]?.score, candidates: each })),
				},
			},
		];
	},
});
