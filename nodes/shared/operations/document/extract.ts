import { defineOperation } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { requireAbility } from '../chat/chat';
import { extractionRequest, FORMS, isFormRefused, readExtraction, repairOf } from '../chat/extraction';
import { chatOptions, instructionsOption } from '../chat/fields';
import { picturePart } from '../chat/media';
import { VISION_MODEL, VISION_TASKS } from '../chat/models';
import { patienceOf } from '../chat/patience';
import { extractPrompt, FROM_PAGES } from '../chat/prompts';
import { schemaFields } from '../chat/schemaFields';
import { mediaInput, mediaInputFields, modelField, routeOptionsField, simplifyField } from '../fields';
import { pagesOf, requireFewPages } from './pages';

export const extractFromDocument = defineOperation({
	resource: 'document',
	value: 'extract',
	name: 'Extract Data',
	action: 'Extract data from document',
	description: 'Turn an invoice, form or receipt into fields: a scan, a photo or a PDF of scanned pages',
	tasks: VISION_TASKS,
	outputFields: { data: {}, pages: 'integer', usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(VISION_MODEL),
		...mediaInputFields('document', 'https://example.com/invoice.pdf'),
		...schemaFields,
		simplifyField,
		routeOptionsField([...chatOptions, instructionsOption]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	pagesOf: (input) => mediaInput(input),
	forms: FORMS,
	isFormRefused,
	request: ([input], facts) => {
		requireAbility(facts, input.model, 'images');
		requireFewPages(facts.pages ?? 1);
		const pictures = pagesOf(mediaInput(input), facts.pages).map(picturePart);
		const prompt = extractPrompt(FROM_PAGES, input.options.instructions);
		return extractionRequest(input, prompt, pictures, facts);
	},
	next: (answer, [input], asked, sent) => repairOf(answer, input, asked, sent),
	items: (answer, [input], sent) => [
		{ json: { data: readExtraction(answer, input), pages: picturesIn(sent?.json?.messages) } },
	],
});

/** How many pages were asked about. */
function picturesIn(messages: unknown): number {
	const asked: unknown = Array.isArray(messages) ? messages[1] : undefined;
	const content = typeof asked === 'object' && asked !== null && 'content' in asked ? asked.content : undefined;
	return Array.isArray(content) ? content.length : 1;
}
