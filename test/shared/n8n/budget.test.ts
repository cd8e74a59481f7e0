import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { startEmulator, type Emulator } from '../../emulator';
import { asked, runParameters } from '../../support/parameters';
import { hintsOf, stored, summary } from '../../support/results';
import { type World, isInference, openWorld } from '../../support/world';
import type { RunResult } from '../../support/engine/engine';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

/** Every inference costs this much; who answers is the emulator otherwise. */
const PRICE = 0.01;

let service: Emulator;
beforeEach(async () => {
	service = await startEmulator({
		seed: 5,
		faults: ({ path }) =>
			path === '/v1/inference/ProsusAI/finbert'
				? {
						kind: 'status',
						status: 200,
						body: {
							results: [{ label: 'up', score: 1 }],
							inference_status: { status: 'succeeded', cost: PRICE, runtime_ms: 5 },
						},
					}
				: undefined,
	});
});
afterEach(async () => await service.close());

const classify = (options: INodeParameters) =>
	asked('text', 'classify', 'ProsusAI/finbert', { text: '={{ "text " + $itemIndex }}', options });

const run = async (
	parameters: INodeParameters,
	count: number,
	jsonOf: (item: number) => IDataObject = () => ({}),
): Promise<RunResult> =>
	await world.engine.run({
		parameters,
		items: Array.from({ length: count }, (_, item) => ({ json: jsonOf(item) })),
		onError: 'continueErrorOutput',
		credentials: { baseUrl: service.url },
	});

const sent = () => service.requests.filter(isInference).length;
const pairs = (items: INodeExecutionData[]) => items.map(({ pairedItem }) => pairedItem);
const indexes = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => ({ item: from + index }));

const reached = (spent: string, budget: string, item: number) =>
	`Budget reached: this run has cost $${spent}, and $${budget} is the limit [item ${item}]. Nothing was sent for this item. Raise 'Budget (USD)' under 'Options' to go on.`;

describe('one request at a time', () => {
	it('stops sending once the budget is used up', async () => {
		const result = await run(classify({ budgetUsd: 0.045, maxConcurrency: 1 }), 10);
		expect(sent()).toBe(5);
		expect(pairs(result.items)).toEqual(indexes(0, 5));
		expect(pairs(result.errorItems)).toEqual(indexes(5, 10));
		expect(result.errorItems.map(({ json }) => json)).toEqual(
			indexes(5, 10).map(({ item }) => ({ error: reached('0.05', '0.045', item) })),
		);
		expect(hintsOf(result)).toEqual([expect.stringMatching(summary(10, 5, '0.05', '0.045'))]);
	});

	it('everything is sent while the budget lasts', async () => {
		const result = await run(classify({ budgetUsd: 1, maxConcurrency: 1 }), 10);
		expect(pairs(result.items)).toEqual(indexes(0, 10));
		expect(result.errorItems).toEqual([]);
		expect(hintsOf(result)).toEqual([expect.stringMatching(summary(10, 10, '0.10'))]);
	});

	it('no budget, no end', async () => {
		expect((await run(classify({}), 20)).items).toHaveLength(20);
	});

	it('a budget of nothing sends nothing', async () => {
		const result = await run(classify({ budgetUsd: 0 }), 3);
		expect(sent()).toBe(0);
		expect(pairs(result.errorItems)).toEqual(indexes(0, 3));
	});

	it('without an error branch the run stops there', async () => {
		const result = await world.engine.run({
			parameters: classify({ budgetUsd: 0.015, maxConcurrency: 1 }),
			items: Array.from({ length: 5 }, () => ({ json: {} })),
			credentials: { baseUrl: service.url },
		});
		expect(result.error).toMatchObject({
			message: 'Budget reached: this run has cost $0.02, and $0.015 is the limit [item 2]',
			itemIndex: 2,
		});
		expect(sent()).toBe(2);
	});
});

