import { number, optionalText } from '../../core/answer';
import { defineOperation, type Output } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { AnswerError } from '../../core/problem';
import { chatRequest, RAISE_LIMIT, readChoices } from '../chat/chat';
import { chatOptions, instructionsOption } from '../chat/fields';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { roomFor, splitInSteps, splitText } from '../chat/parts';
import { patienceOf } from '../chat/patience';
import { setApart, summarizePrompt } from '../chat/prompts';
import { modelField, routeOptionsField, simplifyField } from '../fields';

/** Of a model's context, for the text; the rest is for the prompt and the summary. */
const SHARE = 0.6;
/** Models read shorter texts more closely, and parts are read side by side. */
const MOST = 24_000;
/** Tokens of a part's summary: so that many of them fit into one request. */
const SUMMARY = 800;
/** The same with the thoughts of a model that thinks first. */
const THOUGHT = 6000;

/** What a part carries besides its text. */
interface Part {
	readonly kind: 'part' | 'parts';
	/** How many parts the whole text was read in. */
	readonly parts: number;
	readonly room: number;
}

const isPart = (value: object): value is { readonly part: Part } => 'part' in value;
const partOf = (input: object): Part | undefined => (isPart(input) ? input.part : undefined);
const withPart = <I extends object>(input: I, text: string, part: Part): I & { text: string; part: Part } => ({
	...input,
	text,
	part,
});

export const summarizeText = defineOperation({
	resource: 'text',
	value: 'summarize',
	name: 'Summarize',
	action: 'Summarize text',
	description: 'Sum up a text of any length',
	tasks: CHAT_TASKS,
	outputFields: { summary: 'string', parts: 'integer', usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(CHAT_MODEL),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. The minutes of the meeting',
			description: 'The text to sum up. A long one is read in parts.',
		},
		simplifyField,
		routeOptionsField([
			...chatOptions,
			instructionsOption,
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: '',
				placeholder: 'e.g. English',
				description: 'The language of the summary. Not set: that of the text.',
			},
			{
				displayName: 'Style',
				name: 'style',
				type: 'options',
				options: [
					{ name: 'Bullet Points', value: 'bullets' },
					{ name: 'One Sentence', value: 'oneSentence' },
					{ name: 'Paragraph', value: 'paragraph' },
				],
				default: 'paragraph',
				description: 'What the summary looks like',
			},
		]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	*split(input, { contextLength }) {
		const room = roomFor(contextLength, SHARE, MOST);
		const texts = yield* splitInSteps(input.text, room);
		if (texts.length < 2) return [input];
		return texts.map((text) => withPart(input, text, { kind: 'part', parts: texts.length, room }));
	},
	request: ([input], facts) => {
		const { options } = input;
		const { contextLength } = facts;
		const { tag, text } = setApart(input.text.trim());
		const part = partOf(input);
		const style = { style: options.style, language: options.language, instructions: options.instructions };
		const prompt = summarizePrompt(
			tag,
			part?.kind === 'part' ? { ...style, style: 'paragraph' } : style,
			part?.kind ?? 'whole',
		);
		// A summary must leave the text its room.
		const most = contextLength === undefined ? undefined : Math.max(64, Math.floor(contextLength * 0.2));
		const thinks = facts.tags?.includes('reasoning') && options.reasoningEffort !== 'none';
		const longest = thinks ? THOUGHT : SUMMARY;
		const limit = part?.kind === 'part' ? Math.min(longest, most ?? longest) : undefined;
		return chatRequest(
			input,
			[
				{ role: 'system', content: prompt },
				{ role: 'user', content: text },
			],
			{ max_tokens: limit ?? options.maxTokens },
			facts,
		);
	},
	items: (answer, [input]) => {
		const [{ text, finishReason }] = readChoices(answer);
		const { parts = 1, room } = partOf(input) ?? {};
		// A part's own limit is ours: nobody could raise it.
		const isCut = finishReason === 'length' && partOf(input)?.kind !== 'part';
		const note = isCut ? `A summary was cut off at the token limit. ${RAISE_LIMIT}.` : undefined;
		return [{ json: { summary: text.trim(), parts, ...(room === undefined ? {} : { room }) }, note }];
	},
	join: (outputs, input) => {
		const [first] = outputs;
		const parts = number(first?.json.parts) ?? 1;
		const room = number(first?.json.room);
		const summaries = outputs.map(summaryOf);
		if (outputs.length === 1 || room === undefined) return [{ json: { summary: summaries.join('\n'), parts } }];
		const texts = splitText(summaries.join('\n\n'), room);
		if (texts.length >= outputs.length) {
			throw new AnswerError('The summaries of the parts do not get shorter', 'Choose another model.');
		}
		const kind = texts.length > 1 ? 'part' : 'parts';
		return { ask: texts.map((text) => withPart(input, text, { kind, parts, room })) };
	},
});

const summaryOf = ({ json }: Output): string => optionalText(json.summary) ?? '';
