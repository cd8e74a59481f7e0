import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { CHAT_PATH, completion } from '../../support/chat';
import { dataUrl, images, makePng, makeWav } from '../../support/files';
import { asked, runParameters } from '../../support/parameters';
import { errorOf, hintsOf, jsonOf, onlyItem, pairedTo } from '../../support/results';
import { envelope, jsonReply, notFound, sentJson, type Reply, type SentRequest } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** The API as docs/api.md has it, in what n8n's engine makes of it. */

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

const continued = { onError: 'continueErrorOutput' as const };
const isAsked = ({ path }: SentRequest) => path.startsWith('/v1/');
const sent = () => world.service.requests.filter(isAsked);
const bodyOf = (index = 0) => sent()[index]?.body.toString('latin1') ?? '';

/** What is asked below /v1 gets this; the catalogue knows nothing, and every other address is a picture or a sound. */
function answer(reply: (request: SentRequest) => Reply): void {
	world.service.requests.length = 0;
	world.service.reply = (request) => {
		if (isAsked(request)) return reply(request);
		if (request.path.endsWith('.png')) return { contentType: 'image/png', body: makePng(4, 4) };
		return request.path.endsWith('.wav') ? { contentType: 'audio/wav', body: makeWav(0.05) } : notFound;
	};
}

const at = (path: string) => `${world.service.url}/${path}`;
const classify = (options: INodeParameters = {}) =>
	asked('text', 'classify', 'a/b', { text: '={{ $json.text }}', options: { maxRetries: 0, ...options } });
const chat = (options: INodeParameters = {}) =>
	asked('chat', 'complete', 'a/b', {
		messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
		options: { maxRetries: 0, ...options },
	});
const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** One run, an item for each answer; what each item came to. */
async function runEach(parameters: INodeParameters, replies: readonly Reply[]): Promise<string[]> {
	answer((request) => {
		const { input, messages } = sentJson(request);
		const [message] = Array.isArray(messages) ? messages : [];
		return replies[Number(input ?? message?.content)] ?? notFound;
	});
	const items = replies.map((_, text) => ({ json: { text: String(text) } }));
	const result = await world.engine.run({ parameters, items, ...continued });
	expect(result.error).toBeUndefined();
	const texts = new Map(
		[...result.items, ...result.errorItems].map((item) => [pairedTo(item), asText(item.json.error ?? item.json)]),
	);
	return replies.map((_, index) => texts.get(index) ?? 'nothing');
}

/** The failure of one item. */
async function fail(parameters: INodeParameters, reply: Reply): Promise<string> {
	answer(() => reply);
	const { errorItems } = await world.engine.run({ parameters, items: [{ json: { text: 'x' } }], ...continued });
	expect(errorItems).toHaveLength(1);
	return errorItems.map((item) => errorOf(item).text).join();
}

const status = (code: number, body: unknown): Reply => ({ status: code, body: asText(body) });
const said = (message: string): IDataObject => ({ error: { message } });
const ended = (inner: string, more: IDataObject = {}): Reply =>
	jsonReply({ request_id: 'R1', inference_status: { status: inner, ...more } });

