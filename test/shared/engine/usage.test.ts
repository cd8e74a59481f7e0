import { costInText, reused, usageOf, usageOfAll, usageOfItem, type Usage } from '../../../nodes/shared/engine/usage';

describe('what a request cost', () => {
	it('is read from the envelope', () => {
		const answer = {
			request_id: 'R7',
			inference_status: { status: 'succeeded', runtime_ms: 228, cost: 0.000114, tokens_generated: 5, tokens_input: 7 },
		};
		expect(usageOf(answer, 'm', 2)).toEqual({
			model: 'm',
			requestId: 'R7',
			costUsd: 0.000114,
			runtimeMs: 228,
			inputTokens: 7,
			outputTokens: 5,
			attempts: 2,
		});
	});

	it('is read from numbers that are texts, and from the places beside the envelope', () => {
		expect(
			usageOf({ inference_status: { cost: '0.5', tokens_input: null }, num_input_tokens: 3, num_tokens: '4' }, 'm', 1),
		).toEqual({
			model: 'm',
			costUsd: 0.5,
			inputTokens: 3,
			outputTokens: 4,
			attempts: 1,
		});
		expect(usageOf({ input_tokens: 9, inference_status: {} }, 'm', 1)).toEqual({
			model: 'm',
			inputTokens: 9,
			attempts: 1,
		});
	});

	it.each([
		[{ inference_status: { tokens_input: 0 }, input_tokens: 12 }, { inputTokens: 12 }],
		[{ inference_status: { tokens_input: 0 }, num_input_tokens: '31', input_tokens: 12 }, { inputTokens: 31 }],
		[{ inference_status: { tokens_input: 4 }, input_tokens: 12 }, { inputTokens: 4 }],
		[{ inference_status: { tokens_generated: 0 }, num_tokens: 7 }, { outputTokens: 7 }],
		[{ inference_status: { tokens_input: 0 }, input_tokens: null }, { inputTokens: 0 }],
	])('a place that counts nothing gives way to one that does: %j', (answer, counts) => {
		expect(usageOf(answer, 'm', 1)).toEqual({ model: 'm', attempts: 1, ...counts });
	});

	it('keeps a cost of nothing', () => {
		expect(usageOf({ inference_status: { cost: 0, tokens_input: 0 } }, 'm', 1)).toMatchObject({
			costUsd: 0,
			inputTokens: 0,
		});
	});

	it.each([
		[null],
		[undefined],
		['text'],
		[[]],
		[{ cost: null, runtime_ms: 'soon', tokens_input: {} }],
		[{ cost: NaN }],
	])('is nothing in the envelope %j', (inference_status) => {
		expect(usageOf({ inference_status, request_id: null }, 'm', 1)).toEqual({ model: 'm', attempts: 1 });
	});
});

describe('a cost in words', () => {
	const read = (cost: unknown) => usageOf({ inference_status: { cost } }, 'm', 1).costUsd;

	it.each([
		['$1,234.5', 1234.5],
		['US$ 1,234,567', 1_234_567],
		['1,234 USD', 1234],
		['1,50 USD', 1.5],
		['1,5 $', 1.5],
		['1.234,50', 1234.5],
		['0,000114', 0.000114],
		['0,123', 0.123],
		['1.234', 1.234],
		['$.5', 0.5],
		['2e-3 USD', 0.002],
		['0 USD', 0],
	])('%s', (cost, expected) => {
		expect(read(cost)).toBe(expected);
		expect(costInText(`{"results":[],"inference_status":{"runtime_ms":1,"cost":"${cost}","x":"`)).toBe(expected);
		expect(costInText(`{"usage":{"estimated_cost": "${cost}"`)).toBe(expected);
	});

	it.each(['free', '', '$', 'USD', ',', '1,', ',5', '-1,50', '$-1', '1,23,456', '1.2.3', '1,234.5.6', 'NaN', '1,5,0'])(
		'is none: %j',
		(cost) => {
			expect(read(cost)).toBeUndefined();
			expect(costInText(`{"inference_status":{"cost":"${cost}"`)).toBeUndefined();
		},
	);

	it('is read up to where the answer breaks off, a number that may go on not', () => {
		expect(costInText('{"inference_status":{"cost":0.5,"tok')).toBe(0.5);
		expect(costInText('{"inference_status":{"cost":0.5')).toBeUndefined();
		expect(costInText('{"inference_status":{"cost":"1,5')).toBeUndefined();
	});
});

