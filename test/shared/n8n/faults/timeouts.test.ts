import { type Fault } from '../../../emulator';
import { putInVirtualClock, type VirtualClock } from '../../../support/engine/virtualClock';
import { trialOf } from '../../../support/faults/ordeal';
import { asked } from '../../../support/parameters';
import { errorOf, pairedTo } from '../../../support/results';
import { type World, isInference, openWorld } from '../../../support/world';
import { subjectOf } from '../../../support/operation/registry';
import { block } from '../../../support/work';

let world: World;
let clock: VirtualClock | undefined;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
afterEach(() => {
	clock?.remove();
	clock = undefined;
	Object.assign(world.emulator.options, { faults: undefined, latencyMs: undefined });
});

const kinds: Array<[string, Fault]> = [
	['stalled headers', { kind: 'stalledHeaders' }],
	['a stalled body', { kind: 'stalledBody' }],
	['a body that comes byte by byte', { kind: 'slowBody', intervalMs: 100 }],
];

it('of 200 items of which 60 stall, 140 come out and 60 say why', async () => {
	const subject = await trialOf(world.engine, subjectOf('text: classify'), 200);
	// Only what stalls is late: the clock stands still while anything else goes on, however slow the machine.
	clock = putInVirtualClock(world.emulator);
	world.emulator.requests.length = 0;
	world.emulator.options.faults = (request) => {
		const item = subject.itemOf(request);
		return item % 10 < 3 ? kinds[item % 3]?.[1] : undefined;
	};
	const result = await world.engine.run({
		parameters: { ...subject.parameters, options: { timeout: 4, maxConcurrency: 80 } },
		items: subject.items,
		onError: 'continueErrorOutput',
	});
	const all = subject.items.map((_, index) => index);
	expect(result.items.map(pairedTo)).toEqual(all.filter((item) => item % 10 >= 3));
	expect(result.errorItems.map(pairedTo)).toEqual(all.filter((item) => item % 10 < 3));
	// Each once, although they may have been billed.
	expect(
		world
			.inference()
			.map((request) => subject.itemOf(request))
			.sort((a, b) => a - b),
	).toEqual(all);
	for (const item of result.errorItems) expect(errorOf(item).text).toContain('may have billed');
});

it('answers that a busy process comes to read late are taken, not thrown away as late', async () => {
	world.emulator.options.latencyMs = 300;
	world.emulator.requests.length = 0;
	let seen = 0;
	world.emulator.options.faults = (request) => {
		if (isInference(request) && ++seen === 5) block(2500);
		return undefined;
	};
	const result = await world.engine.run({
		parameters: asked('text', 'classify', 'ProsusAI/finbert', {
			text: '=text {{ $itemIndex }}',
			options: { timeout: 2, maxConcurrency: 5 },
		}),
		items: Array.from({ length: 5 }, () => ({ json: {} })),
		onError: 'continueErrorOutput',
	});
	expect(result.errorItems.map((item) => errorOf(item).text)).toEqual([]);
	expect(world.inference()).toHaveLength(5);
});

it('a batch of embeddings that stalls is one request, and all its items say so', async () => {
	const { items, parameters } = await trialOf(world.engine, subjectOf('embedding: create'), 50);
	clock = putInVirtualClock(world.emulator);
	world.emulator.requests.length = 0;
	world.emulator.options.faults = () => ({ kind: 'stalledBody' });
	const result = await world.engine.run({
		parameters: { ...parameters, options: { timeout: 1 } },
		items,
		onError: 'continueErrorOutput',
	});
	expect(result.errorItems.map(pairedTo)).toEqual(items.map((_, index) => index));
	expect(world.emulator.requests.filter(isInference).length).toBe(1);
});

it('what an item waits for its turn is none of its time, also where an answer needs a second question', async () => {
	world.emulator.options.latencyMs = 150;
	world.emulator.requests.length = 0;
	const items = Array.from({ length: 16 }, (_, total) => ({ json: { total } }));
	const result = await world.engine.run({
		parameters: asked('text', 'extract', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', {
			text: '=Total: {{ $json.total }} [[emulator: misfit]]',
			schemaType: 'fromAttributes',
			attributes: { values: [{ name: 'total', type: 'number', description: 'With tax', required: true }] },
			includeOtherFields: false,
			options: { maxConcurrency: 1, timeout: 2 },
		}),
		items,
		onError: 'continueErrorOutput',
	});
	expect(result.errorItems).toEqual([]);
	expect(result.items.map(({ json }) => json.data)).toEqual(items.map(({ json }) => json));
	expect(world.emulator.requests.filter(({ path }) => path === '/v1/chat/completions')).toHaveLength(32);
});
