import { AnswerError, InputError } from '../../../../nodes/shared/core/problem';
import { operationOf, outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';

const generate = operationOf('text', 'generate');
const classify = operationOf('text', 'classify');
const classifyTokens = operationOf('text', 'classifyTokens');
const fillMask = operationOf('text', 'fillMask');
const LONG = '好'.repeat(1_000_000);

describe('text: generate', () => {
	it('sends what the user set under the names of the API', () => {
		const options = {
			promptFormat: 'raw',
			maxNewTokens: '64',
			temperature: 0,
			topP: 1,
			topK: 5,
			repetitionPenalty: 1.1,
			presencePenalty: -1,
			frequencyPenalty: 0,
			numResponses: 2,
			stop: ['###', ''],
			responseFormat: 'json_object',
		};
		expect(requestFor(generate, { prompt: 'Hi', options }).json).toEqual({
			input: 'Hi',
			max_new_tokens: 64,
			temperature: 0,
			top_p: 1,
			top_k: 5,
			repetition_penalty: 1.1,
			presence_penalty: -1,
			frequency_penalty: 0,
			num_responses: 2,
			stop: ['###'],
			response_format: { type: 'json_object' },
		});
	});

	it.each([['模型 🤖 \u0000\u202e'], ['"}{'], [LONG]])('sends %.20s untouched', (prompt) => {
		expect(requestFor(generate, { prompt, options: { promptFormat: 'raw' } }).json?.input === prompt).toBe(true);
	});

	it('gives the text, an empty one too', () => {
		expect(outputsFor(generate, { prompt: 'x' }, { results: [{ generated_text: '', extra: 1 }], more: null })).toEqual([
			{ json: { text: '' } },
		]);
	});

	it('gives an item for each response when several were asked for', () => {
		const results = ['a', 'b'].map((generated_text) => ({ generated_text }));
		expect(outputsFor(generate, { prompt: 'x', options: { numResponses: 3 } }, { results })).toEqual([
			{ json: { text: 'a', index: 0 } },
			{ json: { text: 'b', index: 1 } },
		]);
		expect(outputsFor(generate, { prompt: 'x', options: { numResponses: 1 } }, { results })).toEqual([
			{ json: { text: 'a' } },
		]);
	});

	it.each([
		[undefined],
		[null],
		[[]],
		[[null]],
		[[{}]],
		[[{ generated_text: null }]],
		[[{ generated_text: 5 }]],
		['text'],
		[{}],
	])('refuses the results %j', (results) => {
		expect(thrownBy(() => outputsFor(generate, { prompt: 'x' }, { results }))).toBeInstanceOf(AnswerError);
	});

	it('refuses an answer without any of the responses that were asked for', () => {
		expect(
			thrownBy(() => outputsFor(generate, { prompt: 'x', options: { numResponses: 2 } }, { results: [] })),
		).toBeInstanceOf(AnswerError);
	});
});

describe('text: classify', () => {
	it('gives the best label and all of them', () => {
		expect(requestFor(classify, { text: 'Shares rose' }).json).toEqual({ input: 'Shares rose' });
		const results = [
			{ label: 'negative', score: 0.1 },
			{ label: 'positive', score: '0.9' },
		];
		expect(outputsFor(classify, { text: 'x' }, { results })).toEqual([
			{
				json: {
					label: 'positive',
					score: 0.9,
					labels: [
						{ label: 'positive', score: 0.9 },
						{ label: 'negative', score: 0.1 },
					],
					scores: { positive: 0.9, negative: 0.1 },
				},
			},
		]);
	});

	it.each([[undefined], [[]], [[{ label: 'x' }]], [[{ label: null, score: 1 }]], [[{ label: 'x', score: null }]]])(
		'refuses %j',
		(results) => {
			expect(thrownBy(() => outputsFor(classify, { text: 'x' }, { results }))).toBeInstanceOf(AnswerError);
		},
	);
});

describe('text: classifyTokens', () => {
	it('gives the entities in the order of the text', () => {
		const results = [
			{ entity_group: 'PER', word: 'John', score: 0.9, start: 11, end: '15' },
			{ entity: 'B-LOC', word: null, score: '0.5', start: null },
			{ label: 'ORG', score: 1, index: 3 },
		];
		expect(outputsFor(classifyTokens, { text: 'My name is John' }, { results })).toEqual([
			{
				json: {
					text: 'My name is John',
					entities: [
						{ label: 'PER', word: 'John', score: 0.9, start: 11, end: 15 },
						{ label: 'LOC', word: '', score: 0.5, start: undefined, end: undefined },
						{ label: 'ORG', word: '', score: 1, start: undefined, end: undefined },
					],
				},
			},
		]);
	});

	it('gives an item without entities when there are none', () => {
		expect(outputsFor(classifyTokens, { text: 'x' }, { results: [] })).toEqual([{ json: { text: 'x', entities: [] } }]);
	});

	it.each([[undefined], [{}], [[[]]], [[{ score: 1 }]], [[{ entity_group: 'x' }]], [[{ entity_group: 5, score: 1 }]]])(
		'refuses %j',
		(results) => {
			expect(thrownBy(() => outputsFor(classifyTokens, { text: 'x' }, { results }))).toBeInstanceOf(AnswerError);
		},
	);
});

describe('text: fillMask', () => {
	it.each<[string, string | undefined, string]>([
		['I need my [MASK] now', '<mask>', 'I need my <mask> now'],
		['I need my [MASK] now', undefined, 'I need my [MASK] now'],
		['[MASK] and [MASK]', '<extra_id_0>', '<extra_id_0> and <extra_id_0>'],
		['I need my <mask> now', '<mask>', 'I need my <mask> now'],
		['I need my <mask> now', undefined, 'I need my <mask> now'],
		['cost: [MASK]', '$&', 'cost: $&'],
	])('sends %j to a model whose mask is %j as %j', (text, maskToken, input) => {
		expect(requestFor(fillMask, { text }, { maskToken }).json).toEqual({ input });
	});

	it.each<[string, string | undefined]>([
		['no gap', undefined],
		['no gap', '<mask>'],
		['[mask]', undefined],
		['the wrong <mask>', '[MASK]'],
	])('refuses %j for a model whose mask is %j', (text, maskToken) => {
		const error = thrownBy(() => requestFor(fillMask, { text }, { maskToken }));
		expect(error).toBeInstanceOf(InputError);
		expect(error).toMatchObject({ message: "'Text' has no gap", advice: expect.stringContaining('[MASK]') });
	});

	it('gives the best candidate and all of them', () => {
		const results = [
			{ sequence: 'a b', token_str: ' b', score: '0.2', token: 5 },
			{ sequence: 'a c', token_str: 'c', score: 0.7 },
		];
		expect(outputsFor(fillMask, { text: '[MASK]' }, { results })).toEqual([
			{
				json: {
					sequence: 'a c',
					token: 'c',
					score: 0.7,
					candidates: [
						{ sequence: 'a c', token: 'c', score: 0.7 },
						{ sequence: 'a b', token: 'b', score: 0.2 },
					],
				},
			},
		]);
	});

	it.each([
		[undefined],
		[[]],
		[[{}]],
		[[{ sequence: 'x', token_str: 'x' }]],
		[[{ sequence: 'x', score: 1 }]],
		[[[{ sequence: 'x', token_str: 'x', score: 1 }]]],
	])('refuses %j', (results) => {
		expect(thrownBy(() => outputsFor(fillMask, { text: '[MASK]' }, { results }))).toBeInstanceOf(AnswerError);
	});
});