describe("what a route with OpenAI's shapes cost", () => {
	const answer = {
		id: 'chatcmpl-9',
		usage: {
			prompt_tokens: 30,
			completion_tokens: 12,
			estimated_cost: 0.0000042,
			prompt_tokens_details: { cached_tokens: 16 },
			completion_tokens_details: { reasoning_tokens: 5 },
		},
	};

	it('is read from its usage', () => {
		expect(usageOf(answer, 'm', 1)).toEqual({
			model: 'm',
			requestId: 'chatcmpl-9',
			costUsd: 0.0000042,
			inputTokens: 30,
			outputTokens: 12,
			cachedTokens: 16,
			reasoningTokens: 5,
			attempts: 1,
		});
	});

	it.each([[{}], [{ prompt_tokens_details: null, estimated_cost: 'free' }], [{ completion_tokens_details: [1] }]])(
		'is what is known in %j',
		(usage) => expect(usageOf({ usage }, 'm', 1)).toEqual({ model: 'm', attempts: 1 }),
	);

	it('adds up over all answers that one result took, and the last one tells the rest', () => {
		const last = { id: 'chatcmpl-10', usage: { prompt_tokens: 1, estimated_cost: 0.5 } };
		expect(usageOfAll([answer, { status: 'running' }, last], 'm', 3)).toEqual({
			model: 'm',
			requestId: 'chatcmpl-10',
			costUsd: 0.5000042,
			inputTokens: 31,
			outputTokens: 12,
			cachedTokens: 16,
			reasoningTokens: 5,
			attempts: 3,
		});
	});
});

describe('shares and sums', () => {
	const usage = {
		model: 'm',
		requestId: 'R',
		costUsd: 0.3,
		runtimeMs: 5,
		inputTokens: 30,
		outputTokens: 3,
		attempts: 2,
	};
	const one = { usage, share: 1 };

	it('a share has its part of the cost and no tokens', () => {
		const share = { model: 'm', requestId: 'R', costUsd: 0.1, runtimeMs: 5, attempts: 2 };
		expect(usageOfItem([{ usage, share: 1 / 3 }])).toEqual(share);
		expect(usageOfItem([{ usage: { model: 'm', attempts: 1 }, share: 0.5 }])).toEqual({ model: 'm', attempts: 1 });
	});

	it('all shares of a request are the whole of it, tokens included', () => {
		const all = Array.from({ length: 3 }, () => ({ usage, share: 1 / 3 }));
		expect(usageOfItem(all)).toEqual({ ...usage, costUsd: expect.closeTo(0.3) });
		const split = { usage: { ...usage, inputTokens: 12 }, share: 1 };
		expect(usageOfItem([...all, split])).toMatchObject({ inputTokens: 42, costUsd: expect.closeTo(0.6) });
	});

	it('a sum is known only when every part is', () => {
		expect(usageOfItem([one, { usage: { ...usage, costUsd: 0.2, attempts: 5 }, share: 1 }])).toMatchObject({
			costUsd: 0.5,
			inputTokens: 60,
			outputTokens: 6,
			attempts: 5,
		});
		expect(usageOfItem([one, { usage: { model: 'm', attempts: 1 }, share: 1 }])).toEqual({
			model: 'm',
			requestId: 'R',
			runtimeMs: 5,
			attempts: 2,
		});
	});

	it('of one is that one, of none is none', () => {
		expect(usageOfItem([one])).toEqual(usage);
		expect(usageOfItem([])).toBeUndefined();
	});
});

describe('an item of several requests', () => {
	const told = (more: Partial<Usage>): Usage => ({
		model: 'm',
		attempts: 1,
		costUsd: 0.1,
		runtimeMs: 10,
		inputTokens: 100,
		outputTokens: 10,
		cachedTokens: 7,
		reasoningTokens: 3,
		...more,
	});
	const whole = (usage: Usage) => ({ usage, share: 1 });

	it('has the tokens of all of them, cached ones and those of thoughts, too', () => {
		expect(usageOfItem([whole(told({})), whole(told({ cachedTokens: 2 })), whole(told({}))])).toEqual({
			...told({
				costUsd: 0.3,
				runtimeMs: 30,
				inputTokens: 300,
				outputTokens: 30,
				cachedTokens: 16,
				reasoningTokens: 9,
			}),
		});
		expect(usageOfItem([whole(told({})), whole(told({ reasoningTokens: undefined }))])).not.toHaveProperty(
			'reasoningTokens',
		);
	});

	it('has none of a part that is equal to one which has paid', () => {
		const parts = [whole(told({})), reused(whole(told({}))), reused(whole(told({ costUnknown: true })))];
		for (const shares of [parts, [...parts].reverse()]) expect(usageOfItem(shares)).toEqual(told({}));
	});

	it('has none of a request that it shares, however often its texts occur', () => {
		const usage = told({});
		const third = { usage, share: 1 / 3 };
		expect(usageOfItem([third, third, reused(third)])).toEqual({
			model: 'm',
			attempts: 1,
			costUsd: expect.closeTo(0.2 / 3),
			runtimeMs: 10,
		});
		const half = { usage, share: 1 / 2 };
		expect(usageOfItem([half, half, reused(half)])).toEqual(usage);
	});

	it('tells of the part that another model answered', () => {
		const moved = { model: 'b', requestedModel: 'm', fallbackReason: "'m' is too busy" };
		for (const shares of [
			[told({}), told(moved)],
			[told(moved), told({})],
		])
			expect(usageOfItem(shares.map(whole))).toMatchObject(moved);
	});
});

