import { startEmulator, type Emulator, type Fault } from '../../emulator';
import { openEditor } from '../../support/editor';
import { asked, runParameters } from '../../support/parameters';
import { failureOf, jsonOf } from '../../support/results';
import { type World, isInference, openWorld } from '../../support/world';
import { stopwatch } from '../../support/yardstick';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

let service: Emulator;
beforeEach(async () => void (service = await startEmulator({ seed: 5 })));
afterEach(async () => await service.close());

const isListing = (path: string) => path.startsWith('/models/') || path.startsWith('/deploy/');

const spoil = (fault: Fault) => {
	service.options.faults = ({ path }) => (isListing(path) ? fault : undefined);
};

const TABLE: Array<[string, Fault]> = [
	['answers 500', { kind: 'status', status: 500 }],
	['answers 503 with an HTML page', { kind: 'html', status: 503 }],
	['answers 200 with an HTML page', { kind: 'html', status: 200 }],
	['answers nothing', { kind: 'empty' }],
	['answers half of its JSON', { kind: 'truncatedJson' }],
	['answers null', { kind: 'wrongShape', shape: 'null' }],
	['answers a text', { kind: 'wrongShape', shape: 'string' }],
	['answers an object', { kind: 'wrongShape', shape: 'missingFields' }],
	['hangs up', { kind: 'resetBeforeHeaders' }],
	['hangs up halfway', { kind: 'resetMidBody' }],
	['redirects', { kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere' }],
	['answers 20 MB of nothing', { kind: 'hugeBody', bytes: 20_000_000 }],
	['wants another key', { kind: 'status', status: 401 }],
	['has too much to do', { kind: 'status', status: 429, retryAfter: 3600 }],
];

const ADVICE = /^Enter the ID of a model instead \(mode 'ID' of the field 'Model'\)\./;

describe.each(TABLE)('a catalogue that %s', (_what, fault) => {
	beforeEach(() => spoil(fault));

	it('the picker says so, and what to do', async () => {
		const { search } = await openEditor({ id: 'a', baseUrl: service.url });
		const { message, description } = await failureOf(search(asked('text', 'classify', '')));
		expect(message).toBe(
			"DeepInfra's list of models cannot be loaded. Choose the mode 'ID' and enter the ID of a model.",
		);
		expect(description).toMatch(ADVICE);
		expect(description).not.toMatch(/emulator-key|undefined|\[object|TypeError/);
		expect(description.length).toBeLessThan(400);
	});

	it('the form of a model is empty, and says so', async () => {
		const { mapping } = await openEditor({ id: 'a', baseUrl: service.url });
		expect(await mapping('ProsusAI/finbert')).toEqual({
			fields: [],
			emptyFieldsNotice: "DeepInfra does not say what this model takes. Use 'Extra Fields (JSON)' under 'Options'.",
		});
	});

	it('runs go on, unchecked', async () => {
		const took = stopwatch();
		const credentials = { baseUrl: service.url };
		const options = { extraFields: '{ "unheard_of": 1 }' };
		const classified = await world.engine.run({
			parameters: asked('text', 'classify', 'ProsusAI/finbert', { text: 'Profits rose', options }),
			credentials,
		});
		expect(jsonOf(classified)).toMatchObject({ label: expect.any(String), usage: { attempts: 1 } });
		const ran = await world.engine.run({
			parameters: runParameters('ProsusAI/finbert', { input: 'Profits rose' }),
			credentials,
		});
		expect(jsonOf(ran)).toMatchObject({ results: expect.any(Array) });
		expect(service.requests.filter(isInference).map(({ json }) => json)).toEqual([
			{ input: 'Profits rose', unheard_of: 1 },
			{ input: 'Profits rose' },
		]);
		expect(took()).toBeLessThan(4000);
	});
});

describe('a catalogue that is dead', () => {
	let address: string;
	beforeEach(async () => {
		const gone = await startEmulator();
		address = gone.url;
		await gone.close();
	});

	it('the picker says so at once, and what to do', async () => {
		const { search } = await openEditor({ id: 'a', baseUrl: address });
		const took = stopwatch();
		const { message, description } = await failureOf(search(asked('text', 'classify', '')));
		expect(took()).toBeLessThan(2000);
		expect(message).toBe(
			"DeepInfra's list of models cannot be loaded. Choose the mode 'ID' and enter the ID of a model.",
		);
		expect(description).toMatch(ADVICE);
		expect(description).toMatch(/refuse|ECONNREFUSED/i);
	});

	it('is not asked again with every letter, but again soon', async () => {
		const { search } = await openEditor({ id: 'a', baseUrl: address });
		await failureOf(search(asked('text', 'classify', '')));
		const port = Number(new URL(address).port);
		const risen = await startEmulator({ port });
		try {
			await failureOf(search(asked('text', 'classify', ''), 'f'));
			expect(risen.requests).toEqual([]);
			const now = Date.now();
			jest.spyOn(Date, 'now').mockImplementation(() => now + 40_000);
			expect((await search(asked('text', 'classify', ''), 'finbert')).results).toHaveLength(1);
		} finally {
			jest.restoreAllMocks();
			await risen.close();
		}
	});

	it('the form of a model is empty', async () => {
		const { mapping } = await openEditor({ id: 'a', baseUrl: address });
		expect((await mapping('ProsusAI/finbert')).fields).toEqual([]);
	});
});

describe('a slow catalogue', () => {
	it('of 500 ms: everything works', async () => {
		service.options.latencyMs = 500;
		const took = stopwatch();
		const { search, mapping } = await openEditor({ id: 'a', baseUrl: service.url });
		expect((await search(asked('text', 'classify', ''))).results).toHaveLength(3);
		expect((await mapping('ProsusAI/finbert')).fields).toHaveLength(1);
		expect(took()).toBeLessThan(2500);
	});

	it('of 500 ms: a run waits for it once', async () => {
		service.options.latencyMs = 500;
		const items = Array.from({ length: 10 }, () => ({ json: {} }));
		const took = stopwatch();
		const result = await world.engine.run({
			parameters: asked('text', 'classify', 'ProsusAI/finbert', { text: 'Profits rose' }),
			items,
			credentials: { baseUrl: service.url },
		});
		expect(result.items).toHaveLength(10);
		// half a second for the catalogue, half a second for the answers
		expect(took()).toBeLessThan(2500);
	});

	it('holds a run up for a few seconds at most: silent, stuck in the middle, or with a byte now and then', async () => {
		const silent: Fault = { kind: 'stalledHeaders' };
		const cases: Array<[Fault, string, string]> = [
			[silent, 'classify', 'ProsusAI/finbert'],
			[{ kind: 'stalledBody' }, 'classify', 'ProsusAI/finbert'],
			[{ kind: 'slowBody', intervalMs: 200 }, 'classify', 'ProsusAI/finbert'],
			// which model a deployment is stands in a list
			[silent, 'generate', 'deploy_id:dep1A2b3C4d5E6f7'],
		];
		const runs = cases.map(async ([fault, operation, model]) => {
			const own = await startEmulator({ faults: ({ path }) => (isListing(path) ? fault : undefined) });
			const took = stopwatch();
			const result = await world.engine.run({
				parameters: asked('text', operation, model, { [operation === 'classify' ? 'text' : 'prompt']: 'Profits rose' }),
				credentials: { baseUrl: own.url },
				cancelAfterMs: 8000,
			});
			const inTime = took() < 7500;
			await own.close();
			return { model, status: result.status, inTime };
		});
		expect(await Promise.all(runs)).toEqual(cases.map(([, , model]) => ({ model, status: 'success', inTime: true })));
	});

	it('does not hold up a run that is stopped', async () => {
		spoil({ kind: 'stalledHeaders' });
		const result = await world.engine.run({
			parameters: asked('text', 'classify', 'ProsusAI/finbert', { text: 'Profits rose' }),
			credentials: { baseUrl: service.url },
			cancelAfterMs: 100,
			cancelOnce: () => service.requests.length > 0,
		});
		expect(result.status).toBe('canceled');
		expect(result.stoppedInMs).toBeLessThan(1000);
		expect(service.requests.filter(isInference)).toEqual([]);
	});
});

describe('a catalogue of odd rows', () => {
	it('shows those that can be read', async () => {
		const rows = [
			null,
			7,
			'text',
			[],
			{},
			{ model_name: '' },
			{ model_name: 7, type: 'text-classification' },
			{ model_name: 'a/plain', type: 'text-classification' },
			{
				model_name: 'b/odd',
				type: 'text-classification',
				tags: 'x',
				pricing: 'free',
				max_tokens: 'many',
				deprecated: 'soon',
			},
			{ model_name: 'c/cheap', type: 'text-classification', pricing: { type: 'tokens', cents_per_input_token: 'NaN' } },
			{ model_name: 'd/odd', type: ['text-classification'], description: { en: 'x' } },
			{ model_name: 'e/other', type: 'a-task-of-tomorrow', reported_type: 'text-classification' },
			{ model_name: '__proto__', type: 'text-classification' },
			{ model_name: 'f/zork', type: 'text-classification', pricing: { type: 'zorkmids', zorkmids_per_spell: 3 } },
			{
				model_name: 'g/barter',
				type: 'text-classification',
				pricing: { type: 'barter', short: null, full: 'a hen\n  a day' },
			},
			{ model_name: 'h/late', type: 'text-classification', deprecated: 1_700_000_000, replaced_by: 'a/plain' },
		];
		service.options.faults = ({ path }) =>
			path === '/models/list' ? { kind: 'status', status: 200, body: rows } : { kind: 'status', status: 404 };
		const { search } = await openEditor({ id: 'a', baseUrl: service.url });
		expect((await search(asked('text', 'classify', ''))).results.map(({ name }) => name)).toEqual([
			'__proto__',
			'a/plain',
			'b/odd',
			'c/cheap',
			'e/other',
			'f/zork',
			'g/barter · a hen a day',
			'h/late · deprecated · replaced by a/plain',
		]);
		const all = (await search(asked('model', 'run', ''))).results.map(({ value }) => value);
		expect(all).toEqual([
			'__proto__',
			'a/plain',
			'b/odd',
			'c/cheap',
			'd/odd',
			'e/other',
			'f/zork',
			'g/barter',
			'h/late',
		]);
	});

	it('of 20,000 models is searched in a moment', async () => {
		const rows = Array.from({ length: 20_000 }, (_, index) => ({
			model_name: `owner-${index % 100}/model-${index}`,
			type: index % 2 ? 'text-classification' : 'embeddings',
			description: 'A model of many. '.repeat(5),
			pricing: { type: 'tokens', cents_per_input_token: 1e-5, cents_per_output_token: 2e-5 },
		}));
		service.options.faults = ({ path }) =>
			path === '/models/list' ? { kind: 'status', status: 200, body: rows } : { kind: 'status', status: 404 };
		const { search } = await openEditor({ id: 'a', baseUrl: service.url });
		await search(asked('text', 'classify', ''));
		const took = stopwatch();
		const { results } = await search(asked('text', 'classify', ''), 'model-19999');
		expect(results.map(({ value }) => value)).toEqual(['owner-99/model-19999']);
		expect(took()).toBeLessThan(1000);
	});
});
