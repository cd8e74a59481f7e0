import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asked, modelId, runModel } from '../../support/parameters';
import { hintsOf, itemsOf, jsonOf, summary } from '../../support/results';
import { type World, isCatalogue, openWorld } from '../../support/world';
import { byName, subjectOf } from '../../support/subjects';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

/** What each operation would send, and what that costs. */
const EXPECTED: Record<string, { body: IDataObject; cost: number | null; why?: RegExp }> = {
	'text: generate': {
		body: {
			input:
				'<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
			max_new_tokens: 100,
			stop: ['<|eot_id|>', '<|end_of_text|>'],
		},
		// 123 characters are 31 tokens in at 3e-8, at most 100 tokens out at 6e-8
		cost: 0.00000693,
	},
	'text: classify': { body: { input: 'Nvidia announces new AI chips' }, cost: null, why: /time it runs/ },
	'text: classifyTokens': { body: { input: 'My name is John Doe.' }, cost: null, why: /time it runs/ },
	'text: fillMask': { body: { input: 'I need my [MASK] right now!' }, cost: null, why: /time it runs/ },
	'embedding: create': {
		body: { inputs: ['What is the capital of France?'] },
		// 30 characters are 8 tokens at 1e-8
		cost: 0.00000008,
	},
	'image: generate': {
		body: {
			prompt: 'a burger with a funny hat on the beach',
			width: 512,
			height: 512,
			num_images: 2,
			num_inference_steps: 10,
		},
		// $0.0002 for 1024 × 1024 in 5 steps: a quarter of the pixels, twice the steps, two images
		cost: 0.0002,
	},
	'image: classify': { body: { image: 'photo.png' }, cost: null, why: /time it runs/ },
	'image: classifyZeroShot': {
		body: { image: 'photo.png', candidate_labels: '["positive","negative","neutral"]' },
		cost: null,
		why: /time it runs/,
	},
	'image: detectObjects': { body: { image: 'photo.png' }, cost: null, why: /time it runs/ },
	'audio: transcribe': { body: { audio: 'take.wav' }, cost: null, why: /How long the recording is/ },
};

const OPTIONS: Record<string, INodeParameters> = {
	'text: generate': { maxNewTokens: 100 },
	'image: generate': { width: 512, height: 512, numImages: 2, numInferenceSteps: 10 },
};

describe.each(byName)('%s', (name, subject) => {
	const expected = EXPECTED[name];
	if (expected === undefined) throw new Error(`Nothing is expected of ${name}`);

	it('sends nothing and shows what it would send', async () => {
		const items = await subject.items(world.engine, 2);
		const result = await world.engine.run({
			parameters: subject.parameters({ ...OPTIONS[name], dryRun: true }),
			items,
		});
		expect(result.error).toBeUndefined();
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		for (const { json, binary } of result.items) {
			expect(binary).toBeUndefined();
			expect(Object.keys(json).sort()).toEqual(
				expected.cost === null ? ['estimateNote', 'estimatedCostUsd', 'request'] : ['estimatedCostUsd', 'request'],
			);
			expect(json.request).toEqual({ method: 'POST', path: `/v1/inference/${subject.model}`, body: expected.body });
			expect(json.estimatedCostUsd).toBe(expected.cost);
			if (expected.why) expect(json.estimateNote).toMatch(expected.why);
		}
		expect(world.inference()).toEqual([]);
		expect(world.emulator.requests.filter((request) => !isCatalogue(request))).toEqual([]);
		expect(hintsOf(result)).toEqual([expect.stringMatching(summary(2, 0))]);
	});

	it('is what the run then sends', async () => {
		const items = await subject.items(world.engine);
		const options = { ...OPTIONS[name], extraFields: '{ "my_field": [1, "two"] }' };
		const { request } = jsonOf(
			await world.engine.run({ parameters: subject.parameters({ ...options, dryRun: true }), items }),
		);
		expect(world.inference()).toEqual([]);
		itemsOf(await world.engine.run({ parameters: subject.parameters(options), items }));
		const [sent, ...others] = world.inference();
		expect(others).toEqual([]);
		const body = sent?.form
			? Object.fromEntries(sent.form.map(({ name: part, filename, value }) => [part, filename ?? value]))
			: sent?.json;
		expect(request).toEqual({ method: sent?.method, path: sent?.path, body });
	});

	it('is checked as the run is', async () => {
		const items = await subject.items(world.engine);
		const options = { dryRun: true, extraFields: '{' };
		const { error } = await world.engine.run({ parameters: subject.parameters(options), items });
		expect(error?.message).toBe("'Extra Fields (JSON)' is not valid JSON [item 0]");
	});

	it('every model of its picker can take what it sends, or is marked', async () => {
		const { results } = await world.engine.search('searchModels', subject.parameters());
		const items = (await subject.items(world.engine, results.length)).map((item, index) => ({
			...item,
			json: { model: results[index]?.value ?? '' },
		}));
		const parameters = { ...subject.parameters({ dryRun: true }), model: modelId('={{ $json.model }}') };
		const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		const refused = result.errorItems.map(({ pairedItem }) => {
			const item = typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : -1;
			return results[item]?.name;
		});
		expect(refused.filter((row) => !row?.includes('needs an image'))).toEqual([]);
		expect(result.items.length).toBeGreaterThan(0);
	});
});

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
		const json = jsonOf(await world.engine.run({ parameters: runModel(model, value, { options: { dryRun: true } }) }));
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
			await world.engine.run({ parameters: runModel(model, value, { options: { dryRun: true } }) }),
		);
		const { inference_status } = jsonOf(await world.engine.run({ parameters: runModel(model, value) }));
		expect(inference_status).toMatchObject({ cost: estimatedCostUsd });
	});

	it('names a file by its name, and one from the web by its address', async () => {
		const data = await world.engine.binary(Buffer.from('RIFFxxxxWAVE'), 'take 1.wav', 'audio/wav');
		const url = 'http://127.0.0.1:1/photo.png';
		const value = { title: 'T', mode: 'fast', photo: url, recording: 'data' };
		const parameters = runModel('emulator/everything', value, { options: { dryRun: true } });
		const json = jsonOf(await world.engine.run({ parameters, items: [{ json: {}, binary: { data } }] }));
		expect(json.request).toEqual({
			method: 'POST',
			path: '/v1/inference/emulator/everything',
			body: { title: 'T', mode: 'fast', photo: url, recording: 'take 1.wav' },
		});
	});

	it('a deployment', async () => {
		const parameters = runModel('deploy_id:dep1A2b3C4d5E6f7', { input: 'x' }, { options: { dryRun: true } });
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
		const { items } = await world.engine.run({ parameters: { ...parameters, options: {} } });
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
