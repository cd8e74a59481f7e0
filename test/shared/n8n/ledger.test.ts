import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import fc from 'fast-check';
import { BAD_TEXT, type Fault } from '../../emulator';
import { asked } from '../../support/parameters';
import { errorOf, hintsOf, stored } from '../../support/results';
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
const text = '={{ $json.text }}';

const KINDS: Record<string, (options: INodeParameters) => INodeParameters> = {
	'single requests': (options) =>
		asked('text', 'classify', FINBERT, { text, options: { ...options, fallbackModels: STARS } }),
	batches: (options) => asked('embedding', 'create', 'BAAI/bge-base-en-v1.5', { text, options }),
	'chats at temperature 0': (options) =>
		asked('chat', 'complete', LLAMA, {
			messages: { values: [{ role: 'user', content: text }] },
			options: { ...options, temperature: 0, maxTokens: 20, fallbackModels: DEEPSEEK },
		}),
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

const usageOf = ({ json }: INodeExecutionData): { costUsd?: number } => Object(stored(json).usage);
const told = (pattern: RegExp, words: readonly string[]) =>
	words.flatMap((word) => [...word.matchAll(pattern)]).map(([, usd]) => Number(usd));
const sum = (amounts: readonly number[]) => amounts.reduce((total, usd) => total + usd, 0);

it.each(Object.keys(KINDS))(
	'%s: items, failures and the last line come to the bill, to the nano-dollar',
	async (kind) => {
		let [failed, reused, moved] = [0, 0, 0];
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 24 }),
				fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 20 }),
				fc.integer({ min: 0, max: 2 }),
				async (texts, faults, maxRetries) => {
					let seen = 0;
					world.emulator.ledger.length = 0;
					world.emulator.options.faults = (request) =>
						isInference(request) || request.path.endsWith('/completions') ? faults[seen++ % faults.length] : undefined;
					const items = texts.map((number) => ({ json: { text: number === 11 ? BAD_TEXT : `text ${number}` } }));
					const parameters = KINDS[kind]?.({ maxRetries }) ?? {};
					const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
					expect(result.items.length + result.errorItems.length).toBe(items.length);
					const costs = result.items.map((item) => usageOf(item).costUsd ?? 0);
					const ofFailed = told(
						/billed \$([\d.]+) for it/g,
						result.errorItems.map((item) => errorOf(item).text),
					);
					const ofNone = told(/^\$([\d.]+) was billed for items/g, hintsOf(result));
					const bill = sum(world.emulator.ledger.map(({ costUsd }) => costUsd));
					expect(Math.abs(sum([...costs, ...ofFailed, ...ofNone]) - bill)).toBeLessThan(1e-9);
					failed += ofFailed.length;
					reused += result.items.filter((item) => 'reused' in usageOf(item)).length;
					moved += result.items.filter((item) => 'requestedModel' in usageOf(item)).length;
				},
			),
			{ numRuns: 25, seed: 7 },
		);
		// The mix held what it is about.
		expect(failed).toBeGreaterThan(0);
		expect(reused).toBeGreaterThan(0);
		if (kind !== 'batches') expect(moved).toBeGreaterThan(0);
	},
);
