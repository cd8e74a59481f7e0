import { createRunExecutionData } from 'n8n-workflow';
import type { IDataObject, INodeParameters, IRunExecutionData } from 'n8n-workflow';
import { isDict } from '../../../nodes/shared/core/answer';
import { receive, type TriggerOptions } from '../../support/engine/trigger';
import { modelId } from '../../support/parameters';
import { stored } from '../../support/results';
import { envelope } from '../../support/service';
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
		const result = await world.engine.run({ parameters: parameters(), onError: 'continueErrorOutput' });
		world.emulator.options.faults = undefined;
		expect(result.status).toBe('success');
		expect(String(result.errorItems[0]?.json.error)).toContain('balance');
	});
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

	it.each([{ nonce: 'wrong' }, {}, { nonce: '' }])('of another wait leaves it asleep: %j', async (query) => {
		const run = sleeping();
		const { data } = await receive(options(run), { body, query: Object(query) });
		expect(data).toEqual({ webhookResponse: 'ignored' });
		expect(isDict(metadataOf(run).resumeError)).toBe(true);
	});

	it('that is no result leaves it asleep', async () => {
		const run = sleeping();
		const { data, status } = await receive(options(run), { body: { hello: 1 }, query: { nonce: 'right' } });
		expect([status, data]).toEqual([400, { noWebhookResponse: true }]);
		expect(isDict(metadataOf(run).resumeError)).toBe(true);
	});

	it('of a job that failed fails the node with its words', async () => {
		const run = sleeping();
		const failed = { request_id: 'R1', inference_status: { status: 'failed' }, error: 'out of memory' };
		const { data } = await receive(options(run), { body: failed, query: { nonce: 'right' } });
		expect(data.workflowData).toEqual([[{ json: {}, pairedItem: { item: 0 } }]]);
		expect(metadataOf(run).resumeError).toMatchObject({ message: expect.stringContaining('out of memory') });
	});
});
