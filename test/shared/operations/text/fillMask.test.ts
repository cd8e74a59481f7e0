import type { IDataObject } from 'n8n-workflow';
import { AnswerError, InputError } from '../../../../nodes/shared/core/problem';
import { outputsFor, requestFor, operationOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { freshModel, withOptions } from '../../../support/parameters';
import { onlyItem } from '../../../support/results';
import { answerWith, inferenceRequests, sentJson } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { fillMask } from '../../../../nodes/shared/operations/text/fillMask';
import { testOperation } from '../../../support/operation/suite';
import { findMaskToken, guessMaskToken } from '../../../../nodes/shared/catalog/maskToken';

const subject = testOperation(fillMask, {
	model: 'bert-base-cased',
	tasks: ['fill-mask'],
	parameters: { text: 'I need my [MASK] right now!' },
	required: 'text',
	request: { body: { input: 'I need my [MASK] right now!' }, estimate: /time it runs/ },
	answer: {
		results: [
			{ sequence: 'I need my space right now!', score: 0.1, token: 2000, token_str: 'space' },
			{ sequence: 'I need my help right now!', score: 0.4, token: 1494, token_str: 'help' },
		],
	},
	output: {
		sequence: 'I need my help right now!',
		token: 'help',
		score: 0.4,
		candidates: [
			{ sequence: 'I need my help right now!', token: 'help', score: 0.4 },
			{ sequence: 'I need my space right now!', token: 'space', score: 0.1 },
		],
	},
	names: { parameters: 'text', options: '' },
});

describe('its request and its items', () => {
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
		[[[{ sequence: 'x', token_str: 'x' }]]],
	])('refuses %j', (results) => {
		expect(thrownBy(() => outputsFor(fillMask, { text: '[MASK]' }, { results }))).toBeInstanceOf(AnswerError);
	});
});

describe('in the engine', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());

	/** The body of the only inference request. */
	function sentBody(): IDataObject {
		const requests = inferenceRequests(world.service);
		expect(requests).toHaveLength(1);
		return sentJson(requests[0]);
	}
	describe('the mask of the model', () => {
		it.each(['<mask>', '[MASK]', '<extra_id_0>'])("replaces [MASK] by the model's own token %s", async (maskToken) => {
			answerWith(world.service, subject.answer, maskToken);
			onlyItem(await world.engine.run({ parameters: { ...subject.parameters(), model: freshModel() } }));
			expect(sentBody()).toEqual({ input: `I need my ${maskToken} right now!` });
		});

		it('takes texts that hold the token of the model already', async () => {
			answerWith(world.service, subject.answer, '<mask>');
			onlyItem(
				await world.engine.run({
					parameters: { ...subject.parameters(), model: freshModel(), text: 'I need <mask>.' },
				}),
			);
			expect(sentBody()).toEqual({ input: 'I need <mask>.' });
		});

		it('works when the catalogue is out of order', async () => {
			answerWith(world.service, subject.answer);
			const { reply } = world.service;
			world.service.reply = (request) => (request.method === 'GET' ? { status: 500, body: 'oops' } : reply(request));
			const parameters = withOptions({ ...subject.parameters(), model: freshModel() }, { maxRetries: 0 });
			expect(onlyItem(await world.engine.run({ parameters })).json.token).toBe('help');
			expect(sentBody()).toEqual({ input: 'I need my [MASK] right now!' });
		});
	});

	it('a text without [MASK] is refused', async () => {
		answerWith(world.service, subject.answer);
		const parameters = { ...subject.parameters(), text: 'no gap here' };
		const result = await world.engine.run({ parameters });
		expect(result.error?.message).toMatch(/gap|\[MASK\]/);
		expect(result.error).toMatchObject({ itemIndex: 0 });
		expect(inferenceRequests(world.service)).toEqual([]);
	});
});

