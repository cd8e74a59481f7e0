import type { INodeListSearchItems } from 'n8n-workflow';
import { operations } from '../../../nodes/shared/operations';
import { MODELS } from '../../emulator';
import type { Model } from '../../emulator/catalogue/model';
import { describedFields } from '../../support/editor';
import { asked } from '../../support/parameters';
import { jsonOf } from '../../support/results';
import { type World, openWorld } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => void (world.emulator.requests.length = 0));

const rowsOf = async (resource: string, operation: string, filter?: string): Promise<INodeListSearchItems[]> =>
	(await world.engine.search('searchModels', asked(resource, operation, ''), filter)).results;

/** What the API files under another task than they work with (docs/api.md#catalogue). */
const EDITORS = [
	'black-forest-labs/FLUX.1-Kontext-dev',
	'briaai/RMBG-2.0',
	'emulator/collage-edit',
	'emulator/list-edit',
	'Qwen/Qwen-Image-Edit',
];

const isOver = ({ deprecated }: Model) => deprecated !== null && deprecated * 1000 <= Date.now();
const isOwn = ({ group }: Model) => group !== 'public';
const isFeatured = ({ tags }: Model) => tags?.includes('featured') === true;

/** The models of some tasks in the order that is asked for, worked out from the emulator's own data. */
function expectedOrder(types: readonly string[]): string[] {
	const place = (model: Model) => {
		if (isOver(model)) return 4;
		if (isOwn(model)) return 0;
		if (types.length > 0 && EDITORS.includes(model.name)) return 3;
		return isFeatured(model) ? 1 : 2;
	};
	// reported as custom: it takes other fields than its task has
	return MODELS.filter(({ type }) => type !== 'rent-container')
		.filter(({ type, reportedType }) => types.length === 0 || (types.includes(type) && reportedType !== 'custom'))
		.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }))
		.map(({ name, deployId }) => (deployId === null ? name : `deploy_id:${deployId}`));
}

describe('which models, in which order', () => {
	/** Those whose models are filed under the very tasks that they name; for the others others are tried below. */
	const filed = operations
		.filter(({ fields, isFree }) => !isFree && fields.some(({ name }) => name === 'model'))
		.filter(({ tasks }) => tasks.every((task) => MODELS.some(({ type }) => type === task)));

	it.each(filed.map(({ resource, value, tasks }) => [resource, value, tasks] as const))(
		'%s: %s',
		async (resource, operation, types) => {
			const expected = expectedOrder(types);
			expect(expected.length).toBeGreaterThan(1);
			expect((await rowsOf(resource, operation)).map(({ value }) => value)).toEqual(expected);
		},
	);

	it('model: get offers what has a page of its own: all but deployments', async () => {
		const expected = expectedOrder([]).filter((value) => !value.startsWith('deploy_id:'));
		expect((await rowsOf('model', 'get')).map(({ value }) => value)).toEqual(expected);
	});

	it('models that take other fields than their task has are for model: run', async () => {
		const custom = ['Bria/blur_background', 'emulator/cog-single', 'stability-ai/sdxl'];
		const isCustom = ({ value }: INodeListSearchItems) => custom.includes(String(value));
		expect((await rowsOf('image', 'generate')).filter(isCustom)).toEqual([]);
		expect((await rowsOf('model', 'run')).filter(isCustom)).toHaveLength(3);
	});

	it('own models, then featured ones, then the others by name, then those that are over', async () => {
		expect((await rowsOf('embedding', 'create')).map(({ value }) => value)).toEqual([
			'emulator-user/house-embeddings',
			'BAAI/bge-large-en-v1.5',
			'BAAI/bge-base-en-v1.5',
			'BAAI/bge-m3',
			'Qwen/Qwen3-Embedding-8B',
			'sentence-transformers/all-MiniLM-L6-v2',
			'sentence-transformers/clip-ViT-B-32',
			'thenlper/gte-base',
			'intfloat/e5-large-v2',
		]);
	});

	it('models that read images stand with those that write text', async () => {
		const values = (await rowsOf('text', 'generate')).map(({ value }) => value);
		expect(values).toContain('emulator/ocr-reader-7b');
		expect(values).toContain('mistralai/Mistral-Small-3.2-24B-Instruct-2506');
	});

	it('models that change an image say so, after those that work from a prompt', async () => {
		const rows = await rowsOf('image', 'generate');
		const marked = rows.filter(({ name }) => name.includes('needs an image')).map(({ value }) => value);
		expect(marked).toEqual(EDITORS);
		const over = rows.findIndex(({ name }) => name.includes(' · deprecated'));
		expect(rows.slice(over - EDITORS.length, over).map(({ value }) => value)).toEqual(EDITORS);
	});
});

