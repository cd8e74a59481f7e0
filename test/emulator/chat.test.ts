import { ask, objectsIn } from './support';
import { startEmulator, type Emulator } from './index';
import { isObject, type UnknownObject } from './json';

let emulator: Emulator;
beforeAll(async () => (emulator = await startEmulator({ seed: 7 })));
afterAll(async () => await emulator.close());

const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const post = async (path: string, body: UnknownObject) =>
	await ask(emulator, path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
const chat = async (user: unknown, more: UnknownObject = {}) =>
	await post('/v1/chat/completions', { model: LLAMA, messages: [{ role: 'user', content: user }], ...more });

/** The first choice, and its message. */
function choiceOf(json: UnknownObject): { choice: UnknownObject; message: UnknownObject } {
	const [choice = {}] = objectsIn(json.choices);
	return { choice, message: isObject(choice.message) ? choice.message : {} };
}

const SCHEMA = {
	type: 'object',
	properties: { total: { type: ['number', 'null'] }, vendor: { type: ['string', 'null'] } },
};
const strict = (schema: UnknownObject) => ({
	type: 'json_schema',
	json_schema: { name: 'result', schema, strict: true },
});

describe('a chat', () => {
	it('is served by both routes', async () => {
		const messages = [{ role: 'user', content: 'How are you?' }];
		for (const path of ['/v1/chat/completions', '/v1/openai/chat/completions']) {
			expect((await post(path, { model: LLAMA, messages })).status).toBe(200);
		}
	});

	it.each([
		[{ messages: 'hello' }, 422],
		[{ messages: [] }, 422],
		[{ messages: [{ role: 'developer', content: 'x' }] }, 422],
		[{ messages: [{ role: 'tool', content: 'x' }] }, 422],
		[{ messages: [{ role: 'user', content: [{ type: 'picture' }] }] }, 422],
		[{ temperature: 3 }, 422],
		[{ top_p: 0 }, 422],
		[{ n: 5 }, 422],
		[{ top_logprobs: 21 }, 422],
		[{ reasoning_effort: 'much' }, 422],
		[{ response_format: { type: 'json_schema' } }, 200],
		[{ response_format: { type: 'yaml' } }, 422],
		[{ tools: [{ type: 'function', function: {} }] }, 422],
		[{ stop: Array.from({ length: 17 }, String) }, 422],
		[{ model: 'nobody/nothing' }, 404],
	])('with %j is answered with %d', async (more, status) => {
		expect((await chat('Hi', more)).status).toBe(status);
	});

	it.each([
		['stepfun-ai/Step-3.5-Flash', { response_format: { type: 'json_object' } }],
		['emulator/json-mode-8b', { response_format: strict(SCHEMA) }],
		['allenai/olmOCR-2-7B-1025', { tools: [{ type: 'function', function: { name: 'x' } }] }],
		[
			LLAMA,
			{ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] }] },
		],
	])('with %s is refused what it lacks', async (model, more) => {
		const { status, json } = await chat('Hi', { model, ...more });
		expect(status).toBe(405);
		expect(json.error).toMatchObject({ message: expect.stringContaining(`is not supported for model: ${model}`) });
	});

	it('takes pictures in base64 that are pictures', async () => {
		const see = async (url: string) =>
			await chat([{ type: 'image_url', image_url: { url } }], { model: 'Qwen/Qwen3-VL-30B-A3B-Instruct' });
		expect((await see('data:image/png;base64,iVBORw0KGgo=')).status).toBe(200);
		expect((await see('data:application/pdf;base64,JVBERi0=')).status).toBe(400);
		expect((await see('data:image/png;base64,%%%')).status).toBe(400);
		expect((await see('file:///etc/passwd')).status).toBe(400);
	});

	it('fills a schema from lines, and keeps to its types only where it is strict', async () => {
		const text = 'Vendor: ACME {Ltd}\nTotal: 1.234,56 €';
		const exact = choiceOf((await chat(text, { response_format: strict(SCHEMA) })).json).message.content;
		expect(JSON.parse(String(exact))).toEqual({ vendor: 'ACME {Ltd}', total: 1234.56 });
		const messages = [
			{ role: 'system', content: `Answer in JSON: ${JSON.stringify(SCHEMA)}` },
			{ role: 'user', content: `<t1>\n${text}\n</t1>` },
		];
		const loose = choiceOf((await chat('', { messages, response_format: { type: 'json_object' } })).json).message
			.content;
		expect(JSON.parse(String(loose))).toEqual({ vendor: 'ACME {Ltd}', total: '1.234,56 €' });
	});

	it('chooses among numbered answers with their probabilities', async () => {
		const messages = [
			{ role: 'system', content: 'Answer with the number.\n1. billing: invoices and refunds\n2. delivery\n3. other' },
			{ role: 'user', content: '<t>The refund on my invoice</t>' },
		];
		const { choice, message } = choiceOf(
			(await chat('', { messages, logprobs: true, top_logprobs: 20, max_tokens: 1 })).json,
		);
		expect(message.content).toBe('1');
		const [token = {}] = objectsIn(isObject(choice.logprobs) ? choice.logprobs.content : undefined);
		const all = objectsIn(token.top_logprobs);
		expect(all.map((each) => each.token)).toEqual(['1', '2', '3']);
		expect(all.reduce((sum, { logprob }) => sum + Math.exp(Number(logprob)), 0)).toBeCloseTo(1);
	});

	it('calls tools, several at once, and answers after them', async () => {
		const tools = ['get_weather', 'get_time'].map((name) => ({
			type: 'function',
			function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
		}));
		const { choice, message } = choiceOf((await chat('get weather and get time\ncity: Rome', { tools })).json);
		expect(choice.finish_reason).toBe('tool_calls');
		expect(message.content).toBeNull();
		expect(objectsIn(message.tool_calls).map((call) => call.function)).toEqual([
			{ name: 'get_weather', arguments: '{"city":"Rome"}' },
			{ name: 'get_time', arguments: '{"city":"Rome"}' },
		]);
		const messages = [
			{ role: 'user', content: 'get weather' },
			{ role: 'assistant', content: null, tool_calls: message.tool_calls },
			{ role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
		];
		expect(choiceOf((await chat('', { messages, tools })).json).message.content).toContain('sunny');
	});

	it('thinks in a field or between tags, and not when told not to', async () => {
		const field = await chat('Why?', { model: 'deepseek-ai/DeepSeek-V3.1' });
		expect(choiceOf(field.json).message.reasoning_content).toContain('I was asked');
		expect(field.json.usage).toMatchObject({ completion_tokens_details: { reasoning_tokens: expect.any(Number) } });
		const tags = await chat('Why?', { model: 'deepseek-ai/DeepSeek-R1-Distill-Llama-70B' });
		expect(choiceOf(tags.json).message.content).toMatch(/^<think>\n.+\n<\/think>\n\n\S/s);
		const none = await chat('Why?', { model: 'deepseek-ai/DeepSeek-V3.1', reasoning_effort: 'none' });
		expect(choiceOf(none.json).message.reasoning_content).toBeNull();
	});

	it('costs by tier, and counts what was cached', async () => {
		const costOf = async (more: UnknownObject) => {
			const { json } = await chat('Hi', { seed: 3, ...more });
			return isObject(json.usage) ? Number(json.usage.estimated_cost) : NaN;
		};
		const plain = await costOf({});
		expect(await costOf({ service_tier: 'flex' })).toBeCloseTo(plain * 0.8, 12);
		expect(await costOf({ service_tier: 'unheard_of' })).toBe(plain);
		const messages = [
			{ role: 'system', content: 'x'.repeat(8000) },
			{ role: 'user', content: 'Hi' },
		];
		expect((await chat('', { messages })).json.usage).toMatchObject({ prompt_tokens_details: { cached_tokens: 1000 } });
	});

	it.each([
		['refusal', { message: { content: null, refusal: 'I cannot help with that.' } }],
		['blank', { message: { content: '' }, finish_reason: 'stop' }],
		['contentFilter', { finish_reason: 'content_filter' }],
		['notJson', { message: { content: expect.stringContaining('rather') } }],
	])('answers oddly when asked for %s', async (odd, expected) => {
		expect(choiceOf((await chat(`Hi [[emulator: ${odd}]]`)).json).choice).toMatchObject(expected);
	});

	it('answers without a choice, or with an error in a 200', async () => {
		expect((await chat('[[emulator: noChoice]]')).json.choices).toEqual([]);
		expect(await chat('[[emulator: error]]')).toMatchObject({
			status: 200,
			json: { error: { message: expect.any(String) } },
		});
	});
});

