import { readAmount, readDate } from '../../../nodes/shared/schema/amounts';

describe('a number that was written for people', () => {
	it.each([
		['1.234,56 €', 1234.56],
		['$1,234.56', 1234.56],
		['EUR 12', 12],
		['12,50', 12.5],
		['12.5 %', 12.5],
		['-3', -3],
		['−3,5', -3.5],
		['(12.50)', -12.5],
		['12.50-', -12.5],
		["1'234.50", 1234.5],
		['1 234', 1234],
		['1\u00a0234\u202f567,8', 1234567.8],
		['1.234.567', 1234567],
		['1,234,567', 1234567],
		['$1,234', 1234],
		['1.234 €', 1234],
		['0,125', 0.125],
		['0.125', 0.125],
		['12345,678', 12345.678],
		['Total: 7', 7],
		['7.', 7],
		['0', 0],
		['.5', 0.5],
		['-,75', -0.75],
		['Rs.5', 5],
		['–12,50 €', -12.5],
		['12,- €', 12],
		['12.– CHF', 12],
		['1.5e3', 1500],
	])('%s is %d', (text, amount) => expect(readAmount(text)).toBe(amount));

	it.each([
		['1,234', 'thousands or thousandths'],
		['1.234 kg', 'the same with a word'],
		['12.34.56', 'no threes'],
		['1,23,456.7', 'no threes before a point'],
		['1.2,3.4', 'two signs by turns'],
		['12 to 15', 'two numbers'],
		['2026-11-03', 'a date'],
		['12:30', 'a time'],
		['twelve', 'a word'],
		['1 million', 'a million'],
		['1.5k', 'thousands'],
		['2,5 Mio. €', 'millions'],
		['3 Mrd', 'billions'],
		['50¢', 'a hundredth'],
		['3½', 'a fraction'],
		['12 50', 'two numbers'],
		['', 'nothing'],
		['€', 'a sign alone'],
		['--', 'signs'],
		['١٢', 'digits of another script'],
		[`${'9'.repeat(40)} ${'x'.repeat(100_000)}7`, 'a long text'],
	])('%.30s is left alone: %s', (text) => {
		const read = readAmount(text);
		expect(read === undefined || text.startsWith('999')).toBe(true);
	});
});

describe('a date', () => {
	it.each([
		['2026-11-03', '2026-11-03'],
		['2026-11-03T23:59:59+14:00', '2026-11-03'],
		['3.11.2026', '2026-11-03'],
		['13/11/2026', '2026-11-13'],
		['11/13/2026', '2026-11-13'],
		['5/5/2026', '2026-05-05'],
		[' 29.2.2028 ', '2028-02-29'],
		['2026/11/3', '2026-11-03'],
		['03. 11. 2026 10:30', '2026-11-03'],
		['3 November 2026', '2026-11-03'],
		['Tuesday, Nov. 3rd, 2026', '2026-11-03'],
		['3. Dezember 2026', '2026-12-03'],
		['1er août 2026', '2026-08-01'],
		['3 de mayo de 2026', '2026-05-03'],
		['3-Nov-2026', '2026-11-03'],
		['13-11-2026', '2026-11-13'],
	])('%s is %s', (text, date) => expect(readDate(text)).toBe(date));

	it.each([
		'3/11/2026',
		'2026-02-30',
		'29.2.2026',
		'13/13/2026',
		'2026-13-01',
		'0.0.2026',
		'3.11.26',
		'3-11-2026',
		'31 June 2026',
		'3 Brumaire 2026',
		'November 2026',
		'today',
		'',
		'1',
	])('%s is not read', (text) => expect(readDate(text)).toBeUndefined());
});
