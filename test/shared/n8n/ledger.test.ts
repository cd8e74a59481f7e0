import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import fc from 'fast-check';
import { BAD_TEXT, type Fault } from '../../emulator';
import { asked } from '../../support/parameters';
import { errorOf, hintsOf, pairedTo, stored } from '../../support/results';
import { isInference, openWorld, type World } from '../../support/world';

/** What the node says a run cost, against what the service billed by its own account. */

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
afterEach(() => Object.assign(world.emulator.options, { faults: undefined, busyModels: undefined }));

const FINBERT = 'ProsusAI/finbert';
const STARS = 'emulator/review-stars';
const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const DEEPSEEK = 'deepseek-ai/DeepSeek-V3.1';
const SCHNELL = 'black-forest-labs/FLUX-1-schnell';
const text = '={{ $json.text }}';

interface Kind {
	readonly parameters: (options: INodeParameters) => INodeParameters;
	/** What an item asks about; equal numbers ask the same. */
	readonly textOf?: (number: number) => string;
	/** Fewer where an item is several requests. */
	readonly runs: number;
	readonly most: number;
	/** How many requests to a fault: an item of several would never succeed otherwise. */
	readonly every?: number;
	/** Hands the answer on piece by piece. */
	readonly isStreamed?: true;
	/** What its mix cannot have: another model's answers, answers of equal requests. */
	readonly lacks?: ReadonlyArray<'moved' | 'reused'>;
}

const long = (number: number) =>
	Array.from({ length: 150 }, (_, index) => `Sentence ${index} says what happened on day ${number}.`).join(' ');

const KINDS: Record<string, Kind> = {
	'single requests': {
		parameters: (options) =>
			asked('text', 'classify', FINBERT, { text, options: { ...options, fallbackModels: STARS } }),
		runs: 25,
		most: 24,
	},
	batches: {
		parameters: (options) =>
			asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text, options: { ...options, dimensions: 32 } }),
		runs: 25,
		most: 24,
		lacks: ['moved'],
	},
	'chats at temperature 0': {
		parameters: (options) =>
			asked('chat', 'complete', LLAMA, {
				messages: { values: [{ role: 'user', content: text }] },
				options: { ...options, temperature: 0, maxTokens: 20, fallbackModels: DEEPSEEK },
			}),
		runs: 25,
		most: 24,
	},
	'chats that stream': {
		parameters: (options) =>
			asked('chat', 'complete', LLAMA, {
				messages: { values: [{ role: 'user', content: text }] },
				options: { ...options, maxTokens: 20, fallbackModels: DEEPSEEK },
			}),
		isStreamed: true,
		runs: 10,
		most: 6,
		lacks: ['moved', 'reused'],
	},
	'data that has to be mended': {
		parameters: (options) =>
			asked('text', 'extract', LLAMA, {
				text,
				schemaType: 'fromAttributes',
				attributes: { values: [{ name: 'total', type: 'number', description: 'With tax', required: false }] },
				options: { ...options, fallbackModels: DEEPSEEK },
			}),
		textOf: (number) => `Total: ${number} [[emulator: ${['neverFits', 'misfit', 'none'][number % 3] ?? ''}]]`,
		runs: 12,
		most: 8,
	},
	'summaries of parts': {
		parameters: (options) =>
			asked('text', 'summarize', 'emulator/narrow-2k', {
				text,
				options: { ...options, temperature: 0, fallbackModels: DEEPSEEK },
			}),
		textOf: (number) => long(number % 3),
		every: 7,
		runs: 12,
		most: 5,
	},
	'speech in parts': {
		parameters: (options) =>
			asked('audio', 'synthesize', 'XiaomiMiMo/MiMo-V2.5-tts', {
				text,
				options: { ...options, outputFormat: 'wav', extraFields: { seed: 5 }, fallbackModels: 'hexgrad/Kokoro-82M' },
			}),
		textOf: (number) => long(number % 3).slice(0, 700),
		every: 4,
		runs: 12,
		most: 5,
	},
	'several pictures each': {
		parameters: (options) =>
			asked('image', 'generate', 'stabilityai/sdxl-turbo', {
				prompt: text,
				options: { ...options, seed: 5, numImages: 3, width: 128, height: 128, fallbackModels: SCHNELL },
			}),
		textOf: (number) => `a boat ${number % 4}`,
		runs: 8,
		most: 5,
	},
	'a ranking': {
		parameters: (options) =>
			asked('text', 'rerank', 'Qwen/Qwen3-Reranker-4B', {
				query: 'shares',
				documentSource: 'items',
				document: text,
				options: { ...options, topN: 3 },
			}),
		runs: 15,
		most: 12,
		lacks: ['moved', 'reused'],
	},
	'answers as they are': {
		parameters: (options) => ({ ...asked('text', 'classify', FINBERT, { text, options }), simplify: false }),
		runs: 10,
		most: 10,
		lacks: ['moved', 'reused'],
	},
};

