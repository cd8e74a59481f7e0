/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { places } from '../../../scripts/host/places';
import { asked } from '../../support/parameters';
import { hintsOf, itemsOf, onlyItem, pairedTo, stored } from '../../support/results';
import { makeMp4 } from '../../emulator/media/video';
import { putInVirtualClock } from '../../support/engine/virtualClock';
import { jsonReply, notFound } from '../../support/service';
import { openWorld, type World } from '../../support/world';

/** Where the service tells no cost, the catalogue's price stands in for it, under a name of its own. */

let world: World;
beforeAll(async () => (world = await openWorld({ videoMs: 50 })));
afterAll(async () => await world.close());

const photo = readFileSync(path.join(places.fixtures, 'tiny.jpg'));
const KONTEXT = 'black-forest-labs/FLUX.1-Kontext-dev';

const usageOf = ({ json }: INodeExecutionData): IDataObject => Object(stored(json).usage);

const edit = (model: string, options: INodeParameters = {}) =>
	asked('image', 'edit', model, { prompt: 'make it night', includeOtherFields: false, options });
const film = (rest: INodeParameters) =>
	asked('video', 'generate', 'PrunaAI/p-video', { prompt: 'waves', includeOtherFields: false, ...rest });
const speech = (model: string, text: string, options: INodeParameters = {}) =>
	asked('audio', 'synthesize', model, { text, includeOtherFields: false, options });

async function photos(count: number): Promise<INodeExecutionData[]> {
	const data = await world.engine.binary(photo, 'photo.jpg', 'image/jpeg');
	return Array.from({ length: count }, () => ({ json: {}, binary: { data } }));
}

describe('an edit', () => {
	it('is estimated, each of its pictures with its share', async () => {
		const options = { numImages: 2, size: '512x512' };
		const parameters = edit('black-forest-labs/FLUX-2-klein-9b', options);
		const result = await world.engine.run({ parameters, items: await photos(1) });
		// $0.015 for 1024 × 1024: two of a quarter of the pixels
		expect(itemsOf(result).map((item) => usageOf(item).estimatedCostUsd)).toEqual([0.00375, 0.00375]);
		for (const item of result.items) expect(usageOf(item)).not.toHaveProperty('costUsd');
		expect(hintsOf(result).at(-1)).toMatch(/^1 item in · 1 request · about \$0\.0075 estimated · /);
	});

	it('counts for the budget', async () => {
		const parameters = edit(KONTEXT, { budgetUsd: 0.02, maxConcurrency: 1 });
		const result = await world.engine.run({ parameters, items: await photos(5), onError: 'continueErrorOutput' });
		expect(result.items.map(pairedTo)).toEqual([0, 1]);
		expect(result.errorItems.map(({ json }) => String(json.error))).toEqual(
			[2, 3, 4].map(() =>
				expect.stringMatching(/^Budget reached: this run has cost \$0\.02, and \$0\.02 is the limit/),
			),
		);
		expect(hintsOf(result).at(-1)).toMatch(/ about \$0\.02 estimated · budget of \$0\.02 reached · /);
	});
});

it('speech that comes as bare bytes is estimated by its characters, in parts as in one', async () => {
	const sentence = 'This is the sentence with the number of the day. ';
	const text = sentence.repeat(110).trim();
	for (const given of ['Good day', text]) {
		world.emulator.requests.length = 0;
		const item = onlyItem(await world.engine.run({ parameters: speech('emulator/bare-voice', given) }));
		const spoken = world.inference().map(({ json }) => String(Object(json).input).length);
		const characters = spoken.reduce((sum, length) => sum + length, 0);
		expect(spoken).toHaveLength(given === text ? 2 : 1);
		// $20 a million characters
		expect(usageOf(item).estimatedCostUsd).toBeCloseTo(characters * 20e-6, 12);
		expect(usageOf(item)).not.toHaveProperty('costUsd');
	}
});

