import { dictOf, listOf, textOf, type Dict } from '../../../scripts/json';
import { readItems } from '../support/executions';
import { ensure } from '../support/report';
import { connectInLine, manualTrigger, otherNode, splitNode, type WorkflowNode } from '../support/workflows';
import {
	byId,
	chatModel,
	EMBEDDER,
	ensureSuccess,
	LANGCHAIN,
	ownNode,
	runsOf,
	runWorkflow,
	to,
	type AgentWorld,
} from './build';

const SMALL_EMBEDDER = 'sentence-transformers/all-MiniLM-L6-v2';

const store = (mode: string, memoryKey: string, more: Dict = {}) =>
	otherNode('Store', `${LANGCHAIN}.vectorStoreInMemory`, 1.3, { mode, memoryKey: byId(memoryKey), ...more });

const embeddings = (world: AgentWorld, model = EMBEDDER) =>
	ownNode(world, 'Embeddings', 'embeddingsDeepInfra', { model: byId(model) });

const reranker = (world: AgentWorld, topN: number) =>
	ownNode(world, 'Reranker', 'rerankerDeepInfra', { model: byId('Qwen/Qwen3-Reranker-4B'), topN });

const loader = () =>
	otherNode('Loader', `${LANGCHAIN}.documentDefaultDataLoader`, 1.1, {
		jsonMode: 'expressionData',
		jsonData: '={{ $json.text }}',
		options: {},
	});

/** One item that holds as many texts as are wanted, made by an expression so that the workflow stays small. */
const texts = (items: string) =>
	otherNode('List', 'n8n-nodes-base.set', 3.4, {
		mode: 'raw',
		jsonOutput: `={{ JSON.stringify({ items: ${items} }) }}`,
		options: {},
	});

async function fill(world: AgentWorld, memoryKey: string, items: string, model: string): Promise<Dict> {
	const line: WorkflowNode[] = [
		manualTrigger(),
		texts(items),
		splitNode(),
		store('insert', memoryKey, { clearStore: true }),
	];
	const connections = {
		...connectInLine(line),
		Loader: to('Store', 'ai_document'),
		Embeddings: to('Store', 'ai_embedding'),
	};
	const nodes = [...line, loader(), embeddings(world, model)];
	const execution = await runWorkflow(world.client, `e2eFill_${memoryKey}`, { nodes, connections }, 150);
	ensureSuccess(execution, 'filling the store');
	return execution;
}

const TEXTS = ['Paris lies in France', 'Tea is grown in Assam', 'Whales are mammals', 'Whales sing at night'];
const KEY = 'e2eKnowledge';

/** Vector stores over the embeddings and the reranker. */
export async function checkStores(world: AgentWorld): Promise<void> {
	const { client, emulator, report } = world;
	const inference = (before: number, model: string) =>
		emulator.requests.slice(before).filter(({ path }) => path === `/v1/inference/${model}`);

	await report.check('A vector store is filled with the DeepInfra Embeddings', async () => {
		const before = emulator.requests.length;
		const filled = await fill(world, KEY, JSON.stringify(TEXTS.map((text) => ({ text }))), EMBEDDER);
		ensure(readItems(filled, 'Store').length === TEXTS.length, 'the store did not take all documents');
		const asked = inference(before, EMBEDDER).length;
		ensure(asked >= 1 && asked <= TEXTS.length, `the store asked ${asked} times`);
		const shown = JSON.stringify(runsOf(filled, 'Embeddings')[0]);
		ensure(/"dimensions":1024/.test(shown), `the run data of the embeddings: ${shown.slice(0, 300)}`);
		ensure(shown.length < 5000, 'the run data of the embeddings holds the vectors');
	});

	await report.check('A vector store is searched, and what it found is reranked', async () => {
		const loading = [
			manualTrigger(),
			store('load', KEY, { prompt: 'How do whales sing at night?', topK: 4, useReranker: true }),
		];
		const found = await runWorkflow(client, 'e2eRerank', {
			nodes: [...loading, embeddings(world), reranker(world, 2)],
			connections: {
				...connectInLine(loading),
				Embeddings: to('Store', 'ai_embedding'),
				Reranker: to('Store', 'ai_reranker'),
			},
		});
		ensureSuccess(found, 'the store');
		const items = readItems(found, 'Store').map(({ json }) => dictOf(json));
		const pages = items.map(({ document }) => textOf(dictOf(document).pageContent));
		ensure(pages[0] === 'Whales sing at night' && pages.length === 2, `the store gave ${pages.join(' | ')}`);
		const scores = items.map(({ score }) => Number(score));
		ensure(Number(scores[0]) > Number(scores[1]), `with the scores ${scores.join(', ')}`);
		const shown = JSON.stringify(runsOf(found, 'Reranker')[0]);
		const parts = [/"query":"How do whales/, /"relevanceScore":0\.\d+/, /"costUsd":[\d.e-]+/];
		ensure(
			parts.every((part) => part.test(shown)),
			`the run data shows ${shown}`,
		);
	});

	await report.check(
		'A question-and-answer chain answers from what the store found and the reranker chose',
		async () => {
			const line = [
				manualTrigger(),
				otherNode('Chain', `${LANGCHAIN}.chainRetrievalQa`, 1.7, {
					promptType: 'define',
					text: 'What do whales do at night?',
					options: {},
				}),
			];
			const before = emulator.requests.length;
			const answered = await runWorkflow(client, 'e2eChain', {
				nodes: [
					...line,
					chatModel(world),
					otherNode('Retriever', `${LANGCHAIN}.retrieverVectorStore`, 1, { topK: 4 }),
					store('retrieve', KEY, { useReranker: true }),
					embeddings(world),
					reranker(world, 2),
				],
				connections: {
					...connectInLine(line),
					'Chat Model': to('Chain', 'ai_languageModel'),
					Retriever: to('Chain', 'ai_retriever'),
					Store: to('Retriever', 'ai_vectorStore'),
					Embeddings: to('Store', 'ai_embedding'),
					Reranker: to('Store', 'ai_reranker'),
				},
			});
			ensureSuccess(answered, 'the chain');
			const asked = emulator.requests.slice(before);
			const chat = JSON.stringify(asked.find(({ path }) => path.endsWith('/chat/completions'))?.json ?? '');
			ensure(chat.includes('Whales sing at night'), `the best document is not in the prompt: ${chat}`);
			ensure(!chat.includes('Tea is grown in Assam'), 'a document that was ranked out is in the prompt');
			const said = textOf(dictOf(readItems(answered, 'Chain')[0]?.json).response) ?? '';
			ensure(said.length > 10, `the chain said: ${said}`);
		},
	);

	await report.check('10,000 documents go into a vector store', async () => {
		const before = emulator.requests.length;
		const items = '[...Array(10000).keys()].map((index) => ({ text: "Document " + index }))';
		const filled = await fill(world, 'e2eMany', items, SMALL_EMBEDDER);
		const count = readItems(filled, 'Store').length;
		ensure(count === 10_000, `the store has ${count} documents`);
		const sent = inference(before, SMALL_EMBEDDER).map(({ json }) => listOf(dictOf(json).inputs).length);
		ensure(sent.reduce((sum, each) => sum + each, 0) === 10_000, `DeepInfra got the batches ${sent.join(', ')}`);
		const shown = JSON.stringify(runsOf(filled, 'Embeddings')).length;
		ensure(shown < 100_000, `the run data of the embeddings has ${shown} characters`);
	});
}