describe('the words of a failure', () => {
	it('are found wherever they stand', async () => {
		const cases: Array<[Reply, string]> = [
			[status(400, { errors: { prompt: ['is odd A'], width: ['is small'] } }), 'prompt: is odd A; width: is small'],
			[status(400, { errors: [{ detail: 'odd B' }, { message: 'odd C' }] }), 'odd B; odd C'],
			[status(400, { error: { code: 'odd_code', type: 'x' } }), 'odd_code'],
			[status(422, { error: '{"message":"odd D"}' }), 'request: odd D ['],
			[status(500, { detail: '{"error": {"message": "odd E"}}' }), 'odd E ['],
			[status(400, { error_message: { error: { message: 'odd F' } } }), 'odd F'],
			[status(503, { inference_status: { error: 'odd G' } }), 'odd G'],
			[status(400, { error: {}, errors: [], detail: 'odd H' }), 'odd H'],
			[ended('failed', { error: { message: 'odd I' } }), 'The model failed on this input: odd I'],
			[ended('error', { message: 'odd J' }), 'The model failed on this input: odd J'],
			[ended('succeeded', { error: 'odd K' }), 'odd K'],
			[jsonReply({ status: 'failed', message: 'odd L' }), 'The model failed on this input: odd L'],
			[jsonReply({ errors: ['odd M'] }), 'odd M'],
			[jsonReply({ error_message: 'odd N', results: [] }), 'odd N'],
			[jsonReply({ detail: 'odd O' }), 'list of labels: odd O'],
			[jsonReply({ message: 'odd P', code: 7 }), 'list of labels: odd P'],
		];
		const texts = await runEach(
			classify(),
			cases.map(([reply]) => reply),
		);
		for (const [index, [, words]] of cases.entries()) expect(texts[index]).toContain(words);
		// Chat answers with the same, and is no chat's answer.
		const [chatted] = await runEach(chat(), [jsonReply({ detail: [{ loc: ['body', 'x'], msg: 'odd Q' }] })]);
		expect(chatted).toContain('without a choice: x: odd Q');
	});

	it('mean the safety filter in all spellings', async () => {
		const cases: Reply[] = [
			...['ContentModerated', 'Content Moderated.', 'moderated_content', 'CONTENT-MODERATED', 'Request Moderated'].map(
				(inner) => ended(inner),
			),
			jsonReply({ status: 'content_moderation', request_id: 'R' }),
			jsonReply({ error: 'contentModerated' }),
			jsonReply({ message: 'Content Moderated' }),
			status(400, { detail: { error: 'The content was moderated' } }),
			status(500, said('request_moderated')),
			status(400, said('rejected by our content moderation')),
			status(400, { error: { code: 'content_policy_violation', message: 'Not allowed' } }),
			status(403, 'Content Moderated'),
			status(422, { errors: ['NSFW content detected'] }),
		];
		for (const text of await runEach(classify(), cases)) {
			expect(text).toMatch(/^The model's safety filter refused this request/);
		}
		expect(sent()).toHaveLength(cases.length);
		await fail(classify({ maxRetries: 2 }), status(503, { message: 'Content Moderated' }));
		expect(sent()).toHaveLength(1);
	});
});

describe('a status', () => {
	it.each<[string, number, unknown]>([
		['405 that names a feature', 405, said('Tool calling is not supported for model: x')],
		['405 in plain words', 405, 'This model takes no system message'],
		['405 in detail', 405, { detail: { error: 'json_schema response format is not supported' } }],
		['405 in message', 405, { message: 'num_responses is not supported by this model' }],
	])('%s is about the model', async (_, code, body) => {
		for (const parameters of [classify(), chat()]) {
			const text = await fail(parameters, status(code, body));
			expect(text).toMatch(/^The model 'a\/b' cannot do what was asked: .*another model, or remove the option/);
		}
	});

	it.each<[string, number, unknown]>([
		['405 without words', 405, ''],
		['405 without fields', 405, {}],
		['405 of a web framework', 405, { detail: 'Method Not Allowed' }],
		['405 of a web server', 405, '<html><body>405 Not Allowed</body></html>'],
		['404 of a web framework', 404, { detail: 'Not Found' }],
		['404 of a web server', 404, '<!DOCTYPE html><title>404</title>'],
		['404 of a gateway', 404, { message: 'no Route matched with those values' }],
		['404 of a proxy', 404, said('Unknown request URL: POST /x')],
	])('%s is about the address, and the others are not sent', async (_, code, body) => {
		answer(() => status(code, body));
		// Two models: an address is wrong for both.
		const parameters = { ...classify({ maxConcurrency: 1 }), model: '={{ $json.model }}' };
		const items = ['a/b', 'c/d', 'a/b'].map((model) => ({ json: { text: model, model } }));
		const { errorItems } = await world.engine.run({ parameters, items, ...continued });
		for (const { json } of errorItems) expect(json.error).toMatch(/does not know this request.*'Base URL'/);
		expect(errorItems).toHaveLength(3);
		expect(sent()).toHaveLength(1);
	});

	it.each(['Model is not available', 'model not found: a/b', 'Requested model does not exist'])(
		'404 that says "%s" is about the model',
		async (words) => {
			for (const parameters of [classify(), chat()])
				expect(await fail(parameters, status(404, said(words)))).toMatch(/^DeepInfra has no model 'a\/b'/);
		},
	);

	it('about a too long input says so, and is not sent again', async () => {
		const cases: Array<[number, unknown]> = [
			[400, { error: { code: 'context_length_exceeded', message: 'Please reduce the length of the messages.' } }],
			[422, said('Input validation error: `inputs` must have less than 512 tokens. Given: 3000')],
			[400, { error: 'input_too_long' }],
			[500, said('The prompt has 9000 tokens, which is more than the 8192 the model supports')],
			[500, { detail: 'Sequence length 600 is larger than 512' }],
			[422, { detail: [{ loc: ['body', 'input'], msg: 'String should have at most 2048 characters' }] }],
			[502, 'maximum_input_length exceeded'],
			[503, said('Prompt exceeds the context size')],
			[500, { errors: ["This model's maximum context length is 8192 tokens. However, you requested 9000"] }],
		];
		for (const parameters of [classify({ maxRetries: 2 }), chat({ maxRetries: 2 })]) {
			for (const text of await runEach(
				parameters,
				cases.map((each) => status(...each)),
			)) {
				expect(text).toMatch(/^The input is too long for the model 'a\/b': .*Shorten the input/);
			}
			expect(sent()).toHaveLength(cases.length);
		}
		for (const text of await runEach(classify(), [
			status(400, said('max_tokens must be at most 4096')),
			status(400, said('prompt must not be empty')),
			status(400, said('The file is larger than 10 MB')),
		]))
			expect(text).not.toMatch(/too long/);
	});

	it.each([
		'tokens_per_minute exceeded',
		'Limit of 1100000 tokens/min reached',
		'Token rate limit exceeded',
		'Per-minute token limit exceeded',
		'input tokens: 1200000 used this minute',
		{ code: 'tokens_per_min', message: 'Slow down' },
	])('429 that says %j is the limit of tokens', async (words) => {
		const text = await fail(chat(), status(429, { error: words }));
		expect(text).toMatch(/limit of tokens per minute is reached/);
	});

	it.each(['Too many requests per minute', 'Model busy, retry later', 'Concurrent request limit of 200 reached'])(
		'429 that says "%s" is none',
		async (words) => expect(await fail(chat(), status(429, said(words)))).not.toMatch(/tokens per minute/),
	);
});

describe('a base URL', () => {
	it.each([
		...['/v1/inference/', '/v1/openai/chat/completions', '/V1/OpenAI', '/v1//', '/v1/batches', '/v1/voices/add'],
		...['/v1/responses', '/v1/text-to-speech/x', '/anthropic/v1/messages', '/v1/openai/ ', '/v1/inference/a/b'],
	])('that ends with %s is cut there', async (end) => {
		answer(() => jsonReply({ results: [{ label: 'x', score: 1 }], ...envelope }));
		const credentials = { baseUrl: `${world.service.url}${end}` };
		jsonOf(await world.engine.run({ parameters: classify(), items: [{ json: { text: 'x' } }], credentials }));
		expect(sent().map(({ path }) => path)).toEqual(['/v1/inference/a/b']);
	});

	it.each(['/gateway/v1/account/deepinfra', '/proxy'])('of a gateway stays: %s', async (path) => {
		world.service.requests.length = 0;
		world.service.reply = () => jsonReply({ results: [{ label: 'x', score: 1 }], ...envelope });
		const credentials = { baseUrl: `${world.service.url}${path}/v1/openai` };
		jsonOf(await world.engine.run({ parameters: classify(), items: [{ json: { text: 'x' } }], credentials }));
		expect(world.service.requests.at(-1)?.path).toBe(`${path}/v1/inference/a/b`);
	});
});

describe("'stream' that is switched on", () => {
	const edit = (options: INodeParameters) =>
		asked('image', 'edit', 'a/b', { prompt: 'x', inputSource: 'url', inputUrl: at('x.png'), options });
	const extra = (stream: unknown): INodeParameters => ({ extraFields: JSON.stringify({ stream }) });

	it.each([true, 'TRUE ', 1, 'y', 't', 'on', [true]])('as %j is refused, wherever it stands', async (stream) => {
		answer(() => ({ contentType: 'text/event-stream', body: 'data: {"x":1}\n\ndata: [DONE]\n\n' }));
		// What is switched on is judged in one place for all ways, which are walked with the plainest.
		const ways: INodeParameters[] = [
			classify(extra(stream)),
			...(Array.isArray(stream) ? [] : [runParameters('a/b', { prompt: 'x', stream })]),
			...(stream === true
				? [
						chat(extra(stream)),
						edit(extra(stream)),
						asked('audio', 'synthesize', 'a/b', { text: 'x', options: extra(stream) }),
						asked('audio', 'transcribe', 'a/b', { inputSource: 'url', inputUrl: at('x.wav'), options: extra(stream) }),
						runParameters('a/b', { prompt: 'x' }, { options: extra(stream) }),
					]
				: []),
		];
		for (const parameters of ways) {
			const { errorItems } = await world.engine.run({ parameters, items: [{ json: { text: 'x' } }], ...continued });
			expect(errorItems[0]?.json.error).toMatch(/^'(Extra Fields \(JSON\)|Model Fields)' sets 'stream'/);
		}
		expect(world.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it.each([false, 'false', 0, null])('as %j is sent: it is off', async (stream) => {
		answer(() => jsonReply({ results: [{ label: 'x', score: 1 }] }));
		jsonOf(await world.engine.run({ parameters: classify(extra(stream)), items: [{ json: { text: 'x' } }] }));
		expect(sentJson(sent()[0]).stream).toBe(stream);
	});
});

describe('an answer of model: run', () => {
	const run = async (reply: Reply) => {
		answer(() => reply);
		return await world.engine.run({ parameters: runParameters('a/b', { prompt: 'x' }), ...continued });
	};
	const wav = makeWav(0.05);

	it.each([
		'audio/x-wav; charset=binary',
		'video/mp4',
		'application/octet-stream',
		'',
		'text/plain',
		'application/json',
	])('that is a sound is a file, declared as "%s" or not', async (contentType) => {
		const { binary } = onlyItem(await run({ contentType, body: wav }));
		expect(binary).toMatchObject({ data: { mimeType: 'audio/wav', fileExtension: 'wav' } });
	});

	it.each(['audio/wav', 'video/mp4', 'application/octet-stream', '', 'text/plain'])(
		'that is JSON is JSON, declared as "%s" or not',
		async (contentType) => {
			const { json, binary } = onlyItem(await run({ contentType, body: '{"x":1}' }));
			expect([json, binary]).toEqual([{ x: 1 }, undefined]);
		},
	);

	it.each(['Access denied', '<html>log in</html>', '<?xml version="1.0"?><Error/>'])(
		'that is no file is none: %s',
		async (body) => {
			const { items, errorItems } = await run({ contentType: 'audio/wav', body });
			expect([items.length, errorItems.length]).toEqual([0, 1]);
		},
	);

	it.each<[string, (url: string) => unknown]>([
		['a list of sounds', (url) => ({ results: [{ audios: [url, url] }] })],
		['a song', (url) => ({ results: [{ music: url }] })],
		['a video within an object', (url) => ({ video: { url } })],
		['several addresses', (url) => ({ video_urls: [url] })],
		['an address within a result', (url) => ({ result: { audio_url: url } })],
		['a field of another name', (url) => ({ generated_audio: url, output_video_url: url })],
	])('names files: %s', async (_, of) => {
		const { binary } = onlyItem(await run(jsonReply({ ...envelope, ...JSON.parse(JSON.stringify(of(at('x.wav')))) })));
		expect(binary?.data).toMatchObject({ mimeType: 'audio/wav' });
	});

	it.each([{ input_audio: 1 }, { prompt_image: 1 }, { has_audio: 1 }, { text: 1 }, { audiobook: 1 }])(
		'names no file with %j',
		async (keys) => {
			const named = Object.fromEntries(Object.keys(keys).map((key) => [key, at('x.wav')]));
			expect(onlyItem(await run(jsonReply({ ...envelope, ...named }))).binary).toBeUndefined();
		},
	);
});

describe('a number that JavaScript cannot hold', () => {
	const BIG = '12345678901234567891';
	const typed = `={{ "${BIG}" }}`;
	const picture = (more = '') => ({
		body: `{"images":["${dataUrl(images.png.bytes, 'image/png')}"],"seed":${BIG}${more}}`,
	});
	const run = async (parameters: INodeParameters, reply: Reply) => {
		answer(() => reply);
		return onlyItem(await world.engine.run({ parameters, items: [{ json: { text: 'x' } }] }));
	};
	const fromUrl = (options: INodeParameters, path = 'x.png') => ({
		inputSource: 'url',
		inputUrl: at(path),
		options,
	});
	const edit = (options: INodeParameters) => asked('image', 'edit', 'a/b', { ...fromUrl(options), prompt: 'x' });

	it.each<[string, (options: INodeParameters) => INodeParameters, Reply]>([
		['chat', (options) => chat(options), jsonReply(completion('x'))],
		['a picture', (options) => asked('image', 'generate', 'a/b', { prompt: 'x', options }), picture()],
		['an edited picture', edit, picture()],
		[
			'a video',
			(options) => asked('video', 'generate', 'a/b', { prompt: 'x', waitForResult: false, options }),
			jsonReply({ id: 'v', object: 'video.generation.job', status: 'queued' }),
		],
	])('is sent as it was typed as the seed of %s', async (_, parametersOf, reply) => {
		for (const seed of [typed, `={{ BigInt("${BIG}") }}`, `={{ " ${BIG}" }}`]) {
			await run(parametersOf({ seed }), reply);
			expect(bodyOf()).toMatch(new RegExp(`"seed":${BIG}[,}]|name="seed"\\s+${BIG}\\s`));
		}
	});

	it('is sent as it was typed in Extra Fields, at any depth, in JSON and in forms', async () => {
		const extraFields = `{"id":${BIG},"in":{"list":[-${BIG},"${BIG}"]}}`;
		const inside = `{"list":[-${BIG},"${BIG}"]}`;
		for (const [parameters, reply] of [
			[classify({ extraFields }), jsonReply({ results: [{ label: 'x', score: 1 }] })],
			[chat({ extraFields }), jsonReply(completion('x'))],
			[
				asked('text', 'rerank', 'a/b', { query: 'q', document: 'd', options: { extraFields } }),
				jsonReply({ scores: [1] }),
			],
			[asked('audio', 'transcribe', 'a/b', fromUrl({ extraFields }, 'x.wav')), jsonReply({ text: 'x' })],
			[asked('image', 'classify', 'a/b', fromUrl({ extraFields })), jsonReply({ results: [{ label: 'x', score: 1 }] })],
			[edit({ extraFields }), picture()],
		] satisfies Array<[INodeParameters, Reply]>) {
			await run(parameters, reply);
			expect(bodyOf()).toContain(inside);
			expect(bodyOf()).toMatch(new RegExp(`"id":${BIG},|name="id"\\s+${BIG}\\s`));
		}
	});

	it('comes out as the text of its digits, wherever an answer has it', async () => {
		const { json: made } = await run(asked('image', 'generate', 'a/b', { prompt: 'x' }), picture());
		expect(made.seed).toBe(BIG);
		const raw = { prompt: 'x', simplify: false };
		const { json: whole } = await run(asked('image', 'generate', 'a/b', raw), picture(`,"in":[{"x":-${BIG}}]`));
		expect(whole).toMatchObject({ seed: BIG, in: [{ x: `-${BIG}` }] });
		const { json: any } = await run(runParameters('a/b', { prompt: 'x' }), { body: `{"a":{"b":[${BIG},1.5]}}` });
		expect(any).toEqual({ a: { b: [BIG, 1.5] } });
	});

	it('that a model writes stays what it wrote: data, and arguments of tools', async () => {
		const written = `{"order": ${BIG}, "parts": [1.5, -${BIG}], "text": "${BIG}"}`;
		const read = { order: BIG, parts: [1.5, `-${BIG}`], text: BIG };
		for (const content of [written, `\`\`\`json\n${written}\n\`\`\``, `Here it is: ${written}.`]) {
			const { json } = await run(chat({ responseFormat: 'json_object' }), jsonReply(completion(content)));
			expect(json.data).toEqual(read);
		}
		const call = { id: 't', function: { name: 'f', arguments: written } };
		const { json } = await run(chat(), jsonReply({ choices: [{ message: { content: null, tool_calls: [call] } }] }));
		expect(json.toolCalls).toEqual([{ id: 't', name: 'f', arguments: read }]);
	});

	it('is data that fits a schema, which may have such limits itself', async () => {
		const extract = (schemaType: string, rest: INodeParameters) =>
			asked('text', 'extract', 'a/b', { text: 'x', schemaType, options: {}, ...rest });
		const limits = `{"type":"object","properties":{"id":{"type":"integer","minimum":0,"maximum":18446744073709551615}}}`;
		const written = jsonReply(completion(`{"id": ${BIG}}`));
		const attributes = { values: [{ name: 'id', type: 'number', description: '', required: true }] };
		for (const parameters of [
			extract('manual', { jsonSchema: limits }),
			extract('manual', { jsonSchema: '{"type":"object","properties":{"id":{"type":"string"}}}' }),
			extract('fromJson', { jsonExample: `{"id": ${BIG}}` }),
			extract('fromJson', { jsonExample: '{"id": 7}' }),
			extract('fromAttributes', { attributes }),
		]) {
			expect((await run(parameters, written)).json.data).toEqual({ id: BIG });
			expect(sent()).toHaveLength(1);
		}
		answer(() => jsonReply(completion('{"id": 98765432109876543210}')));
		const parameters = extract('manual', { jsonSchema: limits });
		const { errorItems } = await world.engine.run({ parameters, ...continued });
		expect(errorItems[0]?.json.error).toContain('id: must be at most 18446744073709551615');
	});

	it('is shown by a dry run as it would be sent', async () => {
		const { json } = await run(chat({ seed: typed, dryRun: true, extraFields: `{"x":[${BIG}]}` }), notFound);
		expect(json).toMatchObject({ request: { body: { seed: BIG, x: [BIG] } } });
	});
});

describe('an odd answer', () => {
	const run = async (parameters: INodeParameters, results: unknown, more: IDataObject = {}) => {
		answer(() => ({ body: JSON.stringify({ ...envelope, results, ...more }) }));
		return jsonOf(await world.engine.run({ parameters }));
	};
	const tokens = (text: string) => asked('text', 'classifyTokens', 'a/b', { text, options: {} });
	const mask = (text: string) => asked('text', 'fillMask', 'a/b', { text, options: {} });
	const NAMES = 'Jörg Müller lives in New York';
	const piece = (entity: string, word: string, start?: number, end?: number) => ({
		entity,
		word,
		score: 0.5,
		start,
		end,
	});
	const found = (label: string, word: string) => {
		const start = NAMES.indexOf(word);
		return { label, word, score: 0.5, start, end: start + word.length };
	};

	it.each<[string, unknown, unknown[]]>([
		['a list in a list', [[piece('B-PER', 'Jörg', 0, 4)]], [found('PER', 'Jörg')]],
		['an underscore', [piece('B_PER', 'Jörg', 0, 4), piece('I_PER', 'Müller', 5, 11)], [found('PER', 'Jörg Müller')]],
		['small letters', [piece('b-loc', 'new', 21, 24), piece('i-loc', 'york', 25, 29)], [found('loc', 'New York')]],
		['a mark alone', [piece('B-LOC', 'Ġ', 20, 20), piece('I-LOC', 'ĠNew', 21, 24)], [found('LOC', 'New')]],
		[
			'ends and singles',
			[piece('B-LOC', 'New', 21, 24), piece('E-LOC', 'York', 25, 29), piece('S-PER', 'Jörg', 0, 4)],
			[found('LOC', 'New York'), found('PER', 'Jörg')],
		],
	])('of token classification is read: %s', async (_, results, entities) => {
		expect((await run(tokens(NAMES), results)).entities).toEqual(entities);
	});

	it.each<[string, unknown, string, IDataObject]>([
		['a list in a list', [[{ sequence: 'a x', token_str: ' x', score: 1 }]], 'a [MASK]', { token: 'x' }],
		['a rest of a word', [{ sequence: '[CLS] ax [SEP]', token_str: '##x', score: 1 }], 'a[MASK]', { sequence: 'ax' }],
		[
			'marks of words',
			[{ sequence: '<s>a x</s>', token_str: 'Ġx', score: 1 }],
			'a <mask>',
			{ token: 'x', sequence: 'a x' },
		],
		['a token by its other name', [{ sequence: 'a x', token: '▁x', score: 1 }], 'a [MASK]', { token: 'x' }],
		[
			'three gaps',
			['x', 'y', 'z'].map((each) => [{ sequence: each, token_str: `▁${each}`, score: 0.5 }]),
			'[MASK] or [MASK], not [MASK].',
			{ sequence: 'x or y, not z.', token: 'x' },
		],
	])('of fill mask is read: %s', async (_, results, text, read) => {
		expect(await run(mask(text), results)).toMatchObject(read);
	});

	it.each<[string, unknown]>([
		[
			'a list in a list',
			[
				[
					{ label: 'b', score: 0.2 },
					{ label: ' a ', score: 0.8 },
				],
			],
		],
		['two lists', { labels: ['b', 'a'], scores: [0.2, 0.8] }],
		[
			'scores as text',
			[
				{ label: 'b', score: '0.2' },
				{ label: 'a', score: '0.8' },
			],
		],
	])('of a classification is read: %s', async (_, results) => {
		const read = { label: 'a', score: 0.8, scores: { a: 0.8, b: 0.2 } };
		expect(await run(asked('text', 'classify', 'a/b', { text: 'x' }), results)).toMatchObject(read);
		const image = { inputSource: 'url', inputUrl: at('x.png') };
		expect(await run(asked('image', 'classify', 'a/b', image), results)).toMatchObject(read);
	});

	it.each<[string, IDataObject]>([
		[
			'segments without a text',
			{
				text: null,
				segments: [
					{ start: 0, end: 2, text: ' Hi' },
					{ start: 2, end: 3, text: ' you' },
				],
			},
		],
		[
			'chunks',
			{
				text: '\n\n Hi you',
				chunks: [
					{ timestamp: [0, 2], text: ' Hi' },
					{ timestamp: [2, 3], text: ' you' },
				],
			},
		],
		[
			'blanks of all kinds',
			{
				text: ' \t\u00a0Hi you\n',
				segments: [
					{ start: 0, end: 2, text: '\n Hi' },
					{ start: 2, end: 3, text: ' you ' },
				],
			},
		],
	])('of a transcription is read: %s', async (_, transcript) => {
		const parameters = asked('audio', 'transcribe', 'a/b', { inputSource: 'url', inputUrl: at('x.wav') });
		expect(await run(parameters, undefined, transcript)).toMatchObject({
			text: 'Hi you',
			duration: 3,
			segments: [
				{ start: 0, end: 2, text: 'Hi' },
				{ start: 2, end: 3, text: 'you' },
			],
		});
	});

	const MIXED = '👩‍👩‍👧 🇩🇪 𠮷野家 e\u0301t\u00e9 in Köln, Köln';
	const characters = (text: string) => Array.from(text).length;
	const COUNTS: Array<[string, (before: string) => number]> = [
		['characters', characters],
		["JavaScript's units", (before) => before.length],
		['bytes', (before) => Buffer.byteLength(before)],
	];
	it.each(COUNTS)('with places in %s: start and end cut out the word', async (_, count) => {
		const words = ['👩‍👩‍👧', '🇩🇪', '𠮷野家', 'e\u0301t\u00e9', 'Köln'].map((word) => {
			const from = MIXED.lastIndexOf(word);
			const place = { start: count(MIXED.slice(0, from)), end: count(MIXED.slice(0, from + word.length)) };
			return { word, place, at: { start: from, end: from + word.length } };
		});
		const named = [{ entity_group: 'X' }, { entity: 'B-X' }, { label: 'X' }];
		const cases = words.flatMap((each) => named.map((name) => ({ ...each, name })));
		/** One run of texts that differ in the number at their end, which says what is answered. */
		const runOf = async (parameters: INodeParameters, field: string, answers: readonly object[]) => {
			answer((request) => {
				const text = asText(sentJson(request)[field]);
				return { body: JSON.stringify({ ...envelope, ...answers[Number(text.split(' ').at(-1))] }) };
			});
			const items = answers.map((__, index) => ({ json: { text: `${MIXED} ${index}` } }));
			return (await world.engine.run({ parameters, items })).items.map(({ json }) => json);
		};
		const found = await runOf(
			tokens('={{ $json.text }}'),
			'input',
			cases.map(({ word, place, name }) => ({ results: [{ ...name, word, score: 1, ...place }] })),
		);
		expect(found.map(({ entities }) => entities)).toEqual(
			cases.map(({ word, at: there }) => [expect.objectContaining({ word, ...there })]),
		);
		const given = await runOf(
			asked('text', 'answerQuestion', 'a/b', { question: 'q', context: '={{ $json.text }}' }),
			'context',
			words.map(({ word, place }) => ({ answer: word, score: 1, ...place })),
		);
		expect(given).toMatchObject(words.map(({ word, at: there }) => ({ answer: word, ...there })));
		expect(given).toHaveLength(words.length);
	});

	it.each<[string, IDataObject]>([
		['with blanks', { answer: ' in Köln ', score: 1, start: 17, end: 25 }],
		[
			'in a list',
			{
				results: [
					{ answer: 'in Köln', score: 1, start: 18, end: 25 },
					{ answer: 'x', score: 0 },
				],
			},
		],
		['in a list of lists', { results: [[{ answer: 'in Köln', score: 1, start: 18, end: 25 }]] }],
	])('to a question is read: %s', async (_, more) => {
		const context = '👍 one two three, in Köln today';
		const parameters = asked('text', 'answerQuestion', 'a/b', { question: 'q', context });
		const { answer: given, start, end } = await run(parameters, more.results, more);
		expect([given, context.slice(Number(start), Number(end))]).toEqual(['in Köln', 'in Köln']);
	});
});

it('a chat takes at most 16 stop sequences, which is said before anything is sent', async () => {
	const stops = (count: number, of = (at: number) => `stop ${at}`) => Array.from({ length: count }, (_, at) => of(at));
	answer(() => jsonReply(completion('x')));
	const items = [{ json: { text: 'x' } }];
	for (const count of [17, 20, 400]) {
		const { errorItems } = await world.engine.run({ parameters: chat({ stop: stops(count) }), items, ...continued });
		expect(errorItems[0]?.json.error).toContain(
			`'Stop Sequences' has ${count} entries, but DeepInfra takes at most 16`,
		);
	}
	expect(sent()).toEqual([]);
	for (const stop of [stops(16), ['', ...stops(16), 'stop 3'], stops(30, () => '###')])
		jsonOf(await world.engine.run({ parameters: chat({ stop }), items }));
	expect(sent().map((request) => sentJson(request).stop)).toEqual([stops(16), stops(16), ['###']]);
});

it.each(['allegro/herbert-base-cased', 'studio-ousia/luke-base', 'microsoft/unixcoder-base', 'x/ChemBERTa-zinc'])(
	'the gap of %s is written as its family does, where the catalogue does not tell',
	async (model) => {
		answer(() => jsonReply({ results: [{ sequence: 'x', token_str: 'x', score: 1 }], ...envelope }));
		jsonOf(await world.engine.run({ parameters: asked('text', 'fillMask', model, { text: 'a [MASK].' }) }));
		expect(sentJson(sent()[0])).toEqual({ input: 'a <mask>.' });
	},
);

it('tokens are counted where the envelope counts none', async () => {
	const embed = asked('embedding', 'create', 'a/b', { text: 'x' });
	for (const more of [{ input_tokens: 7 }, { num_input_tokens: 7 }, { input_tokens: '7' }]) {
		answer(() => jsonReply({ embeddings: [[1, 2]], inference_status: { tokens_input: 0, cost: 1e-7 }, ...more }));
		expect(jsonOf(await world.engine.run({ parameters: embed }))).toMatchObject({ usage: { inputTokens: 7 } });
	}
	const rerank = asked('text', 'rerank', 'a/b', { query: 'q', document: 'd' });
	answer(() => jsonReply({ scores: [1], input_tokens: 9, inference_status: { tokens_input: 0 } }));
	expect(jsonOf(await world.engine.run({ parameters: rerank }))).toMatchObject({ usage: { inputTokens: 9 } });
});

it('everything is asked below /v1, nothing below /v1/openai', async () => {
	answer(({ path }) => (path === CHAT_PATH ? jsonReply(completion('x')) : notFound));
	for (const parameters of [chat(), asked('text', 'summarize', 'a/b', { text: 'x' })]) {
		const result = await world.engine.run({ parameters, items: [{ json: { text: 'x' } }] });
		expect(hintsOf(result).join()).toContain('1 item in');
	}
	expect(new Set(sent().map(({ path }) => path))).toEqual(new Set([CHAT_PATH]));
});

describe('the catalogue', () => {
	let catalogues = 0;
	const day = (days: number) => Math.round(Date.now() / 1000) + days * 86_400;
	const row = (name: string, type: string, more: IDataObject = {}): IDataObject => ({
		model_name: name,
		type,
		reported_type: type,
		...more,
	});
	const chatter = row('c/chat', 'text-generation');

	/** Credentials of a service whose catalogue has these models alone, and of which nothing is remembered. */
	function offer(rows: readonly IDataObject[], reply: Reply = notFound): { baseUrl: string } {
		const base = `/catalogue-${++catalogues}`;
		world.service.requests.length = 0;
		world.service.reply = ({ path, method }) => {
			if (method !== 'GET') return reply;
			if (path === `${base}/models/list`) return jsonReply(rows);
			const found = rows.find(({ model_name: name }) => path === `${base}/models/${asText(name)}`);
			if (found) return jsonReply(found);
			return path.endsWith('.png') ? { contentType: 'image/png', body: makePng(4, 4) } : notFound;
		};
		return { baseUrl: `${world.service.url}${base}` };
	}
	const paid = () => world.service.requests.filter(({ method }) => method !== 'GET');
	const rowsFor = async (resource: string, operation: string, credentials: { baseUrl: string }) => {
		const parameters = asked(resource, operation, '');
		return (await world.engine.search('searchModels', parameters, undefined, undefined, credentials)).results;
	};
	const allOf = async (credentials: { baseUrl: string }, rest: INodeParameters = {}) => {
		const parameters = { resource: 'model', operation: 'getAll', returnAll: true, ...rest };
		return (await world.engine.run({ parameters, credentials })).items.map(({ json }) => json);
	};

	/** What is left of the price; a discount over 1, below 0 or in words is none. */
	const DISCOUNTS: Array<[string, unknown, () => unknown, number]> = [
		['runs without an end', 0.15, () => null, 0.85],
		['runs until tomorrow', 0.4, () => day(1), 0.6],
		['is a text', '0.3', () => String(day(9)), 0.7],
		['is all of it', 1, () => day(1), 0],
		['ends on a date in words', 0.6, () => '2999-01-01T00:00:00Z', 0.4],
		['ended yesterday', 0.4, () => day(-1), 1],
		['ended on a date in words', 0.4, () => '2026-02-01', 1],
		['ends tomorrow, in milliseconds', 0.4, () => day(1) * 1000, 0.6],
		['ends at 0', 0.4, () => 0, 1],
		['ends at a time in words', 0.4, () => 'next week, 2999', 1],
		['is 0', 0, () => day(1), 1],
		['is more than all', 1.5, () => day(1), 1],
		['is negative', -0.2, () => null, 1],
		['is a word', 'summer', () => day(1), 1],
		['is a list', [0.5], () => null, 1],
	];
	const PRICED: Array<[string, string, (times: number) => IDataObject, INodeParameters, number]> = [
		['embeddings', 'embedding create', (x) => ({ type: 'input_tokens', cents_per_input_token: x * 1e-4 }), {}, 0.001],
		[
			'text-generation',
			'text generate',
			(x) => ({ type: 'tokens', cents_per_input_token: x * 1e-4, cents_per_output_token: x * 2e-4 }),
			{ maxNewTokens: 1000, promptFormat: 'raw' },
			0.003,
		],
		['text-to-image', 'image generate', (x) => ({ type: 'image_units', cents_per_image_unit: x * 4 }), {}, 0.04],
	];

	describe('with discounts', () => {
		const listed = new Map<unknown, unknown>();
		const names: string[] = [];
		const estimates = new Map<string, number[]>();
		/** One catalogue of them all, each model beside one that costs what is left. */
		beforeAll(async () => {
			const credentials = offer(
				DISCOUNTS.flatMap(([, discount, endsAt, left], index) =>
					PRICED.flatMap(([task, , price]) => [
						row(`cut-${index}/${task}`, task, {
							pricing: JSON.parse(JSON.stringify({ ...price(1), discount, discount_ends_at: endsAt() })),
						}),
						row(`now-${index}/${task}`, task, { pricing: price(left) }),
					]),
				),
			);
			for (const { name, pricing } of await allOf(credentials)) listed.set(name, pricing);
			for (const [task, operation, , options] of PRICED) {
				const [resource = '', value = ''] = operation.split(' ');
				const rest = {
					[resource === 'embedding' ? 'text' : 'prompt']: 'abcd'.repeat(1000),
					options: { ...options, dryRun: true },
				};
				const parameters = { ...asked(resource, value, '', rest), model: '={{ $json.model }}' };
				const items = DISCOUNTS.map((_, index) => ({ json: { model: `cut-${index}/${task}` } }));
				const { items: made } = await world.engine.run({ parameters, items, credentials });
				estimates.set(
					task,
					made.map(({ json }) => Number(json.estimatedCostUsd)),
				);
				names.push(...(await rowsFor(resource, value, credentials)).map(({ name }) => name));
			}
			expect(paid()).toEqual([]);
		});

		it.each(DISCOUNTS.map((each, index) => [...each, index] as const))('takes off one that %s', (...given) => {
			const [, , , left, index] = given;
			for (const [task, , , , usd] of PRICED) {
				expect(estimates.get(task)?.[index]).toBeCloseTo(usd * left, 9);
				const owners = [`cut-${index}/`, `now-${index}/`];
				const [cut, now] = owners.map((owner) =>
					names.find((name) => name.startsWith(owner + task))?.slice(owner.length),
				);
				expect([cut, typeof now]).toEqual([now, 'string']);
				const [cheaper, plain] = owners.map((owner) => JSON.parse(asText(listed.get(`${owner}${task}`))));
				expect(cheaper.rates).toEqual(plain.rates);
				expect(cheaper.discount?.percent).toBe(left === 1 ? undefined : Math.round((1 - left) * 100));
			}
		});
	});

	it.each<[unknown, Array<[string, number]>]>([
		[{ '10m': 1.5 }, [['10m', 1.5]]],
		[
			{ '24h': 3, '30m': '1.75' },
			[
				['24h', 3],
				['30m', 1.75],
			],
		],
		[{ a: -1, b: null, c: 'much', '2h': 2.5 }, [['2h', 2.5]]],
		[{}, []],
	])('has %j for writing to an explicit cache', async (times, rates) => {
		const pricing = { type: 'tokens', cents_per_input_token: 1e-4, cents_per_output_token: 2e-4 };
		const priced = { ...pricing, rate_per_explicit_cache_write_token: times };
		const credentials = offer([row('a/b', 'text-generation', { pricing: JSON.parse(JSON.stringify(priced)) })]);
		const [model] = await allOf(credentials);
		const written = rates.map(([time, usd]) => ({ usd, per: expect.stringContaining(`explicit cache (${time})`) }));
		expect(model?.pricing).toMatchObject({ rates: [{ usd: 1 }, { usd: 2 }, ...written] });
		const options = { maxNewTokens: 1000, promptFormat: 'raw', dryRun: true };
		const parameters = asked('text', 'generate', 'a/b', { prompt: 'abcd', options });
		expect(jsonOf(await world.engine.run({ parameters, credentials })).estimatedCostUsd).toBeCloseTo(0.002001, 9);
	});

	it.each(['bare-metal', 'cluster', 'sandbox', 'capacity', 'commitment'])(
		'has music and worlds for the picker and model: getAll, and hides %s',
		async (hardware) => {
			const credentials = offer([
				row('a/song', 'text-to-music'),
				row('a/world', 'world-model'),
				row('a/film', 'text-to-video', { reported_type: 'world-model' }),
				row('h/first', hardware),
				row('h/second', 'custom', { reported_type: hardware }),
			]);
			const models = ['a/film', 'a/song', 'a/world'];
			expect((await rowsFor('model', 'run', credentials)).map(({ value }) => value)).toEqual(models);
			const named = async (task: string) => (await allOf(credentials, { task })).map(({ name }) => name).sort();
			expect(await named('')).toEqual(models);
			expect(await named('text-to-music')).toEqual(['a/song']);
			expect(await named('world-model')).toEqual(['a/film', 'a/world']);
		},
	);

	const CLASSIFIERS: Array<[string, string, string, INodeParameters, RegExp]> = [
		['text-classification', 'text', 'classify', { text: 'x' }, /Text > 'Classify with Own Labels'/],
		['token-classification', 'text', 'classifyTokens', { text: 'x' }, /Text > 'Extract Data'/],
		['fill-mask', 'text', 'fillMask', { text: 'x [MASK]' }, /Chat > 'Complete'/],
		['question-answering', 'text', 'answerQuestion', { question: 'q', context: 'c' }, /Chat > 'Complete'/],
		['image-classification', 'image', 'classify', {}, /Image > 'Analyze'/],
		['zero-shot-image-classification', 'image', 'classifyZeroShot', { candidateLabels: 'a, b' }, /Image > 'Analyze'/],
		['object-detection', 'image', 'detectObjects', {}, /Image > 'Analyze'/],
	];
	it.each(CLASSIFIERS)('without a living model for %s says so, and what does the same job', async (...kind) => {
		const [task, resource, operation, rest, instead] = kind;
		const image = resource === 'image' ? { inputSource: 'url', inputUrl: at('x.png') } : {};
		const dead = row('old/one', task, { deprecated: day(-30), replaced_by: null });
		// None at all, one of another task with a similar name, hardware: of these, which are no model of any task, each in turn.
		const others = [[chatter], [row('a/judge-v2-chat', 'text-generation')], [row('a/b', 'sandbox')]];
		const other = others[CLASSIFIERS.findIndex(([each]) => each === task) % others.length] ?? [];
		// And one whose time is over.
		for (const rows of [other, [chatter, dead]]) {
			const credentials = offer(rows, status(404, said('Model not found')));
			const names = (await rowsFor(resource, operation, credentials)).map(({ name }) => name);
			expect(names[0]).toContain('DeepInfra has no model for this task now');
			expect(names[0]).toContain(task);
			expect(names[1]).toMatch(instead);
			const parameters = asked(resource, operation, 'a/judge-v2', { ...image, ...rest, options: { maxRetries: 0 } });
			const { errorItems } = await world.engine.run({ parameters, credentials, ...continued });
			expect(errorItems[0]?.json.error).toMatch(/^DeepInfra has no model 'a\/judge-v2'/);
			expect(errorItems[0]?.json.error).toMatch(instead);
		}
	});

	const replaced = (name: string, by: string | null) =>
		row(name, 'text-classification', { deprecated: day(-2), replaced_by: by });
	it.each<[string, IDataObject[], string]>([
		['by one that lives', [replaced('r/a', 'r/z'), row('r/z', 'text-classification')], 'r/z'],
		[
			'by one that was replaced three times',
			[replaced('r/a', 'r/b'), replaced('r/b', 'r/c'), replaced('r/c', 'r/d'), row('r/d', 'text-classification')],
			'r/d',
		],
		['by one that is not listed', [replaced('r/a', 'r/hidden')], 'r/hidden'],
		['by one that went without another', [replaced('r/a', 'r/b'), replaced('r/b', null)], 'r/b'],
	])('says of a model that was replaced %s who answers, before it is paid', async (_, rows, last) => {
		const words = `The model 'r/a' is retired: DeepInfra answers with '${last}' instead`;
		const credentials = offer(rows, jsonReply({ results: [{ label: 'x', score: 1 }], ...envelope }));
		const run = async (options: INodeParameters) => {
			const said: Array<[string, number]> = [];
			const result = await world.engine.run({
				parameters: asked('text', 'classify', 'r/a', { text: 'x', options }),
				credentials,
				onMessage: (message) => said.push([message, paid().length]),
			});
			expect(hintsOf(result)).toContain(words);
			return { json: jsonOf(result), said };
		};
		expect((await run({ dryRun: true })).json.replacedBy).toBe(last);
		expect(paid()).toEqual([]);
		const { said } = await run({});
		expect(said[0]).toEqual([expect.stringContaining(words), 0]);
		expect(paid()).toHaveLength(1);
	});
});

describe('what a form asks for when nothing is changed', () => {
	it.each<[string, string, INodeParameters, string]>([
		['text', 'generate', { prompt: 'x' }, 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'],
		['embedding', 'create', { text: 'x' }, 'Qwen/Qwen3-Embedding-8B'],
		['image', 'generate', { prompt: 'x' }, 'black-forest-labs/FLUX-1-schnell'],
		['audio', 'transcribe', { inputSource: 'url' }, 'openai/whisper-large-v3'],
		['model', 'run', { options: { extraFields: '{"prompt":"x"}' } }, 'black-forest-labs/FLUX-1-schnell'],
	])('%s: %s', async (resource, operation, rest, model) => {
		answer(() => notFound);
		const address = rest.inputSource === 'url' ? { inputUrl: at('x.wav') } : {};
		await world.engine.run({ parameters: { resource, operation, ...rest, ...address }, ...continued });
		expect(sent().map(({ path }) => path)).toEqual([`/v1/inference/${model}`]);
	});

	const PROMPT = 'Name a city';
	it.each([
		['meta-llama/Llama-3.3-70B-Instruct-Turbo', '<|start_header_id|>user<|end_header_id|>'],
		['Qwen/Qwen2.5-7B-Instruct', '<|im_start|>user'],
		['google/gemma-2-27b-it', '<start_of_turn>user'],
		['mistralai/Mistral-7B-Instruct-v0.3', '[INST]'],
		['meta-llama/Meta-Llama-3-8B', ''],
		['mistralai/Mistral-7B-v0.3', ''],
		['Qwen/Qwen2.5-72B', ''],
		['google/gemma-2-9b', ''],
	])('a prompt for %s: in its chat format (%j), or as it is', async (model, mark) => {
		answer(() => jsonReply({ results: [{ generated_text: 'Rome' }], ...envelope }));
		const result = await world.engine.run({ parameters: asked('text', 'generate', model, { prompt: PROMPT }) });
		const { input } = sentJson(sent()[0]);
		if (mark === '') expect(input).toBe(PROMPT);
		else expect([input, input === PROMPT]).toEqual([expect.stringContaining(mark), false]);
		expect(input).toContain(PROMPT);
		expect(hintsOf(result).join()).not.toContain('ramble');
	});
});

describe('a gateway before the service', () => {
	afterEach(() => void (world.emulator.options.faults = undefined));

	const ways: Array<[string, INodeParameters]> = [
		['classify', asked('text', 'classify', 'ProsusAI/finbert', { text: 'x' })],
		[
			'chat',
			asked('chat', 'complete', 'deepseek-ai/DeepSeek-V3.1', {
				messages: { values: [{ role: 'user', content: 'x' }] },
			}),
		],
		['transcribe', asked('audio', 'transcribe', 'openai/whisper-large-v3')],
	];
	describe.each(ways)('%s', (_, form) => {
		it.each([
			[504, 1],
			[520, 1],
			[524, 1],
			[521, 2],
			[522, 2],
			[523, 2],
		])('that says %i is asked %i times', async (code, times) => {
			let tries = 0;
			world.emulator.options.faults = ({ method, path }) => {
				if (method !== 'POST' || !path.startsWith('/v1/')) return undefined;
				tries++;
				// Asks to come again soon, so that there is next to nothing to wait for.
				return { kind: 'status', status: code, retryAfter: 0.01 };
			};
			const items = [{ json: {}, binary: { data: await world.engine.binary(makeWav(0.05), 'a.wav', 'audio/wav') } }];
			const parameters = { ...form, options: { maxRetries: 1 } };
			const credentials = { baseUrl: world.emulator.url };
			const { errorItems } = await world.engine.run({ parameters, items, credentials, ...continued });
			expect([tries, errorItems.length]).toEqual([times, 1]);
			const error = String(errorItems[0]?.json.error);
			if (times === 1) expect(error).toMatch(/may have billed/);
			else expect(error).not.toMatch(/may have billed/);
		});
	});
});