describe('a cost that no answer tells', () => {
	const answers = [{ data: [] }];

	it('is what the request is thought to have cost', () => {
		expect(usageOfAll(answers, 'm', 1, 0.02)).toEqual({ model: 'm', estimatedCostUsd: 0.02, attempts: 1 });
		const told = [{ inference_status: { cost: 0.01 } }];
		expect(usageOfAll(told, 'm', 1, 0.02)).toEqual({ model: 'm', costUsd: 0.01, attempts: 1 });
	});

	it.each<[string, unknown[], object]>([
		['a receipt says 0 and the end nothing', [{ inference_status: { cost: 0 } }, {}], { estimatedCostUsd: 0.02 }],
		['the end says 0', [{}, { inference_status: { cost: 0 } }], { costUsd: 0 }],
		[
			'a receipt says 0 of what is worked on',
			[{ status: 'in_progress', usage: { estimated_cost: 0 } }],
			{ estimatedCostUsd: 0.02 },
		],
		['a receipt says what it will cost', [{ status: 'queued', inference_status: { cost: 0.3 } }, {}], { costUsd: 0.3 }],
	])('is what the job is thought to have cost where %s', (_, told, cost) => {
		expect(usageOfAll([told as Array<Record<string, unknown>>], 'm', 1, 0.02)).toEqual({
			model: 'm',
			...cost,
			attempts: 1,
		});
	});

	it('is shared by the parts of a request, and added up over several', () => {
		const usage = usageOfAll(answers, 'm', 1, 0.02);
		expect(usageOfItem([{ usage, share: 0.5 }])).toEqual({ model: 'm', estimatedCostUsd: 0.01, attempts: 1 });
		const other = usageOfAll(answers, 'm', 1, 0.03);
		expect(usageOfItem([usage, other].map((each) => ({ usage: each, share: 1 })))).toMatchObject({
			estimatedCostUsd: 0.05,
		});
	});

	it('makes the sum an estimate, where other parts were told', () => {
		const told = usageOfAll([{ inference_status: { cost: 0.01 } }], 'm', 1);
		const parts = [told, usageOfAll(answers, 'm', 1, 0.02)].map((usage) => ({ usage, share: 1 }));
		expect(usageOfItem(parts)).toEqual({ model: 'm', estimatedCostUsd: 0.03, attempts: 1 });
		const unknown = { usage: usageOfAll(answers, 'm', 1), share: 1 };
		expect(usageOfItem([...parts, unknown])).toEqual({ model: 'm', attempts: 1 });
	});

	it('is none for a part that is equal to one which has paid', () => {
		const share = { usage: usageOfAll(answers, 'm', 1, 0.02), share: 1 };
		expect(usageOfItem([reused(share)])).toEqual({ model: 'm', costUsd: 0, attempts: 1, reused: true });
	});
});

describe('a cost that nobody knows', () => {
	const unknown = usageOfAll([{ id: 'c' }], 'm', 1, undefined, true);

	it('is said, also where another part tells its own', () => {
		expect(unknown).toEqual({ model: 'm', attempts: 1, costUnknown: true });
		const told = usageOfAll([{ inference_status: { cost: 0.1 } }], 'm', 1);
		for (const parts of [
			[told, unknown],
			[unknown, told],
		])
			expect(usageOfItem(parts.map((usage) => ({ usage, share: 1 })))).toEqual({
				model: 'm',
				attempts: 1,
				costUnknown: true,
			});
		expect(usageOfAll([{ inference_status: { cost: 0.1 } }, {}], 'm', 1, undefined, true)).toMatchObject({
			costUsd: 0.1,
			costUnknown: true,
		});
	});

	it('is none of an equal item, which pays nothing', () => {
		expect(usageOfItem([reused({ usage: unknown, share: 1 })])).toEqual({
			model: 'm',
			attempts: 1,
			costUsd: 0,
			reused: true,
		});
	});
});
