import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { makeMp4 } from '../../emulator/media/video';
import { batchAnswer } from '../../support/batches';
import { completion } from '../../support/chat';
import { putInVirtualClock } from '../../support/engine/virtualClock';
import { images, makePng, makeWav } from '../../support/files';
import { asked, runParameters } from '../../support/parameters';
import { stored } from '../../support/results';
import { makeJpeg, makeScan } from '../../support/pdf';
import { jsonReply, notFound, type Reply } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** Runs over many items that nobody watches: what is sent, what is paid, and what becomes of the rest. */

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	world.emulator.options.faults = undefined;
});

const texts = (count: number, distinct = count): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { text: `text ${index % distinct}` } }));

const classify = (options: INodeParameters = {}) =>
	asked('text', 'classify', 'ProsusAI/finbert', { text: '={{ $json.text }}', options });

const run = async (parameters: INodeParameters, items: INodeExecutionData[], apiKey = 'emulator-key') =>
	await world.engine.run({ parameters, items, onError: 'continueErrorOutput', credentials: { apiKey } });

const errorsOf = (items: INodeExecutionData[]) => items.map(({ json }) => String(json.error));

const usageOf = ({ json }: INodeExecutionData): IDataObject => {
	const { usage } = stored(json);
	return typeof usage === 'object' && usage !== null && !Array.isArray(usage) ? { ...usage } : {};
};

const costsOf = (items: INodeExecutionData[]) =>
	items.reduce((sum, item) => sum + Number(usageOf(item).costUsd ?? 0), 0);

/** What the texts of failed items say was billed for them. */
const billedIn = (items: INodeExecutionData[]) =>
	errorsOf(items).reduce((sum, text) => sum + Number(/billed \$([\d.]+) for it/.exec(text)?.[1] ?? 0), 0);

describe('1,000 items with a key that is', () => {
	it.each([
		['wrong', 'no-such-key', /^Not sent: DeepInfra does not accept the API key/],
		['not paid for', 'emulator-key-no-balance', /^Not sent: The DeepInfra account has no balance/],
	])('%s are asked about at most 17 times', async (_what, apiKey, words) => {
		const result = await run(classify(), texts(1000), apiKey);
		expect(world.inference().length).toBeLessThanOrEqual(17);
		expect(result.errorItems).toHaveLength(1000);
		expect(errorsOf(result.errorItems).filter((text) => words.test(text)).length).toBeGreaterThanOrEqual(983);
		expect(result.errorItems.map(({ pairedItem }) => pairedItem)).toEqual(
			Array.from({ length: 1000 }, (_, item) => ({ item })),
		);
	});

	it('never seen, since a proxy on the way wants a login, are asked about as seldom', async () => {
		world.emulator.options.faults = (request) =>
			request.method === 'POST' ? { kind: 'status', status: 407, body: '<html>Proxy</html>' } : undefined;
		const { errorItems } = await run(classify(), texts(100));
		expect(world.inference().length).toBeLessThanOrEqual(17);
		expect(errorsOf(errorItems).filter((text) => /^Not sent: .*proxy/.test(text)).length).toBeGreaterThanOrEqual(83);
	});
});

