import type { Dict } from '../../../nodes/shared/core/operation';
import { failed, succeeded, InputError } from '../../../nodes/shared/core/problem';
import { Charges } from '../../../nodes/shared/engine/charge';
import { Meter } from '../../../nodes/shared/engine/meter';
import { InlineFile } from '../../../nodes/shared/core/request';
import { previewOf } from '../../../nodes/shared/engine/preview';
import { readSettings } from '../../../nodes/shared/engine/settings';

const costing = (cost: unknown) => ({ inference_status: { cost } });

/** A request that went its way alone. */
const count = (meter: Meter, answer: Dict | undefined) =>
	meter.settle(
		meter.reserve(undefined),
		answer ? succeeded(answer) : failed({ kind: 'network', code: 'ECONNRESET', message: '' }),
	);

describe('the meter', () => {
	it('says when the budget is used up, and not before', () => {
		const meter = new Meter(0.3);
		expect(meter.exceeded()).toBeUndefined();
		count(meter, costing(0.2));
		expect(meter.exceeded()).toBeUndefined();
		count(meter, costing('0.2'));
		expect(meter.exceeded()).toEqual({ kind: 'budget', budget: 0.3, spent: 0.4 });
	});

	it('lets nothing through with a budget of nothing, and everything without one', () => {
		expect(new Meter(0).exceeded()).toMatchObject({ kind: 'budget' });
		const meter = new Meter(Infinity);
		count(meter, costing(1e9));
		expect(meter.exceeded()).toBeUndefined();
	});

	it.each([[undefined], [costing(null)], [costing('free')], [costing({})], [{}]])(
		'counts the request of %j, whose cost is not known',
		(answer) => {
			const meter = new Meter(1);
			for (let sent = 0; sent < 3; sent++) count(meter, answer);
			expect(meter.exceeded()).toBeUndefined();
			expect(meter.figures).toEqual({ requests: 3, retries: 0 });
		},
	);

	it('sums up in words, small amounts without an exponent', () => {
		const meter = new Meter(1);
		for (let index = 0; index < 3; index++) count(meter, costing(0.00000005));
		expect(meter.figures).toEqual({ requests: 3, retries: 0, costUsd: 0.00000015 });
	});
});

describe('a job', () => {
	const receipt = succeeded({ id: 'job_1', status: 'queued' });

	it('whose price nobody knows goes alone until it is over, and the next one, too, unless it has told its cost', () => {
		const meter = new Meter(0.6);
		for (const told of [undefined, undefined, 0.5]) {
			const charges = new Charges(meter);
			const charge = charges.of(false, () => undefined);
			expect(meter.hasRoom(undefined)).toBe(true);
			meter.settle(meter.reserve(undefined), receipt, charge);
			expect(meter.hasRoom(undefined)).toBe(false);
			for (const answer of [receipt, ...(told ? [succeeded(costing(told))] : [])])
				meter.settle(
					meter.reserve(0),
					answer,
					charges.of(true, () => undefined),
				);
			expect(meter.hasRoom(undefined)).toBe(told !== undefined);
			charges.close();
		}
		meter.reserve(undefined);
		expect(meter.hasRoom(undefined)).toBe(false);
	});

	it('that says 0 as long as it is worked on keeps what was set aside for it', () => {
		const meter = new Meter(0.6);
		const charges = new Charges(meter);
		meter.settle(
			meter.reserve(0.5),
			succeeded(costing(0)),
			charges.of(false, () => undefined),
		);
		meter.reserve(0.5);
		expect(meter.hasRoom(0.5)).toBe(false);
		meter.settle(
			meter.reserve(0),
			succeeded(costing(0.1)),
			charges.of(true, () => undefined),
		);
		charges.close();
		expect(meter.hasRoom(0.5)).toBe(false);
		expect(meter.figures).toEqual({ requests: 2, retries: 0, costUsd: 0.1 });
	});

	it.each([
		[[undefined, undefined], { estimatedCostUsd: 0.5 }],
		[[undefined, 0.4], { costUsd: 0.4 }],
		[[0, 0.4], { costUsd: 0.4 }],
		[[0.4, undefined], { costUsd: 0.4 }],
		[[0.1, 0.4, 0.3], { costUsd: 0.4 }],
		[[undefined, 0], { costUsd: 0 }],
		[[0, 0], { costUsd: 0 }],
		[[0, undefined], { estimatedCostUsd: 0.5 }],
		[[0, undefined, 0, undefined], { estimatedCostUsd: 0.5 }],
	])('that tells %j is counted once, told or assumed', (costs, figures) => {
		const meter = new Meter(1);
		const charges = new Charges(meter);
		for (const [index, cost] of costs.entries()) {
			const answer = cost === undefined ? receipt : succeeded(costing(cost));
			meter.settle(
				meter.reserve(index ? 0 : 0.5),
				answer,
				charges.of(index > 0, () => (index ? undefined : 0.5)),
			);
		}
		charges.close();
		charges.close();
		expect(meter.figures).toEqual({ requests: costs.length, retries: 0, ...figures });
		expect(charges.estimated).toBe('estimatedCostUsd' in figures ? 0.5 : undefined);
		expect(meter.figures.costUsd).toBe('costUsd' in figures ? figures.costUsd : undefined);
		expect(charges.billed).toBe('costUsd' in figures ? figures.costUsd : 0);
	});
});

