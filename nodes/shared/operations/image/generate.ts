import { apiNames, isRepeatable, jsonRequest } from '../../core/request';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { modelField, optionsField, outputDataField, seedOption, simplifyField } from '../fields';
import { placeEdges } from './edges';
import { picturesOf } from './pictures';

export const generateImage = defineOperation({
	resource: 'image',
	value: 'generate',
	name: 'Generate',
	action: 'Generate image',
	description: 'Make an image from a description',
	tasks: ['text-to-image'],
	usesFacts: true,
	largestAnswer: 256 * MEGABYTE,
	timeout: 600,
	makes: 'image',
	outputFields: { index: 'integer', seed: 'number', nsfwContentDetected: 'boolean', prompt: 'string' },
	fields: [
		modelField('black-forest-labs/FLUX-1-schnell'),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. a burger with a funny hat on the beach',
			description: 'What the image shows',
		},
		outputDataField,
		simplifyField,
		optionsField([
			{
				displayName: 'Guidance Scale',
				name: 'guidanceScale',
				type: 'number',
				default: 7.5,
				typeOptions: { minValue: 0, numberPrecision: 2 },
				description: 'How closely the image follows the prompt',
			},
			{
				displayName: 'Height',
				name: 'height',
				type: 'number',
				default: 1024,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'Height of the image in pixels',
			},
			{
				displayName: 'Inference Steps',
				name: 'numInferenceSteps',
				type: 'number',
				default: 25,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'More steps give finer images and take longer',
			},
			{
				displayName: 'Negative Prompt',
				name: 'negativePrompt',
				type: 'string',
				default: '',
				placeholder: 'e.g. text, watermark',
				description: 'What the image must not show',
			},
			{
				displayName: 'Number of Images',
				name: 'numImages',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'How many images to make. Each becomes an item of its own.',
			},
			seedOption('The same seed and prompt give the same image again'),
			{
				displayName: 'Strength',
				name: 'strength',
				type: 'number',
				default: 0.8,
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				description: 'How much a start image is changed, for models that take one. 1 ignores it.',
			},
			{
				displayName: 'Width',
				name: 'width',
				type: 'number',
				default: 1024,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'Width of the image in pixels',
			},
		]),
	],
	isDeterministic: isRepeatable,
	request: ([input], { schema }) =>
		jsonRequest(input, {
			prompt: input.prompt,
			...placeEdges(schema, input.options.width, input.options.height),
			...apiNames(input.options, 'negativePrompt', 'numImages'),
			...apiNames(input.options, 'numInferenceSteps', 'guidanceScale', 'strength', 'seed'),
		}),
	items: (answer, [{ prompt }]) => picturesOf(answer, (seed) => ({ seed, prompt })),
});
