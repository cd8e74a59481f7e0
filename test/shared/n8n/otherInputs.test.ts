/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { completion } from '../../support/chat';
import { makePng, makeWav } from '../../support/files';
import { asked } from '../../support/parameters';
import { errorOf, pairedTo } from '../../support/results';
import { envelope, jsonReply, notFound, sentJson, type Reply, type SentRequest } from '../../support/service';
import { openWorld, type World } from '../../support/world';
import { longestTurn } from '../../support/yardstick';
import { excessive } from '../schema/fixtures/schemas';

/** Kinds of faults, each with inputs that are not the examples of which it was learnt. */

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

const MB = 1024 * 1024;
const continued = { onError: 'continueErrorOutput' as const };
const isAsked = ({ path }: SentRequest) => path.startsWith('/v1/');
const sent = () => world.service.requests.filter(isAsked);
const at = (path: string) => `${world.service.url}/${path}`;

/** What is asked below /v1 gets this; the catalogue knows what a test says. */
function answer(reply: (request: SentRequest) => Reply, catalogue: (path: string) => unknown = () => undefined): void {
	world.service.requests.length = 0;
	world.service.reply = (request) => {
		if (isAsked(request)) return reply(request);
		if (request.path.endsWith('.png')) return { contentType: 'image/png', body: makePng(4, 4) };
		if (request.path.endsWith('.wav')) return { contentType: 'audio/wav', body: makeWav(0.05) };
		const known = catalogue(request.path);
		return known === undefined ? notFound : jsonReply(known);
	};
}

let models = 0;
const freshName = () => `kinds/model-${++models}`;
const classify = (text: string) => asked('text', 'classify', freshName(), { text, options: { maxRetries: 0 } });

describe('the words of a failure', () => {
	const PLACES: Array<[string, (words: string) => unknown]> = [
		['error', (error) => ({ error })],
		['error.message', (message) => ({ error: { message, type: 'x' } })],
		['errors', (words) => ({ errors: [words] })],
		['errors[].message', (message) => ({ errors: [{ message }] })],
		['error_message', (error_message) => ({ error_message })],
		['inference_status.error', (error) => ({ request_id: 'R', inference_status: { status: 'failed', error } })],
		['detail', (detail) => ({ detail })],
		['detail.error', (error) => ({ detail: { error } })],
		['detail[].msg', (msg) => ({ detail: [{ loc: ['body'], msg, type: 'x' }] })],
		['message', (message) => ({ message })],
	];
	const SAFETY = [
		'Content Moderated',
		'request_moderated',
		'Blocked by the content filter',
		'NSFW content detected',
		'The prompt violates our content policy',
		'flagged by our safety system',
	];
	const image = asked('image', 'generate', 'kinds/draws', { prompt: '={{ $json.at }}', options: { maxRetries: 2 } });
	const chat = asked('chat', 'complete', 'kinds/chats', {
		messages: { values: [{ role: 'user', content: '={{ $json.at }}' }] },
		options: { maxRetries: 2 },
	});
	// Each place with all words, and each of both with all statuses: what reads words does not know where they stood.
	const STATUSES = [200, 400, 500];
	const cases = PLACES.flatMap(([place, write], at) =>
		SAFETY.map((words, which) => ({ place, words, status: STATUSES[(at + which) % 3], body: write(words) })),
	);
	it.each([
		['a drawing', image],
		['a chat', chat],
	])('of the safety filter are known wherever %s says them', async (_, parameters) => {
		answer((request) => {
			const { prompt, messages } = sentJson(request);
			const [message] = Array.isArray(messages) ? messages : [];
			const { status, body } = cases[Number(prompt ?? message?.content)] ?? { status: 404, body: {} };
			return jsonReply(body, status);
		});
		const { errorItems } = await world.engine.run({
			parameters,
			items: cases.map((__, index) => ({ json: { at: String(index) } })),
			...continued,
		});
		const wrong = errorItems.flatMap((item) => {
			const { text } = errorOf(item);
			const { place, words, status } = cases[pairedTo(item)] ?? {};
			return text.startsWith("The model's safety filter refused this request")
				? []
				: [[place, status, words, text.slice(0, 150)]];
		});
		expect(wrong).toEqual([]);
		expect(errorItems).toHaveLength(cases.length);
		expect(sent()).toHaveLength(cases.length);
	});
});

