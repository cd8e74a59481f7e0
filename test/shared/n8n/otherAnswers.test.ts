/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { completion } from '../../support/chat';
import { makeWav } from '../../support/files';
import { asked } from '../../support/parameters';
import { errorOf, onlyItem, stored } from '../../support/results';
import { envelope, jsonReply, notFound, type Reply, type SentRequest } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** Answers in other shapes than the documented one, each of a service that exists. What is paid comes out right, or fails. */

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service' })));
afterAll(async () => await world.close());

let models = 0;
const freshName = () => `shapes/model-${++models}`;

/** What comes of a question that is answered so: items, and the errors of those that failed. */
async function resultOf(parameters: INodeParameters, reply: (request: SentRequest) => Reply, items?: IDataObject[]) {
	world.service.requests.length = 0;
	world.service.reply = (request) => (/^\/(v1|payment)\//.test(request.path) ? reply(request) : notFound);
	const run = await world.engine.run({
		parameters,
		items: items?.map((json) => ({ json })),
		onError: 'continueErrorOutput',
	});
	expect(run.error).toBeUndefined();
	return { items: run.items.map(({ json }) => stored(json)), errors: run.errorItems.map((item) => errorOf(item).text) };
}

const told =
	(answer: IDataObject): (() => Reply) =>
	() =>
		jsonReply({ ...envelope, ...answer });
const options = { maxRetries: 0 };

describe('a chat', () => {
	const chat = (own: INodeParameters = {}) =>
		asked('chat', 'complete', freshName(), {
			messages: { values: [{ role: 'user', content: 'x' }] },
			options: { ...options, ...own },
		});
	const say = (message: IDataObject, more: IDataObject = {}) => ({
		...completion(''),
		choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
		...more,
	});
	const call = { name: 'f', arguments: '{"a":1}' };
	const tokens = { prompt_tokens: 5, completion_tokens: 6 };
	it.each<[string, IDataObject, IDataObject]>([
		['its text in texts', say({ content: ['Hello ', 'you'] }), { text: 'Hello you' }],
		['its text as one part', say({ content: { type: 'text', text: 'Hi' } }), { text: 'Hi' }],
		['parts without a type', say({ content: [{ text: 'Hi' }, { type: 'image', text: 'no' }] }), { text: 'Hi' }],
		['the form of completions', { ...completion(''), choices: [{ index: 0, text: 'Hi' }] }, { text: 'Hi' }],
		[
			'arguments that are JSON twice',
			say({
				content: null,
				tool_calls: [{ id: 't', function: { ...call, arguments: JSON.stringify(call.arguments) } }],
			}),
			{ toolCalls: [{ id: 't', name: 'f', arguments: { a: 1 } }] },
		],
		[
			'a single function',
			say({ content: null, function_call: call }),
			{ toolCalls: [{ id: 'call_2e26ab8b', name: 'f', arguments: { a: 1 } }] },
		],
		...[undefined, null, '', ' ', 'null', '{}'].map((given): [string, IDataObject, IDataObject] => [
			`a call whose arguments are ${JSON.stringify(given)}`,
			say({ content: null, tool_calls: [{ id: 't', function: { name: 'now', arguments: given } }] }),
			{ toolCalls: [{ id: 't', name: 'now', arguments: {} }] },
		]),
		[
			'a call with a line break within a text',
			say({ content: null, tool_calls: [{ id: 't', function: { name: 'f', arguments: '{"a":"x\ny"}' } }] }),
			{ toolCalls: [{ id: 't', name: 'f', arguments: { a: 'x\ny' } }] },
		],
		['no usage', say({ content: 'Hi' }, { usage: null }), { usage: { requestId: envelope.request_id } }],
		[
			'a price with its sign',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: '$0.5' } }),
			{ usage: { costUsd: 0.5 } },
		],
		[
			'with its name',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: '2e-3 USD' } }),
			{ usage: { costUsd: 0.002 } },
		],
		[
			'in parts',
			say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: [0.1, '0.2'] } }),
			{ usage: { costUsd: 0.3 } },
		],
	])('%s', async (_, answer, expected) => {
		const { items, errors } = await resultOf(chat(), () => jsonReply(answer));
		expect(errors).toEqual([]);
		expect(items).toMatchObject([expected]);
	});

	it.each([['free'], [-1], [['a', 1]], [{ usd: 1 }], ['$-1'], [[]]])('a cost of %j is none', async (cost) => {
		const answer = say({ content: 'Hi' }, { usage: { ...tokens, estimated_cost: cost } });
		const { items } = await resultOf(chat(), () => jsonReply(answer));
		expect(items[0]?.usage).not.toHaveProperty('costUsd');
	});

	it('its choices out of order', async () => {
		const choices = ['c', 'a', 'b'].map((content, at) => ({
			index: [2, 0, 1][at],
			message: { content },
			finish_reason: 'stop',
		}));
		const answer = () => jsonReply({ ...completion(''), choices });
		const { items } = await resultOf(chat({ numResponses: 3 }), answer);
		expect(items.map(({ text, index }) => [text, index])).toEqual([
			['a', 0],
			['b', 1],
			['c', 2],
		]);
	});
});

