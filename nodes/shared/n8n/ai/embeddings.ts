import type { ISupplyDataFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { isDict, numbers } from '../../core/answer';
import { field } from '../../core/fields';
import type { Dict } from '../../core/operation';
import { createEmbedding } from '../../operations/embedding/create';
import { collection, maxRetriesOption, modelField, timeoutOption } from '../../operations/fields';
import { readParameters } from '../inputs';
import { logged, questionOf, refusal, Supplier, type Supplying } from './supplier';

export const embeddingsFields = [
	modelField('Qwen/Qwen3-Embedding-8B'),
	collection([
		field({
			displayName: 'Dimensions',
			name: 'dimensions',
			type: 'number',
			default: 1024,
			typeOptions: { minValue: 32, numberPrecision: 0 },
			description:
				'The length of the vectors, if the model can choose it. A vector store takes vectors of one length only.',
		}),
		field({
			displayName: 'Input Type',
			name: 'inputType',
			type: 'options',
			options: [
				{ name: 'Automatic', value: 'auto', description: 'Documents as passages, questions as queries' },
				{ name: 'None', value: 'none', description: 'Every text as it is' },
				{ name: 'Passage', value: 'passage', description: 'Every text as one that is stored to be found' },
				{ name: 'Query', value: 'query', description: 'Every text as one that looks for passages' },
			],
			default: 'auto',
			description: 'How a model that is made for search is told what a text is for. Others get the text as it is.',
		}),
		maxRetriesOption,
		timeoutOption,
	]),
] as const;

/** What a vector store of n8n asks for. */
interface Embeddings {
	embedDocuments(documents: string[]): Promise<number[][]>;
	embedQuery(query: string): Promise<number[]>;
}

type InputType = 'passage' | 'query';

/** Vectors of the texts, in their order. Equal texts are sent once, up to 1,024 texts a request. */
export async function openEmbeddings(context: ISupplyDataFunctions, item: number): Promise<Supplying<Embeddings>> {
	const { model, options } = readParameters(context, embeddingsFields, item);
	const own = isDict(options) ? options : {};
	const supplier = await Supplier.open(context, item, createEmbedding, { model, options: own });
	const embed = async (texts: readonly string[], inputType: InputType) => {
		const inputs = texts.map((text): Dict => ({ model, text, simplify: true, options: withInputType(own, inputType) }));
		const { outputs, requests, costUsd } = await supplier.ask(inputs);
		const vectors = outputs.map(({ json }) => numbers(json.embedding, 'an embedding'));
		return { vectors, shown: { count: vectors.length, dimensions: vectors[0]?.length, requests, costUsd } };
	};
	const response: Embeddings = {
		async embedDocuments(documents) {
			if (documents.length === 0) return [];
			const count = { documents: documents.length };
			return await logged(context, NodeConnectionTypes.AiEmbedding, 'ai-document-embedded', count, async () => {
				const empty = documents.indexOf('') + 1;
				if (empty > 0)
					throw refusal(
						context,
						item,
						`Document ${empty} of ${documents.length} is empty`,
						"Leave it out before the vector store, for example with n8n's 'Filter' node.",
					);
				const { vectors, shown } = await embed(documents, 'passage');
				return { value: vectors, shown };
			});
		},
		async embedQuery(query) {
			return await logged(context, NodeConnectionTypes.AiEmbedding, 'ai-query-embedded', { query }, async () => {
				const { vectors, shown } = await embed([questionOf(context, item, query)], 'query');
				return { value: vectors[0] ?? [], shown };
			});
		},
	};
	return { response, closeFunction: supplier.close };
}

/** Documents are passages and a question is a query, unless the user says otherwise. */
const withInputType = (options: Dict, inputType: InputType): Dict =>
	options.inputType === 'auto' || options.inputType === undefined ? { ...options, inputType } : options;
