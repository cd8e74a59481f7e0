import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import type { INodeParameters } from 'n8n-workflow';
import { startEmulator } from '../../emulator';
import { asked, runParameters } from '../../support/parameters';
import { hintsOf, jsonOf, summary } from '../../support/results';
import { type World, openWorld } from '../../support/world';
import type { Subject } from '../../support/operation/example';
import { subjectOf } from '../../support/operation/registry';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

describe('the fields of the form', () => {
	it.each<[string, string, INodeParameters, string]>([
		[
			'text: generate',
			'',
			{ maxNewTokens: 2_000_000 },
			"'Max New Tokens' is 2000000, but this model takes 1 to 1000000",
		],
		['text: generate', '', { topK: 1000 }, "'Top K' is 1000, but this model takes at least 0 and less than 1000"],
		['text: generate', '', { topP: 0 }, "'Top P' is 0, but this model takes more than 0 and at most 1"],
		['text: generate', '', { numResponses: 9 }, "'Number of Responses' is 9, but this model takes 1 to 4"],
		[
			'text: generate',
			'',
			{ promptFormat: 'raw', stop: Array.from({ length: 17 }, (_, index) => `s${index}`) },
			"'Stop Sequences' has 17 entries, but this model takes at most 16",
		],
		[
			'image: generate',
			'',
			{ width: 500 },
			"'Width' is 500, but this model takes one of: 128, 256, 384, 448, 512, 576, 640, 704, 768, 832, 896, 960, 1024",
		],
		['image: generate', '', { guidanceScale: 0.5 }, "'Guidance Scale' is 0.5, but this model takes 1 to 20"],
		['image: generate', '', { numImages: 5 }, "'Number of Images' is 5, but this model takes 1 to 4"],
		[
			'image: generate',
			'black-forest-labs/FLUX-1-dev',
			{ height: 4096 },
			"'Height' is 4096, but this model takes 128 to 2048",
		],
		[
			'image: generate',
			'black-forest-labs/FLUX-1-dev',
			{ numInferenceSteps: 51 },
			"'Inference Steps' is 51, but this model takes 1 to 50",
		],
		['image: generate', 'Qwen/Qwen-Image-Edit', {}, "'Image' is missing, but this model needs it"],
		['audio: transcribe', '', { language: 'xx' }, "'Language' is 'xx', but this model takes one of: ar, cs, da"],
		[
			'text: classify',
			'',
			{ webhook: `https://n8n.example.com/${'x'.repeat(2100)}` },
			"'Webhook URL' has 2124 characters, but this model takes at most 2083",
		],
	])('%s %s %j', async (name, model, options, message) => {
		const subject = subjectOf(name);
		const named = model ? { model: { __rl: true, mode: 'id', value: model } } : {};
		const { error } = await world.engine.run({
			parameters: { ...subject.parameters(options), ...named },
			items: await subject.items(world.engine),
		});
		expect(error?.message.slice(0, message.length)).toBe(message);
		expect(error?.message).toMatch(/ \[item 0\]$/);
		expect(world.inference()).toEqual([]);
	});

	it('a model of the cog kind, entered by its ID, is refused: everything it takes is inside `input`', async () => {
		const { error } = await world.engine.run({
			parameters: asked('image', 'generate', 'stability-ai/sdxl', { prompt: 'a boat' }),
		});
		expect(error?.message).toMatch(/^'(Input|Prompt)' is missing, but this model needs it \[item 0\]$/);
		expect(world.inference()).toEqual([]);
	});

	it('all items are checked before the first is sent', async () => {
		const subject = subjectOf('image: generate');
		const items = [{ json: { width: 512 } }, { json: { width: 512 } }, { json: { width: 513 } }];
		const parameters = subject.parameters({ width: '={{ $json.width }}', height: 128, seed: 1 });
		const stopped = await world.engine.run({ parameters, items });
		expect(stopped.error).toMatchObject({ message: expect.stringContaining('[item 2]'), itemIndex: 2 });
		expect(world.inference()).toEqual([]);
		const went = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(went.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(went.errorItems.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 2 }]);
		// The two that are equal are sent once.
		expect(world.inference()).toHaveLength(1);
	});

	it('each item is checked against its own model', async () => {
		const items = ['stabilityai/sdxl-turbo', 'black-forest-labs/FLUX-1-dev'].map((model) => ({ json: { model } }));
		const parameters = {
			...subjectOf('image: generate').parameters({ width: 520, height: 128, seed: 1 }),
			model: { __rl: true, mode: 'id', value: '={{ $json.model }}' },
		};
		const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }]);
		expect(String(result.errorItems[0]?.json.error)).toMatch(/^'Width' is 520, but this model takes one of: /);
	});
});

