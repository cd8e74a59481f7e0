/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from './answer';
import type { ErrorShape } from './types';

interface Account {
	/** What inference answers to this account; the other routes serve it. */
	refusal?: { status: number; message: string };
}

/** By API key. */
export const ACCOUNTS = new Map<string, Account>([
	['emulator-key', {}],
	['jwt:emulator', {}],
	// As long as a real one: a key that is shorter is taken for a word that results may hold.
	['emulator-key-0aB1cD2eF3gH4', {}],
	[
		'emulator-key-no-balance',
		{
			refusal: {
				status: 402,
				message: 'inference prohibited, please enter a payment method in https://deepinfra.com/dash/billing',
			},
		},
	],
	[
		'jwt:emulator-over-budget',
		{ refusal: { status: 402, message: 'The spending limit of this token has been reached' } },
	],
	['emulator-key-forbidden', { refusal: { status: 403, message: 'You are not allowed to use this model' } }],
	['emulator-key-limited', { refusal: { status: 429, message: 'Rate limited' } }],
]);

function keyOf(headers: IncomingHttpHeaders): string | undefined {
	return /^bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
}

export function requireAccount(headers: IncomingHttpHeaders, shape: ErrorShape): Account {
	const account = ACCOUNTS.get(keyOf(headers) ?? '');
	if (!account) throw refuse(401, 'Not authenticated', shape);
	return account;
}

/** Public routes look at a key only when it is well-formed: without one, or with a broken one, they serve anybody. */
export function refuseWrongKey(headers: IncomingHttpHeaders) {
	if (keyOf(headers) !== undefined) requireAccount(headers, 'openai');
}

export function requirePaying(headers: IncomingHttpHeaders, shape: ErrorShape) {
	const { refusal } = requireAccount(headers, shape);
	// A refusal for want of money has the native shape on every route.
	if (refusal) throw refuse(refusal.status, refusal.message, refusal.status === 402 ? 'detailError' : shape);
}
