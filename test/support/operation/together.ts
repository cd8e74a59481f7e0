import type { INodeExecutionData } from 'n8n-workflow';
import type { BinaryMode } from '../engine/engine';
import { sha256 } from '../files';
import { expectNoMedia, itemsOf, pairedTo, stored, withoutUsage } from '../results';
import { openWorld, type World } from '../world';
import type { Subject } from './example';

const MODES: readonly BinaryMode[] = ['default', 'filesystem', 'database'];

/** What items get together is what each gets alone; where there are files, in each of n8n's ways to keep them. */
export function testTogether(subject: Subject): void {
	const { operation, isDistinct, isNative, hasFiles } = subject;
	if (operation.merge || subject.example.needsState) return;
	const lasting = (item: INodeExecutionData) => subject.lasting(withoutUsage(item));

	describe.each(hasFiles ? MODES : MODES.slice(0, 1))('binary mode %s', (binaryMode) => {
		let world: World;
		beforeAll(async () => (world = await openWorld({ binaryMode })));
		afterAll(async () => await world.close());

		const readAll = async (items: INodeExecutionData[]) => {
			const files = items.flatMap(({ binary }) => Object.values(binary ?? {}));
			return await Promise.all(files.map(async (file) => sha256(await world.engine.read(file))));
		};

		it('gives three items together what it gives each alone', async () => {
			const items = isDistinct
				? await Promise.all([0, 50, 100].map(async (index) => await subject.distinctItem(world.engine, index)))
				: await subject.items(world.engine, 3);
			const parameters = subject.apart();
			const together = itemsOf(await world.engine.run({ parameters, items }));
			const alone: INodeExecutionData[] = [];
			for (const [index, item] of items.entries()) {
				// alone, every item has the index 0
				const own = JSON.parse(JSON.stringify(parameters).replaceAll('$itemIndex', String(index)));
				alone.push(...itemsOf(await world.engine.run({ parameters: own, items: [item] })));
			}
			expect(together.map(lasting)).toEqual(alone.map(lasting));
			expect(await readAll(together)).toEqual(await readAll(alone));
			expect([...new Set(together.map(pairedTo))]).toEqual([0, 1, 2]);
			if (isDistinct) {
				const seen = await Promise.all(
					together.map(async (item) => JSON.stringify([withoutUsage(item), await readAll([item])])),
				);
				expect(new Set(seen).size).toBeGreaterThan(2);
			}
			for (const { json } of together) {
				expectNoMedia(json);
				if (operation.isFree || operation.isRaw) continue;
				const cost = isNative && subject.isJson ? { costUsd: expect.any(Number) } : {};
				expect(stored(json).usage).toMatchObject({ attempts: 1, ...cost });
			}
			const asked = world.emulator.requests.filter((request) => subject.asks(request));
			expect(asked.length).toBeGreaterThan(0);
			for (const { status, headers } of asked) {
				expect([status, headers.authorization]).toEqual([200, 'Bearer emulator-key']);
			}
		});
	});
}
