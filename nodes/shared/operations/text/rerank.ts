import { errorText, isDict, number, readEach } from '../../core/answer';
import { byIndex } from '../../core/byIndex';
import { field } from '../../core/fields';
import type { Dict, Inputs, ModelFacts, Output } from '../../core/operation';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { AnswerError, InputError, type Problem } from '../../core/problem';
import { hasMoreEntries, MOST_VALUES } from '../../core/amount';
import { apiNames, jsonRequest } from '../../core/request';
import { mapInSteps } from '../../core/steps';
import { parseJson } from '../../core/values';
import { saysSomething } from '../../core/trim';
import { modelField, optionsField, simplifyField } from '../fields';

/** Documents of one request; how many it may hold is not documented (docs/api.md#rerank). */
const MAX_DOCUMENTS = 1000;

/** Models that take one query for all documents, known by their names where there is no schema. */
const ONE_QUERY = /cross-encoder|ms-marco/i;

/** Characters that the query may have, as often as it is sent with a document. */
const LONGEST_QUERIES = 64 * MEGABYTE;

const LINES = '\n';

/** One a line, or as an array gives them. */
function listedDocuments(documents: string | readonly string[] | undefined): readonly string[] {
	if (documents === undefined) return [];
	if (typeof documents !== 'string') return documents;
	const read = documents.trim().startsWith('[') ? parseJson(documents) : undefined;
	if (Array.isArray(read)) return read.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
	if (hasMoreEntries(documents, MOST_VALUES, LINES)) {
		throw new InputError(`'Documents' has more than ${MOST_VALUES} lines`, 'Spread them over several items.');
	}
	return documents.split(/\r?\n/).filter(saysSomething);
}

/** What an input asks about: its own document, or the list that it has not been split into yet. */
const documentsOf = ({
	document,
	documents,
}: {
	readonly document: string | undefined;
	readonly documents: string | readonly string[] | undefined;
}): readonly string[] => (document === undefined ? listedDocuments(documents) : [document]);

/** Whether the model takes one query for all; in the second form, the other way round. */
function takesOneQuery(model: string, { schema, form = 0 }: ModelFacts): boolean {
	const isOne =
		schema?.byName.has('query') || schema?.byName.has('queries')
			? !schema.byName.has('queries')
			: ONE_QUERY.test(model);
	return form === 0 ? isOne : !isOne;
}

interface Scored {
	readonly output: Output;
	readonly score: number;
}

/** Best first, as many as are wanted; those of equal score in the order in which they came. */
function rank(outputs: readonly Output[], options: { topN?: number; minScore?: number }): Scored[] {
	const { topN = Infinity, minScore = -Infinity } = options;
	return outputs
		.map((output) => ({ output, score: number(output.json.score) ?? -Infinity }))
		.filter(({ score }) => score >= minScore)
		.sort((a, b) => b.score - a.score)
		.slice(0, topN);
}

export const instructionOption = field({
	displayName: 'Instruction',
	name: 'instruction',
	type: 'string',
	default: '',
	placeholder: 'e.g. Find the passage that answers it',
	description: 'What makes a document relevant, for models that take an instruction',
});

export const minimumScoreOption = field({
	displayName: 'Minimum Score',
	name: 'minScore',
	type: 'number',
	default: 0.5,
	typeOptions: { numberPrecision: 4 },
	description: 'Documents with a lower score are left out. Most models give scores from 0 to 1.',
});

export const topNField = field({
	displayName: 'Top N',
	name: 'topN',
	type: 'number',
	default: 5,
	typeOptions: { minValue: 1, numberPrecision: 0 },
	description: 'How many documents to return at most, the best ones',
});

