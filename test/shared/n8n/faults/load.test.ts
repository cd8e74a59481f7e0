import { BAD_TEXT } from '../../../emulator';
import { putInVirtualClock } from '../../../support/engine/virtualClock';
import { expectAccounted } from '../../../support/faults/account';
import { rightAnswers } from '../../../support/faults/classify';
import { planInTurn } from '../../../support/faults/plan';
import { answerOf, trialOf, runOrdeal } from '../../../support/faults/ordeal';
import { attemptsOf, errorOf, pairedTo, withoutUsage } from '../../../support/results';
import { type World, isInference, openWorld } from '../../../support/world';
import { subjectOf } from '../../../support/operation/registry';
import { stopwatch } from '../../../support/yardstick';

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
afterEach(() => {
	Object.assign(world.emulator.options, { faults: undefined, latencyMs: undefined, maxConcurrent: undefined });
});

const sent = () => world.emulator.requests.filter(isInference);

// Other numbers of places, and slow machines: test/shared/engine/call.property.test.ts, without a wire.
it('a service that takes 20 requests at once answers 1,000 items at a concurrency of 1000, with few requests wasted', async () => {
	const subject = await trialOf(world.engine, subjectOf('text: classify'), 1000);
	const answers = rightAnswers(subject);
	// 1,000 items at 30 ms are 50 rounds; what is refused is answered at once.
	Object.assign(world.emulator.options, { maxConcurrent: 20, latencyMs: 30 });
	world.emulator.requests.length = 0;
	const took = stopwatch();
	const result = await world.engine.run({
		parameters: { ...subject.parameters, options: { maxConcurrency: 1000 } },
		items: subject.items,
		onError: 'continueErrorOutput',
	});
	// and the 20 places are used: a sequential run takes at least 30 s
	expect(took()).toBeLessThan(20_000);
	expect(result.errorItems).toEqual([]);
	expect(await Promise.all(result.items.map(async (item) => await answerOf(world.engine, subject, item)))).toEqual(
		answers,
	);
	const refused = sent().filter(({ status }) => status === 429).length;
	expect(sent().length).toBe(1000 + refused);
	expect(result.items.reduce((sum, item) => sum + Number(attemptsOf(item)), 0)).toBe(1000 + refused);
	expect(refused).toBeGreaterThan(0);
	expect(refused).toBeLessThan(100);
}, 120_000);

describe('embeddings', () => {
	const parameters = {
		resource: 'embedding',
		operation: 'create',
		model: { __rl: true, mode: 'id', value: 'sentence-transformers/all-MiniLM-L6-v2' },
		text: '={{ $json.text }}',
	};
	const narrow = { dimensions: 32 };
	const run = async (texts: string[], options = {}) => {
		world.emulator.requests.length = 0;
		const items = texts.map((text) => ({ json: { text } }));
		return await world.engine.run({
			parameters: { ...parameters, options: { ...narrow, ...options } },
			items,
			onError: 'continueErrorOutput',
		});
	};
	const texts = (count: number) => Array.from({ length: count }, (_, index) => `text number ${index}`);
	const inputsOf = (json: unknown): unknown[] =>
		typeof json === 'object' && json !== null && 'inputs' in json && Array.isArray(json.inputs) ? json.inputs : [];
	const range = (count: number) => Array.from({ length: count }, (_, index) => index);

	it.each([
		[1, 1],
		[1024, 1],
		[1025, 2],
	])('of %d items take %d requests', async (count, requests) => {
		const result = await run(texts(count));
		expect(result.items.map(pairedTo)).toEqual(range(count));
		expect(sent().length).toBe(requests);
		expect(sent().flatMap(({ json }) => inputsOf(json))).toEqual(texts(count));
		for (const index of [0, count - 1]) {
			const alone = await run(texts(count).slice(index, index + 1));
			expect(result.items.slice(index, index + 1).map(withoutUsage)).toEqual(alone.items.map(withoutUsage));
		}
	});

	it('of equal texts ask once for each, and all are answered', async () => {
		const result = await run(range(300).map((index) => `text number ${index % 10}`));
		expect(sent().map(({ json }) => inputsOf(json))).toEqual([texts(10)]);
		expect(result.items.map(pairedTo)).toEqual(range(300));
		const vectors = result.items.map((item) => JSON.stringify(withoutUsage(item)));
		expect(new Set(vectors).size).toBe(10);
		expect(vectors.every((vector, index) => vector === vectors[index % 10])).toBe(true);
	});

	it.each([
		[[217], 300],
		[[0], 300],
		[[3, 400, 401, 998], 1000],
	])('at %j that are bad fail alone, of %i', async (bad, count) => {
		const all = texts(count).map((text, index) => (bad.includes(index) ? `${text} ${BAD_TEXT}` : text));
		const result = await run(all);
		expect(result.errorItems.map(pairedTo)).toEqual(bad);
		expect(result.items.map(pairedTo)).toEqual(range(count).filter((index) => !bad.includes(index)));
		for (const item of result.errorItems) expect(errorOf(item).text).toContain('could not be processed');
		expect(sent().length).toBeLessThanOrEqual(1 + 20 * bad.length);
		// each good text is answered, so billed, once
		const paid = sent().flatMap(({ status, json }) => (status === 200 ? inputsOf(json) : []));
		expect([...paid].sort()).toEqual(all.filter((_, index) => !bad.includes(index)).sort());
	});

	it('in a batch that is retried say so, and share its fate', async () => {
		let tries = 0;
		world.emulator.options.faults = (request) =>
			isInference(request) && tries++ < 2 ? { kind: 'status', status: 503, retryAfter: 0.01 } : undefined;
		const result = await run(texts(200));
		expect(sent().length).toBe(3);
		expect(result.items.map(attemptsOf)).toEqual(range(200).map(() => 3));
		expect(result.errorItems).toEqual([]);
	});

	it.each([401, 404, 429, 500])('are not split for a %d, which is about no text', async (status) => {
		world.emulator.options.faults = (request) => (isInference(request) ? { kind: 'status', status } : undefined);
		const result = await run(texts(200), { maxRetries: 0 });
		expect(sent().length).toBe(1);
		expect(result.errorItems.map(pairedTo)).toEqual(range(200));
	});
});

it('429 again and again, as a busy service answers, is survived by all of 120 items', async () => {
	const subject = await trialOf(world.engine, subjectOf('text: classify'), 120);
	const answers = rightAnswers(subject);
	const kind = {
		name: 'busy',
		faults: [{ kind: 'status', status: 429, retryAfter: 0.01 } as const],
		words: [],
		isRetried: true as const,
	};
	// Up to six times in a row.
	const { plan, kindOf } = planInTurn([kind]);
	const clock = putInVirtualClock(world.emulator);
	const options = { maxRetries: 12, maxConcurrency: 100 };
	const ordeal = await runOrdeal(world, subject, plan, options).finally(clock.remove);
	await expectAccounted(world, ordeal, plan, kindOf, { maxRetries: 12, answers });
	expect(ordeal.result.errorItems).toEqual([]);
});