describe('a byte order mark', () => {
	const wide = (text: string, isBig = false) => {
		const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
		return isBig ? bytes.swap16() : bytes;
	};
	const ways: Array<[string, (text: string) => Buffer]> = [
		['UTF-8', (text) => Buffer.from(`\ufeff${text}`)],
		['UTF-16 LE', (text) => wide(text)],
		['UTF-16 BE', (text) => wide(text, true)],
		['UTF-8 twice', (text) => Buffer.from(`\ufeff\ufeff${text}`)],
		['UTF-8 and blanks', (text) => Buffer.from(`\ufeff\r\n ${text}\n`)],
	];
	it.each(ways)('in %s: a refusal, a chat, a catalogue, an answer that costs', async (_, write) => {
		const words = 'prompt: zu kurz – größer';
		answer(() => ({ status: 422, body: write(JSON.stringify({ error: { message: words } })) }));
		const refused = await world.engine.run({ parameters: classify('x'), ...continued });
		expect(errorOf(refused.errorItems[0] ?? { json: {} }).text).toContain(words);
		answer(() => ({ body: write(JSON.stringify(completion('grün'))) }));
		const chat = asked('chat', 'complete', freshName(), { messages: { values: [{ role: 'user', content: 'x' }] } });
		expect((await world.engine.run({ parameters: chat })).items[0]?.json.text).toBe('grün');
		answer(() => ({ body: write(JSON.stringify({ ...envelope, results: [{ label: 'grün', score: 1 }] })) }));
		const { items } = await world.engine.run({ parameters: classify('y') });
		expect(items[0]?.json).toMatchObject({ label: 'grün', usage: { costUsd: 0.000114 } });
		const base = `/bom-${++models}`;
		world.service.reply = ({ path }) =>
			path === `${base}/models/list`
				? { body: write(JSON.stringify([{ model_name: 'a/grün', type: 'embeddings' }])) }
				: notFound;
		const listed = await world.engine.run({
			parameters: { resource: 'model', operation: 'getAll', returnAll: true },
			credentials: { baseUrl: `${world.service.url}${base}` },
		});
		expect(listed.items.map(({ json }) => json.name)).toEqual(['a/grün']);
	});
});

describe('a file or an answer that unpacks without end', () => {
	const zeros = Buffer.alloc(18 * MB);
	/** Still hundreds of times as small. */
	const FAST = { level: 1 };
	const spaces = Buffer.alloc(4 * MB, ' ');
	const brotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
	it('ends, as an answer, where its operation needs no more', async () => {
		const body = { gzip: gzipSync, deflate: deflateSync, br: brotli };
		const ways = Object.entries(body).map(([encoding, pack]) => [encoding, pack(spaces)] as const);
		answer((request) => {
			const [encoding = '', packed = ''] = ways[Number(sentJson(request).input)] ?? [];
			return { body: packed, headers: { 'content-encoding': encoding } };
		});
		const parameters = { ...classify('={{ $json.at }}') };
		const { errorItems } = await world.engine.run({
			parameters,
			items: ways.map((_, index) => ({ json: { at: String(index) } })),
			...continued,
		});
		expect(errorItems.map((item) => errorOf(item).text)).toEqual(ways.map(() => expect.stringContaining('too large')));
		expect(sent()).toHaveLength(ways.length);
	});

	it('ends, as the file of a result, by many times its size', async () => {
		const png = makePng(20, 20);
		const heads: Array<[string, Buffer]> = [
			['gzip', gzipSync(Buffer.concat([png, zeros]), FAST)],
			['deflate', deflateSync(Buffer.concat([png, zeros]), FAST)],
			['br', brotli(Buffer.concat([png, zeros]))],
		];
		answer((request) => jsonReply({ ...envelope, images: [at(`file-${String(sentJson(request).prompt)}`)] }));
		const { reply } = world.service;
		world.service.reply = (request) => {
			const [encoding, body = ''] = heads.find(([name]) => request.path === `/file-${name}`) ?? [];
			return encoding === undefined
				? reply(request)
				: { body, contentType: 'image/png', headers: { 'content-encoding': encoding } };
		};
		const drawn = await world.engine.run({
			parameters: asked('image', 'generate', freshName(), { prompt: '={{ $json.way }}' }),
			items: heads.map(([way]) => ({ json: { way } })),
			...continued,
		});
		const texts = drawn.errorItems.map((item) => errorOf(item).text);
		expect(drawn.items).toEqual([]);
		expect(texts).toHaveLength(3);
		for (const text of texts) expect(text).toMatch(/larger than 16 MB, or unpacks to many times its size/);
	});
});

