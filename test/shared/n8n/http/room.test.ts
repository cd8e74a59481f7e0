/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { Room } from '../../../../nodes/shared/n8n/http/room';

/** Lets everything go on that can. */
const turn = async () => await nextTurn();

describe('the memory that answers share', () => {
	it('is never more than there is but for the one that came first, and all come to their end', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
				async (answers) => {
					const room = new Room(100);
					/** What each holds, in the order in which they came. */
					const held = new Map<object, number>();
					let ended = 0;
					const receive = async (pieces: number[]) => {
						const owner = {};
						held.set(owner, 0);
						for (const piece of pieces) {
							await room.take(owner, piece);
							held.set(owner, (held.get(owner) ?? 0) + piece);
							const [, ...others] = held.values();
							expect(others.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100);
						}
						await turn();
						held.delete(owner);
						room.giveBack(owner);
						ended++;
					};
					await Promise.all(answers.map(receive));
					expect(ended).toBe(answers.length);
				},
			),
			{ numRuns: 100 },
		);
	});

	it('goes to the first even when it needs more than there is', async () => {
		const room = new Room(10);
		const [one, two] = [{}, {}];
		await room.take(one, 8);
		let isIn = false;
		const waiting = room.take(two, 5).then(() => (isIn = true));
		await room.take(one, 100);
		await turn();
		expect(isIn).toBe(false);
		room.giveBack(one);
		await waiting;
		expect(isIn).toBe(true);
	});

	it('is held anew for what turns out to be less, or more', async () => {
		const room = new Room(10);
		const [one, two] = [{}, {}];
		await room.hold(one, 8);
		let isIn = false;
		const waiting = room.hold(two, 6).then(() => (isIn = true));
		await turn();
		expect(isIn).toBe(false);
		await room.hold(one, 4);
		await waiting;
		expect(isIn).toBe(true);
		// The first goes on, although there is no room.
		await room.hold(one, 20);
		room.giveBack(one);
		await room.hold(two, 10);
		room.giveBack(two);
	});

	it('is given back by one that took nothing, or twice, without harm', async () => {
		const room = new Room(10);
		const owner = {};
		room.giveBack(owner);
		await room.take(owner, 10);
		room.giveBack(owner);
		room.giveBack(owner);
		const [one, two] = [{}, {}];
		await room.take(one, 6);
		await room.take(two, 4);
		let isIn = false;
		void room.take(two, 1).then(() => (isIn = true));
		await turn();
		expect(isIn).toBe(false);
		room.giveBack(one);
		await turn();
		expect(isIn).toBe(true);
	});
});
