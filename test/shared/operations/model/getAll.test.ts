import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { MODELS, startEmulator } from '../../../emulator';
import { hintsOf, itemsOf, jsonOf, stored } from '../../../support/results';
import { type World, openWorld } from '../../../support/world';

import { getModels } from '../../../../nodes/shared/operations/model/getAll';
import { testOperation } from '../../../support/operation/suite';

testOperation(getModels, {
	request: { method: 'GET', path: '/models/list' },
	answer: [{ model_name: 'a/b', type: 'embeddings' }],
	names: { parameters: 'task search returnAll limit', options: 'includeDeprecated' },
});

describe('in the emulator', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const list = async (parameters: INodeParameters = {}): Promise<INodeExecutionData[]> =>
		itemsOf(await world.engine.run({ parameters: { resource: 'model', operation: 'getAll', ...parameters } }));

	const names = (items: INodeExecutionData[]): unknown[] => items.map(({ json }) => json.name);

	const isOver = ({ deprecated }: { deprecated: number | null }) =>
		deprecated !== null && deprecated * 1000 <= Date.now();
	const PUBLIC = MODELS.filter(({ group, type }) => group === 'public' && type !== 'rent-container');

	describe('the models', () => {
		it('gives one item per model, each paired, with 50 as the limit', async () => {
			const items = await list();
			expect(items).toHaveLength(50);
			expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
			expect(new Set(names(items)).size).toBe(50);
			expect(world.emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /models/list']);
		});

		it('gives all models whose time is not over, or all', async () => {
			const living = PUBLIC.filter((model) => !isOver(model)).map(({ name }) => name);
			expect(names(await list({ returnAll: true })).sort()).toEqual([...living].sort());
			const all = await list({ returnAll: true, options: { includeDeprecated: true } });
			expect(names(all).sort()).toEqual(PUBLIC.map(({ name }) => name).sort());
			expect(all.filter(({ json }) => json.isDeprecated === true)).toHaveLength(PUBLIC.length - living.length);
		});

		it.each([
			[
				'automatic-speech-recognition',
				['openai/whisper-large-v3', 'mistralai/Voxtral-Small-24B-2507', 'openai/whisper-large-v3-turbo'],
			],
			[
				'reranker',
				[
					'Qwen/Qwen3-Reranker-8B',
					'cross-encoder/ms-marco-MiniLM-L-12-v2',
					'cross-encoder/ms-marco-TinyBERT-L-2-v2',
					'nvidia/llama-nemotron-rerank-vl-1b-v2',
					'Qwen/Qwen3-Reranker-0.6B',
					'Qwen/Qwen3-Reranker-4B',
				],
			],
			['object-detection', ['facebook/detr-resnet-50', 'hustvl/yolos-small']],
			['fill-mask', ['bert-base-cased', 'roberta-base']],
		])('of the task %s', async (task, expected) => {
			expect(names(await list({ task, returnAll: true }))).toEqual(expected);
		});

		it('of every task that it offers', async () => {
			const tasks: Record<string, string> = {
				'text-generation': 'text-generation',
				embeddings: 'embeddings',
				'image-classification': 'image-classification',
				'question-answering': 'question-answering',
				'text-classification': 'text-classification',
				'text-to-image': 'text-to-image',
				'text-to-music': 'text-to-music',
				'text-to-speech': 'text-to-speech',
				'text-to-video': 'text-to-video',
				'token-classification': 'token-classification',
				'zero-shot-image-classification': 'zero-shot-image-classification',
			};
			for (const [task, type] of Object.entries(tasks)) {
				const expected = PUBLIC.filter(
					(model) => model.type === type && model.reportedType !== 'custom' && !isOver(model),
				).map(({ name }) => name);
				expect(names(await list({ task, returnAll: true })).sort()).toEqual(expected.sort());
			}
		});

		it.each([
			[{ search: 'whisper' }, ['openai/whisper-large-v3', 'openai/whisper-large-v3-turbo']],
			[{ search: 'TURBO', task: 'text-to-image' }, ['stabilityai/sdxl-turbo']],
			[{ search: 'no such model' }, []],
			[
				{ search: 'whisper', options: { includeDeprecated: true } },
				['openai/whisper-large-v3', 'openai/whisper-large-v3-turbo', 'openai/whisper-base', 'openai/whisper-large'],
			],
			[{ search: 'Meta-Llama-3.1', limit: 1 }, ['meta-llama/Meta-Llama-3.1-70B-Instruct']],
			[{ search: 'deprecated', task: 'embeddings', options: { includeDeprecated: true } }, ['intfloat/e5-large-v2']],
		])('searches: %j', async (parameters, expected) => {
			expect(names(await list(parameters))).toEqual(expected);
		});

		it('limits', async () => {
			const all = names(await list({ returnAll: true }));
			expect(names(await list({ limit: 3 }))).toEqual(all.slice(0, 3));
			expect(names(await list({ limit: 1000 }))).toEqual(all);
		});

		const rates = (...all: Array<[number, string]>) => all.map(([usd, per]) => ({ usd, per }));

		it.each<[string, unknown]>([
			[
				'Qwen/Qwen2.5-72B-Instruct',
				{
					type: 'tokens',
					text: '$0.12 in, $0.39 out / 1M tokens',
					rates: rates([0.12, '1M input tokens'], [0.39, '1M output tokens'], [0.012, '1M cached input tokens']),
				},
			],
			[
				'meta-llama/Meta-Llama-3.1-70B-Instruct',
				{
					type: 'tokens',
					text: '$0.23 in, $0.40 out / 1M tokens',
					rates: rates(
						[0.23, '1M input tokens'],
						[0.4, '1M output tokens'],
						[0.345, '1M input tokens (priority)'],
						[0.6, '1M output tokens (priority)'],
						[0.184, '1M input tokens (flex)'],
						[0.32, '1M output tokens (flex)'],
					),
				},
			],
			['BAAI/bge-m3', { type: 'input_tokens', text: '$0.01 / 1M tokens', rates: rates([0.01, '1M input tokens']) }],
			[
				'roberta-base',
				{ type: 'time', text: '$0.0005 / second of runtime', rates: rates([0.0005, 'second of runtime']) },
			],
			[
				'openai/whisper-large-v3',
				{ type: 'input_length', text: '$0.00045 / minute', rates: rates([0.00045, 'minute of input']) },
			],
			[
				'hexgrad/Kokoro-82M',
				{ type: 'input_character_length', text: '$0.62 / 1M characters', rates: rates([0.62, '1M input characters']) },
			],
			[
				'Wan-AI/Wan2.1-T2V-1.3B',
				{ type: 'output_length', text: '$0.02 / second', rates: rates([0.02, 'second of output']) },
			],
			['emulator/barter-13b', { type: 'barter', text: 'two hens a day', rates: [] }],
			['emulator/unpriced-13b', null],
		])('gives the price of %s in numbers', async (model, pricing) => {
			const [item] = await list({ search: model, returnAll: true });
			expect(stored(item?.json).name).toBe(model);
			expect(stored(item?.json).pricing).toEqual(pricing);
		});

		it('gives what else is known', async () => {
			const [item] = await list({ search: 'emulator/llama-sunset-13b' });
			expect(stored(item?.json)).toEqual({
				name: 'emulator/llama-sunset-13b',
				task: 'text-generation',
				description: 'Scheduled for removal, and still served until then.',
				contextLength: 4096,
				tags: ['openai', 'json', 'tools', 'structured-output'],
				pricing: {
					type: 'tokens',
					text: '$0.05 in, $0.09 out / 1M tokens',
					rates: rates([0.05, '1M input tokens'], [0.09, '1M output tokens']),
				},
				isFeatured: false,
				isPartner: false,
				isPrivate: false,
				isDeprecated: false,
				deprecatedAt: '2099-01-01T00:00:00.000Z',
				replacedBy: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
			});
			const [over] = await list({ search: 'google/gemma-2-9b-it', options: { includeDeprecated: true } });
			expect(over?.json).toMatchObject({
				isDeprecated: true,
				deprecatedAt: '2024-07-26T00:00:00.000Z',
				replacedBy: 'google/gemma-3-12b-it',
			});
			const [partner] = await list({ search: 'emulator/partner-opus' });
			expect(partner?.json).toMatchObject({ isPartner: true, contextLength: 1_000_000 });
		});

		it('gives null for a limit that is not known', async () => {
			const [item] = await list({ search: 'hexgrad/Kokoro-82M' });
			expect(stored(item?.json).contextLength).toBeNull();
		});

		it('gives each input item its own list', async () => {
			const parameters = { resource: 'model', operation: 'getAll', search: '={{ $json.word }}', returnAll: true };
			const items = [
				{ json: { word: 'finbert' } },
				{ json: { word: 'nothing like it' } },
				{ json: { word: 'yolos-small' } },
			];
			const result = itemsOf(await world.engine.run({ parameters, items }));
			expect(result.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([
				['ProsusAI/finbert', { item: 0 }],
				['hustvl/yolos-small', { item: 2 }],
			]);
		});

		it('costs nothing and says nothing of costs', async () => {
			const result = await world.engine.run({ parameters: { resource: 'model', operation: 'getAll', limit: 1 } });
			expect(jsonOf(result)).not.toHaveProperty('usage');
			expect(hintsOf(result)).toEqual([]);
		});

		it.each([
			['html', { kind: 'html' as const, status: 200 }],
			['an object', { kind: 'wrongShape' as const, shape: 'missingFields' as const }],
			['status 500', { kind: 'status' as const, status: 500 }],
		])('a catalogue that answers %s is an error', async (_what, fault) => {
			const service = await startEmulator({ faults: () => fault });
			const parameters = { resource: 'model', operation: 'getAll', options: { maxRetries: 0 } };
			const result = await world.engine.run({ parameters, credentials: { baseUrl: service.url } });
			await service.close();
			expect(result.status).toBe('error');
			expect(result.items).toEqual([]);
			expect(result.error?.message).toMatch(/^DeepInfra /);
		});

		it('a catalogue that is not there is asked once: there is no model whose name may be like another one', async () => {
			const service = await startEmulator({ faults: () => ({ kind: 'status', status: 404 }) });
			const parameters = { resource: 'model', operation: 'getAll' };
			const result = await world.engine.run({ parameters, credentials: { baseUrl: service.url } });
			await service.close();
			expect(result.status).toBe('error');
			expect(service.requests.map(({ path }) => path)).toEqual(['/models/list']);
		});
	});
});
