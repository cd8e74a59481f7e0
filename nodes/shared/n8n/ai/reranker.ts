import type { ISupplyDataFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { isDict } from '../../core/answer';
import type { AnyOperation, Dict, Inputs, Output } from '../../core/operation';
import { saysSomething } from '../../core/trim';
import { collection, maxRetriesOption, modelField, timeoutOption } from '../../operations/fields';
import { instructionOption, minimumScoreOption, rerank, topNField } from '../../operations/text/rerank';
import { readParameters } from '../inputs';
import { logged, questionOf, Supplier, type Supplying } from './supplier';

export const rerankerFields = [
	modelField('Qwen/Qwen3-Reranker-4B'),
	topNField,
	collection([instructionOption, maxRetriesOption, minimumScoreOption, timeoutOption]),
] as const;

/** As LangChain's documents are. */
interface FoundDocument {
	readonly pageContent: string;
	readonly metadata: Dict;
}

/** What a vector store of n8n asks for. */
interface Reranker {
	/** Copies of the documents, best first, each with `metadata.relevanceScore`, which n8n shows as its score. */
	compressDocuments(documents: readonly FoundDocument[], query: string): Promise<FoundDocument[]>;
}

/** The main node's ranking for what a store found: one request for a question, whatever the number of documents. */
export async function openReranker(context: ISupplyDataFunctions, item: number): Promise<Supplying<Reranker>> {
	const { model, topN, options } = readParameters(context, rerankerFields, item);
	const own = { ...(isDict(options) ? options : {}), topN };
	const supplier = await Supplier.open(context, item, rerank, { model, options: own });
	const response: Reranker = {
		async compressDocuments(documents, asked) {
			// Nothing can be said about an empty text, and services refuse it.
			const told = documents.filter(({ pageContent }) => saysSomething(pageContent));
			if (told.length === 0) return [];
			const query = questionOf(context, item, asked);
			const inputs = told.map(
				({ pageContent }): Dict => ({
					model,
					query,
					documentSource: 'items',
					document: pageContent,
					simplify: true,
					options: own,
				}),
			);
			const [first, ...rest] = inputs;
			if (!first) return [];
			const shown = { query, documents: documents.map((each) => copyOf(each)) };
			return await logged(context, NodeConnectionTypes.AiReranker, 'ai-document-reranked', shown, async () => {
				const { outputs, requests, costUsd } = await supplier.ask(inputs);
				const value = ranked(rerank, outputs, [first, ...rest]).flatMap(({ from = 0, json }) => {
					const document = told[from];
					return document ? [copyOf(document, { relevanceScore: json.score })] : [];
				});
				return { value, shown: { response: value, requests, costUsd } };
			});
		},
	};
	return { response, closeFunction: supplier.close };
}

/** A plain object of its own: the store's documents stay as they are. */
const copyOf = ({ pageContent, metadata, ...rest }: FoundDocument, more: Dict = {}): FoundDocument => ({
	...rest,
	pageContent,
	metadata: { ...metadata, ...more },
});

const ranked = ({ merge }: AnyOperation, outputs: readonly Output[], inputs: Inputs<Dict>): readonly Output[] =>
	merge?.(
		outputs.map((output, from) => ({ ...output, from })),
		inputs,
	) ?? [];
