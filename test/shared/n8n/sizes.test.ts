import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asked } from '../../support/parameters';
import { errorOf } from '../../support/results';
import { answerWith, envelope, inferenceRequests, replyWith } from '../../support/service';
import { openWorld, type World } from '../../support/world';
import { longestOwnTurn, longestTurn } from '../../support/yardstick';

/** As long as real ones, which are looked for in answers. */
const KEY = Array.from({ length: 24 }, (_, index) => index.toString(36)).join('');

let world: World;
beforeAll(async () => (world = await openWorld({ asks: 'service', apiKey: KEY })));
afterAll(async () => await world.close());

const MB = 1024 * 1024;
/** Milliseconds that are promised. */
const PROMISED = 250;
/** Twice that, where much else goes on: what other threads do meanwhile counts here, too. */
const LONGEST_TURN = 2 * PROMISED;
/** Of answers that are half as large as those that the promise was made for. Most take longer as a whole. */
const HALF = PROMISED / 2;
const ENVELOPE = JSON.stringify(envelope).slice(1, -1);
/** In one piece of memory: what `repeat` gives is put together by whoever reads it first. */
const many = (piece: string, bytes: number) =>
	Buffer.alloc(Math.floor(bytes / piece.length) * Buffer.byteLength(piece), piece).toString();
const continued = { onError: 'continueErrorOutput' as const };

const generate = asked('text', 'generate', 'm/m', { prompt: 'x' });
const runModel = {
	...asked('model', 'run', 'm/m'),
	modelFields: { mappingMode: 'defineBelow', value: { prompt: 'x' } },
};
const chat = asked('chat', 'complete', 'm/m', { messages: { values: [{ role: 'user', content: 'x' }] } });

/** Answers every question with this text. */
function say(body: string | Buffer): void {
	world.service.requests.length = 0;
	const bytes = Buffer.from(body);
	world.service.reply = ({ method }) => (method === 'POST' ? { body: bytes } : { status: 404, body: '{}' });
}

describe('n8n goes on with its other work', () => {
	// Made when needed: jest looks through all texts of a table for its placeholders.
	it.each<[string, INodeParameters, () => string]>([
		[
			'short texts',
			{ ...chat, simplify: false },
			() => `{"id":"x","usage":{},"choices":[${many('"ab",', 8 * MB)}"x"]}`,
		],
		[
			'objects of words',
			{ ...generate, simplify: false },
			() => `{${ENVELOPE},"words":[${many('{"w":"a","s":1.5},', 4.5 * MB)}{}]}`,
		],
		[
			'a long text of escapes',
			generate,
			() => `{${ENVELOPE},"results":[{"generated_text":"${many('\\u00e9\\n', 6 * MB)}"}]}`,
		],
		['a failure in many words', generate, () => `{${ENVELOPE},"error":[${many('{"msg":"no"},', 3 * MB)}{}]}`],
	])('while an answer of %s is read', async (_, parameters, answer) => {
		say(answer());
		let count = 0;
		const longest = await longestOwnTurn(async () => {
			const { items, errorItems } = await world.engine.run({ parameters, ...continued });
			count = items.length + errorItems.length;
		});
		expect(count).toBe(1);
		expect(longest).toBeLessThan(HALF);
	});

	// As large as those that the promise was made for: to parse so many values at once takes longer.
	it.each<[string, INodeParameters, () => string]>([
		['millions of empty objects', { ...generate, simplify: false }, () => `"output":[${many('{},', 4 * MB)}{}]`],
		['lists in lists', runModel, () => `"output":[${many(`${'['.repeat(90)}${']'.repeat(90)},`, 4 * MB)}1]`],
		['small numbers', runModel, () => `"data":{"a":[${many('7,', 20 * MB)}7]}`],
	])('while an answer of %s is read', async (_, parameters, answer) => {
		say(`{${ENVELOPE},${answer()}}`);
		let count = 0;
		const longest = await longestTurn(async () => (count = (await world.engine.run({ parameters })).items.length));
		expect(count).toBe(1);
		expect(longest).toBeLessThan(PROMISED);
	});

	it('while 3,000 equal items get the answer that they share', async () => {
		say(`{${ENVELOPE},"results":[{"label":"a","score":0.9}]}`);
		const items = Array.from({ length: 3000 }, () => ({ json: { text: 'the same' } }));
		const parameters = asked('text', 'classify', 'm/m', { text: 'the same' });
		let count = 0;
		const longest = await longestOwnTurn(
			async () => (count = (await world.engine.run({ parameters, items })).items.length),
		);
		expect(count).toBe(3000);
		expect(inferenceRequests(world.service)).toHaveLength(1);
		expect(longest).toBeLessThan(PROMISED);
	});
});

