import type { INodeParameters } from 'n8n-workflow';
import { asked } from '../../support/parameters';
import { hintsOf } from '../../support/results';
import { type World, isInference, openWorld } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	world.emulator.options.faults = undefined;
});

const classify = (more: INodeParameters, options: INodeParameters = {}) =>
	asked('text', 'classify', 'ProsusAI/finbert', { text: '={{ $json.text }}', options, ...more });

const run = async (
	parameters: INodeParameters,
	items: Array<Record<string, unknown>>,
	onError: 'stopWorkflow' | 'continueErrorOutput' = 'continueErrorOutput',
	credentials: { baseUrl?: string } = {},
) =>
	await world.engine.run({
		parameters,
		items: items.map((json) => ({ json: JSON.parse(JSON.stringify(json)) })),
		onError,
		credentials,
	});
const sent = () => world.emulator.requests.filter(isInference);
const textsSent = () =>
	sent().map(({ json }) => (typeof json === 'object' && json !== null && 'input' in json ? json.input : undefined));

describe('a guard whose expression gives nothing', () => {
	it.each<[string, INodeParameters, Record<string, unknown>]>([
		['budgetUsd undefined', { budgetUsd: '={{ $json.none }}' }, {}],
		['budgetUsd null', { budgetUsd: '={{ $json.limit }}' }, { limit: null }],
		['budgetUsd empty', { budgetUsd: '={{ $json.limit }}' }, { limit: '' }],
		['dryRun undefined', { dryRun: '={{ $json.none }}' }, {}],
		['dryRun null', { dryRun: '={{ $json.dry }}' }, { dry: null }],
		['dryRun empty', { dryRun: '={{ $json.dry }}' }, { dry: '' }],
	])('%s: nothing is sent', async (_, options, json) => {
		const { items, errorItems } = await run(classify({}, options), [{ text: 'a', ...json }]);
		expect(items).toEqual([]);
		expect(errorItems[0]?.json.error).toMatch(
			/^'(Budget \(USD\)|Dry Run)' has no value \[item 0\]\. Its expression gives nothing/,
		);
		expect(sent()).toEqual([]);
	});
});

describe('what holds for the run as a whole', () => {
	const items = [
		{ text: 'a', limit: 1 },
		{ text: 'b', limit: 5 },
	];

	it.each(['budgetUsd', 'maxConcurrency'])('%s that differs is said before anything is sent', async (name) => {
		const parameters = classify({}, { [name]: '={{ $json.limit }}' });
		const stopped = await run(parameters, items, 'stopWorkflow');
		expect(stopped.error?.message).toMatch(/holds for the run as a whole.*: 1, 5 \[item 0\]$/);
		const { errorItems } = await run(parameters, items);
		expect(errorItems.map(({ json }) => String(json.error))).toEqual([
			expect.stringMatching(/holds for the run as a whole/),
			expect.stringMatching(/holds for the run as a whole/),
		]);
		expect(sent()).toEqual([]);
	});

	it('may come from an expression that is the same for all', async () => {
		expect((await run(classify({}, { budgetUsd: '={{ 1 + 1 }}' }), items)).items.length).toBe(2);
	});
});

