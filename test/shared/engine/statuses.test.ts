import { failed, type Problem } from '../../../nodes/shared/core/problem';
import { explain } from '../../../nodes/shared/engine/explain';
import { isInputTooLong, isUnknownModel } from '../../../nodes/shared/engine/statuses';
import type { Situation } from '../../../nodes/shared/engine/words';
import { retryDelay } from '../../../nodes/shared/engine/retry';
import { hopelessFor, signOf } from '../../../nodes/shared/engine/verdict';

const situation: Situation = { model: 'owner/name', host: 'api.deepinfra.com', attempts: 1 };
const status = (code: number, body: unknown = ''): Problem => ({ kind: 'status', status: code, body });
const said = (code: number, body?: unknown, about: Partial<Situation> = {}) => {
	const { message, advice } = explain(status(code, body), { ...situation, ...about });
	return `${message} | ${advice}`;
};

describe('405', () => {
	it.each<[unknown]>([
		[{ error: { message: 'json_object response format is not supported for model: owner/name' } }],
		[{ detail: { error: 'Tool calling is not supported for model: owner/name' } }],
		['This model does not stream'],
		[{ detail: 'logprobs are not available' }],
	])('with the words %j means that the model lacks the feature', (body) => {
		expect(said(405, body)).toMatch(/^The model 'owner\/name' cannot do what was asked: .+ \| Choose another model/);
	});

	it.each<[unknown]>([[''], [undefined], [{}], [{ detail: 'Method Not Allowed' }], ['<html>405</html>']])(
		'with %j means a wrong address',
		(body) => expect(said(405, body)).toMatch(/does not know this request.* \| Check the 'Base URL'/),
	);
});

describe('404', () => {
	it.each<[unknown]>([
		[{ detail: 'Not Found' }],
		['Not Found'],
		['404 page not found'],
		['Cannot POST /v1/inference/owner/name'],
		['<html><h1>404</h1></html>'],
		[{ message: 'not found.' }],
	])('with %j means a wrong base URL, and no model is looked for', (body) => {
		expect(said(404, body)).toMatch(/^api\.deepinfra\.com does not know this request.* \| Check the 'Base URL'/);
		expect(isUnknownModel(status(404, body))).toBe(false);
	});

	it.each<[unknown]>([
		[{ error: 'Model not found' }],
		[{ detail: { error: 'Model owner/name not found' } }],
		[''],
		[{ detail: 'Model is not available' }],
	])('with %j means that there is no such model', (body) => {
		expect(said(404, body)).toMatch(/^DeepInfra has no model 'owner\/name'/);
		expect(isUnknownModel(status(404, body))).toBe(true);
	});

	it('of an operation without a model says so', () => {
		expect(said(404, { detail: 'Batch not found' }, { model: '' })).toBe(
			'DeepInfra does not have this batch: Batch not found | Check the ID: it may be mistyped, deleted or that of another account.',
		);
		expect(said(403, '', { model: '' })).toMatch(/^The API key may not do this \|/);
	});
});

describe('a too long input', () => {
	const body = { error: { message: 'Requested input length 99009 exceeds maximum input length 8192' } };

	it.each([400, 413, 422, 500, 502, 503])('is told from other failures with status %i, and not sent again', (code) => {
		expect(said(code, body)).toMatch(
			/^The input is too long for the model 'owner\/name': Requested.* \| Shorten the input/,
		);
		expect(isInputTooLong(status(code, body))).toBe(true);
		expect(retryDelay(status(code, body), 1, 0.5)).toBeUndefined();
	});

	it('is no reading of a 429', () => {
		const tokens = { error: 'You exceed the maximum tokens per minute' };
		expect(isInputTooLong(status(429, tokens))).toBe(false);
	});
});