describe('texts share a request by the bytes that they have', () => {
	it.each<[string, string]>([
		['of four bytes a sign', '🤖'],
		['of three', '漢'],
		['that JSON writes longer', '\u0001'],
		['of line ends', '\n'],
	])('%s', async (_, sign) => {
		const long = sign.repeat((2 * MB) / (Buffer.byteLength(JSON.stringify(sign)) - 2));
		const texts = Array.from({ length: 5 }, (__, index) => `${index}${long}`);
		answer((request) => {
			const inputs = request.body.toString('latin1').matchAll(/"\d/g);
			return jsonReply({ ...envelope, embeddings: [...inputs].map((__, index) => [index, 1]) });
		});
		const parameters = asked('embedding', 'create', freshName(), { text: '={{ $json.text }}' });
		const { items, error } = await world.engine.run({ parameters, items: texts.map((text) => ({ json: { text } })) });
		expect([error, items.length]).toEqual([undefined, 5]);
		expect(Math.max(...sent().map(({ body }) => body.length))).toBeLessThan(9 * MB);
	});
});

describe('a text that was cut within an emoji', () => {
	const half = 'gut 👍'.slice(0, -1);
	const [low = ''] = '👍'.slice(1);
	const cut = `${low} \\ud83d "${half}`;
	const whole = '\ufffd \\ud83d "gut \ufffd';
	const said = (role: string, content: string) => ({ messages: { values: [{ role, content }] } });

	it.each<[string, () => INodeParameters, (request: SentRequest) => unknown]>([
		[
			'as a vector',
			() => asked('embedding', 'create', freshName(), { text: cut }),
			(request) => sentJson(request).inputs,
		],
		[
			'in a chat',
			() => asked('chat', 'complete', freshName(), said('user', cut)),
			(request) => sentJson(request).messages,
		],
		[
			'beside a number of many digits',
			() => asked('chat', 'complete', freshName(), { ...said('user', cut), options: { seed: '12345678901234567890' } }),
			(request) => sentJson(request).messages,
		],
		[
			'beside a picture',
			() => asked('image', 'analyze', freshName(), { inputSource: 'url', inputUrl: at('x.png'), prompt: cut }),
			(request) => sentJson(request).messages,
		],
		[
			'as a line of a batch',
			() => asked('batch', 'create', freshName(), { batchTask: 'chat', ...said('user', cut) }),
			({ body }): unknown => JSON.parse(/"messages":(\[.*?\])/.exec(body.toString())?.[1] ?? ''),
		],
		[
			'as labels beside a file',
			() =>
				asked('image', 'classifyZeroShot', freshName(), {
					inputSource: 'url',
					inputUrl: at('x.png'),
					candidateLabels: [cut, 'b'],
				}),
			({ body }): unknown => JSON.parse(/\["[^\r\n]*"b"\]/.exec(body.toString())?.[0] ?? ''),
		],
	])('%s is sent so that services can read it', async (_, parameters, read) => {
		answer(() => notFound);
		await world.engine.run({ parameters: parameters(), ...continued });
		const [request] = sent();
		expect(JSON.stringify(request && read(request))).toContain(JSON.stringify(whole).slice(1, -1));
		// A pair of them is an emoji.
		expect(request?.body.toString()).not.toMatch(/[^\\]\\ud83d/);
	});
});

describe('the gap of a model', () => {
	it.each<[string, IDataObject, string]>([
		['its example', { curl_inv: `curl -d '{"input": "Paris is the <mask> of France."}'` }, '<mask>'],
		['an example of [MASK], whatever its name says', { curl_inv: `-d '{"input":"where is my [MASK]?"}'` }, '[MASK]'],
		[
			'its schema',
			{ in_schema: { properties: { input: { type: 'string', examples: ['I am <|mask|>.'] } } } },
			'<|mask|>',
		],
		['its fields', { in_fields: [{ name: 'input', example: 'a <extra_id_0> b' }] }, '<extra_id_0>'],
		['the token itself, before its example', { mask_token: '<mask>', curl_inv: 'a [MASK]' }, '<mask>'],
	])('is told by %s', async (_, info, token) => {
		const name = `${freshName()}-roberta`;
		answer(
			() => jsonReply({ ...envelope, results: [{ sequence: 'x', token_str: 'x', score: 1 }] }),
			(path) => (path === `/models/${name}` ? { model_name: name, type: 'fill-mask', ...info } : undefined),
		);
		const parameters = asked('text', 'fillMask', name, { text: '={{ $json.text }}' });
		const items = ['a [MASK].', '[MASK] b', `c ${token}`].map((text) => ({ json: { text } }));
		await world.engine.run({ parameters, items, ...continued });
		const inputs = sent().map((request) => sentJson(request).input);
		expect(new Set(inputs)).toEqual(new Set([`a ${token}.`, `${token} b`, `c ${token}`]));
	});
});

describe('ranges of the API', () => {
	const generate = asked('text', 'generate', 'kinds/writes', { prompt: 'x', options: {} });
	const chat = asked('chat', 'complete', 'kinds/chats', { messages: { values: [{ role: 'user', content: 'x' }] } });
	it.each<[string, INodeParameters, INodeParameters, RegExp]>([
		['generate', generate, { numResponses: 0 }, /'Number of Responses' is 0/],
		['generate', generate, { numResponses: 40 }, /'Number of Responses' is 40/],
		['generate', generate, { numResponses: 2.5 }, /'Number of Responses'/],
		['generate', generate, { topP: -0.1 }, /'Top P' is -0.1/],
		['generate', generate, { topP: 1.01 }, /'Top P' is 1.01/],
		['generate', generate, { topK: -1 }, /'Top K' is -1/],
		['generate', generate, { topK: 5000 }, /'Top K' is 5000/],
		['generate', generate, { stop: Array.from({ length: 25 }, (_, n) => `s${n}`) }, /'Stop Sequences' has 25 entries/],
		['chat', chat, { numResponses: 7 }, /'Number of Responses' is 7/],
		['chat', chat, { topP: 0 }, /'Top P' is 0/],
		['chat', chat, { topK: 1000 }, /'Top K' is 1000/],
		['chat', chat, { numResponses: 0 }, /'Number of Responses' is 0/],
	])('are kept by %s, before anything is sent', async (_, parameters, options, words) => {
		answer(() => jsonReply(completion('x')));
		const { errorItems } = await world.engine.run({ parameters: { ...parameters, options }, ...continued });
		expect(errorItems[0]?.json.error).toMatch(words);
		expect(sent()).toEqual([]);
	});
});

describe('tokens that the envelope counts as 0', () => {
	it.each<[string, INodeParameters, IDataObject]>([
		[
			'a text',
			asked('text', 'generate', 'kinds/writes', { prompt: 'x' }),
			{ results: [{ generated_text: 'x' }], num_input_tokens: 12 },
		],
		[
			'labels',
			asked('text', 'classify', 'kinds/labels', { text: 'x' }),
			{ results: [{ label: 'x', score: 1 }], input_tokens: 12 },
		],
		[
			'a ranking',
			asked('text', 'rerank', 'kinds/ranks', { query: 'q', document: 'd' }),
			{ scores: [0.5], input_tokens: '12' },
		],
		[
			'a vector',
			asked('embedding', 'create', 'kinds/embeds', { text: 'x' }),
			{ embeddings: [[1, 2]], input_tokens: 12, num_input_tokens: 0 },
		],
		[
			'an answer',
			asked('text', 'answerQuestion', 'kinds/answers', { question: 'q', context: 'x' }),
			{ answer: 'x', score: 1, start: 0, end: 1, input_tokens: 12 },
		],
		[
			'a gap',
			asked('text', 'fillMask', 'kinds/gaps', { text: '[MASK]' }),
			{ results: [{ sequence: 'x', token_str: 'x', score: 1 }], input_tokens: 12 },
		],
	])('are those that %s tells beside it', async (_, parameters, body) => {
		for (const tokens_input of [0, null, '0']) {
			answer(() =>
				jsonReply({ request_id: 'R', inference_status: { status: 'succeeded', cost: 0.1, tokens_input }, ...body }),
			);
			const { items } = await world.engine.run({ parameters });
			expect(items[0]?.json.usage).toMatchObject({ inputTokens: 12 });
		}
	});
});

describe('subtitles', () => {
	const transcribe = (subtitles: string) =>
		asked('audio', 'transcribe', 'kinds/hears', {
			inputSource: 'url',
			inputUrl: '={{ $json.url }}',
			options: { subtitles },
		});
	const cases: Array<[string, IDataObject, string[]]> = [
		[
			'no end, no length',
			{
				text: 'Hi there',
				segments: [
					{ start: 0, end: 2, text: 'Hi' },
					{ start: 2, text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:02,000|Hi', '00:00:02,000 --> 00:00:03,000|there'],
		],
		[
			'no end, but a length',
			{
				text: 'Hi there',
				input_length_ms: 9000,
				segments: [
					{ start: 0, end: 2, text: 'Hi' },
					{ start: 2, end: null, text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:02,000|Hi', '00:00:02,000 --> 00:00:09,000|there'],
		],
		[
			'an end before its start',
			{
				text: 'Hi there',
				input_length_ms: 5000,
				segments: [
					{ start: 0, end: 2, text: 'Hi' },
					{ start: 2, end: 0, text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:02,000|Hi', '00:00:02,000 --> 00:00:05,000|there'],
		],
		[
			'an end that is its start',
			{
				text: 'Hi there',
				input_length_ms: 5000,
				segments: [
					{ start: 0, end: 2, text: 'Hi' },
					{ start: 2, end: 2, text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:02,000|Hi', '00:00:02,000 --> 00:00:05,000|there'],
		],
		[
			'times as texts, an end in words',
			{
				text: 'Hi there',
				input_length_ms: 4000,
				segments: [
					{ start: '0', end: '2.5', text: 'Hi' },
					{ start: '2.5', end: 'end', text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:02,500|Hi', '00:00:02,500 --> 00:00:04,000|there'],
		],
		[
			'words that know it better',
			{
				text: 'Hi there',
				segments: [{ start: 0, end: 10, text: 'Hi there' }],
				words: [
					{ start: 3, end: 3.5, text: 'Hi' },
					{ start: 4, end: 4.25, text: 'there' },
				],
			},
			['00:00:03,000 --> 00:00:04,250|Hi there'],
		],
		[
			'words within the segments',
			{
				text: 'Hi there',
				segments: [
					{
						start: 0,
						end: 10,
						text: 'Hi there',
						words: [
							{ start: 3, end: 3.5, word: 'Hi' },
							{ start: 4, end: 4.25, word: 'there' },
						],
					},
				],
			},
			['00:00:03,000 --> 00:00:04,250|Hi there'],
		],
		[
			'the last word without an end',
			{
				text: 'Hi there',
				input_length_ms: 6000,
				segments: [{ start: 0, end: null, text: 'Hi there' }],
				words: [
					{ start: 1, end: 1.5, text: 'Hi' },
					{ start: 4, text: 'there' },
				],
			},
			['00:00:00,000 --> 00:00:06,000|Hi there'],
		],
		['silence', { text: '', segments: [] }, []],
		['silence in a segment', { text: ' ', input_length_ms: 3000, segments: [{ start: 0, end: 3, text: '  ' }] }, []],
		['silence without segments', { text: '' }, []],
		[
			'a day of it',
			{ text: 'late', segments: [{ start: 360_000.5, end: 360_001, text: 'late' }] },
			['100:00:00,500 --> 100:00:01,000|late'],
		],
	];
	it.each(['srt', 'vtt'])('as %s of transcripts that lack times', async (format) => {
		answer((request) => {
			const [, index] = /filename="(\d+)\.wav"/.exec(request.body.toString('latin1')) ?? [];
			return jsonReply({ ...envelope, ...cases[Number(index)]?.[1] });
		});
		const { items, errorItems } = await world.engine.run({
			parameters: transcribe(format),
			items: cases.map((_, index) => ({ json: { url: at(`${index}.wav`) } })),
			...continued,
		});
		expect(errorItems.map(({ json }) => json)).toEqual([]);
		const read: unknown[] = [];
		for (const { binary } of items) {
			const file = binary?.[format];
			if (!file) {
				read.push('none');
				continue;
			}
			const text = (await world.engine.read(file)).toString();
			expect(text.startsWith('WEBVTT')).toBe(format === 'vtt');
			read.push(
				text
					.replace(/^WEBVTT\n\n/, '')
					.split('\n\n')
					.filter((block) => block.trim())
					.map((block) =>
						block
							.trim()
							.replace(/^\d+\n/, '')
							.replace('\n', '|')
							.replace(/(\d)\.(\d{3})/g, '$1,$2'),
					),
			);
		}
		expect(read.map((each, index) => [cases[index]?.[0], each])).toEqual(cases.map(([name, , cues]) => [name, cues]));
	});
});

describe('the catalogue of a service that says too much', () => {
	// What limits keep from being looked at is counted in test/shared/schema/read.test.ts.
	it.each(excessive)('%s is read in a moment', async (_, schema) => {
		const model = freshName();
		const info = `{"model_name":"${model}","type":"text-classification","in_schema":${JSON.stringify(schema())}}`;
		answer(() => jsonReply({ ...envelope, results: [{ label: 'x', score: 1 }] }));
		const { reply } = world.service;
		world.service.reply = (request) => (request.path === `/models/${model}` ? { body: info } : reply(request));
		let length = 0;
		const longest = await longestTurn(async () => {
			const parameters = asked('text', 'classify', model, { text: 'x' });
			const { items, errorItems } = await world.engine.run({ parameters, ...continued });
			length = items.length;
			expect(errorItems.map(({ json }) => json)).toEqual([]);
			const { fields } = await world.engine.mapping('getModelFields', asked('model', 'run', model));
			expect(fields.length).toBeLessThan(2000);
		});
		expect(length).toBe(1);
		expect(longest).toBeLessThan(1500);
	});

	const ROWS = 20_000;
	const rows = (of: (n: number) => IDataObject): IDataObject[] =>
		Array.from({ length: ROWS }, (_, n) => ({ model_name: `owner/model-${n}`, type: 'embeddings', ...of(n) }));
	it.each<[string, () => IDataObject[]]>([
		['each replaced by the next', () => rows((n) => ({ deprecated: 1, replaced_by: `owner/model-${n + 1}` }))],
		['all of one name', () => rows(() => ({ model_name: 'owner/same' }))],
		['with long names that begin alike', () => rows((n) => ({ model_name: `owner/${'alike-'.repeat(30)}${n}` }))],
	])('20,000 models, %s, are listed, searched and near to a wrong name in linear time', async (_, list) => {
		const base = `/rows-${++models}`;
		const credentials = { baseUrl: `${world.service.url}${base}` };
		const body = JSON.stringify(list());
		world.service.requests.length = 0;
		world.service.reply = ({ path, method }) => {
			if (path === `${base}/models/list`) return { body };
			return method === 'POST' ? { status: 404, body: '{"error":"no such model"}' } : notFound;
		};
		const longest = await longestTurn(async () => {
			const find = async (filter?: string) =>
				await world.engine.search('searchModels', asked('embedding', 'create', ''), filter, undefined, credentials);
			for (const filter of [undefined, 'model-19', 'alike alike owner', 'x'.repeat(3000)]) await find(filter);
			const wrong = asked('embedding', 'create', 'owner/modle-1', { text: 'x' });
			const { errorItems } = await world.engine.run({ parameters: wrong, credentials, ...continued });
			expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/has no model 'owner\/modle-1'/);
			const all = { resource: 'model', operation: 'getAll', returnAll: false, limit: 5 };
			expect((await world.engine.run({ parameters: all, credentials })).status).toBe('success');
		});
		// What grows with the square of the rows takes seconds.
		expect(longest).toBeLessThan(1250);
	});
});
