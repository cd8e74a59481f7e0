import { list, number, optionalText, score, text } from '../../core/answer';
import { jsonRequest } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { modelField, optionsField, simplifyField } from '../fields';

export const classifyTokens = defineOperation({
	resource: 'text',
	value: 'classifyTokens',
	name: 'Extract Entities',
	action: 'Extract entities from text',
	description: 'Find names of people, places, organizations and the like in a text (token classification)',
	tasks: ['token-classification'],
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
	request: ([input]) => jsonRequest(input, { input: input.text }),
	items: (answer, [input]) => {
		const entities = list(answer.results, 'the list of entities').map((row) => ({
			label: text(row.entity_group ?? row.entity ?? row.label, "an entity's label"),
			word: optionalText(row.word) ?? '',
			score: score(row.score, "an entity's score"),
			start: number(row.start),
			end: number(row.end),
		}));
		return [{ json: { text: input.text, entities } }];
	},
});