it.each([2, 4, 16])('with %i at a time the overshoot is at most the requests in flight', async (maxConcurrency) => {
	service.options.latencyMs = 20;
	const budgetUsd = 0.195;
	const result = await run(classify({ budgetUsd, maxConcurrency }), 100);
	const cost = sent() * PRICE;
	expect(service.maxInFlight).toBeLessThanOrEqual(maxConcurrency);
	expect(sent()).toBeGreaterThanOrEqual(20);
	// what was in flight when the budget was passed
	expect(sent()).toBeLessThanOrEqual(20 + maxConcurrency - 1);
	expect(result.items).toHaveLength(sent());
	expect(result.items.length + result.errorItems.length).toBe(100);
	expect([...pairs(result.items), ...pairs(result.errorItems)].length).toBe(100);
	expect(new Set(pairs([...result.items, ...result.errorItems]).map((pair) => JSON.stringify(pair))).size).toBe(100);
	const total = result.items.reduce((sum, { json }) => {
		const { usage } = stored(json);
		return sum + (typeof usage === 'object' && usage !== null && 'costUsd' in usage ? Number(usage.costUsd) : 0);
	}, 0);
	expect(total).toBeCloseTo(cost, 9);
	expect(hintsOf(result)).toEqual([expect.stringMatching(summary(100, sent(), cost.toFixed(2), '0.195'))]);
	for (const { json } of result.errorItems)
		expect(String(json.error)).toMatch(/^Budget reached: this run has cost \$0\.\d+/);
});

it('failed requests cost nothing, and their retries are counted as requests', async () => {
	let seen = 0;
	const { faults } = service.options;
	service.options.faults = (request) =>
		isInference(request) && seen++ % 2 === 0 ? { kind: 'status', status: 503, retryAfter: 0 } : faults?.(request);
	const result = await run(classify({ budgetUsd: 0.025, maxConcurrency: 1, maxRetries: 2 }), 4);
	expect(result.items).toHaveLength(3);
	expect(result.errorItems.map(({ json }) => String(json.error))).toEqual([expect.stringMatching(/^Budget reached: /)]);
	expect(sent()).toBeGreaterThan(3);
	expect(hintsOf(result)).toEqual([expect.stringMatching(summary(4, sent(), '0.03', '0.025'))]);
});

it("in model: run the cost stands in the model's own JSON, and counts", async () => {
	const parameters = runParameters(
		'ProsusAI/finbert',
		{ input: 'x' },
		{ options: { budgetUsd: 0.015, maxConcurrency: 1 } },
	);
	const result = await run(parameters, 4);
	expect(pairs(result.items)).toEqual(indexes(0, 2));
	expect(result.errorItems.map(({ json }) => json.error)).toEqual([
		reached('0.02', '0.015', 2),
		reached('0.02', '0.015', 3),
	]);
});

it('without Simplify too', async () => {
	const result = await run({ ...classify({ budgetUsd: 0.015, maxConcurrency: 1 }), simplify: false }, 4);
	expect(pairs(result.items)).toEqual(indexes(0, 2));
});

it('a model that does not say what it costs has no cost in the sum', async () => {
	const parameters = asked('text', 'generate', 'emulator/free-preview-8b', { prompt: 'Hi', options: { budgetUsd: 1 } });
	const result = await run(parameters, 2);
	expect(result.items).toHaveLength(2);
	expect(hintsOf(result)).toEqual([expect.stringMatching(summary(2, 2))]);
});

it('a dry run costs nothing', async () => {
	const result = await run(classify({ budgetUsd: 0.001, dryRun: true }), 5);
	expect(pairs(result.items)).toEqual(indexes(0, 5));
	expect(hintsOf(result)).toEqual([
		expect.stringMatching(/^Dry run: 5 requests would be sent/),
		expect.stringMatching(summary(5, 0)),
	]);
});

it('embeddings that share a request count it once', async () => {
	const parameters = asked('embedding', 'create', 'BAAI/bge-large-en-v1.5', { text: '={{ "text " + $itemIndex }}' });
	const result = await run(parameters, 30);
	expect(result.items).toHaveLength(30);
	expect(sent()).toBe(1);
	// 20 texts of 6 characters and 10 of 7: 60 tokens at $0.01 per million
	expect(hintsOf(result)).toEqual([expect.stringMatching(summary(30, 1, '0.0000006'))]);
});

it('embeddings that are too many for a request stop after the one that used the budget up', async () => {
	const options = { budgetUsd: 0.000001, maxConcurrency: 1, dimensions: 32 };
	const parameters = asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text: '={{ $json.text }}', options });
	const result = await run(parameters, 1500, (item) => ({ text: `text ${item}` }));
	expect(sent()).toBe(1);
	expect(pairs(result.items)).toEqual(indexes(0, 1024));
	expect(pairs(result.errorItems)).toEqual(indexes(1024, 1500));
	expect(String(result.errorItems[0]?.json.error)).toMatch(
		/^Budget reached: .*\[item 1024\]\. Nothing was sent for this item\. /,
	);
});
