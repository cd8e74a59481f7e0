import { findModel } from '../../emulator/catalogue';
import { openStore } from '../../emulator/store';
import { classifyText } from '../../emulator/tasks/classify';
import { putInVirtualClock } from '../engine/virtualClock';
import { expectAccounted } from './account';
import { faultKinds, type FaultKind } from './kinds';
import { planInTurn, planOf } from './plan';
import { type Answer, type Trial, trialOf, runOrdeal, withMore } from './ordeal';
import { type World, openWorld } from '../world';
import { subjectOf } from '../operation/registry';

/** Items for all kinds together: enough that each kind is met, and twice as many as are asked at once. */
const ALL = 200;
/** Items for each kind of fault, enough to meet all its variants; what a kind alone makes of a thousand, test/shared/engine/lane.property.test.ts shows. */
const EACH = 24;
const FEWER = 20;

const isLabels = (value: unknown): value is Array<{ label: string; score: number }> => Array.isArray(value);

/** The answers to classifications as the emulator works them out, without a wire and without the node: what it must not have changed. */
export function rightAnswers({ parameters, items }: Trial): Answer[] {
	const model = findModel(String(Object(parameters.model).value));
	if (!model) throw new Error('A classification without a model of the emulator');
	const surroundings = { model, baseUrl: '', random: Math.random, store: openStore() };
	return items.map(({ json }) => {
		const { results } = classifyText({ values: { input: json.text }, files: new Map(), ...surroundings }).body;
		if (!isLabels(results)) throw new Error('The emulator gave no labels');
		const labels = [...results].sort((a, b) => b.score - a.score);
		const scores = Object.fromEntries(labels.map(({ label, score }) => [label, score]));
		return { json: { label: labels[0]?.label, score: labels[0]?.score, labels, scores }, files: [] };
	});
}

/**
 * Classifications for each kind of fault, half of all tries spoiled. Time stands still where connections are reset: a
 * busy machine would bring a reset "at once" so late that the request may have been billed, and is not sent again. Several files share the kinds, since each takes its
 * time; the one that `isWhole` sees what no kind has alone.
 */
export function testClassification(kinds: readonly FaultKind[], isWhole: boolean): void {
	let world: World;
	let subject: Trial;
	let answers: Answer[];

	beforeAll(async () => {
		world = await openWorld();
		subject = await trialOf(world.engine, subjectOf('text: classify'), isWhole ? ALL : EACH);
		answers = rightAnswers(subject);
	});
	afterAll(async () => await world.close());

	describe('text: classify, half of all tries spoiled', () => {
		it.each(kinds.map((kind) => [kind.name, kind] as const))('%s', async (_name, kind) => {
			const some = { ...subject, items: subject.items.slice(0, kind.isSlow ? FEWER : EACH) };
			const { plan, kindOf } = planInTurn(kind.faults.map((fault) => ({ ...kind, faults: [fault] })));
			const maxRetries = kind.isSlow ? 1 : 3;
			const isReset = kind.faults.some((fault) => fault.kind === 'resetBeforeHeaders');
			const clock = isReset ? putInVirtualClock(world.emulator) : undefined;
			const ordeal = await runOrdeal(world, some, plan, { maxRetries, maxConcurrency: 200 }).finally(clock?.remove);
			await expectAccounted(world, ordeal, plan, kindOf, { maxRetries, answers });
			// So many are enough: they met each variant, and where it is sent again, each number of tries.
			expect(new Set(ordeal.ledgers.flatMap(({ spoiled }) => spoiled))).toEqual(new Set(kind.faults));
			const tries = Array.from({ length: kind.isRetried ? maxRetries + 2 : 2 }, (_, spoiled) => spoiled);
			expect(ordeal.ledgers.map(({ spoiled }) => spoiled.length)).toEqual(expect.arrayContaining(tries));
		});
	});

	if (!isWhole) return;
	it('the items have answers that differ', () => {
		expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBeGreaterThan(ALL * 0.9);
	});

	it('text: classify, all faults together', async () => {
		const { plan, kindOf } = planOf(faultKinds, 0.5);
		const clock = putInVirtualClock(world.emulator);
		const ordeal = await runOrdeal(world, subject, plan, { maxRetries: 2, maxConcurrency: 100 }).finally(clock.remove);
		await expectAccounted(world, ordeal, plan, kindOf, { maxRetries: 2, answers });
		const met = new Set(ordeal.ledgers.flatMap(({ spoiled }) => spoiled.map((fault) => kindOf(fault).name)));
		expect(met).toEqual(new Set(faultKinds.map(({ name }) => name)));
	});

	describe('a run that a status ends', () => {
		const kinds = faultKinds.filter(({ httpCode }) => httpCode !== undefined);
		it.each(kinds.map((kind) => [kind.name, kind] as const))('shows the code of n8n: %s', async (_name, kind) => {
			world.emulator.options.faults = (request) => (subject.asks(request) ? kind.faults[0] : undefined);
			const parameters = withMore(subject.parameters, { maxRetries: 0 });
			const { error } = await world.engine.run({ parameters, items: subject.items.slice(0, 1) });
			world.emulator.options.faults = undefined;
			expect(error).toMatchObject({ httpCode: kind.httpCode, itemIndex: 0 });
		});
	});
}
