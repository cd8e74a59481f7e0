import { splitText } from '../../../nodes/shared/media/sentences';

const words = (text: string) => text.split(/\s+/).filter(Boolean);

describe('a long text', () => {
	it('is cut after sentences', () => {
		expect(splitText('One is here. Two is there! Is three? "Four." he said.', 30)).toEqual([
			'One is here. Two is there!',
			'Is three? "Four." he said.',
		]);
	});

	it('is cut after a paragraph before a sentence, after a clause before a word', () => {
		expect(splitText('First it says this.\n\nThen that. And then more of it.', 32)[0]).toBe('First it says this.');
		expect(splitText('a long list, of many things without any end at all', 20)[0]).toBe('a long list,');
		expect(splitText('without any mark in it at all', 12)).toEqual(['without any', 'mark in it', 'at all']);
	});

	it('is not cut within a number or an abbreviation without a blank', () => {
		expect(splitText('The value is 3.14159 and e.g. more', 16)[0]).toBe('The value is');
	});

	it('is cut where other scripts end their sentences', () => {
		expect(splitText('今日は晴れです。明日は雨でしょう。', 10)).toEqual(['今日は晴れです。', '明日は雨でしょう。']);
	});

	it.each<[string, string, string]>([
		['Hindi', 'आज मौसम अच्छा है।', 'कल बारिश होगी शायद।'],
		['Urdu', 'آج موسم اچھا ہے۔', 'کل بارش ہو گی شاید۔'],
		['Arabic', 'كيف حالك اليوم؟', 'أنا بخير والحمد لله.'],
		['Burmese', 'ဒီနေ့ နေသာတယ်။', 'မနက်ဖြန် မိုးရွာမယ်။'],
		['Armenian', 'Այսօր արև է։', 'Վաղը անձրև կգա։'],
		['Ethiopic', 'ዛሬ ፀሐይ ነው።', 'ነገ ዝናብ ይሆናል።'],
		['Japanese that somebody says', '「今日は晴れです。」', '「明日は雨でしょう。」'],
		['English that is wondering', 'What is that?!', 'And that one there‽'],
	])('is cut between sentences of %s', (_, first, second) => {
		const limit = Math.max(first.length, second.length) + 4;
		expect(splitText(`${first} ${second}`, limit)).toEqual([first, second]);
	});

	it('is cut after clauses of Arabic, and not within numbers of wide digits', () => {
		expect(splitText('ذهبت إلى السوق، واشتريت خبزا كثيرا', 18)[0]).toBe('ذهبت إلى السوق،');
		expect(splitText('値段は２９．８０円 です', 9)[0]).not.toMatch(/．$/);
	});

	it.each([1, 2, 3, 7, 50])('loses nothing but blanks in pieces of %d', (limit) => {
		const text = 'Grüße, 👩‍👩‍👧 family! And a verylongwordthatdoesnotend. 😀😀😀\n\nEnd';
		const pieces = splitText(text, limit);
		expect(pieces.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
		expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(limit, 2));
		expect(pieces.every((piece) => !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(piece))).toBe(true);
	});

	it.each([0, -1, 0.5, -Infinity])('comes to its end where the limit is %d', (limit) => {
		expect(splitText('a b😀c', limit)).toEqual(['a', 'b', '😀', 'c']);
	});

	it('is whole where there is no limit', () => {
		expect(splitText('a b', Infinity)).toEqual(['a b']);
		expect(splitText('a b', NaN)).toEqual(['a b']);
	});

	it('keeps every word of a megabyte', () => {
		const text = 'A sentence of six words is here. '.repeat(31_000);
		const pieces = splitText(text, 4000);
		expect(pieces.every((piece) => piece.length <= 4000 && piece.endsWith('.'))).toBe(true);
		expect(words(pieces.join(' '))).toHaveLength(words(text).length);
	});

	it('is none when it fits', () => {
		expect(splitText('short', 5)).toEqual(['short']);
		expect(splitText('   ', 5)).toEqual([]);
	});
});
