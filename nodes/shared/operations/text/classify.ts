import { classification } from '../../core/answer';
import { jsonRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { modelField, optionsField, simplifyField, unsureOption } from '../fields';

export const classifyText = defineOperation({
	resource: 'text',
	value: 'classify',
	name: 'Classify',
	action: 'Classify text',
	description: 'Find the label that fits a text best, such as its sentiment or topic',
	tasks: ['text-classification'],
	largestAnswer: 1 * MEGABYTE,
	outputFields: { label: 'string', score: 'number', labels: [{ label: 'string', score: 'number' }], scores: {} },
	fields: [
		modelField(
			'ProsusAI/finbert',
			"The model that does the work. The default one judges the mood of finance news (positive, negative, neutral): choose another for other texts. Each model has labels of its own, spelled its own way; 'Model > Get' shows them where the model's schema or example tells.",
		),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. Shares rose after the announcement',
			description: 'The text to label',
		},
		simplifyField,
		optionsField([unsureOption]),
	],
	isDeterministic: () => true,
	request: ([input]) => jsonRequest(input, { input: input.text }),
	items: (answer, [{ options }]) => [{ json: classification(answer.results, options.minScore) }],
});
