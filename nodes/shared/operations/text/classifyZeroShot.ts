import { classification, number, optionalText, UNSURE, isDict } from '../../core/answer';
import { defineOperation, type Dict, type Output } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { InputError } from '../../core/problem';
import { listOf } from '../../core/values';
import { chatRequest, readChoices, type Choice } from '../chat/chat';
import { chatOptions, instructionsOption } from '../chat/fields';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { patienceOf } from '../chat/patience';
import { chooseLabelPrompt, confirmLabelPrompt, setApart } from '../chat/prompts';
import { minScoreOption, modelField, routeOptionsField, simplifyField } from '../fields';
import { labelSaid, type Label } from './labelSaid';

/** Signs that every tokenizer has as one token, so that one token is a whole answer. */
const DIGITS = '123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters of names that stand alone, or beside a number, as grades do. */
const LONE_LETTER = /(?<!\p{L})[a-z](?!\p{L})/giu;

/**
 * Signs that no label is called: of labels such as "5 stars", a model may say the number and not the sign.
 * @param names no more than there are letters
 */
function signsFor(names: readonly string[]): string {
	if (names.length <= DIGITS.length && !names.some((name) => /\p{N}/u.test(name))) return DIGITS;
	const taken = new Set(names.flatMap((name) => name.match(LONE_LETTER) ?? []).map((letter) => letter.toLowerCase()));
	const free = Array.from(LETTERS).filter((letter) => !taken.has(letter.toLowerCase()));
	return free.length < names.length ? LETTERS : free.join('');
}

/** A label fits, if the user says nothing else, when that is likelier than not. */
const LIKELY = 0.5;

/** @throws InputError for none, or more than there are signs */
function readLabels(given: string | readonly string[]): Label[] {
	const entries = listOf(given);
	if (entries.length === 0) throw new InputError("'Candidate Labels' is empty", 'Enter labels, separated by commas.');
	if (entries.length > LETTERS.length) {
		throw new InputError(
			`'Candidate Labels' has ${entries.length} labels, but ${LETTERS.length} is the most`,
			'Choose among groups of labels first, and then within the group.',
		);
	}
	const names = entries.map((words) => words.split(':')[0]?.trim() || words);
	const signs = signsFor(names);
	const labels = entries.map((words, index) => ({
		name: names[index] ?? words,
		words: words.replace(/\s+/g, ' '),
		sign: signs[index] ?? '',
	}));
	const twice = labels.find(({ name }, index) => labels.findIndex((each) => each.name === name) !== index);
	if (twice) {
		throw new InputError(
			`'Candidate Labels' has two labels '${twice.name.slice(0, 80)}'`,
			'Give each a name of its own: what stands in front of the first colon.',
		);
	}
	return labels;
}

const YES_NO: readonly Label[] = [
	{ name: 'yes', words: 'yes', sign: '1' },
	{ name: 'no', words: 'no', sign: '2' },
];

