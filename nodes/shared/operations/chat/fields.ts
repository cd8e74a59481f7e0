import { field } from '../../core/fields';
import { seedOption } from '../fields';

/** Options that all operations over chat models share. */

export const maxTokensOption = field({
	displayName: 'Max Tokens',
	name: 'maxTokens',
	type: 'number',
	default: 1024,
	typeOptions: { minValue: 1, numberPrecision: 0 },
	description:
		'The longest the answer may become, thoughts included. A token is about four characters. Not set: as long as the model allows.',
});

export const temperatureOption = field({
	displayName: 'Temperature',
	name: 'temperature',
	type: 'number',
	default: 0.7,
	typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
	description: 'Low values give predictable answers, high values give varied ones',
});

export const reasoningEffortOption = field({
	displayName: 'Reasoning Effort',
	name: 'reasoningEffort',
	type: 'options',
	options: [
		{ name: 'High', value: 'high' },
		{ name: 'Low', value: 'low' },
		{ name: 'Max', value: 'max' },
		{ name: 'Medium', value: 'medium' },
		{ name: 'Minimal', value: 'minimal' },
		{ name: 'None', value: 'none', description: 'Answer without thinking, where the model can' },
		{ name: 'Very High', value: 'xhigh' },
	],
	default: 'medium',
	description: 'How much a reasoning model thinks before it answers. Thoughts are billed as output tokens.',
});

export const serviceTierOption = field({
	displayName: 'Service Tier',
	name: 'serviceTier',
	type: 'options',
	options: [
		{ name: 'Default', value: 'default' },
		{ name: 'Flex', value: 'flex', description: 'About 20% cheaper, but an answer may take up to 10 minutes' },
		{
			name: 'Priority',
			value: 'priority',
			description: 'About 50% dearer, served before others when DeepInfra is busy',
		},
	],
	default: 'default',
	hint: 'Priority costs about 50% more, Flex about 20% less. A model without the tier serves the default one.',
	description: 'How soon DeepInfra answers, and at what price',
});

export const chatOptions = [
	maxTokensOption,
	temperatureOption,
	seedOption('The same seed with the same input gives the same answer, as far as the model can'),
	reasoningEffortOption,
	serviceTierOption,
] as const;

export const instructionsOption = field({
	displayName: 'Instructions',
	name: 'instructions',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: 'e.g. Amounts are in euros',
	description: 'What else the model has to know or to mind',
});
