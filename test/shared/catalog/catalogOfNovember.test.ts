import { readExample } from '../../../nodes/shared/catalog/example';
import { estimateCost, summarizeEstimates } from '../../../nodes/shared/catalog/estimate';
import { readModels } from '../../../nodes/shared/catalog/model';
import { findReplacement, searchModels } from '../../../nodes/shared/catalog/models';
import { pickerRow } from '../../../nodes/shared/catalog/picker';
import { readPrice } from '../../../nodes/shared/catalog/price';
import { substituteFor } from '../../../nodes/shared/catalog/substitutes';
import { nearestNames } from '../../../nodes/shared/core/nearest';
import { operations } from '../../../nodes/shared/operations';
import { readJsonSchema } from '../../../nodes/shared/schema/read';
import { processorTime } from '../../support/yardstick';
import { atOnce } from '../../../nodes/shared/core/steps';

const row = (model_name: string, type: string, more: object = {}) => ({
	model_name,
	type,
	reported_type: type,
	...more,
});
const namesFor = (rows: unknown[], tasks: string[], search = '') =>
	searchModels(atOnce(readModels(rows)), tasks, search).map(({ name }) => name);

describe('what is no model', () => {
	it.each(['rent-container', 'bare-metal', 'cluster', 'capacity', 'commitment', 'sandbox', 'openclaw', 'hermes'])(
		'%s is in no list',
		(type) => {
			const rows = [row('a/thing', type), row('a/model', 'custom')];
			expect(namesFor(rows, [])).toEqual(['a/model']);
			expect(namesFor(rows, [], 'thing')).toEqual([]);
		},
	);

	it.each(['text-to-music', 'world-model', 'reranker', 'dreambooth'])('%s is a task like others', (type) => {
		expect(namesFor([row('a/b', type)], [type])).toEqual(['a/b']);
	});

	it('models that read pages are found by their tags', () => {
		const rows = [
			row('a/reads', 'text-generation', { tags: ['ocr'] }),
			row('a/writes', 'text-generation', { tags: [] }),
		];
		expect(namesFor(rows, ['ocr'])).toEqual(['a/reads']);
		expect(namesFor(rows, ['image-to-text'])).toEqual(['a/reads']);
	});
});

describe('a search', () => {
	const priced = (name: string, cents: number, more: object = {}) =>
		row(name, 'text-generation', {
			pricing: { type: 'tokens', cents_per_input_token: cents, cents_per_output_token: cents },
			...more,
		});
	const rows = [
		priced('z/mini', 1e-6),
		priced('y/mid', 1e-4),
		priced('x/dear', 1e-2),
		priced('w/gift', 0),
		priced('v/old-mini', 1e-7, { deprecated: 1 }),
		priced('me/mini', 1e-4, { private: 1 }),
	];

	it.each<[string, string[]]>([
		['cheap', ['w/gift', 'z/mini']],
		['free', ['w/gift']],
		['deprecated', ['v/old-mini']],
		['mini', ['z/mini', 'me/mini', 'v/old-mini']],
		['z/mini', ['z/mini']],
		['FREE gift', ['w/gift']],
		['free mini', []],
		['constructor', []],
	])('for %j finds %j', (words, expected) => {
		expect(namesFor(rows, ['text-generation'], words)).toEqual(expected);
	});

	it('the exact name stands before featured ones that only hold it', () => {
		const named = [
			row('a/whisper-big', 'x', { tags: ['featured'] }),
			row('b/whisper', 'x'),
			row('c/other', 'x', { description: 'like whisper' }),
		];
		expect(namesFor(named, ['x'], 'whisper')).toEqual(['b/whisper', 'a/whisper-big', 'c/other']);
	});
});

describe('thousands of rows', () => {
	/** One chain through all of them. */
	const chain = (count: number, more: (index: number) => object = () => ({})) =>
		Array.from({ length: count }, (_, index) =>
			row(`owner-${index % 500}/model-${index}`, 'text-generation', {
				...more(index),
				...(index < count - 1 ? { deprecated: 1, replaced_by: `owner-${(index + 1) % 500}/model-${index + 1}` } : {}),
			}),
		);

	it('are read, searched, followed and compared in little time', () => {
		const COUNT = 8000;
		const rows = chain(COUNT, (index) => ({
			pricing: { type: 'tokens', cents_per_input_token: index * 1e-7, cents_per_output_token: 1e-5, discount: 0.1 },
			description: `The model number ${index}, described at some length`,
			tags: ['json', 'tools'],
		}));
		const spent = processorTime(() => {
			const models = atOnce(readModels(rows));
			expect(searchModels(models, ['text-generation'], 'model deprecated').length).toBeGreaterThan(0);
			expect(searchModels(models, []).map((model) => pickerRow(model))).toHaveLength(COUNT);
			expect(findReplacement(models, 'owner-0/model-0')).toBe(`owner-${(COUNT - 1) % 500}/model-${COUNT - 1}`);
			expect(
				nearestNames(
					'owner-1/modle-1',
					models.map(({ name }) => name),
				),
			).toHaveLength(3);
		});
		expect(spent).toBeLessThan(1000);
	});

	it('are followed to the end of their chain, however long it is', () => {
		expect(findReplacement(atOnce(readModels(chain(20_000))), 'owner-0/model-0')).toBe('owner-499/model-19999');
	});
});

