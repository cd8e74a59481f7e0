import type { Problem } from '../../../nodes/shared/core/problem';
import { askInHalves, type Missed } from '../../../nodes/shared/engine/halving';
import type { Batch } from '../../../nodes/shared/engine/plan';

const missed = (problem: Problem): Missed => ({ problem, attempts: 1, billed: 0 });
const refused: Problem = { kind: 'status', status: 400, body: { error: 'dimensions is not supported' } };

/** One item with many places, the first and the shortest among them, and as many items with one. */
const batch: Batch = (() => {
	const texts = Array.from({ length: 200 }, (_, index) => ({ text: index === 3 ? 'a' : `text ${index}` }));
	const [first = { text: '' }, ...rest] = texts;
	return { inputs: [first, ...rest], owners: texts.map((_, index) => [index]) };
})();
const ofTheItem = (owners: Batch['owners']) => owners.flat().filter((position) => position < 20);

/** Refuses all in the same words; what is left of an item that has failed is not asked any more. */
async function refuseAll(): Promise<{ sent: number; failed: number[] }> {
	let sent = 0;
	let isOver = false;
	const failed: number[] = [];
	await askInHalves(
		batch,
		async ({ owners }) => {
			if (isOver && ofTheItem(owners).length === owners.flat().length)
				return await Promise.resolve(missed({ kind: 'stopped' }));
			sent++;
			return missed(refused);
		},
		async ({ owners }) => {
			if (ofTheItem(owners).length > 0) isOver = true;
			failed.push(...owners.flat());
			await Promise.resolve();
		},
	);
	return { sent, failed };
}

it('what is not asked any more tells nothing about the texts: all of them are refused in a few requests', async () => {
	const { sent, failed } = await refuseAll();
	expect(sent).toBeLessThan(10);
	expect(failed.sort((a, b) => a - b)).toEqual(batch.owners.flat());
});