describe('masks and candidates', () => {
	const operation = operationOf('text', 'fillMask');

	describe('the mask of a model', () => {
		it.each<[string, string]>([
			['xlm-roberta-base', 'Paris is <mask>'],
			['FacebookAI/roberta-large', 'Paris is <mask>'],
			['camembert-base', 'Paris is <mask>'],
			['facebook/bart-large', 'Paris is <mask>'],
			['google/flan-t5-base', 'Paris is <extra_id_0>'],
			['microsoft/mpnet-base', 'Paris is <mask>'],
			['bert-base-uncased', 'Paris is [MASK]'],
			['microsoft/deberta-v3-base', 'Paris is [MASK]'],
			['albert-base-v2', 'Paris is [MASK]'],
		])('%s is known by its name', (model, input) => {
			expect(requestFor(operation, { model, text: 'Paris is [MASK]' }).json).toEqual({ input });
		});

		it('is that of the model which answers', () => {
			const facts = { name: 'xlm-roberta-base' };
			expect(requestFor(operation, { model: 'bert-base-cased', text: 'a [MASK]' }, facts).json).toEqual({
				input: 'a <mask>',
			});
			expect(requestFor(operation, { model: 'deploy_id:abc', text: 'a [MASK]' }, facts).json).toEqual({
				input: 'a <mask>',
			});
		});

		it.each<[unknown, string | undefined]>([
			[{ mask_token: '<mask>' }, '<mask>'],
			[{ mask_token: null, curl_inv: `-d '{"input":"I need my <mask> now"}'` }, '<mask>'],
			[{ in_schema: { properties: { input: { example: 'a [MASK] b' } } } }, '[MASK]'],
			[{ in_schema: '{"example":"a <|mask|> b"}' }, '<|mask|>'],
			[{ in_fields: [{ name: 'input', examples: ['a <extra_id_0>'] }] }, '<extra_id_0>'],
			[{ curl_inv: 'no gap', in_schema: null }, undefined],
			[{ mask_token: 7, curl_inv: 9 }, undefined],
			[{ curl_inv: `${'x'.repeat(1e6)}<mask>` }, undefined],
			[undefined, undefined],
			[[], undefined],
		])('is read from %.60j as %j', (info, expected) => {
			expect(findMaskToken(info)).toBe(expected);
		});

		it('has a guess for every name', () => {
			for (const name of ['', '/', 'a/b/c', '🤖']) expect(guessMaskToken(name)).toBe('[MASK]');
		});
	});

	describe('several gaps', () => {
		const gap = (...words: Array<[string, number]>) =>
			words.map(([token_str, score]) => ({ token_str, score, sequence: `… ${token_str} …`, token: 1 }));

		it.each([
			['The [MASK] is [MASK]', 'The sky is blue'],
			['The <mask> is <mask>', 'The sky is blue'],
			['[MASK] [MASK]', 'sky blue'],
			['$& [MASK] [MASK]', '$& sky blue'],
		])('%j: a list for each', (text, sequence) => {
			const results = [gap(['sea', 0.2], [' sky', 0.6]), gap(['blue', 0.9], ['red', 0.05])];
			const [output] = outputsFor(operation, { text }, { results });
			expect(output?.json).toMatchObject({
				sequence,
				token: 'sky',
				score: 0.6,
				candidates: [{ token: 'sky' }, { token: 'sea' }],
				gaps: [
					{ token: 'sky', score: 0.6, candidates: [{ token: 'sky' }, { token: 'sea' }] },
					{ token: 'blue', score: 0.9, candidates: [{ token: 'blue' }, { token: 'red' }] },
				],
			});
		});

		it.each([
			['<mask> a <mask> b <mask>', 'sky a blue b <mask>'],
			['[MASK] a <mask> b [MASK] c [MASK]', 'sky a <mask> b blue c [MASK]'],
			['[MASK]', 'sky'],
		])('fills those of %j that it has words for', (text, sequence) => {
			const [output] = outputsFor(operation, { text }, { results: [gap(['sky', 0.6]), gap(['blue', 0.9])] });
			expect(output?.json).toMatchObject({ sequence });
		});

		it.each([[[[], []]], [[[{}], gap(['a', 1])]], [[gap(['a', 1]), 'x']]])('refuses %j', (results) => {
			expect(thrownBy(() => outputsFor(operation, { text: '[MASK] [MASK]' }, { results }))).toBeInstanceOf(AnswerError);
		});
	});
});