export const classifyTextZeroShot = defineOperation({
	resource: 'text',
	value: 'classifyZeroShot',
	name: 'Classify with Own Labels',
	action: 'Classify text with own labels',
	description: 'Find which of your own labels fits a text best, with a chat model (zero-shot classification)',
	tasks: CHAT_TASKS,
	outputFields: {
		label: 'string',
		score: 'number',
		labels: [{ label: 'string', score: 'number' }],
		scores: {},
		usage: { cachedTokens: 'integer' },
	},
	fields: [
		modelField(CHAT_MODEL),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. I was charged twice this month',
			description: 'The text to label',
		},
		{
			displayName: 'Candidate Labels',
			name: 'candidateLabels',
			type: 'string',
			orList: true,
			isList: true,
			mostEntries: 1000,
			typeOptions: { rows: 2 },
			default: '',
			required: true,
			placeholder: 'e.g. billing: invoices and refunds, delivery, other',
			hint: 'Separated by commas or lines. After a colon you can say what a label means, without commas.',
			description: 'The labels to choose from, at most 52. An expression may give an array.',
		},
		simplifyField,
		routeOptionsField([
			...chatOptions,
			instructionsOption,
			minScoreOption(
				"The best label's score must reach this, or 'label' is 'unsure'. With 'Multiple Labels' it is what each label must reach, 0.5 if not set. No effect where a model tells no probabilities.",
			),
			{
				displayName: 'Multiple Labels',
				name: 'multiLabel',
				type: 'boolean',
				default: false,
				description:
					"Whether any number of labels may fit. Each is asked for on its own; those that fit are in 'chosen'.",
			},
		]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	split: (input) =>
		input.options.multiLabel
			? readLabels(input.candidateLabels).map(({ words }) => ({ ...input, candidateLabels: [words] }))
			: [input],
	request: ([input], facts) => {
		const { options } = input;
		const labels = readLabels(input.candidateLabels);
		const { tag, text } = setApart(input.text);
		const [only] = labels;
		const prompt =
			options.multiLabel && only
				? confirmLabelPrompt(tag, only.words, options.instructions)
				: chooseLabelPrompt(
						tag,
						labels.map(({ sign, words }) => `${sign}. ${words}`),
						options.instructions,
					);
		const thinks = facts.tags?.includes('reasoning');
		return chatRequest(
			input,
			[
				{ role: 'system', content: prompt },
				{ role: 'user', content: text },
			],
			{
				temperature: options.temperature ?? 0,
				logprobs: true,
				top_logprobs: 20,
				// Who thinks first needs room for it, or to be told not to.
				max_tokens: options.maxTokens ?? (thinks ? undefined : 1),
				reasoning_effort: options.reasoningEffort ?? (thinks ? 'none' : undefined),
			},
			facts,
		);
	},
	items: (answer, [{ candidateLabels, options }]) => {
		const [choice] = readChoices(answer);
		const labels = readLabels(candidateLabels);
		if (options.multiLabel) return [{ json: confirmed(choice, labels[0]?.name ?? '') }];
		const { scores, label } = readSaid(choice, labels);
		return [{ json: scores ? classification(scores, options.minScore) : { label } }];
	},
	join: (outputs, { options }) => (options.multiLabel ? [joinLabels(outputs, options.minScore ?? LIKELY)] : outputs),
});

/** A token without the blank before it, which some tokenizers write as a sign. */
const bare = (token: unknown): string => (optionalText(token) ?? '').replace(/^[\s▁Ġ]+/, '').trimEnd();

interface Read {
	readonly label?: string;
	/** Where the model tells probabilities, and said a label's sign. */
	readonly scores?: ReadonlyArray<{ readonly label: string; readonly score: number }>;
}

/** @throws AnswerError as `labelSaid` */
function readSaid({ text, logprobs = [] }: Choice, labels: readonly Label[]): Read {
	const tokens = logprobs.filter(({ token }) => bare(token) !== '');
	// One token is a whole answer: what it might have been counts, too.
	const only = tokens.length === 1 ? scoresAt(tokens[0], labels) : undefined;
	if (only) return { scores: only };
	const { label, sign } = labelSaid(text, labels);
	const isSign = ({ token }: Dict) => /[\p{L}\p{N}]+/u.exec(bare(token).slice(0, 20))?.[0] === label.sign;
	const [first] = tokens;
	// Thoughts have their tokens, too, before those of the answer.
	const token = sign === 'first' && first && isSign(first) ? first : sign && tokens.filter(isSign).at(-1);
	return { label: label.name, scores: token ? scoresAt(token, labels) : undefined };
}

/**
 * How likely each label is, from the likeliest tokens where one stands; together 1.
 * Undefined where no sign of a label is among them.
 */
function scoresAt(token: Dict | undefined, labels: readonly Label[]) {
	if (!token) return undefined;
	const { top_logprobs: top } = token;
	const others = Array.isArray(top) && top.length > 0 ? top.filter(isDict) : [token];
	const weights = labels.map(({ sign }) =>
		others.reduce((sum, each) => (bare(each.token) === sign ? sum + likelihood(each) : sum), 0),
	);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	if (total <= 0) return undefined;
	return labels.map(({ name }, index) => ({ label: name, score: (weights[index] ?? 0) / total }));
}

const likelihood = ({ logprob }: Dict): number => Math.exp(Math.min(0, number(logprob) ?? -Infinity));

/** Whether one label fits, and how likely. */
function confirmed(choice: Choice, label: string): Dict {
	const { scores, label: said } = readSaid(choice, YES_NO);
	const score = scores?.[0]?.score;
	return score === undefined ? { label, fits: said === 'yes' } : { label, score };
}

/** Which labels fit, and of all of them how likely, where the model tells. */
function joinLabels(outputs: readonly Output[], minScore: number): Output {
	const rows = outputs.map(({ json }) => json);
	const chosen = rows.filter(({ score, fits }) => (typeof score === 'number' ? score >= minScore : fits === true));
	if (rows.some(({ score }) => typeof score !== 'number'))
		return { json: { label: chosen[0]?.label ?? UNSURE, chosen: chosen.map(({ label }) => label) } };
	const all = classification(rows, minScore);
	const fitting = all.labels.filter(({ score }) => score >= minScore);
	return { json: { ...all, chosen: fitting.map(({ label }) => label) } };
}
