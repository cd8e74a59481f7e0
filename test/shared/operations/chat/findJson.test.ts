import { findAllJson, findJson } from '../../../../nodes/shared/operations/chat/findJson';
import { processorTime } from '../../../support/yardstick';
import { completion } from '../../../support/chat';
import { readExtraction } from '../../../../nodes/shared/operations/chat/extraction';

const FENCE = '```';
const fenced = (inside: string, label = 'json') => `${FENCE}${label}\n${inside}\n${FENCE}`;

describe('the JSON in an answer', () => {
	it.each<[string, string, unknown]>([
		['alone', ' {"a":1}\n', { a: 1 }],
		['behind a byte order mark', '\ufeff{"a":1}', { a: 1 }],
		['in a fence', fenced('{"a":1}'), { a: 1 }],
		['in a fence behind a byte order mark', `\ufeff${fenced('{"a":1}', 'JSON')}`, { a: 1 }],
		['in a fence of one line', `${FENCE}json {"a":1} ${FENCE}`, { a: 1 }],
		['in a fence within a fence', fenced(fenced('{"a":1}'), 'markdown'), { a: 1 }],
		['in a fence that is not closed', `${FENCE}json\n{"a":1}`, { a: 1 }],
		['with a fence in a text of its own', fenced('{"code":"```js\\nx\\n```"}'), { code: '```js\nx\n```' }],
		['among words', 'Sure! {"a":{"b":[1,2]}} Anything else?', { a: { b: [1, 2] } }],
		['among words in braces', 'The {result} of [the list] is {"a":1}', { a: 1 }],
		['behind a footnote', 'As [1] says: {"a":1}', { a: 1 }],
		['behind a list in brackets', '[[1]] {"a":1}', { a: 1 }],
		['a list alone', 'Here: ["a","b"]', ['a', 'b']],
		['a list of objects', 'Here: [{"a":1}]', [{ a: 1 }]],
		['with typographic quotes in a text', '{"a":"“so” it’s"}', { a: '“so” it’s' }],
		['behind a quote that opens a brace', 'The "quote {" then {"a":1}', { a: 1 }],
		['in tags', '<json>{"a":1}</json>', { a: 1 }],
		['the first of two', '{"a":1}\n{"b":2}', { a: 1 }],
		['with line breaks within a text', '{\n"a": "one\ntwo\tthree",\r\n"b": 1\n}', { a: 'one\ntwo\tthree', b: 1 }],
		['with them in a fence', fenced('{"a":"\r\n\\"\n"}'), { a: '\r\n"\n' }],
		['with them among words', 'So: {"a\n":"x\u0001 }\n"} Yes.', { 'a\n': 'x\u0001 }\n' }],
		['behind a broken one', '{"a":1,} or {"a":2}', { a: 2 }],
	])('%s is found', (_, text, found) => expect(findJson(text)).toEqual(found));

	it.each([
		['cut', '{"a": 1, "b":'],
		['cut, with a whole object in it', '{"buyer": {"name": "Ada"}, "total":'],
		['a list that is cut', '[{"a": 1}, {"a":'],
		['broken, with a whole object in it', '{"buyer": {"name": "Ada"}, "total": 12,}'],
		['in typographic quotes', '{“a”: 1}'],
		['in single quotes', "{'a': 1}"],
		['with a line break behind a backslash', '{"a":"x\\\n"}'],
		['with a text that has no end', '{"a":"x\n}'],
		['no JSON', 'I would rather tell you about it.'],
		['a number alone', '12'],
		['braces alone', '{'.repeat(20_000)],
	])('%s is none: a part of it is not what was asked for', (_, text) => expect(findJson(text)).toBeUndefined());

	it('that is there twice is told apart', () => {
		expect(findAllJson(`${fenced('{"draft":1}')}\nBetter:\n${fenced('{"a":1}')}`)).toEqual([{ draft: 1 }, { a: 1 }]);
		expect(findAllJson('{"a":{"b":1}} and {"c":[2]}')).toEqual([{ a: { b: 1 } }, { c: [2] }]);
	});

	it.each<[string, string, boolean]>([
		['more than any model writes', `[${'7,'.repeat(9_000_000)}7]`, false],
		['braces that are never closed', '{ x "y '.repeat(500_000), false],
		['a book in JSON', JSON.stringify({ a: 'word '.repeat(600_000) }), true],
	])('is looked for in little time: %s', (_, text, isFound) => {
		let found: unknown;
		expect(processorTime(() => (found = findJson(text)))).toBeLessThan(1500);
		expect(found !== undefined).toBe(isFound);
	});
});

describe('the data in an answer', () => {
	const row = (name: string, type: 'string' | 'number' | 'date', required = false) => ({
		name,
		type,
		description: '',
		required,
	});
	const input = {
		model: 'org/model',
		options: {},
		schemaType: 'fromAttributes' as const,
		attributes: { values: [row('total', 'number', true), row('due', 'date'), row('note', 'string')] },
		jsonExample: undefined,
		jsonSchema: undefined,
	};
	const read = (text: string, finish = 'stop') => readExtraction(completion(text, { finish_reason: finish }), input);

	it.each([
		['the one that fits, where a model changes its mind', '{"sum": 3}\nCorrection:\n{"total": 3}', 3],
		['a list around it', '[{"total": 3}]', 3],
		['a number as it is written', '{"total": "1.234,50 €"}', 1234.5],
		['more than was asked for', '{"total": 3, "guess": 4}', 3],
		['what is not there in words', '{"total": 3, "due": "N/A", "note": null}', 3],
	])('is %s', (_, text, total) => expect(read(text)).toEqual({ total, due: null, note: null }));

	it('keeps words where words are asked for', () => {
		expect(read('{"total": 3, "note": "none", "due": "3. März 2026"}')).toEqual({
			total: 3,
			due: '2026-03-03',
			note: 'none',
		});
	});

	it.each([
		['cut', '{"total": 3, "note": "It', 'length', 'cut off'],
		['cut behind a whole object', '{"total": {"total": 3}, "note":', 'length', 'cut off'],
		['of which the amount may mean two', '{"total": "1,234"}', 'stop', 'must be a number'],
		['without what is required', '{"due": "2026-01-01", "total": "unknown"}', 'stop', 'total: is missing'],
	])('that is %s fails', (_, text, finish, words) => expect(() => read(text, finish)).toThrow(words));
});
