import { explain } from '../../../nodes/shared/engine/explain';
import type { Situation } from '../../../nodes/shared/engine/words';
import { InputError, AnswerError, problemOf, type Problem } from '../../../nodes/shared/core/problem';

const situation: Situation = { model: 'owner/name', host: 'api.deepinfra.com', attempts: 1 };
const status = (code: number, body: unknown = ''): Problem => ({ kind: 'status', status: code, body });

describe('a status', () => {
	it.each<[number, RegExp, RegExp]>([
		[400, /could not use this request/, /Check the input/],
		[401, /does not accept the API key/, /paste a valid key from https:\/\/deepinfra\.com\/dash\/api_keys/],
		[402, /no balance or payment method/, /https:\/\/deepinfra\.com\/dash\/billing/],
		[403, /may not use the model 'owner\/name'/, /another model/],
		[404, /has no model 'owner\/name'/, /Choose a model/],
		[405, /api\.deepinfra\.com does not know this request/, /'Base URL'/],
		[407, /proxy between n8n and DeepInfra wants a login/, /HTTPS_PROXY/],
		[410, /no longer has the model 'owner\/name'/, /another model/],
		[415, /does not take this kind of file/, /Convert/],
		[413, /larger than DeepInfra accepts/, /smaller/],
		[422, /does not accept a value/, /Correct the value/],
		[423, /'owner\/name' is not ready/, /in some minutes/],
		[429, /too many requests/, /'Max Concurrency'.*'Max Retries'/],
		[500, /could not answer \(status 500\)/, /later/],
		[502, /could not answer \(status 502\)/, /later/],
		[503, /could not answer \(status 503\)/, /later/],
		[504, /could not answer \(status 504\)/, /later/],
		[302, /redirects to another address \(status 302\)/, /'Base URL'/],
		[418, /refused the request \(status 418\)/, /Check/],
	])('%i says what happened and what to do', (code, message, description) => {
		const said = explain(status(code), situation);
		expect(said.message).toMatch(message);
		expect(said.description).toMatch(description);
		expect(said.message).not.toMatch(/[.:]$/);
		expect(said.description).toMatch(/\.$/);
	});

	it.each([400, 401, 402, 403, 404, 405, 413, 422, 423, 429, 500, 503])(
		'%i brings the words of the API, but no web page',
		(code) => {
			expect(explain(status(code, { detail: { error: 'the reason' } }), situation).message).toMatch(/: the reason$/);
			for (const page of ['<!DOCTYPE html><p>x', ' <html>', '<h1>Bad</h1>', '<?xml version="1.0"?>', '<body>']) {
				expect(explain(status(code, page), situation).message).not.toContain('<');
			}
		},
	);

	it.each([
		[500, true],
		[501, true],
		[504, true],
		[524, true],
		[599, true],
		[502, false],
		[503, false],
		[521, false],
	])('%i says whether it may have been billed: %s', (code, mayBe) => {
		const { description } = explain(status(code), situation);
		expect(description.includes('may have billed this request')).toBe(mayBe);
		// What is asked of the account costs nothing.
		if (code === 500) expect(explain(status(code), { ...situation, model: '' }).description).not.toContain('billed');
	});

	it('403 of what has no model says nothing of models', () => {
		const { message, description } = explain(status(403), { ...situation, model: '' });
		expect(message).toBe('The API key may not do this');
		expect(description).toMatch(/limited.*https:\/\/deepinfra\.com\/dash\/api_keys/);
		expect(description).not.toContain('model');
	});

	it.each([429, 502, 503])('%i says how long the service wants to be left alone', (code) => {
		const problem: Problem = { kind: 'status', status: code, body: '', retryAfter: 600_000 };
		expect(explain(problem, situation).message).toContain('and asks to wait 600 seconds');
	});

	it.each(['download', 'storage'] as const)('a paid file that is lost is not made anew without a word: %s', (kind) => {
		const problem: Problem = { kind, message: 'no' };
		expect(explain(problem, situation).description).toMatch(/has billed the result\..*again.*is billed as well\.$/);
		const there = explain(problem, { ...situation, remains: "Get it with the video ID 'v1'." }).description;
		expect(there).toMatch(/^Get it with the video ID 'v1'\. DeepInfra has billed the result\./);
		expect(there).not.toMatch(/again/);
	});

	it.each<[Problem]>([
		[status(402)],
		[status(408)],
		[status(423)],
		[status(500)],
		[status(504)],
		[{ kind: 'cut', message: 'aborted' }],
		[{ kind: 'lost', seconds: 9 }],
		[{ kind: 'network', code: 'ECONNRESET', message: '' }],
		[{ kind: 'network', code: 'EAI_AGAIN', message: '' }],
	])('what goes on at the service is not to be paid twice: after %j', (problem) => {
		expect(explain(problem, situation).description).toMatch(/run the workflow again/i);
		const { description } = explain(problem, { ...situation, remains: 'The video goes on being made.' });
		expect(description).toMatch(/^The video goes on being made\.( [A-Z].*\.)?$/);
		expect(description).not.toMatch(/run the workflow again/i);
	});

	it.each([400, 402, 403, 429])('%i that is about money leads to the billing page', (code) => {
		for (const said of [
			'please enter a payment method in https://deepinfra.com/dash/billing',
			'Spending limit reached',
			'Not enough balance',
		]) {
			const { message, description } = explain(status(code, { detail: { error: said } }), situation);
			expect(message).toContain(said);
			expect(description).toContain('https://deepinfra.com/dash/billing');
		}
	});

	it('422 names the fields as the screen does', () => {
		const body = {
			detail: [
				{ loc: ['body', 'max_new_tokens'], msg: 'too many' },
				{ loc: ['body', 'other'], msg: 'unknown' },
			],
		};
		const { message } = explain(status(422, body), { ...situation, screenNames: { max_new_tokens: 'Max New Tokens' } });
		expect(message).toContain("'Max New Tokens': too many; other: unknown");
	});

	it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
		'422 takes the field name %s for what it is',
		(name) => {
			const { message } = explain(status(422, { detail: [{ loc: ['body', name], msg: 'bad' }] }), {
				...situation,
				screenNames: {},
			});
			expect(message).toBe(`DeepInfra does not accept a value of this request: ${name}: bad`);
		},
	);

	it('404 offers models that exist', () => {
		expect(explain(status(404), { ...situation, nearestModels: ['a/b', 'c/d'] }).description).toContain('a/b, c/d');
		// One that was asked instead of another stands in another field.
		for (const nearestModels of [['a/b'], []]) {
			const about = { ...situation, nearestModels, fallbackReason: "'a/c' is down" };
			expect(explain(status(404), about).description).toMatch(/'Fallback Models'/);
			expect(explain(status(404), about).description).not.toMatch(/field 'Model'/);
		}
	});

	it('500 about a text that is too long says to shorten it', () => {
		expect(explain(status(500, { error: 'input is too long' }), situation).description).toMatch(/Shorten the input/);
	});

	it('shortens what the API says', () => {
		expect(explain(status(400, 'x'.repeat(1_000_000)), situation).message.length).toBeLessThan(700);
	});
});

