import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { readSettings } from '../../../../nodes/shared/engine/settings';
import { completeChat } from '../../../../nodes/shared/operations/chat/complete';
import {
	CHAT_OPTIONS,
	CHAT_PATH,
	chatBody,
	chatParameters,
	chatsOf,
	completion,
	completionUsage,
	LLAMA,
	SEES,
} from '../../../support/chat';
import { withOptions } from '../../../support/parameters';
import { testOperation } from '../../../support/operation/suite';
import { hintsOf, itemsOf, jsonOf, onlyItem } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';

testOperation(completeChat, {
	model: LLAMA,
	parameters: { messages: { values: [{ role: 'user', content: 'What is the capital of France?' }] } },
	required: 'messages',
	placeText: (content) => ({ messages: { values: [{ role: 'user', content }] } }),
	tasks: ['text-generation'],
	request: {
		path: CHAT_PATH,
		options: { maxTokens: 100, temperature: 0.5, topP: 0.9, seed: 7, stop: ['END'], reasoningEffort: 'none' },
		body: {
			model: LLAMA,
			messages: [{ role: 'user', content: 'What is the capital of France?' }],
			max_tokens: 100,
			temperature: 0.5,
			top_p: 0.9,
			seed: 7,
			stop: ['END'],
			reasoning_effort: 'none',
		},
		// 30 characters are 8 tokens at 1e-7, and 100 tokens at 3.2e-7 at most
		estimate: 0.0000328,
	},
	answer: completion('Paris.'),
	output: { text: 'Paris.', finishReason: 'stop' },
	usage: completionUsage,
	apart: { temperature: 0 },
	names: {
		parameters: 'messages',
		options: `${CHAT_OPTIONS} topP minP topK presencePenalty frequencyPenalty repetitionPenalty stop numResponses responseFormat jsonSchema tools toolChoice logprobs binaryFields imageUrls previousMessages`,
	},
	values: {
		reasoningEffort: { of: ['high', 'low', 'max', 'medium', 'minimal', 'none', 'xhigh'], preset: 'medium' },
		serviceTier: { of: ['default', 'flex', 'priority'], preset: 'default' },
		responseFormat: { of: ['json_object', 'json_schema', 'text'], preset: 'text' },
	},
});

const say = (...said: Array<[string, string]>): INodeParameters => ({
	messages: { values: said.map(([role, content]) => ({ role, content })) },
});