describe('429 says which limit', () => {
	it.each<[unknown, RegExp]>([
		[{ detail: { error: 'Token rate limit exceeded: 1100000 tokens per minute' } }, /tokens per minute.*Wait a minute/],
		[{ error: { message: 'TPM limit reached' } }, /tokens per minute/],
		[{ error: 'too many input tokens this minute' }, /tokens per minute/],
		[{ error: { message: 'Model busy, retry later', code: 'engine_overloaded' } }, /'owner\/name'.*another model/],
		[{ detail: 'The engine is overloaded' }, /'owner\/name'.*another model/],
		['Rate limited', /200 requests at a time/],
		['', /200 requests at a time/],
	])('%j', (body, words) => {
		expect(said(429, body)).toMatch(/^DeepInfra is receiving too many requests/);
		expect(said(429, body)).toMatch(words);
		expect(said(429, body)).toMatch(/'Max Concurrency'/);
	});

	it('and how long the service asks to wait', () => {
		const problem: Problem = { kind: 'status', status: 429, body: 'busy', retryAfter: 6200 };
		expect(explain(problem, situation).message).toContain('asks to wait 7 seconds');
	});
});

describe('a gateway', () => {
	it.each([504, 520, 524])('that lost the answer (%i) may have billed it: it is said, and never sent again', (code) => {
		expect(said(code)).toMatch(/could not answer.*may have billed.*could bill it twice.*again later for this item/);
		expect(retryDelay(status(code), 1, 0.5)).toBeUndefined();
	});

	it.each([521, 522, 523])('that did not reach the service (%i) is asked again, as after a 503', (code) => {
		expect(retryDelay(status(code), 1, 1)).toBe(retryDelay(status(503), 1, 1));
		expect(said(code)).not.toMatch(/billed/);
	});
});

describe('the safety filter', () => {
	it.each<[number, unknown]>([
		[400, { error: 'Content Moderated' }],
		[422, { detail: [{ loc: ['body', 'prompt'], msg: 'Blocked by the content filter' }] }],
		[403, { error: { message: 'content_policy_violation' } }],
	])('is named for status %i with %j', (code, body) => {
		expect(said(code, body)).toMatch(/^The model's safety filter refused this request: .*\| Change the prompt/);
	});
});

it('402 is known by the word that other routes have for it', () => {
	expect(said(403, { error: { code: 402, message: 'payment_required' } })).toMatch(/no balance or payment method/);
});

describe('403', () => {
	it.each([
		'<!DOCTYPE html><title>Attention Required! | Cloudflare',
		'<html><h1>403 Forbidden</h1><hr>nginx',
		'<?xml version="1.0"?>',
	])('as a page is a firewall that looked at this request, and neither the key nor the model: %s', (body) => {
		const { message, description } = explain({ kind: 'status', status: 403, body }, situation);
		expect(message).toBe('A firewall or proxy before api.deepinfra.com refuses the request');
		expect(description).not.toMatch(/key|another model/);
		expect(hopelessFor({ kind: 'status', status: 403, body })).toBeUndefined();
		// A proxy may refuse all of them: after many in a row one at a time looks whether it still does.
		const signs = (['account', 'model', 'options'] as const).map((scope) =>
			signOf(failed({ kind: 'status', status: 403, body }), scope),
		);
		expect(signs).toEqual(['none', 'down', 'none']);
	});

	it('in words is the model or the key, as before', () => {
		expect(hopelessFor({ kind: 'status', status: 403, body: '' })).toBe('model');
		expect(hopelessFor({ kind: 'status', status: 403, body: { detail: 'Not allowed' } })).toBe('account');
	});
});

it.each<[unknown, string]>([
	[{ type: 'about:blank', title: 'Width is odd', status: 400 }, 'Width is odd'],
	[{ title: 'Bad Request', detail: 'Width is odd' }, 'Width is odd'],
	[{ code: 7, reason: 'Width is odd' }, 'Width is odd'],
	[{ error_description: 'Width is odd' }, 'Width is odd'],
])('words of a failure stand in %j, too', (body, words) => {
	expect(explain({ kind: 'status', status: 400, body }, situation).message).toMatch(new RegExp(`: ${words}$`));
});