describe('what comes out of a large answer', () => {
	it('is what it says, with its files taken out and the key hidden', async () => {
		const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(3000)]).toString('base64');
		const numbers = Array.from({ length: 300_000 }, (_, index) => index % 7);
		const said = { numbers, key: `is ${KEY}`, words: [{ a: null, b: 'x'.repeat(700) }] };
		answerWith(world.service, { ...envelope, output: said, images: [`data:image/png;base64,${png}`] });
		const { items } = await world.engine.run({ parameters: { ...generate, simplify: false } });
		const { output, images } = items[0]?.json ?? {};
		expect(images).toEqual(['data']);
		// As text: to look at each number takes many times as long.
		expect(JSON.stringify(output) === JSON.stringify({ ...said, key: 'is [API key]' })).toBe(true);
		expect(items[0]?.binary?.data).toMatchObject({ mimeType: 'image/png' });
	});

	it('belongs to each of the equal items alone', async () => {
		answerWith(world.service, { ...envelope, results: [{ label: 'a', score: 0.9 }] });
		const parameters = { ...asked('text', 'classify', 'm/m', { text: 'the same' }), simplify: false };
		const { items } = await world.engine.run({ parameters, items: [1, 2, 3].map((n) => ({ json: { n } })) });
		const results = items.map(({ json }) => json.results);
		expect(new Set(results).size).toBe(3);
		expect(results).toEqual(results.map(() => [{ label: 'a', score: 0.9 }]));
		expect(inferenceRequests(world.service)).toHaveLength(1);
	});
});

