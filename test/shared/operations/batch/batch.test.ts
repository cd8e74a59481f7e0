/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import path from 'node:path';
import { readLineId, writeIds } from '../../../../nodes/shared/operations/batch/names';
import { places } from '../../../../scripts/host/places';
import type { EmulatorOptions, Fault, RecordedRequest } from '../../../emulator';
import { page } from '../../../emulator/batches/files';
import { batchAnswer } from '../../../support/batches';
import { putInVirtualClock, type VirtualClock } from '../../../support/engine/virtualClock';
import { makePng } from '../../../support/files';
import { operationOf, outputsFor, requestFor } from '../../../support/operations';
import { modelId } from '../../../support/parameters';
import { errorOf, hintsOf, itemsOf, jsonOf, pairedTo, stored } from '../../../support/results';
import { jsonReply, notFound } from '../../../support/service';
import { thrownBy } from '../../../support/work';
import { openWorld, type World } from '../../../support/world';

const CHAT = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const SEES = 'Qwen/Qwen3-VL-30B-A3B-Instruct';

/** As n8n loads the built node: outside of jest, whose own modules are others. */
declare const requireByNode: NodeJS.Require;
const builtFile = (file: string) => path.join(places.project, 'dist', 'nodes', file);

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.requests.length = 0;
	Object.assign(world.emulator.options, { faults: undefined, early: undefined, batches: { ms: 60 } });
});

const batch = (operation: string, rest: INodeParameters = {}): INodeParameters => ({
	resource: 'batch',
	operation,
	...rest,
});
const chatBatch = (rest: INodeParameters = {}, options: INodeParameters = {}): INodeParameters =>
	batch('create', {
		batchTask: 'chat',
		model: modelId(CHAT),
		messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
		customId: '={{ $json.id ?? "" }}',
		options,
		...rest,
	});
const texts = (...all: string[]): INodeExecutionData[] => all.map((text) => ({ json: { text } }));

const setBatches = (options: EmulatorOptions['batches']) => void (world.emulator.options.batches = options);
const posts = (path: string) =>
	world.emulator.requests.filter(({ method, path: asked }) => method === 'POST' && asked === path);
const asked = (method: string) => world.emulator.requests.filter((request) => request.method === method);

