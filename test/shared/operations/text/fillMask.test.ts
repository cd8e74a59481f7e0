import { thrownBy } from '../../../support/work';
import { findMaskToken, guessMaskToken } from '../../../../nodes/shared/catalog/maskToken';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { operationOf, outputsFor, requestFor } from '../../../support/operations';

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

	it.each([[[[], []]], [[[{}], gap(['a', 1])]], [[gap(['a', 1]), 'x']]])('refuses %j', (results) => {
		expect(thrownBy(() => outputsFor(operation, { text: '[MASK] [MASK]' }, { results }))).toBeInstanceOf(AnswerError);
	});
});
