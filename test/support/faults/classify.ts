import { expectAccounted } from './account';
import { faultKinds, type FaultKind } from './kinds';
import { planOf } from './plan';
import { type Answer, type Trial, trialOf, runOrdeal, withMore } from './ordeal';
import { type World, openWorld } from '../world';
import { subjectOf } from '../operation/registry';

/** Items for all kinds together. */
const ALL = 1000;
/** Items for each kind of fault; what a kind alone makes of a thousand, test/shared/engine/lane.property.test.ts shows. */
const EACH = 60;
const FEWER = 30;

/** The answers, asked for without the node: what it must not have changed. */
async function askDirectly({ emulator }: World, { items }: Trial): Promise<Answer[]> {
	const ask = async (input: unknown): Promise<Answer> => {
		const response = await fetch(`${emulator.url}/v1/inference/ProsusAI/finbert`, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-key', 'content-type': 'application/json' },
			body: JSON.stringify({ input }),
		});
		const body: { results: Array<{ label: string; score: number }> } = JSON.parse(await response.text());
		const labels = body.results.sort((a, b) => b.score - a.score);
		const scores = Object.fromEntries(labels.map(({ label, score }) => [label, score]));
		return { json: { label: labels[0]?.label, score: labels[0]?.score, labels, scores }, files: [] };
	};
	const all: Answer[] = [];
	for (const { json } of items) all.push(await ask(json.text));
	return all;
}

/**
 * Classifications for each kind of fault, half of all tries spoiled. Several files share the kinds, since each takes its
 * time; the one that `isWhole` sees what no kind has alone.
 */
export function testClassification(kinds: readonly FaultKind[], isWhole: boolean): void {
	let world: World;
	let subject: Trial;
	let answers: Answer[];

	beforeAll(async () => {
		world = await openWorld();
		subject = await trialOf(world.engine, subjectOf('text: classify'), isWhole ? ALL : EACH);
		answers = await askDirectly(world, subject);
	});
	afterAll(async () => await world.close());

	describe('text: classify, half of all tries spoiled', () => {
		it.each(kinds.map((kind) => [kind.name, kind] as const))('%s', async (_name, kind) => {
			const some = { ...subject, items: subject.items.slice(0, kind.isSlow ? FEWER : EACH) };
			const { plan, kindOf } = planOf([kind], 0.5);
			const maxRetries = kind.isSlow ? 1 : 3;
			const ordeal = await runOrdeal(world, some, plan, { maxRetries, maxConcurrency: 200 });
			await expectAccounted(world, ordeal, plan, kindOf, { maxRetries, answers });
		});
	});

	if (!isWhole) return;
	it('the items have answers that differ', () => {
		expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBeGreaterThan(ALL * 0.9);
	});

	it('text: classify, all faults together', async () => {
		const { plan, kindOf } = planOf(faultKinds, 0.5);
		const ordeal = await runOrdeal(world, subject, plan, { maxRetries: 2, maxConcurrency: 200 });
		await expectAccounted(world, ordeal, plan, kindOf, { maxRetries: 2, answers });
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
