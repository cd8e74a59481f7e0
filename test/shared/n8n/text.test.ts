import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { freshModel, modelId, withOptions } from '../../support/parameters';
import { itemsOf, onlyItem, stored } from '../../support/results';
import { answerWith, envelope, inferenceRequests, jsonReply, replyWith, sentJson } from '../../support/service';
import { type World, openWorld } from '../../support/world';
import { answerOf, caseOf } from '../../support/cases';

let bench: World;
beforeAll(async () => (bench = await openWorld({ binaryMode: 'default', asks: 'service' })));
afterAll(async () => await bench.close());

/** The body of the only inference request. */
function sentBody(): IDataObject {
	const requests = inferenceRequests(bench.service);
	expect(requests).toHaveLength(1);
	return sentJson(requests[0]);
}

describe('text: generate', () => {
	const operation = caseOf('text: generate');

	async function sent(options: INodeParameters, prompt = 'Hello!') {
		answerWith(bench.service, answerOf(operation));
		onlyItem(await bench.engine.run({ parameters: withOptions({ ...operation.parameters, prompt }, options) }));
		return sentBody();
	}

	it('sends the prompt as it is and nothing that was not set', async () => {
		expect(await sent({ promptFormat: 'raw' }, '  two\nlines ä 😀 ')).toEqual({ input: '  two\nlines ä 😀 ' });
	});

	it('sends every option under the name of the API', async () => {
		const options = {
			promptFormat: 'raw',
			maxNewTokens: 64,
			temperature: 0,
			topP: 0.5,
			topK: 0,
			repetitionPenalty: 1.1,
			presencePenalty: -0.5,
			frequencyPenalty: 0.25,
			stop: ['###', '\n\n'],
			numResponses: 1,
			responseFormat: 'json_object',
		};
		expect(await sent(options)).toEqual({
			input: 'Hello!',
			max_new_tokens: 64,
			temperature: 0,
			top_p: 0.5,
			top_k: 0,
			repetition_penalty: 1.1,
			presence_penalty: -0.5,
			frequency_penalty: 0.25,
			stop: ['###', '\n\n'],
			num_responses: 1,
			response_format: { type: 'json_object' },
		});
	});

	it("writes the exchange of DeepInfra's page in the format llama3", async () => {
		const body = await sent({ promptFormat: 'llama3' });
		expect(body.input).toBe(
			'<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
		);
		expect(body.stop).toContain('<|eot_id|>');
	});

	it.each([
		['llama3', '<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>', '<|eot_id|>'],
		['chatml', '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello!<|im_end|>\n', '<|im_end|>'],
		['gemma', '<start_of_turn>user\nBe brief.\n\nHello!<end_of_turn>\n<start_of_turn>model\n', '<end_of_turn>'],
		['mistral', '[INST] Be brief.\n\nHello! [/INST]', '</s>'],
	])('puts the system message and stop tokens of %s in', async (promptFormat, part, stop) => {
		const body = await sent({ promptFormat, systemMessage: 'Be brief.', stop: ['###'] });
		expect(body.input).toContain(part);
		expect(body.stop).toEqual(expect.arrayContaining([stop, '###']));
	});

	it('gives an item for each of several responses', async () => {
		const results = [{ generated_text: 'one' }, { generated_text: 'two' }];
		answerWith(bench.service, { results, ...envelope });
		const parameters = withOptions(operation.parameters, { numResponses: 2 });
		const items = itemsOf(await bench.engine.run({ parameters, items: [{ json: {} }, { json: {} }] }));
		expect(items.map(({ json }) => [json.text, json.index])).toEqual([
			['one', 0],
			['two', 1],
			['one', 0],
			['two', 1],
		]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 1 }, { item: 1 }]);
		expect(items[0]?.json).toHaveProperty('usage.requestId', envelope.request_id);
	});

	it('keeps an empty text as the answer that it is', async () => {
		answerWith(bench.service, { results: [{ generated_text: '' }], ...envelope });
		expect(onlyItem(await bench.engine.run({ parameters: operation.parameters })).json.text).toBe('');
	});
});

