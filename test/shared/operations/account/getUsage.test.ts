import { getUsage } from '../../../../nodes/shared/operations/account/getUsage';
import { testOperation } from '../../../support/operation/suite';
import { operationOf, outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { openWorld, type World } from '../../../support/world';

testOperation(getUsage, {
	parameters: { period: 'month', month: '2026-09' },
	request: { method: 'GET', path: '/payment/usage', query: { from: '2026.09' } },
	answer: {
		months: [
			{
				period: '2026.09',
				items: [{ model: { provider: 'openai', model_name: 'whisper', task: 'custom' }, units: 60, cost: 12 }],
			},
		],
	},
	output: { model: 'openai/whisper', task: 'custom', units: 60, costUsd: 0.12, period: '2026-09' },
	names: { parameters: 'period month', options: '' },
	values: { period: { of: ['current', 'month', 'previous'], preset: 'current' } },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());

	describe('account: getUsage', () => {
		it('lists each model once a month with its cost in USD', async () => {
			const { items } = await world.engine.run({
				parameters: { resource: 'account', operation: 'getUsage', period: 'month', month: '2026-09' },
			});
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

		const row = (model_name: unknown, cost: unknown) => ({ model: { model_name, provider: 'a' }, units: 2, cost });
		it.each<[string, unknown]>([
			['a row that is none', [{ period: '2026.01', items: [row('b', 50), null] }]],
			['a row without a name', [{ period: '2026.01', items: [row(7, 1), row('b', 50)] }]],
			['a row without a cost', [{ period: '2026.01', items: [row('b', 50), row('c', 'free?')] }]],
			['a row that is a text', [{ period: '2026.01', items: ['x', row('b', 20), row('b', 30)] }]],
			['a month that is none', [null, { period: '2026.01', items: [row('b', 50)] }]],
			['a month without models', [{ period: '2026.01', items: [row('b', 50)] }, { period: '2026.02' }]],
		])('with %s, what can be read comes out, and is said not to be all', (_, months) => {
			const [output, ...others] = outputsFor(usage, {}, { months });
			expect(output?.json).toMatchObject({ model: 'a/b', costUsd: 0.5, period: '2026-01' });
			expect(output?.note).toMatch(/a row without a model or a cost that can be read/);
			expect(others).toEqual([]);
		});

		it('counts what cannot be read', () => {
			const months = [{ period: '2026.01', items: [row('b', 50), {}, {}, []] }];
			expect(outputsFor(usage, {}, { months })[0]?.note).toMatch(/has 3 rows without/);
		});

		it('of a month without any usage is empty', () => {
			expect(outputsFor(usage, {}, { months: [{ period: '2026.01', items: [] }] })).toEqual([]);
			expect(outputsFor(usage, {}, { months: [] })).toEqual([]);
		});

		it.each([[{}], [{ months: [{ period: 7, items: [] }] }], [{ months: [{ period: '2026.01', items: [{}] }] }]])(
			'is no answer: %j',
			(answer) => expect(thrownBy(() => outputsFor(usage, {}, answer)).name).toBe('AnswerError'),
		);
	});
});
