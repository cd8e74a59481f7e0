import { field } from '../../core/fields';

/** What the vectors of a request are to be like, at once or in a batch. */
export const vectorOptions = [
	field({
		displayName: 'Dimensions',
		name: 'dimensions',
		type: 'number',
		default: 1024,
		typeOptions: { minValue: 32, numberPrecision: 0 },
		description: "The length of the vector, if the model can choose it. Must not exceed the model's own length.",
	}),
	field({
		displayName: 'Input Type',
		name: 'inputType',
		type: 'options',
		options: [
			{ name: 'None', value: 'none', description: 'The text as it is' },
			{ name: 'Passage', value: 'passage', description: 'A text that is stored to be found' },
			{ name: 'Query', value: 'query', description: 'A question or search words that look for passages' },
		],
		default: 'none',
		description:
			'What the text is for. Models made for search put queries and passages in different words, which finds better; those that know no difference get the text as it is.',
	}),
] as const;