describe('words in pieces', () => {
	const piece = (entity: string, word: string, index: number, at: IDataObject = {}) => ({
		entity,
		word,
		index,
		score: 0.9,
		...at,
	});
	it.each<[string, string, IDataObject[], Array<[string, string]>]>([
		[
			'whose letters are bytes',
			'Herr Müller wohnt in Köln',
			[
				piece('B-PER', 'ĠMÃ¼', 2, { start: 5, end: 7 }),
				piece('I-PER', 'ller', 3, { start: 7, end: 11 }),
				piece('B-LOC', 'ĠKÃ¶ln', 6, { start: 21, end: 25 }),
			],
			[
				['PER', 'Müller'],
				['LOC', 'Köln'],
			],
		],
		[
			'without places',
			'東京 Łódź',
			[piece('B-LOC', 'æĿ±äº¬', 1), piece('B-LOC', 'ĠÅģÃ³dÅº', 2)],
			[
				['LOC', '東京'],
				['LOC', 'Łódź'],
			],
		],
		[
			'that say that they go on',
			'Nguyễn Văn',
			[piece('B-PER', 'Ngu@@', 1), piece('I-PER', 'yễn', 2), piece('I-PER', 'Văn', 3)],
			[['PER', 'Nguyễn Văn']],
		],
		[
			'that say where they end',
			'Jan Kowalski',
			[piece('B-PER', 'Jan</w>', 1), piece('I-PER', 'Kowal', 2), piece('I-PER', 'ski</w>', 3)],
			[['PER', 'Jan Kowalski']],
		],
		[
			'of which only the first of a word is told',
			'Berlin is not where Paris is, Anna',
			[
				piece('B-LOC', 'Ber@@', 1, { start: 0, end: 3 }),
				piece('B-LOC', 'Par@@', 6, { start: 20, end: 23 }),
				piece('I-PER', 'Anna', 10, { start: 30, end: 34 }),
			],
			[
				['LOC', 'Ber'],
				['LOC', 'Par'],
				['PER', 'Anna'],
			],
		],
		[
			'that look like bytes and are none',
			'Café Ã¼ber',
			[piece('B-ORG', 'CafÃ©', 1), piece('B-ORG', 'Ã¼ber', 2)],
			[
				['ORG', 'Café'],
				['ORG', 'Ã¼ber'],
			],
		],
	])('%s', async (_, text, results, expected) => {
		const parameters = asked('text', 'classifyTokens', freshName(), { text, options });
		const { items, errors } = await resultOf(parameters, told({ results }));
		expect(errors).toEqual([]);
		expect(items[0]?.entities).toMatchObject(expected.map(([label, word]) => ({ label, word })));
	});

	it('for a gap, and for gaps that are written in two ways', async () => {
		const results = [
			{ sequence: 'ein schönes Haus', token_str: 'ĠschÃ¶nes', score: 0.5 },
			{ sequence: 'ein große@@ Haus', token_str: 'große@@', score: 0.1 },
		];
		const fill = (text: string) => asked('text', 'fillMask', freshName(), { text, options });
		const one = await resultOf(fill('ein [MASK] Haus'), told({ results }));
		expect(one.items[0]?.candidates).toMatchObject([{ token: 'schönes' }, { token: 'große' }]);
		const gap = (token_str: string) => [{ sequence: 'x', token_str, score: 0.5 }];
		const two = await resultOf(fill('[MASK] and <mask>, not [MASKED]'), told({ results: [gap('one'), gap('two')] }));
		expect(two.items[0]?.sequence).toBe('one and two, not [MASKED]');
	});
});

