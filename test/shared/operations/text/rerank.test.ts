import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { rerank } from '../../../../nodes/shared/operations/text/rerank';
import { testOperation } from '../../../support/operation/suite';
import { inputFor, operationOf, partsFor, requestFor } from '../../../support/operations';
import { asked } from '../../../support/parameters';
import { hintsOf, itemsOf, jsonOf, onlyItem, pairedTo, stored } from '../../../support/results';
import { jsonReply, notFound } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';

testOperation(rerank, {
	model: 'Qwen/Qwen3-Reranker-0.6B',
	tasks: ['reranker'],
	parameters: { query: 'red apple', documentSource: 'list', documents: 'an apple' },
	required: 'query',
	request: {
		options: { instruction: 'Find fruit', topN: 5 },
		body: {
			queries: ['red apple'],
			documents: ['an apple'],
			instruction: 'Find fruit',
		},
		// 17 characters are 5 tokens at 1e-8
		estimate: 0.00000005,
	},
	answer: { scores: [0.75] },
	output: {
		results: [{ index: 0, document: 'an apple', score: 0.75 }],
	},
	takes: [[7]],
	names: { parameters: 'query documentSource document documents', options: 'instruction minScore topN' },
	values: { documentSource: { of: ['items', 'list'], preset: 'items' } },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	const QWEN = 'Qwen/Qwen3-Reranker-0.6B';
	const TEXTS = ['a grey stone', 'a red apple on a table', 'red', 'an apple'];
	const items = (texts: string[] = TEXTS): INodeExecutionData[] => texts.map((text, n) => ({ json: { text, n } }));

	const search = (options: INodeParameters = {}, rest: INodeParameters = {}, model = QWEN): INodeParameters =>
		asked('text', 'rerank', model, { query: 'red apple', document: '={{ $json.text }}', options, ...rest });

	const list = (documents: unknown, options: INodeParameters = {}, model = QWEN): INodeParameters =>
		asked('text', 'rerank', model, {
			query: 'red apple',
			documentSource: 'list',
			documents: documents as string,
			includeOtherFields: false,
			options,
		});

	describe('items', () => {
		it('come out best first, each with its own fields and pairing', async () => {
			const output = itemsOf(await world.engine.run({ parameters: search(), items: items() }));
			expect(output.map(({ json }) => [json.rank, json.text])).toEqual([
				[1, 'a red apple on a table'],
				[2, expect.stringMatching(/^(red|an apple)$/)],
				[3, expect.stringMatching(/^(red|an apple)$/)],
				[4, 'a grey stone'],
			]);
			expect(output.map(pairedTo)).toEqual(output.map(({ json }) => json.n));
			const scores = output.map(({ json }) => Number(json.score));
			expect(scores).toEqual([...scores].sort((a, b) => b - a));
			expect(world.inference()).toMatchObject([{ json: { queries: TEXTS.map(() => 'red apple'), documents: TEXTS } }]);
		});

		it('are cut to the best ones, and those that score enough', async () => {
			const best = await world.engine.run({ parameters: search({ topN: 2 }), items: items() });
			expect(itemsOf(best).map(({ json }) => json.rank)).toEqual([1, 2]);
			const enough = await world.engine.run({ parameters: search({ minScore: 0.9 }), items: items() });
			expect(itemsOf(enough).map(({ json }) => json.text)).toEqual(['a red apple on a table']);
			const none = await world.engine.run({ parameters: search({ minScore: 5 }), items: items() });
			expect(itemsOf(none)).toEqual([]);
			expect(hintsOf(none).join()).toMatch(/4 items in · 1 request · \$0\.\d+/);
		});

		it('with queries of their own are a search for each', async () => {
			const given = ['red', 'grey', 'red'].map((query, index) => ({ json: { query, text: TEXTS[index] ?? '' } }));
			const parameters = search({}, { query: '={{ $json.query }}' });
			const output = itemsOf(await world.engine.run({ parameters, items: given }));
			expect(output.map(({ json }) => [json.query, json.rank])).toEqual([
				['red', 1],
				['red', 2],
				['grey', 1],
			]);
			expect(world.inference()).toHaveLength(2);
		});

		it('share what their search cost, to the last digit', async () => {
			const output = itemsOf(await world.engine.run({ parameters: search({ topN: 3 }), items: items() }));
			const costs = output.map(({ json }) => Number((json.usage as IDataObject).costUsd));
			const [request] = world.inference();
			const { queries, documents } = request?.json as { queries: string[]; documents: string[] };
			const tokens = [...queries, ...documents].reduce((sum, text) => sum + Math.max(1, Math.ceil(text.length / 4)), 0);
			expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(tokens * 1e-8, 12);
		});

		// ten thousand: npm run bench
		it('of 2,500 are three requests, ranked together', async () => {
			const many = Array.from({ length: 2500 }, (_, n) => `${n} ${n === 1777 ? 'a red apple' : 'stone'}`);
			const parameters = search({ topN: 3 }, { includeOtherFields: false });
			const output = itemsOf(await world.engine.run({ parameters, items: items(many) }));
			expect(world.inference()).toHaveLength(3);
			expect(output.map(({ json }) => json.rank)).toEqual([1, 2, 3]);
			expect(pairedTo(output[0] ?? { json: {} })).toBe(1777);
		});

		it('that have no document fail alone', async () => {
			const result = await world.engine.run({
				parameters: search(),
				items: [...items(), { json: { text: '', n: 4 } }],
				onError: 'continueErrorOutput',
			});
			expect(result.items).toHaveLength(4);
			expect(result.errorItems.map(({ json }) => json.error)).toEqual([expect.stringMatching(/'Document' is empty/)]);
		});
	});

	describe('a list', () => {
		it('comes out best first with the place of each document', async () => {
			const json = jsonOf(await world.engine.run({ parameters: list(TEXTS.join('\n')) }));
			const results = json.results as Array<{ index: number; document: string; score: number }>;
			expect(results[0]).toEqual({ index: 1, document: TEXTS[1], score: expect.any(Number) });
			expect(results.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3]);
			expect(results.every(({ index, document }) => TEXTS[index] === document)).toBe(true);
		});

		it('may be an array with lines, commas and equal texts, cut to the best', async () => {
			const documents = ['apple,\nred', 'stone', 'apple,\nred'];
			const parameters = list('={{ $json.documents }}', { topN: 2 });
			const json = jsonOf(await world.engine.run({ parameters, items: [{ json: { documents } }] }));
			expect((json.results as IDataObject[]).map(({ index, document }) => [index, document])).toEqual([
				[0, documents[0]],
				[2, documents[2]],
			]);
		});

		it('of more than a request holds is spread and put together', async () => {
			const documents = Array.from({ length: 2500 }, (_, n) => `${n} ${n === 2400 ? 'red apple' : 'stone'}`);
			const json = jsonOf(
				await world.engine.run({
					parameters: list('={{ $json.documents }}', { topN: 1 }),
					items: [{ json: { documents } }],
				}),
			);
			expect(json.results).toMatchObject([{ index: 2400 }]);
			expect(world.inference()).toHaveLength(3);
		});

		it('of several items keeps their results apart', async () => {
			const given = [
				['red', 'stone'],
				['stone', 'an apple', 'red apple'],
			].map((documents) => ({ json: { documents } }));
			const output = itemsOf(await world.engine.run({ parameters: list('={{ $json.documents }}'), items: given }));
			expect(output.map(({ json }) => (json.results as IDataObject[]).length)).toEqual([2, 3]);
			expect(output.map(pairedTo)).toEqual([0, 1]);
		});

		it.each([
			['nothing', '={{ [] }}', /'Documents' is empty/],
			['blank lines', '={{ "\\n  \\n" }}', /'Documents' is empty/],
			['an empty entry', '={{ ["a", " "] }}', /empty entry/],
			['invisible lines', '={{ "\\u200b\\n\\u00ad" }}', /'Documents' is empty/],
			['an invisible entry', '={{ ["a", "\\u2060"] }}', /empty entry/],
		])('of %s is one clear error, and nothing is sent', async (_, documents, words) => {
			const { error } = await world.engine.run({ parameters: list(documents) });
			expect(error?.message).toMatch(words);
			expect(world.inference()).toEqual([]);
		});
	});

	describe('the form of the request', () => {
		it('has one query where the schema wants it so', async () => {
			const parameters = search({ instruction: 'Find fruit' }, {}, 'cross-encoder/ms-marco-MiniLM-L-12-v2');
			const result = await world.engine.run({ parameters, items: items() });
			expect(itemsOf(result)).toHaveLength(4);
			expect(world.inference()).toMatchObject([{ json: { query: 'red apple', documents: TEXTS } }]);
			expect(hintsOf(result).join()).toMatch(/'Instruction' was left out/);
		});

		it('follows the name where there is no schema, and the refusal where the name says nothing', async () => {
			const byName = search({}, {}, 'cross-encoder/ms-marco-TinyBERT-L-2-v2');
			expect(itemsOf(await world.engine.run({ parameters: byName, items: items() }))).toHaveLength(4);
			expect(world.inference()).toHaveLength(1);
			const refusal = { detail: [{ loc: ['body', 'query'], msg: 'field required', type: 'value_error.missing' }] };
			const sent: IDataObject[] = [];
			world.service.reply = ({ method, body }) => {
				if (method !== 'POST') return notFound;
				const json: IDataObject = JSON.parse(body.toString());
				sent.push(json);
				return 'query' in json ? jsonReply({ scores: [0.1, 0.9, 0.3, 0.2] }) : jsonReply(refusal, 422);
			};
			const credentials = { baseUrl: world.service.url };
			const parameters = search({}, {}, 'somebody/ranker');
			const output = itemsOf(await world.engine.run({ parameters, items: items(), credentials }));
			expect(output.map(({ json }) => json.n)).toEqual([1, 2, 3, 0]);
			expect(sent).toHaveLength(2);
		});

		it.each<[string, unknown, RegExp]>([
			['a missing score', [0.1, null, 0.3, 0.2], /no score for document 2 of 4/],
			['a score that is no number', [0.1, 'NaN', 0.3, 0.2], /no score for document 2 of 4/],
			['too few scores', [0.1], /4 scores, one for each document/],
			['no scores', undefined, /4 scores, one for each document/],
		])('%s is an error, not a rank', async (_, scores, words) => {
			world.service.reply = ({ method }) => (method === 'POST' ? jsonReply({ scores }) : notFound);
			const credentials = { baseUrl: world.service.url };
			const { error } = await world.engine.run({ parameters: search(), items: items(), credentials });
			expect(error?.message).toMatch(words);
		});

		it('takes scores that come as text, and equal ones in the order of the items', async () => {
			world.service.reply = ({ method }) =>
				method === 'POST' ? jsonReply({ scores: ['1e-3', 0.5, '0.5', -2] }) : notFound;
			const credentials = { baseUrl: world.service.url };
			const output = itemsOf(await world.engine.run({ parameters: search(), items: items(), credentials }));
			expect(output.map(({ json }) => [json.n, json.score])).toEqual([
				[1, 0.5],
				[2, 0.5],
				[0, 0.001],
				[3, -2],
			]);
		});
	});

	it('tells what it would cost by the tokens of query and documents', async () => {
		const json = jsonOf(await world.engine.run({ parameters: list(TEXTS.join('\n'), { dryRun: true }) }));
		const characters = TEXTS.join('').length + 4 * 'red apple'.length;
		expect(json.estimatedCostUsd).toBeCloseTo(Math.ceil(characters / 4) * 1e-8, 12);
	});

	it("gives the API's own answer when Simplify is off", async () => {
		const parameters = { ...list(TEXTS.join('\n')), simplify: false };
		expect(stored(onlyItem(await world.engine.run({ parameters })).json)).toMatchObject({ scores: expect.any(Array) });
	});

	it('refuses more documents than a request holds where they cannot be spread', () => {
		const documents = Array.from({ length: 1001 }, (_, n) => `text ${n}`);
		const rerank = operationOf('text', 'rerank');
		expect(() => requestFor(rerank, { query: 'q', documentSource: 'list', documents })).toThrow(
			/1001 documents are more/,
		);
		expect(partsFor(rerank, inputFor(rerank, { query: 'q', documentSource: 'list', documents }))).toHaveLength(1001);
	});
});
