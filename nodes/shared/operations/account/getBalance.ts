import { number, optionalText } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { plainOptionsField } from '../fields';

export const getBalance = defineOperation({
	resource: 'account',
	value: 'getBalance',
	name: 'Get Balance',
	action: 'Get balance of account',
	description: 'Get what is left to spend, and whether the account is suspended',
	tasks: [],
	isFree: true,
	isPersonal: true,
	outputFields: {
		balanceUsd: 'number',
		spentUsd: 'number',
		limitUsd: 'number | null',
		suspended: 'boolean',
		reason: 'string | null',
	},
	fields: [plainOptionsField([])],
	request: () => ({ method: 'GET', path: '/payment/checklist' }),
	// The answer holds addresses and card data as well: nothing but these fields leaves this function.
	items: ({ stripe_balance, recent, limit, suspended, suspend_reason }) => {
		const owed = number(stripe_balance);
		if (owed === undefined) throw new AnswerError('DeepInfra answered without a balance');
		const spent = number(recent) ?? 0;
		const most = number(limit);
		return [
			{
				json: {
					// What is below zero is ready to be spent; what was used since the last invoice is not taken off yet.
					balanceUsd: round(-owed - spent),
					spentUsd: spent,
					limitUsd: most === undefined || most < 0 ? null : most,
					// An alert hangs on it: whatever is no clear no counts.
					suspended: !isNo(suspended),
					reason: REASONS.includes(String(suspend_reason)) ? optionalText(suspend_reason) : null,
				},
			},
		];
	},
});

/** The API's own list (docs/api.md#account): a text of another kind could hold anything. */
const REASONS = [
	'balance',
	'payment-method',
	'overdue-invoices',
	'limit-reached',
	'admin',
	'bad-cc',
	'missing-address',
];

const isNo = (value: unknown): boolean =>
	typeof value === 'string' ? /^(false|no|off|0)?$/i.test(value.trim()) : !value;

/** Without the tail that a subtraction leaves, such as 0.30000000000000004. */
const round = (usd: number): number => Number(usd.toFixed(9));
