import { startEmulator, type Emulator } from '../../emulator';
import { openEditor } from '../../support/editor';
import { asked, runParameters } from '../../support/parameters';
import { failureOf, jsonOf } from '../../support/results';
import { jsonReply, notFound, startService } from '../../support/service';
import { type World, isCatalogue, isInference, openWorld } from '../../support/world';
import { stopwatch } from '../../support/yardstick';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

/** Each test has a service of its own: what a base URL answered is remembered for minutes. */
let service: Emulator;
beforeEach(async () => void (service = await startEmulator({ seed: 5 })));
afterEach(async () => {
	jest.restoreAllMocks();
	await service.close();
});

const transcribe = asked('audio', 'transcribe', '');
const requests = () => service.requests.map(({ path }) => path).sort();

/** What one look at the models of an account takes. */
const LISTS = ['/deploy/list', '/models/list', '/models/lora/list', '/models/private/list'];

function later(minutes: number): void {
	const now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now + minutes * 60_000);
}

it('ten searches are one fetch of each list', async () => {
	const { search } = await openEditor({ id: 'a', baseUrl: service.url });
	for (const words of ['', 'w', 'wh', 'whi', 'whis', 'whisp', 'whispe', 'whisper', 'whisper-', 'whisper-l']) {
		expect((await search(transcribe, words)).results.length).toBeGreaterThan(1);
	}
	expect(requests()).toEqual(LISTS);
});

it('so are ten searches at the same time, and pickers of several operations', async () => {
	service.options.latencyMs = 100;
	const { search } = await openEditor({ id: 'a', baseUrl: service.url });
	const words = Array.from({ length: 10 }, (_, index) => 'whisper'.slice(0, index));
	await Promise.all(words.map(async (each) => await search(transcribe, each)));
	await search(asked('text', 'generate', ''));
	await search(asked('model', 'run', ''), 'flux');
	expect(requests()).toEqual(LISTS);
});

it('a search in what is remembered is instant', async () => {
	service.options.latencyMs = 500;
	const { search } = await openEditor({ id: 'a', baseUrl: service.url });
	const first = performance.now();
	await search(transcribe);
	const second = performance.now();
	const took = stopwatch();
	await search(transcribe, 'whisper');
	expect(second - first).toBeGreaterThan(490);
	expect(second - first).toBeLessThan(3000);
	expect(took()).toBeLessThan(250);
});

it('the lists are fetched again after some minutes, not before', async () => {
	const { search } = await openEditor({ id: 'a', baseUrl: service.url });
	await search(transcribe);
	later(2);
	await search(transcribe);
	expect(requests()).toEqual(LISTS);
	later(8);
	await search(transcribe);
	expect(requests()).toEqual([...LISTS, ...LISTS].sort());
});

it('two credentials have their own lists, with their own keys', async () => {
	const mine = await openEditor({ id: 'mine', baseUrl: service.url, apiKey: 'emulator-key' });
	const theirs = await openEditor({ id: 'theirs', baseUrl: service.url, apiKey: 'jwt:emulator' });
	const stranger = await openEditor({ id: 'stranger', baseUrl: service.url, apiKey: 'wrong-key' });
	const generate = asked('text', 'generate', '');
	const ownOf = async ({ search }: typeof mine) =>
		(await search(generate, 'emulator-user')).results.map(({ value }) => value).filter(Boolean);
	const own = [
		'deploy_id:dep1A2b3C4d5E6f7',
		'deploy_id:dep9Z8y7X6w5V4u3',
		'emulator-user/support-llama',
		'emulator-user/tone-lora',
	];
	expect(await ownOf(mine)).toEqual(own);
	expect(await ownOf(theirs)).toEqual(own);
	// who has no account sees what is public, and nothing that was fetched for others
	expect(await ownOf(stranger)).toEqual([]);
	// and a word that their key is refused
	expect((await stranger.search(transcribe)).results).toHaveLength(6);
	const keys = (path: string) =>
		new Set(service.requests.filter((request) => request.path === path).map(({ headers }) => headers.authorization));
	for (const path of ['/models/private/list', '/models/lora/list', '/deploy/list']) {
		// n8n sends what was answered with 401 once more
		expect(keys(path)).toEqual(new Set(['Bearer emulator-key', 'Bearer jwt:emulator', 'Bearer wrong-key']));
	}
	// the public list is sent to anybody, so no key goes along
	expect(keys('/models/list')).toEqual(new Set([undefined]));
});

it('a credential that gets the key of another account gets its lists', async () => {
	const generate = asked('text', 'generate', '');
	const before = await openEditor({ id: 'mine', baseUrl: service.url, apiKey: 'wrong-key' });
	expect((await before.search(generate, 'emulator-user')).results.filter(({ value }) => value)).toEqual([]);
	const after = await openEditor({ id: 'mine', baseUrl: service.url, apiKey: 'emulator-key' });
	expect((await after.search(generate, 'emulator-user')).results).toHaveLength(4);
});

it('two base URLs have their own lists', async () => {
	const other = await startEmulator({
		faults: ({ path }) =>
			path === '/models/list'
				? { kind: 'status', status: 200, body: [{ model_name: 'proxy/only', type: 'text-classification' }] }
				: undefined,
	});
	const classify = asked('text', 'classify', '');
	const [first, second] = [
		await openEditor({ id: 'a', baseUrl: service.url }),
		await openEditor({ id: 'a', baseUrl: other.url }),
	];
	expect((await first.search(classify)).results.map(({ value }) => value)).toEqual([
		'ProsusAI/finbert',
		'emulator/review-stars',
		'emulator/support-topics',
	]);
	expect((await second.search(classify)).results.map(({ value }) => value)).toEqual(['proxy/only']);
	await other.close();
});

