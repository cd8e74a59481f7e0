import type { INodeParameters } from 'n8n-workflow';
import { hintsOf, itemsOf, jsonOf, onlyItem, stored } from '../../../support/results';
import { withOptions } from '../../../support/parameters';
import { type World, openWorld } from '../../../support/world';

/** Every operation over chat models, through n8n's own engine against the emulator. */
let world: World;
beforeAll(async () => (world = await openWorld({ binaryMode: 'filesystem' })));
afterAll(async () => await world.close());
beforeEach(() => (world.emulator.requests.length = 0));

const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const SEES = 'Qwen/Qwen3-VL-30B-A3B-Instruct';
const asked = (resource: string, operation: string, rest: INodeParameters, model = LLAMA): INodeParameters => ({
	resource,
	operation,
	model: { __rl: true, mode: 'id', value: model },
	...rest,
});
const say = (...said: Array<[string, string]>): INodeParameters => ({
	messages: { values: said.map(([role, content]) => ({ role, content })) },
});
const sent = () => world.emulator.requests.filter(({ path }) => path === '/v1/chat/completions');
const bodyOf = (index = 0) => JSON.parse(JSON.stringify(sent()[index]?.json ?? {}));

async function complete(messages: INodeParameters, options: INodeParameters = {}, model = LLAMA) {
	return await world.engine.run({
		parameters: withOptions(asked('chat', 'complete', messages, model), options),
		onError: 'continueErrorOutput',
	});
}

describe('chat: complete', () => {
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
		const empty = await complete(say(['user', '  ']));
		expect(String(empty.errorItems[0]?.json.error)).toContain("'Messages' is empty");
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
				parameters: withOptions(asked('chat', 'complete', say(['user', 'What?']), model), { binaryFields }),
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
});

describe('text: extract', () => {
	const attributes = (...rows: Array<[string, string, boolean?]>): INodeParameters => ({
		schemaType: 'fromAttributes',
		attributes: { values: rows.map(([name, type, required = false]) => ({ name, type, description: '', required })) },
	});
	const extract = async (texts: string[], schema: INodeParameters, model = LLAMA, options: INodeParameters = {}) =>
		await world.engine.run({
			parameters: withOptions(asked('text', 'extract', { text: '={{ $json.text }}', ...schema }, model), options),
			items: texts.map((text) => ({ json: { text } })),
			onError: 'continueErrorOutput',
		});

	it('gives typed values: dates as ISO, numbers as numbers, lists, and null for what is absent', async () => {
		const text = 'Due: 03.11.2026\nTotal: 1.234,56 €\nPaid: yes\nTags: a, b';
		const schema = attributes(
			['due', 'date'],
			['total', 'number'],
			['paid', 'boolean'],
			['tags', 'list'],
			['vat', 'number'],
		);
		for (const model of [LLAMA, 'emulator/json-mode-8b', 'stepfun-ai/Step-3.5-Flash']) {
			expect(jsonOf(await extract([text], schema, model)).data).toEqual({
				due: '2026-11-03',
				total: 1234.56,
				paid: true,
				tags: ['a', 'b'],
				vat: null,
			});
		}
	});

	it('learns once for all items of a run which form a model takes', async () => {
		const texts = Array.from({ length: 40 }, (_unused, index) => `Total: ${index}`);
		const result = await extract(texts, attributes(['total', 'number']), 'stepfun-ai/Step-3.5-Flash');
		const items = itemsOf(result);
		expect(items.map(({ json }) => stored(json).data)).toEqual(texts.map((_text, total) => ({ total })));
		// The first item alone finds out that two forms are refused.
		expect(sent()).toHaveLength(40 + 2);
	});

	it('mends an answer that does not fit once, and fails clearly after that', async () => {
		const schema = attributes(['total', 'number', true]);
		expect(jsonOf(await extract(['Total: 7\n[[emulator: misfit]]'], schema))).toMatchObject({ data: { total: 7 } });
		expect(sent()).toHaveLength(2);
		const never = await extract(['Total: 7\n[[emulator: neverFits]]'], schema);
		expect(String(never.errorItems[0]?.json.error)).toMatch(/does not fit the schema: total: is missing/);
		expect(String(never.errorItems[0]?.json.error)).toContain('surprise');
	});

	it('leaves braces, quotes and whole documents in the text alone', async () => {
		const text = 'Note: {"total": "{{ x }}"} \\"}]\nTotal: 3';
		expect(jsonOf(await extract([text], attributes(['note', 'string'], ['total', 'number']))).data).toEqual({
			note: '{"total": "{{ x }}"} \\"}]',
			total: 3,
		});
	});

	it('reads its schema from an example and by hand', async () => {
		const example = {
			schemaType: 'fromJson',
			jsonExample: '{ "buyer": { "name": "x" }, "total": 1, "due": "2026-01-01" }',
		};
		const text = 'Name: Ada\nTotal: 5\nDue: 24.12.2026';
		expect(jsonOf(await extract([text], example)).data).toEqual({
			buyer: { name: 'Ada' },
			total: 5,
			due: '2026-12-24',
		});
		const manual = {
			schemaType: 'manual',
			jsonSchema: '{ "type": "object", "properties": { "total": { "type": "integer" } } }',
		};
		expect(jsonOf(await extract([text], manual)).data).toEqual({ total: 5 });
	});
});

