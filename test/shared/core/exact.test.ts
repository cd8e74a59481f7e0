import fc from 'fast-check';
import { Exact, exactOf, isAtLeast, isAtMost, parseExact, writeJson } from '../../../nodes/shared/core/exact';
import { seedOf } from '../../../nodes/shared/core/answer';
import { toJson } from '../../../nodes/shared/n8n/json';
import { checkBody } from '../../../nodes/shared/schema/check';
import { readJsonSchema } from '../../../nodes/shared/schema/read';
import { operationOf, requestFor } from '../../support/operations';
import { thrownBy } from '../../support/work';
import { processorTime } from '../../support/yardstick';

const BIG = '18446744073709551615';
const image = operationOf('image', 'generate');
const run = operationOf('model', 'run');
const sent = (json: unknown) => writeJson(json, 'mark:');

describe('a seed above 2^53', () => {
	it.each([BIG, '9007199254740993', ' 12345678901234567890 ', '+9007199254740995'])('%j is sent as typed', (seed) => {
		const { json } = requestFor(image, { prompt: 'x', options: { seed } });
		expect(sent(json)).toBe(`{"prompt":"x","seed":${seed.trim().replace('+', '')}}`);
	});

	it.each([
		['42', 42],
		['9007199254740991', 9007199254740991],
		[7, 7],
	])('%j is a number as before', (seed, expected) => {
		expect(requestFor(image, { prompt: 'x', options: { seed } }).json).toEqual({ prompt: 'x', seed: expected });
	});

	it.each(['-12345678901234567890', '1.5', 'abc'])('%j is refused', (seed) => {
		expect(thrownBy(() => requestFor(image, { prompt: 'x', options: { seed } })).message).toContain("'Seed'");
	});

	it('in Extra Fields keeps its digits', () => {
		const extraFields = `{ "seed": ${BIG}, "list": [1, -9007199254740993], "text": "12345678901234567890", "small": 3 }`;
		const { json } = requestFor(image, { prompt: 'x', options: { extraFields } });
		expect(sent(json)).toBe(
			`{"prompt":"x","seed":${BIG},"list":[1,-9007199254740993],"text":"12345678901234567890","small":3}`,
		);
	});

	it('in the form of a model keeps them, too, beside a file as well', () => {
		const schema = readJsonSchema({
			properties: { seed: { type: 'integer' }, image: { type: 'string', format: 'binary' } },
		});
		const given = (value: Record<string, unknown>) =>
			run.request(
				[{ model: 'a/b', modelFields: { stored: { value }, item: 0 }, outputDataFieldName: 'data', options: {} }],
				{ schema },
			);
		expect(sent(given({ seed: BIG }).json)).toBe(`{"seed":${BIG}}`);
		expect(given({ seed: BIG, image: 'data' }).form).toMatchObject({ seed: BIG });
	});

	it('is shown as text, and read from an answer as text', () => {
		expect(toJson({ body: { seed: new Exact(BIG) } })).toEqual({ body: { seed: BIG } });
		expect(seedOf(BIG)).toBe(BIG);
		expect(seedOf('42')).toBe(42);
		expect(parseExact(`{"seed":${BIG},"x":[${BIG}, 1]}`, ({ digits }) => digits)).toEqual({ seed: BIG, x: [BIG, 1] });
	});
});

describe('bounds of a schema', () => {
	const check = (bounds: object, seed: string) =>
		checkBody(readJsonSchema({ properties: { seed: { type: 'integer', ...bounds } } }), { seed }).body.seed;

	it.each<[object, string, boolean]>([
		[{ exclusiveMaximum: 18446744073709552000 }, BIG, true],
		[{ exclusiveMaximum: 18446744073709552000 }, '18446744073709551616', false],
		[{ maximum: 9007199254740992 }, '9007199254740993', false],
		[{ minimum: 0 }, '-9007199254740993', false],
		[{ minimum: 0.5 }, '9007199254740993', true],
		[{}, BIG, true],
	])('%j takes %s: %s', (bounds, seed, isTaken) => {
		if (isTaken) expect(check(bounds, seed)).toEqual(new Exact(seed));
		else expect(thrownBy(() => check(bounds, seed)).message).toContain(seed);
	});

	it('compare digit by digit', () => {
		const exact = new Exact('9007199254740993');
		expect([isAtLeast(exact, 9007199254740992), isAtMost(exact, 9007199254740992)]).toEqual([true, false]);
	});
});

describe('JSON', () => {
	it.each(['{', `{"a":${BIG}`, `[${BIG},]`, '"x', `{"a" ${BIG}}`])('%j is wrong as JSON.parse says it', (text) => {
		expect(thrownBy(() => parseExact(text, String)).message).toBe(thrownBy(() => JSON.parse(text)).message);
	});

	it('of all other kinds is read as JSON.parse does', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				const text = JSON.stringify({ value, seed: 1 });
				expect(parseExact(text.replace('"seed":1', `"seed":${BIG}`), ({ digits }) => digits)).toEqual({
					...JSON.parse(text),
					seed: BIG,
				});
			}),
			{ numRuns: 200 },
		);
	});

	it('digits within texts are left alone', () => {
		const value = { a: `: ${BIG},`, b: `\\": ${BIG}, "`, [`k: ${BIG} ,`]: 1 };
		const text = JSON.stringify(value).replace(/}$/, `,"seed":${BIG}}`);
		expect(parseExact(text, ({ digits }) => digits)).toEqual({ ...value, seed: BIG });
	});

	it('only what would change is kept', () => {
		expect([exactOf('9007199254740991'), exactOf('1e20'), exactOf('12345678901234567.5'), exactOf(1e20)]).toEqual([
			undefined,
			undefined,
			undefined,
			undefined,
		]);
	});

	it('of a large answer is read in little time', () => {
		const text = `{"embeddings":[[${Array(100_000).fill('-0.0123456789012345678').join(',')}]],"seed":${BIG}}`;
		expect(processorTime(() => parseExact(text, String))).toBeLessThan(1000);
	});
});