describe('an answer that should say what it cost, and does not', () => {
	const receipt = succeeded({});
	const ask = (meter: Meter, assume: () => number | undefined, answer = receipt, estimate?: number) => {
		const charges = new Charges(meter);
		meter.settle(meter.reserve(estimate), answer, charges.of(false, assume, true));
		charges.close();
		charges.close();
		return charges;
	};

	it('is of unknown cost, once', () => {
		const meter = new Meter(1);
		expect(ask(meter, () => undefined).isUnknown).toBe(true);
		expect(meter.figures).toEqual({ requests: 1, retries: 0, unknownCosts: 1 });
		for (const usd of [0, 0.5]) expect(ask(meter, () => undefined, succeeded(costing(usd))).isUnknown).toBe(false);
		expect(meter.figures.unknownCosts).toBe(1);
	});

	it('is known where it can be reckoned; what it may cost beyond that uses up the budget, too', () => {
		const meter = new Meter(1);
		expect(ask(meter, () => 0.1, receipt, 0.7).isUnknown).toBe(false);
		expect(meter.figures).toEqual({ requests: 1, retries: 0, estimatedCostUsd: 0.1, possibleUsd: 0.6 });
		expect(ask(meter, () => 0.3, receipt, 0.1 + 0.2).estimated).toBe(0.3);
		expect(meter.figures).toMatchObject({ estimatedCostUsd: 0.4, possibleUsd: 0.6, budgetReached: 1 });
	});
});

describe('a failure that may be billed', () => {
	const status = (code: number) => ({ kind: 'status', status: code, body: '' }) as const;

	it.each([
		{ kind: 'timeout', seconds: 3 } as const,
		{ kind: 'cut', message: 'x' } as const,
		{ kind: 'lost', seconds: 3 } as const,
		{ kind: 'answer', message: 'x' } as const,
		{ kind: 'stopped' } as const,
		...[500, 504, 520, 524].map(status),
	])('uses up the budget by its estimate, and is not told as billed: %j', (problem) => {
		const meter = new Meter(0.5);
		for (let sent = 0; sent < 2; sent++) {
			expect(meter.exceeded()).toBeUndefined();
			meter.settle(meter.reserve(0.3), failed(problem));
		}
		expect(meter.exceeded()).toEqual({ kind: 'budget', budget: 0.5, spent: 0, possible: 0.6 });
		expect(meter.figures).toEqual({ requests: 2, retries: 0, possibleUsd: 0.6, budgetReached: 0.5 });
	});

	it.each([
		...[400, 429, 503].map(status),
		{ kind: 'refusal', message: 'no' } as const,
		{ kind: 'timeout', seconds: 3, isUnsent: true } as const,
		{ kind: 'stopped', isUnsent: true } as const,
		{ kind: 'network', code: 'ETIMEDOUT', message: '', isUnconnected: true } as const,
	])('is none where it was refused, or not sent whole: %j', (problem) => {
		const meter = new Meter(0.5);
		meter.settle(meter.reserve(0.6), failed(problem));
		expect(meter.figures).toEqual({ requests: 1, retries: 0 });
	});

	it('counts as told where it tells its cost, and as nothing where nobody knows one', () => {
		const meter = new Meter(1);
		meter.settle(meter.reserve(0.3), failed({ kind: 'cut', message: 'x', costUsd: 0.1 }));
		meter.settle(meter.reserve(undefined), failed({ kind: 'timeout', seconds: 3 }));
		expect(meter.figures).toEqual({ requests: 2, retries: 0, costUsd: 0.1 });
	});
});

