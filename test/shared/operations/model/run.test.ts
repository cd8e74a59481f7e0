import type { IDataObject, INodeParameters, ResourceMapperField } from 'n8n-workflow';
import { PNG } from 'pngjs';
import { MODELS } from '../../../emulator';
import { asked, editedRun, filled, runParameters } from '../../../support/parameters';
import { expectNoMedia, hintsOf, jsonOf, onlyItem } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';
import { makePng, makeWav, sha256 } from '../../../support/files';

import { runModel } from '../../../../nodes/shared/operations/model/run';
import { testOperation } from '../../../support/operation/suite';
import { stopwatch } from '../../../support/yardstick';

testOperation(runModel, {
	model: 'ProsusAI/finbert',
	tasks: [],
	parameters: filled({ input: 'Profits rose' }),
	request: { body: { input: 'Profits rose' }, estimate: /time it runs/ },
	answer: { results: [{ label: 'positive', score: 0.95 }] },
	output: { results: [{ label: 'positive', score: 0.95 }] },
	names: { parameters: 'modelFields outputDataFieldName', options: '' },
});

describe('in the emulator', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const fieldsOf = async (model: string): Promise<ResourceMapperField[]> =>
		(await world.engine.mapping('getModelFields', asked('model', 'run', model))).fields;

	const png = makePng(40, 20, 9);
	const wav = makeWav(1);

	async function files() {
		return {
			data: await world.engine.binary(png, 'photo.png', 'image/png'),
			sound: await world.engine.binary(wav, 'take.wav', 'audio/wav'),
		};
	}

	const run = async (parameters: INodeParameters) =>
		await world.engine.run({ parameters, items: [{ json: {}, binary: await files() }] });

	describe('the form of a model', () => {
		/** What counts of a field: n8n shows no more of it. */
		const shown = ({ id, displayName, type, required, removed, options, defaultValue }: ResourceMapperField) =>
			[
				id,
				displayName,
				type,
				required ? 'required' : 'optional',
				removed ? 'to be added' : 'on the form',
				options?.map(({ value }) => value),
				defaultValue,
			].filter((fact) => fact !== undefined);

		it('with every kind of field', async () => {
			expect((await fieldsOf('emulator/everything')).map(shown)).toEqual([
				['title', 'Title (at most 80 characters): a required text', 'string', 'required', 'on the form'],
				['photo', 'Photo (name of a binary field or URL): a required file', 'string', 'required', 'on the form'],
				['mode', 'Mode: a required choice', 'options', 'required', 'on the form', ['fast', 'good']],
				[
					'recording',
					'Recording (name of a binary field or URL): an optional file',
					'string',
					'optional',
					'to be added',
				],
				['size', 'Size (default m): a choice by allOf', 'options', 'optional', 'to be added', ['s', 'm', 'l']],
				['count', 'Count (1 to 9, default 3): a whole number with bounds', 'number', 'optional', 'to be added'],
				['level', 'Level (default 2): a choice of numbers', 'options', 'optional', 'to be added', [1, 2, 4, 8]],
				[
					'ratio',
					'Ratio (more than 0 and less than 1, default 0.5): a number with open bounds',
					'number',
					'optional',
					'to be added',
				],
				['loud', 'Loud: a switch', 'boolean', 'optional', 'to be added', false],
				['quiet', 'Quiet: a switch that is on', 'boolean', 'optional', 'to be added', true],
				['note', 'Note: a text or nothing', 'string', 'optional', 'to be added'],
				['limit', 'Limit (at least 0): a whole number or nothing', 'number', 'optional', 'to be added'],
				['tags', 'Tags (JSON list, default ["a"]): a list of texts', 'array', 'optional', 'to be added'],
				['points', 'Points (JSON list): a list of numbers', 'array', 'optional', 'to be added'],
				['corner', 'Corner (JSON): an object', 'object', 'optional', 'to be added'],
				['anything', 'Anything (text or JSON): of no declared type', 'string', 'optional', 'to be added'],
				['text_or_number', 'Text Or Number (text or JSON): of either type', 'string', 'optional', 'to be added'],
				['when', 'When: a moment', 'string', 'optional', 'to be added'],
				['constant', 'Constant (default fixed)', 'options', 'optional', 'to be added', ['fixed']],
				['odd name-1', 'Odd Name 1: a name that is no identifier', 'string', 'optional', 'to be added'],
			]);
		});

		it('of the cog kind: its object is JSON', async () => {
			expect((await fieldsOf('stability-ai/sdxl')).map(shown)).toEqual([
				['input', 'Input (JSON): what the model takes', 'object', 'required', 'on the form'],
				[
					'webhook_events_filter',
					'Webhook Events Filter (JSON list of: start, output, logs, completed): events to send',
					'array',
					'optional',
					'on the form',
				],
			]);
			expect((await fieldsOf('openai/clip-features')).map(shown)).toEqual([
				['input', 'Input (JSON)', 'object', 'required', 'on the form'],
				['id', 'Id: your own id', 'string', 'optional', 'on the form'],
			]);
		});

		it.each<[string, string[], string[]]>([
			['meta-llama/Meta-Llama-3-8B-Instruct', ['input'], ['max_new_tokens', 'temperature', 'response_format', 'seed']],
			[
				'black-forest-labs/FLUX-1-schnell',
				['prompt'],
				['num_images', 'num_inference_steps', 'width', 'height', 'seed'],
			],
			['hexgrad/Kokoro-82M', ['text'], ['output_format', 'preset_voice', 'speed', 'return_timestamps', 'sample_rate']],
			['openai/whisper-large-v3', ['audio'], ['task', 'initial_prompt', 'language', 'chunk_level', 'chunk_length_s']],
			['Qwen/Qwen3-Reranker-8B', ['queries', 'documents'], ['instruction', 'service_tier']],
			['openai/clip-vit-base-patch32', ['image', 'candidate_labels'], []],
			['deepset/roberta-large-squad2', ['question', 'context'], []],
			['Wan-AI/Wan2.1-T2V-1.3B', ['prompt'], ['negative_prompt', 'guidance_scale', 'seed']],
			['emulator-user/support-llama', ['input'], ['max_new_tokens']],
			['civitai/watercolour-lora', ['prompt'], ['lora_scale']],
			// its schema is not to be had, the one at the model itself is
			['emulator/no-schema-7b', ['input'], ['max_new_tokens']],
		])('of %s: needs %j, takes %j', async (model, required, others) => {
			const fields = await fieldsOf(model);
			expect(fields.filter((field) => field.required).map(({ id }) => id)).toEqual(required);
			expect(fields.slice(0, required.length).map(({ id }) => id)).toEqual(required);
			expect(fields.map(({ id }) => id)).toEqual(expect.arrayContaining(others));
			// both belong to the node
			expect(fields.filter(({ id }) => ['webhook', 'stream'].includes(id))).toEqual([]);
		});

		it('of every model of the catalogue is one that n8n can show', async () => {
			const types = ['string', 'number', 'boolean', 'options', 'array', 'object'];
			for (const { name } of MODELS) {
				const fields = await fieldsOf(name);
				expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
				// Thousands: what is right is passed over at once.
				const wrong = fields.filter(
					({ type = '', displayName, options, canBeUsedToMatch, defaultMatch, display }) =>
						!types.includes(type) ||
						/undefined|NaN|\[object/.test(displayName) ||
						displayName.length > 120 ||
						(options?.length ?? 0) > 0 !== (type === 'options') ||
						[canBeUsedToMatch, defaultMatch, display].join() !== 'false,false,true',
				);
				expect(wrong).toEqual([]);
			}
		});

		it('with a broken schema shows what can be read of it', async () => {
			expect(
				(await fieldsOf('emulator/malformed-schema')).map(({ id, type, required }) => [id, type, required]),
			).toEqual([
				['prompt', 'string', false],
				['broken', 'string', false],
				['loop', 'string', false],
				['nothing', 'string', false],
				['list', 'string', false],
				['bounds', 'number', false],
			]);
		});

		it('of a deployment is that of its model', async () => {
			const fields = await fieldsOf('deploy_id:dep1A2b3C4d5E6f7');
			expect(fields).toEqual(await fieldsOf('emulator-user/own-mixtral'));
			expect(fields[0]).toMatchObject({ id: 'input', required: true });
		});

		it('is not empty where nobody says what is required', async () => {
			// its schema is locked; the list of fields at the model itself does not say
			const fields = await fieldsOf('emulator/waking-70b');
			expect(fields.filter(({ required }) => required)).toEqual([]);
			expect(fields.filter(({ removed }) => !removed).map(({ id }) => id)).toContain('input');
		});

		it('with a huge schema stays small enough for the editor', async () => {
			const took = stopwatch();
			const fields = await fieldsOf('emulator/huge-schema');
			expect(took()).toBeLessThan(6000);
			expect(fields).toHaveLength(200);
			expect(fields.filter(({ removed }) => !removed).map(({ id }) => id)).toEqual(['field_0']);
			expect(JSON.stringify(fields).length).toBeLessThan(100_000);
		});

		it.each(['', 'no/such-model', 'not a model name', '../../v1/me', '={{ $json.model }}'])(
			'for the model %j is empty and says why',
			async (model) => {
				const { fields, emptyFieldsNotice } = await world.engine.mapping(
					'getModelFields',
					asked('model', 'run', model),
				);
				expect(fields).toEqual([]);
				expect(emptyFieldsNotice).toBe(
					model === ''
						? "Choose a model in the field 'Model'"
						: "DeepInfra does not say what this model takes. Use 'Extra Fields (JSON)' under 'Options'.",
				);
				expect(world.emulator.requests.filter(({ path }) => path === '/v1/me')).toEqual([]);
			},
		);
	});

	describe('running a model', () => {
		const seconds = expect.any(Number);

		/** By task: what is filled in, what is sent, and what comes back. */
		it.each<[string, INodeParameters, IDataObject, IDataObject]>([
			[
				'meta-llama/Meta-Llama-3-8B-Instruct',
				{ input: 'Once upon', max_new_tokens: 5, temperature: 0, stop: '["END"]', response_format: '{"type":"text"}' },
				{ input: 'Once upon', max_new_tokens: 5, temperature: 0, stop: ['END'] },
				{ results: [{ generated_text: expect.any(String) }], num_input_tokens: 3 },
			],
			[
				'emulator/flan-summary',
				{ input: 'Long text', num_responses: '2' },
				{ input: 'Long text', num_responses: 2 },
				{ results: [{ generated_text: expect.any(String) }, { generated_text: expect.any(String) }] },
			],
			[
				'ProsusAI/finbert',
				{ input: 'Profits rose' },
				{ input: 'Profits rose' },
				{ results: expect.arrayContaining([{ label: 'positive', score: seconds }]) },
			],
			[
				'Davlan/bert-base-multilingual-cased-ner-hrl',
				{ input: 'John Doe lives in Paris.' },
				{ input: 'John Doe lives in Paris.' },
				{ results: expect.arrayContaining([expect.objectContaining({ word: 'John Doe' })]) },
			],
			[
				'roberta-base',
				{ input: 'I need my <mask> now' },
				{ input: 'I need my <mask> now' },
				{ results: expect.arrayContaining([expect.objectContaining({ token_str: expect.any(String) })]) },
			],
			[
				'deepset/roberta-large-squad2',
				{ question: 'Who jumped?', context: 'The quick brown fox jumped.' },
				{ question: 'Who jumped?', context: 'The quick brown fox jumped.' },
				{ answer: expect.any(String), score: seconds, start: seconds, end: seconds },
			],
			[
				'Qwen/Qwen3-Reranker-8B',
				{ queries: '["capital of France"]', documents: ['Paris is the capital of France'], service_tier: 'priority' },
				{ queries: ['capital of France'], documents: ['Paris is the capital of France'], service_tier: 'priority' },
				{ scores: [seconds], input_tokens: seconds },
			],
			[
				'BAAI/bge-base-en-v1.5',
				{ inputs: '["one text"]', normalize: true },
				{ inputs: ['one text'], normalize: true },
				{ embeddings: [expect.any(Array)], input_tokens: 2 },
			],
			[
				'openai/clip-features',
				{ input: '{ "inputs": "a\\nbcd" }', id: 'mine' },
				{ input: { inputs: 'a\nbcd' }, id: 'mine' },
				{
					status: 'succeeded',
					output: [
						{ input: 'a', length: 1 },
						{ input: 'bcd', length: 3 },
					],
					error: null,
				},
			],
			[
				'emulator/dreamer',
				{ prompt: 'a dream' },
				{ prompt: 'a dream' },
				{ output: { fields: { prompt: 'a dream' }, files: [] } },
			],
			['emulator/rented-gpu', {}, {}, { output: { fields: {}, files: [] } }],
		])('%s', async (model, value, sent, answer) => {
			const result = await run(await editedRun(world.engine, model, value));
			const { json, binary } = onlyItem(result);
			expect(world.inference()).toMatchObject([{ method: 'POST', path: `/v1/inference/${model}`, status: 200 }]);
			expect(world.inference()[0]?.json).toEqual(sent);
			expect(json).toMatchObject(answer);
			// the model's own JSON, with its own account of the costs
			expect(json).toHaveProperty('inference_status');
			expect(json).toHaveProperty('request_id');
			expect(binary).toBeUndefined();
			expect(hintsOf(result)).toEqual([expect.stringMatching(/^1 item in · 1 request/)]);
		});

		it('that draws: its pictures are files', async () => {
			const { json, binary = {} } = onlyItem(
				await run(
					runParameters('black-forest-labs/FLUX-1-schnell', {
						prompt: 'a boat',
						num_images: 2,
						width: 128,
						height: 256,
						seed: 4,
					}),
				),
			);
			expect(Object.keys(binary)).toEqual(['data', 'data_1']);
			expect(json).toMatchObject({ images: ['data', 'data_1'], seed: 4, nsfw_content_detected: [false, false] });
			expectNoMedia(json);
			for (const file of Object.values(binary)) {
				expect(file).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
				expect(PNG.sync.read(await world.engine.read(file))).toMatchObject({ width: 128, height: 256 });
			}
		});

		it('of the cog kind that draws: links are downloaded, and stay in the answer', async () => {
			const input = { prompt: 'a boat', num_outputs: 2, width: 128, height: 64, scheduler: 'DDIM' };
			const { json, binary = {} } = onlyItem(
				await run(
					runParameters('stability-ai/sdxl', { input: JSON.stringify(input) }, { outputDataFieldName: 'picture' }),
				),
			);
			expect(world.inference()[0]?.json).toEqual({ input });
			expect(Object.keys(binary)).toEqual(['picture', 'picture_1']);
			expect(json).toMatchObject({ status: 'succeeded', error: null });
			for (const file of Object.values(binary)) {
				expect(PNG.sync.read(await world.engine.read(file))).toMatchObject({ width: 128, height: 64 });
			}
		});

		it.each([
			['hexgrad/Kokoro-82M', { text: 'Good day', output_format: 'mp3', preset_voice: '["af_heart"]' }, 'audio/mpeg'],
			['Qwen/Qwen3-TTS', { input: 'Good day', voice: 'Ryan' }, 'audio/wav'],
			['Qwen/Qwen3-TTS-VoiceDesign', { input: 'Good day', voice: 'an old sailor' }, 'audio/wav'],
			['ResembleAI/chatterbox', { text: 'Good day', response_format: 'mp3' }, 'audio/mpeg'],
			['XiaomiMiMo/MiMo-V2.5-tts', { text: 'Good day' }, 'audio/wav'],
			['emulator/short-breath', { text: 'Good day', output_format: 'opus' }, 'audio/ogg'],
			['ACE-Step/acestep-v15-xl-sft', { prompt: 'la la', audio_duration: 1 }, 'audio/wav'],
			['emulator/organ-grinder', { prompt: 'la la' }, 'audio/wav'],
			['emulator/melody-maker', { prompt: 'la la', duration: 1 }, 'audio/wav'],
		])('%s speaks or plays: its sound is a file', async (model, value, mimeType) => {
			const { json, binary } = onlyItem(await run(await editedRun(world.engine, model, value)));
			expectNoMedia(json);
			expect(Object.keys(binary ?? {})).toEqual(['data']);
			expect(binary).toMatchObject({ data: { mimeType } });
			if (binary?.data === undefined) throw new Error('no sound');
			expect((await world.engine.read(binary.data)).length).toBeGreaterThan(100);
		});

		it.each([
			['Wan-AI/Wan2.1-T2V-1.3B', 'a relative link'],
			['PrunaAI/p-video', 'a link'],
			['ByteDance/Seedance-1.5-Pro', 'a data URL'],
		])('%s films: its clip is a file (%s)', async (model) => {
			const { json, binary } = onlyItem(await run(runParameters(model, { prompt: 'waves' })));
			expectNoMedia(json);
			expect(json).toHaveProperty('video_url');
			expect(binary).toMatchObject({ data: { mimeType: 'video/mp4', fileExtension: 'mp4' } });
		});

		it('every kind of field arrives as the type that the model takes', async () => {
			const value = {
				title: 'A title',
				photo: 'data',
				mode: 'good',
				recording: 'sound',
				size: 'l',
				count: '7',
				level: 8,
				ratio: 0.25,
				loud: true,
				quiet: false,
				note: 'n',
				limit: 12,
				tags: '["x", "y"]',
				points: [1, 2.5],
				corner: '{ "x": 1, "y": 2 }',
				anything: '{ "deep": [true] }',
				text_or_number: '42',
				when: '2026-01-01T00:00:00Z',
				constant: 'fixed',
				'odd name-1': 'odd',
			};
			const { output } = jsonOf(await run(await editedRun(world.engine, 'emulator/everything', value)));
			expect(output).toEqual({
				fields: {
					title: 'A title',
					mode: 'good',
					size: 'l',
					count: 7,
					level: 8,
					ratio: 0.25,
					loud: true,
					quiet: false,
					note: 'n',
					limit: 12,
					tags: ['x', 'y'],
					points: [1, 2.5],
					corner: { x: 1, y: 2 },
					anything: '{"deep":[true]}',
					text_or_number: '42',
					when: '2026-01-01T00:00:00Z',
					'odd name-1': 'odd',
				},
				files: [
					{ name: 'photo', filename: 'photo.png', mime_type: 'image/png', size: png.length, sha256: sha256(png) },
					{ name: 'recording', filename: 'take.wav', mime_type: 'audio/wav', size: wav.length, sha256: sha256(wav) },
				],
			});
		});

		it("what was removed from the form is not sent, nor what was left empty or is the model's own default", async () => {
			const parameters = asked('model', 'run', 'emulator/everything', {
				...filled(
					{
						title: 'A title',
						photo: 'data',
						mode: 'fast',
						loud: false,
						quiet: false,
						count: 3,
						note: '',
						limit: null,
						when: 'x',
					},
					[
						{ id: 'quiet', displayName: 'Quiet', removed: true },
						{ id: 'when', displayName: 'When', removed: true },
					],
				),
			});
			const { output } = jsonOf(await run(parameters));
			expect(output).toEqual({
				fields: { title: 'A title', mode: 'fast' },
				files: [
					{ name: 'photo', filename: 'photo.png', mime_type: 'image/png', size: png.length, sha256: sha256(png) },
				],
			});
		});
	});
});