describe('what a row says', () => {
	/** Of these a whole row does not fit into the panel. */
	const shortRows = new Map(
		[
			'meta-lla…/Meta-Llama-3-8B-Instruct · $0.03/$0.06 · 8k · tools · meta-llama/Meta-Llama-3-8B-Instruct',
			'mistralai/Mistral-7B-v0.1 · $0.028/$0.055 · 32k',
			'Qwen3-235B-A22B-Instruct-2507 · $0.09/$0.55 · 256k · reasons, tools · Qwen/Qwen3-235B-A22B-Instruct-2507',
			'Mistral-Small-3…B-Instruct-2506 · $0.075/$0.20 · 128k · sees, tools · mistralai/Mistral-Small-3.2-24B-Instruct-2506',
			'mistr…/Voxtral-Small-24B-2507 · $0.003 / minute · 32k · mistralai/Voxtral-Small-24B-2507',
			'emulator/retired-gpt · deprecated · $0.20/$1.10 · tools',
			'llama-sunset-13b · until 2099-01-01 · $0.05/$0.09 · 4k · tools · replaced by meta-llama/Meta-Llama-3.1-70B-Instruct · emulator/llama-sunset-13b',
			'google/gemma-2-9b-it · deprecated · $0.03/$0.06 · 8k · tools · replaced by google/gemma-3-12b-it',
			'emulator-…/support-llama · private · $0.03/$0.06 · 8k · emulator-user/support-llama',
			'house-embeddings · private · $1.80 / hour · 512 tokens · emulator-user/house-embeddings',
			'emulator-user/tone-lora · LoRA · $0.04/$0.08 · 8k',
		].map((row) => {
			const [first = '', ...rest] = row.split(' · ');
			const last = rest.at(-1) ?? '';
			return [last.endsWith(first.split('…').at(-1) ?? first) ? last : first, row] as const;
		}),
	);
	// the row, which is short enough for the panel, and what stands beside it
	it.each([
		// every pricing shape
		['meta-llama/Meta-Llama-3-8B-Instruct', '$0.03/$0.06 per 1M · 8k · tools', '$0.03 in, $0.06 out / 1M tokens'],
		[
			'deepseek-ai/DeepSeek-V3.1',
			'$0.21/$0.79 per 1M · 160k · reasons, tools',
			'Reasons before it answers, uses tools, answers in JSON, keeps to a JSON schema.',
		],
		['mistralai/Mistral-7B-v0.1', '$0.028/$0.055 per 1M · 32k', '$0.028 in, $0.055 out / 1M tokens'],
		['emulator/no-schema-7b', '$0.05 per 1M · 8k · tools', '$0.05 / 1M tokens'],
		['emulator/free-preview-8b', 'free · 8k', 'Price: free. Context: 8,192 tokens.'],
		[
			'emulator/partner-opus',
			'$1.50/$7.50 per 1M · 1M · sees, reasons',
			'$1.50 in, $7.50 out / 1M tokens (50 % discount until 2030-01-01)',
		],
		['Qwen/Qwen3-235B-A22B-Instruct-2507', '$0.09/$0.55 per 1M · 256k · reasons, tools', 'Context: 262,144 tokens'],
		[
			'mistralai/Mistral-Small-3.2-24B-Instruct-2506',
			'$0.075/$0.20 per 1M · 128k · sees, tools',
			'Context: 128,000 tokens',
		],
		['BAAI/bge-large-en-v1.5', '$0.01 per 1M · 512 tokens', '$0.01 / 1M tokens'],
		['hustvl/yolos-small', '$0.0005 / second of runtime', '$0.0005 / second of runtime'],
		['openai/whisper-large-v3', '$0.00045 / minute', '$0.00045 / minute'],
		['mistralai/Voxtral-Small-24B-2507', '$0.003 / minute · 32k', '$0.003 / minute'],
		['hexgrad/Kokoro-82M', '$0.62 / 1M characters', '$0.62 / 1M characters'],
		['Wan-AI/Wan2.1-T2V-1.3B', '$0.02 / second', '$0.02 / second'],
		['emulator/world-sim', '$0.0500 / second (720p)', '$0.0500 / second (720p)'],
		['black-forest-labs/FLUX-1-schnell', '$0.0005 / image', '$0.0005 / image (1024×1024, 1 step)'],
		['black-forest-labs/FLUX-1.1-pro', 'about $0.04 / image', 'about $0.04 / image'],
		['emulator/relative-links', '$0.014 / image', '$0.014 / image (1024×1024)'],
		['briaai/RMBG-2.0', 'needs an image · free', 'Price: free'],
		['emulator/barter-13b', 'two hens a day · 4k · tools', 'two hens a day'],
		['emulator/unpriced-13b', '', ''],
		// deprecation: over, over without a successor, announced
		[
			'google/gemma-2-9b-it',
			'deprecated · $0.03/$0.06 per 1M · 8k · tools',
			'Deprecated since 2024-07-26, replaced by google/gemma-3-12b-it.',
		],
		['emulator/retired-gpt', 'deprecated · $0.20/$1.10 per 1M · tools', 'Deprecated since 2024-07-26. Price'],
		[
			'emulator/llama-sunset-13b',
			'until 2099-01-01 · $0.05/$0.09 per 1M · 4k · tools',
			'Will be deprecated on 2099-01-01, replaced by meta-llama/Meta-Llama-3.1-70B-Instruct.',
		],
		// the user's own
		['emulator-user/support-llama', 'private · $0.03/$0.06 per 1M · 8k', '$0.03 in, $0.06 out / 1M tokens'],
		['emulator-user/house-embeddings', 'private · $1.80 / hour · 512 tokens', '$1.80 / hour'],
		['emulator-user/tone-lora', 'LoRA · $0.04/$0.08 per 1M · 8k', '$0.04 in, $0.08 out / 1M tokens'],
	])('of %s: %s', async (model, words, beside) => {
		const rows = (await rowsOf('model', 'run')).filter(({ value }) => value === model);
		expect(rows).toEqual([
			{
				name: shortRows.get(model) ?? [model, words].filter(Boolean).join(' · '),
				value: model,
				url: `https://deepinfra.com/${model}`,
				description: expect.stringContaining(beside),
			},
		]);
		const { description } = MODELS.find(({ name }) => name === model) ?? {};
		expect(rows[0]?.description).toContain(description ?? '');
	});

	it('hardware that is for rent is no model', async () => {
		const values = (await rowsOf('model', 'run')).map(({ value }) => value);
		expect(values).not.toContain('emulator/rented-gpu');
		expect(values).toContain('emulator/dreamer');
	});

	it('of a deployment: which, and that it is not up yet', async () => {
		const rows = await rowsOf('text', 'generate', 'deploy_id:');
		expect(rows.map(({ value, url }) => [value, url])).toEqual([
			['deploy_id:dep1A2b3C4d5E6f7', 'https://deepinfra.com/dash/deployments'],
			['deploy_id:dep9Z8y7X6w5V4u3', 'https://deepinfra.com/dash/deployments'],
		]);
		expect(rows[0]?.name).toMatch(/^emulator-user\/own-mixtral · deployment · dep1A2b3C4d5E6f7/);
		expect(rows[0]?.name).not.toContain('initializing');
		// Whether it is up decides; which of several it is stands in the rest.
		expect(rows[1]?.name).toMatch(/^emulator-…\/sleeping-llama · deployment · initializing · dep9Z8y7X6w5V4u3/);
	});

	it('has no model twice, and nothing that is undefined', async () => {
		const rows = await rowsOf('model', 'run');
		expect(rows).toHaveLength(MODELS.length - 1);
		expect(new Set(rows.map(({ value }) => value)).size).toBe(rows.length);
		expect(rows.filter(({ name }) => /undefined|null|NaN|\[object/.test(String(name)))).toEqual([]);
	});
});

describe('the field itself', () => {
	it('stands on every operation but getAll: a list that says when it is slow, and an ID that always works', async () => {
		const fields = (await describedFields()).filter(({ name }) => name === 'model');
		const named = fields.map(({ displayOptions }) => displayOptions?.show?.operation?.[0]);
		expect(named).toHaveLength(
			operations.flatMap(({ fields: own }) => own.filter(({ name }) => name === 'model')).length,
		);
		expect(named).not.toContain('getAll');
		for (const { type, modes = [], required, displayOptions } of fields) {
			// A job is known by its ID alone.
			const isJob = displayOptions?.show?.operation?.includes('get') && displayOptions.show.resource?.includes('video');
			expect({ type, required, modes: modes.map(({ name }) => name) }).toEqual({
				type: 'resourceLocator',
				required: !isJob,
				modes: ['list', 'id'],
			});
			expect(modes[0]?.typeOptions).toMatchObject({
				searchListMethod: 'searchModels',
				searchable: true,
				slowLoadNotice: { message: expect.stringMatching(/ID of a model/), timeout: expect.any(Number) },
			});
		}
	});

	it('options for any field, for a dry run and for a budget stand on every operation that costs', async () => {
		const free = operations
			// What is fetched of a job was paid for when it was started.
			.filter(({ isFree, resource, value }) => isFree || (resource === 'video' && value === 'get'))
			.map((each) => `${each.resource}: ${each.value}`);
		const collections = (await describedFields()).filter(({ name, displayOptions }) => {
			const [operation] = displayOptions?.show?.operation ?? [];
			const [resource] = displayOptions?.show?.resource ?? [];
			return name === 'options' && !free.includes(`${resource}: ${operation}`);
		});
		const paid = operations.filter((each) => !free.includes(`${each.resource}: ${each.value}`));
		expect(paid).toHaveLength(operations.length - free.length);
		expect(collections).toHaveLength(
			paid.flatMap((each) => each.fields.filter(({ name }) => name === 'options')).length,
		);
		for (const each of paid) expect(each.fields.map(({ name }) => name)).toContain('options');
		for (const { options = [] } of collections) {
			expect(options.map(({ name }) => name)).toEqual(expect.arrayContaining(['budgetUsd', 'dryRun', 'extraFields']));
		}
	});
});

describe('searching', () => {
	it.each([
		[
			'in the name, in any case',
			'WHISPER',
			['openai/whisper-large-v3', 'openai/whisper-large-v3-turbo', 'openai/whisper-base', 'openai/whisper-large'],
		],
		['in the description', 'financial news', ['ProsusAI/finbert']],
		['in the tags', 'lora-base', ['black-forest-labs/FLUX-1-schnell']],
		['all words in any order', 'turbo sdxl', ['stabilityai/sdxl-turbo']],
		['the owner', 'nvidia', ['nvidia/llama-nemotron-rerank-vl-1b-v2']],
	])('%s', async (_what, words, expected) => {
		expect((await rowsOf('model', 'run', words)).map(({ value }) => value)).toEqual(expected);
	});

	it('finds by any part of what a row says, in any case', async () => {
		const found = await rowsOf('text', 'generate', 'LLAMA-3');
		expect(found.length).toBeGreaterThan(0);
		expect(found.filter((row) => !/llama-3/i.test(JSON.stringify(row)))).toEqual([]);
	});

	it.each([
		['audio', 'transcribe', 'llama', 'automatic-speech-recognition'],
		['text', 'classify', 'whisper', 'text-classification'],
		['model', 'run', 'there is no such model', 'models'],
	])('%s: %s keeps to its models and says so where it finds none: %s', async (resource, operation, words, named) => {
		const rows = await rowsOf(resource, operation, words);
		expect(rows.map(({ value }) => value)).toEqual(['']);
		// A longer one is cut in the panel.
		expect(rows[0]?.name).toBe('No match: only models for this task are listed');
		expect(rows[0]?.description).toContain(named);
		expect(rows[0]?.description).toContain(`'${words}'`);
	});

	it.each([
		['deprecated', (name: string) => name.includes('· deprecated')],
		['free', (name: string) => name.includes('free')],
	])('knows what %s means', async (word, isMeant) => {
		const rows = await rowsOf('text', 'generate', word);
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.filter(({ name }) => !isMeant(String(name)))).toEqual([]);
	});

	it.each(['sees', 'reasons'])('knows what %s means', async (word) => {
		const rows = await rowsOf('chat', 'complete', word);
		expect(rows.length).toBeGreaterThan(1);
		expect(rows.filter(({ name }) => !String(name).includes(word))).toEqual([]);
	});

	it('cheap ones come by their price, the dear ones not at all', async () => {
		const values = (await rowsOf('text', 'generate', 'cheap')).map(({ value }) => value);
		expect(values).toContain('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo');
		expect(values).not.toContain('emulator/partner-opus');
		expect(values).not.toContain('meta-llama/Meta-Llama-3.1-70B-Instruct');
	});

	it('puts the exact name first, then public ones, then own ones', async () => {
		expect((await rowsOf('embedding', 'create', 'bge-m3'))[0]?.value).toBe('BAAI/bge-m3');
		const values = (await rowsOf('text', 'generate', 'llama')).map(({ value }) => String(value));
		const own = values.findIndex((value) => value.startsWith('emulator-user/') || value.startsWith('deploy_id:'));
		expect(own).toBeGreaterThan(values.lastIndexOf('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'));
	});
});

