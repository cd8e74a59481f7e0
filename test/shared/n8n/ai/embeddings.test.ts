/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { NodeConnectionTypes, type INodeParameters } from 'n8n-workflow';
import { startEmulator, type Emulator } from '../../../emulator';
import { openSupply, type SupplyOptions } from '../../../support/engine/supply';
import { modelId } from '../../../support/parameters';
import { failureOf } from '../../../support/results';
import { isDict } from '../../../../nodes/shared/core/answer';
import { stopwatch } from '../../../support/yardstick';

let emulator: Emulator;
beforeEach(async () => (emulator = await startEmulator({ seed: 5 })));
afterEach(async () => await emulator.close());

interface Embeddings {
	embedDocuments(documents: string[]): Promise<number[][]>;
	embedQuery(query: string): Promise<number[]>;
}
const isEmbeddings = (value: unknown): value is Embeddings =>
	isDict(value) && typeof value.embedDocuments === 'function';

async function open(options: INodeParameters = {}, rest: Partial<SupplyOptions> = {}) {
	const parameters = { model: modelId('BAAI/bge-large-en-v1.5'), options };
	const supply = await openSupply({
		node: 'embeddingsDeepInfra',
		connection: NodeConnectionTypes.AiEmbedding,
		parameters,
		baseUrl: emulator.url,
		...rest,
	});
	if (!isEmbeddings(supply.response)) throw new Error('no embeddings');
	return { embeddings: supply.response, runs: supply.runs, close: supply.close };
}

const asked = () => emulator.requests.filter(({ path }) => path.startsWith('/v1/inference/'));
const shown = (runs: Awaited<ReturnType<typeof open>>['runs']) =>
	runs().map(({ inputOverride, data }) => [
		inputOverride?.ai_embedding?.[0]?.[0]?.json,
		data?.ai_embedding?.[0]?.[0]?.json,
	]);

