import { classification } from '../../core/answer';
import { formRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { InputError } from '../../core/problem';
import { listOf } from '../../core/values';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField, unsureOption } from '../fields';

export const classifyZeroShot = defineOperation({
	resource: 'image',
	value: 'classifyZeroShot',
	name: 'Classify with Own Labels',
	action: 'Classify image with own labels',
	description: 'Find which of your own labels fits an image best (zero-shot classification)',
	tasks: ['zero-shot-image-classification'],
	largestAnswer: 1 * MEGABYTE,
	outputFields: { label: 'string', score: 'number', labels: [{ label: 'string', score: 'number' }], scores: {} },
	fields: [
		modelField('openai/clip-vit-base-patch32'),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		{
			displayName: 'Candidate Labels',
			name: 'candidateLabels',
			type: 'string',
			orList: true,
			isList: true,
			mostEntries: 10_000,
			default: '',
			required: true,
			placeholder: 'e.g. dog, cat, car, horse, person',
			description: 'The labels to choose from, separated by commas or lines. An expression may give an array.',
		},
		simplifyField,
		optionsField([unsureOption]),
	],
	isDeterministic: () => true,
	request: ([input]) => {
		const candidates = listOf(input.candidateLabels);
		if (candidates.length === 0) {
			throw new InputError("'Candidate Labels' has no label", 'Enter the labels to choose from, separated by commas.');
		}
		return formRequest(input, { image: mediaInput(input, 'image') }, { candidate_labels: candidates });
	},
	items: (answer, [{ options }]) => [{ json: classification(answer.results, options.minScore) }],
});