describe('an answer may have as many bytes as its task needs', () => {
	it.each<[string, INodeParameters, number, boolean]>([
		['a classification', asked('text', 'classify', 'm/m', { text: 'x' }), 1.2, false],
		['gaps', asked('text', 'fillMask', 'm/m', { text: 'a [MASK]' }), 5, false],
		['entities', asked('text', 'classifyTokens', 'm/m', { text: 'x' }), 9, false],
		['a search', asked('text', 'rerank', 'm/m', { query: 'x', document: 'y' }), 5, false],
		['a text', generate, 5, true],
	])('%s', async (_, parameters, megabytes, isTaken) => {
		say(`{${ENVELOPE},"results":[{"generated_text":"${many('word ', megabytes * MB)}"}]}`);
		const { items, errorItems } = await world.engine.run({ parameters, ...continued });
		expect(items).toHaveLength(isTaken ? 1 : 0);
		if (!isTaken) expect(errorOf(errorItems[0] ?? { json: {} }).text).toMatch(/too large/);
		expect(world.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});
});

describe('texts of many items share a request as long as it stays small', () => {
	it.each<[string, (documents: number) => INodeParameters]>([
		['embeddings', () => asked('embedding', 'create', 'm/m', { text: '={{ $json.text }}' })],
		['a search', () => asked('text', 'rerank', 'm/m', { query: 'x', document: '={{ $json.text }}' })],
	])('of %s', async (_, parameters) => {
		const words = many('word ', 2 * MB);
		const texts = Array.from({ length: 12 }, (__, index) => `${index} ${words}`);
		replyWith(world.service, ({ body }) => {
			const each = [...body.toString('latin1').matchAll(/"\d+ word/g)].map((__, index) => index + 1);
			return {
				body: JSON.stringify({ ...envelope, embeddings: each.map((n) => [n, 1]), scores: each.map((n) => n / 20) }),
			};
		});
		const { items, error } = await world.engine.run({
			parameters: parameters(texts.length),
			items: texts.map((text) => ({ json: { text } })),
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(12);
		const sizes = inferenceRequests(world.service).map(({ body }) => body.length);
		expect(Math.max(...sizes)).toBeLessThan(9 * MB);
		expect(sizes.length).toBeGreaterThanOrEqual(3);
	});
});

describe('an answer that begins with a byte order mark is JSON', () => {
	it.each<[string, INodeParameters, unknown]>([
		['a chat', chat, { id: 'x', usage: {}, choices: [{ message: { content: 'ok' } }] }],
		['a text', generate, { ...envelope, results: [{ generated_text: 'ok' }] }],
		['a transcript of entities', asked('text', 'classifyTokens', 'm/m', { text: 'x' }), { ...envelope, results: [] }],
		['any model', runModel, { ...envelope, output: 'ok' }],
	])('%s', async (_, parameters, answer) => {
		say(`\ufeff${JSON.stringify(answer)}`);
		const { items, error } = await world.engine.run({ parameters });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
	});
});

describe('5 MB of wrong JSON are told in a moment, and nothing is sent', () => {
	it.each<[string, INodeParameters, () => string]>([
		['a list without an end', generate, () => `{"a":[${many('1,', 5 * MB)}`],
		['brackets', chat, () => many('[', 5 * MB)],
		['a text without an end', asked('text', 'classify', 'm/m', { text: 'x' }), () => `{"a":"${many('b \\" ', 5 * MB)}`],
		[
			'objects without a comma',
			asked('embedding', 'create', 'm/m', { text: 'x' }),
			() => `{"a":[${many('{"b":1} ', 5 * MB)}]}`,
		],
	])('%s', async (_, parameters, make) => {
		say('{}');
		const extra = make();
		let words = '';
		const options = { extraFields: '={{ $json.extra }}' };
		const longest = await longestTurn(async () => {
			const { errorItems } = await world.engine.run({
				parameters: { ...parameters, options },
				items: [{ json: { extra } }],
				...continued,
			});
			words = errorOf(errorItems[0] ?? { json: {} }).text;
		});
		expect(words).toMatch(/'Extra Fields \(JSON\)'.*(not valid JSON|JSON object)/);
		expect(world.service.requests).toEqual([]);
		expect(longest).toBeLessThan(LONGEST_TURN);
	});
});

describe("up to 18 MB of a user's own keep nobody waiting", () => {
	const SIZE = 18 * MB;
	const X = '={{ $json.x }}';
	const extra = (o: INodeParameters): INodeParameters => ({ ...o, options: { extraFields: X } });
	const names = (count: number) =>
		Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
	const numbered = (count: number) => Array.from({ length: count }, (_, index) => `l${index}`);

	const run = async (parameters: INodeParameters, x: IDataObject['x'], limit = LONGEST_TURN) => {
		world.service.requests.length = 0;
		world.service.reply = ({ method }) => ({ status: method === 'POST' ? 400 : 404, body: '{"error":"no"}' });
		let words = '';
		const items = [{ json: { x } }];
		const longest = await longestTurn(async () => {
			const { errorItems } = await world.engine.run({ parameters, items, ...continued });
			words = errorOf(errorItems[0] ?? { json: {} }).text;
		});
		expect(longest).toBeLessThan(limit);
		return { words, sent: world.service.requests.filter(({ method }) => method === 'POST').length };
	};

	it.each<[string, INodeParameters, () => IDataObject['x'], RegExp]>([
		[
			'numbers',
			extra(generate),
			() => `{"a":[${many('7,', SIZE)}7]}`,
			/'Extra Fields \(JSON\)'.* more than 50000 values/,
		],
		['long numbers', extra(chat), () => `{"a":[${many('12345678901234567891, ', SIZE)}7]}`, /more than 50000 values/],
		['names', extra(chat), () => JSON.stringify(names(60_000)), /more than 50000 values/],
		['an object of names', extra(generate), () => names(60_000), /more than 50000 values/],
		['quotes', extra(generate), () => many('"" ', SIZE), /more than 50000 values/],
		['blanks before a fault', extra(generate), () => `{"a": 1 ${many(' \n', SIZE / 2)}x}`, /'x' where/],
		['a text that does not end', extra(chat), () => `{"a":"${many('b \\" é', SIZE / 3)}`, /end of the text/],
		[
			'labels',
			asked('text', 'classifyZeroShot', 'm/m', { text: 'x', candidateLabels: X }),
			() => numbered(300_000).join('\n'),
			/'Candidate Labels' has more than 1000 entries/,
		],
		[
			'texts',
			asked('embedding', 'create', 'm/m', { text: X }),
			() => numbered(300_000),
			/'Text' has more than 50000 entries/,
		],
		[
			'documents',
			asked('text', 'rerank', 'm/m', { query: 'x', documentSource: 'list', documents: X }),
			() => many('document\n', SIZE),
			/'Documents' has more than 50000 lines/,
		],
		[
			'models',
			{ ...generate, options: { fallbackModels: X } },
			() => numbered(300_000).join(),
			/'Fallback Models' has more than 100 entries/,
		],
	])('%s are refused at once', async (_, parameters, make, words) => {
		expect(await run(parameters, make())).toEqual({ words: expect.stringMatching(words), sent: 0 });
	});

	it.each<[string, INodeParameters, () => IDataObject['x']]>([
		['Extra Fields with a file', extra(chat), () => `{"a":"${many('QUJD', SIZE / 2)}","seed":12345678901234567891}`],
		['gaps', asked('text', 'fillMask', 'm/m', { text: X }), () => many('[MASK] ', SIZE / 2)],
		['a query', asked('text', 'rerank', 'm/m', { query: X, document: 'y' }), () => many('word ', SIZE / 3)],
	])('%s are sent', async (_, parameters, make) => {
		expect((await run(parameters, make())).sent).toBeGreaterThan(0);
	});

	it.each<[string, INodeParameters, string]>([
		['a summary', asked('text', 'summarize', 'm/m', { text: X }), 'Yes. '],
		['a translation', asked('text', 'translate', 'm/m', { text: X, targetLanguage: 'French' }), '漢字。'],
	])('%s is parted', async (_, parameters, piece) => {
		expect((await run(parameters, many(piece, 1.5 * MB), PROMISED)).sent).toBeGreaterThan(0);
	});
});

describe('what a model writes is no address to be visited', () => {
	const WRITTEN = [
		'//evil.example/x.png',
		'/v1/me.json',
		'../../v1/me',
		'HTTP://169.254.169.254/latest/meta-data.png',
		'file:///etc/passwd',
		'ftp://a.b/c.png',
		'either/or.txt',
		'1/2.50',
		' /set_mode ',
		'https://127.0.0.1:1/a.png and more',
		'C:\\pictures\\a.png',
	];

	it.each<[string, INodeParameters, (text: string) => unknown]>([
		[
			'a text',
			{ ...generate, simplify: false },
			(text) => ({ ...envelope, results: [{ generated_text: text }], output: text }),
		],
		['any model', runModel, (text) => ({ ...envelope, output: text, data: { text }, results: text })],
		['pieces', runModel, (text) => ({ ...envelope, output: ['Read: ', text], outputs: [text, ' there'] })],
		[
			'a chat',
			{ ...chat, simplify: false },
			(text) => ({ id: 'x', usage: {}, choices: [{ message: { content: text } }], output: text }),
		],
	])('by %s', async (_, parameters, answer) => {
		world.service.requests.length = 0;
		let at = 0;
		world.service.reply = ({ method }) =>
			method === 'POST'
				? { body: JSON.stringify(answer(WRITTEN[at++] ?? '')) }
				: { status: 404, body: '{"detail":{"error":"Not Found"}}' };
		const options = { maxConcurrency: 1, extraFields: '={{ JSON.stringify({ n: $json.n }) }}' };
		const { items, errorItems } = await world.engine.run({
			parameters: { ...parameters, options },
			items: WRITTEN.map((__, n) => ({ json: { n } })),
			...continued,
		});
		expect(errorItems).toEqual([]);
		expect(items.map(({ binary }) => binary)).toEqual(WRITTEN.map(() => undefined));
		const written = items.map(({ json }) => JSON.stringify(json));
		for (const [index, text] of WRITTEN.entries()) expect(written[index]).toContain(JSON.stringify(text).slice(1, -1));
		const asides = world.service.requests.filter(
			({ method, path }) => method === 'GET' && !/^\/(models|deploy)\//.test(path),
		);
		expect(asides).toEqual([]);
	});
});