describe('equal requests', () => {
	it('of texts are sent once, and the first of them pays', async () => {
		const result = await run(classify(), texts(300, 10));
		expect(world.inference()).toHaveLength(10);
		expect(result.items).toHaveLength(300);
		const paid = result.items.filter((item) => usageOf(item).reused !== true);
		expect(paid).toHaveLength(10);
		for (const item of result.items.slice(10)) expect(usageOf(item)).toMatchObject({ reused: true, costUsd: 0 });
	});

	it('of files are told by their bytes, not by their names', async () => {
		const bytes = [makePng(20, 10, 1), makePng(20, 10, 2)];
		const items: INodeExecutionData[] = [];
		for (let index = 0; index < 6; index++) {
			const data = await world.engine.binary(bytes[index % 2] ?? makePng(1, 1, 1), `photo-${index}.png`, 'image/png');
			items.push({ json: {}, binary: { data } });
		}
		const result = await run(asked('image', 'classify', 'google/vit-base-patch16-224'), items);
		expect(result.items).toHaveLength(6);
		expect(world.inference()).toHaveLength(2);
		expect(result.items.map((item) => usageOf(item).reused === true)).toEqual([false, false, true, true, true, true]);
	});

	it('are all sent where the answer may differ', async () => {
		const parameters = asked('text', 'generate', 'meta-llama/Meta-Llama-3-8B-Instruct', { prompt: 'Hi', options: {} });
		await run(parameters, texts(3, 1));
		expect(world.inference()).toHaveLength(3);
	});

	const VISION = 'Qwen/Qwen3-VL-30B-A3B-Instruct';
	const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
	const FLUX = 'black-forest-labs/FLUX-1-schnell';
	const say = (options: INodeParameters) => asked('audio', 'synthesize', 'hexgrad/Kokoro-82M', { text: 'Hi', options });
	const translate = (options: INodeParameters) =>
		asked('text', 'translate', LLAMA, { text: 'Good morning', targetLanguage: 'German', options });
	const read = (options: INodeParameters) => asked('document', 'extractText', VISION, { options });
	const edit = (options: INodeParameters) =>
		asked('image', 'edit', 'black-forest-labs/FLUX.1-Kontext-dev', { prompt: 'at night', options });
	const small = { width: 128, height: 128 };
	const draw = (options: INodeParameters) =>
		asked('image', 'generate', FLUX, { prompt: 'a boat', options: { ...small, ...options } });

	it.each<[string, INodeParameters, number]>([
		['speech', say({}), 3],
		['speech with a seed', say({ extraFields: { seed: 7 } }), 1],
		['a translation', translate({}), 1],
		['a translation that may differ', translate({ temperature: 0.4 }), 3],
		['a translation that extra fields make differ', translate({ extraFields: { temperature: 0.4 } }), 3],
		['a scan', read({}), 1],
		['a scan that extra fields make differ', read({ extraFields: { temperature: 1 } }), 3],
		['an edited picture', edit({}), 3],
		['an edited picture with a seed', edit({ seed: 7 }), 1],
		['a picture with a seed', draw({ seed: 7 }), 1],
		["a model's own fields", runParameters(FLUX, { prompt: 'a boat', ...small }), 3],
		["a model's own fields with a seed", runParameters(FLUX, { prompt: 'a boat', ...small, seed: 7 }), 1],
	])('of %s: asked as often as the answer may differ', async (_what, parameters, requests) => {
		const data = await world.engine.binary(images.jpeg.bytes, 'photo.jpg', 'image/jpeg');
		const items = [0, 1, 2].map((n) => ({ json: { n }, binary: { data } }));
		const result = await run(parameters, items);
		expect(errorsOf(result.errorItems)).toEqual([]);
		expect(result.items).toHaveLength(3);
		const paid = world.emulator.requests.filter(({ method, path }) => method === 'POST' && path.startsWith('/v1/'));
		expect(paid).toHaveLength(requests);
		expect(result.hints.map(({ message }) => message).join()).toMatch(
			requests === 1 ? /· 2 reused ·/ : /^(?!.*reused)/,
		);
	});

	it('that come up when answers are put together are sent once, too', async () => {
		const text = Array.from({ length: 150 }, (_, day) => `Sentence ${day} says what happened.`).join(' ');
		const parameters = asked('text', 'summarize', 'emulator/narrow-2k', { text, options: { temperature: 0 } });
		await run(parameters, texts(1));
		const requests = world.emulator.requests.filter(({ path }) => path.endsWith('/completions')).length;
		const result = await run(parameters, texts(4));
		expect(result.items.map((item) => usageOf(item).reused === true)).toEqual([false, true, true, true]);
		expect(requests).toBeGreaterThan(2);
		expect(world.emulator.requests.filter(({ path }) => path.endsWith('/completions'))).toHaveLength(2 * requests);
	});

	it.each([
		['native', { ...classify(), simplify: false }, (json: IDataObject) => json.inference_status, 'cost'],
		['of a chat', { ...translate({}), simplify: false }, (json: IDataObject) => json.usage, 'estimated_cost'],
	])(
		'whose answers are shown as they are, %s: what they say they cost is the bill',
		async (_what, parameters, costs, name) => {
			world.emulator.ledger.length = 0;
			const result = await run(parameters, texts(3, 1));
			const told = result.items.map(({ json }) => costs(stored(json)));
			expect(told.slice(1)).toEqual([1, 2].map(() => expect.objectContaining({ [name]: 0, reused: true })));
			expect(told[0]).toMatchObject({ [name]: world.emulator.ledger[0]?.costUsd });
			expect(world.emulator.ledger).toHaveLength(1);
		},
	);

	it('share a refusal, and one that fails with a fault of its own leaves it to the next', async () => {
		let seen = 0;
		const refuse: Fault = { kind: 'status', status: 422 };
		world.emulator.options.faults = ({ path }) => (path.startsWith('/v1/inference/') ? refuse : undefined);
		expect((await run(classify(), texts(5, 1))).errorItems).toHaveLength(5);
		expect(world.inference()).toHaveLength(1);
		world.emulator.requests.length = 0;
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') && seen++ === 0 ? { kind: 'status', status: 500 } : undefined;
		const result = await run(classify(), texts(5, 1));
		expect(result.errorItems).toHaveLength(1);
		expect(result.items).toHaveLength(4);
		expect(world.inference()).toHaveLength(2);
	});
});

