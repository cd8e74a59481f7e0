/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports */
import { gzipSync } from 'node:zlib';
import type { INodeParameters, StructuredChunk } from 'n8n-workflow';
import { CHAT_PATH, chatParameters, chatsOf, completion, LLAMA } from '../../support/chat';
import { modelId, withOptions } from '../../support/parameters';
import { hintsOf, jsonOf, onlyItem, stored } from '../../support/results';
import { jsonReply, notFound } from '../../support/service';
import { type World, openWorld } from '../../support/world';

/** Behind a trigger that streams, the answer goes on piece by piece. */
let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	world.emulator.options.chatStream = undefined;
});

interface Seen {
	readonly chunks: StructuredChunk[];
	/** Milliseconds since the run began, of each. */
	readonly times: number[];
}

async function stream(content: string, options: INodeParameters = {}) {
	const seen: Seen = { chunks: [], times: [] };
	const began = performance.now();
	const result = await world.engine.run({
		parameters: withOptions(
			chatParameters('chat', 'complete', { messages: { values: [{ role: 'user', content }] } }),
			options,
		),
		onError: 'continueErrorOutput',
		onChunk: (chunk) => {
			seen.chunks.push(chunk);
			seen.times.push(performance.now() - began);
		},
	});
	return { result, ...seen };
}

const piecesOf = (chunks: readonly StructuredChunk[]) =>
	chunks.flatMap(({ type, content }) => (type === 'item' ? [content] : []));

describe('an answer that streams', () => {
	it('comes piece by piece while it is written, and whole in the item at the end, with its cost', async () => {
		world.emulator.options.chatStream = { pieceMs: 40 };
		const { result, chunks, times } = await stream('Tell me about a long river, please');
		const { text, usage } = stored(onlyItem(result).json);
		expect([chunks[0]?.type, chunks.at(-1)?.type]).toEqual(['begin', 'end']);
		expect(piecesOf(chunks).length).toBeGreaterThan(5);
		expect(piecesOf(chunks).join('')).toBe(text);
		expect(chunks.every(({ metadata }) => metadata.nodeName === 'DeepInfra' && metadata.itemIndex === 0)).toBe(true);
		expect(usage).toMatchObject({ costUsd: expect.any(Number), inputTokens: expect.any(Number) });
		// not all at once at the end
		expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
		expect(chatsOf(world)[0]?.json).toMatchObject({ stream: true, stream_options: { include_usage: true } });
	});

	it('is what a whole answer would have been', async () => {
		const streamed = jsonOf((await stream('How are you?', { temperature: 0 })).result);
		const parameters = chatParameters('chat', 'complete', {
			messages: { values: [{ role: 'user', content: 'How are you?' }] },
		});
		const whole = jsonOf(await world.engine.run({ parameters: withOptions(parameters, { temperature: 0 }) }));
		const usage = { ...Object(whole.usage), requestId: expect.any(String) };
		expect(streamed).toEqual({ ...whole, usage });
	});

	it('that breaks off is not sent again; what had come is in the error', async () => {
		world.emulator.options.chatStream = { breakAfter: 8 };
		const { result, chunks } = await stream('Tell me about a long river, please');
		expect(result.items).toEqual([]);
		const error = String(result.errorItems[0]?.json.error);
		const came = piecesOf(chunks).join('');
		expect(came.length).toBeGreaterThan(5);
		expect(error).toContain(`What had come by then: "${came}".`);
		expect(error).toMatch(/may have billed/);
		expect(chunks.some(({ type }) => type === 'end')).toBe(false);
		expect(chatsOf(world)).toHaveLength(1);
	});

	it('ends at once when the run is stopped: no piece more, and no wait for what does not come', async () => {
		world.emulator.options.chatStream = { silentAfter: 6 };
		const seconds: number[] = [];
		for (let round = 0; round < 5; round++) {
			let stop = () => {};
			let stoppedAt = Infinity;
			const late: StructuredChunk[] = [];
			const result = await world.engine.run({
				parameters: chatParameters('chat', 'complete', {
					messages: { values: [{ role: 'user', content: 'Tell me about a long river, please' }] },
				}),
				onStart: (stopRun) => (stop = stopRun),
				onChunk: (chunk) => {
					if (stoppedAt < Infinity && chunk.type === 'item') late.push(chunk);
					if (chunk.type !== 'begin' || stoppedAt < Infinity) return;
					setImmediate(() => {
						stoppedAt = performance.now();
						stop();
					});
				},
			});
			seconds.push((performance.now() - stoppedAt) / 1000);
			expect(result.status).toBe('canceled');
			expect(late).toEqual([]);
		}
		// Whatever else the machine does, one of five is not held up by it.
		expect(Math.min(...seconds)).toBeLessThan(0.1);
		// The emulator learns of it a little later.
		const isLeft = () => chatsOf(world).every(({ aborted }) => aborted);
		for (let looks = 0; looks < 500 && !isLeft(); looks++) await new Promise((resolve) => setTimeout(resolve, 10));
		expect(chatsOf(world).map(({ aborted }) => aborted)).toEqual(Array(5).fill(true));
	});

	it('of a model that is refused is asked again as any other, before its first piece', async () => {
		let left = 1;
		world.emulator.options.faults = ({ path }) =>
			path === CHAT_PATH && left-- > 0 ? { kind: 'status', status: 429, retryAfter: 0 } : undefined;
		const { result, chunks } = await stream('How are you?');
		world.emulator.options.faults = undefined;
		expect(piecesOf(chunks).join('')).toBe(onlyItem(result).json.text);
		expect(chatsOf(world).map(({ status }) => status)).toEqual([429, 200]);
	});

	it('of a model that writes it as a whole comes as one piece', async () => {
		world.service.reply = ({ path }) => (path === CHAT_PATH ? jsonReply(completion('All at once')) : notFound);
		const chunks: StructuredChunk[] = [];
		const { items } = await world.engine.run({
			parameters: chatParameters('chat', 'complete', { messages: { values: [{ role: 'user', content: 'Hi' }] } }),
			credentials: { baseUrl: world.service.url },
			onChunk: (chunk) => chunks.push(chunk),
		});
		expect(items.map(({ json }) => json.text)).toEqual(['All at once']);
		expect(chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'All at once'],
			['end', undefined],
		]);
	});

	it('leaves nobody waiting who has gone: a reader that fails does not fail the run', async () => {
		const parameters = chatParameters('chat', 'complete', {
			messages: { values: [{ role: 'user', content: 'How are you?' }] },
		});
		const result = await world.engine.run({
			parameters,
			onChunk: () => {
				throw new Error('The connection to the chat is closed');
			},
		});
		expect(onlyItem(result).json).toMatchObject({ text: expect.any(String), usage: { model: LLAMA } });
	});

	it('is told apart by item where several stream side by side', async () => {
		const chunks: StructuredChunk[] = [];
		const result = await world.engine.run({
			parameters: chatParameters('chat', 'complete', {
				messages: { values: [{ role: 'user', content: '={{ $json.q }}' }] },
			}),
			items: ['one', 'two', 'three'].map((q) => ({ json: { q: `Tell me about ${q}` } })),
			onChunk: (chunk) => void chunks.push(chunk),
		});
		result.items.forEach(({ json }, item) =>
			expect(piecesOf(chunks.filter(({ metadata }) => metadata.itemIndex === item)).join('')).toBe(json.text),
		);
	});
});

