import { refuseField } from '../answer';
import { textOf, textsOf } from '../json';
import { hashText, round } from '../random';
import { wordsOf } from './classify';
import { countTokens, type Call, type Outcome } from './task';

/** Query i is scored against document i, a single query against all; scores keep the order of the documents. */
export function rerank(call: Call): Outcome {
	const documents = textsOf(call.values.documents);
	const single = textOf(call.values.query);
	const queries = single === undefined ? textsOf(call.values.queries) : documents.map(() => single);
	if (queries.length !== documents.length) {
		throw refuseField('queries', `must have as many items as documents: ${queries.length} and ${documents.length}`);
	}
	const scores = documents.map((document, index) => overlap(queries[index] ?? '', document));
	const inputTokens = [...queries, ...documents].reduce((sum, text) => sum + countTokens(text), 0);
	return { body: { scores, input_tokens: inputTokens }, usage: { inputTokens } };
}

function overlap(query: string, document: string): number {
	const asked = new Set(wordsOf(query).filter((word) => word.length > 2));
	const found = new Set(wordsOf(document).filter((word) => asked.has(word)));
	const share = asked.size === 0 ? 0 : found.size / asked.size;
	return round(0.02 + share * 0.95 + (hashText(query + document) % 100) / 10_000);
}