describe('settings', () => {
	it('have defaults of their own, the timeout by operation', () => {
		expect(readSettings({}, {})).toMatchObject({
			model: '',
			seconds: 300,
			maxRetries: 4,
			maxConcurrency: undefined,
			budget: Infinity,
			isDryRun: false,
		});
		expect(readSettings({ timeout: 1800 }, { options: {} }).seconds).toBe(1800);
	});

	it('are what the user set, a zero too', () => {
		const options = { timeout: 5, maxRetries: 0, maxConcurrency: 1, budgetUsd: 0, dryRun: true, modelVersion: ' v ' };
		expect(readSettings({ timeout: 1800 }, { model: 'a/b', options })).toMatchObject({
			model: 'a/b',
			version: 'v',
			seconds: 5,
			maxRetries: 0,
			maxConcurrency: 1,
			budget: 0,
			isDryRun: true,
		});
	});

	it.each([[null], ['text'], [[]], [{ timeout: 'soon', maxRetries: {}, maxConcurrency: null, dryRun: 'true' }]])(
		'do without the options %j',
		(options) => {
			expect(readSettings({}, { model: 5, options })).toMatchObject({
				model: '',
				seconds: 300,
				maxRetries: 4,
				maxConcurrency: undefined,
				isDryRun: false,
			});
		},
	);
});

describe('a preview', () => {
	const nameOf = () => 'photo.jpg (4 kB)';

	it('shows what would be sent, files by their names', () => {
		const form = { image: { file: 'binary', item: 0, value: 'data' }, candidate_labels: '["a"]' } as const;
		expect(previewOf({ path: '/v1/inference/a/b', query: { version: 'x y&z' }, form }, nameOf)).toEqual({
			method: 'POST',
			path: '/v1/inference/a/b?version=x+y%26z',
			body: { image: 'photo.jpg (4 kB)', candidate_labels: '["a"]' },
		});
	});

	it('shows what stands around a file in a JSON body, where its type is known and fits', () => {
		const file = new InlineFile({ file: 'binary', item: 0, value: 'data' }, ({ mimeType }, base64) => {
			if (!mimeType.startsWith('image/')) throw new InputError('no picture');
			return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${base64}` } };
		});
		const plain = new InlineFile({ file: 'binary', item: 0, value: 'data' });
		const body = (mimeType?: string) =>
			previewOf({ path: '/x', json: { content: ['a', file, plain] } }, nameOf, () => mimeType).body;
		expect(body('image/png')).toEqual({
			content: ['a', { type: 'image_url', image_url: { url: 'photo.jpg (4 kB)' } }, 'photo.jpg (4 kB)'],
		});
		for (const type of ['application/pdf', undefined])
			expect(body(type)).toEqual({ content: ['a', 'photo.jpg (4 kB)', 'photo.jpg (4 kB)'] });
	});

	it('shows a JSON body as it is', () => {
		expect(previewOf({ path: '/x', json: { input: 'a', n: 0 } }, nameOf)).toEqual({
			method: 'POST',
			path: '/x',
			body: { input: 'a', n: 0 },
		});
		expect(previewOf({ method: 'GET', path: '/models/list' }, nameOf)).toMatchObject({
			method: 'GET',
			path: '/models/list',
		});
	});
});

it('a file that could not be had, or an input that cannot be sent, is no request to the service', () => {
	const meter = new Meter(Infinity);
	const source = { kind: 'source', host: 'h', address: 'a', message: 'm', again: 'often' } as const;
	for (const problem of [source, { kind: 'input', message: 'x' } as const, { kind: 'local', message: 'x' } as const])
		meter.settle(meter.reserve(undefined), failed(problem));
	expect(meter.figures.requests).toBe(0);
	meter.settle(meter.reserve(undefined), failed({ kind: 'network', code: 'ECONNRESET', message: 'x' }));
	expect(meter.figures.requests).toBe(1);
});
