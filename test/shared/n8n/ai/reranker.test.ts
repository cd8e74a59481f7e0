/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { NodeConnectionTypes, type INodeParameters } from 'n8n-workflow';
import { Document } from '@langchain/core/documents';
import { isDict } from '../../../../nodes/shared/core/answer';
import { startEmulator, type Emulator } from '../../../emulator';
import { openSupply, type SupplyOptions } from '../../../support/engine/supply';
import { modelId } from '../../../support/parameters';
import { stopwatch } from '../../../support/yardstick';

let emulator: Emulator;
beforeEach(async () => (emulator = await startEmulator({ seed: 5 })));
afterEach(async () => await emulator.close());

interface Reranker {
	compressDocuments(documents: Document[], query: string): Promise<Document[]>;
}
const isReranker = (value: unknown): value is Reranker =>
	isDict(value) && typeof value.compressDocuments === 'function';

async function open(parameters: INodeParameters = {}, rest: Partial<SupplyOptions> = {}) {
	const supply = await openSupply({
		node: 'rerankerDeepInfra',
		connection: NodeConnectionTypes.AiReranker,
		parameters: { model: modelId('Qwen/Qwen3-Reranker-4B'), topN: 5, options: {}, ...parameters },
		baseUrl: emulator.url,
		...rest,
	});
	if (!isReranker(supply.response)) throw new Error('no reranker');
	return { reranker: supply.response, runs: supply.runs };
}

const asked = () => emulator.requests.filter(({ path }) => path.startsWith('/v1/inference/'));
const bodies = () => asked().flatMap(({ json }) => (isDict(json) ? [json] : []));

const QUESTION = 'How are whales related to mammals?';
const documents = () => [
	new Document({ pageContent: 'Tea is grown in Assam', metadata: { source: 'tea.md' }, id: 'a' }),
	new Document({ pageContent: 'Whales are mammals', metadata: { source: 'sea.md', loc: { line: 3 } } }),
	new Document({ pageContent: 'Whales sing at night', metadata: { source: 'song.md' } }),
];
const scoresOf = (found: readonly Document[]) => found.map(({ metadata }) => Number(metadata.relevanceScore));

