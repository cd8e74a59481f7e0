import { isObject, type UnknownObject } from './json';
import { startEmulator } from './index';
import { ask, infer, objectsIn } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
let rows: UnknownObject[];
beforeAll(async () => {
	emulator = await startEmulator();
	rows = objectsIn(JSON.parse((await ask(emulator, '/models/list', {}, null)).text));
});
afterAll(async () => {
	await emulator.close();
});

const pricingOf = (row: UnknownObject): UnknownObject => (isObject(row.pricing) ? row.pricing : {});

describe('the catalogue', () => {
	it('is public, has at least 60 models and ignores filters', async () => {
		expect(rows.length).toBeGreaterThanOrEqual(60);
		const filtered = await ask(emulator, '/models/list?type=reranker', {}, null);
		expect(JSON.parse(filtered.text)).toHaveLength(rows.length);
		expect(new Set(rows.map(({ model_name: name }) => name)).size).toBe(rows.length);
	});

	it.each([
		'text-generation',
		'text-classification',
		'token-classification',
		'fill-mask',
		'question-answering',
		'reranker',
		'embeddings',
		'text-to-image',
		'image-classification',
		'zero-shot-image-classification',
		'object-detection',
		'automatic-speech-recognition',
		'text-to-speech',
		'text-to-video',
		'text-to-music',
		'custom',
	])('has models for %s', (type) => {
		expect(rows.filter((row) => row.type === type).length).toBeGreaterThan(0);
	});

	it.each([
		'tokens',
		'time',
		'uptime',
		'input_length',
		'input_tokens',
		'input_character_length',
		'image_units',
		'output_length',
		'frame_units',
		'barter',
	])('has a price of the type %s', (type) => {
		expect(rows.some((row) => pricingOf(row).type === type)).toBe(true);
	});

	const now = Date.now() / 1000;
	const oddities: Array<[string, (row: UnknownObject) => boolean]> = [
		['a price of zero', (row) => pricingOf(row).cents_per_input_token === 0],
		['a default size of zero', (row) => pricingOf(row).default_width === 0],
		['no price', (row) => row.pricing === null],
		['words that disagree with the number', (row) => pricingOf(row).cents_per_output_sec === 2.25],
		['a line break in its words', (row) => String(pricingOf(row).full).includes('\n')],
		['a table of prices', (row) => isObject(pricingOf(row).table)],
		['a successor', (row) => Number(row.deprecated) > 0 && Number(row.deprecated) < now && row.replaced_by !== null],
		['no successor', (row) => Number(row.deprecated) > 0 && Number(row.deprecated) < now && row.replaced_by === null],
		['an end in the future', (row) => Number(row.deprecated) > now],
		['another reported type', (row) => row.reported_type !== row.type],
		['no tags', (row) => row.tags === null],
		['no description', (row) => row.description === null],
		['a featured tag', (row) => Array.isArray(row.tags) && row.tags.includes('featured')],
		['a context length', (row) => row.max_tokens === 131072],
		['a partner', (row) => row.is_partner === true],
	];
	it.each(oddities)('has a row with %s', (_name, fits) => {
		expect(rows.some(fits)).toBe(true);
	});

	it('shows what is private on the lists of the account only', async () => {
		for (const [path, name] of [
			['/models/private/list', 'emulator-user/support-llama'],
			['/models/lora/list', 'emulator-user/tone-lora'],
			['/models/deployment/list', 'emulator-user/own-mixtral'],
			['/deploy/list', 'emulator-user/own-mixtral'],
		]) {
			expect((await ask(emulator, path ?? '', {}, null)).status).toBe(401);
			expect((await ask(emulator, path ?? '')).text).toContain(name);
			expect(rows.some((row) => row.model_name === name)).toBe(false);
		}
	});

	it('has a list of what is featured', async () => {
		const featured = objectsIn(JSON.parse((await ask(emulator, '/models/featured', {}, null)).text));
		expect(featured.length).toBeGreaterThan(5);
		expect(featured.every(({ tags }) => Array.isArray(tags) && tags.includes('featured'))).toBe(true);
	});
});