describe('a stream', () => {
	it('comes in pieces that make the whole, with a comment among them and the usage last', async () => {
		const whole = choiceOf((await chat('How are you?')).json).message.content;
		const { text, headers } = await chat('How are you?', { stream: true });
		expect(headers.get('content-type')).toBe('text/event-stream');
		const events = text.trim().split('\n\n');
		expect(events.some((event) => event.startsWith(': '))).toBe(true);
		const chunks: UnknownObject[] = events.flatMap((event) =>
			event.startsWith('data: {') ? [JSON.parse(event.slice(6))] : [],
		);
		const pieces = chunks.map((chunk) => objectsIn(chunk.choices)[0]?.delta);
		expect(pieces.map((delta) => (isObject(delta) ? String(delta.content ?? '') : '')).join('')).toBe(whole);
		expect(chunks.at(-1)).toMatchObject({ usage: { estimated_cost: expect.any(Number) } });
	});

	it('breaks off where it is told to', async () => {
		emulator.options.chatStream = { breakAfter: 3 };
		await expect(chat('How are you?', { stream: true })).rejects.toThrow();
		emulator.options.chatStream = {};
	});
});

describe('tokens', () => {
	it('are counted with the length of the context', async () => {
		expect((await post('/v1/tokenize', { model: LLAMA, prompt: 'Hello big world!' })).json).toMatchObject({
			count: 4,
			max_model_len: 131072,
		});
		expect((await post('/v1/tokenize', { model: LLAMA })).status).toBe(422);
	});
});
