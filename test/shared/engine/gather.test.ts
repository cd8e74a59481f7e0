import { findTwins, packLines } from '../../../nodes/shared/engine/gather';

const line = (bytes: number, item: number) => ({ line: { item }, items: [item], bytes });
const sizes = (packs: ReturnType<typeof packLines>) => packs.map(({ lines, bytes }) => [lines.length, bytes]);

describe('lines in files', () => {
	it('fill one file after another, by lines', () => {
		const lines = Array.from({ length: 50_003 }, (_, item) => line(10, item));
		const packs = packLines(lines, { lines: 50_000, bytes: 1e9 });
		expect(sizes(packs)).toEqual([
			[50_000, 500_000],
			[3, 30],
		]);
		expect(packs.flatMap((pack) => pack.lines)).toEqual(lines);
	});

	it('fill one file after another, by bytes; a line that is larger than a file goes alone', () => {
		const packs = packLines([6, 4, 1, 25, 9, 2].map(line), { lines: 100, bytes: 10 });
		expect(sizes(packs)).toEqual([
			[2, 10],
			[1, 1],
			[1, 25],
			[1, 9],
			[1, 2],
		]);
	});

	it('of no items are no files', () => expect(packLines([], { lines: 1, bytes: 1 })).toEqual([]));

	it('must have names of their own: the first of a name is right', () => {
		const names = ['a', 'b', 'a', 'constructor', 'constructor', 'a'];
		const twins = findTwins(names.map((name, item) => ({ item: item + 10, name })));
		expect([...twins.keys()]).toEqual([2, 4, 5]);
		expect(twins.get(4)?.message).toContain("'constructor', as is that of item 13");
	});
});