describe('what a model does not know', () => {
	const dropped = async (subject: Subject, model: string, options: INodeParameters, count = 1) => {
		const result = await world.engine.run({
			parameters: { ...subject.parameters(options), model: { __rl: true, mode: 'id', value: model } },
			items: await subject.items(world.engine, count),
		});
		expect(result.error).toBeUndefined();
		return result;
	};

	it.each<[string, string, INodeParameters, string[], string[], string[]]>([
		[
			'image: generate',
			'black-forest-labs/FLUX-1-schnell',
			{ guidanceScale: 4, negativePrompt: 'text', width: 128, height: 128, seed: 1 },
			['negative_prompt', 'guidance_scale'],
			['Negative Prompt', 'Guidance Scale'],
			['height', 'prompt', 'seed', 'width'],
		],
		[
			'image: generate',
			'black-forest-labs/FLUX-1.1-pro',
			{ numImages: 2, strength: 0.5, width: 128, height: 128 },
			['num_images', 'strength'],
			['Number of Images', 'Strength'],
			['height', 'prompt', 'width'],
		],
		[
			'embedding: create',
			'sentence-transformers/clip-ViT-B-32',
			{ dimensions: 64, normalize: true },
			['dimensions'],
			['Dimensions'],
			['inputs', 'normalize'],
		],
	])('%s with %s: %j', async (name, model, options, expected, labels, sent) => {
		const result = await dropped(subjectOf(name), model, options);
		expect(jsonOf(result)).toMatchObject({ usage: { model, droppedParameters: expected } });
		expect(hintsOf(result).slice(0, -1)).toEqual(
			labels.map((label) => `'${label}' was left out: the model '${model}' does not know it`),
		);
		expect(Object.keys(Object(world.inference()[0]?.json)).sort()).toEqual(sent);
	});

	it('is named on each item, and said once', async () => {
		const model = 'black-forest-labs/FLUX-1-schnell';
		const options = { guidanceScale: 4, width: 128, height: 128, seed: 1 };
		const result = await dropped(subjectOf('image: generate'), model, options, 3);
		expect(result.items.map(({ json }) => json.usage)).toMatchObject(
			Array.from({ length: 3 }, () => ({ droppedParameters: ['guidance_scale'] })),
		);
		expect(hintsOf(result)).toEqual([
			`'Guidance Scale' was left out: the model '${model}' does not know it`,
			expect.stringMatching(/^3 items in · 2 reused · 1 request · \$[\d.]+ · /),
		]);
	});

	it('there is no such word where nothing was left out', async () => {
		const result = await dropped(subjectOf('image: generate'), 'stabilityai/sdxl-turbo', {
			guidanceScale: 4,
			width: 128,
		});
		expect(jsonOf(result)).not.toHaveProperty('usage.droppedParameters');
		expect(hintsOf(result)).toHaveLength(1);
	});

	it('in model: run, a field of an older form: left out, and said', async () => {
		const parameters = runParameters('ProsusAI/finbert', { input: 'Profits rose', old_field: 'x' });
		const result = await world.engine.run({ parameters });
		expect(jsonOf(result)).toHaveProperty('results');
		expect(world.inference()[0]?.json).toEqual({ input: 'Profits rose' });
		expect(hintsOf(result)[0]).toBe("'old_field' was left out: the model 'ProsusAI/finbert' does not know it");
	});

	it('is not left out when the user wrote it into Extra Fields', async () => {
		const model = 'black-forest-labs/FLUX-1-schnell';
		const options = { extraFields: '{ "guidance_scale": 4, "scheduler": "x" }', width: 128, height: 128, seed: 1 };
		const result = await dropped(subjectOf('image: generate'), model, options);
		expect(world.inference()[0]?.json).toMatchObject({ guidance_scale: 4, scheduler: 'x' });
		expect(jsonOf(result)).not.toHaveProperty('usage.droppedParameters');
	});
});

