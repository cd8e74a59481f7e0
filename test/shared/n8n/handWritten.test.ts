import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { omit } from '../../../nodes/shared/core/values';
import { startEmulator } from '../../emulator';
import { makePng } from '../../support/files';
import { subjectOf } from '../../support/operation/registry';
import { asked, filled, modelId, withOptions } from '../../support/parameters';
import { hintsOf } from '../../support/results';
import { type World, isInference, openWorld } from '../../support/world';

const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';

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
/** What was asked of whom, but for the catalogue. */
const posted = () => world.emulator.requests.filter(({ method }) => method === 'POST');

/** Parameters of an operation's example, without the one that is only in the way of looking at results. */
function exampleOf(name: string, options: INodeParameters = {}): INodeParameters {
	return omit(subjectOf(name).parameters(options), 'includeOtherFields');
}

/** An operation's example with other parameters and options, each item with its own values, and what became of them. */
async function tryEach(name: string, more: INodeParameters, options: INodeParameters, rows: ReadonlyArray<object>) {
	const subject = subjectOf(name);
	const items = await subject.items(world.engine, rows.length);
	world.emulator.requests.length = 0;
	const result = await world.engine.run({
		parameters: { ...exampleOf(name, options), ...more },
		items: items.map((item, index): INodeExecutionData => ({ ...item, json: JSON.parse(JSON.stringify(rows[index])) })),
		onError: 'continueErrorOutput',
	});
	expect(result.error).toBeUndefined();
	return { ...result, errors: result.errorItems.map(({ json }) => String(json.error)) };
}
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

describe.each<[string, INodeParameters]>([
	['text: classifyTokens', {}],
	['embedding: create', {}],
	['image: generate', {}],
	['image: detectObjects', {}],
	['audio: transcribe', {}],
	['chat: complete', {}],
	['text: extract', {}],
	['text: rerank', {}],
	['document: extractText', {}],
	['audio: synthesize', {}],
	['video: generate', {}],
	['image: edit', {}],
	['batch: create', { batchTask: 'chat', messages: { values: [{ role: 'user', content: 'Hi' }] } }],
])('a guard of %s', (name, more) => {
	it('that its expression leaves without a value is refused, whatever way it gives none', async () => {
		const parameters = name === 'batch: create' ? { ...asked('batch', 'create', LLAMA), ...more } : undefined;
		const subject = name === 'batch: create' ? undefined : subjectOf(name);
		for (const [option, expression] of [
			['budgetUsd', '={{ $json.a?.b?.c }}'],
			['budgetUsd', '={{ $json.limits.find((each) => each > 5) }}'],
			['budgetUsd', '={{ "".trim() }}'],
			['budgetUsd', '={{ parseFloat("none") }}'],
			['budgetUsd', '={{ [] }}'],
			['dryRun', '={{ $json.limits[7] }}'],
			['dryRun', '={{ $input.first().json.nothing ?? null }}'],
			['dryRun', '={{ "maybe" }}'],
		] as const) {
			const result = await world.engine.run({
				parameters: withOptions(parameters ?? exampleOf(name), { [option]: expression }),
				items: ((await subject?.items(world.engine)) ?? [{ json: {} }]).map((item) => ({
					...item,
					json: { limits: [1, 2] },
				})),
				onError: 'continueErrorOutput',
			});
			expect(result.items).toEqual([]);
			expect(result.errorItems[0]?.json.error).toMatch(
				/^'(Budget \(USD\)|Dry Run)' (has no value|is not a number|must be true or false) \[item 0\]\. /,
			);
		}
		expect(posted()).toEqual([]);
	});
});

