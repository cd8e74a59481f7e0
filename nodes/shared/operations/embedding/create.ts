import { numbers } from '../../core/answer';
import { apiNames, jsonRequest } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { modelField, optionsField, simplifyField } from '../fields';

/** The API's limit (docs/api.md#embeddings). */
const MAX_TEXTS = 1024;

/** Several texts of one item, as an expression can give them. */
const textsOf = (text: string | readonly string[]) => (typeof text === 'string' ? [text] : text);

export const createEmbedding = defineOperation({
	resource: 'embedding',
	value: 'create',
	name: 'Create',
	action: 'Create embedding',
	description: 'Turn text into a vector of numbers, for semantic search, comparison or clustering',
	tasks: ['embeddings'],
	batch: { over: 'text', max: MAX_TEXTS },
	fields: [
		modelField('BAAI/bge-large-en-v1.5'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			orList: true,
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. What is the capital of France?',
			description: 'The text to turn into a vector. An expression may give an array of texts.',
		},
		simplifyField,
		optionsField([
			{
				displayName: 'Dimensions',
				name: 'dimensions',
				type: 'number',
				default: 1024,
				typeOptions: { minValue: 32, numberPrecision: 0 },
				description: "The length of the vector, if the model can choose it. Must not exceed the model's own length.",
			},
			{
				displayName: 'Normalize',
				name: 'normalize',
				type: 'boolean',
				default: true,
				description: 'Whether to scale each vector to length 1',
			},
		]),
	],
	split: (input) => (typeof input.text === 'string' ? [input] : input.text.map((text) => ({ ...input, text }))),
	join: (outputs, { text }) =>
		typeof text === 'string'
			? [...outputs]
			: [
					{
						json: {
							embeddings: outputs.map(({ json }) => json.embedding),
							dimensions: outputs[0]?.json.dimensions,
						},
					},
				],
	request: (inputs) => {
		const texts = inputs.flatMap(({ text }) => textsOf(text));
		if (texts.some((text) => text === '')) {
			throw new InputError("'Text' has an empty entry", 'Leave empty texts out of the array.');
		}
		if (texts.length > MAX_TEXTS) {
			throw new InputError(
				`${texts.length} texts are more than one request can hold (${MAX_TEXTS})`,
				"The node spreads them over several requests when 'Simplify' is on and neither 'Webhook URL' nor 'Dry Run' is set.",
			);
		}
		return jsonRequest(inputs[0], { inputs: texts, ...apiNames(inputs[0].options, 'normalize', 'dimensions') });
	},
	items: (answer, inputs) => {
		const { embeddings } = answer;
		if (!Array.isArray(embeddings) || embeddings.length !== inputs.length) {
			throw new AnswerError(`DeepInfra did not answer with ${inputs.length} embeddings, one for each text`);
		}
		return embeddings.map((row: unknown, from) => {
			const embedding = numbers(row, 'an embedding');
			return { json: { embedding, dimensions: embedding.length }, from };
		});
	},
});