describe('a video job', () => {
	it.each([true, false])('is estimated once, whether it is waited for: %j', async (waitForResult) => {
		const result = await world.engine.run({ parameters: film({ waitForResult, options: { seconds: 8 } }) });
		expect(usageOf(onlyItem(result))).toMatchObject({ estimatedCostUsd: 0.18 });
		expect(usageOf(onlyItem(result))).not.toHaveProperty('costUsd');
		expect(hintsOf(result).at(-1)).toMatch(/about \$0\.18 estimated/);
	});

	it.each<[string, object, object]>([
		['that says 0 as long as it is worked on', { inference_status: { cost: 0 } }, {}],
		['whose receipt alone has a bill, of 0', { usage: { estimated_cost: '0' } }, { message: 'done' }],
	])('%s is estimated', async (_, receipt, end) => {
		world.service.reply = ({ method, path: route }) => {
			if (route.endsWith('/content')) return { contentType: 'video/mp4', body: makeMp4(1) };
			if (!route.startsWith('/v1/videos')) return notFound;
			const job = { id: 'videos_a', object: 'video.generation.job' };
			return jsonReply(
				method === 'POST' ? { ...job, status: 'queued', ...receipt } : { ...job, status: 'succeeded', ...end },
			);
		};
		const clock = putInVirtualClock(world.emulator);
		for (const waitForResult of [true, false]) {
			const parameters = film({ waitForResult, options: { seconds: 8 } });
			const result = await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } });
			expect(usageOf(onlyItem(result))).not.toHaveProperty('costUsd');
			expect(hintsOf(result).at(-1)).not.toContain('$0 ');
		}
		clock.remove();
	});

	it('costs nothing more when it is fetched', async () => {
		const started = onlyItem(await world.engine.run({ parameters: film({ waitForResult: false }) }));
		const { videoId } = started.json;
		const parameters = { resource: 'video', operation: 'get', videoId: String(videoId), includeOtherFields: false };
		const result = await world.engine.run({ parameters });
		expect(Object.keys(usageOf(onlyItem(result)))).toEqual(['model', 'attempts']);
		expect(hintsOf(result).join()).not.toMatch(/\$/);
	});
});

describe('jobs that tell their cost when they are done', () => {
	const filming = async (model: string, pricing: IDataObject | undefined, count: number) => {
		let jobs = 0;
		const looks = new Map<string, number>();
		world.service.reply = ({ method, path: route }) => {
			if (route.endsWith('/content')) return { contentType: 'video/mp4', body: makeMp4(1) };
			if (method === 'GET' && route === `/models/${model}`)
				return jsonReply({ model_name: model, type: 'text-to-video', pricing });
			if (!route.startsWith('/v1/videos')) return notFound;
			const job = { id: `videos_${jobs}`, object: 'video.generation.job', status: 'queued' };
			if (method === 'POST') {
				jobs++;
				return jsonReply({ ...job, id: `videos_${jobs}` });
			}
			const id = route.split('/').at(-1) ?? '';
			const looked = (looks.get(id) ?? 0) + 1;
			looks.set(id, looked);
			if (looked < 3) return jsonReply({ ...job, id });
			return jsonReply({ ...job, id, status: 'succeeded', usage: { estimated_cost: 0.5 } });
		};
		const parameters = asked('video', 'generate', model, {
			prompt: '={{ "waves " + $itemIndex }}',
			includeOtherFields: false,
			options: { budgetUsd: 1.2, seconds: 8 },
		});
		const clock = putInVirtualClock(world.emulator);
		const result = await world.engine
			.run({
				parameters,
				items: Array.from({ length: count }, () => ({ json: {} })),
				onError: 'continueErrorOutput',
				credentials: { baseUrl: world.service.url },
			})
			.finally(() => clock.remove());
		return { result, jobs };
	};

	it('go one by one until one has told it, where nobody knows the price, and no further than the budget', async () => {
		const { result, jobs } = await filming('a/film', undefined, 10);
		expect(jobs).toBe(3);
		expect(itemsOf(result).map((item) => usageOf(item).costUsd)).toEqual([0.5, 0.5, 0.5]);
		expect(result.errorItems).toHaveLength(7);
		expect(hintsOf(result).at(-1)).toMatch(/ · \$1\.50 · budget of \$1\.20 reached · /);
	});

	it('are counted once, though the catalogue knows their price', async () => {
		const pricing = { type: 'output_length', cents_per_output_sec: 6.25 };
		const { result, jobs } = await filming('a/priced-film', pricing, 2);
		expect(jobs).toBe(2);
		expect(itemsOf(result).map((item) => usageOf(item).costUsd)).toEqual([0.5, 0.5]);
		for (const item of result.items) expect(usageOf(item)).not.toHaveProperty('estimatedCostUsd');
		expect(hintsOf(result).at(-1)).toMatch(/ requests · \$1\.00 · [^$]*$/);
	});
});