describe('equal requests that have no answer in time', () => {
	it('are not sent for ever, one after the other', async () => {
		world.emulator.options.faults = (request) =>
			Object(request.json).input === 'text 0' ? { kind: 'stalledHeaders' } : undefined;
		const clock = putInVirtualClock(world.emulator);
		const result = await run(classify({ timeout: 2 }), texts(20, 2)).finally(() => clock.remove());
		expect(result.items).toHaveLength(10);
		const errors = errorsOf(result.errorItems);
		expect(errors.filter((text) => /^DeepInfra did not finish its answer/.test(text))).toHaveLength(4);
		expect(errors.filter((text) => /^Not sent: DeepInfra did not finish its answer/.test(text))).toHaveLength(6);
		expect(world.inference()).toHaveLength(5);
	});
});

describe('what was billed', () => {
	it.each([200, 503])('for a refusal with status %i is counted once, told, and never sent again', async (status) => {
		const body = {
			request_id: 'R1',
			error: 'told to fail',
			inference_status: { status: 'failed', cost: 0.5, runtime_ms: 1 },
		};
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status, body } : undefined;
		const result = await run(classify({ budgetUsd: 1 }), texts(20));
		expect(world.inference()).toHaveLength(2);
		expect(billedIn(result.errorItems)).toBeCloseTo(1, 9);
		expect(result.hints.map(({ message }) => message).join()).toContain('$1.00 · budget of $1.00 reached');
	});

	it('is what the items cost together, reused ones and batches included', async () => {
		const single = await run(classify(), texts(40, 7));
		const embed = asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text: '={{ $json.text }}' });
		const batch = await run(embed, texts(33, 11));
		for (const result of [single, batch]) {
			const told = /· \$([\d.]+) ·/.exec(result.hints.map(({ message }) => message).join())?.[1];
			const costs = costsOf(result.items);
			expect(costs).toBeGreaterThan(0);
			// Told with three digits; which of two it is may depend on the order in which the costs are added up.
			const halfDigit = 10 ** (Math.floor(Math.log10(costs)) - 2) / 2;
			expect(Math.abs(costs - Number(told))).toBeLessThan(halfDigit * 1.000_001);
		}
		expect(batch.items.filter((item) => usageOf(item).reused === true)).toHaveLength(22);
	});

	it('for a batch is not billed again in halves', async () => {
		const body = { error: 'no', inference_status: { status: 'failed', cost: 0.25 } };
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status: 200, body } : undefined;
		const embed = asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text: '={{ $json.text }}' });
		const result = await run(embed, texts(100));
		expect(world.inference()).toHaveLength(1);
		expect(billedIn(result.errorItems)).toBeCloseTo(0.25, 9);
	});

	const told = { error: 'told to fail', inference_status: { status: 'failed', cost: 0.5 } };
	it.each<[string, number, unknown]>([
		['in a text', 200, { error: 'no', inference_status: { status: 'failed', cost: '0.5' } }],
		['wrapped up in the detail', 400, { detail: told }],
		['wrapped up in the error', 422, { error: { message: 'no', usage: { estimated_cost: 0.5 } } }],
		['in a list', 500, [told]],
		['beside a place that does not count', 503, { ...told, usage: { estimated_cost: 0 } }],
		['as a chat says it', 502, { error: { message: 'no' }, usage: { estimated_cost: 0.5 } }],
		['with a limit that is reached', 429, told],
		['by a gateway that gave up', 504, told],
		['in an answer that is none', 200, { ...told, error: undefined, inference_status: { cost: 0.5 } }],
		[
			'in JSON that breaks off',
			200,
			'{"request_id":"R1","inference_status":{"status":"succeeded","cost":0.5},"results":[{"la',
		],
	])('%s, %i, is counted, told, kept to the budget, and never sent again', async (_where, status, body) => {
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/') ? { kind: 'status', status, body } : undefined;
		const result = await run(classify({ budgetUsd: 1, maxConcurrency: 1, maxRetries: 2 }), texts(3));
		expect(world.inference()).toHaveLength(2);
		expect(billedIn(result.errorItems)).toBeCloseTo(1, 9);
		expect(result.hints.map(({ message }) => message).join()).toContain('$1.00 · budget of $1.00 reached');
	});

	const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
	const piece = { id: 'c1', choices: [{ index: 0, delta: { content: 'Hello' } }] };
	it.each([
		[
			'a failure after it',
			event(piece) + event({ ...piece, usage: { estimated_cost: 0.5 } }) + event({ error: 'lost' }),
		],
		['a failure that tells it', event(piece) + event({ error: { message: 'lost' }, usage: { estimated_cost: 0.5 } })],
		['an end before it is done', event({ ...piece, usage: { estimated_cost: 0.5 } })],
		['nothing else', `${event({ id: 'c1', choices: [], usage: { estimated_cost: 0.5 } })}data: [DONE]\n\n`],
	])('in a stream with %s is counted once, and told', async (_what, body) => {
		world.service.reply = ({ path }) =>
			path.endsWith('/completions') ? { contentType: 'text/event-stream', body } : notFound;
		const result = await world.engine.run({
			parameters: asked('chat', 'complete', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', {
				messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
				options: { budgetUsd: 0.6, maxConcurrency: 1 },
			}),
			items: texts(3),
			onError: 'continueErrorOutput',
			onChunk: () => undefined,
			credentials: { baseUrl: world.service.url },
		});
		expect(errorsOf(result.errorItems)).toHaveLength(3);
		expect(billedIn(result.errorItems)).toBeCloseTo(1, 9);
		expect(errorsOf(result.errorItems)[2]).toMatch(/^Budget reached: this run has cost \$1\.00/);
	});

	it.each([
		['that comes', 'succeeded'],
		['that fails', 'failed'],
	])('for a video %s is told each time that it is looked at, and counted once', async (_what, end) => {
		let looks = 0;
		const job = (status: string) =>
			jsonReply({ id: 'videos_1', object: 'video.generation.job', status, usage: { estimated_cost: 0.25 } });
		world.service.reply = ({ method, path }) => {
			if (path.endsWith('/content')) return { contentType: 'video/mp4', body: makeMp4(1) };
			if (!path.startsWith('/v1/videos')) return notFound;
			return job(method === 'POST' ? 'queued' : looks++ < 2 ? 'running' : end);
		};
		const clock = putInVirtualClock(world.emulator);
		const result = await world.engine
			.run({
				parameters: asked('video', 'generate', 'PrunaAI/p-video', { prompt: 'waves' }),
				onError: 'continueErrorOutput',
				credentials: { baseUrl: world.service.url },
			})
			.finally(() => clock.remove());
		expect(looks).toBe(3);
		expect(costsOf(result.items) + billedIn(result.errorItems)).toBeCloseTo(0.25, 9);
		expect(result.hints.map(({ message }) => message).join()).toContain('· $0.25 ·');
	});

	it('for lines of a batch that failed, each in its own way, stands with them', async () => {
		const body = (content: string) => ({ ...completion(content), usage: { estimated_cost: 0.5 } });
		const responses = [
			{ status_code: 200, body: body('fine') },
			{ status_code: 500, body: { error: 'no', usage: { estimated_cost: 0.5 } } },
			{ status_code: 400, body: { detail: told } },
			{ status_code: 200, body: told },
			{ status_code: 200, body: body('') },
		];
		const lines = responses.map((response, index) => JSON.stringify({ custom_id: `row ${index}`, response }));
		world.service.reply = ({ path }) => {
			if (path === '/v1/batches/batch_1') return jsonReply({ ...batchAnswer, request_counts: { total: 5 } });
			return path === '/v1/files/file-2/content' ? { body: lines.join('\n') } : notFound;
		};
		const result = await world.engine.run({
			parameters: { resource: 'batch', operation: 'getResults', batchId: 'batch_1' },
			onError: 'continueErrorOutput',
			credentials: { baseUrl: world.service.url },
		});
		expect(costsOf(result.items)).toBeCloseTo(0.5, 9);
		expect(errorsOf(result.errorItems).map((text) => text.slice(0, 5))).toEqual(['row 1', 'row 2', 'row 3', 'row 4']);
		expect(billedIn(result.errorItems)).toBeCloseTo(2, 9);
	});

	it('a cost that is hardly any, negative or beyond all reckoning fails nothing', async () => {
		for (const cost of [1e-110, 5e-324, -3, '-0.5', 1e22, 1e300]) {
			const body = { results: [{ label: 'up', score: 1 }], inference_status: { status: 'succeeded', cost } };
			world.emulator.options.faults = ({ path }) =>
				path.startsWith('/v1/inference/') ? { kind: 'status', status: 200, body } : undefined;
			expect((await run(classify(), texts(3))).items).toHaveLength(3);
		}
	});
});

