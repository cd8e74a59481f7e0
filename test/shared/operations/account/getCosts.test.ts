import { getCosts } from '../../../../nodes/shared/operations/account/getCosts';
import { testOperation } from '../../../support/operation/suite';
import { operationOf, outputsFor, partsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';

testOperation(getCosts, {
	parameters: { requestIds: 'RWkd1SD0lRgrBsYHDpAhkLxn' },
	required: 'requestIds',
	request: { path: '/v1/request-costs', body: { requestIds: ['RWkd1SD0lRgrBsYHDpAhkLxn'] } },
	answer: { requests: [{ requestId: 'RWkd1SD0lRgrBsYHDpAhkLxn', costNanoUsd: 114_000 }] },
	output: { requestId: 'RWkd1SD0lRgrBsYHDpAhkLxn', costUsd: 0.000114 },
	needsState: true,
	names: { parameters: 'requestIds', options: '' },
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
		const parts = partsFor(costs, { requestIds, options: {} });
		expect(parts.map((part) => (Array.isArray(part.requestIds) ? part.requestIds.length : 0))).toEqual([500, 500, 101]);
	});

	it('gives USD to the nano-dollar', () => {
		const requests = [
			{ requestId: 'R1', costNanoUsd: 1 },
			{ requestId: 'R2', costNanoUsd: '114000' },
		];
		expect(outputsFor(costs, { requestIds: 'R1,R2' }, { requests }).map(({ json }) => json)).toEqual([
			{ requestId: 'R1', costUsd: 1e-9 },
			{ requestId: 'R2', costUsd: 0.000114 },
		]);
		expect(thrownBy(() => outputsFor(costs, { requestIds: 'R' }, { requests: [{ requestId: 'R1' }] })).name).toBe(
			'AnswerError',
		);
	});

	it.each<[string, unknown[], string[]]>([
		['some', [{ requestId: 'R2', costNanoUsd: 2e9 }], ['R1', 'R3']],
		['all', [], ['R1', 'R2', 'R3']],
		['others', [{ requestId: 'R9', costNanoUsd: 1 }], ['R1', 'R2', 'R3']],
	])('says of which it is not told: %s', (_, requests, missing) => {
		const outputs = outputsFor(costs, { requestIds: ['R1', 'R2', 'R3'] }, { requests });
		const without = outputs.filter(({ json }) => json.costUsd === null);
		expect(without.map(({ json }) => json.requestId)).toEqual(missing);
		expect(outputs).toHaveLength(missing.length + requests.length);
		const notes = outputs.flatMap(({ note }) => note ?? []);
		expect(notes).toEqual([expect.stringContaining(`told nothing about ${missing.length} requests, such as R1`)]);
	});

	it('of which one is none leaves the others alone', () => {
		const requests = [
			{ requestId: 'R1', costNanoUsd: 7 },
			{ requestId: 'R2', costNanoUsd: null },
			{ requestId: 'R3', costNanoUsd: 0 },
		];
		const outputs = outputsFor(costs, { requestIds: 'R1,R2,R3' }, { requests });
		expect(outputs.map(({ json, problem }) => problem ?? json.costUsd)).toEqual([
			7e-9,
			'DeepInfra answered without the cost of a request',
			0,
		]);
	});
});

describe('a cost that cannot be read', () => {
	const costs = operationOf('account', 'getCosts');
	const good = { requestId: 'R1', costNanoUsd: 5e8 };

	it.each([[null], ['R2'], [[]], [{}], [{ requestId: 7, costNanoUsd: 1 }], [{ requestId: 'R2', costNanoUsd: 'x' }]])(
		'fails alone: %j',
		(bad) => {
			const [first, second] = outputsFor(costs, { requestIds: 'R1' }, { requests: [good, bad] });
			expect(first?.json).toEqual({ requestId: 'R1', costUsd: 0.5 });
			expect(second?.problem).toMatch(/^DeepInfra answered without/);
		},
	);
});
