import { type Answer, jsonAnswer } from './answer';
import { requireAccount } from './accounts';
import type { Context } from './context';

export function describeMe({ headers }: Context): Answer {
	requireAccount(headers, 'detail');
	return jsonAnswer(200, {
		uid: 'gh:1000001',
		email: 'user@emulator.example',
		email_verified: true,
		account_setup: true,
		display_name: 'emulator-user',
		provider: 'github',
		picture: null,
		is_admin: false,
		name: 'Emulator User',
		first_name: 'Emulator',
		last_name: 'User',
		country: 'NL',
		is_business_account: false,
		company: '',
		website: '',
		title: '',
		is_team_account: false,
		team_role: null,
	});
}

export function describeRateLimit({ headers }: Context): Answer {
	requireAccount(headers, 'detail');
	return jsonAnswer(200, { rate_limit: 200, tpm_rate_limit: 0 });
}