describe('a reranker for what a vector store found', () => {
	it('puts the documents in the order of their scores, in one request', async () => {
		const { reranker } = await open();
		const found = await reranker.compressDocuments(documents(), QUESTION);
		expect(found.map(({ metadata }) => metadata.source)).toEqual(['sea.md', 'song.md', 'tea.md']);
		expect(scoresOf(found)).toEqual([...scoresOf(found)].sort((a, b) => b - a));
		expect(bodies()).toEqual([
			{
				queries: [QUESTION, QUESTION, QUESTION],
				documents: ['Tea is grown in Assam', 'Whales are mammals', 'Whales sing at night'],
			},
		]);
	});

	it('gives copies and leaves the documents as they are', async () => {
		const { reranker } = await open();
		const given = documents();
		const found = await reranker.compressDocuments(given, QUESTION);
		expect(given).toEqual(documents());
		expect(found.find(({ id }) => id === 'a')).toMatchObject({
			pageContent: 'Tea is grown in Assam',
			metadata: { source: 'tea.md', relevanceScore: expect.any(Number) },
		});
		for (const each of found) each.metadata.source = 'changed';
		expect(given).toEqual(documents());
	});

	it('keeps the best ones, and those alone that are good enough', async () => {
		const { reranker } = await open({ topN: 2 });
		expect(await reranker.compressDocuments(documents(), QUESTION)).toHaveLength(2);
		const { reranker: strict } = await open({ options: { minScore: 0.3 } });
		const found = await strict.compressDocuments(documents(), QUESTION);
		expect(found.map(({ metadata }) => metadata.source)).toEqual(['sea.md']);
	});

	it('says what makes a document relevant', async () => {
		const { reranker } = await open({ options: { instruction: 'Prefer songs' } });
		await reranker.compressDocuments(documents(), QUESTION);
		expect(bodies()).toMatchObject([{ instruction: 'Prefer songs' }]);
	});

	it('asks nothing for no documents, nor about empty ones', async () => {
		const { reranker, runs } = await open();
		expect(await reranker.compressDocuments([], QUESTION)).toEqual([]);
		expect(await reranker.compressDocuments([new Document({ pageContent: ' \n\u200b' })], QUESTION)).toEqual([]);
		expect(asked()).toEqual([]);
		expect(runs()).toEqual([]);
		const some = [new Document({ pageContent: '' }), ...documents()];
		expect(await reranker.compressDocuments(some, QUESTION)).toHaveLength(3);
		expect(bodies()[0]?.documents).toHaveLength(3);
	});

	it.each(['""', '" "', 'null'])('refuses a question that an expression has left empty: %s', async (json) => {
		const { reranker } = await open();
		await expect(reranker.compressDocuments(documents(), JSON.parse(json))).rejects.toThrow(
			'The question to search for is empty',
		);
		expect(asked()).toEqual([]);
	});

	it('sends equal texts once and more than a request takes in several', async () => {
		const { reranker } = await open({ topN: 2000 });
		const many = Array.from({ length: 1500 }, (_, index) => new Document({ pageContent: `whales ${index % 1200}` }));
		expect(await reranker.compressDocuments(many, QUESTION)).toHaveLength(1500);
		expect(bodies().map(({ documents: sent }) => Array.isArray(sent) && sent.length)).toEqual([1000, 200]);
	});

	it('shows what it was asked, what it found and what it cost in the run data', async () => {
		const { reranker, runs } = await open({ topN: 1 });
		await reranker.compressDocuments(documents(), QUESTION);
		const [run] = runs();
		expect(run?.inputOverride?.ai_reranker?.[0]?.[0]?.json).toMatchObject({
			query: QUESTION,
			documents: [{ pageContent: 'Tea is grown in Assam' }, {}, {}],
		});
		expect(run?.data?.ai_reranker?.[0]?.[0]?.json).toEqual({
			response: [
				{
					pageContent: 'Whales are mammals',
					metadata: { source: 'sea.md', loc: { line: 3 }, relevanceScore: expect.any(Number) },
				},
			],
			requests: 1,
			costUsd: expect.any(Number),
		});
	});

	it('asks a model that takes one query for all in its own form', async () => {
		const { reranker } = await open({ model: modelId('cross-encoder/ms-marco-MiniLM-L-12-v2') });
		await reranker.compressDocuments(documents(), QUESTION);
		expect(bodies()).toEqual([expect.objectContaining({ query: QUESTION })]);
	});

	it('fails in words that name DeepInfra, in the run data, too', async () => {
		const { reranker, runs } = await open({}, { apiKey: 'emulator-key-no-balance' });
		await expect(reranker.compressDocuments(documents(), QUESTION)).rejects.toThrow(/DeepInfra account has no balance/);
		expect(runs().map(({ error }) => error?.message)).toEqual([expect.stringContaining('DeepInfra')]);
	});

	it('asks again when DeepInfra is busy', async () => {
		let busy = 2;
		emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') && busy-- > 0 ? { kind: 'status', status: 429, retryAfter: 0 } : undefined;
		const { reranker } = await open();
		expect(await reranker.compressDocuments(documents(), QUESTION)).toHaveLength(3);
		expect(asked()).toHaveLength(3);
	});

	it('ends within 0.1 s of Stop, also in the pause of a retry', async () => {
		emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status: 503, retryAfter: 60 } : undefined;
		const stop = new AbortController();
		const { reranker } = await open({}, { stop: stop.signal });
		const failure = reranker.compressDocuments(documents(), QUESTION).catch((error: unknown) => error);
		while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
		await new Promise((resolve) => setTimeout(resolve, 50));
		const took = stopwatch();
		stop.abort();
		expect(await failure).toBeInstanceOf(Error);
		expect(took()).toBeLessThan(100);
	});
});
