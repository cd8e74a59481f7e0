import { getBalance } from '../../../../nodes/shared/operations/account/getBalance';
import type { Fault } from '../../../emulator';
import { PERSONAL } from '../../../emulator/payment';
import { testOperation } from '../../../support/operation/suite';
import { operationOf, outputsFor } from '../../../support/operations';
import { openWorld, type World } from '../../../support/world';

testOperation(getBalance, {
	request: { method: 'GET', path: '/payment/checklist' },
	answer: { stripe_balance: -25.3, recent: 4.2, limit: 20, suspended: false, suspend_reason: null },
	output: { balanceUsd: 21.1, spentUsd: 4.2, limitUsd: 20, suspended: false, reason: null },
	names: { parameters: '', options: '' },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());

	const ask = async (options = {}, faults?: () => Fault | undefined) => {
		world.emulator.options.faults = faults;
		return await world.engine.run({
			parameters: { resource: 'account', operation: 'getBalance', options },
			onError: 'continueErrorOutput',
		});
	};

	describe('account: getBalance', () => {
		const balance = operationOf('account', 'getBalance');

		it('tells what is left', async () => {
			const { items } = await ask();
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

		it.each<[boolean, unknown[]]>([
			[true, [true, 1, 'true', ' Yes ', 'suspended', 'on', '1', 2, { since: 1 }]],
			[false, [false, 0, null, undefined, '', ' ', 'false', 'No', '0', 'off']],
		])('says that it is suspended: %p', (isSuspended, values) => {
			for (const suspended of values)
				expect(outputsFor(balance, {}, { stripe_balance: 0, suspended })[0]?.json.suspended).toBe(isSuspended);
		});

		const bodies: Array<[string, (() => Fault) | undefined]> = [
			['its answer', undefined],
			['an answer that is cut off', () => ({ kind: 'truncatedJson' })],
			['an answer with another status', () => ({ kind: 'status', status: 500, body: { detail: PERSONAL } })],
			[
				'a refusal with its data',
				() => ({ kind: 'status', status: 403, body: { error: `${PERSONAL.name}, ${PERSONAL.line1}` } }),
			],
			[
				'text that is no JSON',
				() => ({ kind: 'status', status: 200, body: `<html>${PERSONAL.name} ${PERSONAL.last4}` }),
			],
			['an answer of another form', () => ({ kind: 'status', status: 200, body: [PERSONAL] })],
			[
				'an error in a 200',
				() => ({ kind: 'status', status: 200, body: { error: PERSONAL.line1, stripe_balance: 1 } }),
			],
		];
		it.each(bodies)('lets nothing personal out of %s', async (_, fault) => {
			const result = await ask({ maxRetries: 0 }, fault);
			const everything = JSON.stringify(result);
			expect(result.items.length + result.errorItems.length).toBe(1);
			for (const secret of Object.values(PERSONAL)) expect(everything).not.toContain(secret);
		});
	});
});
