import type { ModelSchema } from '../../core/modelSchema';
import type { Dict } from '../../core/operation';

export type Role = 'none' | 'query' | 'passage';

/** How families of models, as their makers publish it, tell a query from a passage. */
const FAMILIES: ReadonlyArray<readonly [RegExp, Readonly<Record<'query' | 'passage', string>>]> = [
	// intfloat, "Multilingual-E5-large", section "Usage": each input starts with one of the two.
	[/(^|[^a-z0-9])e5-/, { query: 'query: ', passage: 'passage: ' }],
	// BAAI, "bge-large-en-v1.5", section "Usage": an instruction for queries only; bge-m3 needs none.
	[/bge-(large|base|small)-en/, { query: 'Represent this sentence for searching relevant passages: ', passage: '' }],
	// Qwen, "Qwen3-Embedding-8B", section "Usage": an instruction for queries only.
	[
		/qwen3-embedding/,
		{
			query: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
			passage: '',
		},
	],
	// Google, "EmbeddingGemma model card", section "Prompt Instructions".
	[/embeddinggemma/, { query: 'task: search result | query: ', passage: 'title: none | text: ' }],
	// Nomic, "nomic-embed-text-v1.5", section "Task instruction prefixes".
	[/nomic-embed/, { query: 'search_query: ', passage: 'search_document: ' }],
];

/**
 * Texts as a model wants them for what they are for: in its own field where its schema has one, else with the words
 * that its family puts before them. `note` says where nothing is known.
 */
export function asRole(
	texts: readonly string[],
	role: Role = 'none',
	model: string,
	schema: ModelSchema | undefined,
): Dict & { inputs: readonly string[]; note?: string } {
	if (role === 'none') return { inputs: texts };
	if (schema?.byName.has('input_type')) return { inputs: texts, input_type: role };
	const name = (model.split('/').at(-1) ?? model).toLowerCase();
	const words = FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
	if (!words) {
		return { inputs: texts, note: `'Input Type' has no effect: the model '${model}' makes no difference between them` };
	}
	const before = words[role];
	return { inputs: before ? texts.map((text) => (text.startsWith(before) ? text : `${before}${text}`)) : texts };
}
