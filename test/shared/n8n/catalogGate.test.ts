/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports */
import { createServer } from 'node:http';
import type { INodeParameters } from 'n8n-workflow';
import { remember } from '../../../nodes/shared/n8n/cache';
import { clock } from '../../../nodes/shared/n8n/http/clock';
import { startEmulator } from '../../emulator';
import { failureOf } from '../../support/results';
import { openEditor } from '../../support/editor';
import { envelope } from '../../support/service';
import { openWorld, type World } from '../../support/world';
import { asked, runParameters } from '../../support/parameters';

afterEach(() => void jest.restoreAllMocks());

const turn = async () => await new Promise((resolve) => setImmediate(resolve));

/** A service that answers when it is told to, and counts. */
function slowService() {
	let open = 0;
	const state = { most: 0, asked: 0 };
	const answer: Array<() => void> = [];
	const get = async () => {
		state.asked++;
		state.most = Math.max(state.most, ++open);
		await new Promise<void>((resolve) => answer.push(resolve));
		open--;
		return state.asked;
	};
	return { state, get, answerAll: () => answer.splice(0).forEach((each) => each()) };
}

it('asks a service at most 16 things at once, however many are wanted', async () => {
	const { state, get, answerAll } = slowService();
	const all = Promise.all(
		Array.from({ length: 1200 }, async (_, index) => await remember(`gate ${index}`, get, 60_000, undefined, 'gate')),
	);
	const other = remember('other', async () => 'at once', 60_000, undefined, 'another service');
	expect(await other).toBe('at once');
	let isOver = false;
	void all.finally(() => (isOver = true));
	while (!isOver) {
		answerAll();
		await turn();
	}
	expect(await all).toHaveLength(1200);
	expect(state).toEqual({ most: 16, asked: 1200 });
});

it('keeps what a run over 600 models reads, and forgets what was not used for longest', async () => {
	let asks = 0;
	const ask = async (name: string) => await remember(`kept ${name}`, async () => ++asks, 1000, undefined, 'kept');
	for (let index = 0; index < 1200; index++) await ask(`a${index}`);
	expect(asks).toBe(1200);
	for (let index = 0; index < 1200; index++) await ask(`a${index}`);
	expect(asks).toBe(1200);
	for (let index = 0; index < 2000; index++) {
		await ask(`b${index}`);
		await ask('a0');
	}
	expect(asks).toBe(3200);
	await ask('a0');
	expect(asks).toBe(3200);
	await ask('a1');
	expect(asks).toBe(3201);
});

it('does not wait for one that never answers longer than for its first requests', async () => {
	jest.spyOn(clock, 'sleep').mockImplementation(async () => {});
	const { state, get } = slowService();
	const failures = await Promise.all(
		Array.from({ length: 200 }, async (_, index) => failureOf(remember(`down ${index}`, get, 5000, undefined, 'down'))),
	);
	expect(failures).toHaveLength(200);
	expect(state.asked).toBeLessThan(40);
});

describe('a run with a model for each item', () => {
	/** A service that takes a moment for each question about a model, and counts those that are open. */
	async function startCatalogue() {
		const counts = { open: 0, most: 0, paths: [] as string[] };
		const server = createServer((request, response) => {
			const path = request.url ?? '';
			const end = (value: unknown, status = 200) => {
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(JSON.stringify(value));
			};
			request.resume().on('end', () => {
				if (request.method === 'POST') {
					end({
						...envelope,
						results: [{ label: 'a', score: 0.9 }],
						output: 'ok',
						embeddings: [[0.6, 0.8]],
						scores: [0.5],
					});
					return;
				}
				counts.paths.push(path);
				counts.most = Math.max(counts.most, ++counts.open);
				setTimeout(() => {
					counts.open--;
					const name = decodeURIComponent(path.slice('/models/'.length));
					if (path.includes('/schema/')) end({ in_schema: { type: 'object', properties: {} } });
					else if (path.startsWith('/models/') && path !== '/models/list')
						end({ model_name: name, type: 'text-classification' });
					else end({ detail: { error: 'Not Found' } }, 404);
				}, 4);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		const close = async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		};
		return { counts, close, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
	}

	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());

	const model = '={{ $json.model }}';
	const classify = asked('text', 'classify', model, { text: 'x' });
	const run = async (parameters: INodeParameters, count: number, baseUrl: string) =>
		await world.engine.run({
			parameters,
			items: Array.from({ length: count }, (_, index) => ({ json: { model: `maker-${index % 7}/m${index}` } })),
			onError: 'continueErrorOutput',
			credentials: { baseUrl },
		});

	it.each<[string, INodeParameters]>([
		['a classification', classify],
		['any model', runParameters(model, { input: 'x' })],
		['entities', asked('text', 'classifyTokens', model, { text: 'x' })],
		['a search', asked('text', 'rerank', model, { query: 'x', document: 'y' })],
	])('asks about 60 models a few at a time, and about each once, for %s', async (_, parameters) => {
		const { counts, url, close } = await startCatalogue();
		const { items, errorItems } = await run(parameters, 60, url);
		expect(errorItems).toEqual([]);
		expect(items).toHaveLength(60);
		expect(counts.most).toBeLessThanOrEqual(16);
		expect(new Set(counts.paths).size).toBe(counts.paths.length);
		const first = counts.paths.length;
		await run(parameters, 60, url);
		expect(counts.paths).toHaveLength(first);
		await close();
	});

	it('keeps what it learnt about more than 250 of them, for every operation and for later runs', async () => {
		const { counts, url, close } = await startCatalogue();
		expect((await run(classify, 260, url)).items).toHaveLength(260);
		const learnt = counts.paths.length;
		expect(new Set(counts.paths).size).toBe(learnt);
		expect(learnt).toBeGreaterThanOrEqual(260);
		await run(classify, 260, url);
		await run(asked('text', 'classifyTokens', model, { text: 'x' }), 40, url);
		expect(counts.paths).toHaveLength(learnt);
		await close();
	});
});

describe('the list says why it is short', () => {
	it('with a key that is refused', async () => {
		const service = await startEmulator({ seed: 5 });
		const { search } = await openEditor({ id: 'wrong', baseUrl: service.url, apiKey: 'wrong-key' });
		const { results } = await search(asked('audio', 'transcribe', ''));
		expect(results[0]).toMatchObject({ value: '', name: expect.stringContaining('API key is not accepted') });
		expect(results.length).toBeGreaterThan(3);
		const right = await openEditor({ id: 'right', baseUrl: service.url });
		expect((await right.search(asked('audio', 'transcribe', ''))).results.map(({ value }) => value)).not.toContain('');
		await service.close();
	});

	it.each([
		['text', 'classify', /text-classification/, /Classify with Own Labels/],
		['text', 'fillMask', /fill-mask/, /Chat/],
		['image', 'detectObjects', /object-detection/, /Analyze/],
	])('%s: %s for which there is no model', async (resource, operation, task, instead) => {
		const service = await startEmulator({
			faults: ({ path }) =>
				path === '/models/list'
					? {
							kind: 'status',
							status: 200,
							body: [
								{ model_name: 'a/b', type: 'text-generation' },
								{ model_name: 'old/one', type: 'fill-mask', deprecated: 1 },
							],
						}
					: undefined,
		});
		const { search } = await openEditor({ id: 'a', baseUrl: service.url });
		const { results } = await search(asked(resource, operation, ''));
		expect(results[0]?.name).toMatch(/^DeepInfra has no model for this task now/);
		expect(results[0]?.name).toMatch(task);
		expect(results[1]?.name).toMatch(instead);
		await service.close();
	});
});
