import { cuesOf, wrap } from '../../../nodes/shared/media/timing';
import { processorTime } from '../../support/yardstick';
import { atOnce } from '../../../nodes/shared/core/steps';

const words = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ start: index, end: index + 0.5, text: `word${index % 7}` }));

describe('a recording of which the model makes one segment', () => {
	const given = words(40_000);
	const whole = { start: 0, end: 40_000, text: given.map(({ text }) => text).join(' ') };

	it('becomes cues that are timed by its words', () => {
		const cues = atOnce(
			cuesOf(
				[{ ...whole, text: 'one two three four', end: 4 }],
				words(4).map((word, index) => ({
					...word,
					text: ['one', 'two', 'three', 'four'][index] ?? '',
				})),
				4,
				5,
			),
		);
		expect(cues.map(({ text, start, end }) => [text, start, end])).toEqual([
			['one\ntwo', 0, 1.5],
			['three\nfour', 2, 3.5],
		]);
	});

	it('in little time, however long it is', () => {
		let cues: readonly unknown[] = [];
		// Twelve hours of speech took minutes.
		expect(processorTime(() => (cues = atOnce(cuesOf([whole], given, 40_000, 42))))).toBeLessThan(1500);
		expect(cues.length).toBeGreaterThan(2000);
	});
});

describe('lines', () => {
	it.each<[string, number, string[]]>([
		['one two three', 7, ['one two', 'three']],
		['👍🏽👍🏽 👍🏽 a', 5, ['👍🏽👍🏽', '👍🏽 a']],
		['averylongword it is', 5, ['averylongword', 'it is']],
		['漢字漢字漢字 ok', 4, ['漢字漢字', '漢字', 'ok']],
	])('of %j within %i characters', (text, longest, lines) => expect(wrap(text, longest)).toEqual(lines));
});

it('many segments that do not say what their words say are timed in little time', () => {
	const segments = Array.from({ length: 5000 }, (_, index) => ({
		start: index * 2,
		end: index * 2 + 2,
		text: 'zzzz '.repeat(30),
	}));
	expect(processorTime(() => atOnce(cuesOf(segments, words(10_000), 10_000, 42)))).toBeLessThan(800);
});