describe('text: classify and classifyTokens', () => {
	it.each(['text: classify', 'text: classifyTokens'])('%s sends the text as it is', async (name) => {
		const operation = caseOf(name);
		answerWith(bench.service, answerOf(operation));
		const parameters = { ...operation.parameters, text: ' "quoted"\n{{ not an expression }} ' };
		onlyItem(await bench.engine.run({ parameters }));
		expect(sentBody()).toEqual({ input: ' "quoted"\n{{ not an expression }} ' });
	});

	it.each([
		[5, '5'],
		[0, '0'],
		[false, 'false'],
	])('the value %j of an expression is a text', async (value, text) => {
		const operation = caseOf('text: classify');
		answerWith(bench.service, answerOf(operation));
		const parameters = { ...operation.parameters, text: '={{ $json.value }}' };
		onlyItem(await bench.engine.run({ parameters, items: [{ json: { value } }] }));
		expect(sentBody()).toEqual({ input: text });
	});

	it('a text without entities is an answer', async () => {
		const { parameters } = caseOf('text: classifyTokens');
		answerWith(bench.service, { results: [], ...envelope });
		expect(onlyItem(await bench.engine.run({ parameters })).json).toMatchObject({
			text: 'My name is John Doe.',
			entities: [],
		});
	});
});

describe('text: fillMask', () => {
	const operation = caseOf('text: fillMask');

	it.each(['<mask>', '[MASK]', '<extra_id_0>'])("replaces [MASK] by the model's own token %s", async (maskToken) => {
		answerWith(bench.service, answerOf(operation), maskToken);
		onlyItem(await bench.engine.run({ parameters: { ...operation.parameters, model: freshModel() } }));
		expect(sentBody()).toEqual({ input: `I need my ${maskToken} right now!` });
	});

	it('takes texts that hold the token of the model already', async () => {
		answerWith(bench.service, answerOf(operation), '<mask>');
		onlyItem(
			await bench.engine.run({ parameters: { ...operation.parameters, model: freshModel(), text: 'I need <mask>.' } }),
		);
		expect(sentBody()).toEqual({ input: 'I need <mask>.' });
	});

	it('works when the catalogue is out of order', async () => {
		answerWith(bench.service, answerOf(operation));
		const { reply } = bench.service;
		bench.service.reply = (request) => (request.method === 'GET' ? { status: 500, body: 'oops' } : reply(request));
		const parameters = withOptions({ ...operation.parameters, model: freshModel() }, { maxRetries: 0 });
		expect(onlyItem(await bench.engine.run({ parameters })).json.token).toBe('help');
		expect(sentBody()).toEqual({ input: 'I need my [MASK] right now!' });
	});
});

describe('embedding: create', () => {
	const operation = caseOf('embedding: create');

	/** Vectors that tell from which text they were made. */
	function embedTexts() {
		replyWith(bench.service, (request) => {
			const { inputs } = sentJson(request);
			const texts = Array.isArray(inputs) ? inputs.map(String) : [];
			const embeddings = texts.map((text) => [text.length, text.charCodeAt(0), 0.5]);
			return jsonReply({ embeddings, input_tokens: texts.length * 2, ...envelope });
		});
	}

	const vector = (text: string) => [text.length, text.charCodeAt(0), 0.5];

	it('embeds one text with its options', async () => {
		embedTexts();
		const parameters = withOptions(operation.parameters, { normalize: false, dimensions: 64 });
		const { json } = onlyItem(await bench.engine.run({ parameters }));
		expect(json).toMatchObject({ embedding: vector('What is the capital of France?'), dimensions: 3 });
		expect(json.embeddings).toBeUndefined();
		expect(sentBody()).toEqual({
			inputs: ['What is the capital of France?'],
			normalize: false,
			dimensions: 64,
		});
	});

	it('embeds an array of texts, in its order, equal ones included', async () => {
		embedTexts();
		const texts = ['alpha', 'be', 'alpha', 'gamma ray'];
		const parameters = { ...operation.parameters, text: '={{ $json.texts }}' };
		const { json } = onlyItem(await bench.engine.run({ parameters, items: [{ json: { texts } }] }));
		expect(json).toMatchObject({ embeddings: texts.map(vector), dimensions: 3, usage: { model: operation.model } });
		expect(json.embedding).toBeUndefined();
	});

	it('gives each of many items its own vector', async () => {
		embedTexts();
		const texts = Array.from({ length: 30 }, (_, index) => String.fromCharCode(97 + (index % 26)).repeat(index + 1));
		const parameters = { ...operation.parameters, text: '={{ $json.text }}' };
		const items = itemsOf(await bench.engine.run({ parameters, items: texts.map((text) => ({ json: { text } })) }));
		expect(items.map(({ json }) => json.embedding)).toEqual(texts.map(vector));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(texts.map((_, item) => ({ item })));
	});

	it('mixes texts and arrays, and keeps models and options apart', async () => {
		embedTexts();
		const parameters = {
			...operation.parameters,
			model: { __rl: true, mode: 'id', value: '={{ $json.model }}' },
			text: '={{ $json.text }}',
		};
		const items = itemsOf(
			await bench.engine.run({
				parameters,
				items: [
					{ json: { model: 'a/one', text: 'alpha' } },
					{ json: { model: 'b/two', text: ['beta', 'gamma'] } },
					{ json: { model: 'a/one', text: 'delta' } },
				],
			}),
		);
		expect(items.map(({ json }) => json.embedding ?? json.embeddings)).toEqual([
			vector('alpha'),
			[vector('beta'), vector('gamma')],
			vector('delta'),
		]);
		for (const { path, body } of inferenceRequests(bench.service)) {
			const own = path === '/v1/inference/a/one' ? ['alpha', 'delta'] : ['beta', 'gamma'];
			expect(JSON.parse(body.toString()).inputs.every((text: string) => own.includes(text))).toBe(true);
		}
	});

	it('returns the API answer for an array when simplify is off', async () => {
		embedTexts();
		const parameters = { ...operation.parameters, text: "={{ ['x', 'yy'] }}", simplify: false };
		const { json } = onlyItem(await bench.engine.run({ parameters }));
		expect(stored(json)).toEqual({ embeddings: [vector('x'), vector('yy')], input_tokens: 4, ...envelope });
	});
});