describe('the network', () => {
	it.each<[string, RegExp, RegExp]>([
		['ENOTFOUND', /was not found/, /'Base URL'.*DNS/],
		['EAI_AGAIN', /DNS/, /again/],
		['ECONNREFUSED', /refuses the connection/, /'Base URL'/],
		['ECONNRESET', /./, /./],
		['EPIPE', /./, /./],
		['ERR_SOCKET_CLOSED', /./, /./],
		['ETIMEDOUT', /timed out/, /firewall/],
		['EHOSTUNREACH', /./, /network/],
		['ENETUNREACH', /./, /network/],
		['CERT_HAS_EXPIRED', /secure connection/, /certificate/],
		['SELF_SIGNED_CERT_IN_CHAIN', /secure connection/, /proxy/],
		['ERR_TLS_CERT_ALTNAME_INVALID', /secure connection/, /certificate/],
		['EWHATEVER', /No connection/, /network/],
	])('%s says where, what and what to do', (code, message, description) => {
		const said = explain({ kind: 'network', code, message: 'the words of Node' }, situation);
		expect(said.message).toMatch(message);
		expect(said.message).toContain('api.deepinfra.com');
		expect(said.description).toMatch(description);
		expect(said.description).toContain(`Code: ${code}.`);
	});
});

describe('everything else', () => {
	it.each<[Problem, RegExp, RegExp]>([
		[{ kind: 'input', message: "'Text' is empty", advice: 'Fill it in.' }, /^'Text' is empty$/, /^Fill it in\.$/],
		[{ kind: 'input', message: "'Text' is empty" }, /^'Text' is empty$/, /Nothing was sent/],
		[{ kind: 'local', message: 'no access' }, /^no access$/, /Nothing was sent/],
		[{ kind: 'refusal', message: 'NSFW' }, /^NSFW$/, /'owner\/name'.*another model/],
		[{ kind: 'answer', message: 'DeepInfra sent an empty answer' }, /empty answer/, /may have billed/],
		[{ kind: 'cut', message: 'aborted' }, /cut off: aborted/, /may have billed.*again/],
		[{ kind: 'download', message: 'status 404' }, /could not be downloaded: status 404/, /has billed/],
		[{ kind: 'timeout', seconds: 300 }, /within 300 seconds/, /'Timeout'/],
		[
			{ kind: 'budget', budget: 1, spent: 0.5, possible: 0.6 },
			/ has cost \$0\.50, up to \$0\.60 more may be billed, and \$1\.00 /,
			/'Budget \(USD\)'/,
		],
		[{ kind: 'budget', budget: 1, spent: 1.234 }, /^Budget reached.*\$1\.23.*\$1\.00 /, /'Budget \(USD\)'/],
		[{ kind: 'stopped' }, /canceled/, /stopped/],
	])('%j says what happened and what to do', (problem, message, description) => {
		const said = explain(problem, situation);
		expect(said.message).toMatch(message);
		expect(said.description).toMatch(description);
	});

	it.each<[Problem, RegExp]>([
		[status(500), /later\.$/],
		[status(504), /again later/],
		[{ kind: 'answer', message: 'DeepInfra answered without a choice' }, /^Choose another model: .* does not know\.$/],
		[
			{ kind: 'answer', message: 'DeepInfra sent an empty answer', isSpoilt: true },
			/^A proxy .* Run the workflow again/,
		],
		[{ kind: 'cut', message: 'aborted' }, /^Run the workflow again/],
		[{ kind: 'lost', seconds: 9 }, /^It may have been worked on\. Run the workflow again/],
		[{ kind: 'timeout', seconds: 9 }, /^Raise 'Timeout'/],
	])('what is not billed is not said to be: %j', (problem, todo) => {
		expect(explain(problem, situation).description).toMatch(/may have billed this request/);
		const { description } = explain({ ...problem, isBillable: false }, situation);
		expect(description).not.toMatch(/bill/);
		expect(description).toMatch(todo);
	});

	it('an answer that told its bill is not said to have perhaps one', () => {
		const problem: Problem = { kind: 'answer', message: 'DeepInfra answered without the label' };
		const { description } = explain(problem, { ...situation, billed: 0.002 });
		expect(description).toContain('DeepInfra billed $0.002 for it.');
		expect(description).not.toContain('may have billed');
		// One part told its bill, and this one did not.
		const part = explain({ ...problem, isBillable: true }, { ...situation, billed: 0.002 }).description;
		expect(part).toMatch(/may have billed this request.*billed \$0\.002 for it\./);
		const told = explain({ kind: 'status', status: 500, body: '', costUsd: 0.1, isBillable: true }, situation);
		expect(told.description).not.toContain('may have billed');
	});

	it.each<[Problem, string]>([
		[{ kind: 'timeout', seconds: 1 }, 'within 1 second'],
		[{ kind: 'lost', seconds: 1 }, '1 second later'],
		[{ kind: 'status', status: 503, body: '', retryAfter: 600 }, 'to wait 1 second'],
	])('counts a second: %j', (problem, words) => {
		expect(explain(problem, situation).message).toMatch(new RegExp(`${words}(?!s)`));
	});

	it('tells how often it was sent, and the request ID', () => {
		const { description } = explain({ kind: 'cut', message: 'x', requestId: 'R7' }, { ...situation, attempts: 5 });
		expect(description).toMatch(/Tried 5 times\. Request ID: R7\.$/);
		expect(explain(status(400), situation).description).not.toMatch(/Sent|Request ID/);
	});

	it('says small amounts of money without an exponent', () => {
		expect(explain({ kind: 'budget', budget: 1e-7, spent: 1.5e-7 }, situation).message).not.toMatch(/e-/);
	});

	it('knows each kind of error', () => {
		expect(problemOf(new InputError('m', 'a'))).toEqual({ kind: 'input', message: 'm', advice: 'a' });
		expect(problemOf(new AnswerError('m'))).toEqual({ kind: 'answer', message: 'm' });
		expect(problemOf(new RangeError('Maximum call stack size exceeded'))).toMatchObject({
			kind: 'answer',
			message: expect.stringContaining('too deeply'),
		});
		expect(problemOf(new TypeError('m'))).toEqual({ kind: 'local', message: 'm' });
		expect(problemOf('thrown text')).toEqual({ kind: 'local', message: 'thrown text' });
	});
});