describe('what is good of an answer comes out', () => {
	const SEES = 'Qwen/Qwen3-VL-30B-A3B-Instruct';
	const atService = async (
		parameters: INodeParameters,
		items: INodeExecutionData[],
		reply: (body: Buffer) => Reply,
	) => {
		world.service.reply = ({ method, body }) => (method === 'POST' ? reply(body) : notFound);
		return await world.engine.run({
			parameters,
			items,
			onError: 'continueErrorOutput',
			credentials: { baseUrl: world.service.url },
		});
	};
	const told = { request_id: 'R1', inference_status: { status: 'succeeded', cost: 0.4 } };

	it.each([null, 'high', undefined, [0.5]])('of a ranking, but for a document whose score is %j', async (score) => {
		const rank = asked('text', 'rerank', 'a/reranker', {
			query: 'q',
			documentSource: 'items',
			document: '={{ $json.text }}',
		});
		const result = await atService(rank, texts(4), () =>
			jsonReply({ ...told, scores: [0.2, score ?? null, 0.9, 0.4] }),
		);
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([2, 3, 0].map((item) => ({ item })));
		expect(errorsOf(result.errorItems)).toEqual([expect.stringMatching(/no score .*R1/)]);
		expect(costsOf(result.items) + billedIn(result.errorItems)).toBeCloseTo(0.4, 9);
	});

	const scan = makeScan([1, 2, 3].map((page) => makeJpeg(`page ${page}`)));
	const pages = async (splitPages: boolean, second: Reply) => {
		let asking = 0;
		const data = await world.engine.binary(scan, 'scan.pdf', 'application/pdf');
		const parameters = asked('document', 'extractText', SEES, { options: { splitPages, maxConcurrency: 1 } });
		return await atService(parameters, [{ json: {}, binary: { data } }], () =>
			++asking === 2 ? second : jsonReply(completion(`text ${asking}`)),
		);
	};
	it.each<[string, Reply, RegExp, number]>([
		['is refused', jsonReply({ error: 'page is odd' }, 422), /page is odd/, 0.000228],
		['is refused and billed', jsonReply({ error: 'no', usage: { estimated_cost: 0.25 } }, 500), /status 500/, 0.250228],
		[
			'is stopped by a filter',
			jsonReply(completion('', { finish_reason: 'content_filter' })),
			/safety filter/,
			0.000342,
		],
	])('of a document in pages, but for one that %s', async (_what, second, words, bill) => {
		const result = await pages(true, second);
		expect(result.items.map(({ json }) => [json.text, json.page, json.pages])).toEqual([
			['text 1', 1, 3],
			['text 3', 3, 3],
		]);
		expect(errorsOf(result.errorItems)).toEqual([expect.stringMatching(words)]);
		expect(costsOf(result.items) + billedIn(result.errorItems)).toBeCloseTo(bill, 9);
	});

	it.each(['', ' ', '\n\n'])('of a document with a blank page: %j', async (blank) => {
		const { items } = await pages(true, jsonReply(completion(blank)));
		expect(items.map(({ json }) => json.text)).toEqual(['text 1', blank, 'text 3']);
		expect((await pages(false, jsonReply(completion(blank)))).items).toHaveLength(1);
	});
});