it('is told apart from what the service tells, in one run of both', async () => {
	const models = ['hexgrad/Kokoro-82M', 'emulator/bare-voice'];
	const model = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
	const parameters = { ...speech('', 'Good day'), model };
	const items = models.map((each) => ({ json: { model: each } }));
	const result = await world.engine.run({ parameters, items });
	expect(itemsOf(result).map(usageOf)).toMatchObject([{ costUsd: 0.00000496 }, { estimatedCostUsd: 0.00016 }]);
	expect(result.items.map((item) => Object.keys(usageOf(item)).filter((name) => /cost/i.test(name)).length)).toEqual([
		1, 1,
	]);
	expect(hintsOf(result).at(-1)).toMatch(/ · \$0\.00000496 · about \$0\.00016 estimated · /);
});

describe('a text that is written', () => {
	let models = 0;
	const generate = async (answer: object, pricing: unknown, options: INodeParameters = {}) => {
		// The catalogue is remembered.
		const model = `a/model-${(models += 1)}`;
		world.service.reply = ({ method, path: route }) => {
			if (method === 'POST') return jsonReply(answer);
			return jsonReply(route.startsWith('/models/') ? { model_name: model, type: 'text-generation', pricing } : {});
		};
		const parameters = asked('text', 'generate', model, { prompt: 'x'.repeat(40), includeOtherFields: false, options });
		return await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } });
	};
	const tokens = { type: 'tokens', cents_per_input_token: 0.01, cents_per_output_token: 0.01 };
	const results = [{ generated_text: 'y'.repeat(78) }];

	it.each<[string, object, number]>([
		['its length', { results }, 0.003],
		['the tokens that are told', { results, num_input_tokens: 30, num_tokens: 50 }, 0.008],
		[
			'its length, where tokens are not counted',
			{ results, num_input_tokens: 0, inference_status: { tokens_generated: 0 } },
			0.003,
		],
	])('is estimated by %s', async (_, answer, usd) => {
		expect(usageOf(onlyItem(await generate(answer, tokens))).estimatedCostUsd).toBeCloseTo(usd, 9);
	});

	it.each<[string, unknown]>([
		['the time it ran', { type: 'time', cents_per_sec: 0.1 }],
		['what is not in the catalogue', undefined],
	])('is not guessed, but said to be unknown, where its price is by %s', async (_, pricing) => {
		const result = await generate({ results }, pricing);
		expect(usageOf(onlyItem(result))).toEqual({ model: expect.any(String), attempts: 1, costUnknown: true });
		expect(hintsOf(result).at(-1)).toMatch(/ 1 request · the cost of 1 request is not known · /);
	});

	it('is a guess no more where the answer tells its cost, be it nothing', async () => {
		for (const cost of [0, 0.5]) {
			const result = await generate({ results, inference_status: { cost } }, undefined);
			expect(usageOf(onlyItem(result))).toEqual({ model: expect.any(String), attempts: 1, costUsd: cost });
			expect(hintsOf(result).join()).not.toMatch(/not known/);
		}
	});

	it.each([
		['queued', 0],
		['running', '0'],
	])('is no known $0 while its result is on its way: a receipt that says %s and cost %j', async (status, cost) => {
		const receipt = { request_id: 'r1', inference_status: { status, runtime_ms: 0, cost } };
		const options = { webhook: 'https://example.com/hook' };
		const unpriced = await generate(receipt, undefined, options);
		expect(hintsOf(unpriced).at(-1)).toMatch(/^1 item in · 1 request · \d+ ms$/);
		expect(unpriced.customData).not.toHaveProperty('deepInfraCostUsd');
	});

	it('of a picture that is on its way to a webhook is estimated', async () => {
		const parameters = asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'waves',
			options: { webhook: 'https://example.com/hook' },
		});
		expect(hintsOf(await world.engine.run({ parameters })).at(-1)).toMatch(/ 1 request · about \$[\d.]+ estimated · /);
	});

	it('is not of unknown cost as long as its result is on its way to a webhook', async () => {
		const receipt = { request_id: 'r1', inference_status: { status: 'queued' } };
		const result = await generate(receipt, undefined, { webhook: 'https://example.com/hook' });
		expect(usageOf(onlyItem(result))).not.toHaveProperty('costUnknown');
		expect(hintsOf(result).join()).not.toMatch(/not known/);
	});
});
