import type { INodeExecutionData } from 'n8n-workflow';
import { withOptions } from '../../support/parameters';
import {
	type Reply,
	answerWith,
	envelope,
	inferenceRequests,
	jsonReply,
	replyWith,
	sentJson,
} from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { answerOf, caseOf, operationCases, type OperationCase } from '../../support/cases';
import { makePng, makeWav } from '../../support/files';

let bench: World;
const filesIn: Record<string, INodeExecutionData> = {};

beforeAll(async () => {
	bench = await openWorld({ asks: 'service' });
	filesIn.image = { json: {}, binary: { data: await bench.engine.binary(makePng(9, 9), 'photo.png', 'image/png') } };
	filesIn.audio = { json: {}, binary: { data: await bench.engine.binary(makeWav(0.1), 'speech.wav', 'audio/wav') } };
});
afterAll(async () => await bench.close());

const cases = operationCases.map((operation) => [operation.name, operation] as const);

async function fail(operation: OperationCase, reply: Reply) {
	answerWith(bench.service, answerOf(operation));
	const { reply: others } = bench.service;
	bench.service.reply = (request) => (request.path.startsWith('/v1/inference/') ? reply : others(request));
	const result = await bench.engine.run({
		parameters: withOptions(operation.parameters, { maxRetries: 0 }),
		items: [filesIn[operation.media ?? ''] ?? { json: {} }],
	});
	expect(result.status).toBe('error');
	expect(result.error).toMatchObject({ itemIndex: 0 });
	const text = `${result.error?.message} ${result.error?.description ?? ''}`;
	expect(text).not.toMatch(/undefined|TypeError|Cannot read|is not iterable|is not a function|\[object Object\]/);
	return text;
}

describe.each(cases)('%s', (_name, operation) => {
	const answer = answerOf(operation);
	const status = (value: string) => ({
		...envelope,
		inference_status: { ...envelope.inference_status, status: value },
	});

	it.each([
		['inference_status failed', () => ({ ...answer, ...status('failed'), detail: 'CUDA out of memory' }), /failed/i],
		['status error', () => ({ ...answer, status: 'error', detail: 'CUDA out of memory' }), /CUDA out of memory/],
		['status cancelled', () => ({ ...answer, status: 'cancelled' }), /cancel/i],
		['status request_moderated', () => ({ ...answer, status: 'request_moderated' }), /moderat|safety/i],
		['an error in a good status', () => ({ error: 'input is too long' }), /input is too long/],
		['a list of errors', () => ({ errors: [{ message: 'input is too long' }] }), /input is too long/],
	])('%s is an error that says so', async (_what, body, words) => {
		expect(await fail(operation, jsonReply(body()))).toMatch(words);
	});

	it.each<[string, Reply]>([
		['empty', { body: '' }],
		['HTML', { body: '<html><body>Bad gateway</body></html>', contentType: 'text/html' }],
		['text that is not JSON', { body: 'OK' }],
		['JSON that ends early', { body: JSON.stringify(answer).slice(0, -5) }],
		['cut off by a broken connection', { body: JSON.stringify(answer), cutAfter: 20 }],
		['null', { body: 'null' }],
		['an array', { body: '[]' }],
		['a text', { body: '"fine"' }],
		['a number', { body: '42' }],
		['an empty object', { body: '{}' }],
	])('an answer that is %s is a clear error', async (_what, reply) => {
		expect(await fail(operation, reply)).toMatch(/DeepInfra|connection|answer/i);
	});

	it.each([null, 'text', 7, {}, [null], [7], ['text'], [{}], [[]], [{ label: 5, score: 'high', box: [] }]])(
		'the wrong shape %j in every field is a clear error',
		async (wrong) => {
			const keys = [...Object.keys(operation.result), 'results', 'images', 'output'];
			const body = { ...Object.fromEntries(keys.map((key) => [key, wrong])), ...envelope };
			if (operation.media === 'audio' && wrong === 'text') return; // a transcription's text is a text
			expect(await fail(operation, jsonReply(body))).toMatch(/DeepInfra|answer|image/i);
		},
	);

	it.each([
		[{ detail: { error: 'the words of the API' } }],
		[{ error: 'the words of the API' }],
		[{ detail: 'the words of the API' }],
		[{ error: { message: 'the words of the API', type: 'x', param: null, code: null } }],
		[{ detail: [{ loc: ['body', 'input'], msg: 'the words of the API', type: 'value_error' }] }],
		[{ errors: [{ message: 'the words of the API' }] }],
	])('passes the words of %j on', async (body) => {
		expect(await fail(operation, jsonReply(body, 400))).toContain('the words of the API');
	});

	it.each([401, 402, 403, 404, 405, 413, 422, 423, 429, 500, 503])(
		'status %d without a body is named',
		async (code) => {
			expect(await fail(operation, { status: code, body: '' })).toMatch(/[a-z]{4,}/i);
			expect(inferenceRequests(bench.service)).toHaveLength(1);
		},
	);
});

