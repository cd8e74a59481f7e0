import { apiNames, formRequest, isRepeatable, jsonRequest } from '../../../nodes/shared/core/request';
import { Exact } from '../../../nodes/shared/core/exact';
import { InputError } from '../../../nodes/shared/core/problem';
import { thrownBy } from '../../support/work';

const input = { model: 'owner/name', options: {} };
const file = { file: 'url', url: 'https://a.b/c.png' } as const;

describe('a request in JSON', () => {
	it('leaves out what is not set, and nothing else', () => {
		const body = { a: 0, b: false, c: ' ', d: [0], e: {}, f: '', g: null, h: undefined, i: [] };
		expect(jsonRequest(input, body)).toEqual({
			path: '/v1/inference/owner/name',
			query: undefined,
			json: { a: 0, b: false, c: ' ', d: [0], e: {} },
		});
	});

	it('names the version and the webhook', () => {
		const options = { modelVersion: ' abc ', webhook: ' https://n8n.example.com/hook?a=b ' };
		expect(jsonRequest({ ...input, options }, {})).toMatchObject({
			query: { version: 'abc' },
			json: { webhook: 'https://n8n.example.com/hook?a=b' },
		});
	});

	it('takes fields that the form does not know, and lets them win', () => {
		const options = { extraFields: { scheduler: 'K_EULER', seed: 0, prompt: 'other' } };
		expect(jsonRequest({ ...input, options }, { prompt: 'x', seed: 5 }).json).toEqual({
			prompt: 'other',
			scheduler: 'K_EULER',
			seed: 0,
		});
	});

	it.each(['example.com', 'ftp://a.b', 'https://', 'https:///x', 'javascript:alert(1)', 'http:/x'])(
		'refuses the webhook %s',
		(webhook) => {
			expect(thrownBy(() => jsonRequest({ ...input, options: { webhook } }, {}))).toBeInstanceOf(InputError);
		},
	);
});

describe('a form', () => {
	it('has strings raw, all else as JSON, and its file as it is', () => {
		expect(
			formRequest(
				input,
				{ image: file },
				{ candidate_labels: ['cat', '狗'], language: 'en', temperature: 0, empty: '' },
			),
		).toEqual({
			path: '/v1/inference/owner/name',
			query: undefined,
			form: { image: file, candidate_labels: '["cat","狗"]', language: 'en', temperature: '0' },
		});
	});
});

describe('names', () => {
	it('are those of the API', () => {
		expect(
			apiNames({ maxNewTokens: 5, topP: undefined, chunkLengthS: 3, other: 1 }, 'maxNewTokens', 'topP', 'chunkLengthS'),
		).toEqual({
			max_new_tokens: 5,
			top_p: undefined,
			chunk_length_s: 3,
		});
	});
});

describe('a request', () => {
	it.each<[unknown, boolean]>([
		[{ json: { temperature: 0 } }, true],
		[{ json: { temperature: '0.0', seed: '' } }, true],
		[{ json: { temperature: 0.1 } }, false],
		[{ json: { temperature: 1, seed: 0 } }, true],
		[{ json: { temperature: '' } }, false],
		[{ json: { seed: new Exact('18446744073709551615') } }, true],
		[{ json: { seed: new Exact('-18446744073709551615') } }, false],
		[{ json: { seed: -1 } }, false],
		[{ json: { seed: null } }, false],
		[{ json: {} }, false],
		[{}, false],
		[{ form: { seed: '5' } }, true],
		[{ form: { seed: ' -1' } }, false],
		[{ form: { temperature: '0', image: file } }, true],
	])('%j leaves nothing to chance: %s', (request, repeatable) =>
		expect(isRepeatable({ path: '/v1/x', ...Object(request) })).toBe(repeatable),
	);

	it('without a temperature has the usual one', () => {
		expect(isRepeatable({ path: '/v1/x', json: {} }, 0)).toBe(true);
		expect(isRepeatable({ path: '/v1/x', form: { temperature: '0.2' } }, 0)).toBe(false);
	});
});
