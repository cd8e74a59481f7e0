import fc from 'fast-check';
import { parseInSteps } from '../../../nodes/shared/core/parseInSteps';
import { STEP } from '../../../nodes/shared/core/steps';
import { attempt } from '../../../nodes/shared/core/problem';
import { secretOf } from '../../../nodes/shared/n8n/secret';
import { interpret, interpretInSteps } from '../../../nodes/shared/engine/receive';

/** Every value that it parses, with the lengths of the parts that were parsed at once, and how many pauses it made. */
function read(text: string, step?: number) {
	const parts: number[] = [];
	const parse = (part: string): unknown => {
		parts.push(part.length);
		return JSON.parse(part);
	};
	const steps = parseInSteps(text, parse, step);
	for (let pauses = 0; ; pauses++) {
		const { done, value } = steps.next();
		if (done) return { value, parts, pauses };
	}
}

const vector = (length: number) => Array.from({ length }, (_, index) => Math.sin(index + 1));
/** Of a text that is large for steps of so many letters; with those of a third, a third of it is. */
const LARGE: ReadonlyArray<readonly [string, () => unknown, number]> = [
	[
		'vectors',
		() => ({ embeddings: Array.from({ length: 40 }, () => vector(4096)), inference_status: { cost: 0.1 } }),
		STEP,
	],
	['one vector', () => vector(70_000), STEP / 3],
	[
		'segments',
		() => ({
			text: 'a "word" \\ or two '.repeat(7000),
			segments: Array.from({ length: 10_000 }, (_, id) => ({
				id,
				start: id,
				end: id + 0.5,
				text: ' said, [so] "it" is',
			})),
		}),
		STEP / 3,
	],
	[
		'objects by name',
		() => Object.fromEntries(vector(20_000).map((each, index) => [`label ${index}`, { score: each }])),
		STEP / 3,
	],
	[
		'what is nested',
		() => vector(14).reduce<unknown>((inner) => ({ before: vector(4000), inner, after: 'x' }), 'end'),
		STEP / 3,
	],
];

describe('JSON in steps', () => {
	it.each(LARGE)('reads %s in parts that are parsed one by one', (_, make, step) => {
		const text = JSON.stringify(make());
		const { value: found, parts, pauses } = step === STEP ? read(text) : read(text, step);
		expect(JSON.stringify(found) === text).toBe(true);
		expect(text.length).toBeGreaterThan(9.5 * step);
		// No part takes longer than a few steps do, and others get their turn after each.
		expect(Math.max(...parts)).toBeLessThan(3 * step);
		expect(pauses).toBeGreaterThanOrEqual(Math.floor(text.length / step / 3));
	});

	it('reads what is small as it always was', () => {
		expect(read('{"a":[1,2]}')).toEqual({ value: { a: [1, 2] }, parts: [11], pauses: 0 });
	});

	it('gives what JSON.parse gives, whatever the text and the step', () => {
		const blank = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
		fc.assert(
			fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 40 }), blank, (json, step, around) => {
				const text = `${around}${json.replaceAll(',', `${around},${around}`)}${around}`;
				const expected = attempt<unknown>(() => JSON.parse(text));
				const found = attempt(() => read(text, step).value);
				expect(found).toEqual(expected);
				if (found.ok && expected.ok) expect(JSON.stringify(found.value)).toBe(JSON.stringify(expected.value));
			}),
			{ numRuns: 300 },
		);
	});

	it('refuses what JSON.parse refuses, in its words', () => {
		const LETTERS = ['[', ']', '{', '}', ',', ':', '"a"', '"b":', '1', 'null', ' ', '\\', '"'];
		const soup = fc.array(fc.constantFrom(...LETTERS), { maxLength: 14 }).map((letters) => letters.join(''));
		fc.assert(
			fc.property(soup, fc.integer({ min: 1, max: 8 }), (text, step) => {
				expect(attempt(() => read(text, step).value)).toEqual(attempt<unknown>(() => JSON.parse(text)));
			}),
			{ numRuns: 2000 },
		);
	});

	it.each([
		'[[1,2,3],[4,5,6],]',
		'{"a": 1[1,2,3,4,5]}',
		'{"a":[1,2,3,4],"b" [1,2,3,4]}',
		'[[1,2,3,4] [1,2,3,4]]',
		'[[1,2,3,4] 5, 6]',
		'x[1,2,3,4,5,6]',
		'[1,2,3,4,5,6]x',
		'[[1,2,3,4],,[1,2,3,4]]',
		'[1,2,3,4,5}',
		'["a,b,c,d,e',
	])('refuses %s', (text) => {
		expect(() => read(text, 2)).toThrow(SyntaxError);
	});

	it.each([
		['{"__proto__":[1,2,3,4],"a":[5,6,7,8],"constructor":1}'],
		['{"a":[1,2,3,4],"b":2,"a":[5,6,7,8]}'],
		['{"a\\"]":["\\\\","\\\\\\"","]"],"":[[[[]]],{}]}'],
	])('keeps the names of %s', (text) => {
		expect(JSON.stringify(read(text, 2).value)).toBe(JSON.stringify(JSON.parse(text)));
	});

	it('an answer is the same in steps, and so is its fault', () => {
		const { redact } = secretOf('a-key-of-more-than-16-letters');
		const body = { results: vector(30_000), seed: 1, request_id: 'r' };
		const right = JSON.stringify(body).replace('"seed":1', '"seed":18446744073709551615');
		for (const text of [right, `\ufeff${right}`, right.slice(0, -20), `${right}}`, `<html>${right}`]) {
			const received = { status: 200, headers: {}, text, redact };
			const steps = interpretInSteps(received, 0);
			let step = steps.next();
			while (!step.done) step = steps.next();
			const { value } = step;
			const whole = interpret(received, 0);
			if (value.ok && whole.ok) expect(JSON.stringify(value.value) === JSON.stringify(whole.value)).toBe(true);
			else expect(value).toEqual(whole);
			const expected = text.endsWith(right) && !text.startsWith('<');
			expect(value.ok).toBe(expected);
			if (value.ok) expect(value.value.seed).toBe('18446744073709551615');
			else expect(JSON.stringify(value)).toMatch(/cut off|not JSON|web page/);
		}
	});
});
