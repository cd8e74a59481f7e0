import fc from 'fast-check';
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

describe('money', () => {
	const free: readonly Missed[] = [
		missed({ kind: 'status', status: 413, body: { error: 'too large' } }),
		missed(refused),
		missed({ kind: 'refusal', message: 'no' }),
	];
	const costly: readonly Missed[] = [
		missed({ kind: 'timeout', seconds: 3 }),
		missed({ kind: 'lost', seconds: 3 }),
		missed({ kind: 'cut', message: 'the connection was lost' }),
		missed({ kind: 'status', status: 504, body: '' }),
		{ ...missed({ kind: 'refusal', message: 'no' }), billed: 1 },
		{ ...missed(refused), billed: 1 },
	];

	/** Answers the requests in turn as the script says, undefined with success; after its end always with its last. */
	async function follow(script: ReadonlyArray<Missed | undefined>, size: number) {
		const texts = Array.from({ length: size }, (_, index) => ({ text: `text ${index}` }));
		const [first = { text: '' }, ...rest] = texts;
		const asked = new Map<string, Missed>();
		const ended: string[] = [];
		let [sent, billed, told] = [0, 0, 0];
		const namesOf = ({ inputs }: Batch) => inputs.map(({ text }) => String(text));
		await askInHalves(
			{ inputs: [first, ...rest], owners: texts.map((_, index) => [index]) },
			async (part) => {
				const why = script[Math.min(sent++, script.length - 1)];
				// What may have been billed is never sent again.
				expect(namesOf(part).filter((name) => asked.has(name) && !free.some((why) => why === asked.get(name)))).toEqual(
					[],
				);
				if (why) for (const name of namesOf(part)) asked.set(name, why);
				billed += why?.billed ?? 0;
				if (!why) ended.push(...namesOf(part));
				return await Promise.resolve(why);
			},
			async (part, why) => {
				told += why.billed;
				ended.push(...namesOf(part));
				await Promise.resolve();
			},
		);
		return { ended: ended.sort(), names: texts.map(({ text }) => text).sort(), billed, told, sent };
	}

	it.each(costly)('of halves that may have been billed none is sent again: %j', async (half) => {
		for (const first of free) {
			const { sent, ended, names, billed, told } = await follow([first, half, half, undefined], 8);
			expect(sent).toBe(3);
			expect(ended).toEqual(names);
			expect(told).toBe(billed);
		}
	});

	it('is told in full, each input ends once, and nothing is sent again that may have been billed', async () => {
		const outcome = fc.constantFrom(undefined, ...free, ...free, ...costly);
		await fc.assert(
			fc.asyncProperty(
				fc.array(outcome, { minLength: 1, maxLength: 12 }),
				fc.integer({ min: 1, max: 24 }),
				async (script, size) => {
					const { ended, names, billed, told } = await follow(script, size);
					expect({ ended, told }).toEqual({ ended: names, told: billed });
				},
			),
			{ numRuns: 500 },
		);
	});
});
