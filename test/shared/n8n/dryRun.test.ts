import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asked, modelId, runParameters } from '../../support/parameters';
import { jsonOf } from '../../support/results';
import { type World, isCatalogue, openWorld } from '../../support/world';
import { subjectOf } from '../../support/operation/registry';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

describe('model: run', () => {
	it.each<[string, INodeParameters, IDataObject, number | null]>([
		[
			'black-forest-labs/FLUX-1-schnell',
			{ prompt: 'a boat', num_images: 4 },
			{ prompt: 'a boat', num_images: 4 },
			0.002,
		],
		['hexgrad/Kokoro-82M', { text: 'x'.repeat(1000) }, { text: 'x'.repeat(1000) }, 0.00062],
		['Qwen/Qwen3-TTS', { input: 'hello' }, { input: 'hello' }, 0],
		['Qwen/Qwen3-Embedding-8B', { inputs: '["12345678","1"]' }, { inputs: ['12345678', '1'] }, 0.00000003],
		['Bria/Bria-3.2', { prompt: 'x', num_images: 3 }, { prompt: 'x', num_images: 3 }, 0.12],
		['black-forest-labs/FLUX-1.1-pro', { prompt: 'x' }, { prompt: 'x' }, 0.04],
		['emulator/free-preview-8b', { input: 'x' }, { input: 'x' }, 0],
		['emulator/barter-13b', { input: 'x' }, { input: 'x' }, null],
		['emulator/unpriced-13b', { input: 'x' }, { input: 'x' }, null],
		['emulator/rented-gpu', {}, {}, null],
		['Wan-AI/Wan2.1-T2V-1.3B', { prompt: 'x' }, { prompt: 'x' }, null],
		['meta-llama/Meta-Llama-3-8B-Instruct', { input: 'no limit' }, { input: 'no limit' }, null],
		['openai/clip-features', { input: '{"inputs":"a"}' }, { input: { inputs: 'a' } }, null],
	])('%s', async (model, value, body, cost) => {
		const json = jsonOf(
			await world.engine.run({ parameters: runParameters(model, value, { options: { dryRun: true } }) }),
		);
		expect(json.request).toEqual({ method: 'POST', path: `/v1/inference/${model}`, body });
		expect(json.estimatedCostUsd).toBe(cost);
		if (cost === null) expect(String(json.estimateNote)).toMatch(/\w{3,} \w+/);
		else expect(json).not.toHaveProperty('estimateNote');
		expect(world.inference()).toEqual([]);
	});

	it('an estimate is near what is then billed', async () => {
		const value = { prompt: 'a boat', num_images: 2, width: 512, height: 256, num_inference_steps: 4, seed: 1 };
		const model = 'black-forest-labs/FLUX-1-schnell';
		const { estimatedCostUsd } = jsonOf(
			await world.engine.run({ parameters: runParameters(model, value, { options: { dryRun: true } }) }),
		);
		const { inference_status } = jsonOf(await world.engine.run({ parameters: runParameters(model, value) }));
		expect(inference_status).toMatchObject({ cost: estimatedCostUsd });
	});

	it('names a file by its name, and one from the web by its address', async () => {
		const data = await world.engine.binary(Buffer.from('RIFFxxxxWAVE'), 'take 1.wav', 'audio/wav');
		const url = 'http://127.0.0.1:1/photo.png';
		const value = { title: 'T', mode: 'fast', photo: url, recording: 'data' };
		const parameters = runParameters('emulator/everything', value, { options: { dryRun: true } });
		const json = jsonOf(await world.engine.run({ parameters, items: [{ json: {}, binary: { data } }] }));
		expect(json.request).toEqual({
			method: 'POST',
			path: '/v1/inference/emulator/everything',
			body: { title: 'T', mode: 'fast', photo: url, recording: 'take 1.wav' },
		});
	});

	it('a deployment', async () => {
		const parameters = runParameters('deploy_id:dep1A2b3C4d5E6f7', { input: 'x' }, { options: { dryRun: true } });
		const json = jsonOf(await world.engine.run({ parameters }));
		expect(json).toMatchObject({
			request: { path: '/v1/inference/deploy/dep1A2b3C4d5E6f7', body: { input: 'x' } },
			estimatedCostUsd: null,
		});
	});
});