describe('a retired model', () => {
	const over = (model: string, replacement: string) =>
		`The model '${model}' is retired: DeepInfra answers with '${replacement}' instead`;

	it.each([
		['text', 'generate', 'google/gemma-2-9b-it', 'google/gemma-3-12b-it', { prompt: 'Hi' }],
		['text', 'classifyTokens', 'dslim/bert-base-NER', 'Davlan/bert-base-multilingual-cased-ner-hrl', { text: 'Hi' }],
		['text', 'fillMask', 'emulator/xlm-mask', 'roberta-base', { text: 'Hi [MASK]' }],
		['embedding', 'create', 'intfloat/e5-large-v2', 'BAAI/bge-large-en-v1.5', { text: 'Hi' }],
	])('%s: %s with %s is answered by %s, and that is said', async (resource, operation, model, replacement, rest) => {
		const result = await world.engine.run({ parameters: asked(resource, operation, model, rest) });
		expect(jsonOf(result)).toMatchObject({ usage: { model: replacement } });
		expect(hintsOf(result)).toContain(over(model, replacement));
		expect(world.inference()).toMatchObject([{ path: `/v1/inference/${model}` }]);
	});

	it("is said in model: run, whose JSON is the model's own", async () => {
		const parameters = runParameters('google/gemma-2-9b-it', { input: 'Hi' });
		const result = await world.engine.run({ parameters });
		expect(hintsOf(result)[0]).toBe(over('google/gemma-2-9b-it', 'google/gemma-3-12b-it'));
	});

	it('is said in the log before anything is sent', async () => {
		const lines: string[] = [];
		let sent = -1;
		jest.spyOn(Container.get(Logger), 'info').mockImplementation((line) => {
			if (lines.push(line) === 1) sent = world.inference().length;
		});
		const parameters = asked('text', 'fillMask', 'emulator/xlm-mask', { text: 'Hi [MASK]' });
		await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }] });
		jest.restoreAllMocks();
		expect([sent, lines[0]]).toEqual([0, expect.stringContaining(over('emulator/xlm-mask', 'roberta-base'))]);
	});

	it('is said once for many items', async () => {
		const parameters = asked('embedding', 'create', 'intfloat/e5-large-v2', { text: '={{ $itemIndex }}' });
		const result = await world.engine.run({ parameters, items: [{ json: {} }, { json: {} }, { json: {} }] });
		expect(result.items.map(({ json }) => json.usage)).toMatchObject(
			Array.from({ length: 3 }, () => ({ model: 'BAAI/bge-large-en-v1.5' })),
		);
		expect(hintsOf(result)).toEqual([
			over('intfloat/e5-large-v2', 'BAAI/bge-large-en-v1.5'),
			expect.stringMatching(summary(3, 1, '[\\d.]+')),
		]);
	});

	it('of the future is served as itself, with no word', async () => {
		const parameters = asked('text', 'generate', 'emulator/llama-sunset-13b', {
			prompt: 'Hi',
			options: { promptFormat: 'llama3' },
		});
		const result = await world.engine.run({ parameters });
		expect(jsonOf(result)).toMatchObject({ usage: { model: 'emulator/llama-sunset-13b' } });
		expect(hintsOf(result)).toHaveLength(1);
	});

	it('without a successor fails with what the service says', async () => {
		const parameters = asked('text', 'generate', 'emulator/retired-gpt', { prompt: 'Hi' });
		const { error } = await world.engine.run({ parameters });
		expect(error?.message).toBe("DeepInfra has no model 'emulator/retired-gpt': Model not found [item 0]");
	});

	it('whose replacement is retired too is answered by the last of them', async () => {
		const row = (model_name: string, replaced_by: string | null) => ({
			model_name,
			type: 'text-classification',
			deprecated: replaced_by === null ? null : 1_700_000_000,
			replaced_by,
		});
		const rows: Record<string, unknown> = {
			'/models/a/first': row('a/first', 'a/second'),
			'/models/a/second': row('a/second', 'ProsusAI/finbert'),
		};
		const service = await startEmulator({
			faults: ({ path }) => {
				if (path === '/models/list')
					return { kind: 'status', status: 200, body: [...Object.values(rows), row('ProsusAI/finbert', null)] };
				if (rows[path]) return { kind: 'status', status: 200, body: rows[path] };
				const body = { results: [{ label: 'up', score: 1 }], inference_status: { status: 'succeeded', cost: 0.1 } };
				return path === '/v1/inference/a/first' ? { kind: 'status', status: 200, body } : undefined;
			},
		});
		const parameters = asked('text', 'classify', 'a/first', { text: 'Hi' });
		const result = await world.engine.run({ parameters, credentials: { baseUrl: service.url } });
		await service.close();
		expect(jsonOf(result)).toMatchObject({ label: 'up', usage: { model: 'ProsusAI/finbert' } });
		expect(hintsOf(result)[0]).toBe(over('a/first', 'ProsusAI/finbert'));
	});
});
