/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports */
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { NodeConnectionTypes, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { AIMessage, type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { startEmulator, type Emulator, type Fault } from '../../../emulator';
import { gzipBomb } from '../../../emulator/bomb';
import { openSupply, type SupplyOptions } from '../../../support/engine/supply';
import { modelId } from '../../../support/parameters';
import { failureOf } from '../../../support/results';
import { jsonReply, notFound, startService, type Reply, type Service } from '../../../support/service';
import { isDict } from '../../../../nodes/shared/core/answer';
import { stopwatch } from '../../../support/yardstick';

// n8n guesses at the tokens of each question by a vocabulary of 200,000 words, which takes two seconds to read.
const utilities = path.dirname(require.resolve('@n8n/ai-utilities'));
const tokenizer: Record<string, unknown> = jest.requireActual(path.join(utilities, 'utils/tokenizer/tiktoken.js'));
tokenizer.encodingForModel = async () => await Promise.resolve({ encode: (text: string) => text.split(' ') });

let emulator: Emulator;
beforeAll(async () => (emulator = await startEmulator({ seed: 5 })));
beforeEach(() => {
	emulator.requests.length = 0;
	emulator.options.faults = undefined;
	emulator.options.chatStream = undefined;
});
afterAll(async () => await emulator.close());

const MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';

async function open(options: INodeParameters = {}, rest: Partial<SupplyOptions> = {}, model = MODEL) {
	const supply = await openSupply({
		node: 'lmChatDeepInfra',
		connection: NodeConnectionTypes.AiLanguageModel,
		parameters: { model: modelId(model), options },
		baseUrl: emulator.url,
		...rest,
	});
	if (!(supply.response instanceof ChatOpenAI)) throw new Error("not LangChain's chat model");
	return { chat: supply.response, runs: supply.runs };
}

const isChat = ({ path }: { path: string }) => path.endsWith('/chat/completions');
const asked = () => emulator.requests.filter(isChat);
const bodies = () => asked().flatMap(({ json }) => (isDict(json) ? [json] : []));
const failing = (times: number, fault: Fault) => {
	let left = times;
	emulator.options.faults = (request) => (isChat(request) && left-- > 0 ? fault : undefined);
};
const calculator = {
	type: 'function',
	function: {
		name: 'calculator',
		description: 'adds',
		parameters: { type: 'object', properties: { input: { type: 'string' } } },
	},
};

describe('the chat model under LangChain', () => {
	it('answers, and shows its tokens and cost in the run data', async () => {
		const { chat, runs } = await open();
		const answer = await chat.invoke('Hello there');
		expect(String(answer.content).length).toBeGreaterThan(0);
		expect(asked().map(({ path }) => path)).toEqual(['/v1/chat/completions']);
		const json = runs()[0]?.data?.ai_languageModel?.[0]?.[0]?.json;
		expect(json).toMatchObject({ tokenUsage: { promptTokens: expect.any(Number), cost: expect.any(Number) } });
	});

	it('streams in pieces with its cost', async () => {
		const { chat, runs } = await open();
		const pieces: string[] = [];
		for await (const piece of await chat.stream('Write three words')) pieces.push(String(piece.content));
		expect(pieces.filter(Boolean).length).toBeGreaterThan(1);
		expect(runs()[0]?.data?.ai_languageModel?.[0]?.[0]?.json).toMatchObject({
			tokenUsage: { cost: expect.any(Number) },
		});
	});

	it('gives a whole answer as one piece where streaming is off', async () => {
		const { chat } = await open({ streaming: false });
		const pieces: string[] = [];
		for await (const piece of await chat.stream('Write three words')) pieces.push(String(piece.content));
		expect(pieces.join('').length).toBeGreaterThan(0);
		expect(bodies().map(({ stream }) => stream)).toEqual([undefined]);
	});

	it('sends its options under the names of the service', async () => {
		const { chat } = await open({
			maxTokens: 50,
			minP: 0.1,
			seed: 7,
			serviceTier: 'flex',
			reasoningEffort: 'xhigh',
			stop: ['###'],
			fallbackModels: 'a/b, c/d',
			responseFormat: 'json_schema',
			jsonSchema: '{ "type": "object", "properties": { "a": { "type": "string" } } }',
		});
		await chat
			.bindTools([calculator])
			.invoke('x')
			.catch(() => undefined);
		expect(bodies()[0]).toMatchObject({
			model: MODEL,
			max_tokens: 50,
			min_p: 0.1,
			seed: 7,
			service_tier: 'flex',
			reasoning_effort: 'xhigh',
			stop: ['###'],
			models: ['a/b', 'c/d'],
			response_format: { type: 'json_schema' },
			tools: [{ type: 'function' }],
		});
	});

	it('sends the empty words beside a tool call as none', async () => {
		const { chat } = await open();
		const call = { id: 'c1', name: 'calculator', args: { input: '1+1' } };
		await chat.invoke([
			new HumanMessage('1+1?'),
			new AIMessage({ content: [], tool_calls: [call] }),
			new ToolMessage({ content: '2', tool_call_id: 'c1' }),
		]);
		expect(bodies()[0]?.messages).toMatchObject([{}, { role: 'assistant', content: null }, {}]);
	});

	it('tries again what was not taken', async () => {
		failing(2, { kind: 'status', status: 429, retryAfter: 0, body: { detail: 'busy' } });
		const { chat } = await open();
		expect(String((await chat.invoke('Hello')).content).length).toBeGreaterThan(0);
		expect(asked()).toHaveLength(3);
	});

	it('is told to lower nothing that it does not have', async () => {
		failing(99, { kind: 'status', status: 429, retryAfter: 0 });
		const { chat } = await open({ maxRetries: 0 });
		const advice = { description: expect.stringMatching(/or raise 'Max Retries' under 'Options'\.$/) };
		await expect(chat.invoke('Hello')).rejects.toMatchObject(advice);
		await expect(chat.invoke('Hello')).rejects.not.toMatchObject({
			description: expect.stringContaining('Concurrency'),
		});
	});

	const refusals: Array<[string, Fault, RegExp, number]> = [
		[
			'no balance',
			{ kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } },
			/DeepInfra account has no balance.*please enter a payment method/,
			1,
		],
		[
			'a text of its own',
			{ kind: 'status', status: 422, body: { detail: [{ loc: ['body', 'max_tokens'], msg: 'too many' }] } },
			/too many/,
			1,
		],
		['an answer that may have been billed', { kind: 'status', status: 504, body: 'late' }, /DeepInfra/, 1],
		[
			'busy for ever',
			{ kind: 'status', status: 429, retryAfter: 0, body: { error: { message: 'Rate limited' } } },
			/DeepInfra .*Rate limited/,
			3,
		],
	];
	it.each(refusals)('says in words that name DeepInfra: %s', async (_, fault, words, times) => {
		failing(99, fault);
		const { chat, runs } = await open({ maxRetries: 2 });
		await expect(chat.invoke('Hello')).rejects.toThrow(words);
		await expect(chat.invoke('Hello')).rejects.not.toThrow(/OpenAI/);
		expect(asked()).toHaveLength(2 * times);
		expect(runs()[0]?.error?.message).toMatch(words);
	});

	it.each(['as a whole', 'in pieces'])('an answer that stalls, %s, is told by Timeout', async (how) => {
		failing(1, { kind: 'stalledBody' });
		const { chat } = await open({ timeout: 1 });
		const read = async () => {
			for await (const piece of await chat.stream('Write three words')) void piece;
		};
		const failure = await failureOf(how === 'in pieces' ? read() : chat.invoke('Write three words'));
		expect(failure.message).toMatch(/did not finish its answer within 1 second/);
		expect(failure.description).toMatch(/may have billed this request.*Raise 'Timeout'/);
		expect(asked()).toHaveLength(1);
	});

	it.each<[string, Fault | undefined, RegExp, RegExp]>([
		['that is no HTTP', { kind: 'notHttp' }, /sent an answer that is no HTTP/, /may have billed this request/],
		['of a server that has no certificate', undefined, /does not speak HTTPS/, /begins with http:/],
	])('an answer %s is told', async (_, fault, message, description) => {
		if (fault) failing(1, fault);
		const baseUrl = fault ? emulator.url : emulator.url.replace('http:', 'https:');
		const failure = await failureOf((await open({}, { baseUrl })).chat.invoke('Hello'));
		expect(failure.message).toMatch(message);
		expect(failure.description).toMatch(description);
		expect(asked()).toHaveLength(fault ? 1 : 0);
	});

	describe('with fallback models', () => {
		const others = 'emulator/second, emulator/third';
		const modelsAsked = () => bodies().map(({ model, models }) => [model, models]);
		const answering = (only: string, fault: Fault) =>
			(emulator.options.faults = (request) =>
				isChat(request) && isDict(request.json) && request.json.model !== only ? fault : undefined);
		const busy: Fault = { kind: 'status', status: 429, retryAfter: 0 };

		it.each<[string, Fault]>([
			['busy', busy],
			['down', { kind: 'status', status: 503, retryAfter: 0 }],
			['not there', { kind: 'status', status: 404, body: { detail: { error: 'Model not found' } } }],
		])('asks the next one when one is %s, and no other thereafter', async (_, fault) => {
			const second = 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo';
			const third = 'Qwen/Qwen3-235B-A22B-Instruct-2507';
			const fourth = 'mistralai/Mistral-Small-3.2-24B-Instruct-2506';
			answering(third, fault);
			const { chat } = await open({ maxRetries: 0, fallbackModels: [second, third, fourth].join(', ') });
			expect(String((await chat.invoke('Hello')).content).length).toBeGreaterThan(0);
			expect(modelsAsked()).toEqual([
				[MODEL, [second, third, fourth]],
				[second, [third, fourth]],
				[third, [fourth]],
			]);
		});

		it('has tried each as often as it may', async () => {
			answering('none', busy);
			const { chat } = await open({ maxRetries: 1, fallbackModels: others });
			const failure = await failureOf(chat.invoke('Hello'));
			expect(failure.message).toMatch(/DeepInfra is receiving too many requests/);
			expect(failure.description).toMatch(/'emulator\/third' was asked since 'emulator\/second' is too busy/);
			expect(modelsAsked().map(([model]) => model)).toEqual([
				...[MODEL, MODEL],
				...['emulator/second', 'emulator/second'],
				...['emulator/third', 'emulator/third'],
			]);
		});

		it.each<[string, Fault]>([
			['money', { kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } }],
			['a key', { kind: 'status', status: 401 }],
			['an answer that may be billed', { kind: 'status', status: 504 }],
			['values that it takes', { kind: 'status', status: 422, body: { detail: 'too many' } }],
		])('asks no other for the want of %s', async (_, fault) => {
			answering('none', fault);
			const { chat } = await open({ maxRetries: 0, fallbackModels: others });
			await expect(chat.invoke('Hello')).rejects.toThrow();
			expect(asked()).toHaveLength(1);
		});

		it('ends with Stop between two of them', async () => {
			answering('none', { kind: 'status', status: 503, retryAfter: 60 });
			const stop = new AbortController();
			const { chat } = await open({ maxRetries: 1, fallbackModels: others });
			const failure = chat.invoke('Hello', { signal: stop.signal }).catch((error: unknown) => error);
			while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
			stop.abort();
			expect(await failure).toBeInstanceOf(Error);
			expect(asked()).toHaveLength(1);
		});
	});

	describe('an answer of status 200 that is none', () => {
		const answering = (contentType: string, body: string) =>
			(emulator.options.faults = (request) =>
				isChat(request) ? { kind: 'status', status: 200, contentType, body } : undefined);
		const words = 'the engine ran out of memory';
		const events = (event: object) => `data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`;

		it.each<[string, string, RegExp]>([
			['the error form', JSON.stringify({ error: { message: words, code: 500 } }), /ran out of memory/],
			['the native form', JSON.stringify({ detail: { error: words } }), /ran out of memory/],
			['no choices', JSON.stringify({ id: 'x', object: 'chat.completion', choices: [] }), /without a result/],
			['null', 'null', /DeepInfra/],
			['a page of a proxy', '<html>Bad gateway</html>', /DeepInfra/],
			['nothing', '', /DeepInfra/],
		])("is said in DeepInfra's words: %s", async (_, body, told) => {
			answering('application/json', body);
			const { chat } = await open();
			const failure = await chat.invoke('Hello').catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(Error);
			expect(String(failure)).toMatch(told);
			expect(String(failure)).not.toMatch(/OpenAI|Cannot read/);
			expect(asked()).toHaveLength(1);
		});

		it('is said where a stream brings nothing', async () => {
			answering('text/event-stream', ': ping\n\ndata: [DONE]\n\n');
			const { chat } = await open();
			const read = async () => {
				for await (const piece of await chat.stream('Hello')) void piece;
			};
			await expect(read()).rejects.toThrow(/DeepInfra sent an empty answer/);
		});

		it('counts against the budget what it says it cost', async () => {
			answering('application/json', JSON.stringify({ error: words, usage: { estimated_cost: 0.5 } }));
			const { chat } = await open({ budgetUsd: 0.1 }, { executionId: 'billed failure' });
			await expect(chat.invoke('Hello')).rejects.toThrow(/ran out of memory/);
			await expect(chat.invoke('Hello')).rejects.toThrow(/Budget reached/);
			expect(asked()).toHaveLength(1);
		});

		it.each<[string, object]>([
			['the error form', { error: { message: words } }],
			['the form of native streams', { error_type: 'oom', error_message: words }],
		])('is said where it comes within a stream: %s', async (_, event) => {
			answering('text/event-stream', events(event));
			const { chat } = await open();
			const read = async () => {
				for await (const piece of await chat.stream('Hello')) void piece;
			};
			const failure = await read().catch((error: unknown) => error);
			expect(String(failure)).toMatch(/ran out of memory/);
			expect(String(failure)).not.toMatch(/OpenAI|Cannot read/);
			expect(asked()).toHaveLength(1);
		});
	});

	it.each<[string, Fault, number]>([
		['closed at once', { kind: 'resetBeforeHeaders' }, 2],
		['closed while it may be worked on', { kind: 'resetAfter', afterMs: 1600 }, 1],
	])('sends again what cannot have been billed, and nothing else: %s', async (_, fault, times) => {
		failing(1, fault);
		const { chat } = await open({ maxRetries: 1 });
		const said = await chat.invoke('Hello').then(
			() => 'answered',
			(error: unknown) => String(error),
		);
		expect(said).toMatch(times === 2 ? /answered/ : /received the request and closed the connection/);
		expect(asked()).toHaveLength(times);
	});

	it('says that a stream was cut off, and never sends it again', async () => {
		emulator.options.chatStream = { breakAfter: 1 };
		const { chat } = await open();
		const read = async () => {
			for await (const piece of await chat.stream('Write many words')) void piece;
		};
		await expect(read()).rejects.toThrow(/cut off|closed/);
		expect(asked()).toHaveLength(1);
	});

	it('does not ask a model without tools that is given some', async () => {
		const { chat } = await open({}, {}, 'allenai/olmOCR-2-7B-1025');
		await expect(chat.bindTools([calculator]).invoke('1+1?')).rejects.toThrow(/allenai.*cannot use tools/);
		expect(asked()).toEqual([]);
		expect(String((await chat.invoke('Hello')).content).length).toBeGreaterThan(0);
	});

	it.each([true, false])('calls two tools at once; streaming: %s', async (streaming) => {
		const { chat } = await open({ streaming });
		const weather = {
			type: 'function',
			function: { name: 'weather', description: 'sky', parameters: calculator.function.parameters },
		};
		let calls = 0;
		for await (const piece of await chat.bindTools([calculator, weather]).stream('Use calculator and weather')) {
			calls += piece.tool_call_chunks?.filter(({ name }) => name).length ?? 0;
		}
		expect(calls).toBe(2);
	});

	describe.each<[string, unknown, unknown]>([
		['nothing', '', {}],
		['no word of them', undefined, {}],
		['null', null, {}],
		['null in words', ' null', {}],
		['JSON with line breaks', '{"q": "a\nb"}', { q: 'a\nb' }],
		['JSON in a text', '"{\\"q\\": 1}"', { q: 1 }],
		['an object', { q: 1 }, { q: 1 }],
		['a number that JavaScript cannot hold', '{"q": 12345678901234567890}', { q: '12345678901234567890' }],
		['JSON as it should be', '{"q": [1]}', { q: [1] }],
	])('calls a tool with %s', (_, given, args) => {
		const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: given } };
		const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, estimated_cost: 0.001 };
		const now = { type: 'function', function: { name: 'now', description: 'time', parameters: { type: 'object' } } };
		const called = [{ name: 'now', args, id: 'call_1', type: 'tool_call' }];
		const callsIn = async (pieces: AsyncIterable<AIMessageChunk>) => {
			let whole: AIMessageChunk | undefined;
			for await (const piece of pieces) whole = whole?.concat(piece) ?? piece;
			return whole?.tool_calls;
		};

		it.each([true, false])('in a whole answer; streaming: %s', async (streaming) => {
			const message = { role: 'assistant', content: null, tool_calls: [call] };
			const body = { id: 'chatcmpl-1', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage };
			failing(2, { kind: 'status', status: 200, body });
			const chat = (await open({ streaming })).chat.bindTools([now]);
			expect((await chat.invoke('What time is it?')).tool_calls).toEqual(called);
			expect(await callsIn(await chat.stream('What time is it?'))).toEqual(called);
		});

		it('in a stream', async () => {
			const pieces = [
				{ delta: { role: 'assistant', tool_calls: [{ index: 0, ...call }] }, finish_reason: null },
				{ delta: {}, finish_reason: 'tool_calls' },
			].map((choice) => JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, ...choice }], usage }));
			const body = [...pieces, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
			failing(1, { kind: 'status', status: 200, body, contentType: 'text/event-stream' });
			const chat = (await open()).chat.bindTools([now]);
			expect(await callsIn(await chat.stream('What time is it?'))).toEqual(called);
		});
	});

	describe.each<[string, IDataObject, string, RegExp | undefined]>([
		['only thought', { content: null, reasoning_content: 'Hm' }, 'length', /still thinking.*'Max Tokens'/],
		['did not get to its first word', { content: '' }, 'length', /before the answer began.*'Max Tokens'/],
		['refused', { content: null, refusal: 'I cannot help with that' }, 'stop', /refused to answer: I cannot help/],
		['was filtered', { content: '' }, 'content_filter', /safety filter stopped this answer/],
		[
			'calls a tool with half an argument',
			{ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'calculator', arguments: '{"in' } }] },
			'tool_calls',
			/called 'calculator' with arguments that are not a JSON object/,
		],
		[
			'is cut within the call of a tool',
			{ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'calculator', arguments: '{"in' } }] },
			'length',
			/call of 'calculator' was cut off at the token limit.*'Max Tokens'/,
		],
		['was cut at its limit', { content: 'Half of' }, 'length', undefined],
		['says nothing at the end of its work', { content: null }, 'stop', undefined],
	])('an answer that %s', (_, said, finish, words) => {
		const usage = { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10, estimated_cost: 0.04 };
		const answers = {
			whole: { id: 'chatcmpl-1', choices: [{ index: 0, message: said, finish_reason: finish }], usage },
			stream: [
				{ choices: [{ index: 0, delta: { role: 'assistant', ...said }, finish_reason: null }] },
				{ choices: [{ index: 0, delta: {}, finish_reason: finish }], usage },
			],
		};

		it.each(['whole', 'stream'] as const)('%s', async (way) => {
			const events = answers.stream.map((event) => JSON.stringify({ id: 'chatcmpl-1', ...event }));
			failing(
				3,
				way === 'whole'
					? { kind: 'status', status: 200, body: answers.whole }
					: {
							kind: 'status',
							status: 200,
							body: [...events, '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
							contentType: 'text/event-stream',
						},
			);
			const { chat } = await open({ budgetUsd: 0.07 }, { executionId: `said ${Math.random()}` });
			const ask = async () => {
				if (way === 'whole') return void (await chat.invoke('Hello'));
				for await (const piece of await chat.stream('Hello')) void piece;
			};
			if (!words) return await ask();
			const { message, description } = await failureOf(ask());
			expect(`${message} ${description}`).toMatch(words);
			expect(description).toContain('DeepInfra billed $0.04 for it.');
			expect(asked()).toHaveLength(1);
			// Counted once: there is room for another.
			await failureOf(ask());
			await expect(ask()).rejects.toThrow(/Budget reached: this run has cost \$0\.08/);
			expect(asked()).toHaveLength(2);
		});
	});

	it('tells calls apart whose pieces a stream does not number', async () => {
		const piece = (id: string | undefined, name: string | undefined, json: string) => ({
			delta: { tool_calls: [{ id, type: 'function', function: { name, arguments: json } }] },
		});
		const choices = [
			{ delta: { role: 'assistant', content: '' } },
			piece('call_1', 'calculator', ''),
			piece(undefined, undefined, '{"input": '),
			piece(undefined, undefined, '"1+1"}'),
			piece('call_2', 'calculator', '{"input"'),
			piece('', undefined, ': "2+2"}'),
			{ delta: {}, finish_reason: 'tool_calls' },
		].map((choice) => JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, ...choice }] }));
		const body = [...choices, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
		failing(1, { kind: 'status', status: 200, body, contentType: 'text/event-stream' });
		const { chat } = await open();
		let whole: AIMessageChunk | undefined;
		for await (const part of await chat.bindTools([calculator]).stream('1+1 and 2+2'))
			whole = whole?.concat(part) ?? part;
		expect(whole?.tool_calls).toMatchObject([
			{ id: 'call_1', args: { input: '1+1' } },
			{ id: 'call_2', args: { input: '2+2' } },
		]);
	});

	describe('reads what no OpenAI writes', () => {
		const call = (name: unknown, json: unknown, rest: IDataObject = { index: 0, id: 'call_1' }) => ({
			...rest,
			type: 'function',
			function: { name, arguments: json },
		});
		const called = (...calls: object[]) => ({ delta: { tool_calls: calls } });
		const begun = { delta: { role: 'assistant', content: '' } };
		const ended = { delta: {}, finish_reason: 'tool_calls' };
		const more = (json: unknown, rest: IDataObject = { index: 0 }) => ({ ...rest, function: { arguments: json } });
		const [one, two] = [{ input: '1+1' }, { input: '2+2' }];
		const [first, second] = [JSON.stringify(one), JSON.stringify(two)];
		const read = async (choices: object[], talk: Parameters<ChatOpenAI['stream']>[0] = 'Hello', run = {}) => {
			const events = choices.map((choice) => JSON.stringify({ id: 'c1', choices: [{ index: 0, ...choice }] }));
			const body = [...events, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
			failing(1, { kind: 'status', status: 200, body, contentType: 'text/event-stream' });
			let whole: AIMessageChunk | undefined;
			for await (const part of await (await open({}, run)).chat.stream(talk)) whole = whole?.concat(part) ?? part;
			return whole;
		};

		it.each<[string, object[], object[]]>([
			['without a role', [called(call('calculator', '{"inp')), called(more('ut":"1+1"}'))], [one]],
			['with an empty role', [begun, { delta: { role: '', ...called(call('calculator', first)).delta } }], [one]],
			['without an ID', [begun, called(call('calculator', '', { index: 0 })), called(more(first))], [one]],
			['with an ID later', [begun, called(call('calculator', '')), called(more(first, { index: 0, id: 't1' }))], [one]],
			[
				'with an ID for each piece',
				[begun, called(call('calculator', '{"inp')), called(more('ut":"1+1"}', { index: 0, id: 'other' }))],
				[one],
			],
			[
				'with its name in pieces',
				[begun, called(call('calcu', '')), called(call('lator', first, { index: 0 }))],
				[one],
			],
			[
				'with its name in each piece',
				[
					begun,
					called(call('calculator', '{"input":"1+1","other":')),
					called(call('calculator', 'null')),
					called(more('}')),
				],
				[{ ...one, other: null }],
			],
			['with an object', [begun, called(call('calculator', '')), called(more(one))], [one]],
			['in the place of their list', [begun, { delta: { tool_calls: call('calculator', first) } }], [one]],
			[
				'under their numbers',
				[begun, { delta: { tool_calls: { '0': call('calculator', '{"inp') } } }, called(more('ut":"1+1"}'))],
				[one],
			],
			['in a message', [begun, { message: { tool_calls: [call('calculator', one, {})] } }], [one]],
			[
				'with numbers that JavaScript cannot hold',
				[
					begun,
					called(call('calculator', '{"input":[-12345678901')),
					called(more('234567890,1234567890')),
					called(more('123456.5, 12345678901234567]')),
					called(more(',"text":"12345678901234567,\\"')),
					called(more('12345678901234567 ", "n": 12345678901234567}')),
				],
				[
					{
						input: ['-12345678901234567890', 1234567890123456.5, '12345678901234567'],
						text: '12345678901234567,"12345678901234567 ',
						n: '12345678901234567',
					},
				],
			],
			['as the only one', [{ delta: { function_call: { name: 'calculator', arguments: first } } }], [one]],
			[
				'numbered like another',
				[
					called(call('calculator', first), call('calculator', '{"inp', { index: 0, id: 'call_2' })),
					called(more('ut":"2+2"}')),
				],
				[one, two],
			],
			[
				'numbered like another, without an ID',
				[
					called(call('calculator', first, { index: 0, id: '' })),
					called(call('calculator', second, { index: 0, id: '' })),
				],
				[one, two],
			],
			[
				'with the ID of another',
				[called(call('calculator', first)), called(call('calculator', second, { index: 1, id: 'call_1' }))],
				[one, two],
			],
			[
				'with the ID of another, in pieces',
				[
					called(call('calculator', '{"inp')),
					called(more('ut":"1+1"}', { index: 0, id: 'call_1' })),
					called(call('calculator', '{"inp', { index: 1, id: 'call_1' })),
					called(more('ut":"2+2"}', { index: 1, id: 'call_1' })),
				],
				[one, two],
			],
		])('calls %s', async (_, choices, args) => {
			const whole = await read([...choices, ended]);
			expect(whole?.getType()).toBe('ai');
			expect(whole?.invalid_tool_calls).toEqual([]);
			expect(whole?.tool_calls).toEqual(
				args.map((each) => ({ name: 'calculator', args: each, id: expect.stringMatching(/./), type: 'tool_call' })),
			);
			expect(new Set(whole?.tool_calls?.map(({ id }) => id)).size).toBe(args.length);
		});

		it.each([true, false])(
			'calls a tool with the ID of an earlier turn: the agent would not see what it gave; streaming: %s',
			async (streaming) => {
				const turn = call('calculator', first, { id: 'functions.calculator:0' });
				const message = { role: 'assistant', content: null, tool_calls: [turn] };
				const choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
				failing(3, { kind: 'status', status: 200, body: { id: 'c1', choices } });
				const { chat } = await open({ streaming });
				const [told] = (await chat.invoke('1+1?')).tool_calls ?? [];
				expect(told?.id).toBe('functions.calculator:0');
				const talk = [
					new HumanMessage('1+1?'),
					new AIMessage({ content: '', tool_calls: told ? [told] : [] }),
					new ToolMessage({ content: '2', tool_call_id: told?.id ?? '' }),
				];
				for (const answer of [await chat.invoke(talk), await read([{ message }, ended], talk)])
					expect(answer?.tool_calls).toMatchObject([{ args: one, id: expect.stringMatching(/^call_/) }]);
			},
		);

		it.each<[string, object[]]>([
			[
				'in parts',
				[begun, { delta: { content: [{ type: 'text', text: 'Hel' }] } }, { delta: { content: { text: 'lo' } } }],
			],
			['in a message', [begun, { message: { content: 'Hello' } }]],
			['in a message at its end, too', [{ delta: { content: 'Hello' } }, { delta: {}, message: { content: 'Hello' } }]],
			...[1, 3, 20].map((size): [string, object[]] => [
				`behind thoughts in tags, by ${size} letters`,
				['\n<think>Hm, <thin', 'k> or </thi', ' nk>?</think>\n\nHello']
					.join('')
					.match(new RegExp(`[^]{1,${size}}`, 'g'))
					?.map((content) => ({ delta: { content } })) ?? [],
			]),
		])('words %s, with an end that says nothing else', async (_, choices) => {
			const whole = await read([...choices, { finish_reason: 'stop' }]);
			expect(whole?.getType()).toBe('ai');
			expect(whole).toMatchObject({ content: 'Hello', response_metadata: { finish_reason: 'stop' } });
		});

		const said = (content: string, finish: unknown = null) => ({
			id: 'c1',
			choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: finish }],
		});
		const lines = [said('Hel'), said('lo'), said('', 'stop')].map((event) => `data: ${JSON.stringify(event)}`);
		const long = [said('Hel'), said('lo', 'stop')].map((event) =>
			JSON.stringify(event, null, 1).replace(/^/gm, 'data: '),
		);
		it.each<[string, string, string?]>([
			['no blank lines between them', `${[...lines, 'data: [DONE]'].join('\n')}\n`],
			['no line end at the last', lines.join('\n')],
			['several lines each', `${[...long, 'data: [DONE]'].join('\n\n')}\n\n`],
			['several lines each, without a last word', long.join('\r\n\r\n')],
			['a kind in capitals', `${lines.join('\n\n')}\n\n`, 'Text/Event-Stream'],
			['another kind', `${lines.join('\n\n')}\n\n`, 'text/plain'],
			['another kind, and words before', `: ping\n\n${lines.join('\n\n')}\n\n`, 'application/json'],
			['carriage returns alone', `${[...lines, 'data: [DONE]'].join('\r\r')}\r\r`],
			['no `data:`', lines.join('\n').replaceAll('data: ', '')],
		])('events with %s', async (_, body, contentType = 'text/event-stream') => {
			failing(1, { kind: 'status', status: 200, body, contentType });
			let text = '';
			for await (const { content } of await (await open()).chat.stream('Hello')) text += String(content);
			expect(text).toBe('Hello');
		});

		it.each([true, false])('thoughts before calls of tools go back with them; streaming: %s', async (streaming) => {
			const reasoning = { reasoning_content: 'Hm: 1+1, 2+2.' };
			const calls = [
				call('calculator', first, { index: 0, id: 't1' }),
				call('calculator', second, { index: 1, id: 't2' }),
			];
			const run = { executionId: `thinking ${streaming}` };
			const options = { streaming };
			// n8n makes a message of each call.
			const talk = ['t1', 't2'].flatMap((id) => [
				new AIMessage({ content: [], tool_calls: [{ id, name: 'calculator', args: one }] }),
				new ToolMessage({ content: '2', tool_call_id: id }),
			]);
			if (streaming)
				await read([{ delta: reasoning }, { delta: { content: '' } }, called(...calls), ended], 'Hello', run);
			else {
				const message = { role: 'assistant', content: null, ...reasoning, tool_calls: calls };
				failing(1, {
					kind: 'status',
					status: 200,
					body: { id: 'c1', choices: [{ message, finish_reason: 'tool_calls' }] },
				});
				await (await open(options, run)).chat.invoke('Hello');
			}
			// The chat model is opened anew for each turn; another run knows nothing of it.
			for (const [again, thought] of [
				[run, reasoning],
				[{ executionId: 'other' }, {}],
			] as const) {
				await (await open(options, again)).chat.invoke(talk);
				const sent = bodies().at(-1)?.messages;
				expect(sent).toMatchObject([{ role: 'assistant', ...thought }, { role: 'tool' }, { role: 'assistant' }, {}]);
				expect(JSON.stringify(sent).split('Hm: ')).toHaveLength('reasoning_content' in thought ? 2 : 1);
			}
		});

		it.each([true, false])(
			"a tool's own 'id' goes back as it was, where n8n writes the call's; streaming: %s",
			async (streaming) => {
				const run = { executionId: `ids ${streaming}` };
				const given = [{ id: '17', note: 'x' }, { note: 'y' }];
				const calls = given.map((args, index) => call('order', JSON.stringify(args), { index, id: `call_${index}` }));
				if (streaming) await read([called(...calls), ended], 'Hello', run);
				else {
					const choices = [{ index: 0, message: { tool_calls: calls }, finish_reason: 'tool_calls' }];
					failing(1, { kind: 'status', status: 200, body: { id: 'c1', choices } });
					await (await open({ streaming }, run)).chat.invoke('Hello');
				}
				const again = given.flatMap((args, index) => {
					const id = `call_${index}`;
					const wrong = { id, name: 'order', args: { ...args, id } };
					return [
						new AIMessage({ content: [], tool_calls: [wrong] }),
						new ToolMessage({ content: '2', tool_call_id: id }),
					];
				});
				await (await open({ streaming }, run)).chat.invoke(again);
				const withArguments = (json: string) => ({ tool_calls: [{ function: { arguments: json } }] });
				expect(bodies().at(-1)?.messages).toMatchObject([
					withArguments('{"id":"17","note":"x"}'),
					{ role: 'tool' },
					withArguments('{"note":"y"}'),
					{ role: 'tool' },
				]);
			},
		);

		it('words behind thoughts in tags in a whole answer; those are kept apart', async () => {
			for (const content of ['<think>Hm</think>\nHello', 'Hm</think>Hello']) {
				failing(1, { kind: 'status', status: 200, body: { id: 'c1', choices: [{ message: { content } }] } });
				const answer = await (await open()).chat.invoke('Hello');
				expect(answer).toMatchObject({ content: 'Hello', additional_kwargs: { reasoning_content: 'Hm' } });
			}
		});

		it.each(['<thin', '<think', ' < b', '</think', '<'])('words that only begin like tags: %s', async (content) => {
			const whole = await read([begun, { delta: { content } }, { delta: {}, finish_reason: 'stop' }]);
			expect(whole?.content).toBe(content);
		});

		it.each([true, false])('a whole answer without role and IDs; streaming: %s', async (streaming) => {
			const message = {
				content: [{ type: 'text', text: 'Hm' }],
				tool_calls: [one, two].map((args) => call('calculator', args, {})),
			};
			const body = { id: 'c1', choices: [{ message, finish_reason: 'tool_calls' }] };
			failing(2, { kind: 'status', status: 200, body });
			const { chat } = await open({ streaming });
			let whole: AIMessageChunk | undefined;
			for await (const part of await chat.stream('Hello')) whole = whole?.concat(part) ?? part;
			for (const answer of [whole, await chat.invoke('Hello')]) {
				expect(answer?.content).toBe('Hm');
				expect(answer?.tool_calls).toMatchObject([{ args: one }, { args: two }]);
				expect(new Set(answer?.tool_calls?.map(({ id }) => id ?? '')).size).toBe(2);
			}
		});
	});

	it('stays within its budget', async () => {
		const { chat } = await open({ budgetUsd: 0.0000001 }, { executionId: 'budget' });
		await chat.invoke('Hello');
		await expect(chat.invoke('Hello again')).rejects.toThrow(/Budget reached/);
		expect(asked()).toHaveLength(1);
	});

	it.each([
		['that tells its cost once', [undefined, undefined, 0.04]],
		['whose pieces all tell what it has cost so far', [0.01, 0.02, 0.04]],
		['whose pieces repeat it', [0.04, 0.04, 0.04]],
	])('counts the cost of a stream once: one %s', async (_, told) => {
		const piece = (cost: number | undefined, index: number) => ({
			id: `chatcmpl-${told.join()}`,
			object: 'chat.completion.chunk',
			choices: [{ index: 0, delta: { content: `word ${index} ` }, finish_reason: index === 2 ? 'stop' : null }],
			...(cost === undefined ? {} : { usage: { prompt_tokens: 2, completion_tokens: 3, estimated_cost: cost } }),
		});
		const body = [...told.map((cost, index) => JSON.stringify(piece(cost, index))), '[DONE]'];
		failing(99, {
			kind: 'status',
			status: 200,
			body: body.map((data) => `data: ${data}\n\n`).join(''),
			contentType: 'text/event-stream',
		});
		const { chat } = await open({ budgetUsd: 0.1 }, { executionId: `costs ${told.join()} ${Math.random()}` });
		const ask = async () => {
			for await (const part of await chat.stream('Hello')) void part;
		};
		// Three of 0.04 are over 0.1, two are not.
		for (let times = 0; times < 3; times++) await ask();
		await expect(ask()).rejects.toThrow(/Budget reached: this run has cost \$0\.12/);
		expect(asked()).toHaveLength(3);
	});

	describe('that ends before it says what it cost', () => {
		const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
		const said = (content: string, finish_reason: unknown = null) =>
			event({ id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason }] });
		const words = 'word '.repeat(80);
		let service: Service;
		beforeEach(async () => (service = await startService()));
		afterEach(async () => await service.close());

		const pricing = { type: 'tokens', cents_per_input_token: 0.01, cents_per_output_token: 0.01 };
		const chats = () => service.requests.filter(isChat);
		async function openAt(
			body: string,
			options: INodeParameters,
			rest: Partial<Reply> = {},
			price: unknown = pricing,
			models: readonly object[] = [{ model_name: MODEL, type: 'text-generation', pricing: price }],
		) {
			service.reply = ({ path }) => {
				if (path.endsWith('/chat/completions')) return { contentType: 'text/event-stream', body, ...rest };
				if (path === '/models/list') return jsonReply(models);
				return path === `/models/${MODEL}` ? jsonReply(models[0]) : notFound;
			};
			const executionId = `untold ${Math.random()}`;
			return (await open(options, { baseUrl: service.url, executionId })).chat;
		}
		const read = async (chat: ChatOpenAI) => {
			let text = '';
			for await (const { content } of await chat.stream('Hello')) text += String(content);
			return text;
		};

		const ended = said(words) + said('', 'stop');
		it.each<[string, string, Partial<Reply>]>([
			['quietly', ended, {}],
			['before its last word', `${ended}data: [DONE]\n\n`, {}],
			['in the middle of an event', `${ended}data: {"id":"c1","usa`, {}],
			['with its connection', `${ended}data: {"id":"c1","usage":{}}\n\n`, { cutAfter: ended.length }],
			[
				'with its connection, within an event',
				`${ended}data: {"id":"c1","usage":{}}\n\n`,
				{ cutAfter: ended.length + 9 },
			],
		])('is whole, and counts by the price in the catalogue: %s', async (_, body, rest) => {
			// 100 tokens and more at $0.0001 each
			const chat = await openAt(body, { budgetUsd: 0.015 }, rest);
			expect(await read(chat)).toBe(words);
			expect(await read(chat)).toBe(words);
			await expect(read(chat)).rejects.toThrow(/Budget reached: this run has cost \$0\.02/);
			expect(chats()).toHaveLength(2);
		});

		it('is not whole where nothing told its end: an agent must not take half an answer for all of it', async () => {
			for (const cutAfter of [undefined, said(words).length]) {
				const chat = await openAt(`${said(words)}data: {}\n\n`, { budgetUsd: 0.015, maxRetries: 2 }, { cutAfter });
				await expect(read(chat)).rejects.toThrow(/cut off/);
				await expect(read(chat)).rejects.toThrow(/cut off/);
				// What came was written, and is billed.
				await expect(read(chat)).rejects.toThrow(/Budget reached: this run has cost \$0\.02/);
			}
			expect(chats()).toHaveLength(4);
		});

		it.each([true, false])('tells it within a choice; streaming: %s', async (streaming) => {
			const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, estimated_cost: 0.5 };
			const message = { role: 'assistant', content: words };
			const whole = { id: 'c1', choices: [{ index: 0, message, finish_reason: 'stop', usage }] };
			const last = event({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] });
			const chat = streaming
				? await openAt(said(words) + last, { budgetUsd: 0.1 })
				: await openAt(JSON.stringify(whole), { budgetUsd: 0.1, streaming }, { contentType: 'application/json' });
			let answer: AIMessageChunk | undefined;
			for await (const piece of await chat.stream('Hello')) answer = answer?.concat(piece) ?? piece;
			expect(answer?.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 2 });
			await expect(read(chat)).rejects.toThrow(/this run has cost \$0\.5/);
		});

		it.each([null, { type: 'tokens', cents_per_input_token: 0, cents_per_output_token: 0 }])(
			'counts as nothing where the price is not known, or there is none: %j',
			async (price) => {
				const chat = await openAt(ended, { budgetUsd: 0.000001 }, {}, price);
				expect(await read(chat)).toBe(words);
				expect(await read(chat)).toBe(words);
			},
		);

		it('counts by the price of the model that answers for a retired one', async () => {
			const old = { model_name: MODEL, type: 'text-generation', pricing, deprecated: 1, replaced_by: 'new/one' };
			const dear = { type: 'tokens', cents_per_input_token: 0.1, cents_per_output_token: 0.1 };
			const chat = await openAt(ended, { budgetUsd: 0.05 }, {}, pricing, [
				old,
				{ model_name: 'new/one', type: 'text-generation', pricing: dear },
			]);
			expect(await read(chat)).toBe(words);
			// 100 tokens and more at $0.001 each
			await expect(read(chat)).rejects.toThrow(/Budget reached: this run has cost \$0\.1/);
		});

		it.each<[string, unknown]>([
			['alone', undefined],
			['beside no choices', []],
			['beside the end of one', [{ index: 0, delta: { content: '' }, finish_reason: 'error' }]],
		])('counts what a failure among its events says that it cost, wherever that stands: %s', async (_, choices) => {
			const failure = { choices, error: { message: 'out of memory', usage: { estimated_cost: 0.03 } } };
			const chat = await openAt(said(words) + event(failure), { budgetUsd: 0.02 });
			await expect(read(chat)).rejects.toThrow(/out of memory.*\[item 0\]/);
			await expect(read(chat)).rejects.toThrow(/Budget reached: this run has cost \$0\.03/);
		});

		it('is over with the word that it is done, although the connection stays open', async () => {
			const body = `${ended}${event({ id: 'c1', choices: [], usage: { estimated_cost: 0.02 } })}data: [DONE]\n\n`;
			const rest = { headers: { 'content-length': '' }, stallAfter: body.length };
			const chat = await openAt(body, { budgetUsd: 0.02, timeout: 30 }, rest);
			const elapsed = stopwatch();
			expect(await read(chat)).toBe(words);
			expect(elapsed()).toBeLessThan(10_000);
			await expect(read(chat)).rejects.toThrow(/this run has cost \$0\.02/);
		});

		it('may come packed by a proxy that does not say so', async () => {
			const chat = await openAt('', {}, { body: gzipSync(`${ended}data: [DONE]\n\n`) });
			expect(await read(chat)).toBe(words);
			const message = { role: 'assistant', content: words };
			const whole = JSON.stringify({ id: 'c1', choices: [{ index: 0, message, finish_reason: 'stop' }] });
			for (const body of [gzipSync(whole), Buffer.from(`\ufeff${whole}`), Buffer.from(`\ufeff${whole}`, 'utf16le')]) {
				const other = await openAt('', {}, { contentType: 'application/json', body });
				expect((await other.invoke('Hello')).content).toBe(words);
			}
			const refused = await openAt('', { maxRetries: 0 }, { status: 400, body: gzipSync('{"detail":"too warm"}') });
			await expect(refused.invoke('Hello')).rejects.toThrow(/too warm/);
			const bomb = { contentType: 'application/json', body: gzipBomb(70 * 1024 * 1024) };
			await expect((await openAt('', {}, bomb)).invoke('Hello')).rejects.toThrow(/an answer that is too large/);
		});

		it('counts a whole answer in the same way', async () => {
			const message = { role: 'assistant', content: words };
			const whole = { id: 'c1', object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] };
			const rest = { contentType: 'application/json' };
			const chat = await openAt(JSON.stringify(whole), { budgetUsd: 0.005 }, rest);
			expect((await chat.invoke('Hello')).content).toBe(words);
			await expect(chat.invoke('Hello')).rejects.toThrow(/Budget reached: this run has cost \$0\.01/);
			const counted = { ...whole, usage: { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 } };
			const other = await openAt(JSON.stringify(counted), { budgetUsd: 0.001 }, rest);
			await other.invoke('Hello');
			await expect(other.invoke('Hello')).rejects.toThrow(/this run has cost \$0\.005/);
		});
	});

	it.each(['../v1/me', 'a/../b', 'a b', 'a?b'])(
		'refuses what is no name of a model, before it asks: %j',
		async (name) => {
			const refused = /^'.+' is not a model name \[item 0\]/;
			// Of which nothing is remembered.
			const fresh = await startEmulator();
			const first = await failureOf(open({}, { baseUrl: fresh.url }, name));
			const other = await failureOf(open({ fallbackModels: `b/c, ${name}` }, { baseUrl: fresh.url }));
			await fresh.close();
			expect(first.message).toMatch(refused);
			expect(other.message).toMatch(refused);
			expect(other.description).toMatch(/in 'Fallback Models'/);
			expect(fresh.requests).toEqual([]);
		},
	);

	it('waits for Flex as long as it may take', async () => {
		const supplied = async (options: INodeParameters) => (await open(options)).chat.timeout;
		const [usual, flex, own] = [
			await supplied({ maxRetries: 0 }),
			await supplied({ maxRetries: 0, serviceTier: 'flex' }),
			await supplied({ maxRetries: 0, serviceTier: 'flex', timeout: 60 }),
		];
		expect([usual, flex, own]).toEqual([300_000, 900_000, 60_000]);
	});

	it('ends within 0.1 s of Stop, also in the pause of a retry', async () => {
		failing(99, { kind: 'status', status: 503, retryAfter: 60 });
		const stop = new AbortController();
		const { chat } = await open();
		const failure = chat.invoke('Hello', { signal: stop.signal }).catch((error: unknown) => error);
		while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
		await new Promise((resolve) => setTimeout(resolve, 50));
		const took = stopwatch();
		stop.abort();
		expect(await failure).toBeInstanceOf(Error);
		expect(took()).toBeLessThan(100);
		expect(asked()).toHaveLength(1);
	});
});