describe('the own models at work', () => {
	const generate = (model: string) => asked('text', 'generate', model, { prompt: 'Good morning', simplify: true });
	const paths = () => world.inference().map(({ method, path }) => `${method} ${path}`);

	it.each([
		['emulator-user/support-llama', '/v1/inference/emulator-user/support-llama'],
		['emulator-user/tone-lora', '/v1/inference/emulator-user/tone-lora'],
		['deploy_id:dep1A2b3C4d5E6f7', '/v1/inference/deploy/dep1A2b3C4d5E6f7'],
	])('%s', async (model, path) => {
		const json = jsonOf(await world.engine.run({ parameters: generate(model) }));
		expect(paths()).toEqual([`POST ${path}`]);
		expect(json).toMatchObject({ text: expect.stringMatching(/\w/), usage: { model, attempts: 1 } });
	});

	it('a deployment in model: run, its text in the field of the API', async () => {
		const parameters = asked('model', 'run', 'deploy_id:dep1A2b3C4d5E6f7', {
			modelFields: { mappingMode: 'defineBelow', value: { input: 'Good morning' }, schema: [] },
		});
		const json = jsonOf(await world.engine.run({ parameters }));
		expect(paths()).toEqual(['POST /v1/inference/deploy/dep1A2b3C4d5E6f7']);
		expect(world.inference()[0]?.json).toEqual({ input: 'Good morning' });
		expect(json).toMatchObject({ results: [{ generated_text: expect.stringMatching(/\w/) }], num_input_tokens: 3 });
	});

	it('chosen from the list, as the editor stores it', async () => {
		const [row] = await rowsOf('text', 'generate', 'own-mixtral');
		const model = {
			__rl: true,
			mode: 'list',
			value: String(row?.value),
			cachedResultName: row?.name,
			cachedResultUrl: row?.url,
		};
		jsonOf(await world.engine.run({ parameters: { ...generate(''), model } }));
		expect(paths()).toEqual(['POST /v1/inference/deploy/dep1A2b3C4d5E6f7']);
	});

	it('a deployment that sleeps says that it is not ready', async () => {
		const parameters = asked('text', 'generate', 'deploy_id:dep9Z8y7X6w5V4u3', {
			prompt: 'Hi',
			options: { maxRetries: 0 },
		});
		const { error } = await world.engine.run({ parameters });
		expect(error?.message).toBe("The model 'deploy_id:dep9Z8y7X6w5V4u3' is not ready: Model is not ready [item 0]");
	});

	it('a private embedding model and a LoRA that draws', async () => {
		const embedded = jsonOf(
			await world.engine.run({
				parameters: asked('embedding', 'create', 'emulator-user/house-embeddings', { text: 'x' }),
			}),
		);
		expect(embedded.dimensions).toBe(256);
		const parameters = asked('image', 'generate', 'civitai/watercolour-lora', {
			prompt: 'a boat',
			options: { width: 128, height: 128, seed: 3 },
		});
		expect(jsonOf(await world.engine.run({ parameters }))).toMatchObject({ index: 0, seed: 3, prompt: 'a boat' });
	});
});

describe('the model that is chosen already', () => {
	const rowsFor = async (model: string, filter?: string) =>
		(await world.engine.search('searchModels', asked('text', 'generate', model), filter)).results;

	it('stays in a list that has no model of this name, as after a change of the credential', async () => {
		for (const model of ['other-account/private-llm', 'deploy_id:dep7Q7q7Q7q7']) {
			const row = (await rowsFor(model)).at(-1);
			expect(row).toMatchObject({ name: `${model} · not in this list`, value: model });
			expect(row?.description).toContain('another account');
		}
	});

	it.each([
		['is in the list', 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo', undefined],
		['belongs to another task', 'ProsusAI/finbert', undefined],
		['is not searched for', 'other-account/private-llm', 'mixtral'],
		['is none', ' ', undefined],
	])('has no row of its own when it %s', async (_reason, model, filter) => {
		const rows = await rowsFor(model, filter);
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.filter(({ name }) => name.includes('not in this list'))).toEqual([]);
	});
});
