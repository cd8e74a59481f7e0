import { classification } from '../../core/answer';
import { formRequest } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { InputError } from '../../core/problem';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField } from '../fields';

const labelsOf = (given: string | readonly string[]) => [
	...new Set((typeof given === 'string' ? given.split(',') : given).map((label) => label.trim()).filter(Boolean)),
];

export const classifyZeroShot = defineOperation({
	resource: 'image',
	value: 'classifyZeroShot',
	name: 'Classify with Own Labels',
	action: 'Classify image with own labels',
	description: 'Find which of your own labels fits an image best (zero-shot classification)',
	tasks: ['zero-shot-image-classification'],
	fields: [
		modelField('openai/clip-vit-base-patch32'),
		...mediaInputFields('image', 'https://example.com/photo.jpg'),
		{
			displayName: 'Candidate Labels',
			name: 'candidateLabels',
			type: 'string',
			orList: true,
			default: '',
			required: true,
			placeholder: 'e.g. dog, cat, car, horse, person',
			description: 'The labels to choose from, separated by commas. An expression may give an array.',
		},
		simplifyField,
		optionsField([]),
	],
	request: ([input]) => {
		const candidates = labelsOf(input.candidateLabels);
		if (candidates.length === 0) {
			throw new InputError("'Candidate Labels' has no label", 'Enter the labels to choose from, separated by commas.');
		}
		return formRequest(input, { image: mediaInput(input) }, { candidate_labels: candidates });
	},
	items: (answer) => [{ json: classification(answer.results) }],
});