it('a base URL may have a path of its own', async () => {
	const proxy = await startService();
	proxy.reply = ({ path }) =>
		path === '/deep/infra/models/list' ? jsonReply([{ model_name: 'a/model', type: 'text-classification' }]) : notFound;
	const { search } = await openEditor({ id: 'a', baseUrl: `${proxy.url}/deep/infra/` });
	expect((await search(asked('text', 'classify', ''))).results.map(({ value }) => value)).toEqual(['a/model']);
	expect(proxy.requests.map(({ path }) => path).sort()).toEqual(LISTS.map((path) => `/deep/infra${path}`));
	await proxy.close();
});

it('the key does not follow a redirect', async () => {
	const thief = await startService();
	service.options.faults = ({ path }) => ({ kind: 'redirect', location: `${thief.url}${path}` });
	const { search, mapping } = await openEditor({ id: 'a', baseUrl: service.url });
	await failureOf(search(transcribe));
	expect((await mapping('ProsusAI/finbert')).fields).toEqual([]);
	// who asks without a key may be sent on
	expect(thief.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
		['/models/list', undefined],
	]);
	await thief.close();
});

it('the own lists may be missing: the public models are there', async () => {
	service.options.faults = ({ path }) =>
		['/models/private/list', '/models/lora/list'].includes(path)
			? { kind: 'status', status: 500 }
			: path === '/deploy/list'
				? { kind: 'html', status: 200 }
				: undefined;
	const { search } = await openEditor({ id: 'a', baseUrl: service.url });
	expect((await search(asked('text', 'classify', ''))).results).toHaveLength(3);
});

it('without a credential the picker shows what is public, at DeepInfra itself', async () => {
	const sent: unknown[] = [];
	const { search } = await openEditor(undefined, async (options) => {
		sent.push(options);
		return [{ model_name: 'a/public', type: 'text-classification' }];
	});
	expect((await search(asked('text', 'classify', ''))).results.map(({ value }) => value)).toEqual(['a/public']);
	expect(sent).toMatchObject([{ method: 'GET', url: 'https://api.deepinfra.com/models/list' }]);
});

describe('runs', () => {
	const finbert = asked('text', 'classify', 'ProsusAI/finbert', { text: '={{ "Profits rose " + $itemIndex }}' });
	const run = async (parameters: typeof finbert, count = 1) =>
		await world.engine.run({
			parameters,
			items: Array.from({ length: count }, () => ({ json: {} })),
			credentials: { baseUrl: service.url },
		});

	it('ask about a model once, however many items and runs there are', async () => {
		expect((await run(finbert, 12)).items).toHaveLength(12);
		expect((await run(finbert, 3)).items).toHaveLength(3);
		expect(service.requests.filter(isCatalogue).map(({ path }) => path)).toEqual([
			'/models/ProsusAI/finbert',
			'/models/ProsusAI/finbert/schema/default',
		]);
		expect(service.requests.filter(isInference)).toHaveLength(15);
	});

	it('one that is stopped leaves the others what they wait for', async () => {
		service.options.latencyMs = 600;
		const parameters = asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'a boat',
			options: { width: 128, height: 128, guidanceScale: 3 },
		});
		const credentials = { baseUrl: service.url };
		const [stopped, other] = await Promise.all([
			world.engine.run({ parameters, credentials, cancelAfterMs: 200 }),
			world.engine.run({ parameters, credentials }),
		]);
		expect(stopped.status).toBe('canceled');
		expect(jsonOf(other)).toMatchObject({ usage: { droppedParameters: ['guidance_scale'] } });
		expect(service.requests.filter(isCatalogue)).toHaveLength(2);
		expect(service.requests.filter(isInference)).toHaveLength(1);
	});

	it('one that is stopped does not spoil the next', async () => {
		service.options.latencyMs = 400;
		const parameters = asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'a boat',
			options: { width: 128, height: 128, guidanceScale: 3 },
		});
		const credentials = { baseUrl: service.url };
		expect((await world.engine.run({ parameters, credentials, cancelAfterMs: 100 })).status).toBe('canceled');
		service.options.latencyMs = 0;
		const next = await world.engine.run({ parameters, credentials });
		expect(jsonOf(next)).toMatchObject({ usage: { droppedParameters: ['guidance_scale'] } });
	});

	it('and share what they know with the form', async () => {
		await run(runParameters('ProsusAI/finbert', { input: 'Profits rose' }));
		const { mapping } = await openEditor({ id: '1', baseUrl: service.url });
		expect((await mapping('ProsusAI/finbert')).fields.map(({ id }) => id)).toEqual(['input']);
		expect(service.requests.filter(isCatalogue)).toHaveLength(2);
	});

	it('never need the long list', async () => {
		jsonOf(await run(finbert));
		expect(requests()).not.toContain('/models/list');
	});

	it('ask for the version that was chosen', async () => {
		const options = { modelVersion: 'abc123' };
		await run({ ...finbert, options });
		expect(service.requests.map(({ path, query }) => [path, query])).toEqual([
			['/models/ProsusAI/finbert', { version: 'abc123' }],
			['/models/ProsusAI/finbert/schema/default', { version: 'abc123' }],
			['/v1/inference/ProsusAI/finbert', { version: 'abc123' }],
		]);
	});
});
