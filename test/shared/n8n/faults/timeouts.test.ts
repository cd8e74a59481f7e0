/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { startEmulator, type Emulator, type Fault } from '../../../emulator';
import type { RunResult } from '../../../support/engine/engine';
import { type Answer, answersOf, makeSubject, operationNames, optionsOf } from '../../../support/faults/ordeal';
import { errorOf, pairedTo, withoutUsage } from '../../../support/results';
import { type World, isInference, openWorld } from '../../../support/world';

// Limits in time: what else a busy machine does may cost a second try, and says so.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

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
describe('every kind of stall', () => {
	const services: Emulator[] = [];
	const runs = new Map<string, { result: RunResult; answers: Answer[]; emulator: Emulator }>();

	beforeAll(async () => {
		const all = operationNames.map(async (name) => {
			const subject = await makeSubject(world.engine, name, 20);
			const answers = await answersOf(world, subject);
			const emulator = await startEmulator();
			services.push(emulator);
			// every second item is hit, by turns
			emulator.options.faults = (request) => {
				if (!isInference(request)) return undefined;
				const item = subject.itemOf(request);
				return item % 2 ? kinds[((item - 1) / 2) % kinds.length]?.[1] : undefined;
			};
			const result = await world.engine.run({
				parameters: {
					...subject.parameters,
					options: { ...optionsOf(subject), timeout: 2, maxRetries: 4, maxConcurrency: 20 },
				},
				items: subject.items,
				onError: 'continueErrorOutput',
				credentials: { baseUrl: emulator.url },
			});
			runs.set(name, { result, answers, emulator });
		});
		await Promise.all(all);
		await new Promise((resolve) => setTimeout(resolve, 200));
	});
	afterAll(async () => {
		for (const service of services) await service.close();
	});

	it.each(operationNames)('ends in time for %s, sent once, with the words that it may have been billed', (name) => {
		const run = runs.get(name);
		if (!run) throw new Error('It did not run');
		const { result, answers, emulator } = run;
		expect(result.durationMs).toBeGreaterThan(1950);
		expect(result.durationMs).toBeLessThan(6000);
		expect(result.items.map(pairedTo)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
		expect(result.items.map(withoutUsage)).toEqual(result.items.map((item) => answers[pairedTo(item)]?.json));
		expect(result.errorItems.map(pairedTo)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
		for (const item of result.errorItems) {
			const { text } = errorOf(item);
			expect(text).toContain('did not finish its answer within 2 seconds');
			expect(text).toMatch(/may have billed this request/);
			expect(text).toMatch(/twice|not sent again/);
			expect(text).toContain("'Timeout'");
		}
		const requests = emulator.requests.filter(isInference);
		expect(requests.length).toBe(20);
		expect(requests.filter(({ aborted }) => aborted).length).toBe(10); // nothing is left open
	});
});

it('of 1,000 items of which 300 stall, 700 come out and 300 say why', async () => {
	const subject = await makeSubject(world.engine, 'text: classify', 1000);
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
	expect(world.emulator.requests.length).toBe(1000);
	for (const item of result.errorItems) expect(errorOf(item).text).toContain('may have billed');
});

it('a batch of embeddings that stalls is one request, and all its items say so', async () => {
	const { items, parameters } = await makeSubject(world.engine, 'embedding: create', 50);
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
