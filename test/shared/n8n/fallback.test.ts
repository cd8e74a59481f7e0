import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { makePng } from '../../support/files';
import { asked } from '../../support/parameters';
import { errorOf, hintsOf, pairedTo, stored } from '../../support/results';
import { envelope, jsonReply, notFound, sentJson } from '../../support/service';
import { isInference, openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	Object.assign(world.emulator.options, { faults: undefined, busyModels: undefined, outage: undefined });
});

const FINBERT = 'ProsusAI/finbert';
const STARS = 'emulator/review-stars';
const TOPICS = 'emulator/support-topics';
const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const DEEPSEEK = 'deepseek-ai/DeepSeek-V3.1';

const texts = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { text: `text ${index}` } }));
const classify = (model: string, options: INodeParameters) =>
	asked('text', 'classify', model, { text: '={{ $json.text }}', options: { maxRetries: 0, ...options } });
const run = async (parameters: INodeParameters, items: INodeExecutionData[], apiKey = 'emulator-key') =>
	await world.engine.run({ parameters, items, onError: 'continueErrorOutput', credentials: { apiKey } });
const usageOf = ({ json }: INodeExecutionData) => stored(json).usage;
const modelsAsked = () => world.inference().map(({ path }) => decodeURIComponent(path.replace('/v1/inference/', '')));

it('a model that is gone is asked by the first burst, and all items go to the next', async () => {
	const result = await run(classify('emulator/gone', { fallbackModels: STARS }), texts(60));
	expect(result.errorItems).toEqual([]);
	expect(result.items.map(pairedTo)).toEqual(Array.from({ length: 60 }, (_, item) => item));
	for (const item of result.items) {
		expect(usageOf(item)).toMatchObject({
			model: STARS,
			requestedModel: 'emulator/gone',
			fallbackReason: "'emulator/gone' is not available (status 404)",
		});
	}
	expect(modelsAsked().filter((model) => model === 'emulator/gone').length).toBeLessThanOrEqual(16);
	expect(hintsOf(result).join()).toContain(`60 by the fallback model '${STARS}'`);
});

it('one that is busy after all retries, or down, gives way to the next in turn, whatever their number', async () => {
	world.emulator.options.busyModels = [FINBERT, TOPICS];
	const result = await run(classify(FINBERT, { fallbackModels: `${TOPICS}, ${STARS}`, maxRetries: 1 }), texts(2));
	expect(result.items.map(usageOf)).toEqual(
		[0, 1].map(() =>
			expect.objectContaining({
				model: STARS,
				requestedModel: FINBERT,
				fallbackReason: `'${FINBERT}' is too busy; '${TOPICS}' is too busy`,
			}),
		),
	);
	world.emulator.options.busyModels = undefined;
	world.emulator.options.faults = ({ path }) =>
		path.includes('finbert') ? { kind: 'status', status: 503 } : undefined;
	const [down] = (await run(classify(FINBERT, { fallbackModels: [STARS] }), texts(1))).items;
	expect(down && usageOf(down)).toMatchObject({ model: STARS, fallbackReason: `'${FINBERT}' is down (status 503)` });
});

it.each([
	['a wrong key', 'no-such-key', undefined],
	['no balance', 'emulator-key-no-balance', undefined],
	['a value that is refused', 'emulator-key', { kind: 'status' as const, status: 422 }],
	['an error that may be billed', 'emulator-key', { kind: 'status' as const, status: 500 }],
	['a refusal', 'emulator-key', { kind: 'failedStatus' as const, detail: 'told so' }],
	[
		'what was billed',
		'emulator-key',
		{ kind: 'status' as const, status: 503, body: { inference_status: { cost: 0.01 } } },
	],
])('no other model is asked after %s', async (_what, apiKey, fault) => {
	world.emulator.options.faults = (request) => (isInference(request) ? fault : undefined);
	const result = await run(classify(FINBERT, { fallbackModels: STARS }), texts(1), apiKey);
	expect(result.errorItems).toHaveLength(1);
	expect(modelsAsked()).toEqual([FINBERT]);
});

it('the item fails as the last of them did, which it names, and why it was asked', async () => {
	world.emulator.options.busyModels = [STARS];
	const result = await run(classify('emulator/gone', { fallbackModels: STARS }), texts(1));
	const [failed] = result.errorItems;
	expect(failed && errorOf(failed).text).toMatch(
		/too many requests.*'emulator\/review-stars' was asked since 'emulator\/gone'/s,
	);
});

it('values are fitted anew to what the other model takes', async () => {
	const prompt = asked('image', 'generate', 'emulator/gone-painter', {
		prompt: 'a boat',
		options: { fallbackModels: 'black-forest-labs/FLUX-1-schnell', maxRetries: 0, negativePrompt: 'rain' },
	});
	const result = await run(prompt, [{ json: {} }]);
	expect(result.errorItems).toEqual([]);
	expect(result.items.map(usageOf)).toEqual([
		expect.objectContaining({ requestedModel: 'emulator/gone-painter', droppedParameters: ['negative_prompt'] }),
	]);
});

it('equal items pay once for the model that answers', async () => {
	world.emulator.options.busyModels = [FINBERT];
	const same = asked('text', 'classify', FINBERT, { text: 'same', options: { fallbackModels: STARS, maxRetries: 0 } });
	const result = await run(same, texts(5));
	expect(modelsAsked()).toEqual([FINBERT, STARS]);
	expect(result.items.slice(1).map(usageOf)).toEqual(
		[1, 2, 3, 4].map(() => expect.objectContaining({ model: STARS, reused: true, costUsd: 0 })),
	);
});

