import { overBudget } from '../../../nodes/shared/n8n/lineFiles';

const unknown = { usd: null, why: 'its length is not known' };

describe('the budget of files of lines', () => {
	it.each([
		[[{ usd: 0.6 }, { usd: 0.4 }], undefined],
		[[{ usd: 0.6 }, { usd: 0.6 }], /^This may cost \$1\.20, and 'Budget \(USD\)' is \$1\.00/],
		[[{ usd: 0.1 }, { usd: 0.1 }, { usd: 0.9 }], /^This may cost \$1\.10/],
		[[{ usd: 0.1 }, unknown], /cannot be kept: its length is not known$/],
		[[], undefined],
	])('judges all of them together, before the first is sent: %j', (estimates, words) => {
		const over = overBudget({ budget: 1, isDryRun: false }, estimates);
		if (words === undefined) expect(over).toBeUndefined();
		else expect(over?.message).toMatch(words);
		// Nothing is sent by a dry run, and without a budget all of it is.
		expect(overBudget({ budget: 1, isDryRun: true }, estimates)).toBeUndefined();
		expect(overBudget({ budget: Infinity, isDryRun: false }, estimates)).toBeUndefined();
	});
});
