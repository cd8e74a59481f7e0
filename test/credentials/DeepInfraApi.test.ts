import { openWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

describe('the credential', () => {
	it.each(['emulator-key', 'Bearer emulator-key', ' emulator-key\n'])(
		'passes its test with the key %j',
		async (apiKey) => {
			expect(await world.engine.testCredential({ apiKey })).toEqual({ status: 'OK' });
			expect(world.emulator.requests).toMatchObject([{ method: 'GET', path: '/v1/me' }]);
			expect(world.emulator.requests[0]?.headers.authorization).toBe('Bearer emulator-key');
		},
	);

	it.each<[string, RegExp]>([
		['', /^The DeepInfra credential has no API key$/],
		['Bearer ', /^The DeepInfra credential has no API key$/],
		['wrong-key', /^DeepInfra does not accept the API key\. Paste a valid key from https:/],
		['emulator\nkey', /it holds a line break$/],
		['emulator-kéy', /it holds the letter 'é'$/],
	])('fails its test with the key %j, in words', async (apiKey, words) => {
		const { status, message } = await world.engine.testCredential({ apiKey });
		expect(status).toBe('Error');
		expect(message).toMatch(words);
		expect(world.emulator.requests.length > 0).toBe(apiKey === 'wrong-key');
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
		// what no table of the API has: of these n8n would say "I'm a Teapot", "Gone", or nothing
		[408, /on DeepInfra's side/],
		[410, /^Something else than DeepInfra's API answers at this address \(status 410\).*'Base URL'/],
		[418, /Something else.*\(status 418\)/],
		[451, /Something else.*\(status 451\)/],
		[499, /Something else.*\(status 499\)/],
		[505, /on DeepInfra's side/],
		[530, /on DeepInfra's side/],
	])('says in words what the status %i means', async (status, words) => {
		world.emulator.options.faults = () => ({ kind: 'status', status });
		const { message } = await world.engine.testCredential({});
		world.emulator.options.faults = undefined;
		expect(message).toMatch(words);
	});

	it('is not led on by a redirect', async () => {
		world.emulator.options.faults = ({ path }) =>
			path === '/v1/me' ? { kind: 'redirect', location: `${world.emulator.url}/elsewhere`, status: 301 } : undefined;
		const { message } = await world.engine.testCredential({});
		world.emulator.options.faults = undefined;
		expect(message).toMatch(/redirects to another address/);
		expect(world.emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
	});

	it.each(['/', '/v1', '/v1/openai', '/v1/openai/', '/v1/inference/owner/name'])(
		'passes its test with %s at the end of the base URL',
		async (end) => {
			expect(await world.engine.testCredential({ baseUrl: `${world.emulator.url}${end}` })).toEqual({ status: 'OK' });
			expect(world.emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
		},
	);

	it.each<[string, RegExp]>([
		['nonsense', /^The 'Base URL' in the DeepInfra credential is not a web address$/],
		['http://:secret@127.0.0.1', /holds a user name or a password$/],
		['ftp://api.deepinfra.com', /not a web address$/],
	])('says in words what is wrong with the base URL %s', async (baseUrl, words) => {
		const { message } = await world.engine.testCredential({ baseUrl });
		expect(message).toMatch(words);
	});

	it('is tested at its own base URL, with or without a slash at the end', async () => {
		expect(await world.engine.testCredential({ baseUrl: `${world.emulator.url}/` })).toEqual({ status: 'OK' });
		expect(await world.engine.testCredential({ baseUrl: 'http://127.0.0.1:1' })).toMatchObject({ status: 'Error' });
		expect(world.emulator.requests.map(({ path }) => path)).toEqual(['/v1/me']);
	});
});
