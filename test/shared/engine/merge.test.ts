import type { PartResult } from '../../../nodes/shared/engine/assemble';
import { groupAnswered, mergeGroup, type Answered } from '../../../nodes/shared/engine/merge';
import type { Output } from '../../../nodes/shared/core/operation';

const batch = { over: 'document', max: 2 } as const;
const best = (outputs: readonly Output[]) =>
	[...outputs].sort((a, b) => Number(b.json.score) - Number(a.json.score)).slice(0, 2);

function answered(query: string, document: string, score: number, usage: PartResult['usage']): Answered {
	return {
		input: { query, document },
		results: [{ outputs: [{ json: { document, score } }], usage, share: 0.5, kind: 'task' }],
	};
}

describe('items that answer one question', () => {
	const [one, two] = [
		{ model: 'm', attempts: 1, costUsd: 0.5 },
		{ model: 'm', attempts: 1, costUsd: 0.25 },
	];
	const entries = [
		answered('cats', 'a', 0.1, one),
		answered('dogs', 'x', 0.7, two),
		answered('cats', 'b', 0.9, one),
		answered('dogs', 'y', 0.8, two),
		answered('cats', 'c', 0.5, { ...two }),
		answered('cats', 'd', 0.4, { ...two }),
	];

	it('are those that differ in the batch field alone', () => {
		const groups = groupAnswered({ batch, merge: best }, entries);
		expect(groups.map((group) => group.map(({ input }) => input.document))).toEqual([
			['a', 'b', 'c', 'd'],
			['x', 'y'],
		]);
	});

	it('stay alone where the answer is not the task’s own', () => {
		const raw = entries.map((entry) => ({
			...entry,
			results: entry.results.map((each) => ({ ...each, kind: 'raw' as const })),
		}));
		expect(groupAnswered({ batch, merge: best }, raw)).toHaveLength(entries.length);
	});

	it('come in the order of the operation, each with its own item, and share what all requests cost', () => {
		const [first] = groupAnswered({ batch, merge: best }, entries);
		const [head, ...tail] = first ?? [];
		if (!head) throw new Error('no group');
		const merged = mergeGroup(best, [head, ...tail]);
		expect(merged.map(({ entry, output }) => [entry.input.document, output.json.score])).toEqual([
			['b', 0.9],
			['c', 0.5],
		]);
		// one request of 0.5 and halves of two requests of 0.25
		expect(merged.map(({ output }) => output.json.usage)).toMatchObject([{ costUsd: 0.375 }, { costUsd: 0.375 }]);
	});
});
