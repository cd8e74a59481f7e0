import { omit } from '../../../nodes/shared/core/values';
import { modelId, withOptions } from '../../support/parameters';
import { answerWith, envelope, inferenceRequests, jsonReply, replyWith, sentJson } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { subjectOf } from '../../support/operation/registry';
import { TAKEN_WORDS } from '../../support/takenWords';

let bench: World;
beforeAll(async () => {
	bench = await openWorld({ asks: 'service' });
});
afterAll(async () => await bench.close());

describe('failed items', () => {
	const operation = subjectOf('text: classify');
	const parameters = withOptions({ ...operation.parameters(), text: '={{ $json.text }}' }, { maxRetries: 0 });
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
		const beside = await bench.engine.run({
			parameters: { ...parameters, includeOtherFields: true },
			items: items.map(({ json }, id) => ({ json: { ...json, id, error: 'of the row' } })),
			onError: 'continueRegularOutput',
		});
		expect(beside.items[3]?.json).toEqual({
			text: 'bad 3',
			id: 3,
			error: expect.stringContaining('cannot read bad 3'),
		});
		expect(beside.hints.map(({ message }) => message).join()).toMatch(/2 failed/);
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
		const operation = subjectOf('text: classify');
		bench.service.requests.length = 0;
		const apiKey = 'sEcReTsEcReT';
		bench.service.reply = ({ headers }) => jsonReply({ detail: `no such key: ${headers.authorization}` }, 401);
		const result = await bench.engine.run({ parameters: operation.parameters(), credentials: { apiKey } });
		expect(result.status).toBe('error');
		expect(inferenceRequests(bench.service)).toHaveLength(1);
		expect(JSON.stringify(result)).not.toContain(apiKey);
	});

	it('is missed before any request when it is empty', async () => {
		const operation = subjectOf('text: classify');
		answerWith(bench.service, operation.answer);
		for (const apiKey of ['', '  ', 'Bearer ']) {
			const result = await bench.engine.run({ parameters: operation.parameters(), credentials: { apiKey } });
			expect(result.status).toBe('error');
			expect(`${result.error?.message} ${result.error?.description}`).toMatch(/key/i);
			expect(bench.service.requests).toEqual([]);
		}
	});
});

describe("words that n8n takes for its own, in a service's text or a name", () => {
	const said = (word: string) => `worker 7: connect ${word} 10.0.0.3:50051, give up`;

	it.each<[string, number, (words: string) => unknown]>([
		['text: classify', 400, (error) => ({ detail: { error } })],
		['embedding: create', 500, (error) => ({ error })],
		['image: detectObjects', 422, (message) => ({ error: { message } })],
		['text: generate', 200, (error) => ({ inference_status: { status: 'failed', error } })],
		['chat: complete', 403, (message) => ({ error: { message } })],
		['audio: synthesize', 502, (detail) => ({ detail })],
		['text: rerank', 200, (error) => ({ error })],
		['video: generate', 413, (message) => ({ message })],
	])('%s with status %i keep item and advice', async (name, status, bodyOf) => {
		const subject = subjectOf(name);
		const items = await subject.items(bench.engine);
		for (const [index, word] of TAKEN_WORDS.entries()) {
			bench.service.requests.length = 0;
			bench.service.reply = (request) =>
				subject.asks(request) ? jsonReply(bodyOf(said(word)), status) : { status: 404, body: '' };
			const own = omit(withOptions(subject.parameters(), { maxRetries: 0 }), 'includeOtherFields');
			const isLast = index % 2 === 0;
			const result = await bench.engine.run({
				parameters: own,
				items,
				onError: isLast ? 'stopWorkflow' : 'continueErrorOutput',
			});
			const text = result.error?.message ?? String(result.errorItems[0]?.json.error);
			expect(text).toContain(said(word));
			expect(text).toMatch(isLast ? / \[item 0\]$/ : / \[item 0\]\. .+\.$/);
			if (isLast) expect(result.error?.description).toMatch(/\w+ \w+/);
		}
	});

	it.each(['owner/ENOENT-7B', 'FreeAccess/eperm', 'etimedout/model'])('the model %s keeps its name', async (model) => {
		for (const name of ['text: classify', 'chat: complete']) {
			const subject = subjectOf(name);
			bench.service.reply = ({ method }) => ({
				status: 404,
				body: method === 'POST' ? '{"error":"Model not found"}' : '',
			});
			const own = omit(subject.parameters(), 'includeOtherFields');
			const { error } = await bench.engine.run({ parameters: { ...own, model: modelId(model) } });
			expect(error?.message).toBe(`DeepInfra has no model '${model}': Model not found [item 0]`);
			expect(error?.description).toMatch(/Choose a model from the list/);
		}
	});

	it.each(['ENOENT', 'ECONNREFUSED report', 'eacces'])("a file's and a field's name '%s' stay, too", async (word) => {
		const subject = subjectOf('image: classify');
		const own = omit(subject.parameters(), 'includeOtherFields');
		const missing = await bench.engine.run({ parameters: { ...own, inputDataFieldName: word } });
		expect(missing.error?.message).toBe(`The input item has no file in the field '${word}' [item 0]`);
		const page = await bench.engine.binary(Buffer.from('<!DOCTYPE html><html></html>'), `${word}.png`, 'image/png');
		const { error } = await bench.engine.run({ parameters: own, items: [{ json: {}, binary: { data: page } }] });
		expect(error?.message).toContain(`${word}.png`);
		expect(error?.message).toMatch(/ \[item 0\]$/);
	});
});
