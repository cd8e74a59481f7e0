import { field } from '../../core/fields';
import { seedOption } from '../fields';

/** Options that all operations over chat models share. */

export const maxTokensOption = field({
	displayName: 'Max Tokens',
	name: 'maxTokens',
	type: 'number',
	default: 1024,
	// More is refused by DeepInfra (docs/api.md#what-multiplies-a-price).
	typeOptions: { minValue: 1, maxValue: 10_000_000, numberPrecision: 0 },
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

export const frequencyPenaltyOption = field({
	displayName: 'Frequency Penalty',
	name: 'frequencyPenalty',
	type: 'number',
	default: 0,
	typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
	description: 'Above 0: the more often a word has occurred, the less likely it comes again',
});

export const jsonSchemaOption = field({
	displayName: 'JSON Schema',
	name: 'jsonSchema',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "type": "object", "properties": { "city": { "type": "string" } } }',
	description: "What the answer must fit. Needs 'JSON Schema' as 'Response Format'.",
});

export const minPOption = field({
	displayName: 'Min P',
	name: 'minP',
	type: 'number',
	default: 0,
	typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 3 },
	description: 'Leave out words that are less likely than this share of the likeliest one',
});

export const presencePenaltyOption = field({
	displayName: 'Presence Penalty',
	name: 'presencePenalty',
	type: 'number',
	default: 0,
	typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
	description: 'Above 0: a word that has occurred is less likely to come again',
});

export const responseFormatOption = field({
	displayName: 'Response Format',
	name: 'responseFormat',
	type: 'options',
	options: [
		{ name: 'JSON', value: 'json_object', description: 'Any JSON object. Say so in the messages too.' },
		{ name: 'JSON Schema', value: 'json_schema', description: "A JSON object that fits 'JSON Schema'" },
		{ name: 'Text', value: 'text', description: 'Any text' },
	],
	default: 'text',
	description: 'What the answer must look like',
});

export const stopOption = field({
	displayName: 'Stop Sequences',
	name: 'stop',
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
	default: [],
	placeholder: 'e.g. ###',
	description: 'The answer ends before any of these texts. At most 16.',
});

export const topPOption = field({
	displayName: 'Top P',
	name: 'topP',
	type: 'number',
	default: 1,
	typeOptions: { minValue: 0.001, maxValue: 1, numberPrecision: 3 },
	description: 'Choose among the likeliest words that together have this probability',
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
