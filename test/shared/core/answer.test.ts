import {
	errorText,
	labels,
	list,
	number,
	numbers,
	optionalText,
	queuedStatus,
	refusal,
	requestIdOf,
	requiredNumber,
	text,
} from '../../../nodes/shared/core/answer';
import { AnswerError } from '../../../nodes/shared/core/problem';
import { thrownBy } from '../../support/work';

const ODD: readonly unknown[] = [undefined, null, true, NaN, Infinity, '', 'x', {}, [], [null], [1, 'x'], () => 1];

describe('errorText', () => {
	it.each<[string, unknown, string]>([
		['native', { detail: { error: 'Model not found' } }, 'Model not found'],
		['DeepError', { error: 'Unauthorised' }, 'Unauthorised'],
		['FastAPI', { detail: 'Not Found' }, 'Not Found'],
		[
			'OpenAI',
			{
				error: {
					message: 'Model busy, retry later',
					type: 'invalid_request_error',
					param: null,
					code: 'engine_overloaded',
				},
			},
			'Model busy, retry later',
		],
		['OpenAI, bare', { error: { message: 'Model busy, retry later' } }, 'Model busy, retry later'],
		[
			'validation',
			{ detail: [{ loc: ['body', 'prompt'], msg: 'field required', type: 'value_error.missing' }] },
			'prompt: field required',
		],
		[
			'validation of several fields',
			{
				detail: [
					{ loc: ['body', 'width'], msg: 'too large' },
					{ loc: ['body', 'inputs', 3], msg: 'empty' },
				],
			},
			'width: too large; inputs.3: empty',
		],
		['validation of the body itself', { detail: [{ loc: ['body'], msg: 'not JSON' }] }, 'not JSON'],
		['event of a stream', { error_type: 'validation_error', error_message: 'too long' }, 'too long'],
		['list of errors', { errors: [{ message: 'one' }, { message: 'two' }] }, 'one; two'],
		['text', 'upstream connect error', 'upstream connect error'],
		['text with space around it', '\n bad gateway \n', 'bad gateway'],
		['a number beside the words', { error: 500, message: 'broken' }, 'broken'],
		['a list in the list', { detail: [['a'], [], [{ msg: 'b' }]] }, 'a; b'],
		['unicode', { error: '模型不存在 🤖' }, '模型不存在 🤖'],
	])('reads the body: %s', (_, body, expected) => {
		expect(errorText(body)).toBe(expected);
	});

	it.each([
		[undefined],
		[null],
		[''],
		['  '],
		[5],
		[true],
		[{}],
		[[]],
		[[null, 1]],
		[{ detail: null }],
		[{ error: {} }],
		[{ error: [] }],
	])('finds nothing in %j', (body) => {
		expect(errorText(body)).toBeUndefined();
	});

	it('does not follow a body that goes on and on', () => {
		let body: unknown = 'deep';
		for (let depth = 0; depth < 1000; depth++) body = { error: body };
		expect(errorText(body)).toBeUndefined();
	});
});

describe('refusal', () => {
	it.each<[string, Record<string, unknown>, RegExp]>([
		['a failed inference', { inference_status: { status: 'failed' } }, /failed on this input \(status "failed"\)/],
		[
			'a failed inference that says why',
			{ inference_status: { status: 'failed' }, detail: 'no face found' },
			/: no face found$/,
		],
		['a status of a partner', { status: 'error', detail: 'bad prompt' }, /: bad prompt$/],
		['a cancelled request', { status: 'cancelled' }, /cancelled/],
		['a moderated request', { status: 'request_moderated' }, /safety filter/],
		['an error without a status', { error: 'out of memory' }, /^out of memory$/],
		['a list of errors', { errors: [{ message: 'x' }] }, /^x$/],
		['the body of a stream', { error_message: 'x' }, /^x$/],
		[
			'a status inside that is worse than the one outside',
			{ status: 'ok', inference_status: { status: 'failed' } },
			/failed/,
		],
	])('knows %s', (_, answer, expected) => {
		expect(refusal(answer)).toMatch(expected);
	});

	it.each(['ok', 'success', 'succeeded', 'unknown', '', null, 5, undefined])(
		'takes the status %j for success',
		(status) => {
			expect(refusal({ status, inference_status: { status }, detail: 'fine', message: 'fine' })).toBeUndefined();
			expect(refusal({ results: [], inference_status: null })).toBeUndefined();
			expect(refusal({ error: null, errors: [], error_message: '' })).toBeUndefined();
		},
	);
});

