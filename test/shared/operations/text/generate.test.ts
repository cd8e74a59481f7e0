import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { outputsFor, requestFor, operationOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { withOptions } from '../../../support/parameters';
import { itemsOf, onlyItem } from '../../../support/results';
import { answerWith, envelope, inferenceRequests, sentJson } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { generateText } from '../../../../nodes/shared/operations/text/generate';
import { testOperation } from '../../../support/operation/suite';
import { familyOf, hasTemplate, isConversational } from '../../../../nodes/shared/operations/text/families';
import { formatPrompt } from '../../../../nodes/shared/operations/text/prompt';
import { applyTemplate } from '../../../../nodes/shared/operations/text/templates';
import { readJsonSchema } from '../../../../nodes/shared/schema/read';

const LONG = '好'.repeat(1_000_000);

const subject = testOperation(generateText, {
	model: 'meta-llama/Meta-Llama-3-8B-Instruct',
	// one shape of request and answer
	tasks: ['text-generation', 'text2text-generation'],
	parameters: { prompt: 'Hello!' },
	required: 'prompt',
	request: {
		options: { maxNewTokens: 100 },
		body: {
			input:
				'<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
			max_new_tokens: 100,
			stop: ['<|eot_id|>', '<|end_of_text|>'],
		},
		// 123 characters are 31 tokens in at 3e-8, at most 100 tokens out at 6e-8
		estimate: 0.00000693,
	},
	answer: { results: [{ generated_text: 'Hi there.' }], num_tokens: 7, num_input_tokens: 11 },
	output: { text: 'Hi there.' },
	names: {
		parameters: 'prompt',
		options: `promptFormat systemMessage maxNewTokens temperature topP topK repetitionPenalty presencePenalty
			frequencyPenalty stop numResponses responseFormat`,
	},
	values: {
		promptFormat: { of: ['auto', 'chatml', 'gemma', 'llama3', 'mistral', 'raw'], preset: 'auto' },
		responseFormat: { of: ['json_object', 'text'], preset: 'text' },
	},
});

describe('its request and its items', () => {
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
		expect(requestFor(generateText, { prompt: 'Hi', options }).json).toEqual({
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
		expect(requestFor(generateText, { prompt, options: { promptFormat: 'raw' } }).json?.input === prompt).toBe(true);
	});

	it('gives the text, an empty one too', () => {
		expect(
			outputsFor(generateText, { prompt: 'x' }, { results: [{ generated_text: '', extra: 1 }], more: null }),
		).toEqual([{ json: { text: '' } }]);
	});

	it('gives an item for each response when several were asked for', () => {
		const results = ['a', 'b'].map((generated_text) => ({ generated_text }));
		expect(outputsFor(generateText, { prompt: 'x', options: { numResponses: 3 } }, { results })).toEqual([
			{ json: { text: 'a', index: 0 } },
			{ json: { text: 'b', index: 1 } },
		]);
		expect(outputsFor(generateText, { prompt: 'x', options: { numResponses: 1 } }, { results })).toEqual([
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
		expect(thrownBy(() => outputsFor(generateText, { prompt: 'x' }, { results }))).toBeInstanceOf(AnswerError);
	});

	it('refuses an answer without any of the responses that were asked for', () => {
		expect(
			thrownBy(() => outputsFor(generateText, { prompt: 'x', options: { numResponses: 2 } }, { results: [] })),
		).toBeInstanceOf(AnswerError);
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
	describe('its options', () => {
		async function sent(options: INodeParameters, prompt = 'Hello!') {
			answerWith(world.service, subject.answer);
			onlyItem(await world.engine.run({ parameters: withOptions({ ...subject.parameters(), prompt }, options) }));
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
			answerWith(world.service, { results, ...envelope });
			const parameters = withOptions(subject.parameters(), { numResponses: 2 });
			const items = itemsOf(await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }] }));
			expect(items.map(({ json }) => [json.text, json.index])).toEqual([
				['one', 0],
				['two', 1],
				['one', 0],
				['two', 1],
			]);
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 1 }, { item: 1 }]);
			expect(items[0]?.json).toHaveProperty('usage.requestId', envelope.request_id);
			const extra = withOptions(subject.parameters(), { extraFields: '{ "num_responses": 2 }' });
			expect(itemsOf(await world.engine.run({ parameters: extra })).map(({ json }) => json.index)).toEqual([0, 1]);
		});

		it('keeps an empty text as the answer that it is', async () => {
			answerWith(world.service, { results: [{ generated_text: '' }], ...envelope });
			expect(onlyItem(await world.engine.run({ parameters: subject.parameters() })).json.text).toBe('');
		});
	});
});

