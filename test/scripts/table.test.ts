import { costText, renderTable, wrapText } from '../../scripts/demo/table';

const result = {
	task: 'Text generation',
	model: 'meta-llama/Meta-Llama-3-8B-Instruct',
	ok: true,
	text: 'Hello! '.repeat(30).trim(),
	costUsd: 0.00000123,
	milliseconds: 87,
	files: [],
};

describe('the table', () => {
	it.each([80, 100, 130, 200])('shows every word of every cell within a screen of %d', (width) => {
		const table = renderTable(
			[result, { ...result, ok: false, task: 'Fill mask', text: 'The key is wrong', costUsd: undefined }],
			width,
		);
		const longest = Math.max(...table.split('\n').map((line) => line.length));
		expect(longest).toBeLessThanOrEqual(Math.max(width, 111));
		expect(table.match(/Hello!/g)).toHaveLength(30);
		expect(table).toMatch(/^ok {6}Text generation/m);
		expect(table).toMatch(/^FAILED {2}Fill mask/m);
		expect(table).toContain('$0.0000012');
		expect(table).toContain('87 ms');
	});

	it('has its columns one below the other', () => {
		const [title = '', , firstRow = ''] = renderTable([{ ...result, text: 'Hello!' }], 130).split('\n');
		expect(firstRow.indexOf('Hello!"'.slice(0, 6))).toBe(title.indexOf('What came out'));
		expect(firstRow).toHaveLength(title.length);
	});
});

describe('wrapText', () => {
	it('breaks at spaces, slashes and hyphens', () => {
		expect(wrapText('meta-llama/Meta-Llama-3-8B-Instruct', 26)).toEqual(['meta-llama/Meta-Llama-3-', '8B-Instruct']);
		expect(wrapText('[0.5, -0.25]', 7)).toEqual(['[0.5,', '-0.25]']);
		expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
	});

	it('breaks a word that is too long, and loses nothing', () => {
		expect(wrapText('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
		expect(wrapText('', 5)).toEqual(['']);
	});
});

it.each([
	[undefined, '–'],
	[0, '$0'],
	[0.0000000456, '$0.000000046'],
	[0.00123, '$0.0012'],
	[0.5, '$0.50'],
	[12.345, '$12.35'],
])('a cost of %s is written %s', (cost, text) => {
	expect(costText(cost)).toBe(text);
});
