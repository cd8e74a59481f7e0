import { optionalText } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { AnswerError } from '../../core/problem';
import { chatRequest, RAISE_LIMIT, rawText, readChoices } from '../chat/chat';
import { chatOptions } from '../chat/fields';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { roomFor, splitInSteps } from '../chat/parts';
import { patienceOf } from '../chat/patience';
import { isLanguage, languageGiven } from './languages';
import { lostPrompt, setApart, translatePrompt } from '../chat/prompts';
import { modelField, routeOptionsField, simplifyField } from '../fields';
import { trimEnd } from '../../core/trim';

/** Of a model's context, for the text: its translation may be twice as long. */
const SHARE = 0.25;
const MOST = 3000;

/** What must come out as it went in: placeholders, HTML tags and links. */
const KEPT = new RegExp(
	[
		String.raw`\{\{\{?[^{}]{1,80}\}?\}\}`,
		String.raw`[$%#]\{[^{}]{1,80}\}`,
		String.raw`\{\w{1,40}\}`,
		String.raw`%\(\w{1,40}\)[sdif]`,
		String.raw`%(?:\d\$)?[-+0#]{0,2}\d*(?:\.\d+)?l{0,2}[sdifux@](?!\p{L})`,
		String.raw`<[%?][^<>]{0,300}[%?]>`,
		String.raw`<\/?[a-z][^<>]{0,300}>`,
		String.raw`https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]`,
	].join('|'),
	'giu',
);

export const translateText = defineOperation({
	resource: 'text',
	value: 'translate',
	name: 'Translate',
	action: 'Translate text',
	description: 'Translate a text of any length; Markdown, HTML and placeholders stay as they are',
	tasks: CHAT_TASKS,
	outputFields: { translation: 'string', sourceLanguage: 'string | null', usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(CHAT_MODEL),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. Your parcel is on its way, {{name}}',
			description: 'The text to translate',
		},
		{
			displayName: 'Target Language',
			name: 'targetLanguage',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. French',
			description: 'The language to translate into',
		},
		simplifyField,
		routeOptionsField([
			...chatOptions,
			{
				displayName: 'Glossary',
				name: 'glossary',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'e.g. parcel = colis',
				description: 'Translations to use, one a line: term = translation',
			},
			{
				displayName: 'Source Language',
				name: 'sourceLanguage',
				type: 'string',
				default: '',
				placeholder: 'e.g. English',
				description: 'The language of the text. Not set: the model finds it.',
			},
			{
				displayName: 'Tone',
				name: 'tone',
				type: 'string',
				default: '',
				placeholder: 'e.g. formal',
				description: 'How the translation should sound',
			},
		]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	*split(input, { contextLength }) {
		const texts = yield* splitInSteps(input.text, roomFor(contextLength, SHARE, MOST));
		return texts.length < 2 ? [input] : texts.map((text) => ({ ...input, text }));
	},
	request: ([input], facts) => {
		const { options } = input;
		const { tag, text } = setApart(input.text.trim());
		const prompt = translatePrompt(tag, {
			target: input.targetLanguage.trim(),
			source: languageGiven(options.sourceLanguage),
			tone: options.tone?.trim(),
			glossary: options.glossary?.trim(),
		});
		return chatRequest(
			input,
			[
				{ role: 'system', content: prompt },
				{ role: 'user', content: text },
			],
			{ temperature: options.temperature ?? 0 },
			facts,
		);
	},
	next: (answer, [{ text, options }], asked, sent) => {
		const lost = asked > 0 ? [] : lostIn(text, readTranslation(answer, text, options.sourceLanguage).translation);
		if (lost.length === 0) return undefined;
		const messages = Array.isArray(sent.json?.messages) ? sent.json.messages : [];
		const again = [
			...messages,
			{ role: 'assistant', content: readChoices(answer)[0].text },
			{ role: 'user', content: lostPrompt(lost.slice(0, 20)) },
		];
		return { request: { ...sent, json: { ...sent.json, messages: again } }, wait: 0, isOptional: true };
	},
	items: (answer, [{ text, options }]) => {
		const { translation, sourceLanguage } = readTranslation(answer, text, options.sourceLanguage);
		const lost = lostIn(text, translation);
		// Parts are put together with the spaces and lines that stood between them.
		const rest = text.trimStart();
		const before = text.slice(0, text.length - rest.length);
		const after = rest.slice(rest.trimEnd().length);
		return [
			{
				json: { translation: `${before}${withLineEnds(text, translation)}${after}`, sourceLanguage },
				note:
					lost.length > 0
						? `A translation lacks ${lost[0]}, which its text has. Look at it, or choose another model.`
						: undefined,
			},
		];
	},
	join: (outputs) => {
		const translation = outputs.map(({ json }) => optionalText(json.translation) ?? '').join('');
		return [{ json: { translation, sourceLanguage: outputs[0]?.json.sourceLanguage } }];
	},
});

/** @throws AnswerError for one that the limit cut, whose end would be missing without a word */
function readTranslation(answer: Parameters<typeof readChoices>[0], original: string, given: string | undefined) {
	const [{ text: written, finishReason }] = readChoices(answer);
	const text = unfence(written, original);
	if (finishReason === 'length')
		throw new AnswerError('The translation was cut off at the token limit', `${RAISE_LIMIT}. ${rawText(text)}`);
	const source = languageGiven(given);
	if (source) return { translation: unwrap(text), sourceLanguage: source };
	const [, named = '', rest = ''] = /^\s*([^\n]{1,60})\n([^]*)$/.exec(text) ?? [];
	const language = trimEnd(named.trim().replace(/^[*_#\s]+/, ''), /[*_.\s]/).replace(/^source language:[*_\s]*/i, '');
	const names = isLanguage(language);
	// A model that forgets the first line has written the translation alone, with as many lines as the text.
	return names === 'surely' || (names && breaksIn(text) !== breaksIn(original))
		? { translation: unwrap(unfence(rest, original)), sourceLanguage: language }
		: { translation: unwrap(text), sourceLanguage: null };
}

/** Without the tag that set the text apart, should the model repeat it. */
const unwrap = (text: string): string =>
	text
		.trim()
		.replace(/^<(text-[0-9a-f]{8})>\n?([^]*?)\n?<\/\1>$/, '$2')
		.trim();

/** Without a fence around all of it that its original has nothing of. */
const unfence = (text: string, original: string): string =>
	original.includes('```') ? text : text.trim().replace(/^```[\w-]*[ \t]*\r?\n([^]*?)\r?\n?```$/, '$1');

const breaksIn = (text: string): number => text.trim().split('\n').length - 1;

/** What had to be kept and was not; each as often as it is missing. */
function lostIn(text: string, translation: string): string[] {
	const left = new Map<string, number>();
	for (const [found] of translation.matchAll(KEPT)) left.set(found, (left.get(found) ?? 0) + 1);
	const lost = [...text.matchAll(KEPT)].flatMap(([wanted]) => {
		const count = left.get(wanted) ?? 0;
		left.set(wanted, count - 1);
		return count > 0 ? [] : [wanted];
	});
	const breaks = breaksIn(text);
	return breaks === breaksIn(translation) ? lost : [...lost, `${breaks} line breaks`];
}

/** Models write one kind of line end alone. */
const withLineEnds = (text: string, translation: string): string =>
	/\r\n/.test(text) && !/(^|[^\r])\n/.test(text) ? translation.replace(/\r?\n/g, '\r\n') : translation;
