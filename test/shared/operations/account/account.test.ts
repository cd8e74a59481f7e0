import type { INodeParameters } from 'n8n-workflow';
import { startEmulator, type Fault } from '../../../emulator';
import { PERSONAL } from '../../../emulator/payment';
import { operationOf, outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { openWorld, type World } from '../../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

const ask = async (operation: string, rest: INodeParameters = {}, faults?: () => Fault | undefined) => {
	const service = await startEmulator({ seed: 5, faults });
	try {
		return await world.engine.run({
			parameters: { resource: 'account', operation, ...rest },
			credentials: { baseUrl: service.url },
			onError: 'continueErrorOutput',
		});
	} finally {
		await service.close();
	}
};

describe('account: getUsage', () => {
	it('lists each model once a month with its cost in USD', async () => {
		const { items } = await ask('getUsage', { period: 'month', month: '2026-09' });
		expect(items.map(({ json }) => json)).toEqual([
			{
				model: 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo',
				task: 'text-generation',
				units: 30_000_000,
				costUsd: 0.69,
				period: '2026-09',
			},
			{
				model: 'openai/whisper-large-v3',
				task: 'automatic-speech-recognition',
				units: 36_000,
				costUsd: 2.7,
				period: '2026-09',
			},
		]);
	});

	const usage = operationOf('account', 'getUsage');
	it.each([
		[{ period: 'current' }, 'current'],
		[{ period: 'previous' }, 'current-1'],
		[{ period: 'month', month: ' 2026.02 ' }, '2026.02'],
		[{ period: 'month', month: '2025-12' }, '2025.12'],
	])('asks for %j', (given, from) => expect(requestFor(usage, given).query).toEqual({ from }));

	it.each(['2026-13', '09/2026', 'last', '2026-9', '2026-09-01'])('refuses the month %s', (month) =>
		expect(thrownBy(() => requestFor(usage, { period: 'month', month })).message).toContain("'Month'"),
	);

	it.each([[{}], [{ months: [{ period: 7, items: [] }] }], [{ months: [{ period: '2026.01', items: [{}] }] }]])(
		'is no answer: %j',
		(answer) => expect(thrownBy(() => outputsFor(usage, {}, answer)).name).toBe('AnswerError'),
	);
});

describe('account: getBalance', () => {
	const balance = operationOf('account', 'getBalance');

	it('tells what is left', async () => {
		const { items } = await ask('getBalance');
		expect(items.map(({ json }) => json)).toEqual([
			{ balanceUsd: 21.1, spentUsd: 4.2, limitUsd: 20, suspended: false, reason: null },
		]);
	});

	it.each([
		[
			{ stripe_balance: 3.5, recent: 1, limit: -1, suspended: true, suspend_reason: 'bad-cc' },
			{ balanceUsd: -4.5, limitUsd: null, suspended: true, reason: 'bad-cc' },
		],
		[
			{ stripe_balance: -0.3, recent: 0.1, limit: null },
			{ balanceUsd: 0.2, limitUsd: null, suspended: false, reason: null },
		],
		[
			{ stripe_balance: 0, suspend_reason: 'Herengracht 7000' },
			{ balanceUsd: 0, spentUsd: 0, reason: null },
		],
	])('reads %j', (answer, json) => expect(outputsFor(balance, {}, answer)[0]?.json).toMatchObject(json));

	const bodies: Array<[string, (() => Fault) | undefined]> = [
		['its answer', undefined],
		['an answer that is cut off', () => ({ kind: 'truncatedJson' })],
		['an answer with another status', () => ({ kind: 'status', status: 500, body: { detail: PERSONAL } })],
		[
			'a refusal with its data',
			() => ({ kind: 'status', status: 403, body: { error: `${PERSONAL.name}, ${PERSONAL.line1}` } }),
		],
		['text that is no JSON', () => ({ kind: 'status', status: 200, body: `<html>${PERSONAL.name} ${PERSONAL.last4}` })],
		['an answer of another form', () => ({ kind: 'status', status: 200, body: [PERSONAL] })],
		['an error in a 200', () => ({ kind: 'status', status: 200, body: { error: PERSONAL.line1, stripe_balance: 1 } })],
	];
	it.each(bodies)('lets nothing personal out of %s', async (_, fault) => {
		const result = await ask('getBalance', { options: { maxRetries: 0 } }, fault);
		const everything = JSON.stringify(result);
		expect(result.items.length + result.errorItems.length).toBe(1);
		for (const secret of Object.values(PERSONAL)) expect(everything).not.toContain(secret);
	});
});

describe('account: getLimits', () => {
	it.each([
		[
			{ rate_limit: 200, tpm_rate_limit: 1_100_000 },
			{ concurrentRequests: 200, tokensPerMinute: 1_100_000 },
		],
		[
			{ rate_limit: '50', tpm_rate_limit: 0 },
			{ concurrentRequests: 50, tokensPerMinute: null },
		],
	])('reads %j', (answer, json) =>
		expect(outputsFor(operationOf('account', 'getLimits'), {}, answer)).toEqual([{ json }]),
	);

	it('asks the account', async () => {
		const { items } = await ask('getLimits');
		expect(items.map(({ json }) => json)).toEqual([{ concurrentRequests: 200, tokensPerMinute: null }]);
	});
});

describe('account: getCosts', () => {
	const costs = operationOf('account', 'getCosts');

	it('asks once for each ID, from text or a list', () => {
		expect(requestFor(costs, { requestIds: ' a, b\nc,, ' }).json).toEqual({ requestIds: ['a', 'b', 'c'] });
		expect(requestFor(costs, { requestIds: ['a', ' b '] }).json).toEqual({ requestIds: ['a', 'b'] });
		expect(thrownBy(() => requestFor(costs, { requestIds: ' , \n' })).message).toContain("'Request IDs'");
	});

	it('spreads many over several requests, equal ones once', () => {
		const requestIds = Array.from({ length: 1201 }, (_, index) => `R${index % 1101}`);
		const parts = costs.split?.({ requestIds, options: {} }, {}) ?? [];
		expect(parts.map((part) => (Array.isArray(part.requestIds) ? part.requestIds.length : 0))).toEqual([500, 500, 101]);
	});

	it('gives USD to the nano-dollar', () => {
		const requests = [
			{ requestId: 'R1', costNanoUsd: 1 },
			{ requestId: 'R2', costNanoUsd: '114000' },
		];
		expect(outputsFor(costs, { requestIds: 'R' }, { requests }).map(({ json }) => json)).toEqual([
			{ requestId: 'R1', costUsd: 1e-9 },
			{ requestId: 'R2', costUsd: 0.000114 },
		]);
		expect(thrownBy(() => outputsFor(costs, { requestIds: 'R' }, { requests: [{ requestId: 'R1' }] })).name).toBe(
			'AnswerError',
		);
	});
});
