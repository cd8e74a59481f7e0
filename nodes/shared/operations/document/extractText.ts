import { optionalText } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { chatRequest, RAISE_LIMIT, readChoices, requireAbility } from '../chat/chat';
import { chatOptions } from '../chat/fields';
import { picturePart } from '../chat/media';
import { VISION_MODEL, VISION_TASKS } from '../chat/models';
import { patienceOf } from '../chat/patience';
import { READ_PROMPT } from '../chat/prompts';
import { mediaInput, mediaInputFields, modelField, routeOptionsField, simplifyField } from '../fields';
import { pagesOf } from './pages';

export const extractDocumentText = defineOperation({
	resource: 'document',
	value: 'extractText',
	name: 'Extract Text',
	action: 'Extract text from document',
	description: 'Read a scan, a photo or a PDF of scanned pages (OCR); layout is kept as Markdown',
	tasks: VISION_TASKS,
	outputFields: { text: 'string', pages: 'integer', usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(VISION_MODEL),
		...mediaInputFields('document', 'https://example.com/scan.pdf'),
		simplifyField,
		routeOptionsField([
			...chatOptions,
			{
				displayName: 'Split Pages',
				name: 'splitPages',
				type: 'boolean',
				default: false,
				description: 'Whether to return an item for each page instead of one for the document',
			},
		]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	pagesOf: (input) => mediaInput(input),
	split: (input, { pages }) =>
		pagesOf(mediaInput(input), pages).map((page) => ({
			...input,
			inputSource: 'binary' as const,
			inputDataFieldName: page,
		})),
	request: ([input], facts) => {
		requireAbility(facts, input.model, 'images');
		const content = [{ type: 'text', text: READ_PROMPT }, picturePart(mediaInput(input))];
		return chatRequest(input, [{ role: 'user', content }], { temperature: input.options.temperature ?? 0 }, facts);
	},
	isApart: ({ options }) => options.splitPages === true,
	items: (answer) => {
		// A page may be blank.
		const [{ text, finishReason }] = readChoices(answer, true);
		const note =
			finishReason === 'length' ? `The text of a page was cut off at the token limit. ${RAISE_LIMIT}.` : undefined;
		return [{ json: { text: unfence(text), pages: 1 }, note }];
	},
	join: (outputs, { options }) => {
		const pages = outputs.length;
		const texts = outputs.map(({ json }) => optionalText(json.text) ?? '');
		if (options.splitPages)
			return outputs.map(({ failure }, index) => ({ json: { text: texts[index], page: index + 1, pages }, failure }));
		return [{ json: { text: texts.join('\n\n'), pages } }];
	},
});

const FENCE = '```';

/** Models like to put Markdown into a fence. One that ends before the text does is of the page. */
function unfence(text: string): string {
	const fenced = text.trim();
	const [head, language] = /^```(markdown|md)?[ \t]*\r?\n/i.exec(fenced) ?? [];
	if (head === undefined || !fenced.slice(head.length).endsWith(FENCE)) return text;
	const inside = fenced.slice(head.length, -FENCE.length);
	let isOpen = false;
	for (const [, name] of inside.matchAll(/^[ \t]*```([\w-]*)/gm)) {
		// Without a name it closes what is open, which may be the first one.
		if (name === '' && !isOpen && language === undefined) return text;
		isOpen = name !== '' || !isOpen;
	}
	return isOpen ? text : inside.replace(/\r?\n$/, '');
}