describe('what is none is no result', () => {
	const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
	const german = { text: 'x', targetLanguage: 'German' };
	const box = { binary: { data: { data: images.png.bytes.toString('base64'), mimeType: 'image/png' } } };
	const cost = { request_id: 'R1', inference_status: { status: 'succeeded', cost: 0.5 } };
	const base64 = (bytes: Buffer, type: string) => `data:${type};base64,${bytes.toString('base64')}`;
	const draw = asked('image', 'generate', 'a/b', { prompt: 'x' });
	const speak = asked('audio', 'synthesize', 'a/b', { text: 'x' });
	const letters = Buffer.from('Zugriff verweigert f\xfcr Sie', 'latin1');
	it.each<[string, INodeParameters, unknown, RegExp]>([
		['a translation of blanks', asked('text', 'translate', LLAMA, german), completion(' \n '), /with nothing/],
		['a summary of blanks', asked('text', 'summarize', LLAMA, { text: 'x y' }), completion('\t'), /with nothing/],
		[
			'what a picture shows, in blanks',
			asked('image', 'analyze', 'Qwen/Qwen3-VL-30B-A3B-Instruct', { prompt: 'x' }),
			completion('  '),
			/with nothing/,
		],
		['a label without a letter', classify(), { results: [{ label: ' ', score: 1 }], ...cost }, /without a label/],
		['a sound without a sample', speak, { audio: base64(makeWav(0), 'audio/wav'), ...cost }, /lasts no time/],
		['a picture for a sound', speak, { audio: base64(images.png.bytes, 'audio/wav'), ...cost }, /image\/png instead/],
		['a sound for a picture', draw, { images: [base64(makeWav(0.1), 'image/png')], ...cost }, /audio\/wav instead/],
		['zeros for a picture', draw, { images: [base64(Buffer.alloc(99), 'image/png')], ...cost }, /no image\/png/],
		['old letters for a picture', draw, { images: [base64(letters, 'image/jpeg')], ...cost }, /no image\/jpeg/],
		[
			'a picture for a video',
			asked('video', 'generate', 'a/b', { prompt: 'x' }),
			{ video: base64(images.jpeg.bytes, 'video/mp4'), ...cost },
			/image\/jpeg instead of a video/,
		],
	])('%s', async (_what, parameters, answer, words) => {
		world.service.reply = ({ method }) => (method === 'POST' ? jsonReply(answer) : notFound);
		const result = await world.engine.run({
			parameters,
			items: [{ json: { text: 'x' }, ...box }],
			onError: 'continueErrorOutput',
			credentials: { baseUrl: world.service.url },
		});
		expect(result.items).toEqual([]);
		expect(errorsOf(result.errorItems)).toEqual([expect.stringMatching(words)]);
		// It is paid for all the same.
		expect(billedIn(result.errorItems)).toBeGreaterThan(0);
	});

	const dense = (length: number, seed: number) => Array.from({ length }, (_, at) => Math.sin(at + seed) || 0.5);
	it.each<[string, INodeParameters, number, (at: number, request: number) => number[], number[]]>([
		['of another length than was asked for', { dimensions: 32 }, 3, (at) => dense(at === 0 ? 64 : 32, at), [0]],
		['filled up by three', { dimensions: 64 }, 3, (at) => (at === 1 ? [...dense(61, 1), 0, 0, 0] : dense(64, at)), [1]],
		['unlike those of another request', {}, 1026, (at, request) => dense(request === 0 ? 4 : 5, at), [1024, 1025]],
	])('a vector %s', async (_what, options, count, vector, bad) => {
		let requests = 0;
		world.service.reply = ({ method, body }) => {
			if (method !== 'POST') return notFound;
			const request = requests++;
			const { inputs } = JSON.parse(body.toString());
			return jsonReply({ embeddings: inputs.map((_: unknown, at: number) => vector(at, request)), ...cost });
		};
		const result = await world.engine.run({
			parameters: asked('embedding', 'create', 'a/b', {
				text: '={{ $json.text }}',
				options: { ...options, maxConcurrency: 1 },
			}),
			items: texts(count),
			onError: 'continueErrorOutput',
			credentials: { baseUrl: world.service.url },
		});
		expect(result.errorItems.map(({ pairedItem }) => pairedItem)).toEqual(bad.map((item) => ({ item })));
		expect(result.items).toHaveLength(count - bad.length);
	});
});