describe('readers', () => {
	it('take a list of objects, and of the right length', () => {
		expect(list([{ a: 1 }], 'rows')).toEqual([{ a: 1 }]);
		expect(list([], 'rows')).toEqual([]);
		expect(() => list([{}], 'rows', 2)).toThrow('DeepInfra answered without rows');
		for (const odd of ODD.filter((each) => !Array.isArray(each) || each.length > 0)) {
			expect(thrownBy(() => list(odd, 'rows'))).toBeInstanceOf(AnswerError);
		}
	});

	it('take numbers, all of them finite', () => {
		expect(numbers([1, -0.5, 0], 'x')).toEqual([1, -0.5, 0]);
		for (const odd of [...ODD, ['1'], [1, null], [NaN]])
			expect(thrownBy(() => numbers(odd, 'x'))).toBeInstanceOf(AnswerError);
	});

	it('take a number that is a text', () => {
		expect(['0.25', ' 7 ', '1e-3', 0, -1].map(number)).toEqual([0.25, 7, 0.001, 0, -1]);
		for (const odd of [...ODD, '  ', '1,5', 'Infinity', [1], { valueOf: 1 }]) expect(number(odd)).toBeUndefined();
		expect(requiredNumber('0.5', 'x')).toBe(0.5);
		for (const odd of ODD)
			expect(thrownBy(() => requiredNumber(odd, 'a score')).message).toBe('DeepInfra answered without a score');
	});

	it('take a text, an empty one too', () => {
		expect(text('', 'x')).toBe('');
		expect(optionalText('')).toBe('');
		for (const odd of ODD.filter((each) => typeof each !== 'string')) {
			expect(thrownBy(() => text(odd, 'x'))).toBeInstanceOf(AnswerError);
			expect(optionalText(odd)).toBeUndefined();
		}
	});

	it('sort labels, best first, equal ones as they came', () => {
		const rows = [
			{ label: 'b', score: '0.1' },
			{ label: 'a', score: 0.9, extra: true },
			{ label: 'c', score: 0.1 },
		];
		expect(labels(rows)).toEqual([
			{ label: 'a', score: 0.9 },
			{ label: 'b', score: 0.1 },
			{ label: 'c', score: 0.1 },
		]);
		expect(rows[0]?.label).toBe('b');
	});

	it.each<[unknown]>([
		[[]],
		[[{}]],
		[[{ label: 'x' }]],
		[[{ score: 1 }]],
		[[{ label: 1, score: 1 }]],
		[null],
		[[[{ label: 'x', score: 1 }], [{ label: 'y', score: 1 }]]],
		[{ labels: ['x', 'y'], scores: [1] }],
	])('refuse the labels %j', (value) => {
		expect(thrownBy(() => labels(value))).toBeInstanceOf(AnswerError);
	});
});

describe('the envelope', () => {
	it('tells a receipt from a result', () => {
		expect(queuedStatus({ inference_status: { status: 'queued' } })).toBe('queued');
		expect(queuedStatus({ inference_status: { status: 'running' }, status: 'ok' })).toBe('running');
		expect(queuedStatus({ status: 'queued' })).toBe('queued');
		expect(queuedStatus({ status: 'queued', inference_status: null })).toBe('queued');
		for (const status of ['succeeded', 'unknown', '', null, 1])
			expect(queuedStatus({ inference_status: { status } })).toBeUndefined();
	});

	it('has a request ID or none', () => {
		expect(requestIdOf({ request_id: 'R7' })).toBe('R7');
		for (const odd of [null, '', 7, {}, undefined]) expect(requestIdOf({ request_id: odd })).toBeUndefined();
	});
});