async function untilEnded(): Promise<void> {
	const isOpen = ({ status }: { status: string }) =>
		['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status);
	for (let tries = 0; world.emulator.kept().batches.some(isOpen); tries++) {
		if (tries > 1000) throw new Error('The batches never end');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** Hands items over and waits until the batch has ended. @returns its ID */
async function finished(parameters: INodeParameters, items: INodeExecutionData[]): Promise<string> {
	const { batchId } = jsonOf(await world.engine.run({ parameters, items, onError: 'continueErrorOutput' }));
	await untilEnded();
	return String(batchId);
}

const results = async (batchId: string, options: INodeParameters = {}) =>
	await world.engine.run({ parameters: batch('getResults', { batchId, options }), onError: 'continueErrorOutput' });

describe('batch: create', () => {
	it('hands all items over as one batch, which belongs to all of them', async () => {
		const made = itemsOf(await world.engine.run({ parameters: chatBatch(), items: texts('one', 'two', 'three') }));
		expect(made).toHaveLength(1);
		expect(stored(made[0]?.json)).toEqual({
			batchId: expect.stringMatching(/^batch_/),
			status: 'validating',
			model: CHAT,
			counts: { total: 0, completed: 0, failed: 0 },
			createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			finishedAt: null,
			error: null,
		});
		expect(made[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		const [upload] = posts('/v1/files');
		const values = Object.fromEntries(upload?.form?.map(({ name, value }) => [name, value]) ?? []);
		expect(values).toMatchObject({
			purpose: 'batch',
			'expires_after[anchor]': 'created_at',
			'expires_after[seconds]': '604800',
		});
		expect(posts('/v1/batches')[0]?.json).toMatchObject({ endpoint: '/v1/chat/completions', completion_window: '24h' });
	});

	it('sends equal lines once, and each of their items gets the result; who pays is told', async () => {
		const items = ['a', 'b', 'a', 'c', 'a'].map((text, index) => ({ json: { text, id: `id ${index},%` } }));
		const id = await finished(chatBatch(), items);
		expect(world.emulator.kept().batches.find((each) => each.id === id)).toMatchObject({ total: 3 });
		const output = itemsOf(await results(id)).map(({ json }) => stored(json));
		expect(output.map(({ customId }) => customId)).toEqual(items.map(({ json }) => json.id));
		expect(output[2]?.text).toBe(output[0]?.text);
		expect(output.map(({ usage }) => usage)).toMatchObject([
			{ attempts: 1, inputTokens: expect.any(Number), costUsd: expect.any(Number) },
			{},
			{ reused: true, costUsd: 0 },
			{},
			{ reused: true, costUsd: 0 },
		]);
		expect(output[0]?.usage).not.toHaveProperty('reused');
		expect(output[2]?.usage).not.toHaveProperty('inputTokens');
	});

	it('refuses a custom ID that another item has, and sends the others', async () => {
		const items = ['x', 'y', 'x'].map((id, index) => ({ json: { text: `text ${index}`, id } }));
		const result = await world.engine.run({ parameters: chatBatch(), items, onError: 'continueErrorOutput' });
		expect(result.items[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
		expect(result.errorItems.map(pairedTo)).toEqual([2]);
		expect(result.errorItems.map(errorOf)[0]?.text).toMatch(/^'Custom ID' is 'x', as is that of item 0 \[item 2\]/);
	});

	it('takes any name that is one, and brings it back as it was', async () => {
		const odd = [
			7,
			0,
			true,
			' spaces ',
			'ü 日本 👍',
			'a,b',
			'100%',
			'%2C',
			'j1',
			'5:x',
			'"quoted" \\ {{ $json }}',
			'\ud800',
			'x'.repeat(400),
		];
		const given = [...odd, '', null];
		const items = given.map((id, index) => ({ json: { text: `text ${index}`, id } }));
		const id = await finished(chatBatch({ customId: '={{ $json.id }}' }), items);
		const names = itemsOf(await results(id)).map(({ json }) => json.customId);
		const expected = given.map((name, index) => (name === null ? '' : String(name).trim()) || String(index));
		// Half a character is none that a service takes.
		expect(names).toEqual(expected.map((name) => name.replace('\ud800', '\ufffd')));
	});

	it.each([
		['x'.repeat(401), /cannot be an ID/],
		[','.repeat(200), /cannot be an ID/],
		['two\nlines', /cannot be an ID/],
		['a\u0000b', /cannot be an ID/],
		[{ a: 1 }, /'Custom ID'/],
		[['a', 'b'], /'Custom ID'/],
	])('refuses what is no name, and sends the others: %j', async (id, words) => {
		const items = [{ json: { text: 'a', id } }, { json: { text: 'b', id: 'good' } }];
		const parameters = chatBatch({ customId: '={{ $json.id }}' });
		const result = await world.engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([[{ item: 1 }]]);
		expect(result.errorItems.map((item) => errorOf(item).text)).toEqual([expect.stringMatching(words)]);
	});

	it('counts a number that stands for an item among the names', async () => {
		const items = ['1', '', 'x'].map((id, index) => ({ json: { text: `text ${index}`, id } }));
		const result = await world.engine.run({ parameters: chatBatch(), items, onError: 'continueErrorOutput' });
		expect(result.errorItems.map(pairedTo)).toEqual([1]);
		expect(errorOf(result.errorItems[0] ?? { json: {} }).text).toMatch(/^'Custom ID' is '1', as is that of item 0/);
	});

	describe('of more than one file may hold', () => {
		/** What the built node takes as one file. */
		const most = requireByNode(builtFile('shared/operations/batch/create.js')).createBatch.gather.most;
		const usual = { ...most };
		afterEach(() => void Object.assign(most, usual));

		it('has the limits of the API', () => expect(usual).toEqual({ lines: 50_000, bytes: 200 * 1024 * 1024 }));

		it.each([
			[{ lines: 2 }, [2, 2, 1]],
			[{ bytes: 450 }, [2, 2, 1]],
			[{ bytes: 10 }, [1, 1, 1, 1, 1]],
		])('makes several batches, one output item each: %j', async (limits, lines) => {
			Object.assign(most, limits);
			const items = ['a', 'b', 'c', 'd', 'e'].map((text) => ({ json: { text, id: `row ${text}` } }));
			const made = itemsOf(await world.engine.run({ parameters: chatBatch(), items }));
			await untilEnded();
			let next = 0;
			expect(made.map(({ pairedItem }) => pairedItem)).toEqual(
				lines.map((count) => Array.from({ length: count }, () => ({ item: next++ }))),
			);
			const parameters = batch('getResults', { batchId: '={{ $json.batchId }}' });
			const read = itemsOf(await world.engine.run({ parameters, items: made.map(({ json }) => ({ json })) }));
			expect(read.map(({ json }) => json.customId)).toEqual(items.map(({ json }) => json.id));
		});

		it('names each that was made once where it is stopped at a later one, whatever the number of its items', async () => {
			Object.assign(most, { lines: 60 });
			let uploads = 0;
			world.emulator.options.faults = ({ method, path }) =>
				method === 'POST' && path === '/v1/files' && ++uploads === 2 ? { kind: 'stalledHeaders' } : undefined;
			const items = Array.from({ length: 120 }, (_, index) => ({ json: { text: `number ${index}` } }));
			const cancelOnce = () => uploads === 2;
			const { error, status } = await world.engine.run({
				parameters: chatBatch(),
				items,
				cancelAfterMs: 20,
				cancelOnce,
			});
			expect(status).toBe('canceled');
			expect(error?.description?.match(/The batch batch_\w+ was made before and goes on/g)).toHaveLength(1);
			expect(error?.description).toContain('Item 0: The batch');
			expect(error?.description).not.toContain('more items');
		});

		it('names those that were made before where a later one is refused, and leaves no file of its own', async () => {
			Object.assign(most, { lines: 2 });
			const files = world.emulator.kept().files.length;
			let batches = 0;
			world.emulator.options.faults = ({ method, path }) =>
				method === 'POST' && path === '/v1/batches' && ++batches === 2 ? { kind: 'status', status: 400 } : undefined;
			const run = { parameters: chatBatch(), items: texts('a', 'b', 'c', 'd', 'e') };
			const result = await world.engine.run({ ...run, onError: 'continueErrorOutput' });
			expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([[{ item: 0 }, { item: 1 }], [{ item: 4 }]]);
			expect(result.errorItems.map(pairedTo)).toEqual([2, 3]);
			const first = String(result.items[0]?.json.batchId);
			expect(errorOf(result.errorItems[0] ?? { json: {} }).text).toContain(first);
			await untilEnded();
			expect(world.emulator.kept().files.filter(({ purpose }) => purpose === 'batch').length).toBeLessThanOrEqual(
				files + 2,
			);
			batches = 0;
			const { error } = await world.engine.run(run);
			expect(error?.description).toMatch(/The batch batch_\w+ was made before and goes on/);
			expect(batches).toBe(2);
		});
	});

	it('sends nothing where an item is wrong and the run is to stop', async () => {
		const { error } = await world.engine.run({ parameters: chatBatch(), items: texts('good', '') });
		expect(error).toMatchObject({ itemIndex: 1, message: expect.stringContaining("'Messages' is empty") });
		expect(posts('/v1/files')).toEqual([]);
	});

	it('takes one model for all items', async () => {
		const parameters = chatBatch({ model: modelId(`={{ $json.text }}`) });
		const { error } = await world.engine.run({ parameters, items: texts(CHAT, SEES) });
		expect(error?.message).toContain("'Model' holds for the run as a whole");
		expect(posts('/v1/files')).toEqual([]);
	});

	it('refuses a model of another task before anything is sent', async () => {
		const parameters = chatBatch({ model: modelId('Qwen/Qwen3-Embedding-8B') });
		const { error } = await world.engine.run({ parameters, items: texts('a') });
		expect(error?.message).toMatch(/is made for embeddings, which 'Create' is not/);
		expect(posts('/v1/files')).toEqual([]);
	});

	it('takes pictures into its lines', async () => {
		const pictures = await Promise.all(
			[1, 2].map(
				async (seed) => await world.engine.binary(makePng(30 * seed, 20, seed), `photo ${seed}.png`, 'image/png'),
			),
		);
		const items = pictures.map((data) => ({ json: { text: 'What is on it?' }, binary: { data } }));
		const id = await finished(chatBatch({ model: modelId(SEES) }, { binaryFields: 'data' }), items);
		const output = itemsOf(await results(id));
		expect(output).toHaveLength(2);
		expect(new Set(output.map(({ json }) => json.text)).size).toBe(2);
	});

	it('shows what would be sent and what it may cost, a fifth less, and sends nothing', async () => {
		const parameters = chatBatch({}, { dryRun: true, maxTokens: 100 });
		const result = await world.engine.run({ parameters, items: texts('x'.repeat(4000), 'y'.repeat(4000)) });
		const json = jsonOf(result);
		expect(json).toMatchObject({ lines: 2, firstLine: { custom_id: '0', url: '/v1/chat/completions' } });
		// 2 × (1000 × 0.1 + 100 × 0.32) / 1e6 × 0.8
		expect(json.estimatedCostUsd).toBeCloseTo((2 * 0.8 * (1000 * 0.1 + 100 * 0.32)) / 1e6, 9);
		expect(posts('/v1/files')).toEqual([]);
		expect(hintsOf(result).join()).toContain('Dry run');
	});

	it.each([
		[{ budgetUsd: 0.000001, maxTokens: 100 }, /^This may cost \$0\.0000\d+, and 'Budget \(USD\)' is \$0\.000001/],
		[{ budgetUsd: 1 }, /'Budget \(USD\)' cannot be kept/],
	])('keeps a budget before anything is sent: %j', async (options, words) => {
		const { error } = await world.engine.run({ parameters: chatBatch({}, options), items: texts('a text') });
		expect(error?.message).toMatch(words);
		expect(posts('/v1/files')).toEqual([]);
	});

	it.each(['这条河很长。', 'x7Q#'])('keeps a budget whatever the text is written with: %s', async (words) => {
		// A token a character: 6,000 of $0.1 a million and 100 of $0.32, of two lines, a fifth less.
		const most = (2 * 0.8 * (6000 * 0.1 + 100 * 0.32)) / 1e6;
		const items = texts(
			words.repeat(6000 / words.length),
			`${words.repeat(6000 / words.length - 1)}${'y'.repeat(words.length)}`,
		);
		const budgeted = (budgetUsd: number) => chatBatch({}, { budgetUsd, maxTokens: 100 });
		const { error } = await world.engine.run({ parameters: budgeted(most * 0.99), items });
		expect(error?.message).toMatch(/^This may cost/);
		expect(posts('/v1/files')).toEqual([]);
		await finished(budgeted(most * 1.02), items);
		expect(posts('/v1/files')).toHaveLength(1);
	});

	const refuse = (path: string, fault: Fault) => (request: RecordedRequest) =>
		request.method === 'POST' && request.path === path ? fault : undefined;

	it('deletes its file again where no batch is made of it', async () => {
		world.emulator.options.faults = refuse('/v1/batches', { kind: 'status', status: 400 });
		const before = world.emulator.kept().files.length;
		const { error } = await world.engine.run({ parameters: chatBatch(), items: texts('a') });
		expect(error?.message).toContain('Emulated error 400');
		expect(asked('DELETE')).toHaveLength(1);
		expect(world.emulator.kept().files).toHaveLength(before);
	});

	it('names the file where it cannot be deleted, or where a batch may have been made of it', async () => {
		world.emulator.options.faults = (request) =>
			request.method === 'DELETE' || request.path === '/v1/batches' ? { kind: 'status', status: 400 } : undefined;
		const kept = await world.engine.run({ parameters: chatBatch(), items: texts('a') });
		expect(kept.error?.description).toMatch(/The uploaded file file-\w+ is still at DeepInfra/);
		world.emulator.options.faults = refuse('/v1/batches', { kind: 'resetMidBody' });
		const unsure = await world.engine.run({ parameters: chatBatch(), items: texts('b') });
		expect(unsure.error?.description).toMatch(/The uploaded file file-\w+ is still at DeepInfra.*'Get Many'/);
		world.emulator.options.faults = refuse('/v1/files', { kind: 'resetMidBody' });
		const lost = await world.engine.run({ parameters: chatBatch(), items: texts('c') });
		expect(lost.error?.description).toMatch(/a file named n8n-[\w-]+\.jsonl at DeepInfra is then left over/);
	});

	it.each<[string, Fault]>([
		['the gateway gave up', { kind: 'status', status: 504 }],
		['the service broke', { kind: 'status', status: 500 }],
		['the answer is no JSON', { kind: 'status', status: 200, body: '{"id": "batch_', contentType: 'application/json' }],
		['the answer is a page', { kind: 'status', status: 200, body: '<html>ok</html>', contentType: 'text/html' }],
	])('keeps the file where a batch may have been made of it: %s', async (_, fault) => {
		world.emulator.options.faults = refuse('/v1/batches', fault);
		const { error } = await world.engine.run({ parameters: chatBatch({}, { maxRetries: 0 }), items: texts('a') });
		expect(error?.description).toMatch(/The uploaded file file-\w+ is still at DeepInfra.*'Get Many'/);
		expect(asked('DELETE')).toEqual([]);
		world.emulator.options.faults = refuse('/v1/files', fault);
		const lost = await world.engine.run({ parameters: chatBatch({}, { maxRetries: 0 }), items: texts('b') });
		expect(lost.error?.description).toMatch(/a file named n8n-[\w-]+\.jsonl at DeepInfra is then left over/);
	});

	it.each([429, 503, 400, 402])('deletes it where DeepInfra refused: %i', async (status) => {
		world.emulator.options.faults = refuse('/v1/batches', { kind: 'status', status });
		const { error } = await world.engine.run({ parameters: chatBatch({}, { maxRetries: 0 }), items: texts('a') });
		expect(error?.description).not.toMatch(/still at DeepInfra/);
		expect(asked('DELETE')).toHaveLength(1);
	});

	it('names the file where the answer is no batch', async () => {
		world.emulator.options.faults = refuse('/v1/batches', { kind: 'status', status: 200, body: { object: 'batch' } });
		const { error } = await world.engine.run({ parameters: chatBatch(), items: texts('a') });
		expect(error?.message).toContain('DeepInfra answered without the batch');
		expect(error?.description).toMatch(/The uploaded file file-\w+ is still at DeepInfra/);
	});

	it('names no file where nothing was sent', async () => {
		const credentials = { baseUrl: 'http://127.0.0.1:9' };
		const parameters = chatBatch({}, { maxRetries: 0 });
		const { error } = await world.engine.run({ parameters, items: texts('a'), credentials });
		expect(error?.message).toContain('refuses the connection');
		expect(error?.description).not.toMatch(/upload|file/);
	});

	it('leaves no file when it is stopped between its two requests', async () => {
		const inputs = () => world.emulator.kept().files.filter(({ purpose }) => purpose === 'batch');
		const before = inputs().length;
		world.emulator.options.faults = refuse('/v1/batches', { kind: 'stalledHeaders' });
		const result = await world.engine.run({
			parameters: chatBatch(),
			items: texts('a'),
			cancelAfterMs: 200,
			cancelOnce: () => posts('/v1/batches').length > 0,
		});
		expect(result.status).toBe('canceled');
		expect(posts('/v1/batches')).toHaveLength(1);
		for (let tries = 0; tries < 100 && inputs().length > before; tries++)
			await new Promise((resolve) => setTimeout(resolve, 20));
		expect(inputs()).toHaveLength(before);
	});
});

describe('batch: getResults', () => {
	const items = Array.from({ length: 400 }, (_, index) => ({ json: { text: `number ${index}`, id: `sku-${index}` } }));
	/** A batch of all of them, which nobody changes. */
	let made: Promise<string> | undefined;
	const largeBatch = async () => await (made ??= finished(chatBatch(), items));

	it('gives an item for each line in the order of create, whatever order they come in', async () => {
		const id = await largeBatch();
		const output = itemsOf(await results(id));
		expect(output.map(({ json }) => json.customId)).toEqual(items.map(({ json }) => json.id));
		expect(new Set(output.map(pairedTo))).toEqual(new Set([0]));
		expect(stored(output[7]?.json)).toMatchObject({
			customId: 'sku-7',
			text: expect.any(String),
			finishReason: 'stop',
		});
		const cost = output.reduce((sum, { json }) => sum + Number(Object(json.usage).costUsd), 0);
		expect(cost).toBeCloseTo(world.emulator.kept().batches.find((each) => each.id === id)?.costUsd ?? NaN, 9);
	}, 30_000);

	it('gives failed lines as failed items, in the words of the service, and the others as results', async () => {
		const id = await finished(
			chatBatch(),
			['good', 'bad <<fails>>', 'worse <<error>>', 'fine'].map((text, index) => ({
				json: { text, id: `row ${index}` },
			})),
		);
		const result = await results(id);
		expect(result.items.map(({ json }) => json.customId)).toEqual(['row 0', 'row 3']);
		const failures = result.errorItems.map((item) => errorOf(item).text);
		expect(failures[0]).toMatch(/^row 1: .*The model ran out of memory on this line/);
		expect(failures[1]).toMatch(/^row 2: The line failed: The line could not be processed/);
		const stopped = await world.engine.run({ parameters: batch('getResults', { batchId: id }) });
		expect(stopped.error?.message).toMatch(/^row [12]: /);
	});

	it('parses JSON and numbers several responses, as the chat itself does', async () => {
		const json = await finished(chatBatch({}, { responseFormat: 'json_object' }), texts('Give me JSON of a city'));
		expect(itemsOf(await results(json))[0]?.json.data).toEqual(expect.any(Object));
		const several = await finished(chatBatch({}, { numResponses: 2 }), texts('Tell me something'));
		const output = itemsOf(await results(several));
		expect(output.map((item) => item.json.index)).toEqual([0, 1]);
	});

	it('gives vectors', async () => {
		const parameters = batch('create', {
			batchTask: 'embedding',
			model: modelId('BAAI/bge-large-en-v1.5'),
			text: '={{ $json.text }}',
			options: { inputType: 'query' },
		});
		const id = await finished(parameters, texts('a cat', 'a dog'));
		expect(posts('/v1/batches')[0]?.json).toMatchObject({ endpoint: '/v1/embeddings' });
		const output = itemsOf(await results(id));
		expect(output.map(({ json }) => [json.customId, json.dimensions])).toEqual([
			['0', 1024],
			['1', 1024],
		]);
	});

	it('says how far a batch is that has not ended, which can be cancelled', async () => {
		setBatches({ ms: 60_000 });
		const made = jsonOf(await world.engine.run({ parameters: chatBatch(), items: texts('a', 'b') }));
		const batchId = String(made.batchId);
		const early = await world.engine.run({ parameters: batch('getResults', { batchId }) });
		expect(early.error?.message).toMatch(/^The batch batch_\w+ has not ended: it is (validating|in progress)/);
		const cancelled = jsonOf(await world.engine.run({ parameters: batch('cancel', { batchId }) }));
		expect(String(cancelled.status)).toMatch(/^cancell(ing|ed)$/);
		await untilEnded();
		expect(jsonOf(await world.engine.run({ parameters: batch('get', { batchId }) }))).toMatchObject({
			status: 'cancelled',
			finishedAt: expect.any(String),
		});
	});

	it('gives what a cancelled batch has, and fails the rest', async () => {
		setBatches({ ms: 60_000 });
		const items = ['a', 'b'].map((text) => ({ json: { text, id: `row ${text}` } }));
		const { batchId } = jsonOf(await world.engine.run({ parameters: chatBatch(), items }));
		await world.engine.run({ parameters: batch('cancel', { batchId: String(batchId) }) });
		await untilEnded();
		const result = await results(String(batchId));
		const names = result.items.map(({ json }) => String(json.customId));
		const failures = result.errorItems.map((item) => errorOf(item).text);
		expect([...names, ...failures.map((text) => text.slice(0, 5))].sort()).toEqual(['row a', 'row b']);
		for (const text of failures) expect(text).toContain('the batch was cancelled before this line was done');
		const again = await world.engine.run({ parameters: batch('cancel', { batchId: String(batchId) }) });
		expect(again.error?.message).toContain("Cannot cancel a batch with status 'cancelled'");
	});

	it.each([false, true])('gives what an expired batch has, and fails the rest (listed: %s)', async (listsExpired) => {
		setBatches({ ms: 60, end: 'expired', done: 0.5, listsExpired });
		const id = await finished(
			chatBatch(),
			['a', 'b', 'c', 'd'].map((text) => ({ json: { text, id: `row ${text}` } })),
		);
		const result = await results(id);
		expect(result.items.map(({ json }) => json.customId)).toEqual(['row a', 'row b']);
		const failures = result.errorItems.map((item) => errorOf(item).text);
		expect(failures.map((text) => text.slice(0, 6))).toEqual(['row c:', 'row d:']);
		expect(failures[0]).toMatch(/expired|completion window/);
		const file = world.emulator
			.kept()
			.files.filter(({ purpose }) => purpose === 'batch')
			.at(-1)?.id;
		const key = { authorization: 'Bearer emulator-key' };
		await fetch(`${world.emulator.url}/v1/files/${file}`, { method: 'DELETE', headers: key });
		if (listsExpired) return;
		const without = await results(id);
		expect(without.items).toHaveLength(2);
		expect(errorOf(without.errorItems[0] ?? { json: {} }).text).toContain('2 of 4 lines of the batch');
	});

	it('says why a batch failed as a whole', async () => {
		setBatches({ ms: 60, end: 'failed' });
		const id = await finished(chatBatch(), texts('a'));
		const { error } = await world.engine.run({ parameters: batch('getResults', { batchId: id }) });
		expect(error?.message).toMatch(/failed as a whole: The batch failed for no reason/);
	});

	it.each<[string, Fault]>([
		['the connection breaks', { kind: 'resetBeforeHeaders' }],
		['a gateway waits too long', { kind: 'status', status: 504 }],
		['the service breaks', { kind: 'status', status: 500 }],
	])('reads on where %s, and each line once', async (_, fault) => {
		const id = await largeBatch();
		let breaks = 0;
		world.emulator.options.faults = ({ path }) => (path.endsWith('/content') && breaks++ === 0 ? fault : undefined);
		const output = itemsOf(await results(id));
		expect(breaks).toBeGreaterThan(1);
		expect(output.map(({ json }) => json.customId)).toEqual(items.map(({ json }) => json.id));
	});

	it.each<[string, number]>([
		['reads on where a file stalls in its middle, and each line once', 1],
		['gives up within minutes where it does so again and again', 99],
	])('%s', async (_, stalls) => {
		const id = await largeBatch();
		let asks = 0;
		world.emulator.options.faults = ({ path }) =>
			path.endsWith('/content') && asks++ < stalls ? { kind: 'stalledBody' } : undefined;
		const clock = putInVirtualClock(world.emulator);
		const result = await results(id, { maxRetries: 1 }).finally(() => clock.remove());
		expect(clock.now()).toBeLessThan(stalls === 1 ? 65_000 : 125_000);
		const names = result.items.map(({ json }) => json.customId);
		expect(names).toEqual(stalls === 1 ? items.map(({ json }) => json.id) : []);
		if (stalls > 1) expect(errorOf(result.errorItems[0] ?? { json: {} }).text).toMatch(/sent nothing for 60 seconds/);
	});

	it('deletes no files of a run that fails, whose results nobody gets', async () => {
		const [good, bad] = [await finished(chatBatch(), texts('a')), await finished(chatBatch(), texts('b'))];
		const contents = () => world.emulator.requests.filter(({ path }) => path.endsWith('/content'));
		const ask = async (onError: 'stopWorkflow' | 'continueErrorOutput') => {
			world.emulator.requests.length = 0;
			world.emulator.options.faults = (request) =>
				request.path.endsWith('/content') && contents().length > 1 ? { kind: 'status', status: 500 } : undefined;
			return await world.engine.run({
				parameters: {
					resource: 'batch',
					operation: 'getResults',
					batchId: '={{ $json.id }}',
					options: { deleteFiles: true, maxConcurrency: 1, maxRetries: 0 },
				},
				items: [{ json: { id: good } }, { json: { id: bad } }],
				onError,
			});
		};
		expect((await ask('stopWorkflow')).error?.message).toMatch(/could not answer/);
		expect(asked('DELETE')).toEqual([]);
		const { items, errorItems } = await ask('continueErrorOutput');
		expect([items.length, errorItems.length]).toEqual([1, 1]);
		expect(asked('DELETE').length).toBeGreaterThan(0);
	});

	it('leaves nothing at DeepInfra where it is told so', async () => {
		const before = world.emulator.kept().files.length;
		const id = await finished(chatBatch(), texts('a', '<<fails>>'));
		expect(world.emulator.kept().files.length).toBeGreaterThan(before);
		await results(id, { deleteFiles: true });
		expect(world.emulator.kept().files).toHaveLength(before);
	});

	it.each(['../files', 'batch 1', '', 'https://example.com'])('asks for no batch %j', async (batchId) => {
		const { error } = await world.engine.run({
			parameters: batch('getResults', { batchId: '={{ $json.id }}' }),
			items: [{ json: { id: batchId } }],
		});
		expect(error?.message).toMatch(/'Batch ID'/);
		expect(world.emulator.requests).toEqual([]);
	});
});

describe('batch: getAll', () => {
	const all = async (options: INodeParameters = {}, baseUrl = world.emulator.url) =>
		itemsOf(
			await world.engine.run({
				parameters: batch('getAll', { returnAll: true, options }),
				credentials: { baseUrl },
			}),
		).map(({ json }) => json);

	it('reads page after page', async () => {
		const rows = Array.from({ length: 211 }, (_, index) => ({
			...batchAnswer,
			id: `batch_${index}`,
			status: index % 7 === 3 ? 'expired' : 'completed',
			created_at: Math.floor(Date.now() / 1000) - index * 3600,
		}));
		world.service.requests.length = 0;
		world.service.reply = ({ path, query }) => (path === '/v1/batches' ? jsonReply(page(rows, query)) : notFound);
		const ids = rows.map(({ id }) => id);
		expect((await all({}, world.service.url)).map(({ batchId }) => batchId)).toEqual(ids);
		expect(world.service.requests).toHaveLength(3);
		const credentials = { baseUrl: world.service.url };
		const some = itemsOf(await world.engine.run({ parameters: batch('getAll', { limit: 120 }), credentials }));
		expect(some.map(({ json }) => json.batchId)).toEqual(ids.slice(0, 120));
		const expired = await all({ states: ['expired'] }, world.service.url);
		expect(expired.map(({ batchId }) => batchId)).toEqual(ids.filter((_, index) => index % 7 === 3));
		world.service.requests.length = 0;
		const young = await all({ maxAgeHours: 149.5 }, world.service.url);
		expect(young.map(({ batchId }) => batchId)).toEqual(ids.slice(0, 150));
		expect(world.service.requests).toHaveLength(2);
	});

	it('lists by state and age', async () => {
		await finished(chatBatch(), texts('a'));
		const { batches } = world.emulator.kept();
		expect((await all()).map(({ batchId }) => batchId)).toEqual(batches.map(({ id }) => id).reverse());
		expect(new Set((await all({ states: ['expired'] })).map(({ status }) => status))).toEqual(new Set(['expired']));
		expect(await all({ maxAgeHours: 0 })).toEqual([]);
	});
});

describe('the IDs of lines', () => {
	it('say who asked, whatever the names are', () => {
		const names = ['0', 'a,b', '50%', ' %2C', 'ü 日本', '7:x', 'j3', '::'];
		const named = names.map((name, at) => ({ at, name }));
		for (const isJson of [false, true]) {
			const ids = writeIds(named, isJson);
			expect(ids.flatMap(({ id }) => readLineId(id)?.items ?? [])).toEqual(named);
			expect(ids.every(({ id }) => readLineId(id)?.isJson === isJson)).toBe(true);
		}
	});

	it('are several where one would be too long', () => {
		const many = Array.from({ length: 1000 }, (_, at) => ({ at, name: `product number ${at}` }));
		const ids = writeIds(many, false);
		expect(ids.every(({ id }) => id.length <= 512)).toBe(true);
		expect(ids.flatMap(({ id }) => readLineId(id)?.items ?? [])).toEqual(many);
	});

	it.each(['request-1', '', 'a:b', '1,x', '-1'])('that are not ours are told: %j', (id) =>
		expect(readLineId(id)).toBeUndefined(),
	);
});

describe('what the service says of a batch', () => {
	const get = operationOf('batch', 'get');
	it.each([
		[
			{ id: 'b', status: 'COMPLETED', completed_at: 1_790_000_000 },
			{ status: 'completed', finishedAt: '2026-09-21T14:13:20.000Z' },
		],
		[
			{ id: 'b', status: 'new', request_counts: null, created_at: 'x' },
			{ status: 'new', createdAt: null, model: null },
		],
		[
			{ id: 'b', status: 'failed', errors: { data: [{ line: 3, message: 'bad' }, { code: 'odd' }] } },
			{ error: 'line 3: bad; odd' },
		],
		[
			{ id: 'b', status: 'failed', errors: { data: [1, 2].flatMap(() => [{ message: 'x' }, { message: 'y' }]) } },
			{ error: 'x; y; x; and 1 more' },
		],
	])('reads %j', (answer, json) => expect(outputsFor(get, { batchId: 'b' }, answer)[0]?.json).toMatchObject(json));

	it.each([{}, { id: 'b' }, { id: 7, status: 'completed' }])('is none: %j', (answer) =>
		expect(thrownBy(() => outputsFor(get, { batchId: 'b' }, answer)).name).toBe('AnswerError'),
	);

	it('is asked for by its own ID', () => {
		expect(requestFor(get, { batchId: ' batch_1 ' })).toEqual({ method: 'GET', path: '/v1/batches/batch_1' });
		expect(requestFor(operationOf('batch', 'cancel'), { batchId: 'batch_1' }).path).toBe('/v1/batches/batch_1/cancel');
	});
});

describe('a service that asks for a break', () => {
	let clock: VirtualClock;
	beforeEach(() => void (clock = putInVirtualClock(world.emulator)));
	afterEach(() => clock.remove());
	/** What comes of a run in which all that these paths get is a refusal that asks for so many seconds. */
	const runRefused = async (path: RegExp, retryAfter: number, parameters: INodeParameters) => {
		world.emulator.options.faults = (request) =>
			path.test(request.path) ? { kind: 'status', status: 429, retryAfter } : undefined;
		const begun = clock.now();
		const { error } = await world.engine.run({ parameters, items: texts('a') });
		return { error, took: (clock.now() - begun) / 1000 };
	};

	it.each<[string, RegExp]>([
		['the upload', /^\/v1\/files$/],
		['the batch', /^\/v1\/batches$/],
	])('longer than Timeout before %s is there is not obeyed', async (_, path) => {
		for (const [retryAfter, tries] of [
			[60, 1],
			[7, 3],
		] as const) {
			world.emulator.requests.length = 0;
			const { error, took } = await runRefused(path, retryAfter, chatBatch({}, { timeout: 20, maxRetries: 10 }));
			expect(error?.message).toMatch(`asks to wait ${retryAfter} seconds`);
			expect(world.emulator.requests.filter((request) => path.test(request.path))).toHaveLength(tries);
			expect(took).toBeLessThan(20);
		}
	});

	it.each<[string, RegExp]>([
		['the batch', /^\/v1\/batches\//],
		['its results', /\/content$/],
	])('longer than Timeout before %s can be read is not obeyed', async (_, path) => {
		clock.remove();
		const batchId = await finished(chatBatch(), texts('a'));
		clock = putInVirtualClock(world.emulator);
		for (const retryAfter of [60, 7]) {
			const options = { timeout: 20, maxRetries: 10 };
			const { error, took } = await runRefused(path, retryAfter, batch('getResults', { batchId, options }));
			expect(error?.message).toMatch(`asks to wait ${retryAfter} seconds`);
			expect(took).toBeLessThan(20);
		}
	});
});
