import { type Fault } from '../../../emulator';
import { trialOf } from '../../../support/faults/ordeal';
import { errorOf, pairedTo } from '../../../support/results';
import { type World, isInference, openWorld } from '../../../support/world';
import { subjectOf } from '../../../support/operation/registry';

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
afterEach(() => {
	world.emulator.options.faults = undefined;
});

const kinds: Array<[string, Fault]> = [
	['stalled headers', { kind: 'stalledHeaders' }],
	['a stalled body', { kind: 'stalledBody' }],
	['a body that comes byte by byte', { kind: 'slowBody', intervalMs: 100 }],
];

/** Each operation with a service of its own, all at the same time: the wait is the same for all. */

it('of 1,000 items of which 300 stall, 700 come out and 300 say why', async () => {
	const subject = await trialOf(world.engine, subjectOf('text: classify'), 1000);
	world.emulator.requests.length = 0;
	world.emulator.options.faults = (request) => {
		const item = subject.itemOf(request);
		return item % 10 < 3 ? kinds[item % 3]?.[1] : undefined;
	};
	const result = await world.engine.run({
		parameters: { ...subject.parameters, options: { timeout: 4, maxConcurrency: 400 } },
		items: subject.items,
		onError: 'continueErrorOutput',
	});
	const all = subject.items.map((_, index) => index);
	expect(result.items.map(pairedTo)).toEqual(all.filter((item) => item % 10 >= 3));
	expect(result.errorItems.map(pairedTo)).toEqual(all.filter((item) => item % 10 < 3));
	expect(world.inference().length).toBe(1000);
	for (const item of result.errorItems) expect(errorOf(item).text).toContain('may have billed');
});

it('a batch of embeddings that stalls is one request, and all its items say so', async () => {
	const { items, parameters } = await trialOf(world.engine, subjectOf('embedding: create'), 50);
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
