import { classification } from '../../core/answer';
import { formRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField, unsureOption } from '../fields';

export const classifyImage = defineOperation({
	resource: 'image',
	value: 'classify',
	name: 'Classify',
	action: 'Classify image',
	description: 'Find the label that fits an image best, out of those that the model knows',
	tasks: ['image-classification'],
	largestAnswer: 1 * MEGABYTE,
	outputFields: { label: 'string', score: 'number', labels: [{ label: 'string', score: 'number' }], scores: {} },
	fields: [
		modelField('google/vit-base-patch16-224'),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		simplifyField,
		optionsField([unsureOption]),
	],
	isDeterministic: () => true,
	request: ([input]) => formRequest(input, { image: mediaInput(input, 'image') }),
	items: (answer, [{ options }]) => [{ json: classification(answer.results, options.minScore) }],
});