describe('a model', () => {
	it('is described with its schema and price, and no longer with its mask token', async () => {
		const { json } = await ask(emulator, '/models/roberta-base', {}, null);
		expect(json).toMatchObject({ type: 'fill-mask', public: true, pricing: { type: 'time' } });
		expect(json).not.toHaveProperty('mask_token');
		expect(json.in_schema).toMatchObject({ required: ['input'] });
		expect(json.in_fields).toEqual(
			expect.arrayContaining([expect.objectContaining({ name: 'input', ftype: 'string' })]),
		);
	});

	it('has examples of its input and its answer', async () => {
		const { json } = await ask(emulator, '/models/openai/clip-vit-base-patch32', {}, null);
		expect(json.curl_inv).toContain(`-F image=@my_file -F 'candidate_labels=["dog","cat"]'`);
		expect(JSON.parse(String(json.out_example))).toMatchObject({
			results: [{ label: expect.any(String) }, {}],
			request_id: null,
		});
	});

	it('has a schema route in the published shape', async () => {
		const { json } = await ask(emulator, '/models/hexgrad/Kokoro-82M/schema/default', {}, null);
		expect(json).toMatchObject({
			variant: { key: 'default' },
			schema_in: {
				title: 'KokoroTextToSpeechIn',
				definitions: { KokoroTtsVoice: { enum: expect.arrayContaining(['af_bella']) } },
			},
		});
	});

	it('has every kind of field somewhere', async () => {
		const { json } = await ask(emulator, '/models/emulator/everything/schema/default', {}, null);
		const kinds = JSON.stringify(json.schema_in);
		for (const kind of [
			'"$ref"',
			'allOf',
			'anyOf',
			'"null"',
			'binary',
			'boolean',
			'integer',
			'exclusiveMinimum',
			'object',
			'array',
			'enum',
		]) {
			expect(kinds).toContain(kind);
		}
	});

	it.each([
		['emulator/no-schema-7b', 404],
		['emulator/waking-70b', 423],
		['nobody/nothing', 404],
	])('%s answers %i for its schema', async (name, status) => {
		const reply = await ask(emulator, `/models/${name}/schema/default`);
		expect(reply.status).toBe(status);
		expect(reply.json.error).toEqual(expect.any(String));
	});

	it('may have a malformed or a huge schema, and still run', async () => {
		const malformed = await ask(emulator, '/models/emulator/malformed-schema/schema/default');
		expect(malformed.json.schema_in).toMatchObject({ required: 'prompt' });
		expect((await ask(emulator, '/models/emulator/huge-schema/schema/default')).text.length).toBeGreaterThan(500_000);
		expect((await infer(emulator, 'emulator/malformed-schema', { prompt: 5 })).status).toBe(200);
		expect((await infer(emulator, 'emulator/huge-schema', {})).status).toBe(422);
	});

	it('has versions', async () => {
		const { text } = await ask(emulator, '/models/bert-base-cased/versions');
		expect(objectsIn(JSON.parse(text))[0]).toMatchObject({
			model_name: 'bert-base-cased',
			version: expect.stringMatching(/^\w{40}$/),
		});
	});

	it('that is retired answers as its successor; without one it is gone', async () => {
		const image = await infer(emulator, 'stabilityai/stable-diffusion-2-1', { prompt: 'x' });
		// The successor is priced by image units: 512 x 512 is a quarter of one.
		expect(image.json).toMatchObject({ inference_status: { cost: 0.00005 } });
		expect((await infer(emulator, 'emulator/retired-gpt', { input: 'x' })).status).toBe(404);
		expect((await infer(emulator, 'emulator/llama-sunset-13b', { input: 'x' })).status).toBe(200);
	});

	it('may be private, not ready or deployed', async () => {
		expect((await infer(emulator, 'emulator/members-only-70b', { input: 'x' })).status).toBe(403);
		expect((await infer(emulator, 'emulator/waking-70b', { input: 'x' })).status).toBe(423);
		expect((await infer(emulator, 'deploy/dep1A2b3C4d5E6f7', { input: 'x' })).status).toBe(200);
		expect((await infer(emulator, 'deploy/dep9Z8y7X6w5V4u3', { input: 'x' })).status).toBe(423);
		expect((await infer(emulator, 'deploy/unknown', { input: 'x' })).status).toBe(404);
	});
});

describe('every public model', () => {
	it('has an input schema that its own description repeats', async () => {
		for (const { model_name: name } of rows) {
			const { json, status } = await ask(emulator, `/models/${String(name)}`, {}, null);
			expect({ name, status, type: isObject(json.in_schema) ? json.in_schema.type : 'object' }).toEqual({
				name,
				status: 200,
				type: 'object',
			});
		}
	});
});
