import { jsonRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { readEntities } from './entities';
import { modelField, optionsField, simplifyField } from '../fields';

export const classifyTokens = defineOperation({
	resource: 'text',
	value: 'classifyTokens',
	name: 'Extract Entities',
	action: 'Extract entities from text',
	description: 'Find names of people, places, organizations and the like in a text (token classification)',
	tasks: ['token-classification'],
	largestAnswer: 8 * MEGABYTE,
	outputFields: {
		text: 'string',
		entities: [{ label: 'string', word: 'string', score: 'number', start: 'integer', end: 'integer' }],
	},
	fields: [
		modelField('Davlan/bert-base-multilingual-cased-ner-hrl'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. My name is John Doe and I live in San Francisco',
			description: 'The text to search',
		},
		simplifyField,
		optionsField([]),
	],
	isDeterministic: () => true,
	request: ([input]) => jsonRequest(input, { input: input.text }),
	*items(answer, [input]) {
		return [{ json: { text: input.text, entities: yield* readEntities(answer.results, input.text) } }];
	},
});