describe('vectors', () => {
	const base64 = (...values: number[]) => Buffer.from(new Float32Array(values).buffer).toString('base64');
	const NONE = /without an embedding/;
	const FEW = /did not answer with 3 embeddings/;
	const row = (index: unknown, ...embedding: number[]) => ({ index, embedding });
	it.each<[string, IDataObject, Array<number[] | RegExp>]>([
		[
			'rows out of order',
			{ data: [row(2, 3, 3), row(0, 1, 1), row('1', 2, 2)] },
			[
				[1, 1],
				[2, 2],
				[3, 3],
			],
		],
		[
			'rows without numbers',
			{ data: [1, 2, 3].map((n) => ({ embedding: [n, n] })) },
			[
				[1, 1],
				[2, 2],
				[3, 3],
			],
		],
		['a row that is missing', { data: [row(2, 3, 3), row(0, 1, 1)] }, [[1, 1], NONE, [3, 3]]],
		['two rows for one text', { data: [row(0, 1, 1), row(1, 2, 2), row(1, 3, 3)] }, [[1, 1], NONE, NONE]],
		['rows for texts that nobody sent', { data: [row(7, 9, 9), row(-1, 8, 8), row(1, 2, 2)] }, [FEW, FEW, FEW]],
		['rows counted from 1', { data: [row(1, 1, 1), row(2, 2, 2), row(3, 3, 3)] }, [FEW, FEW, FEW]],
		['too few rows without numbers', { data: [{ embedding: [1] }] }, [FEW, FEW, FEW]],
		[
			'base64',
			{ embeddings: [base64(1, 2), base64(-0.5, 3), base64(4, 5)] },
			[
				[1, 2],
				[-0.5, 3],
				[4, 5],
			],
		],
		['base64 of something else', { embeddings: [base64(1, 2), 'abc', base64(NaN, 5)] }, [[1, 2], NONE, NONE]],
		[
			'each in a list of its own',
			{ embeddings: [[[1, 2]], [[3, 4]], [[5, 6]]] },
			[
				[1, 2],
				[3, 4],
				[5, 6],
			],
		],
	])('as %s', async (_, answer, expected) => {
		const parameters = asked('embedding', 'create', freshName(), { text: '={{ $json.t }}', options });
		const { items, errors } = await resultOf(parameters, told(answer), [{ t: 'a' }, { t: 'b' }, { t: 'c' }]);
		expect(items.map(({ t, embedding }) => [t, embedding])).toEqual(
			expected.flatMap((each, at) => (Array.isArray(each) ? [['abc'[at], each]] : [])),
		);
		expect(errors).toEqual(expected.flatMap((each) => (Array.isArray(each) ? [] : [expect.stringMatching(each)])));
	});
});