describe('embeddings for a vector store', () => {
	it('are one vector a document, in their order, equal ones sent once', async () => {
		const { embeddings, runs } = await open();
		const vectors = await embeddings.embedDocuments(['red', 'blue', 'red', 'green']);
		expect(vectors).toHaveLength(4);
		expect(vectors[0]).toEqual(vectors[2]);
		expect(vectors[0]).not.toEqual(vectors[1]);
		expect(asked().map(({ json }) => isDict(json) && json.inputs)).toEqual([['red', 'blue', 'green']]);
		// counts, not vectors: a store of 10,000 texts would lie in the run data
		expect(shown(runs)).toEqual([
			[{ documents: 4 }, { count: 4, dimensions: vectors[0]?.length, requests: 1, costUsd: expect.any(Number) }],
		]);
	});

	it.each([
		['a refusal', 200, { error: 'no', inference_status: { status: 'failed', cost: 0.5 } }],
		['a status', 503, { detail: { error: 'no', inference_status: { cost: 0.5 } } }],
		['vectors that are none', 200, { embeddings: [[0, 0]], inference_status: { status: 'succeeded', cost: 0.5 } }],
	])('say what %s was billed, and do not ask again', async (_what, status, body) => {
		emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status, body } : undefined;
		const { embeddings } = await open();
		const failure = await failureOf(embeddings.embedQuery('red'));
		expect(failure.description).toContain('DeepInfra billed $0.50 for it.');
		expect(asked()).toHaveLength(1);
	});

	it('spread 2,500 documents over three requests', async () => {
		const { embeddings } = await open({ dimensions: 32 });
		const vectors = await embeddings.embedDocuments(Array.from({ length: 2500 }, (_, index) => `text ${index}`));
		expect(vectors).toHaveLength(2500);
		expect(asked().map(({ json }) => isDict(json) && Array.isArray(json.inputs) && json.inputs.length)).toEqual([
			1024, 1024, 452,
		]);
	});

	it('tell what all requests of a question cost when one of them fails', async () => {
		emulator.ledger.length = 0;
		emulator.options.faults = ({ path, json }) =>
			path.startsWith('/v1/inference/') && JSON.stringify(json).includes('text 1100"')
				? { kind: 'status', status: 422 }
				: undefined;
		const { embeddings } = await open({ dimensions: 32 });
		const texts = Array.from({ length: 2500 }, (_, index) => `text ${index}`);
		const { description } = await failureOf(embeddings.embedDocuments(texts));
		const bill = emulator.ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
		expect(emulator.ledger).toHaveLength(2);
		const [, told] = /DeepInfra billed \$([\d.]+) for it/.exec(description) ?? [];
		expect(Number(told)).toBeCloseTo(bill, 11);
	});

	it('ask nothing for no documents', async () => {
		const { embeddings, runs } = await open();
		expect(await embeddings.embedDocuments([])).toEqual([]);
		expect(asked()).toEqual([]);
		expect(runs()).toEqual([]);
	});

	it('tell the model what is a passage and what is a question', async () => {
		const { embeddings } = await open();
		await embeddings.embedDocuments(['Paris is in France']);
		await embeddings.embedQuery('Where is Paris?');
		expect(asked().map(({ json }) => isDict(json) && json.inputs)).toEqual([
			['Paris is in France'],
			['Represent this sentence for searching relevant passages: Where is Paris?'],
		]);
	});

	it('fail in words that name DeepInfra, in the run data, too', async () => {
		const { embeddings, runs } = await open({}, { apiKey: 'emulator-key-no-balance' });
		await expect(embeddings.embedQuery('x')).rejects.toThrow(/DeepInfra account has no balance/);
		expect(runs().map(({ error }) => error?.message)).toEqual([expect.stringContaining('DeepInfra')]);
	});

	it.each(['""', '" \\n"', 'null', '{}'])('refuse a question that an expression has left empty: %s', async (json) => {
		const { embeddings, runs } = await open();
		const failure = await failureOf(embeddings.embedQuery(JSON.parse(json)));
		expect(failure.message).toBe('The question to search for is empty [item 0]');
		expect(failure.description).toMatch(/expression.*Nothing was sent/);
		expect(runs().map(({ error }) => error?.message)).toEqual([failure.message]);
		expect(asked()).toEqual([]);
	});

	it('take a number for a question', async () => {
		const { embeddings } = await open({ inputType: 'none' });
		expect(await embeddings.embedQuery(JSON.parse('0'))).toHaveLength(1024);
		expect(asked().map(({ json }) => isDict(json) && json.inputs)).toEqual([['0']]);
	});

	it('say which document is empty', async () => {
		const { embeddings } = await open();
		const failure = await failureOf(embeddings.embedDocuments(['a', 'b', '', 'c', '']));
		expect(failure.message).toBe('Document 3 of 5 is empty [item 0]');
		expect(failure.description).toMatch(/Filter.*Nothing was sent/);
		expect(asked()).toEqual([]);
	});

	it.each(['BAAI/bge-large-en-v15', 'bge-large-en', 'baai/BGE-large-en-v1.55'])(
		'name models like one that is not there: %s',
		async (name) => {
			const { embeddings } = await open({ maxRetries: 0 }, { parameters: { model: modelId(name), options: {} } });
			await expect(embeddings.embedQuery('x')).rejects.toMatchObject({
				message: expect.stringContaining(`has no model '${name}'`),
				description: expect.stringContaining('BAAI/bge-large-en-v1.5'),
			});
		},
	);

	it('are asked for again when DeepInfra is busy', async () => {
		let busy = 2;
		emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') && busy-- > 0 ? { kind: 'status', status: 429, retryAfter: 0 } : undefined;
		const { embeddings } = await open();
		expect(await embeddings.embedQuery('x')).toHaveLength(1024);
		expect(asked()).toHaveLength(3);
	});

	it('say no option that they do not have where DeepInfra stays busy', async () => {
		emulator.options.faults = () => ({ kind: 'status', status: 429, retryAfter: 0 });
		const { embeddings } = await open({ options: { maxRetries: 0 } });
		const failure = embeddings.embedQuery('x').catch((error: unknown) => error);
		expect(await failure).toMatchObject({ description: expect.stringMatching(/^(?!.*Concurrency).*'Max Retries'/) });
	});

	it('end within 0.1 s of Stop, also in the pause of a retry', async () => {
		emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status: 503, retryAfter: 60 } : undefined;
		const stop = new AbortController();
		const { embeddings } = await open({}, { stop: stop.signal });
		const failure = embeddings.embedQuery('x').catch((error: unknown) => error);
		while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
		await new Promise((resolve) => setTimeout(resolve, 50));
		const took = stopwatch();
		stop.abort();
		expect(await failure).toBeInstanceOf(Error);
		expect(took()).toBeLessThan(100);
	});
});

it('they are closed by n8n, and answer all the same should another ask them', async () => {
	const { embeddings, close } = await open();
	await embeddings.embedQuery('a');
	expect(close).toBeDefined();
	await close?.();
	expect(await embeddings.embedQuery('b')).toHaveLength(1024);
});
