import { cuesOf } from '../../../nodes/shared/media/timing';
import { processorTime } from '../../support/yardstick';

const words = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ start: index, end: index + 0.5, text: `word${index % 7}` }));

describe('a recording of which the model makes one segment', () => {
	const given = words(40_000);
	const whole = { start: 0, end: 40_000, text: given.map(({ text }) => text).join(' ') };

	it('becomes cues that are timed by its words', () => {
		const cues = cuesOf(
			[{ ...whole, text: 'one two three four', end: 4 }],
			words(4).map((word, index) => ({
				...word,
				text: ['one', 'two', 'three', 'four'][index] ?? '',
			})),
			4,
			5,
		);
		expect(cues.map(({ text, start, end }) => [text, start, end])).toEqual([
			['one\ntwo', 0, 1.5],
			['three\nfour', 2, 3.5],
		]);
	});

	it('in little time, however long it is', () => {
		let cues: readonly unknown[] = [];
		// Twelve hours of speech took minutes.
		expect(processorTime(() => (cues = cuesOf([whole], given, 40_000, 42)))).toBeLessThan(1500);
		expect(cues.length).toBeGreaterThan(2000);
	});
});
