import fc from 'fast-check';
import type { Problem } from '../../../nodes/shared/core/problem';
import { fallbacksOf, moveInputs, movedOf, reasonToMove, servedBy } from '../../../nodes/shared/engine/fallback';

const status = (code: number, body: unknown = { error: 'told so' }, more = {}): Problem => ({
	kind: 'status',
	status: code,
	body,
	...more,
});
const busy = status(429, { error: 'Model busy, retry later' });

describe('another model may be asked', () => {
	it.each<[string, Problem, RegExp]>([
		['one that is gone', status(404, { error: 'Model not found' }), /'a\/b' is not available \(status 404\)/],
		['one that was retired', status(410), /not available/],
		['one that is private', status(403, { error: 'Model is private' }), /not available/],
		['one that is not ready', status(423), /not ready/],
		['one that is busy', busy, /too busy/],
		['one that is down', status(503, 'upstream gone'), /is down \(status 503\)/],
		['one behind a gateway that cannot reach it', status(522), /is down/],
		['one that lacks a feature', status(405, { error: { message: 'json_object is not supported' } }), /cannot do what/],
		['one that the catalogue says cannot', { kind: 'input', message: 'It cannot see', isOfModel: true }, /cannot see/],
		['one that others found so', { kind: 'unsent', cause: busy }, /too busy/],
	])('instead of %s', (_what, problem, words) => {
		expect(reasonToMove(problem, 'a/b')).toMatch(words);
	});

	it.each<[string, Problem]>([
		['a wrong key', status(401)],
		['no money', status(402)],
		['a spending limit', status(429, { error: 'The spending limit of this token has been reached' })],
		['a value that is refused', status(422)],
		['a request that is refused', status(400)],
		['a wrong base URL', status(404, { detail: 'Not Found' })],
		['an error of the model, which may be billed', status(500)],
		['a gateway that gave up', status(504)],
		['what was billed', status(503, {}, { costUsd: 0.1 })],
		['a busy model that billed', status(429, {}, { costUsd: 0.1 })],
		['a text that is too long', status(503, { error: { message: 'input length 99 exceeds maximum input length 8' } })],
		['a refusal of its filter', { kind: 'refusal', message: 'no' }],
		['a timeout', { kind: 'timeout', seconds: 3 }],
		['an answer that was cut', { kind: 'cut', message: '' }],
		['an answer that came to nothing', { kind: 'answer', message: '' }],
		['no connection', { kind: 'network', code: 'ECONNREFUSED', message: '' }],
		['what the user got wrong', { kind: 'input', message: "'Text' is empty" }],
		['a budget', { kind: 'budget', budget: 1, spent: 1 }],
		['a run that was stopped', { kind: 'stopped' }],
		['a key that others found wrong', { kind: 'unsent', cause: status(401) }],
	])('never after %s', (_what, problem) => {
		expect(reasonToMove(problem, 'a/b')).toBeUndefined();
	});
});

describe('the models in turn', () => {
	it.each<[unknown, string[]]>([
		['b/c, d/e\n f/g ', ['b/c', 'd/e', 'f/g']],
		[['b/c', 'a/b', 'b/c'], ['b/c']],
		['', []],
		[undefined, []],
		[7, []],
		[['b/c', 7], []],
	])('%j', (fallbackModels, names) => {
		expect(fallbacksOf({ model: 'a/b', options: { fallbackModels } })).toEqual(names);
	});

	it('are each asked once, keep all that was asked but the version, and say who was asked first and why', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}\/[a-z]{1,5}$/), { maxLength: 6 }), (names) => {
				const [first = 'a/b', ...others] = names;
				const start = { model: first, text: 'x', options: { fallbackModels: others, modelVersion: 'v', seed: 3 } };
				const asked: string[] = [];
				let inputs = moveInputs([start, { ...start, text: 'y' }], `'${first}' is gone`);
				while (inputs) {
					const [input, other] = inputs;
					asked.push(String(input.model));
					expect(input).toMatchObject({ text: 'x', options: { seed: 3 } });
					expect(other).toMatchObject({ text: 'y', model: input.model });
					expect(input.options).not.toHaveProperty('modelVersion');
					expect(movedOf(input)?.requestedModel).toBe(first);
					expect(movedOf(input)?.fallbackReason.split('; ')).toHaveLength(asked.length);
					inputs = moveInputs(inputs, `'${String(input.model)}' is gone`);
				}
				expect(asked).toEqual(others);
			}),
		);
	});

	it('are told by the answer where the service itself asked the next', () => {
		const input = { model: 'a/b', options: { fallbackModels: 'b/c, d/e' } };
		expect(servedBy({ model: 'd/e' }, input)).toEqual({
			model: 'd/e',
			requestedModel: 'a/b',
			fallbackReason: "'a/b' is too busy",
		});
		for (const answer of [{ model: 'a/b' }, { model: 'x/y' }, {}]) expect(servedBy(answer, input)).toBeUndefined();
	});
});