describe('text: classifyZeroShot', () => {
	const classify = async (text: string, candidateLabels: string, options: INodeParameters = {}, model = LLAMA) =>
		await world.engine.run({
			parameters: withOptions(asked('text', 'classifyZeroShot', { text, candidateLabels }, model), options),
			onError: 'continueErrorOutput',
		});
	const LABELS = 'billing: invoices and refunds, delivery: parcels, other';

	it('gives honest scores over the labels', async () => {
		const json = jsonOf(await classify('A refund for my invoice, please', LABELS));
		expect(json).toMatchObject({ label: 'billing', labels: [{ label: 'billing' }, {}, {}] });
		const scores = Object.values(json.scores ?? {}).map(Number);
		expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1);
		expect(bodyOf()).toMatchObject({ max_tokens: 1, logprobs: true, temperature: 0 });
	});

	it('is unsure below the score that it must reach', async () => {
		expect(jsonOf(await classify('Hello', LABELS, { minScore: 0.9 }))).toMatchObject({ label: 'unsure' });
	});

	it('gives the label alone where a model tells no probabilities', async () => {
		const json = jsonOf(await classify('My parcel', LABELS, {}, 'google/gemma-4-E4B-it'));
		expect(Object.keys(json).sort()).toEqual(['label', 'usage']);
		expect(json.label).toBe('delivery');
		const none = await classify('My parcel [[emulator: wrongLabel]]', LABELS, {}, 'google/gemma-4-E4B-it');
		expect(String(none.errorItems[0]?.json.error)).toContain('none of the labels');
	});

	it('asks for each of several labels that may fit', async () => {
		const both = jsonOf(await classify('Refund the invoice of my parcel', LABELS, { multiLabel: true }));
		expect(both).toMatchObject({ label: 'billing', chosen: ['billing', 'delivery'] });
		expect(sent()).toHaveLength(3);
		expect(jsonOf(await classify('Hello', LABELS, { multiLabel: true }))).toMatchObject({
			label: 'unsure',
			chosen: [],
		});
	});
});

describe('text: summarize, translate, countTokens', () => {
	const run = async (operation: string, rest: INodeParameters, options: INodeParameters = {}, model = LLAMA) =>
		await world.engine.run({
			parameters: withOptions(asked('text', operation, rest, model), options),
			onError: 'continueErrorOutput',
		});

	it('sums up a short text in one request', async () => {
		expect(jsonOf(await run('summarize', { text: 'It began. It went on. It ended.' }))).toMatchObject({
			summary: 'It began. It ended.',
			parts: 1,
		});
		expect(sent()).toHaveLength(1);
	});

	it('sums up a long text in parts that fit the context, and counts them and their cost', async () => {
		const text = Array.from(
			{ length: 400 },
			(_unused, index) => `Sentence ${index} says what happened on day ${index}.`,
		).join(' ');
		const json = jsonOf(await run('summarize', { text }, {}, 'emulator/narrow-2k'));
		expect(json.summary).toBe('Sentence 0 says what happened on day 0. Sentence 399 says what happened on day 399.');
		expect(json.parts).toBeGreaterThan(3);
		expect(sent().every(({ status }) => status === 200)).toBe(true);
		expect(json.usage).toMatchObject({ costUsd: expect.any(Number) });
		expect(json).not.toHaveProperty('room');
	});

	it('translates, names the source language, and keeps what is no language', async () => {
		const text = '# Hello **world**\n\nGood {{name}}, <b>thanks</b> %s\n';
		const json = jsonOf(
			await run('translate', { text, targetLanguage: 'French' }, { glossary: 'thanks = grand merci' }),
		);
		expect(json).toMatchObject({
			translation: '# bonjour **monde**\n\nbon {{name}}, <b>grand merci</b> %s\n',
			sourceLanguage: 'English',
		});
	});

	it('translates long texts in parts with every line break', async () => {
		const text = Array.from({ length: 120 }, (_unused, index) => `Hello world ${index}`).join('\n\n');
		const json = jsonOf(
			await run('translate', { text, targetLanguage: 'German' }, { sourceLanguage: 'English' }, 'emulator/narrow-2k'),
		);
		expect(json.translation).toBe(text.replaceAll('Hello world', 'hallo Welt'));
		expect(sent().length).toBeGreaterThan(1);
	});

	it('counts tokens for free', async () => {
		const json = jsonOf(await run('countTokens', { text: 'Hello big world!' }));
		expect(json).toEqual({ tokens: 4, contextLength: 131072 });
	});
});

describe('image: analyze and document: extractText, extract', () => {
	const picture = async () => {
		const { makePng } = await import('../../../support/files');
		return { json: {}, binary: { data: await world.engine.binary(makePng(4, 4), 'a.png', 'image/png') } };
	};

	it('asks about a picture', async () => {
		const parameters = asked('image', 'analyze', { prompt: 'What is it?' }, SEES);
		expect(jsonOf(await world.engine.run({ parameters, items: [await picture()] })).text).toContain(
			'What is it?: image/png',
		);
		const blind = asked('image', 'analyze', { prompt: 'What is it?' });
		const result = await world.engine.run({
			parameters: blind,
			items: [await picture()],
			onError: 'continueErrorOutput',
		});
		expect(String(result.errorItems[0]?.json.error)).toMatch(/made for text generation, which 'Analyze' is not/);
		const unknown = asked('image', 'analyze', { prompt: 'What is it?' }, 'mistralai/Mistral-7B-v0.1');
		const asksAll = await world.engine.run({
			parameters: unknown,
			items: [await picture()],
			onError: 'continueErrorOutput',
		});
		expect(String(asksAll.errorItems[0]?.json.error)).toContain('Image input is not supported');
	});

	it('reads a picture as a document of one page', async () => {
		const parameters = asked('document', 'extractText', {}, SEES);
		expect(jsonOf(await world.engine.run({ parameters, items: [await picture()] }))).toMatchObject({
			text: expect.stringContaining('image/png'),
			pages: 1,
		});
	});
});
