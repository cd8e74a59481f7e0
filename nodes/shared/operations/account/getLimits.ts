import { number } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { plainOptionsField } from '../fields';

export const getLimits = defineOperation({
	resource: 'account',
	value: 'getLimits',
	name: 'Get Limits',
	action: 'Get limits of account',
	description: 'Get how many requests at once and tokens a minute a model takes from this account',
	tasks: [],
	isFree: true,
	isPersonal: true,
	outputFields: { concurrentRequests: 'integer', tokensPerMinute: 'integer | null' },
	fields: [plainOptionsField([])],
	request: () => ({ method: 'GET', path: '/v1/me/rate_limit' }),
	items: ({ rate_limit, tpm_rate_limit }) => {
		const concurrent = number(rate_limit);
		if (concurrent === undefined) throw new AnswerError('DeepInfra answered without a limit');
		const tokens = number(tpm_rate_limit);
		// No limit is told as 0 or below.
		return [
			{
				json: { concurrentRequests: concurrent, tokensPerMinute: tokens !== undefined && tokens > 0 ? tokens : null },
			},
		];
	},
});