describe('webhooks', () => {
	const operation = caseOf('text: classify');
	const parameters = withOptions(operation.parameters, { webhook: 'https://n8n.example.com/hook' });
	const queued = { request_id: 'R1', inference_status: { status: 'queued' } };

	it('have a shape of their own, simplified or not', async () => {
		answerWith(bench.service, queued);
		const { json } = onlyItem(await bench.engine.run({ parameters: { ...parameters, simplify: false } }));
		expect(stored(json)).toEqual({ status: 'queued', requestId: 'R1' });
	});

	it('give every text of a batch its item', async () => {
		answerWith(bench.service, queued);
		const embedding = caseOf('embedding: create').parameters;
		const text = '={{ $json.text }}';
		const items = itemsOf(
			await bench.engine.run({
				parameters: withOptions({ ...embedding, text }, { webhook: 'https://n8n.example.com/hook' }),
				items: [{ json: { text: 'a' } }, { json: { text: ['b', 'c'] } }],
			}),
		);
		expect(items.map(({ json, pairedItem }) => [json.status, pairedItem])).toEqual([
			['queued', { item: 0 }],
			['queued', { item: 1 }],
		]);
	});

	it('that fail at once are errors, and so is a queued answer that nobody asked for', async () => {
		answerWith(bench.service, { ...queued, inference_status: { status: 'failed' } });
		expect(await bench.engine.run({ parameters })).toMatchObject({ status: 'error', items: [] });
		answerWith(bench.service, queued);
		const result = await bench.engine.run({ parameters: operation.parameters });
		expect(result).toMatchObject({ status: 'error', error: { message: expect.stringContaining('queued') } });
	});
});

describe('models', () => {
	it.each([
		['bert-base-cased', '/v1/inference/bert-base-cased'],
		['openai/whisper-large-v3', '/v1/inference/openai/whisper-large-v3'],
		['deploy_id:aB3-x_9', '/v1/inference/deploy/aB3-x_9'],
	])('%s goes to %s', async (model, path) => {
		const operation = caseOf('text: classify');
		answerWith(bench.service, answerOf(operation));
		const { json } = onlyItem(
			await bench.engine.run({ parameters: { ...operation.parameters, model: modelId(model) } }),
		);
		expect(inferenceRequests(bench.service)).toMatchObject([{ path }]);
		expect(json).toHaveProperty('usage.model', model);
	});

	it.each(['/', '//', ''])('a base URL may end with "%s"', async (end) => {
		const operation = caseOf('text: classify');
		answerWith(bench.service, answerOf(operation));
		const credentials = { baseUrl: `${bench.service.url}${end}` };
		onlyItem(await bench.engine.run({ parameters: operation.parameters, credentials }));
		expect(inferenceRequests(bench.service)).toMatchObject([{ path: `/v1/inference/${operation.model}` }]);
	});

	it.each(['key', 'Bearer key', '  key\n', 'bearer key\r\n'])('an API key pasted as %j works', async (apiKey) => {
		const operation = caseOf('text: classify');
		answerWith(bench.service, answerOf(operation));
		onlyItem(await bench.engine.run({ parameters: operation.parameters, credentials: { apiKey } }));
		expect(inferenceRequests(bench.service)[0]?.headers.authorization).toBe('Bearer key');
	});
});