describe('under LangChain', () => {
	const LONG = 'emulator-key-0aB1cD2eF3gH4';
	const HEX = Buffer.from(LONG).toString('hex');
	const written = [LONG, [...LONG].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''), HEX];
	const completion = (content: string) => ({
		id: 'c1',
		object: 'chat.completion',
		model: MODEL,
		choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
	});
	const events = (...all: object[]) =>
		`${all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
	const piece = (content: string) => ({ id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content } }] });
	const reply = (body: object | string, status = 200) =>
		failing(Infinity, {
			kind: 'status',
			status,
			body,
			...(typeof body === 'string' ? { contentType: 'text/event-stream' } : {}),
		});
	const streamed = async (chat: ChatOpenAI) => {
		let text = '';
		for await (const { content } of await chat.stream('Hello')) text += String(content);
		return text;
	};

	it.each(written)('the key is hidden, whole, streamed and in errors: %s', async (words) => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
		reply(completion(`It is ${words}!`));
		expect((await chat.invoke('Hello')).content).toBe('It is [API key]!');
		reply(events(piece('It is '), piece(`${words}!`)));
		expect(await streamed(chat)).toBe('It is [API key]!');
		for (const [body, status] of [
			[{ error: { message: `no ${words}` } }, 400],
			[{ error: `no ${words}` }, 200],
			[events(piece('It'), { error: { message: `no ${words}` } }), 200],
		] as const) {
			reply(body, status);
			await expect(typeof body === 'string' ? streamed(chat) : chat.invoke('Hello')).rejects.toThrow('no [API key]');
		}
	});

	it.each(written)('the key is never shown where it comes in pieces: %s', async (words) => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
		for (const size of [1, 5, 11]) {
			reply(events(...(`It is ${words}!`.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).map(piece)));
			expect(await streamed(chat)).toBe('It is [API key]!');
		}
		// What only begins like it comes to its end.
		reply(events(piece('It is '), piece(words.slice(0, 10))));
		expect(await streamed(chat)).toBe(`It is ${words.slice(0, 10)}`);
	});

	it('what was kept back comes to its end in a stream that ends early', async () => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
		const last = {
			id: 'c1',
			choices: [{ index: 0, delta: { content: `It is ${LONG.slice(0, 9)}` }, finish_reason: 'stop' }],
		};
		for (const end of ['', '\n', '\n\n', '\n\ndata: [DONE]', '\n\ndata: {"id":"c1","cho']) {
			reply(`data: ${JSON.stringify(last)}${end}`);
			expect(await streamed(chat)).toBe(`It is ${LONG.slice(0, 9)}`);
		}
	});

	it('the key is never shown in the arguments of a tool that come in pieces', async () => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
		const call = (json: string, name?: string) => ({
			id: 'c1',
			choices: [
				{
					index: 0,
					delta: {
						role: 'assistant',
						tool_calls: [{ index: 0, id: name && 't1', function: { name, arguments: json } }],
					},
				},
			],
		});
		const rest = (JSON.stringify({ note: `got ${LONG} and ${HEX}` }).match(/.{1,4}/g) ?? []).map((json) => call(json));
		reply(events(call('', 'calculator'), ...rest));
		let json = '';
		for await (const { tool_call_chunks: calls = [] } of await chat.stream('Hello'))
			for (const { args } of calls) json += args ?? '';
		expect(JSON.parse(json)).toEqual({ note: 'got [API key] and [API key]' });
	});

	it('the key is never shown in the name of a tool that comes in pieces', async () => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
		const call = (name: string) => ({
			id: 'c1',
			choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 't1', function: { name, arguments: '' } }] } }],
		});
		reply(events(...(LONG.match(/.{1,9}/g) ?? []).map(call)));
		let whole: AIMessageChunk | undefined;
		for await (const piece of await chat.stream('Hello')) whole = whole?.concat(piece) ?? piece;
		expect(whole?.tool_calls).toMatchObject([{ name: '[API key]' }]);
	});

	it('the key is hidden, and a role given, wherever the bytes of a stream are cut', async () => {
		const call = (json: string, name?: string) => ({
			id: 'c1',
			choices: [
				{ index: 0, delta: { tool_calls: [{ index: 0, id: name && 't1', function: { name, arguments: json } }] } },
			],
		});
		const json = JSON.stringify({ note: `größer: ${LONG}` }).match(/.{1,7}/g) ?? [];
		reply(events(call('', 'calculator'), ...json.map((piece) => call(piece))));
		const whole = globalThis.fetch;
		for (const size of [1, 7, 64]) {
			const cutting = jest.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
				const response = await whole(...request);
				const bytes = Buffer.from(await response.arrayBuffer());
				const pieces = new ReadableStream<Uint8Array>({
					start(controller) {
						for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
						controller.close();
					},
				});
				return new Response(pieces, response);
			});
			const { chat } = await open({ maxRetries: 0 }, { apiKey: LONG });
			let answer: AIMessageChunk | undefined;
			for await (const piece of await chat.stream('Hello')) answer = answer?.concat(piece) ?? piece;
			expect(answer?.tool_calls).toMatchObject([{ name: 'calculator', args: { note: 'größer: [API key]' } }]);
			expect(cutting).toHaveBeenCalled();
			cutting.mockRestore();
		}
	});

	it.each(['content', 'choices', 'null', '1', 'message'])('a short key is a word of the answer: %s', async (apiKey) => {
		const { chat } = await open({ maxRetries: 0 }, { apiKey });
		reply(completion('The content 1, null'));
		expect((await chat.invoke('Hello')).content).toBe('The content 1, null');
		reply(events(piece('The content '), piece('1, null')));
		expect(await streamed(chat)).toBe('The content 1, null');
		// Its JSON is read before anything in it is hidden.
		reply({ error: { message: 'too hot', code: 1, param: null } }, 400);
		await expect(chat.invoke('Hello')).rejects.toThrow(/^too hot|: too hot \[item 0\]/);
	});

	it.each(['meta-llama/Llama-3.3-70B-Instruct-Trubo', 'llama-3.3-70B-instruct', 'Meta-Llama-3.3-70B-Instruct-Turbo'])(
		'a model that is not there has neighbours in the error: %s',
		async (name) => {
			const { chat } = await open({ maxRetries: 0 }, {}, name);
			const failure: unknown = await chat.invoke('Hello').catch((error: unknown) => error);
			expect(failure).toMatchObject({
				message: expect.stringContaining(`has no model '${name}'`),
				description: expect.stringContaining(MODEL),
			});
		},
	);

	it.each([null, '', '={{ undefined }}', '={{ $json.limits?.agent }}', '={{ NaN }}'])(
		'a budget without a value is refused before anything is asked: %j',
		async (budgetUsd) => {
			await expect(open({ budgetUsd })).rejects.toThrow(/^'Budget \(USD\)' (has no value|is not a number) \[item 0\]$/);
			expect(asked()).toEqual([]);
		},
	);
});
