import fc from 'fast-check';
import { estimateTokens, splitInSteps, splitText } from '../../../../nodes/shared/operations/chat/parts';
import { longestTurn, processorTime } from '../../../support/yardstick';
import { breathe } from '../../../../nodes/shared/n8n/http/clock';

const MB = 1024 * 1024;
const many = (piece: string, megabytes: number) => piece.repeat((megabytes * MB) / piece.length);

/** Characters as people count them. */
const charactersOf = (text: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)];

const PIECES = [
	...['a', 'word', 'averyveryverylongword', ' ', '   ', '\n', '\n\n', '\r\n', '\r\n\r\n', '\n \t\n', '\t'],
	...['. ', '.', '! ', '?" ', '”) ', '。', '…', '漢字', 'Жёлтый', 'é', 'e\u0301', 'n\u0303\u0323'],
	...['😀', '👍🏽', '👩‍👩‍👧', '🇩🇪', '🇫🇷', '❤️', '각', '\u00a0'],
];

describe('a long text in parts', () => {
	const texts = fc
		.subarray(PIECES, { minLength: 1 })
		.chain((some) => fc.array(fc.constantFrom(...some), { minLength: 1, maxLength: 400 }))
		.map((pieces) => pieces.join(''));

	it('is the same text, each part within its room and none cut within a character', () => {
		fc.assert(
			fc.property(texts, fc.integer({ min: 20, max: 300 }), (text, room) => {
				const parts = splitText(text, room);
				expect(parts.join('')).toBe(text);
				for (const part of parts) expect(estimateTokens(part.trim())).toBeLessThanOrEqual(room);
				if (parts.length > 1) expect(parts.filter((part) => part.trim() === '')).toEqual([]);
				const starts = new Set(charactersOf(text).map(({ index }) => index));
				let at = 0;
				for (const part of parts) {
					// What is between two parts that a blank ends is a place of its own.
					expect(starts.has(at) || /\s$/.test(text.slice(0, at))).toBe(true);
					at += part.length;
				}
			}),
			{ numRuns: 300 },
		);
	});

	it('has neighbours that would not have had room together', () => {
		fc.assert(
			fc.property(texts, fc.integer({ min: 20, max: 300 }), (text, room) => {
				const parts = splitText(text, room);
				// Paragraphs stay whole where they can: what follows a part may be one that is as long as the room.
				for (const [index, part] of parts.slice(1).entries())
					expect(estimateTokens(`${parts[index] ?? ''}${part}`)).toBeGreaterThan(room / 2);
			}),
			{ numRuns: 100 },
		);
	});

	it.each<[string, string, number, string[]]>([
		['paragraphs', 'One two.\n\nThree four.\n\nFive.', 8, ['One two.\n\n', 'Three four.\n\nFive.']],
		['sentences', 'One two three. Four five six. Seven.', 10, ['One two three. Four five six. ', 'Seven.']],
		['words', 'one two three four five six', 5, ['one two ', 'three four ', 'five six']],
		['a word', 'a'.repeat(40), 10, ['a'.repeat(21), 'a'.repeat(19)]],
		['signs', '一二三。四五六。', 6, ['一二三。', '四五六。']],
		['what people say', '「一二三。」「四五六。」', 8, ['「一二三。」', '「四五六。」']],
		['sentences of Hindi', 'एक दो तीन। चार पाँच। छह।', 20, ['एक दो तीन। ', 'चार पाँच। छह।']],
		['sentences of Urdu', 'ایک دو تین۔ چار پانچ؟ چھ', 20, ['ایک دو تین۔ ', 'چار پانچ؟ چھ']],
		['flags', '🇩🇪🇫🇷🇮🇹', 8, ['🇩🇪', '🇫🇷', '🇮🇹']],
	])('is parted between %s', (_, text, room, parts) => {
		const split = splitText(text, room);
		expect(split.join('')).toBe(text);
		expect(split).toEqual(parts);
	});

	it.each<[string, string, string[]]>([
		['between words', `Hello.${' '.repeat(400)}World.`, ['Hello.', 'World.']],
		['before the first', `${'\n'.repeat(400)}World.`, ['World.']],
		['behind the last', `Hello.${' \t\u00a0'.repeat(400)}`, ['Hello.']],
		['alone', ' '.repeat(400), ['']],
	])('makes no part of blanks %s', (_, text, parts) => {
		const split = splitText(text, 20);
		expect(split.join('')).toBe(text);
		expect(split.map((part) => part.trim())).toEqual(parts);
	});

	it('takes no longer than its length wants, whatever it is made of', () => {
		// Words, sentences, lines, signs, one word, and what joins to no end: 18 MB of that took five minutes.
		const pieces = ['word ', '. ', '\n', '漢字。', 'x', '👩\u200d', '\u0301', '🇩🇪', '."'];
		const texts = pieces.map((piece) => many(piece, 0.7));
		expect(processorTime(() => texts.forEach((text) => splitText(text, 3000)))).toBeLessThan(750);
	});

	it('lets others in', async () => {
		const steps = splitInSteps(many('Yes. No. ', 4), 3000);
		let count = 0;
		const longest = await longestTurn(async () => {
			for (; !steps.next().done; count++) await breathe();
		});
		expect(count).toBeGreaterThan(10);
		expect(longest).toBeLessThan(250);
	});
});