describe('a chat', () => {
	const chat = (model: string, options: INodeParameters) =>
		asked('chat', 'complete', model, { messages: { values: [{ role: 'user', content: 'Hello' }] }, options });

	it('with a busy model is one request, in which DeepInfra itself asks the others', async () => {
		world.emulator.options.busyModels = [LLAMA];
		const result = await run(chat(LLAMA, { fallbackModels: DEEPSEEK }), [{ json: {} }]);
		expect(result.items.map(usageOf)).toEqual([
			expect.objectContaining({ model: DEEPSEEK, requestedModel: LLAMA, fallbackReason: `'${LLAMA}' is too busy` }),
		]);
		const sent = world.emulator.requests.filter(({ path }) => path.endsWith('/chat/completions'));
		expect(sent.map(({ json }) => json)).toEqual([expect.objectContaining({ model: LLAMA, models: [DEEPSEEK] })]);
	});

	it.each(['emulator/partner-opus', `${DEEPSEEK}, emulator/partner-opus`])(
		'passes its budget by less than one request also where DeepInfra goes on to a dearer model: %s',
		async (fallbackModels) => {
			Object.assign(world.emulator.options, { busyModels: [LLAMA, DEEPSEEK], latencyMs: 50 });
			const budgetUsd = 0.0004;
			const parameters = chat(LLAMA, { fallbackModels, budgetUsd, maxTokens: 100 });
			const result = await run(
				{ ...parameters, messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] } },
				texts(20),
			).finally(() => (world.emulator.options.latencyMs = undefined));
			const costs = result.items.map((item) => Number(Object(usageOf(item)).costUsd));
			expect(costs.length).toBeGreaterThan(2);
			expect(costs.reduce((sum, cost) => sum + cost, 0) - budgetUsd).toBeLessThan(Math.max(...costs));
			expect(result.customData.deepInfraModel).toBe(LLAMA);
		},
	);

	it('with pictures goes to a model that sees, before anything is sent', async () => {
		const data = await world.engine.binary(makePng(20, 20), 'a.png', 'image/png');
		const seen = chat(DEEPSEEK, {
			binaryFields: 'data',
			fallbackModels: 'stepfun-ai/Step-3.5-Flash, Qwen/Qwen3-VL-30B-A3B-Instruct',
		});
		const result = await run(seen, [{ json: {}, binary: { data } }]);
		expect(result.errorItems).toEqual([]);
		expect(result.items.map(usageOf)).toEqual([
			expect.objectContaining({
				requestedModel: DEEPSEEK,
				fallbackReason: expect.stringMatching(/cannot see pictures/),
			}),
		]);
		const sent = world.emulator.requests.filter(({ path }) => path.endsWith('/chat/completions'));
		expect(sent.map(({ json }) => (json as { model: string }).model)).not.toContain(DEEPSEEK);
	});
});

it('a name that is none is refused before anything is sent', async () => {
	const result = await run(classify(FINBERT, { fallbackModels: '../../v1/me' }), texts(1));
	expect(result.errorItems).toHaveLength(1);
	expect(world.inference()).toEqual([]);
	const [address] = (await run(classify(FINBERT, { fallbackModels: `https://deepinfra.com/${STARS}` }), texts(1)))
		.errorItems;
	expect(errorOf(address ?? { json: {} }).text).toMatch(/is not a model name.*Correct it in 'Fallback Models'\./);
});

describe('a search of which one text is refused, so that its halves are asked about', () => {
	/** Answers for two models, of which the first may be busy for some texts; which texts each scored. */
	async function search(isBusy: (documents: readonly unknown[]) => boolean) {
		const scored: Record<string, unknown[]> = {};
		world.service.reply = (request) => {
			if (request.method !== 'POST') return notFound;
			const [, model = ''] = /inference\/(.+)$/.exec(request.path) ?? [];
			const { documents } = sentJson(request);
			const texts = Array.isArray(documents) ? documents : [];
			if (model === 'a/rank' && isBusy(texts)) return jsonReply({ detail: { error: 'busy' } }, 429);
			if (texts.includes('bad')) return jsonReply({ detail: { error: 'this text is refused' } }, 400);
			(scored[model] ??= []).push(...texts);
			return jsonReply({ scores: texts.map(() => 0.5), ...envelope });
		};
		const parameters = asked('text', 'rerank', 'a/rank', {
			query: 'q',
			document: '={{ $json.text }}',
			options: { maxRetries: 0, fallbackModels: 'b/rank', topN: 10 },
		});
		const all = ['one', 'two', 'three', 'bad', 'five', 'six'].map((text) => ({ json: { text } }));
		const result = await world.engine.run({
			parameters,
			items: all,
			onError: 'continueErrorOutput',
			credentials: { baseUrl: world.service.url },
		});
		return { scored, result };
	}

	it('mixes no scores of two models: a half that finds its model busy fails', async () => {
		const { scored, result } = await search((texts) => texts.includes('one') && texts.length < 6);
		expect(scored).toEqual({ 'a/rank': expect.arrayContaining(['five', 'six']) });
		expect(result.items.map(({ json }) => json.text)).toEqual(['five', 'six']);
		expect(result.errorItems.map(pairedTo).sort()).toEqual([0, 1, 2, 3]);
	});

	it('stays with the model that the whole went to', async () => {
		const { scored, result } = await search((texts) => texts.length > 1);
		expect(Object.keys(scored)).toEqual(['b/rank']);
		expect(result.items.map(({ json }) => json.text)).toEqual(['one', 'two', 'three', 'five', 'six']);
		for (const item of result.items) expect(usageOf(item)).toMatchObject({ model: 'b/rank', requestedModel: 'a/rank' });
		expect(result.errorItems.map(pairedTo)).toEqual([3]);
	});
});