describe('the scores of documents', () => {
	it.each<[string, IDataObject, unknown]>([
		['a list in a list', { scores: [[0.1, 0.9, 0.5]] }, ['b', 'c', 'a']],
		['each in a list', { scores: [[0.1], [0.9], ['0.5']] }, ['b', 'c', 'a']],
		[
			'rows, best first',
			{
				results: [
					{ index: 1, relevance_score: 0.9 },
					{ index: 2, relevance_score: 0.5 },
					{ index: 0, relevance_score: 0.1 },
				],
			},
			['b', 'c', 'a'],
		],
		['rows in their order', { data: [{ score: 0.1 }, { score: 0.9 }, { score: 0.5 }] }, ['b', 'c', 'a']],
		[
			'a document left out',
			{
				results: [
					{ index: 1, score: 0.9 },
					{ index: 0, score: 0.1 },
				],
			},
			/no score for document 3 of 3/,
		],
		[
			'one that is unknown',
			{
				results: [
					{ index: 1, score: 0.9 },
					{ index: 0, score: 0.1 },
					{ index: 3, score: 1 },
				],
			},
			/did not answer with 3 scores/,
		],
	])('as %s', async (_, answer, expected) => {
		const parameters = asked('text', 'rerank', freshName(), {
			query: 'q',
			documentSource: 'list',
			documents: 'a\nb\nc',
			options,
		});
		const { items, errors } = await resultOf(parameters, told(answer));
		if (Array.isArray(expected))
			expect(items[0]?.results).toMatchObject(expected.map((document: unknown) => ({ document })));
		else expect(errors).toEqual([expect.stringMatching(String(expected).slice(1, -1))]);
	});
});

describe('the letters of an answer', () => {
	const classify = () => asked('text', 'classify', freshName(), { text: 'x', options });
	const json = JSON.stringify({ ...envelope, results: [{ label: 'grün', score: 1 }] });
	const swapped = () => Buffer.from(json, 'utf16le').swap16();
	it.each<[string, string, () => Buffer]>([
		['Latin-1', 'application/json; charset=iso-8859-1', () => Buffer.from(json, 'latin1')],
		['Windows', 'application/json;charset="windows-1252"', () => Buffer.from(json, 'latin1')],
		['UTF-8 that is declared otherwise', 'application/json; charset=ISO-8859-1', () => Buffer.from(json)],
		['UTF-8 declared as nothing known', 'application/json; charset=x-mine', () => Buffer.from(json)],
		['UTF-16 without a mark', 'application/json; charset=utf-16le', () => Buffer.from(json, 'utf16le')],
		['UTF-16 that nobody declared', 'application/json', () => Buffer.from(json, 'utf16le')],
		['the other one', 'application/json; charset=utf-16', swapped],
		['UTF-8 with a mark', 'application/json', () => Buffer.from(`\ufeff${json}`)],
		['UTF-16 with a mark', 'application/json', () => Buffer.from(`\ufeff${json}`, 'utf16le')],
		['the other one with a mark', 'application/json', () => Buffer.from(`\ufeff${json}`, 'utf16le').swap16()],
		['UTF-8, packed without a word', 'application/json', () => gzipSync(json)],
		[
			'UTF-16 with a mark, packed without a word',
			'text/plain',
			() => gzipSync(Buffer.from(`\ufeff${json}`, 'utf16le')),
		],
	])('in %s', async (_, contentType, write) => {
		const { items, errors } = await resultOf(classify(), () => ({ contentType, body: write() }));
		expect(errors).toEqual([]);
		expect(items).toMatchObject([{ label: 'grün', usage: { costUsd: 0.000114 } }]);
	});

	it('in UTF-8 with a replacement sign of its own', async () => {
		const { items } = await resultOf(classify(), () => ({
			contentType: 'application/json; charset=ISO-8859-1',
			body: Buffer.from(JSON.stringify({ ...envelope, results: [{ label: 'Müller \ufffd', score: 1 }] })),
		}));
		expect(items).toMatchObject([{ label: 'Müller \ufffd' }]);
	});
});

