import fc from 'fast-check';
import { nearestPlace, offsetReader, placeFinder } from '../../../nodes/shared/core/offsets';
import { processorTime } from '../../support/yardstick';

const texts = fc
	.array(fc.constantFrom('a', 'é', '漢', '😀', '\u0301', ' ', 'word', '\ud83d', '\ude00'), { maxLength: 3000 })
	.map((pieces) => pieces.join(''));

describe('positions in a text', () => {
	it('that count characters are those that JavaScript cuts at', () => {
		fc.assert(
			fc.property(texts, fc.nat({ max: 4000 }), (text, position) => {
				const characters = Array.from(text);
				const expected = position > characters.length ? undefined : characters.slice(0, position).join('').length;
				expect(offsetReader(text)(position)).toBe(expected);
			}),
			{ numRuns: 300 },
		);
	});

	it('that count bytes are found, too', () => {
		fc.assert(
			fc.property(
				texts.filter((text) => !/[\ud800-\udfff]/u.test(text)),
				fc.nat({ max: 2000 }),
				(text, before) => {
					const characters = Array.from(text);
					const head = characters.slice(0, before).join('');
					const whole = `${head}§name§${characters.slice(before).join('')}`;
					const start = Buffer.byteLength(`${head}§`);
					expect(placeFinder(whole)('name', start, start + 4)).toEqual({
						start: head.length + 1,
						end: head.length + 5,
					});
				},
			),
			{ numRuns: 100 },
		);
	});

	it.each([[-1], [1.5], [undefined], [99]])('outside of the text are none: %s', (position) => {
		expect(offsetReader('a😀')(position)).toBeUndefined();
	});

	it('of many parts that are not where they are said to be are found in little time', () => {
		const whole = `é😀${'some words of a text '.repeat(50_000)}`;
		expect(
			processorTime(() => {
				const find = placeFinder(whole);
				for (let index = 0; index < 20_000; index++) find('nowhere', index * 50, index * 50 + 7);
				for (let index = 0; index < 20_000; index++) find('words', 0, whole.length);
			}),
		).toBeLessThan(2500);
	});

	it('of a part are the nearest that hold it', () => {
		expect(nearestPlace('ab ab ab', 'ab', 4)).toEqual({ start: 3, end: 5 });
		expect(nearestPlace('ab', 'c', 0)).toBeUndefined();
	});
});
