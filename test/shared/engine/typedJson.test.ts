import { optionFields } from '../../../nodes/shared/core/fields';
import { attempt } from '../../../nodes/shared/core/problem';
import { readValue } from '../../../nodes/shared/engine/input';
import { operations } from '../../../nodes/shared/operations';

/** Every field of every operation that takes JSON as people type it, each name once. */
const jsonFields = new Map(
	operations
		.flatMap(({ fields }) => fields.flatMap((field) => [field, ...optionFields(field)]))
		.filter(({ type }) => type === 'json')
		.map((field) => [field.displayName, field]),
);

it('is taken by more fields than one', () => {
	expect([...jsonFields.keys()]).toEqual(
		expect.arrayContaining(['Extra Fields (JSON)', 'JSON Schema', 'Previous Messages (JSON)', 'Tools (JSON)']),
	);
});

describe.each([...jsonFields])('JSON in %s', (name, field) => {
	it.each([
		['{ "a": 1,\n  "b": she said }', /^Line 2, column 8 has 'she' where a value belongs\. /],
		['[1, 2', /^Line 1, column 6 has the end of the text where ',' or ']' belongs\. /],
		['{"x":\r\n "he said "hi""}', /^Line 2, column 12 has 'hi' where ',' or '}' belongs\. /],
		["[{'role': 'user'}]", /^Line 1, column 3 has "'" where a name in double quotes or '}' belongs\. /],
	])('that is wrong is told where, and how values are put in: %j', (text, where) => {
		const outcome = attempt(() => readValue(field, text));
		expect(outcome).toMatchObject({
			ok: false,
			problem: {
				kind: 'input',
				message: `'${name}' is not valid JSON`,
				advice: expect.stringMatching(/JSON\.stringify/),
			},
		});
		expect(outcome.ok || outcome.problem).toMatchObject({ advice: expect.stringMatching(where) });
	});

	it.each(['7', '"text"', 'null', 5])('that is neither an object nor a list is refused: %j', (value) => {
		expect(attempt(() => readValue(field, value))).toMatchObject({
			ok: false,
			problem: { kind: 'input', message: expect.stringContaining(`'${name}' is not a JSON `) },
		});
	});
});