export const rerank = defineOperation({
	resource: 'text',
	value: 'rerank',
	name: 'Rerank',
	action: 'Rerank texts',
	description: 'Sort texts by how well they answer a search query, best first',
	tasks: ['reranker'],
	largestAnswer: 4 * MEGABYTE,
	batch: { over: 'document', max: MAX_DOCUMENTS },
	usesFacts: true,
	forms: 2,
	outputFields: {
		score: 'number',
		rank: 'integer',
		results: [{ index: 'integer', document: 'string', score: 'number' }],
	},
	fields: [
		modelField('Qwen/Qwen3-Reranker-4B'),
		{
			displayName: 'Query',
			name: 'query',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. How do I reset my password?',
			description:
				'What is looked for. Items with the same query are one search; each other query is a search of its own.',
		},
		{
			displayName: 'Document Source',
			name: 'documentSource',
			type: 'options',
			options: [
				{
					name: 'Input Items',
					value: 'items',
					description: 'Each input item is a document; the items come out sorted',
				},
				{ name: 'List', value: 'list', description: 'Each input item has a list of documents of its own' },
			],
			default: 'items',
			description: 'Where the texts come from',
		},
		{
			displayName: 'Document',
			name: 'document',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			displayOptions: { show: { documentSource: ['items'] } },
			placeholder: 'e.g. {{ $json.text }}',
			description: 'The text of this item that is compared with the query',
		},
		{
			displayName: 'Documents',
			name: 'documents',
			type: 'string',
			orList: true,
			isList: true,
			typeOptions: { rows: 6 },
			default: '',
			required: true,
			displayOptions: { show: { documentSource: ['list'] } },
			placeholder: 'e.g. {{ $json.passages }}',
			description: 'The texts to compare with the query, one a line. An expression may give an array.',
		},
		simplifyField,
		optionsField([instructionOption, minimumScoreOption, topNField]),
	],
	// Each document of a list is asked about as an item would be; the list itself is not carried along.
	*split(input) {
		if (input.documentSource === 'items') return [input];
		const documents = listedDocuments(input.documents);
		yield;
		return yield* mapInSteps(documents, (document) => ({ ...input, documents: undefined, document }));
	},
	isDeterministic: () => true,
	request: (inputs, facts) => {
		const [first] = inputs;
		const documents = inputs.flatMap((input) => documentsOf(input));
		if (documents.length === 0) {
			throw new InputError("'Documents' is empty", 'Give at least one text to compare with the query.');
		}
		if (!documents.every(saysSomething)) {
			throw new InputError("'Documents' has an empty entry", 'Leave empty texts out of the array.');
		}
		if (documents.length > MAX_DOCUMENTS) {
			throw new InputError(
				`${documents.length} documents are more than one request can hold (${MAX_DOCUMENTS})`,
				"The node spreads them over several requests when 'Simplify' is on and neither 'Webhook URL' nor 'Dry Run' is set.",
			);
		}
		const isOne = takesOneQuery(first.model, facts);
		if (!isOne && first.query.length * documents.length > LONGEST_QUERIES) {
			throw new InputError(
				`'Query' has ${first.query.length} characters, too many to be sent with each of ${documents.length} documents`,
				'Shorten it: a search query is a sentence or two.',
			);
		}
		const asked = isOne ? { query: first.query } : { queries: documents.map(() => first.query) };
		return jsonRequest(first, { ...asked, documents, ...apiNames(first.options, 'instruction') });
	},
	isFormRefused: (problem: Problem) =>
		problem.kind === 'status' &&
		[400, 422].includes(problem.status) &&
		/quer(y|ies)/i.test(errorText(problem.body) ?? ''),
	items: (answer, inputs) => scoresOf(answer, inputs).map((output, from) => ({ ...output, from })),
	merge: (outputs, inputs) => {
		const [{ documentSource, options }] = inputs;
		if (documentSource === 'items') {
			return rank(outputs, options).map(({ output: { from }, score }, index) => ({
				json: { score, rank: index + 1 },
				from,
			}));
		}
		return inputs.map((_, from) => {
			const own = outputs
				.filter((output) => output.from === from)
				.map(({ json }, index) => ({ json: { index, ...json } }));
			return { json: { results: rank(own, options).map(({ output }) => output.json) }, from };
		});
	},
});

/** A list of scores, or a row for each document that was scored. Undefined for what cannot be told apart. */
function scoresIn({ scores, results, data }: Dict, count: number): readonly unknown[] | undefined {
	const given: unknown = scores ?? results ?? data;
	const list: readonly unknown[] = Array.isArray(given) ? given : [];
	const [first] = list;
	if (list.length > 0 && list.every(isDict))
		return byIndex(list, count)?.map((row) => row?.relevance_score ?? row?.score);
	// One query's list of its own.
	const own: readonly unknown[] = list.length === 1 && Array.isArray(first) && first.length === count ? first : list;
	if (own.length !== count) return undefined;
	return own.every(isOfOne) ? own.map(([score]) => score) : own;
}

/** As models give one class's score for each document. */
const isOfOne = (score: unknown): score is readonly [unknown] => Array.isArray(score) && score.length === 1;

/**
 * The score of each input's document. One without a score is none: it would be ranked as if it had one.
 * @throws AnswerError when they cannot be told apart
 */
function scoresOf(answer: Dict, inputs: Inputs<{ readonly document: string | undefined }>): Output[] {
	const scores = scoresIn(answer, inputs.length);
	if (!scores) {
		throw new AnswerError(`DeepInfra did not answer with ${inputs.length} scores, one for each document`);
	}
	return readEach(inputs, ({ document }, position) => {
		const score = number(scores[position]);
		if (score === undefined) {
			throw new AnswerError(`DeepInfra gave no score for document ${position + 1} of ${inputs.length}`);
		}
		return { json: { document, score } };
	});
}