describe('the end of a stream', () => {
	const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
	const said = (content: string, finish_reason: unknown = null, index = 0) =>
		event({ id: 'c1', choices: [{ index, delta: { content }, finish_reason }] });
	const cost = event({ id: 'c1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, estimated_cost: 0.5 } });
	const hello = said('Hel') + said('lo');
	const ended = hello + said('', 'stop');

	async function read(
		body: string | Buffer,
		options: INodeParameters = {},
		cutAfter?: number,
		contentType = 'text/event-stream',
	) {
		world.service.requests.length = 0;
		world.service.reply = ({ path }) => (path.endsWith('/completions') ? { contentType, body, cutAfter } : notFound);
		const result = await world.engine.run({
			parameters: withOptions(
				chatParameters('chat', 'complete', { messages: { values: [{ role: 'user', content: 'Hi' }] } }),
				options,
			),
			onError: 'continueErrorOutput',
			onChunk: () => undefined,
			credentials: { baseUrl: world.service.url },
		});
		expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
		return result;
	}

	it.each<[string, string]>([
		['its last word', `${ended}${cost}data: [DONE]\n\n`],
		['what it cost', ended + cost],
		['the end of its text', ended],
		['an empty event', `${ended}${cost}data:\n\n`],
		['an event of nothing', `${ended}${cost}${event({})}`],
		['a piece of nothing', `${ended}${said('')}${said('', '')}${cost}`],
		['what it cost, without choices', ended + event({ usage: { estimated_cost: 0.5 } })],
		['half an event', `${ended}data: {"id":"c1","cho`],
		['ends that say nothing before the last', said('Hel', '') + said('lo', '') + said('', 'stop') + cost],
	])('may be %s', async (_, body) => {
		const { json } = onlyItem(await read(body));
		expect(json).toMatchObject({ text: 'Hello', finishReason: 'stop' });
		if (body.includes('0.5')) expect(json.usage).toMatchObject({ costUsd: 0.5 });
	});

	it.each(['text/plain; charset=utf-8', 'application/json', 'application/octet-stream', ''])(
		'is read by what it holds, whatever it is declared to be: %j',
		async (contentType) => {
			for (const before of ['', ': ping\n\n', 'event: chunk\n', '\ufeff\n']) {
				const { json } = onlyItem(await read(before + ended + cost, {}, undefined, contentType));
				expect(json).toMatchObject({ text: 'Hello', finishReason: 'stop', usage: { costUsd: 0.5 } });
			}
		},
	);

	it('is read by whoever reads along without what the model only thinks', async () => {
		const pieces: unknown[] = [];
		const thinking = ['<think>', 'Hm.', '</think>', '\n\nHel', 'lo'].map((content) => said(content)).join('');
		const whole = completion('<think>Hm.</think>\n\nHello');
		for (const reply of [
			{ contentType: 'text/event-stream', body: thinking + said('', 'stop') + cost },
			jsonReply(whole),
		]) {
			world.service.reply = ({ path }) => (path === CHAT_PATH ? reply : notFound);
			const messages = { values: [{ role: 'user', content: 'Hi' }] };
			const result = await world.engine.run({
				parameters: chatParameters('chat', 'complete', { messages }),
				credentials: { baseUrl: world.service.url },
				onChunk: ({ type, content }) => void (type === 'item' && pieces.push(content)),
			});
			expect(onlyItem(result).json).toMatchObject({ text: 'Hello', reasoning: 'Hm.' });
		}
		expect(pieces).toEqual(['Hel', 'lo', 'Hello']);
	});

	it('may tell its cost within a choice', async () => {
		const usage = { prompt_tokens: 3, completion_tokens: 2, estimated_cost: 0.5 };
		const last = event({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] });
		const { json } = onlyItem(await read(hello + last));
		expect(json).toMatchObject({ text: 'Hello', usage: { costUsd: 0.5, inputTokens: 3, outputTokens: 2 } });
	});

	describe('whose calls of tools are written as others do', () => {
		const of = (choice: object) => event({ id: 'c1', choices: [{ index: 0, ...choice }] });
		const called = (name: string, given: unknown, rest: object = { index: 0, id: 't1' }) => ({
			tool_calls: [{ ...rest, function: { name, arguments: given } }],
		});
		const calls = (...deltas: object[]) => deltas.map((delta) => of({ delta })).join('');

		it.each<[string, string, object[]]>([
			['a name in each piece', calls(called('add', '{"a"'), called('add', ':1}')), [{ a: 1 }]],
			['an object', calls(called('add', { a: 1 })), [{ a: 1 }]],
			[
				'one number for two',
				calls(called('add', '{"a":1}'), called('add', '{}', { index: 0, id: 't2' })),
				[{ a: 1 }, {}],
			],
			['a message', of({ message: called('add', '{"a":1}', {}) }), [{ a: 1 }]],
			[
				'an object in the place of their list',
				calls({ tool_calls: called('add', '{"a":1}').tool_calls[0] }),
				[{ a: 1 }],
			],
			['their numbers as names', calls({ tool_calls: { '0': called('add', '{"a":1}').tool_calls[0] } }), [{ a: 1 }]],
			[
				'no IDs',
				calls(called('add', '{"a":1}', { index: 0 }), called('add', '{"a":1}', { index: 1 })),
				[{ a: 1 }, { a: 1 }],
			],
			['a single function', calls({ function_call: { name: 'add', arguments: '{"a":1}' } }), [{ a: 1 }]],
		])('with %s', async (_, body, args) => {
			const { json } = onlyItem(await read(body + said('', 'tool_calls')));
			expect(json.toolCalls).toMatchObject(args.map((each) => ({ name: 'add', arguments: each })));
			expect(Object(json.toolCalls)).toHaveLength(args.length);
			const ids = JSON.stringify(json.toolCalls).match(/"id":"[^"]+"/g);
			expect(new Set(ids).size).toBe(args.length);
		});
	});

	describe('that brings no word of what it cost', () => {
		const pricing = { type: 'tokens', cents_per_input_token: 0.01, cents_per_output_token: 0.01 };
		const words = 'word '.repeat(80);
		const whole = said(words) + said('', 'stop');
		let models = 0;
		const readPriced = async (body: string, options: INodeParameters, price: unknown, cutAfter?: number, items = 1) => {
			// The catalogue is remembered.
			const model = `a/model-${(models += 1)}`;
			world.service.reply = ({ path }) => {
				if (path.endsWith('/completions')) return { contentType: 'text/event-stream', body, cutAfter };
				return path === `/models/${model}`
					? jsonReply({ model_name: model, type: 'text-generation', pricing: price })
					: notFound;
			};
			return await world.engine.run({
				parameters: withOptions(
					chatParameters('chat', 'complete', {
						model: modelId(model),
						messages: { values: [{ role: 'user', content: 'Hi' }] },
					}),
					options,
				),
				items: Array.from({ length: items }, () => ({ json: {} })),
				onError: 'continueErrorOutput',
				onChunk: () => undefined,
				credentials: { baseUrl: world.service.url },
			});
		};

		it.each<[string, string, number | undefined]>([
			['in words', `${whole}data: [DONE]\n\n`, undefined],
			['by its connection', `${whole}${cost}`, whole.length],
			['in the middle of it', `${whole}${cost}`, whole.length + 20],
			[
				'where thoughts and calls were written, too',
				event({ id: 'c1', choices: [{ index: 0, delta: { reasoning_content: words } }] }) + said('Hi', 'stop'),
				undefined,
			],
		])('comes out, with what it is thought to have cost; it ends %s', async (_, body, cutAfter) => {
			const result = await readPriced(body, {}, pricing, cutAfter);
			const { usage, ...rest } = stored(onlyItem(result).json);
			expect(JSON.stringify(rest)).toMatch(/word word|Hi/);
			// 400 letters are about 100 tokens, at $0.0001
			expect(Number(Object(usage).estimatedCostUsd)).toBeGreaterThan(0.01);
			expect(Number(Object(usage).estimatedCostUsd)).toBeLessThan(0.0106);
			expect(usage).not.toHaveProperty('costUsd');
			expect(usage).not.toHaveProperty('costUnknown');
			expect(hintsOf(result).at(-1)).toMatch(/ 1 request · about \$0\.010\d estimated · /);
		});

		it('is said to be of unknown cost where no price tells it', async () => {
			const result = await readPriced(whole, {}, undefined);
			expect(stored(onlyItem(result).json).usage).toMatchObject({ costUnknown: true });
			expect(hintsOf(result).at(-1)).toMatch(/ 1 request · the cost of 1 request is not known · /);
		});

		it('is not said to be of unknown cost where there is none', async () => {
			const free = { type: 'tokens', cents_per_input_token: 0, cents_per_output_token: 0 };
			const result = await readPriced(whole, {}, free);
			expect(stored(onlyItem(result).json).usage).not.toHaveProperty('costUnknown');
			expect(hintsOf(result).join()).not.toMatch(/cost|\$/);
		});

		it('counts for the budget, and may have cost as much as was allowed', async () => {
			const parameters = { budgetUsd: 0.015, maxConcurrency: 1 };
			const result = await readPriced(whole, parameters, pricing, undefined, 5);
			expect(result.items).toHaveLength(2);
			expect(String(result.errorItems[0]?.json.error)).toMatch(/^Budget reached: this run has cost \$0\.02/);
			const most = await readPriced(whole, { ...parameters, maxTokens: 400 }, pricing, undefined, 5);
			expect(most.items).toHaveLength(1);
			expect(hintsOf(most).at(-1)).toMatch(
				/ about \$0\.01\d* estimated · up to \$0\.03\d* more may be billed · budget /,
			);
		});
	});

	it('may be in a stream that a proxy packs without saying so', async () => {
		for (const body of [gzipSync(ended + cost), gzipSync(ended + cost).subarray(0, -9)]) {
			const { json } = onlyItem(await read(body));
			expect(json).toMatchObject({ text: 'Hello', finishReason: 'stop', usage: { costUsd: 0.5 } });
		}
	});

	it('may be that of its connection', async () => {
		const { json } = onlyItem(await read(ended + cost, {}, ended.length));
		expect(json).toMatchObject({ text: 'Hello', finishReason: 'stop' });
	});

	it.each([
		['with what it cost', ended + cost],
		['without a word', ended],
	])('of a service that knows no number of responses, %s: what came is paid for, and comes out', async (_, body) => {
		const result = await read(body, { numResponses: 3 });
		expect(onlyItem(result).json).toMatchObject({ text: 'Hello', index: 0 });
		expect(hintsOf(result).join()).toMatch(/fewer responses than 'Number of Responses' asks for/);
	});

	it.each<[string, string, INodeParameters]>([
		['no piece tells', hello, {}],
		['only an empty one tells', said('Hel', '') + said('lo', ''), {}],
		['one of two responses tells', ended + said('and', null, 1), { numResponses: 2 }],
		['what it cost tells alone', hello + cost, {}],
	])('is missing where %s', async (_, body, options) => {
		const { items, errorItems } = await read(body, options);
		expect(items).toEqual([]);
		expect(errorItems[0]?.json.error).toMatch(/Hello/);
	});
});
