import { type Answer, jsonAnswer, refuse } from './answer';
import { requireAccount } from './accounts';
import type { Context } from './context';
import { isObject, textsOf } from './json';
import { hashText } from './random';

/** Everything that the real route tells of a person; what of it a node passes on is the node's fault. */
export const PERSONAL = {
	name: 'Emmy Emulator',
	line1: 'Herengracht 7000',
	line2: '3rd floor',
	city: 'Amsterdam',
	postal_code: '1015 CJ',
	last4: '4242',
	fingerprint: 'Xt5EWLLDS7FJjR1c',
} as const;

/** @see docs/api.md#account: amounts in USD, credit below zero */
export function describeBalance({ headers }: Context): Answer {
	requireAccount(headers, 'detail');
	const { name, line1, line2, city, postal_code, last4, fingerprint } = PERSONAL;
	return jsonAnswer(200, {
		email: true,
		billing_address: true,
		billing_address_info: { name, line1, line2, city, state: null, postal_code, country: 'NL' },
		payment_method: true,
		payment_method_info: {
			type: 'card',
			card: { brand: 'visa', last4, exp_month: 4, exp_year: 2031, fingerprint },
			us_bank_account: null,
			cashapp: null,
		},
		suspended: false,
		overdue_invoices: 0,
		last_checked: 1_795_900_000,
		stripe_balance: -25.3,
		recent: 4.2,
		limit: 20,
		suspend_reason: null,
		topup: false,
		topup_amount: 0,
		topup_threshold: 0,
		topup_failed: false,
		billing_type: 'prepaid',
		intermediate_invoicing_threshold: null,
	});
}

const MONTH = /^(\d{4})\.(\d{2})$/;

/** The first moment of a period, as the route takes it: `2026.09`, `current`, `current-2`. */
function readPeriod(from: string | undefined): Date {
	const now = new Date();
	const [, year, month] = MONTH.exec(from ?? '') ?? [];
	if (year && month) return new Date(Date.UTC(Number(year), Number(month) - 1));
	const [isCurrent, back = '0'] = /^current(?:-(\d+))?$/.exec(from ?? '') ?? [];
	if (isCurrent === undefined) throw refuse(422, `invalid period: ${from ?? ''}`, 'detail');
	return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - Number(back)));
}

/** One month; a model that changed its price within it has a row for each price. Costs in cents. */
export function listUsage({ headers, query }: Context): Answer {
	requireAccount(headers, 'detail');
	const start = readPeriod(query.from);
	const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
	const interval = { fr: start.getTime(), to: end.getTime() - 1 };
	const row = (provider: string, model_name: string, task: string, units: number, rate: number, cost: number) => ({
		model: { provider, model_name, task, plan_id: null, private: false, contract: null },
		units,
		rate,
		cost,
		pricing_type: 'tokens',
		interval,
		discount: null,
	});
	const items = [
		row('meta-llama', 'Meta-Llama-3.1-8B-Instruct-Turbo', 'text-generation', 21_000_000, 0.000002, 42),
		row('meta-llama', 'Meta-Llama-3.1-8B-Instruct-Turbo', 'text-generation', 9_000_000, 0.000003, 27),
		row('openai', 'whisper-large-v3', 'automatic-speech-recognition', 36_000, 0.0075, 270),
	];
	const period = `${start.getUTCFullYear()}.${String(start.getUTCMonth() + 1).padStart(2, '0')}`;
	return jsonAnswer(200, {
		months: [{ period, interval, items, total_cost: 339, invoice_id: 'NOT_FINAL' }],
		initial_month: '2025.03',
	});
}

/** What a request was billed; one of another day is known, too, and cost what follows from its ID. */
export function listCosts({ headers, body, ledger }: Context): Answer {
	requireAccount(headers, 'detail');
	const asked = body.kind === 'json' && isObject(body.value) ? body.value : {};
	const requests = textsOf(asked.requestIds).map((requestId) => ({
		requestId,
		costNanoUsd: costOf(requestId, ledger) ?? hashText(requestId) % 1_000_000,
	}));
	return jsonAnswer(200, { requests });
}

function costOf(requestId: string, ledger: Context['ledger']): number | undefined {
	const bill = ledger.find((each) => each.requestId === requestId);
	return bill && Math.round(bill.costUsd * 1e9);
}
