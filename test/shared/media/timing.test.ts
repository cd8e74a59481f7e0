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
		// No line begins with the tone or the vowel of the one before.
		['ที่นี่ดีมาก', 4, ['ที่', 'นี่', 'ดีมา', 'ก']],
		['ที่นี่', 1, ['ที่', 'นี่']],
		['がぎぐげご'.normalize('NFD'), 5, ['がぎ', 'ぐげ', 'ご'].map((each) => each.normalize('NFD'))],
		['ພາສາລາວດີຫຼາຍ', 6, ['ພາສາລາ', 'ວດີຫຼາ', 'ຍ']],
		// No line begins with what closes the one before.
		['日本語のテスト。これは長い', 7, ['日本語のテス', 'ト。これは長い']],
		['「はい！」と彼は言った', 4, ['「は', 'い！」と', '彼は言っ', 'た']],
		[`字${'。'.repeat(15)}`, 5, ['字。。。', '。。。。', '。。。。', '。。。。']],
	])('of %j within %i characters', (text, longest, lines) => expect(wrap(text, longest)).toEqual(lines));
});

describe('words that stand in no segment', () => {
	const said = (...texts: string[]) => texts.map((text, index) => ({ start: index, end: index + 1, text }));

	it.each<[string, string[], string[]]>([
		['Chinese', ['今', '天', '天气', '，', '很', '好。', '谢谢！'], ['今天天气，很好。', '谢谢！']],
		['Japanese with English', ['これ', 'は', 'n8n', 'です。'], ['これは n8n です。']],
		['Thai', ['สวัสดี', 'ครับ'], ['สวัสดีครับ']],
		['Korean', ['안녕', '하세요.', '네'], ['안녕 하세요.', '네']],
		['Hindi', ['आज', 'मौसम', 'है।', 'कल', 'बारिश'], ['आज मौसम है।', 'कल बारिश']],
		['Arabic', ['كيف', 'حالك؟', 'بخير'], ['كيف حالك؟', 'بخير']],
	])('are put together as %s is written', (_, texts, cues) =>
		expect(atOnce(cuesOf([], said(...texts))).map(({ text }) => text)).toEqual(cues),
	);
});

it('many segments that do not say what their words say are timed in little time', () => {
	const segments = Array.from({ length: 5000 }, (_, index) => ({
		start: index * 2,
		end: index * 2 + 2,
		text: 'zzzz '.repeat(30),
	}));
	expect(processorTime(() => atOnce(cuesOf(segments, words(10_000), 10_000, 42)))).toBeLessThan(800);
});
