import { MODELS, startEmulator, type Emulator } from '../../emulator';
import { operationCases } from '../../support/cases';
import { createEngine, type Engine } from '../../support/engine/engine';

let emulator: Emulator;
let engine: Engine;

beforeAll(async () => {
	emulator = await startEmulator({});
	engine = await createEngine({ binaryMode: 'default', baseUrl: emulator.url });
});
afterAll(async () => {
	await engine.close();
	await emulator.close();
});
beforeEach(() => {
	emulator.requests.length = 0;
});

describe('the credential', () => {
	it.each(['emulator-key', 'Bearer emulator-key', ' emulator-key\n'])(
		'passes its test with the key %j',
		async (apiKey) => {
			expect(await engine.testCredential({ apiKey })).toEqual({ status: 'OK' });
			expect(emulator.requests).toMatchObject([{ method: 'GET', path: '/v1/me' }]);
			expect(emulator.requests[0]?.headers.authorization).toBe('Bearer emulator-key');
		},
	);

	it.each<[string, RegExp]>([
		['', /^The DeepInfra credential has no API key$/],
		['Bearer ', /^The DeepInfra credential has no API key$/],
		['wrong-key', /^DeepInfra does not accept the API key\. Paste a valid key from https:/],
		['emulator\nkey', /it holds a line break$/],
		['emulator-kéy', /it holds the letter 'é'$/],
	])('fails its test with the key %j, in words', async (apiKey, words) => {
		const { status, message } = await engine.testCredential({ apiKey });
		expect(status).toBe('Error');
		expect(message).toMatch(words);
		expect(emulator.requests.length > 0).toBe(apiKey === 'wrong-key');
	});

	it.each<[number, RegExp]>([
		[401, /does not accept the API key/],
		[403, /may not do this/],
		[404, /not at this address.*'Base URL'/],
		[405, /not at this address.*'Base URL'/],
		[429, /too many requests/],
		[500, /on DeepInfra's side/],
		[503, /on DeepInfra's side/],
		[524, /on DeepInfra's side/],
	])('says in words what the status %i means', async (status, words) => {
		emulator.options.faults = () => ({ kind: 'status', status });
		const { message } = await engine.testCredential({});
		emulator.options.faults = undefined;
		expect(message).toMatch(words);
	});

	it('is not led on by a redirect', async () => {
		emulator.options.faults = ({ path }) =>
			path === '/v1/me' ? { kind: 'redirect', location: `${emulator.url}/elsewhere`, status: 301 } : undefined;
		const { message } = await engine.testCredential({});
		emulator.options.faults = undefined;
		expect(message).toMatch(/redirects to another address/);
		expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
	});

	it.each(['/', '/v1', '/v1/openai', '/v1/openai/', '/v1/inference/owner/name'])(
		'passes its test with %s at the end of the base URL',
		async (end) => {
			expect(await engine.testCredential({ baseUrl: `${emulator.url}${end}` })).toEqual({ status: 'OK' });
			expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
		},
	);

	it.each<[string, RegExp]>([
		['nonsense', /^The 'Base URL' in the DeepInfra credential is not a web address$/],
		['http://:secret@127.0.0.1', /holds a user name or a password$/],
		['ftp://api.deepinfra.com', /not a web address$/],
	])('says in words what is wrong with the base URL %s', async (baseUrl, words) => {
		const { message } = await engine.testCredential({ baseUrl });
		expect(message).toMatch(words);
	});

	it('is tested at its own base URL, with or without a slash at the end', async () => {
		expect(await engine.testCredential({ baseUrl: `${emulator.url}/` })).toEqual({ status: 'OK' });
		expect(await engine.testCredential({ baseUrl: 'http://127.0.0.1:1' })).toMatchObject({ status: 'Error' });
		expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
	});
});

describe('the model picker', () => {
	const tasks: Record<string, string[]> = {
		'text: generate': ['text-generation', 'text2text-generation'], // one shape of request and answer
		'text: classify': ['text-classification'],
		'text: classifyTokens': ['token-classification'],
		'text: fillMask': ['fill-mask'],
		'embedding: create': ['embeddings'],
		'image: generate': ['text-to-image'],
		'image: classify': ['image-classification'],
		'image: classifyZeroShot': ['zero-shot-image-classification'],
		'image: detectObjects': ['object-detection'],
		'audio: transcribe': ['automatic-speech-recognition'],
	};
	const cases = operationCases.map((operation) => [operation.name, operation] as const);
	const typeOf = (name: unknown) => MODELS.find((model) => model.name === name)?.type;

	it.each(cases)('of %s lists the models of its task', async (name, { parameters, model }) => {
		const { results } = await engine.search('searchModels', parameters);
		expect(results.length).toBeGreaterThan(0);
		expect(results.map(({ value }) => value)).toContain(model);
		// a deployment of the user's own has no row of its own in the catalogue
		const listed = results.filter(({ value }) => !String(value).startsWith('deploy_id:'));
		expect(listed.filter(({ value }) => !tasks[name]?.includes(typeOf(value) ?? ''))).toEqual([]);
	});

	it('finds by any part of what a row says, in any case', async () => {
		const { parameters } = operationCases[0] ?? {};
		const { results } = await engine.search('searchModels', parameters ?? {}, 'LLAMA-3');
		expect(results.length).toBeGreaterThan(0);
		expect(results.filter((row) => !/llama-3/i.test(JSON.stringify(row)))).toEqual([]);
		expect((await engine.search('searchModels', parameters ?? {}, 'no such model')).results).toEqual([]);
	});
});