describe('whatever the options', () => {
	it('a file by its address is not downloaded', async () => {
		const parameters = asked('image', 'detectObjects', 'hustvl/yolos-small', {
			inputSource: 'url',
			inputUrl: `${world.emulator.url}/files/sample.jpg`,
			options: { dryRun: true },
		});
		const json = jsonOf(await world.engine.run({ parameters }));
		expect(json.request).toMatchObject({ body: { image: `${world.emulator.url}/files/sample.jpg` } });
		expect(world.emulator.requests.filter((request) => !isCatalogue(request))).toEqual([]);
	});

	it('a webhook, a version and Simplify change nothing about it', async () => {
		const options = { dryRun: true, webhook: 'https://n8n.example.com/hook', modelVersion: 'abc' };
		const parameters = { ...subjectOf('text: classify').parameters(options), simplify: false };
		const json = jsonOf(await world.engine.run({ parameters }));
		expect(json.request).toEqual({
			method: 'POST',
			path: '/v1/inference/ProsusAI/finbert?version=abc',
			body: { input: 'Nvidia announces new AI chips', webhook: 'https://n8n.example.com/hook' },
		});
		expect(world.inference()).toEqual([]);
	});

	it('says what would be left out', async () => {
		const parameters = {
			...subjectOf('image: generate').parameters({ dryRun: true, guidanceScale: 3 }),
			model: modelId('black-forest-labs/FLUX-1-schnell'),
		};
		const json = jsonOf(await world.engine.run({ parameters }));
		expect(json).toMatchObject({ droppedParameters: ['guidance_scale'], estimatedCostUsd: 0.0005 });
		expect(JSON.stringify(json.request)).not.toContain('guidance');
	});

	it('may be on for some items only', async () => {
		const parameters = subjectOf('text: classify').parameters({ dryRun: '={{ $itemIndex === 0 }}' });
		const result = await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }] });
		expect(result.items.map(({ json }) => Object.keys(json).includes('request'))).toEqual([true, false]);
		expect(world.inference()).toHaveLength(1);
	});

	it('embeddings that would share a request are shown one by one', async () => {
		const parameters = {
			...subjectOf('embedding: create').parameters({ dryRun: true }),
			text: '={{ "text " + $itemIndex }}',
		};
		const result = await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }, { json: {} }] });
		expect(result.items.map(({ json }) => json.request)).toMatchObject(
			[0, 1, 2].map((index) => ({ body: { inputs: [`text ${index}`] } })),
		);
	});

	it('an array of more texts than a request can hold is refused with what to do: the run would spread them', async () => {
		const text = '={{ Array.from({ length: 1030 }, (_, index) => "text " + index) }}';
		const parameters = { ...subjectOf('embedding: create').parameters({ dryRun: true }), text };
		const { error } = await world.engine.run({ parameters });
		expect(error?.message).toBe('1030 texts are more than one request can hold (1024) [item 0]');
		expect(error?.description).toContain("'Dry Run'");
		expect(world.inference()).toEqual([]);
		const { items } = await world.engine.run({ parameters: { ...parameters, options: { dimensions: 32 } } });
		expect(items).toHaveLength(1);
		expect(world.inference()).toHaveLength(2);
	});

	it('a mask stands as the model has it', async () => {
		const parameters = asked('text', 'fillMask', 'roberta-base', { text: 'Fill [MASK]', options: { dryRun: true } });
		expect(jsonOf(await world.engine.run({ parameters })).request).toMatchObject({ body: { input: 'Fill <mask>' } });
	});

	it('holds nothing secret', async () => {
		const result = await world.engine.run({ parameters: subjectOf('text: classify').parameters({ dryRun: true }) });
		expect(JSON.stringify(result)).not.toContain('emulator-key');
	});
});