describe('what a proxy packs without saying so', () => {
	const classify = () => asked('text', 'classify', freshName(), { text: 'x', options });

	it('may be a refusal, whose words are told', async () => {
		const body = gzipSync(JSON.stringify({ detail: { error: 'the label is too warm' } }));
		const { errors } = await resultOf(classify(), () => ({ status: 400, body }));
		expect(errors).toEqual([expect.stringMatching(/the label is too warm/)]);
	});

	it('may be a sound', async () => {
		const speak = asked('audio', 'synthesize', freshName(), { text: 'Hi', options });
		const { items, errors } = await resultOf(speak, () => ({ contentType: 'audio/wav', body: gzipSync(makeWav(0.1)) }));
		expect([items.length, errors]).toEqual([1, []]);
	});

	const noise = gzipSync(randomBytes(1000).toString('hex'));
	const damaged = Buffer.concat([noise.subarray(0, 100), Buffer.alloc(50, 0x55), noise.subarray(150)]);
	it.each<[string, Buffer, RegExp]>([
		[
			'grows beyond what an answer may have',
			gzipSync(Buffer.alloc(70 * 1024 * 1024), { level: 9 }),
			/an answer that is too large/,
		],
		['is damaged', damaged, /packing cannot be read/],
		['breaks off', gzipSync(JSON.stringify(envelope)).subarray(0, 40), /was cut off/],
	])('is an error that says so where it %s, and is asked for once', async (_, body, words) => {
		const { items, errors } = await resultOf({ ...classify(), options: { maxRetries: 2 } }, () => ({ body }));
		expect(items).toEqual([]);
		expect(errors).toEqual([expect.stringMatching(words)]);
		expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	it('may be the lines of a batch', async () => {
		const line = JSON.stringify({
			custom_id: 'a',
			response: { status_code: 200, body: completion('Hi') },
			error: null,
		});
		const batch = { id: 'batch_1', status: 'completed', endpoint: '/v1/chat/completions', output_file_id: 'f' };
		const { items } = await resultOf(
			{ resource: 'batch', operation: 'getResults', batchId: 'batch_1' },
			({ path }) => ({
				body: gzipSync(path.endsWith('/content') ? `${line}\n${line.replace('"a"', '"b"')}\n` : JSON.stringify(batch)),
			}),
		);
		expect(items).toMatchObject([{ text: 'Hi' }, { text: 'Hi' }]);
	});

	it.each<[string, (text: string) => Buffer]>([
		['packed', (text) => gzipSync(text)],
		['with a mark', (text) => Buffer.from(`\ufeff${text}`)],
		['in UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
	])('may be the catalogue: it comes %s', async (_, write) => {
		const name = freshName();
		const pricing = { type: 'tokens', cents_per_input_token: 0.01, cents_per_output_token: 0 };
		const row = { model_name: name, type: 'text-generation', pricing };
		world.service.reply = ({ path }) =>
			path === `/models/${name}`
				? { body: write(JSON.stringify(row)) }
				: path === '/models/list'
					? { body: write(JSON.stringify([row])) }
					: notFound;
		const parameters = asked('text', 'generate', name, { prompt: 'x'.repeat(40), options: { dryRun: true } });
		const { items } = await world.engine.run({ parameters });
		expect(items).toMatchObject([{ json: { estimatedCostUsd: 0.001 } }]);
	});
});

describe('a batch', () => {
	const batch = (own: IDataObject = {}) => ({
		id: 'batch_1',
		status: 'completed',
		endpoint: '/v1/chat/completions',
		input_file_id: 'file-in',
		output_file_id: 'file-out',
		request_counts: { total: 1 },
		...own,
	});
	const line = (body: unknown) => JSON.stringify({ custom_id: 'a', response: { status_code: 200, body }, error: null });
	const results = async (body: unknown, own: IDataObject = {}) =>
		await resultOf({ resource: 'batch', operation: 'getResults', batchId: 'batch_1' }, ({ path }) =>
			path.endsWith('/content') ? { body: line(body) } : jsonReply(batch(own)),
		);
	const vectors = {
		data: [
			[1, 2],
			[3, 4],
		].map((embedding, at) => ({ index: 1 - at, embedding })),
	};

	it.each<[string, string | number]>([
		['in seconds', 1764000000],
		['in milliseconds', 1764000000000],
		['as a date', '2025-11-24T16:00:00Z'],
		['as digits', '1764000000'],
	])('whose time is %s', async (_, created_at) => {
		const get = { resource: 'batch', operation: 'get', batchId: 'batch_1' };
		const { items } = await resultOf(get, () => jsonReply(batch({ created_at })));
		expect(items).toMatchObject([{ createdAt: '2025-11-24T16:00:00.000Z' }]);
	});

	it('whose line holds its answer as a text', async () => {
		expect((await results(JSON.stringify(completion('Hi')))).items).toMatchObject([{ customId: 'a', text: 'Hi' }]);
		const { errors } = await results(JSON.stringify({ error: { message: 'Content Moderated' } }));
		expect(errors).toEqual([expect.stringMatching(/^a: The model's safety filter refused this request/)]);
	});

	it.each(['/v1/embeddings', '/v1/openai/embeddings/', undefined])(
		'of vectors, which stand in no order: %s',
		async (endpoint) => {
			const { items } = await results(vectors, { endpoint });
			expect(items.map(({ embedding }) => embedding)).toEqual([
				[3, 4],
				[1, 2],
			]);
		},
	);
});

describe('an account', () => {
	const account = (operation: string, more: INodeParameters = {}) => ({ resource: 'account', operation, ...more });
	it.each([[true], ['true'], ['True '], [1], ['1']])('that is suspended: %j', async (suspended) => {
		const { items } = await resultOf(account('getBalance'), () => jsonReply({ stripe_balance: 0, suspended }));
		expect(items).toMatchObject([{ suspended: true }]);
	});

	it.each([[false], ['false'], [0], [null], ['']])('that is not: %j', async (suspended) => {
		const { items } = await resultOf(account('getBalance'), () => jsonReply({ stripe_balance: 0, suspended }));
		expect(items).toMatchObject([{ suspended: false }]);
	});

	it('without a limit, and with a model by its name alone', async () => {
		const limits = await resultOf(account('getLimits'), () => jsonReply({ rate_limit: '200', tpm_rate_limit: -1 }));
		expect(limits.items).toEqual([{ concurrentRequests: 200, tokensPerMinute: null }]);
		const months = [{ period: '2026.11', items: [{ model: 'a/b', units: 1, cost: 50 }] }];
		const usage = await resultOf(account('getUsage', { period: 'current' }), () => jsonReply({ months }));
		expect(usage.items).toMatchObject([{ model: 'a/b', costUsd: 0.5 }]);
	});
});

describe('speech', () => {
	it.each<BufferEncoding>(['base64', 'base64url'])('in %s', async (encoding) => {
		const sound = makeWav(0.1);
		const speak = asked('audio', 'synthesize', freshName(), { text: 'Hi', options });
		const { items, errors } = await resultOf(speak, told({ audio: sound.toString(encoding) }));
		expect([items.length, errors]).toEqual([1, []]);
	});

	// Raw samples look like nothing: what they come in has to tell that they are some.
	const samples = Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 37) % 251));
	it.each<[string, string]>([
		['in base64', samples.toString('base64')],
		['without its end', samples.toString('base64').replace(/=+$/, '')],
		['for addresses', samples.toString('base64url')],
		['in lines', `${samples.toString('base64').replace(/.{76}/g, '$&\r\n')}\n`],
		['as a data URL', `data:audio/pcm;base64,${samples.toString('base64')}`],
		[
			'as a data URL in lines',
			`data:audio/L16;rate=24000;base64,${samples.toString('base64').replace(/.{76}/g, '$&\n')}`,
		],
	])('of raw samples %s', async (_, audio) => {
		const speak = asked('audio', 'synthesize', freshName(), {
			text: 'Hi',
			options: { ...options, outputFormat: 'pcm' },
		});
		expect((await resultOf(speak, told({ audio }))).errors).toEqual([]);
		const { binary: { data } = {} } = onlyItem(await world.engine.run({ parameters: speak }));
		expect(data?.mimeType).toBe('audio/pcm');
		expect(data && (await world.engine.read(data)).equals(samples)).toBe(true);
	});

	it.each(['unavailable', 'The model is busy', 'try_again-later', 'e'])(
		'of which %j is told is none',
		async (audio) => {
			const speak = asked('audio', 'synthesize', freshName(), {
				text: 'Hi',
				options: { ...options, outputFormat: 'pcm' },
			});
			expect((await resultOf(speak, told({ audio }))).items).toEqual([]);
		},
	);
});
