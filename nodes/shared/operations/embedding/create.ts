import { number } from '../../core/answer';
import { apiNames, jsonRequest } from '../../core/request';
import { defineOperation, MEGABYTE, type Output } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { modelField, oneModelOptionsField, simplifyField } from '../fields';
import { asRole } from './roles';
import { vectorOptions } from './vectorOptions';
import { knownDimensions, lengthOf, readVectors, rowsOfVectors } from './vectors';

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
	largestAnswer: 256 * MEGABYTE,
	batch: { over: 'text', max: MAX_TEXTS },
	alike: ({ dimensions }) => lengthOf(number(dimensions) ?? 0),
	outputFields: { embedding: ['number'], dimensions: 'integer' },
	fields: [
		modelField('Qwen/Qwen3-Embedding-8B'),
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
		oneModelOptionsField([
			...vectorOptions,
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
	usesFacts: true,
	request: (inputs, { schema, name = inputs[0].model }) => {
		const [{ options }] = inputs;
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
		const most = knownDimensions(name);
		if (most !== undefined && options.dimensions !== undefined && options.dimensions > most) {
			throw new InputError(
				`'Dimensions' is ${options.dimensions}, but the model '${name}' has only ${most}`,
				'DeepInfra would fill up the vector with zeros. Enter a smaller number, or choose another model.',
			);
		}
		const { note, ...body } = asRole(texts, options.inputType, name, schema);
		return { ...jsonRequest(inputs[0], { ...body, ...apiNames(options, 'normalize', 'dimensions') }), note };
	},
	items: (answer, inputs, sent) => {
		const embeddings = rowsOfVectors(answer, inputs.length);
		if (!embeddings) {
			throw new AnswerError(`DeepInfra did not answer with ${inputs.length} embeddings, one for each text`);
		}
		const wanted = sent ? number(sent.json?.dimensions) : inputs[0].options.dimensions;
		const vectors = readVectors(embeddings, wanted);
		const [first] = vectors;
		// One text alone has no neighbours to be spared.
		if (vectors.length === 1 && first && 'problem' in first) throw new AnswerError(first.problem);
		return vectors.map((vector, from): Output => {
			if ('problem' in vector) return { json: {}, from, problem: vector.problem };
			const { length } = vector.embedding;
			const isOther = wanted !== undefined && length !== wanted;
			return {
				json: { embedding: vector.embedding, dimensions: length },
				from,
				...(isOther ? { note: `The model gave vectors of ${length} numbers instead of the ${wanted} asked for` } : {}),
			};
		});
	},
});