const billed = (status: number, cost: number): Fault => ({
	kind: 'status',
	status,
	body: { error: 'told to fail', inference_status: { status: 'failed', cost, runtime_ms: 1 } },
});
const FAULTS: ReadonlyArray<Fault | undefined> = [
	undefined,
	undefined,
	undefined,
	{ kind: 'status', status: 429, retryAfter: 0.01 },
	{ kind: 'status', status: 503, retryAfter: 0.01 },
	{ kind: 'status', status: 404, body: { error: 'Model not found' } },
	{ kind: 'status', status: 422 },
	{ kind: 'status', status: 500 },
	{ kind: 'resetMidBody' },
	{ kind: 'empty' },
	billed(200, 0.000_000_123),
	billed(503, 0.000_321),
	billed(429, 0.07),
];

/** Each mix holds these, whatever the order in which requests come: one that is moved, one that is billed for nothing, equal ones. */
const SURE: Array<[number[], Array<Fault | undefined>, number]> = [
	{ kind: 'status', status: 404, body: { error: 'Model not found' } } as const,
	billed(503, 0.000_321),
	undefined,
].map((fault) => [[1, 1, 2, 3], [fault, ...Array<undefined>(60).fill(undefined)], 0]);

const usageOf = ({ json }: INodeExecutionData): { costUsd?: number } => Object(stored(json).usage);
/** The API's own word where the answer is shown as it is. */
const rawCostOf = ({ json }: INodeExecutionData): number => Number(Object(stored(json).inference_status).cost ?? 0);
const told = (pattern: RegExp, words: readonly string[]) =>
	words.flatMap((word) => [...word.matchAll(pattern)]).map(([, usd]) => Number(usd));
const sum = (amounts: readonly number[]) => amounts.reduce((total, usd) => total + usd, 0);

it.each(Object.entries(KINDS))(
	'%s: items, failures and the last line come to the bill, to the nano-dollar',
	async (
		_name,
		{ parameters, textOf = (number) => `text ${number}`, runs, most, every = 1, isStreamed, lacks = [] },
	) => {
		const seenOf = { failed: 0, reused: 0, moved: 0 };
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: most }),
				fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 20 }),
				fc.integer({ min: 0, max: 2 }),
				async (texts, faults, maxRetries) => {
					let seen = 0;
					world.emulator.ledger.length = 0;
					world.emulator.options.faults = (request) => {
						if (!isInference(request) && !request.path.endsWith('/completions')) return undefined;
						const at = seen++;
						return at % every === 0 ? faults[(at / every) % faults.length] : undefined;
					};
					const items = texts.map((number) => ({ json: { text: number === 11 ? BAD_TEXT : textOf(number) } }));
					const result = await world.engine.run({
						parameters: parameters({ maxRetries }),
						items,
						onError: 'continueErrorOutput',
						...(isStreamed ? { onChunk: () => undefined } : {}),
					});
					const all = [...result.items, ...result.errorItems].map(pairedTo);
					expect(new Set(all).size).toBeLessThanOrEqual(items.length);
					const costs = result.items.map((item) => usageOf(item).costUsd ?? rawCostOf(item));
					const ofFailed = told(
						/billed \$([\d.]+) for it/g,
						result.errorItems.map((item) => errorOf(item).text),
					);
					const ofNone = told(/^\$([\d.]+) was billed for items/g, hintsOf(result));
					const bill = sum(world.emulator.ledger.map(({ costUsd }) => costUsd));
					expect(Math.abs(sum([...costs, ...ofFailed, ...ofNone]) - bill)).toBeLessThan(1e-9);
					seenOf.failed += ofFailed.length;
					seenOf.reused += result.items.filter((item) => 'reused' in usageOf(item)).length;
					seenOf.moved += result.items.filter((item) => 'requestedModel' in usageOf(item)).length;
				},
			),
			{ numRuns: runs, seed: 7, examples: SURE },
		);
		// The mix held what it is about.
		expect(seenOf.failed).toBeGreaterThan(0);
		if (!lacks.includes('reused')) expect(seenOf.reused).toBeGreaterThan(0);
		if (!lacks.includes('moved')) expect(seenOf.moved).toBeGreaterThan(0);
	},
);
