import fc from 'fast-check';
import { briefResults, LONGEST_BRIEF, noteOn } from '../../../nodes/shared/engine/brief';
import type { Dict } from '../../../nodes/shared/core/operation';

const sizeOf = (value: unknown) => JSON.stringify(value).length;
const whole = (list: readonly Dict[], most?: number) => {
	const { kept, left } = briefResults(list, most);
	return left > 0 ? [...kept, noteOn(left)] : kept;
};

describe('what an agent gets', () => {
	it('is never longer than it may be, whatever the answer', () => {
		const anything = fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 });
		const long = fc.record({
			text: fc.string({ maxLength: 4000 }),
			list: fc.array(fc.string({ maxLength: 60 }), { maxLength: 80 }),
			emoji: fc.array(fc.constantFrom('😀', '"', '\n', 'é'), { maxLength: 900 }).map((signs) => signs.join('')),
		});
		fc.assert(
			fc.property(
				fc.array(fc.oneof(anything, long), { minLength: 1, maxLength: 60 }),
				fc.integer({ min: 300, max: 3000 }),
				(list, most) => {
					const result = whole(list, most);
					expect(result.length).toBeGreaterThan(0);
					expect(sizeOf(result)).toBeLessThanOrEqual(most);
				},
			),
			{ numRuns: 200 },
		);
	});

	it('is the answer itself where that is short', () => {
		const answer = { label: 'positive', score: 0.9, labels: [{ label: 'positive', score: 0.9 }], done: true };
		expect(briefResults([answer])).toEqual({ kept: [answer], left: 0 });
	});

	it('has no vectors, no data and of the usage the cost alone, however short the answer', () => {
		const usage = { model: 'a/b', requestId: 'R', costUsd: 0.1, inputTokens: 5, droppedParameters: ['x'] };
		const [brief] = briefResults([
			{
				embedding: Array.from({ length: 12 }, (_, index) => index / 7),
				scores: [0.1, 0.2],
				image: 'A'.repeat(300),
				inner: { url: `data:image/png;base64,${'iVBORw0KGgo='.repeat(30)}` },
				usage,
			},
		]).kept;
		expect(brief).toEqual({
			embedding: '(12 numbers)',
			scores: [0.1, 0.2],
			image: '(300 letters of data)',
			inner: { url: expect.stringMatching(/^\(\d+ letters of data\)$/) },
			usage: { costUsd: 0.1, estimatedCostUsd: undefined, droppedParameters: ['x'] },
		});
	});

	it('is cut where it is long, keeps what is short, and says what is missing', () => {
		const answer = {
			label: 'kept',
			words: Array.from({ length: 400 }, (_, start) => ({ start, text: 'word' })),
			text: 'much to say. '.repeat(500),
			files: [{ url: `https://n8n.example.com/${'x/'.repeat(150)}` }],
		};
		const { kept, left } = briefResults([answer]);
		expect(left).toBe(0);
		expect(kept[0]).toMatchObject({
			label: 'kept',
			words: expect.arrayContaining([{ start: 0, text: 'word' }, expect.stringMatching(/^\(\d+ more\)$/)]),
			text: expect.stringMatching(/^much to say\..*… \(\d+ more letters\)$/),
			files: answer.files,
		});
		expect(sizeOf(kept)).toBeLessThanOrEqual(LONGEST_BRIEF);
		expect(sizeOf(kept)).toBeGreaterThan(LONGEST_BRIEF * 0.8);
	});

	it('of many results are the first ones', () => {
		const rows = Array.from({ length: 90 }, (_, index) => ({ name: `model ${index}`, price: '$1 per million tokens' }));
		const { kept, left } = briefResults(rows);
		expect(kept).toEqual(rows.slice(0, kept.length));
		expect(kept.length).toBeGreaterThan(15);
		expect(kept.length + left).toBe(90);
	});
});
