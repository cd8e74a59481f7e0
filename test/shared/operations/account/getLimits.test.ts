import { getLimits } from '../../../../nodes/shared/operations/account/getLimits';
import { testOperation } from '../../../support/operation/suite';
import { operationOf, outputsFor } from '../../../support/operations';

testOperation(getLimits, {
	request: { method: 'GET', path: '/v1/me/rate_limit' },
	answer: { rate_limit: 200, tpm_rate_limit: 1_100_000 },
	output: { concurrentRequests: 200, tokensPerMinute: 1_100_000 },
	names: { parameters: '', options: '' },
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
});
