import { expectAccounted } from '../../../support/faults/account';
import { faultKinds } from '../../../support/faults/kinds';
import { planOf } from '../../../support/faults/plan';
import {
	type Answer,
	type Subject,
	answerAlone,
	answersOf,
	makeSubject,
	operationNames,
	runOrdeal,
} from '../../../support/faults/ordeal';
import { type World, openWorld } from '../../../support/world';

const ITEMS = 120;
const FEWER = 40;
const slow = faultKinds.filter(({ isSlow }) => isSlow);
const fast = faultKinds.filter(({ isSlow }) => !isSlow);

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());

/** Single faults on 1,000 items each: classify.test.ts. What differs here is how an operation asks and reads. */
describe.each(operationNames)('%s', (name) => {
	let subject: Subject;
	let answers: Answer[];

	beforeAll(async () => {
		subject = await makeSubject(world.engine, name, ITEMS);
		answers = await answersOf(world, subject);
	});

	it('answers each item as it does when it is alone, and no two alike', async () => {
		expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBeGreaterThan(ITEMS * 0.2);
		for (const index of [0, 77, ITEMS - 1]) expect(answers[index]).toEqual(await answerAlone(world, subject, index));
	});

	it.each([
		['most faults', fast, 0.5, ITEMS, 3],
		['faults that are waited for', slow, 0.3, FEWER, 1],
	])('%s in a share of all tries', async (_what, kinds, rate, count, maxRetries) => {
		const some = { ...subject, items: subject.items.slice(0, count) };
		const { plan, kindOf } = planOf(kinds, rate);
		const ordeal = await runOrdeal(world, some, plan, { maxRetries, maxConcurrency: 50 });
		await expectAccounted(world, ordeal, plan, kindOf, { maxRetries, answers });
		const met = new Set(ordeal.ledgers.flatMap(({ spoiled }) => spoiled.map((fault) => kindOf(fault).name)));
		expect(met.size).toBeGreaterThan(kinds.length * 0.7);
	});
});
