import { createRunExecutionData } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, INodeParameters, IRunExecutionData } from 'n8n-workflow';
import { isDict } from '../../../nodes/shared/core/answer';
import { receive, type TriggerOptions } from '../../support/engine/trigger';
import { modelId } from '../../support/parameters';
import { stored } from '../../support/results';
import { envelope, jsonReply, notFound } from '../../support/service';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld()));
afterAll(async () => await world.close());

const parameters = (options: INodeParameters = {}): INodeParameters => ({
	resource: 'text',
	operation: 'generate',
	model: modelId('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'),
	prompt: 'Tell me something long',
	options: { waitForWebhook: true, ...options },
});

describe('a run that sleeps', () => {
	it('asks with an address of its own, and sleeps', async () => {
		world.emulator.requests.length = 0;
		const result = await world.engine.run({ parameters: parameters({ timeout: 100 }) });
		expect(result.error).toBeUndefined();
		expect(result.status).toBe('waiting');
		const [request] = world.inference();
		const webhook = String(Object(request?.json).webhook);
		expect(webhook).toMatch(/^http:\/\/localhost:5678\/webhook-waiting\/1\?.*nonce=[\da-f-]{36}$/);
	});

	it.each(['true', ' TRUE '])('sleeps where its switch is the text %j', async (word) => {
		const waitForWebhook = `={{ '${word}' }}`;
		const { status } = await world.engine.run({ parameters: parameters({ waitForWebhook }) });
		expect(status).toBe('waiting');
	});

	it.each([
		{ request_id: 'R1', inference_status: { status: 'running' } },
		{ request_id: null, inference_status: { status: 'queued', cost: 0 } },
		{ status: 'queued' },
		{ request_id: 'R2', inference_status: { status: 'pending' } },
		{ request_id: 'R3', inference_status: { runtime_ms: 0 }, status: 'IN_PROGRESS' },
	])('sleeps after any receipt: %j', async (receipt) => {
		world.service.reply = ({ method }) => (method === 'POST' ? jsonReply(receipt) : notFound);
		const credentials = { baseUrl: world.service.url };
		const { status, items } = await world.engine.run({ parameters: parameters(), credentials });
		expect(status).toBe('waiting');
		expect(stored(items[0]?.json ?? { status: 'waiting' }).status).toBe('waiting');
	});

	it.each(['stopWorkflow', 'continueErrorOutput'] as const)(
		'whose time is over without a call fails, and its input is no result: %s',
		async (onError) => {
			const options = { parameters: parameters({ timeout: 7 }), items: [{ json: { order: 3 } }], onError };
			const { wake } = await world.engine.run(options);
			if (!wake) throw new Error('The run does not sleep');
			const { status, items, errorItems, error } = await wake();
			const words = error?.message ?? String(errorItems[0]?.json.error);
			expect(words).toContain('DeepInfra did not call back within 7 seconds');
			expect([status, items, errorItems.length]).toEqual(
				onError === 'stopWorkflow' ? ['error', [], 0] : ['success', [], 1],
			);
		},
	);

	it('does so for one item alone, and says how to do more', async () => {
		world.emulator.requests.length = 0;
		const { error } = await world.engine.run({ parameters: parameters(), items: [{ json: {} }, { json: {} }] });
		expect(error?.message).toMatch(/works with one item at a time, and there are 2/);
		expect(error?.description).toContain("'Loop Over Items' with batch size 1");
		expect(world.inference()).toEqual([]);
	});

	it('does not sleep when what it asks is refused', async () => {
		world.emulator.options.faults = ({ method }) => (method === 'POST' ? { kind: 'status', status: 402 } : undefined);
		const items = [{ json: { status: 'queued', requestId: 'R7' } }];
		const result = await world.engine.run({ parameters: parameters(), items, onError: 'continueErrorOutput' });
		world.emulator.options.faults = undefined;
		expect(result.status).toBe('success');
		expect(String(result.errorItems[0]?.json.error)).toContain('balance');
		// What the input says of itself is no answer.
		expect(result.errorItems[0]?.json).toMatchObject({ status: 'queued', requestId: 'R7' });
	});
});