describe('what holds for the run as a whole', () => {
	it.each<[string, string, INodeParameters, unknown[], RegExp]>([
		['image: generate', 'budgetUsd', {}, [0.5, 0.25, 0.5], /'Budget \(USD\)' .*: 0\.5, 0\.25$/],
		['embedding: create', 'maxConcurrency', {}, ['2', 3, 4, 5], /'Max Concurrency' .*: 2, 3, 4, …$/],
		['chat: complete', 'budgetUsd', {}, [1, '1.0', 2], /'Budget \(USD\)' .*: 1, 2$/],
		['document: extract', 'maxConcurrency', {}, [7, 8], /'Max Concurrency' .*: 7, 8$/],
		['audio: synthesize', 'budgetUsd', {}, [0, 1e-9], /'Budget \(USD\)' .*: 0, 1e-9$/],
		['text: rerank', 'longestToolAnswer', {}, [300, 301], /'Longest Tool Answer' .*: 300, 301$/],
	])('%s: %s that differs is said before anything is sent', async (name, option, more, values, words) => {
		const result = await tryEach(
			name,
			more,
			{ [option]: '={{ $json.value }}' },
			values.map((value) => ({ value })),
		);
		expect(result.items).toEqual([]);
		expect(result.errors.map((error) => error.replace(/ \[item \d\]\. .*/, ''))).toEqual(
			values.map(() => expect.stringMatching(words)),
		);
		expect(posted()).toEqual([]);
	});

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

	/** Labels as they were typed, and those that were sent. */
	const LISTS: Array<[unknown, string[]]> = [
		['["red, dark", "blue"]', ['red, dark', 'blue']],
		['\n[ "a" ,\n  "b" ]\n', ['a', 'b']],
		['one\r\ntwo\r\n\r\nthree', ['one', 'two', 'three']],
		['"x, y","z"', ['x, y', 'z']],
		['[A], [B]', ['[A]', '[B]']],
		['[1, 2.5, null, "c"]', ['1', '2.5', 'c']],
		[
			['d', ' e ', 'd', null, 7],
			['d', 'e', '7'],
		],
	];

	it('is a list in any of its forms', async () => {
		const rows = LISTS.map(([value]) => ({ value }));
		await tryEach('image: classifyZeroShot', { candidateLabels: '={{ $json.value }}' }, { maxConcurrency: 1 }, rows);
		const labels = posted().flatMap(({ form = [] }) => form.filter(({ name }) => name === 'candidate_labels'));
		expect(labels.map(({ value = '' }) => JSON.parse(value))).toEqual(LISTS.map(([, list]) => list));
		const { items } = await tryEach('text: classifyZeroShot', { candidateLabels: '={{ $json.value }}' }, {}, rows);
		expect(items.map(({ json }) => new Set(Object.keys(Object(json.scores))))).toEqual(
			LISTS.map(([, list]) => new Set(list)),
		);
		const ranked = await tryEach('text: rerank', { documents: '={{ $json.value }}' }, {}, [
			{ value: '["one, with a comma", "two"]' },
			{ value: 'one, with a comma\r\ntwo\n' },
			{ value: ['one, with a comma', 'two'] },
		]);
		expect(
			ranked.items.map(({ json }) =>
				JSON.stringify(json.results)
					.match(/"document":"[^"]+"/g)
					?.sort(),
			),
		).toEqual(Array.from({ length: 3 }, () => ['"document":"one, with a comma"', '"document":"two"']));
	});

	it.each<[string, INodeParameters, INodeParameters, string]>([
		['image: classifyZeroShot', { candidateLabels: '={{ $json.value }}' }, {}, 'Candidate Labels'],
		['text: classifyZeroShot', { candidateLabels: '={{ $json.value }}' }, {}, 'Candidate Labels'],
		['text: rerank', { documents: '={{ $json.value }}' }, {}, 'Documents'],
		['image: detectObjects', {}, { labels: '={{ $json.value }}' }, 'Labels'],
		['chat: complete', {}, { fallbackModels: '={{ $json.value }}' }, 'Fallback Models'],
		['chat: complete', {}, { imageUrls: '={{ $json.value }}' }, 'Image URLs'],
	])(
		'is no list where its JSON is broken, which %s says instead of sending its pieces',
		async (name, more, options, label) => {
			const rows = [
				"['cat', 'dog']",
				'["cat","dog"',
				'["cat","dog",]',
				'[cat, dog]',
				'[“cat”, “dog”]',
				'[["a"], "b"]',
				'[{ "a": 1 }]',
			];
			const { errors } = await tryEach(
				name,
				more,
				options,
				rows.map((value) => ({ value })),
			);
			expect(errors).toEqual([
				...rows
					.slice(0, 5)
					.map(() =>
						expect.stringMatching(
							new RegExp(`^'${label}' is not valid JSON \\[item \\d\\]\\. Line 1, column \\d+ has .+ belongs\\. `),
						),
					),
				expect.stringContaining(`'${label}' is a list, not a text`),
				expect.stringContaining(`'${label}' is an object, not a text`),
			]);
			expect(posted()).toEqual([]);
		},
	);

	const MOMENT = "DateTime.fromISO('2026-02-03T04:05:06.000Z', { zone: 'utc' })";
	const ISO = '2026-02-03T04:05:06.000Z';

	it.each<[string, INodeParameters, INodeParameters]>([
		['text: generate', { prompt: `={{ ${MOMENT} }}` }, { promptFormat: 'raw' }],
		['text: classifyTokens', { text: `={{ new Date('${ISO}') }}` }, {}],
		['embedding: create', { text: `={{ [${MOMENT}, 'x'] }}` }, {}],
		['image: generate', { prompt: `={{ ${MOMENT} }}` }, {}],
		['chat: complete', { messages: { values: [{ role: 'user', content: `={{ ${MOMENT} }}` }] } }, {}],
		['chat: complete', {}, { stop: `={{ [${MOMENT}] }}` }],
		['text: rerank', { query: `={{ ${MOMENT} }}` }, {}],
		['text: rerank', { documents: `={{ [new Date('${ISO}'), 'b'] }}` }, {}],
		['video: generate', { prompt: `={{ ${MOMENT} }}` }, {}],
		['text: extract', { text: `={{ ${MOMENT} }}` }, {}],
		['audio: synthesize', { text: `={{ ${MOMENT} }}` }, {}],
		['text: classify', {}, { extraFields: `={{ { since: ${MOMENT} } }}` }],
		['model: run', { ...filled({ input: `={{ ${MOMENT} }}` }), model: modelId('ProsusAI/finbert') }, {}],
	])('%s takes a moment as its ISO text: %j %j', async (name, more, options) => {
		const { errors } = await tryEach(name, more, options, [{}]);
		expect(errors).toEqual([]);
		const [request] = posted();
		const text = JSON.stringify(request?.json ?? request?.form);
		expect(text).toContain(ISO);
		// its own quotes would be part of the text
		expect(text).not.toContain('\\"2026');
	});

	it.each<[string, INodeParameters, INodeParameters, string]>([
		['text: fillMask', { text: '={{ $json.value }}' }, {}, 'Text'],
		['image: generate', { prompt: '={{ $json.value }}' }, {}, 'Prompt'],
		['image: generate', {}, { negativePrompt: '={{ $json.value }}' }, 'Negative Prompt'],
		['audio: transcribe', {}, { initialPrompt: '={{ $json.value }}' }, 'Initial Prompt'],
		['chat: complete', { messages: { values: [{ role: 'user', content: '={{ $json.value }}' }] } }, {}, 'Content'],
		['text: translate', { targetLanguage: '={{ $json.value }}' }, {}, 'Target Language'],
		['text: rerank', { query: '={{ $json.value }}' }, {}, 'Query'],
		['video: generate', { prompt: '={{ $json.value }}' }, {}, 'Prompt'],
		['audio: synthesize', { text: '={{ $json.value }}' }, {}, 'Text'],
	])('%s takes no object and no list for a text: %j %j', async (name, more, options, label) => {
		const rows = [{ value: { text: 'x' } }, { value: { deep: [{}] } }, { value: ['x'] }, { value: [['x']] }];
		const { errors, items } = await tryEach(name, more, options, [...rows, { value: 'good [MASK]' }]);
		expect(errors.slice(0, 4)).toEqual([
			...[0, 1].map((item) =>
				expect.stringMatching(
					new RegExp(`^'${label}' is an object, not a text \\[item ${item}\\]\\. .*JSON\\.stringify`),
				),
			),
			...[2, 3].map((item) =>
				expect.stringMatching(new RegExp(`^'${label}' is a list, not a text \\[item ${item}\\]\\. .*Split Out.*join`)),
			),
		]);
		expect([items.length, errors.length]).toEqual([1, 4]);
	});

	it('is a switch as a spreadsheet writes it', async () => {
		const { items } = await tryEach('text: classify', {}, { dryRun: '={{ $json.value }}' }, [
			{ value: 'TRUE' },
			{ value: ' True ' },
			{ value: 'FALSE' },
		]);
		expect(items.map(({ json }) => 'request' in json)).toEqual([true, true, false]);
	});

	it('is no number where a person would read one, and the error shows it', async () => {
		const rows = ['0,5', '1 000', '$5', '50 %', 'ten', '1.000,5', [5], true];
		const { errors } = await tryEach(
			'text: generate',
			{},
			{ temperature: '={{ $json.value }}' },
			rows.map((value) => ({ value })),
		);
		expect(errors).toEqual(
			rows.map((value, item) =>
				expect.stringContaining(
					`'Temperature' is not a number [item ${item}]. It is '${typeof value === 'string' ? value : JSON.stringify(value)}'. Give digits alone`,
				),
			),
		);
		expect(posted()).toEqual([]);
	});

	const DATA_URLS = [
		`data:image/jpeg;base64,${makePng(2, 2).toString('base64')}`,
		'  DATA:audio/wav;base64,UklGRg==',
		'data:image/svg+xml;utf8,<svg/>',
		'data:application/pdf;name=x y.pdf;base64,JVBERg==',
		'data:,',
		'data:image/png;name="a,b.png";base64,iVBORw0KGgo=',
		' image/png;base64,iVBORw0KGgo=',
	];

	it.each<[string, INodeParameters, INodeParameters, string]>([
		['image: detectObjects', { inputSource: 'url', inputUrl: '={{ $json.value }}' }, {}, 'URL'],
		['audio: transcribe', { inputSource: 'url', inputUrl: '={{ $json.value }}' }, {}, 'URL'],
		['image: edit', { inputSource: 'url', inputUrl: '={{ $json.value }}' }, {}, 'URL'],
		['document: extractText', { inputSource: 'url', inputUrl: '={{ $json.value }}' }, {}, 'URL'],
		['video: generate', { startImage: 'url', inputUrl: '={{ $json.value }}' }, {}, 'URL'],
		['chat: complete', {}, { imageUrls: '={{ $json.value }}' }, 'Image URLs'],
	])('%s takes no file for its address: %j %j', async (name, more, options, label) => {
		const { errors } = await tryEach(
			name,
			more,
			options,
			DATA_URLS.map((value) => ({ value })),
		);
		expect(errors).toEqual(
			DATA_URLS.map((_, item) =>
				expect.stringMatching(
					new RegExp(`^'${label}' holds the file itself, not its address \\[item ${item}\\]\\. .*'Convert to File'`),
				),
			),
		);
		expect(posted()).toEqual([]);
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

	/** JSON as it goes wrong in people's hands, and where the error points. */
	const BROKEN: Array<[string, string]> = [
		['{"a": 1,}', "Line 1, column 9 has '}' where a name in double quotes belongs"],
		['{\n  "a": 1\n  "b": 2\n}', `Line 3, column 3 has '"' where ',' or '}' belongs`],
		['{ “a”: 1 }', "Line 1, column 3 has '“' where a name in double quotes or '}' belongs"],
		['{ "a": \'x\' }', `Line 1, column 8 has "'" where a value belongs`],
		['{ "a": True }', "Line 1, column 8 has 'True' where a value belongs"],
		['{ "a": undefined }', "Line 1, column 8 has 'undefined' where a value belongs"],
		['{ "a": "line\nbreak" }', "Line 1, column 13 has a line break where '\\n' belongs"],
		['{\r\n"a":\r\n"tab\there" }', "Line 3, column 5 has a tab where '\\t' belongs"],
		['{ "a": "C:\\dir" }', "Line 1, column 11 has 'dir'".slice(0, 21)],
		['{ "a": 1 // why\n }', "Line 1, column 10 has '/' where ',' or '}' belongs"],
		['{\u00a0"a": 1 }', 'Line 1, column 2 has a blank that JSON does not know (U+00A0) where'],
		['\ufeff{ "a": 1 }', 'Line 1, column 1 has an invisible character (U+FEFF) where a value belongs'],
		['{ "a": [1, 2 }', "Line 1, column 14 has '}' where ',' or ']' belongs"],
		['{ "a": 01 }', "Line 1, column 9 has '1' where ',' or '}' belongs"],
		['{ "a": 1 } }', "Line 1, column 12 has '}' where nothing more belongs"],
		['{ "a": "open }', `Line 1, column 15 has the end of the text where a '"' at the end of 'open }' belongs`],
		['{ "a": 1', "Line 1, column 9 has the end of the text where ',' or '}' belongs"],
		['{ "quote": "she said "no"" }', "Line 1, column 23 has 'no' where ',' or '}' belongs"],
	];

	it.each<[string, INodeParameters, INodeParameters, string]>([
		['text: classify', {}, { extraFields: '={{ $json.value }}' }, 'Extra Fields (JSON)'],
		['image: detectObjects', {}, { extraFields: '={{ $json.value }}' }, 'Extra Fields (JSON)'],
		['audio: synthesize', {}, { extraFields: '={{ $json.value }}' }, 'Extra Fields (JSON)'],
		['video: generate', {}, { extraFields: '={{ $json.value }}' }, 'Extra Fields (JSON)'],
		['document: extract', { schemaType: 'fromJson', jsonExample: '={{ $json.value }}' }, {}, 'JSON Example'],
		['chat: complete', {}, { tools: '={{ $json.value }}' }, 'Tools (JSON)'],
		['chat: complete', {}, { previousMessages: '={{ $json.value }}' }, 'Previous Messages (JSON)'],
		['chat: complete', {}, { responseFormat: 'json_schema', jsonSchema: '={{ $json.value }}' }, 'JSON Schema'],
	])('%s says where JSON typed by hand is wrong: %j %j', async (name, more, options, label) => {
		const { errors, items } = await tryEach(
			name,
			more,
			options,
			BROKEN.map(([value]) => ({ value })),
		);
		expect(items).toEqual([]);
		expect(
			errors.map(
				(error, item) => error.startsWith(`'${label}' is not valid JSON [item ${item}]. ${BROKEN[item]?.[1]}`) || error,
			),
		).toEqual(BROKEN.map(() => true));
		expect(errors.filter((error) => !error.includes('JSON.stringify'))).toEqual([]);
		expect(posted()).toEqual([]);
	});

	it("says it of a model's own fields, too", async () => {
		const schema = [{ id: 'stop', displayName: 'Stop', type: 'array' }];
		const rows = ['["a" "b"]', "['a']", '["a",'];
		const { errors } = await tryEach(
			'model: run',
			{
				...filled({ input: 'x', stop: '={{ $json.value }}' }, schema),
				model: modelId('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'),
			},
			{},
			rows.map((value) => ({ value })),
		);
		expect(errors).toEqual([
			expect.stringMatching(/is not valid JSON \[item 0\]\. Line 1, column 6 has '"' where ',' or ']' belongs/),
			expect.stringMatching(/is not valid JSON \[item 1\]\. Line 1, column 2 has "'" where a value or ']' belongs/),
			expect.stringMatching(
				/is not valid JSON \[item 2\]\. Line 1, column 6 has the end of the text where a value belongs/,
			),
		]);
		expect(posted()).toEqual([]);
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

	it('https before an address that has no certificate is told', async () => {
		const baseUrl = world.emulator.url.replace('http:', 'https:');
		const { error } = await run(classify({}), [{ text: 'a' }], 'stopWorkflow', { baseUrl });
		expect(error?.message).toMatch(/^127\.0\.0\.1:\d+ does not speak HTTPS \[item 0\]$/);
		expect(error?.description).toMatch(/'Base URL'.*begins with http:\/\//);
	});
});

describe('a model', () => {
	it('that is listed and not there is not named as one that resembles it', async () => {
		world.emulator.options.faults = ({ path }) =>
			path.startsWith('/v1/inference/')
				? { kind: 'status', status: 404, body: { error: 'Model not found' } }
				: undefined;
		const { error } = await run(classify({}), [{ text: 'a' }], 'stopWorkflow').finally(
			() => (world.emulator.options.faults = undefined),
		);
		expect(error?.message).toContain("DeepInfra has no model 'ProsusAI/finbert'");
		expect(error?.description).not.toContain('ProsusAI/finbert');
	});

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
		['text: generate', 'meta-llama/Meta-Llama-3.1-8B-Instruct-Trubo', 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'],
		['embedding: create', 'baai/bge-large-en-v15', 'BAAI/bge-large-en-v1.5'],
		['image: generate', 'FLUX-1-schnel', 'black-forest-labs/FLUX-1-schnell'],
		['audio: transcribe', 'openai/whisper-large-V-3', 'openai/whisper-large-v3'],
		['image: detectObjects', 'hustvl/yolo-small', 'hustvl/yolos-small'],
		['chat: complete', 'meta-llama/Llama-3.3-70B-Instruct-Tubro', LLAMA],
		['text: extract', 'llama-3.3-70b-instruct', LLAMA],
		['text: rerank', 'Qwen/Qwen3-Reranker-06B', 'Qwen/Qwen3-Reranker-0.6B'],
		['audio: synthesize', 'hexgrad/Kokoro82M', 'hexgrad/Kokoro-82M'],
		['video: generate', 'PrunaAI/p-vidoe', 'PrunaAI/p-video'],
		['image: edit', 'black-forest-labs/FLUX-2-klein9b', 'black-forest-labs/FLUX-2-klein-9b'],
		['model: get', 'ProsusAI/finbrt', 'ProsusAI/finbert'],
		['model: run', 'ProsusAI/fin-bert', 'ProsusAI/finbert'],
	])('that is not there has neighbours where the first error ends the run: %s %s', async (name, model, near) => {
		const subject = subjectOf(name);
		// What was asked before is remembered, and would be there without a question.
		const cold = await startEmulator();
		const { error } = await world.engine.run({
			parameters: {
				...exampleOf(name, { maxConcurrency: 1 }),
				...(name === 'model: run' ? filled({ input: 'x' }) : {}),
				model: modelId(model),
			},
			items: await subject.items(world.engine, 3),
			credentials: { baseUrl: cold.url },
		});
		await cold.close();
		expect(error?.message).toMatch(/has no model '.*\[item 0\]$/);
		expect(error?.description).toContain('Models with a similar name: ');
		expect(error?.description).toContain(near);
	});

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