describe('a value that all texts share is not looked for in each of them', () => {
	// Short vectors: it is not about their numbers.
	const options = { dimensions: 32 };
	const embed = asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text: '={{ $json.text }}', options });
	const list = { ...embed, text: "={{ Array.from({ length: 300 }, (_, index) => 'text ' + index) }}" };
	const rank = asked('text', 'rerank', 'Qwen/Qwen3-Reranker-4B', {
		query: 'q',
		documentSource: 'items',
		document: '={{ $json.text }}',
	});
	type Words = (index: number, texts: readonly string[]) => unknown;
	const normalize: Words = () => ({ error: 'normalize is wrong' });
	const counted: Words = (_, { length }) => ({ error: `dimensions is wrong for ${length} inputs` });
	it.each<[string, INodeParameters, number, Words, number]>([
		['the same words', embed, 400, normalize, 1024],
		['a list of faults', embed, 422, () => ({ detail: [{ loc: ['body', 'normalize'], msg: 'not a bool' }] }), 300],
		['a status alone', embed, 413, () => '', 300],
		['an input that is too long', embed, 500, () => ({ error: 'exceeds maximum input length' }), 300],
		['a refusal', embed, 200, () => ({ error: 'no', inference_status: { status: 'failed', cost: 0 } }), 300],
		['an ID of its own', embed, 400, (index) => ({ error: `bad value (request r${index}Xf9-${index})` }), 300],
		['a time', embed, 422, (index) => ({ error: `bad value at ${new Date(index * 9e7).toISOString()}` }), 300],
		['how many there were', embed, 400, counted, 300],
		['the value, quoted', embed, 400, (index) => ({ error: `normalize is '${'x'.repeat(index % 7)}'` }), 300],
		['how many of one list', list, 400, counted, 1],
		['how many documents', rank, 400, counted, 300],
	])('told with %s', async (_with, parameters, status, words, count) => {
		world.emulator.options.faults = ({ path, index, json }) => {
			const { inputs, documents } = Object(json);
			return path.startsWith('/v1/inference/')
				? { kind: 'status', status, body: words(index, inputs ?? documents) }
				: undefined;
		};
		const result = await run(parameters, texts(count));
		expect(world.inference().length).toBeLessThanOrEqual(7);
		expect(result.errorItems).toHaveLength(count);
	});

	it.each<[string, (text: string) => boolean]>([
		['one in a hundred', (text) => /\b(17|117|217)$/.test(text)],
		['one at each end', (text) => /\b(0|299)$/.test(text)],
		['the witnesses, too', (text) => /\b(0|75|150|299)$/.test(text)],
	])('but a text that is at fault is found, though its words differ in a number alone: %s', async (_which, isBad) => {
		world.emulator.options.faults = ({ path, json }) => {
			const bad = path.startsWith('/v1/inference/') ? Object(json).inputs.filter(isBad) : [];
			return bad.length > 0 ? { kind: 'status', status: 422, body: { error: `'${bad[0]}' is bad` } } : undefined;
		};
		const result = await run(embed, texts(300));
		expect(result.errorItems).toHaveLength(texts(300).filter(({ json }) => isBad(String(json.text))).length);
		expect(world.inference().length).toBeLessThan(100);
	});
});