describe('a schema of many forms', () => {
	it.each([
		[64, 500],
		[200, 300],
		[64, 31],
	])('%d forms of %d fields cost no time', (forms, fields) => {
		const schema = {
			anyOf: Array.from({ length: forms }, (_, form) => ({
				type: 'object',
				properties: Object.fromEntries(
					Array.from({ length: fields }, (__, index) => [`field_${form}_${index}`, { type: 'string' }]),
				),
			})),
		};
		let read: unknown;
		expect(processorTime(() => (read = readJsonSchema(schema)))).toBeLessThan(1000);
		expect(read === undefined).toBe(Math.min(64, forms) * fields > 2000);
	});
});

describe('an example of the catalogue', () => {
	const answer = (more: object) => ({ out_example: JSON.stringify(more) });
	const rowsOf = (label: object) => ({
		properties: { results: { type: 'array', items: { properties: { label, score: { type: 'number' } } } } },
	});
	it.each<[unknown, unknown]>([
		[
			answer({ results: [{ label: 'NEGATIVE' }, { label: 'POSITIVE' }, { label: 'NEGATIVE' }] }),
			{ labels: ['NEGATIVE', 'POSITIVE'] },
		],
		[answer({ inference_status: { runtime_ms: 210, cost: 1 } }), { seconds: 0.21 }],
		[answer({ inference_status: { runtime_ms: 0 } }), {}],
		[answer({ results: [{ label: 5 }, null, 'x'] }), {}],
		[{ out_example: { results: [{ label: 'cat' }] } }, { labels: ['cat'] }],
		[{ out_example: '{' }, {}],
		[{ out_example: 'x'.repeat(1e6) }, {}],
		[null, {}],
		// as its schema lists them, whether or not the example has them all
		[
			{ ...answer({ results: [{ label: 'joy' }] }), out_schema: rowsOf({ enum: ['anger', 'joy', 'Anger'] }) },
			{ labels: ['anger', 'joy', 'Anger'] },
		],
		[
			{
				out_schema: {
					...rowsOf({ $ref: '#/$defs/Mood' }),
					$defs: { Mood: { type: 'string', enum: ['POS', 'NEG', 'NEU', 'NEG', null] } },
				},
			},
			{ labels: ['POS', 'NEG', 'NEU'] },
		],
		[
			{ out_schema: { anyOf: [{ type: 'null' }, rowsOf({ enum: ['B-PER', 'I-PER', 'O'] })] } },
			{ labels: ['B-PER', 'I-PER', 'O'] },
		],
		[{ ...answer({ results: [{ label: 'x' }] }), out_schema: rowsOf({ type: 'string' }) }, { labels: ['x'] }],
		[{ out_schema: rowsOf({ $ref: '#/$defs/__proto__' }) }, {}],
		[{ out_schema: rowsOf({ enum: [1, 2] }) }, {}],
		[{ out_schema: 'x' }, {}],
	])('%#: tells what it can', (info, told) => {
		expect(readExample(info)).toEqual(told);
	});
});

describe('what a request by runtime may cost', () => {
	const price = readPrice({ type: 'time', cents_per_sec: 0.05 });
	const whyOf = (exampleSeconds?: number) => {
		const estimate = estimateCost(price, { exampleSeconds });
		return estimate.usd === null ? estimate.why : '';
	};

	it('is a range around what the example took', () => {
		expect(whyOf(0.2)).toContain('took 0.2 seconds: expect about $0.00005 to $0.0004');
		expect(whyOf(30)).toContain('expect about $0.0075 to $0.06');
	});

	it.each([undefined, 0, -1])('or why there is none: %j', (seconds) => {
		expect(whyOf(seconds)).toContain('does not tell how long it took');
	});
});

describe('the total of a dry run', () => {
	it.each<[Array<number | null>, string]>([
		[[0.001, 0.002], 'Dry run: 2 requests would be sent, for about $0.003 together'],
		[
			[0.1, 0.2, null],
			'Dry run: 3 requests would be sent, for about $0.30 together, and 1 whose cost cannot be estimated',
		],
		[[0], 'Dry run: 1 request would be sent, for about $0 together'],
		[[null], 'Dry run: 1 request would be sent; their cost cannot be estimated, each item says why'],
		[Array<number>(1000).fill(1e-9), 'Dry run: 1000 requests would be sent, for about $0.000001 together'],
	])('of %.40j', (estimates, words) => {
		expect(summarizeEstimates(estimates)).toBe(words);
	});

	it.each<[Array<number | null>, RegExp]>([
		[[0.001, 0.002], /^Dry run: up to 2 requests would be sent, for about \$0\.003 together$/],
		[[null, null, null], /^Dry run: up to 3 requests would be sent; their cost cannot be estimated/],
		[[0.5], /^Dry run: 1 request would be sent/],
	])('where items share requests, of %j', (estimates, words) => {
		expect(summarizeEstimates(estimates, true)).toMatch(words);
	});
});

it('tasks that may have no model name what does the same', () => {
	const classifiers = operations.filter(({ tasks }) =>
		tasks.some((task) => /classification|detection|fill-mask/.test(task)),
	);
	expect(classifiers.length).toBeGreaterThan(4);
	for (const { tasks } of classifiers) expect(substituteFor(tasks)).toMatch(/^\w+ > '/);
	expect([substituteFor(['text-generation']), substituteFor([]), substituteFor(['__proto__'])]).toEqual([
		undefined,
		undefined,
		undefined,
	]);
});