describe('formats and limits', () => {
	const generate = operationOf('text', 'generate');

	describe('the format of a model, by its name', () => {
		it.each([
			['meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo', 'llama3'],
			['meta-llama/Llama-3.3-70B-Instruct-Turbo', 'llama3'],
			['meta-llama/Llama-3.2-11B-Vision-Instruct', 'llama3'],
			['nvidia/Llama-3.3-Nemotron-Super-49B-v1.5', 'llama3'],
			['Sao10K/L3.1-70B-Euryale-v2.2', 'llama3'],
			['Qwen/Qwen2.5-72B-Instruct', 'chatml'],
			['Qwen/Qwen3-235B-A22B-Instruct-2507', 'chatml'],
			['Qwen/Qwen3-32B', 'chatml'],
			['Qwen/QwQ-32B', 'chatml'],
			['NousResearch/Hermes-3-Llama-3.1-405B', 'chatml'],
			['cognitivecomputations/dolphin-2.6-mixtral-8x7b', 'chatml'],
			['google/gemma-3-12b-it', 'gemma'],
			['google/gemma-1.1-7b-it', 'gemma'],
			['mistralai/Mistral-7B-Instruct-v0.3', 'mistral'],
			['mistralai/Mixtral-8x7B-Instruct-v0.1', 'mistral'],
			['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'mistral'],
			// bases, and others' templates
			['meta-llama/Meta-Llama-3-8B', undefined],
			['Qwen/Qwen3-8B-Base', undefined],
			['Qwen/Qwen2.5-7B', undefined],
			['google/gemma-2-9b', undefined],
			['google/gemma-4-26B-A4B-it', undefined],
			['mistralai/Mistral-7B-v0.1', undefined],
			['deepseek-ai/DeepSeek-R1-Distill-Llama-70B', undefined],
			['meta-llama/Llama-Guard-3-8B', undefined],
			['meta-llama/Llama-4-Scout-17B-16E-Instruct', undefined],
			['meta-llama/Llama-2-70b-chat-hf', undefined],
			['', undefined],
		])('%s: %s', (model, family) => {
			expect(familyOf(model)).toBe(family);
			const { input } = requestFor(generate, { model: model || 'a', prompt: 'Hi there' }).json ?? {};
			expect(input).toBe(family ? applyTemplate(family as 'gemma', 'Hi there').input : 'Hi there');
		});

		it('is that of the model which answers', () => {
			const facts = { name: 'google/gemma-3-12b-it' };
			expect(requestFor(generate, { model: 'google/gemma-2-9b-it', prompt: 'Hi' }, facts).json?.input).toContain(
				'<bos>',
			);
			expect(requestFor(generate, { model: 'deploy_id:abc', prompt: 'Hi' }, facts).json?.input).toContain('<bos>');
		});
	});

	describe('a prompt in a format already', () => {
		it.each([
			'<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>',
			' <|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
			'[INST] Hi [/INST]',
			'<s>[INST] Hi [/INST]',
			'<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n',
			'Answer this. [INST] Hi [/INST]',
			'<｜User｜>Hi<｜Assistant｜>',
		])('%j is sent as it is, with no word', (prompt) => {
			const request = requestFor(generate, { prompt });
			expect(request.json).toEqual({ input: prompt });
			expect(request.note).toBeUndefined();
			expect(thrownBy(() => requestFor(generate, { prompt, options: { systemMessage: 'x' } })).message).toContain(
				"'System Message'",
			);
		});

		it.each([
			'What does <|im_start|> mean?',
			'<s>Was 10 €</s>, now 5 €',
			'Translate: "[INST] Hi [/INST]" is a template',
			'',
		])('%j is not', (prompt) => {
			expect(hasTemplate(prompt)).toBe(false);
		});
	});

	describe('a model for conversations that is asked without its format', () => {
		it.each<[string, string[] | undefined, RegExp]>([
			['deepseek-ai/DeepSeek-V3.1', undefined, /resource 'Chat'/],
			['openai/gpt-oss-120b', undefined, /resource 'Chat'/],
			['somebody/new-model', ['tools', 'openai'], /resource 'Chat'/],
		])('%s %j: the end of the run says so', (model, tags, words) => {
			const { note } = requestFor(generate, { model, prompt: 'Hi' }, { name: model, tags });
			expect(note).toMatch(words);
			expect(note).toContain(`'${model}'`);
		});

		it('also when raw was chosen', () => {
			const given = { prompt: 'Hi', options: { promptFormat: 'raw' } };
			expect(requestFor(generate, given).note).toMatch(/'Prompt Format' to Auto/);
		});

		it.each<[string, string[]]>([
			['mistralai/Mistral-7B-v0.1', []],
			['somebody/new-model', ['openai']],
			['Qwen/Qwen3-8B-Base', ['tools']],
		])('but %s is none', (model, tags) => {
			expect(isConversational(model, tags)).toBe(false);
			expect(formatPrompt('Hi', {}, model, tags).note).toBeUndefined();
		});
	});

	describe('limits of the API', () => {
		const facts = { name: 'a/b' };
		const stop = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

		it.each<[Record<string, unknown>, string]>([
			[{ numResponses: 5 }, "'Number of Responses' is 5, but DeepInfra takes 1 to 4"],
			[{ topP: 0 }, "'Top P' is 0, but DeepInfra takes more than 0 and at most 1"],
			[{ topK: 1000 }, "'Top K' is 1000, but DeepInfra takes 0 to 999"],
			[{ stop: stop(17) }, "'Stop Sequences' has 17 entries, but DeepInfra takes at most 16"],
			[{ promptFormat: 'llama3', stop: stop(15) }, "'Stop Sequences' has 17 entries, but DeepInfra takes at most 16"],
		])('%j is refused before it is paid', (options, message) => {
			expect(thrownBy(() => requestFor(generate, { model: 'a/b', prompt: 'x', options }, facts)).message).toBe(message);
		});

		it.each<[Record<string, unknown>]>([
			[{ numResponses: 4, topP: 0.001, topK: 999, stop: stop(16) }],
			[{ promptFormat: 'gemma', stop: stop(14) }],
		])('%j is taken', (options) => {
			expect(requestFor(generate, { model: 'a/b', prompt: 'x', options }, facts).json).toHaveProperty('input');
		});

		it('a model whose schema says something else has its own', () => {
			const schema = readJsonSchema({
				properties: {
					input: {},
					num_responses: { type: 'integer', maximum: 8 },
					top_p: { type: 'number', minimum: 0 },
					top_k: { type: 'integer' },
					stop: { type: 'array', maxItems: 20 },
				},
			});
			const request = (options: Record<string, unknown>) =>
				requestFor(generate, { model: 'a/b', prompt: 'x', options }, { ...facts, schema });
			expect(request({ numResponses: 8, topP: 0, stop: stop(18) }).json).toMatchObject({ num_responses: 8, top_p: 0 });
			expect(thrownBy(() => request({ topK: 2000 })).message).toContain('0 to 999');
		});

		it('nothing is said before the catalogue was asked', () => {
			expect(requestFor(generate, { model: 'a/b', prompt: 'x', options: { numResponses: 8 } }).json).toMatchObject({
				num_responses: 8,
			});
		});
	});
});