describe('a value in the form people have it', () => {
	it('a DateTime is its ISO text', async () => {
		const text = "={{ DateTime.fromISO('2026-11-29T03:04:05.000Z', { zone: 'utc' }) }}";
		const { items, errorItems } = await run(classify({ text }), [{}]);
		expect([items.length, errorItems.map(({ json }) => json.error)]).toEqual([1, []]);
		expect(textsSent()).toEqual(['2026-11-29T03:04:05.000Z']);
	});

	it.each<[string, unknown, RegExp]>([
		['an object', { a: 1 }, /^'Text' is an object, not a text \[item 0\]\. .*JSON\.stringify/],
		['a list', ['a'], /^'Text' is a list, not a text \[item 0\]\. .*Split Out/],
	])('%s is refused with the way to write it, and its neighbour goes on', async (_, text, words) => {
		const { items, errorItems } = await run(classify({}), [{ text }, { text: 'good' }]);
		expect(errorItems[0]?.json.error).toMatch(words);
		expect(items.length).toBe(1);
		expect(textsSent()).toEqual(['good']);
	});

	it('a data URL is no address', async () => {
		const parameters = asked('image', 'classify', 'google/vit-base-patch16-224', {
			inputSource: 'url',
			inputUrl: 'data:image/png;base64,iVBORw0KGgo=',
			options: {},
		});
		const { errorItems } = await run(parameters, [{}]);
		expect(errorItems[0]?.json.error).toMatch(
			/^'URL' holds the file itself, not its address \[item 0\]\. .*'Convert to File'/,
		);
		expect(sent()).toEqual([]);
	});

	it('JSON with a value from an expression says how to write it', async () => {
		const options = { extraFields: '={ "note": "{{ $json.text }}" }' };
		const { errorItems } = await run(classify({ text: 'x' }, options), [{ text: 'she said "hi"' }]);
		expect(errorItems[0]?.json.error).toMatch(
			/^'Extra Fields \(JSON\)' is not valid JSON \[item 0\]\. Line 1, column 22 has 'hi' where ',' or '}' belongs\. .*JSON\.stringify/,
		);
		expect(sent()).toEqual([]);
	});

	it('an output field that would be lost is refused', async () => {
		const parameters = asked('image', 'generate', 'black-forest-labs/FLUX-1-schnell', {
			prompt: 'a cat',
			outputDataFieldName: '={{ "__proto__" }}',
			options: {},
		});
		const { errorItems } = await run(parameters, [{}]);
		expect(errorItems[0]?.json.error).toMatch(/^'Output Data Field Name' is '__proto__', which cannot be the name/);
		expect(sent()).toEqual([]);
	});

	it.each(['/v1/openai', '/v1', '/'])('a base URL that ends with %s works', async (end) => {
		const baseUrl = `${world.emulator.url}${end}`;
		const { items } = await run(classify({}), [{ text: 'a' }], 'stopWorkflow', { baseUrl });
		expect(items.length).toBe(1);
		expect(sent()[0]?.path).toBe('/v1/inference/ProsusAI/finbert');
	});
});

describe('a model', () => {
	it.each(['stopWorkflow', 'continueErrorOutput'] as const)(
		'that is not there has neighbours in the error: %s',
		async (onError) => {
			const parameters = asked('text', 'classify', 'ProsusAI/finbertt', { text: '={{ $json.text }}', options: {} });
			const { error, errorItems } = await run(parameters, [{ text: 'a' }, { text: 'b' }], onError);
			const words = error ? `${error.message} ${error.description}` : String(errorItems[0]?.json.error);
			expect(words).toMatch(/has no model 'ProsusAI\/finbertt'.*similar name: ProsusAI\/finbert/);
		},
	);

	it.each([
		[
			'text',
			'generate',
			'BAAI/bge-large-en-v1.5',
			{ prompt: 'x' },
			/embeddings, which 'Generate' is not.*'Embedding > Create'/,
		],
		[
			'text',
			'classify',
			'openai/whisper-large-v3',
			{ text: 'x' },
			/automatic speech recognition.*'Audio > Transcribe'/,
		],
		['embedding', 'create', 'black-forest-labs/FLUX-1-schnell', { text: 'x' }, /text to image.*'Image > Generate'/],
		[
			'text',
			'classify',
			'meta-llama/Llama-3.3-70B-Instruct-Turbo',
			{ text: 'x' },
			/text generation.*'Chat > Complete'/,
		],
	])(
		'of another task: %s %s with %s says what it does, and what to choose',
		async (resource, operation, model, more, words) => {
			const result = await run(asked(resource, operation, model, { ...more, options: {} }), [{}]);
			const error = result.errorItems[0]?.json.error;
			expect(error).toMatch(words);
			expect(error).toMatch(/Nothing was sent\.$/);
			// The line above the output names both, too: neither is of an item.
			const [happened] = String(error).split(' [item');
			expect(hintsOf(result).join()).toContain(`1 failed (1: ${happened})`);
			expect(sent()).toEqual([]);
		},
	);
});