describe('chat: complete', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'filesystem' })));
	afterAll(async () => await world.close());
	beforeEach(() => (world.emulator.requests.length = 0));
	const sent = () => chatsOf(world);
	const bodyOf = (index = 0) => chatBody(world, index);

	async function complete(messages: INodeParameters, options: INodeParameters = {}, model = LLAMA) {
		return await world.engine.run({
			parameters: withOptions(chatParameters('chat', 'complete', messages, model), options),
			onError: 'continueErrorOutput',
		});
	}

	it('answers with its text, why it ended, and what it cost', async () => {
		const json = jsonOf(await complete(say(['system', 'Be kind.'], ['user', 'How are you?'])));
		expect(json).toMatchObject({
			text: expect.stringContaining('How are you?'),
			finishReason: 'stop',
			usage: { model: LLAMA, costUsd: expect.any(Number), inputTokens: expect.any(Number), cachedTokens: 0 },
		});
		expect(Object.keys(json).sort()).toEqual(['finishReason', 'text', 'usage']);
		expect(bodyOf().messages).toEqual([
			{ role: 'system', content: 'Be kind.' },
			{ role: 'user', content: 'How are you?' },
		]);
	});

	it('parses JSON, also in fences and among words', async () => {
		for (const odd of ['', '[[emulator: fenced]]', '[[emulator: wordy]]']) {
			const json = jsonOf(await complete(say(['user', `What? ${odd}`]), { responseFormat: 'json_object' }));
			expect(json.data).toMatchObject({ question: `What? ${odd}` });
		}
		const jsonSchema = '{ "type": "object", "properties": { "city": { "type": "string" } } }';
		const json = jsonOf(await complete(say(['user', 'city: Rome']), { responseFormat: 'json_schema', jsonSchema }));
		expect(json.data).toEqual({ city: 'Rome' });
	});

	it.each([
		['refusal', {}, 'refused to answer: I cannot help with that'],
		['noChoice', {}, 'without any choice'],
		['blank', {}, 'answered with nothing'],
		['contentFilter', {}, 'safety filter stopped this answer'],
		['error', {}, 'The engine lost this request'],
		['cutJson', { responseFormat: 'json_object' }, "Raise 'Max Tokens'"],
		['notJson', { responseFormat: 'json_object' }, 'I would rather tell you about it.'],
	])('tells %s from an answer', async (odd, options, words) => {
		const result = await complete(say(['user', `Hello [[emulator: ${odd}]]`]), options);
		expect(result.items).toEqual([]);
		const [item] = result.errorItems;
		expect(`${String(item?.json.error)} ${String(item?.error?.description)}`).toContain(words);
		// What may have been billed is not sent again.
		expect(sent()).toHaveLength(1);
	});

	it('sends the parameters of a tool that comes from a list of the Model Context Protocol', async () => {
		const parameters = { type: 'object', properties: { city: { type: 'string' } } };
		const tools = ['inputSchema', 'input_schema', 'parameters'].map((name) => ({
			name: 'weather',
			[name]: parameters,
		}));
		await complete(say(['user', 'Hello']), { tools: JSON.stringify(tools) });
		const tool = { type: 'function', function: { name: 'weather', parameters } };
		expect(bodyOf().tools).toEqual([tool, tool, tool]);
	});

	it.each<[string, (calls: object[]) => unknown]>([
		['no IDs', (calls) => calls],
		['empty IDs', (calls) => calls.map((call) => ({ id: '', ...call }))],
		['their numbers as names', (calls) => ({ ...calls })],
	])('gives calls of tools that come with %s, each with an ID of its own', async (_, written) => {
		const call = { type: 'function', function: { name: 'now', arguments: '{}' } };
		const message = { role: 'assistant', content: null, tool_calls: written([call, call]) };
		const usage = { prompt_tokens: 1, completion_tokens: 1, estimated_cost: 0.5 };
		const choices = [{ index: 0, message, finish_reason: 'tool_calls', usage }];
		world.emulator.options.faults = ({ path }) =>
			path === CHAT_PATH ? { kind: 'status', status: 200, body: { id: 'c1', choices } } : undefined;
		const json = jsonOf(await complete(say(['user', 'What time is it?'])));
		world.emulator.options.faults = undefined;
		expect(json).toMatchObject({ toolCalls: [{ name: 'now' }, { name: 'now' }], usage: { costUsd: 0.5 } });
		expect(new Set(JSON.stringify(json.toolCalls).match(/"id":"[^"]+"/g)).size).toBe(2);
	});

	it('gives tool calls with their arguments, and an error for arguments that are none', async () => {
		const tools = JSON.stringify([
			{ name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
			{ type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
		]);
		const json = jsonOf(await complete(say(['user', 'get weather, get time\ncity: Rome']), { tools }));
		expect(json).toMatchObject({
			finishReason: 'tool_calls',
			toolCalls: [
				{ name: 'get_weather', arguments: { city: 'Rome' } },
				{ name: 'get_time', arguments: {} },
			],
		});
		const bad = await complete(say(['user', 'get weather [[emulator: badArguments]]\ncity: Rome']), { tools });
		expect(String(bad.errorItems[0]?.json.error)).toContain('{"city":"Rome"');
	});

	it('keeps thoughts out of the text, wherever they stand, and counts them', async () => {
		for (const model of ['deepseek-ai/DeepSeek-V3.1', 'deepseek-ai/DeepSeek-R1-Distill-Llama-70B']) {
			const json = jsonOf(await complete(say(['user', 'Why?']), {}, model));
			expect(json.reasoning).toContain('I was asked about');
			expect(json.text).not.toContain('think');
			expect(json.usage).toMatchObject({ reasoningTokens: expect.any(Number) });
		}
		const cut = await complete(say(['user', 'Why?']), { maxTokens: 3 }, 'deepseek-ai/DeepSeek-V3.1');
		expect(String(cut.errorItems[0]?.json.error)).toContain('still thinking');
	});

	it('passes a text that the limit cut, and says so once at the end', async () => {
		const result = await complete(say(['user', 'How are you?']), { maxTokens: 3 });
		expect(jsonOf(result)).toMatchObject({ finishReason: 'length' });
		expect(hintsOf(result).filter((hint) => hint.includes('cut off'))).toHaveLength(1);
	});

	it('gives an item for each response, and the log probabilities', async () => {
		const items = itemsOf(await complete(say(['user', 'How?']), { numResponses: 3, logprobs: true, seed: 5 }));
		expect(items.map(({ json }) => json.index)).toEqual([0, 1, 2]);
		expect(items[0]?.json.logprobs).toContainEqual({
			token: expect.any(String),
			logprob: expect.any(Number),
			topLogprobs: expect.any(Array),
		});
		expect(bodyOf()).toMatchObject({ n: 3, seed: 5, logprobs: true });
	});

	it('puts earlier messages first, as messages or as n8n remembers them', async () => {
		const previousMessages = JSON.stringify([
			{ human: 'Hi', ai: 'Hello!' },
			{ type: 'human', data: { content: 'Still there?' } },
			{ lc: 1, id: ['langchain_core', 'messages', 'AIMessage'], kwargs: { content: 'Yes.' } },
			{ role: 'tool', tool_call_id: 'c1', content: 'sunny' },
		]);
		await complete(say(['user', 'And now?']), { previousMessages });
		expect(
			bodyOf().messages.map(({ role, content }: { role: string; content: string }) => `${role}: ${content}`),
		).toEqual([
			'user: Hi',
			'assistant: Hello!',
			'user: Still there?',
			'assistant: Yes.',
			'tool: sunny',
			'user: And now?',
		]);
	});

	it('refuses before sending what the catalogue says that a model lacks, and what is empty', async () => {
		const lacking = await complete(say(['user', 'x']), { tools: '[{"name":"f"}]' }, 'emulator/json-mode-8b');
		expect(String(lacking.errorItems[0]?.json.error)).toMatch(
			/cannot use tools, as the catalogue has it.*'Extra Fields/s,
		);
		const idle = await complete(say(['user', 'x']), { reasoningEffort: 'high' });
		expect(String(idle.errorItems[0]?.json.error)).toContain('cannot reason');
		const blind = await complete(say(['user', 'x']), { imageUrls: 'https://example.com/a.png' });
		expect(String(blind.errorItems[0]?.json.error)).toMatch(/cannot see pictures.*'Previous Messages \(JSON\)'/s);
		for (const nothing of ['  ', '\u200b', '\ufeff\u00ad\u2060']) {
			const silent = [[], [{ role: 'user', content: nothing }], [{ role: 'user', content: [] }, { human: nothing }]];
			for (const said of silent) {
				const empty = await complete(say(['user', nothing]), { previousMessages: JSON.stringify(said) });
				expect(String(empty.errorItems[0]?.json.error)).toContain("'Messages' is empty");
			}
		}
		expect(sent()).toEqual([]);
	});

	it('asks a model of which the catalogue says nothing, and sends what the user insists on', async () => {
		const tools = '[{"name":"f","parameters":{"type":"object","properties":{}}}]';
		const silent = await complete(say(['user', 'x']), { tools }, 'mistralai/Mistral-7B-v0.1');
		// DeepInfra's own words, which cost nothing.
		expect(String(silent.errorItems[0]?.json.error)).toContain('Tool calling is not supported');
		const insists = { extraFields: `{ "tools": [{ "type": "function", "function": { "name": "f" } }] }` };
		const told = await complete(say(['user', 'x']), insists, 'emulator/json-mode-8b');
		expect(String(told.errorItems[0]?.json.error)).toContain('Tool calling is not supported');
		expect(sent()).toHaveLength(2);
	});

	it('estimates in a dry run, and sends nothing', async () => {
		const json = jsonOf(await complete(say(['user', 'x'.repeat(400)]), { dryRun: true, maxTokens: 100 }));
		expect(json.estimatedCostUsd).toBeCloseTo((100 * 1e-5 + 100 * 3.2e-5) / 100, 10);
		expect(sent()).toEqual([]);
	});

	it('sends pictures and sounds of the item as what their bytes are', async () => {
		const { makePng, makeWav } = await import('../../../support/files');
		const binary = {
			photo: await world.engine.binary(makePng(4, 4), 'a.bin', 'application/octet-stream'),
			note: await world.engine.binary(makeWav(0.1), 'a.wav', 'audio/wav'),
		};
		const run = async (binaryFields: string, model: string) =>
			await world.engine.run({
				parameters: withOptions(chatParameters('chat', 'complete', say(['user', 'What?']), model), { binaryFields }),
				items: [{ json: {}, binary }],
				onError: 'continueErrorOutput',
			});
		onlyItem(await run('photo, note', 'google/gemma-4-E4B-it'));
		const { messages } = bodyOf();
		expect(messages[0].content.map(({ type }: { type: string }) => type)).toEqual(['text', 'image_url', 'input_audio']);
		expect(messages[0].content[1].image_url.url).toMatch(/^data:image\/png;base64,/);
		expect(messages[0].content[2].input_audio.format).toBe('wav');
		world.emulator.requests.length = 0;
		const blind = await run('photo', LLAMA);
		expect(String(blind.errorItems[0]?.json.error)).toContain('cannot see pictures');
		const deaf = await run('note', SEES);
		expect(String(deaf.errorItems[0]?.json.error)).toContain('cannot hear sound');
		expect(sent()).toEqual([]);
		const missing = await run('nothing', 'google/gemma-4-E4B-it');
		expect(String(missing.errorItems[0]?.json.error)).toContain("no file in the field 'nothing'");
	});

	it('sends addresses of pictures with the last question, and refuses what is no address', async () => {
		const imageUrls = 'https://example.com/a.png, https://example.com/w_3,h_2/b.jpg?x=1';
		await complete(say(['user', 'First'], ['assistant', 'Yes?'], ['user', 'What is it?']), { imageUrls }, SEES);
		expect(bodyOf().messages).toEqual([
			{ role: 'user', content: 'First' },
			{ role: 'assistant', content: 'Yes?' },
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'What is it?' },
					{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
					{ type: 'image_url', image_url: { url: 'https://example.com/w_3,h_2/b.jpg?x=1' } },
				],
			},
		]);
		for (const wrong of ['file:///etc/passwd', 'https://a.b/c.png, d.png\nftp://x', 'a.png']) {
			const { errorItems } = await complete(say(['user', 'x']), { imageUrls: wrong }, SEES);
			expect(String(errorItems[0]?.json.error)).toMatch(/'Image URLs' is not a web address/);
		}
		const itself = await complete(say(['user', 'x']), { imageUrls: 'data:image/png;base64,AAAA' }, SEES);
		expect(String(itself.errorItems[0]?.json.error)).toMatch(
			/'Image URLs' holds the file itself.*'Convert to File'.*'Files of the Item'/,
		);
		expect(sent()).toHaveLength(1);
	});

	it.each([
		'https://a.b/x y.png,',
		'https://a.b/x y.png; https://a.b/z;1.png ;',
		'https://a.b/x y.png https://a.b/z;1.png',
		'https://a.b/x y.png ,\n\thttps://a.b/z;1.png\n',
	])('takes addresses as people divide them: %j', async (imageUrls) => {
		await complete(say(['user', 'x']), { imageUrls }, SEES);
		const [, ...pictures] = Object(bodyOf().messages)[0].content;
		const addresses = ['https://a.b/x%20y.png', 'https://a.b/z;1.png'].slice(0, imageUrls.includes('z') ? 2 : 1);
		expect(pictures).toEqual(addresses.map((url) => ({ type: 'image_url', image_url: { url } })));
	});

	it("gives each response that 'Extra Fields' asked for", async () => {
		const items = itemsOf(await complete(say(['user', 'How?']), { extraFields: '{ "n": 2 }' }));
		expect(items.map(({ json }) => json.index)).toEqual([0, 1]);
	});

	it('waits longer for the cheaper tier, unless it is told how long', () => {
		const secondsFor = (options: IDataObject) => readSettings(completeChat, { options }).seconds;
		expect(secondsFor({ serviceTier: 'flex' })).toBeGreaterThan(600);
		expect([secondsFor({ serviceTier: 'priority' }), secondsFor({})]).toEqual([300, 300]);
		expect(secondsFor({ serviceTier: 'flex', timeout: 20 })).toBe(20);
	});
});
