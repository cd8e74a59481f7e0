import fc from 'fast-check';
import { rewriteInSteps, type Rules } from '../../../nodes/shared/core/rewrite';
import { AnswerError } from '../../../nodes/shared/core/problem';
import { atOnce } from '../../../nodes/shared/core/steps';
import { thrownBy } from '../../support/work';

const RULES: Rules<string> = {
	replace: () => undefined,
	entry: (name, place) => `${place}.${name}`,
	entries: (_, place) => `${place}[]`,
};

/** What comes of an answer, and after how many pauses. */
function rewrite(answer: object, rules: Partial<Rules<string>> = {}) {
	const steps = rewriteInSteps(answer, '', { ...RULES, ...rules });
	for (let pauses = 0; ; pauses++) {
		const { done, value } = steps.next();
		if (done) return { value, pauses };
	}
}

describe('an answer that is rewritten', () => {
	const answers = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));

	it('is itself where nothing changes, and a copy where one is wanted', () => {
		fc.assert(
			fc.property(answers, (answer) => {
				expect(rewrite(answer).value).toBe(answer);
				const { value: copy } = rewrite(answer, { copies: true });
				expect(copy).not.toBe(answer);
				expect(JSON.stringify(copy)).toBe(JSON.stringify(answer));
			}),
			{ numRuns: 300 },
		);
	});

	it('has each text replaced where it stands, and the answer stays as it was', () => {
		fc.assert(
			fc.property(answers, fc.boolean(), (answer, copies) => {
				const before = JSON.stringify(answer);
				const replace = (value: string | object) => (typeof value === 'string' ? { by: value.length } : undefined);
				const expected: unknown = JSON.parse(before, (_, value: unknown) =>
					typeof value === 'string' ? value.length : value,
				);
				// Written out: -0 is no JSON.
				expect(JSON.stringify(rewrite(answer, { replace, copies }).value)).toBe(JSON.stringify(expected));
				expect(JSON.stringify(answer)).toBe(before);
			}),
			{ numRuns: 300 },
		);
	});

	it('shares what does not change with the answer', () => {
		const answer = { kept: { a: [1, 2] }, changed: [{ b: 'x' }, { c: 1 }] };
		const { value } = rewrite(answer, { replace: (each) => (each === 'x' ? { by: 'y' } : undefined) });
		expect(value).toEqual({ kept: { a: [1, 2] }, changed: [{ b: 'y' }, { c: 1 }] });
		expect(value).toHaveProperty('kept', answer.kept);
		expect(Object.values(Object(value))[0]).toBe(answer.kept);
	});

	it('tells the place of each text', () => {
		const places: string[] = [];
		const replace = (value: string | object, place: string) => {
			if (typeof value === 'string') places.push(`${place}=${value}`);
			return undefined;
		};
		rewrite({ a: 'w', b: [{ c: 'x' }, ['y']], d: { e: 'z' } }, { replace });
		expect(places).toEqual(['.a=w', '.b[].c=x', '.b[][]=y', '.d.e=z']);
	});

	it('loses entries that are undefined, and keeps all other names in their order', () => {
		const answer = { a: 1, b: undefined, c: { d: undefined }, e: [undefined, null], ...JSON.parse('{"__proto__":2}') };
		for (const copies of [true, false]) {
			const { value } = rewrite(answer, { copies });
			expect(JSON.stringify(value)).toBe('{"a":1,"c":{},"e":[null,null],"__proto__":2}');
			expect(Object.keys(Object(value))).not.toContain('b');
		}
		expect(JSON.stringify(rewrite({ a: 1, b: { a: 2 } }, { rename: (name) => `${name}!` }).value)).toBe(
			'{"a!":1,"b!":{"a!":2}}',
		);
	});

	it.each<[string, () => object, number]>([
		[
			'a quarter of a million numbers and gaps',
			() => ({ output: Array.from({ length: 250_000 }, (_, index) => index % 10 || null) }),
			3,
		],
		['75,000 objects', () => Array.from({ length: 75_000 }, (_, start) => ({ start, word: 'said' })), 3],
		['100,000 empty lists in lists', () => Array.from({ length: 100_000 }, () => [[]]), 4],
		['long texts', () => Array.from({ length: 3000 }, () => 'word '.repeat(1000)), 8],
	])('lets others in again and again while it looks at %s', (_, make, least) => {
		const answer = make();
		for (const copies of [true, false]) expect(rewrite(answer, { copies }).pauses).toBeGreaterThan(least);
	});

	it('is looked at in one step where it is small', () => {
		expect(rewrite({ results: Array.from({ length: 1000 }, () => ({ label: 'a', score: 1 })) }).pauses).toBe(0);
	});

	it.each([501, 20_000])('may not be nested %d levels deep, unless that is allowed', (levels) => {
		let deep: unknown = 'x';
		for (let level = 0; level < levels; level++) deep = level % 2 ? [deep] : { deep };
		expect(thrownBy(() => atOnce(rewriteInSteps({ deep }, '', RULES)))).toBeInstanceOf(AnswerError);
		const replace = (value: string | object) => (value === 'x' ? { by: 'found' } : undefined);
		let { value } = rewrite({ deep }, { replace, deepest: Infinity });
		while (typeof value === 'object' && value !== null) [value] = Object.values(value);
		expect(value).toBe('found');
	});
});
