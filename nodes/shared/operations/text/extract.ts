import { defineOperation } from '../../core/operation';
import { isRepeatable } from '../../core/request';
import { extractionRequest, FORMS, isFormRefused, readExtraction, repairOf } from '../chat/extraction';
import { chatOptions, instructionsOption } from '../chat/fields';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { patienceOf } from '../chat/patience';
import { extractPrompt, fromText, setApart } from '../chat/prompts';
import { schemaFields } from '../chat/schemaFields';
import { modelField, routeOptionsField, simplifyField } from '../fields';

export const extractFromText = defineOperation({
	resource: 'text',
	value: 'extract',
	name: 'Extract Data',
	action: 'Extract data from text',
	description: 'Turn a text into fields, such as name, date and amount',
	tasks: CHAT_TASKS,
	outputFields: { data: {}, usage: { cachedTokens: 'integer' } },
	fields: [
		modelField(CHAT_MODEL),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. Invoice 2026-117 of 3 March over 1,234.56 USD',
			description: 'The text to take the data from',
		},
		...schemaFields,
		simplifyField,
		routeOptionsField([...chatOptions, instructionsOption]),
	],
	usesFacts: true,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	forms: FORMS,
	isFormRefused,
	request: ([input], facts) => {
		const { tag, text } = setApart(input.text);
		return extractionRequest(input, extractPrompt(fromText(tag), input.options.instructions), text, facts);
	},
	next: (answer, [input], asked, sent) => repairOf(answer, input, asked, sent),
	items: (answer, [input]) => [{ json: { data: readExtraction(answer, input) } }],
});
