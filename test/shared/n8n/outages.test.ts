/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { putInVirtualClock, type VirtualClock } from '../../support/engine/virtualClock';
import { makePng } from '../../support/files';
import { asked } from '../../support/parameters';
import { errorOf, hintsOf, pairedTo } from '../../support/results';
import { isInference, openWorld, type World } from '../../support/world';

/** Nobody watches: a service that is down, for ever or for a while, as three kinds of operations meet it. */

let world: World;
let clock: VirtualClock;
let photo: INodeExecutionData['binary'];
beforeAll(async () => {
	world = await openWorld();
	photo = { data: await world.engine.binary(makePng(4, 4), 'photo.png', 'image/png') };
});
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	world.emulator.options.faults = undefined;
	clock = putInVirtualClock(world.emulator);
});
afterEach(() => clock.remove());

const FINBERT = 'ProsusAI/finbert';
const BGE = 'BAAI/bge-base-en-v1.5';
const CLIP = 'openai/clip-vit-base-patch32';

interface Kind {
	readonly model: string;
	readonly dead: string;
	/** A run that nobody watches. */
	readonly many: number;
	/** Items that share a request. */
	readonly together: number;
	parameters(model: string): INodeParameters;
}

const KINDS: Record<string, Kind> = {
	'single requests': {
		model: FINBERT,
		dead: 'emulator/gone',
		many: 1000,
		together: 1,
		parameters: (model) => asked('text', 'classify', model, { text: '={{ $json.text }}' }),
	},
	// Texts that differ in their input type share no request, so there are as many as items.
	batches: {
		model: BGE,
		dead: 'emulator/gone-vectors',
		many: 200,
		together: 2,
		parameters: (model) =>
			asked('embedding', 'create', model, {
				text: '={{ $json.text }}',
				options: { dimensions: 32, extraFields: '={"user":"{{ $json.user }}"}' },
			}),
	},
	files: {
		model: CLIP,
		dead: 'emulator/gone-clip',
		many: 200,
		together: 1,
		parameters: (model) => asked('image', 'classifyZeroShot', model, { candidateLabels: '=boat, {{ $json.text }}' }),
	},
};

const all = (count: number) => Array.from({ length: count }, (_, item) => item);

const run = async (count: number, parameters: INodeParameters, apiKey = 'emulator-key') =>
	await world.engine.run({
		parameters,
		items: all(count).map((n) => ({ json: { n, text: `text ${n}`, user: String(n >> 1) }, binary: photo })),
		onError: 'continueErrorOutput',
		credentials: { apiKey },
	});

/** Every inference fails so until so many milliseconds have passed. */
function failUntil(moment: number, fault: Fault): void {
	world.emulator.options.faults = (request) => (isInference(request) && clock.now() < moment ? fault : undefined);
}

const status = (code: number): Fault => ({ kind: 'status', status: code });

/** Requests: enough to be stopped on the way, and no more: what goes well takes its time. */
const SOME = 60;

describe.each(Object.entries(KINDS))('%s', (name, { model, dead, many, together, parameters }) => {
	const some = SOME * together;

	it('with a dead key are asked for at most 17 times, however many', async () => {
		const { items, errorItems } = await run(many, parameters(model), 'no-such-key');
		expect(items).toEqual([]);
		expect(errorItems.map(pairedTo)).toEqual(all(many));
		expect(world.inference().length).toBeLessThanOrEqual(17);
		const unsent = errorItems.filter((item) => errorOf(item).text.startsWith('Not sent: DeepInfra does not accept'));
		// Two share a request in the batches.
		expect(unsent.length).toBeGreaterThanOrEqual(many - 2 * 17);
	});

	const faults: Fault[] = [status(503), { kind: 'resetBeforeHeaders' }, status(429)];
	const fault = faults[Object.keys(KINDS).indexOf(name)] ?? status(502);

	it(`to a service that is down for ever (${JSON.stringify(fault)}) are given up soon, all ${many} of them`, async () => {
		failUntil(Infinity, fault);
		const result = await run(many, parameters(model));
		expect(result.items).toEqual([]);
		expect(result.errorItems.map(pairedTo)).toEqual(all(many));
		expect(world.inference().length).toBeLessThanOrEqual(60);
		expect(clock.now()).toBeLessThanOrEqual(60_000);
		expect(hintsOf(result).at(-1)).toContain(`${many} items in · ${many} failed (`);
	});

	it.each([3, 20])('to a service that is down for %i seconds all succeed, in order', async (seconds) => {
		failUntil(seconds * 1000, fault);
		const { items, errorItems } = await run(some, parameters(model));
		expect(errorItems).toEqual([]);
		expect(items.map(pairedTo)).toEqual(all(some));
		expect(clock.now()).toBeGreaterThanOrEqual(seconds * 1000);
	});

	it('to a model that is gone hold up none to the others', async () => {
		// Half of them, more than twice as many as may be asked.
		const both = 80 * together;
		const mixed = { __rl: true, mode: 'id', value: `={{ $json.n % 2 ? "${dead}" : "${model}" }}` };
		const { items, errorItems } = await run(both, { ...parameters(model), model: mixed });
		expect(items.map(pairedTo)).toEqual(all(both).filter((n) => n % 2 === 0));
		expect(errorItems.map(pairedTo)).toEqual(all(both).filter((n) => n % 2 === 1));
		expect(world.inference().filter(({ path }) => path.includes(dead)).length).toBeLessThanOrEqual(16);
	});
});

describe('two runs of one account', () => {
	const long = 140;
	const short = 24;
	const ask = async (count: number, name: string) =>
		await world.engine.run({
			parameters: asked('text', 'classify', FINBERT, { text: '={{ $json.text }}' }),
			items: all(count).map((n) => ({ json: { text: `${name} ${n}` } })),
			onError: 'continueErrorOutput',
		});
	const isOf = (name: string) => (request: { json?: unknown }) => JSON.stringify(request.json).includes(name);

	it('share the places: the one that comes later does not wait for the end of the other', async () => {
		clock.remove();
		Object.assign(world.emulator.options, { latencyMs: 60, maxConcurrent: 8 });
		const first = ask(long, 'long');
		// Once the first has all the places.
		while (world.inference().length < 40) await new Promise((resolve) => setTimeout(resolve, 2));
		const [one, other] = await Promise.all([first, ask(short, 'short')]);
		Object.assign(world.emulator.options, { latencyMs: undefined, maxConcurrent: undefined });
		expect([one.items.length, other.items.length]).toEqual([long, short]);
		const requests = world.inference();
		// It begins with what the first has found out that the service takes.
		expect(requests.filter((request) => request.status === 429 && isOf('short')(request)).length).toBeLessThan(5);
		const sent = requests.filter(({ status }) => status === 200);
		const shorts = sent.flatMap((request, at) => (isOf('short')(request) ? [at] : []));
		// Between its first and its last request the other one had its half, and not much more.
		const span = (shorts.at(-1) ?? 0) - (shorts[0] ?? 0) + 1;
		expect(span - short).toBeGreaterThan(0);
		expect(span - short).toBeLessThan(2 * short);
	});
});
