import { EngineCredentialsHelper } from '../../../support/engine/credentialsHelper';
import { openWorld, type World } from '../../../support/world';

const classify = { resource: 'text', operation: 'classify', text: '={{ $json.text }}' };
const film = { resource: 'video', operation: 'generate', prompt: 'A river', options: {} };
const items = Array.from({ length: 30 }, (_, index) => ({ json: { text: `Case ${index}` } }));

describe('the credential of a run, which n8n reads from its database and decrypts each time', () => {
	let world: World;
	let readings: jest.SpyInstance;

	beforeAll(async () => {
		world = await openWorld();
	});
	afterAll(async () => await world.close());

	beforeEach(() => {
		world.emulator.requests.length = 0;
		world.emulator.options.faults = undefined;
		const read = EngineCredentialsHelper.prototype.getDecrypted;
		let count = 0;
		// Somebody enters another key as soon as the run has begun.
		readings = jest.spyOn(EngineCredentialsHelper.prototype, 'getDecrypted').mockImplementation(async function (
			this: EngineCredentialsHelper,
			...args
		) {
			const data = await read.apply(this, args);
			return count++ === 0 ? data : { ...data, apiKey: `another-key-${count}-0123456789` };
		});
	});
	afterEach(() => jest.restoreAllMocks());

	const keys = () => new Set(world.emulator.requests.map(({ headers }) => headers.authorization));

	it('is read once, however many items, retries and questions about the model there are', async () => {
		let failures = 3;
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') && failures-- > 0 ? { kind: 'status', status: 503 } : undefined;
		const { error, items: out } = await world.engine.run({ parameters: classify, items });
		expect(error).toBeUndefined();
		expect(out).toHaveLength(30);
		expect(world.inference().length).toBeGreaterThan(30);
		expect(readings).toHaveBeenCalledTimes(1);
		expect(keys()).toEqual(new Set(['Bearer emulator-key']));
	});

	it('is that of the start also where a job is asked for, looked at and its file downloaded', async () => {
		const { error } = await world.engine.run({ parameters: film });
		expect(error).toBeUndefined();
		expect(readings).toHaveBeenCalledTimes(1);
		expect(keys()).toEqual(new Set(['Bearer emulator-key']));
	});

	it('is read once for a list of the editor, whose rows come from several routes', async () => {
		const { results } = await world.engine.search('searchModels', classify);
		expect(results.length).toBeGreaterThan(0);
		expect(readings).toHaveBeenCalledTimes(1);
	});

	it('is not sent a second time where it is refused', async () => {
		jest.restoreAllMocks();
		const credentials = { apiKey: 'a-key-that-nobody-knows' };
		await world.engine.search('searchModels', classify, undefined, undefined, credentials).catch(() => undefined);
		await world.engine.run({ parameters: classify, items: items.slice(0, 1), credentials });
		const paths = world.emulator.requests.map(({ method, path }) => `${method} ${path}`);
		expect(paths.length).toBeGreaterThan(3);
		expect(paths).toEqual([...new Set(paths)]);
	});
});