describe('failed items', () => {
	const operation = caseOf('text: classify');
	const parameters = withOptions({ ...operation.parameters, text: '={{ $json.text }}' }, { maxRetries: 0 });
	const items = ['good 0', 'bad 1', 'good 2', 'bad 3', 'good 4'].map((text) => ({ json: { text } }));

	/** Bad texts are refused; the first ones are answered last. */
	function answerByText() {
		replyWith(bench.service, (request) => {
			const text = String(sentJson(request).input);
			return text.startsWith('bad')
				? jsonReply({ detail: { error: `cannot read ${text}` } }, 400)
				: jsonReply({ results: [{ label: text, score: 1 }], ...envelope });
		});
	}

	it('go to the error output, paired; the others come out in order', async () => {
		answerByText();
		const result = await bench.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.status).toBe('success');
		expect(result.items.map(({ json, pairedItem }) => [json.label, pairedItem])).toEqual([
			['good 0', { item: 0 }],
			['good 2', { item: 2 }],
			['good 4', { item: 4 }],
		]);
		expect(result.errorItems.map(({ json, pairedItem }) => [Object.keys(json), pairedItem])).toEqual([
			[['text', 'error'], { item: 1 }],
			[['text', 'error'], { item: 3 }],
		]);
		expect(result.errorItems[0]?.json.error).toContain('cannot read bad 1');
		expect(result.errorItems[1]?.json.error).toContain('cannot read bad 3');
	});

	it('stay in their place with continue on fail', async () => {
		answerByText();
		const result = await bench.engine.run({ parameters, items, onError: 'continueRegularOutput' });
		expect(result.status).toBe('success');
		expect(result.items.map(({ json }) => json.label ?? json.error)).toEqual([
			'good 0',
			expect.stringContaining('cannot read bad 1'),
			'good 2',
			expect.stringContaining('cannot read bad 3'),
			'good 4',
		]);
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(Object.keys(result.items[1]?.json ?? {})).toEqual(['error']);
	});

	it('end the run otherwise, with the item and what the API said', async () => {
		answerByText();
		const result = await bench.engine.run({ parameters, items: items.slice(0, 2) });
		expect(result).toMatchObject({ status: 'error', items: [], errorItems: [] });
		expect(result.error).toMatchObject({ name: 'NodeApiError', itemIndex: 1, httpCode: '400' });
		expect(`${result.error?.message} ${result.error?.description}`).toContain('cannot read bad 1');
	});
});

describe('the API key', () => {
	it('is sent once when it is wrong, and never shown', async () => {
		const operation = caseOf('text: classify');
		bench.service.requests.length = 0;
		const apiKey = 'sEcReTsEcReT';
		bench.service.reply = ({ headers }) => jsonReply({ detail: `no such key: ${headers.authorization}` }, 401);
		const result = await bench.engine.run({ parameters: operation.parameters, credentials: { apiKey } });
		expect(result.status).toBe('error');
		expect(inferenceRequests(bench.service)).toHaveLength(1);
		expect(JSON.stringify(result)).not.toContain(apiKey);
	});

	it('is missed before any request when it is empty', async () => {
		const operation = caseOf('text: classify');
		answerWith(bench.service, answerOf(operation));
		for (const apiKey of ['', '  ', 'Bearer ']) {
			const result = await bench.engine.run({ parameters: operation.parameters, credentials: { apiKey } });
			expect(result.status).toBe('error');
			expect(`${result.error?.message} ${result.error?.description}`).toMatch(/key/i);
			expect(bench.service.requests).toEqual([]);
		}
	});
});