it('shows a dry run where its result would be, and does not sleep', async () => {
	const own = parameters({ dryRun: true, resultField: 'plan' });
	const { items, status } = await world.engine.run({ parameters: own, items: [{ json: { order: 7 } }] });
	expect(status).toBe('success');
	expect(Object.keys(items[0]?.json ?? {}).sort()).toEqual(['order', 'plan']);
	expect(items[0]?.json.plan).toMatchObject({ request: expect.any(Object) });
});

describe('its callback', () => {
	/** A run that waits, as n8n keeps it. */
	function sleeping(): IRunExecutionData {
		const node = {
			id: '1',
			name: 'Trigger',
			type: 'x',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: {},
		};
		const late = { name: 'NodeOperationError', message: 'late' };
		const run = createRunExecutionData({
			executionData: {
				contextData: { 'node:Trigger': { deepInfraNonce: 'right' } },
				nodeExecutionStack: [
					{ node, data: { main: [[{ json: {} }]] }, source: null, metadata: Object({ resumeError: late }) },
				],
			},
		});
		return run;
	}
	const metadataOf = ({ executionData }: IRunExecutionData): IDataObject =>
		JSON.parse(JSON.stringify(executionData?.nodeExecutionStack[0]?.metadata ?? {}));
	const options = (run: IRunExecutionData): TriggerOptions => ({
		node: 'deepInfra',
		parameters: parameters(),
		baseUrl: world.emulator.url,
		memory: {},
		run,
	});
	const body = { results: [{ generated_text: 'hello' }], ...envelope };

	it('wakes it with the result', async () => {
		const run = sleeping();
		const { data } = await receive(options(run), { body, query: { nonce: 'right' } });
		expect(data.workflowData?.[0]?.map(({ json }) => stored(json))).toMatchObject([
			{ text: 'hello', requestId: envelope.request_id, usage: { costUsd: 0.000114 } },
		]);
		expect(data.workflowData?.[0]?.[0]?.pairedItem).toEqual({ item: 0 });
		expect(metadataOf(run)).toEqual({});
	});

	describe('gives what the node would have given at once', () => {
		/** Puts a run to sleep, and calls it. */
		async function called(
			own: INodeParameters,
			item: INodeExecutionData,
			more: IDataObject,
		): Promise<INodeExecutionData[]> {
			const asked = { ...parameters(), ...own };
			world.emulator.requests.length = 0;
			const { sleeping: run } = await world.engine.run({ parameters: asked, items: [item] });
			if (!run) throw new Error('The run does not sleep');
			const webhook = new URL(String(Object(world.inference()[0]?.json).webhook));
			const trigger = { node: 'deepInfra', name: 'DeepInfra', parameters: asked, baseUrl: world.emulator.url };
			const callback = { body: { ...more, ...envelope }, query: Object.fromEntries(webhook.searchParams) };
			const { data } = await receive({ ...trigger, memory: {}, run }, callback);
			return data.workflowData?.[0] ?? [];
		}
		const options = { waitForWebhook: true };
		const photo = { data: 'aGVsbG8=', mimeType: 'image/png', fileName: 'a.png' };

		it('beside the fields and files of its input', async () => {
			const input = { json: { order: 7, text: 'old' }, binary: { photo } };
			const [item, ...others] = await called({}, input, { results: [{ generated_text: 'new' }] });
			expect(others).toEqual([]);
			expect(item).toMatchObject({ json: { order: 7, text: 'new' }, binary: { photo }, pairedItem: { item: 0 } });
		});

		it('in the field that was named, without the input where that is not wanted', async () => {
			const own = { includeOtherFields: false, options: { ...options, resultField: 'answer' } };
			const [item] = await called(own, { json: { order: 7 } }, { results: [{ generated_text: 'new' }] });
			expect(stored(item?.json)).toMatchObject({ answer: { text: 'new' } });
			expect(item?.json).not.toHaveProperty('order');
		});

		it('as the service said it, with Simplify off', async () => {
			const [item] = await called({ simplify: false }, { json: {} }, { results: [{ generated_text: 'new' }] });
			expect(item?.json).toMatchObject({ results: [{ generated_text: 'new' }] });
		});

		it('with the options of its own operation, which an expression may give', async () => {
			const own = {
				operation: 'classify',
				model: modelId('ProsusAI/finbert'),
				text: '={{ $json.say }}',
				options: { ...options, minScore: '={{ $json.least }}' },
			};
			const { prompt, ...rest } = parameters();
			expect(prompt).toBeDefined();
			const results = [
				{ label: 'positive', score: 0.6 },
				{ label: 'negative', score: 0.4 },
			];
			world.emulator.requests.length = 0;
			const asked = { ...rest, ...own };
			const { sleeping: run } = await world.engine.run({
				parameters: asked,
				items: [{ json: { say: 'x', least: 0.7 } }],
			});
			const webhook = new URL(String(Object(world.inference()[0]?.json).webhook));
			const trigger = { node: 'deepInfra', name: 'DeepInfra', parameters: asked, baseUrl: world.emulator.url };
			const callback = { body: { results, ...envelope }, query: Object.fromEntries(webhook.searchParams) };
			const { data } = await receive({ ...trigger, memory: {}, run }, callback);
			expect(data.workflowData?.[0]?.[0]?.json).toMatchObject({ label: 'unsure', score: 0.6 });
		});
	});

	it.each([{ nonce: 'wrong' }, {}, { nonce: '' }])('of another wait leaves it asleep: %j', async (query) => {
		const run = sleeping();
		const { data } = await receive(options(run), { body, query: Object(query) });
		expect(data).toEqual({ webhookResponse: 'ignored' });
		expect(isDict(metadataOf(run).resumeError)).toBe(true);
	});

	it('wakes it once where it comes again before the first was taken', async () => {
		const run = sleeping();
		const call = async () => (await receive(options(run), { body, query: { nonce: 'right' } })).data;
		const all = await Promise.all([call(), call(), call()]);
		expect(all.filter(({ workflowData }) => workflowData)).toHaveLength(1);
		expect(all.filter(({ webhookResponse }) => webhookResponse === 'ignored')).toHaveLength(2);
		// Another wait of the same name is another one.
		expect((await call()).workflowData).toHaveLength(1);
	});

	it('that is no result leaves it asleep', async () => {
		const run = sleeping();
		const { data, status } = await receive(options(run), { body: { hello: 1 }, query: { nonce: 'right' } });
		expect([status, data]).toEqual([400, { noWebhookResponse: true }]);
		expect(isDict(metadataOf(run).resumeError)).toBe(true);
	});

	it.each([
		{ request_id: 'R1', inference_status: { status: 'running', runtime_ms: 0 } },
		{ request_id: 'R1', status: 'queued', inference_status: null, results: null },
	])('that only says that the job goes on leaves it asleep: %j', async (progress) => {
		const run = sleeping();
		const { data } = await receive(options(run), { body: progress, query: { nonce: 'right' } });
		expect(data).toEqual({ webhookResponse: 'ignored' });
		expect(isDict(metadataOf(run).resumeError)).toBe(true);
		expect((await receive(options(run), { body, query: { nonce: 'right' } })).data.workflowData).toHaveLength(1);
	});

	it('wakes it with a result that has no ID: the address says whose it is', async () => {
		const run = sleeping();
		const nameless = { ...body, request_id: null };
		const { data } = await receive(options(run), { body: nameless, query: { nonce: 'right' } });
		expect(data.workflowData?.[0]?.[0]?.json).toMatchObject({ text: 'hello', status: 'succeeded' });
		expect(metadataOf(run)).toEqual({});
	});

	it('of a job that failed fails the node with its words', async () => {
		const run = sleeping();
		const failed = { request_id: 'R1', inference_status: { status: 'failed' }, error: 'out of memory' };
		const { data } = await receive(options(run), { body: failed, query: { nonce: 'right' } });
		expect(data.workflowData).toEqual([[{ json: {}, pairedItem: { item: 0 } }]]);
		expect(metadataOf(run).resumeError).toMatchObject({ message: expect.stringContaining('out of memory') });
	});
});
