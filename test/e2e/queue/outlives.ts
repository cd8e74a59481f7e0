/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { N8nClient } from '../../../scripts/host/client';
import { dictOf, textOf, type Dict } from '../../../scripts/json';
import type { Emulator } from '../../emulator';
import { readError, readItems, waitForEnd } from '../support/executions';
import { ensure, waitFor } from '../support/report';
import { CREDENTIAL_TYPE } from '../support/world';
import {
	connectInLine,
	deepInfraNode,
	manualTrigger,
	otherNode,
	SETTINGS,
	setNode,
	splitNode,
	TRIGGER,
	type CredentialName,
	type WorkflowNode,
} from '../support/workflows';
import type { Member } from './cluster';

/** Work that outlives a run, where the processes that start, look, receive and carry out are different ones. */

export interface Distributed {
	readonly client: N8nClient;
	readonly workers: readonly Member[];
	/** The first one's address is the one that n8n gives out. */
	readonly processors: readonly [Member, Member];
	readonly emulator: Emulator;
	readonly credential: CredentialName;
}

const save = async (client: N8nClient, id: string, nodes: WorkflowNode[]): Promise<void> => {
	const connections = connectInLine(nodes);
	await client.saveWorkflow(id, { name: id, nodes, connections, settings: SETTINGS }, true);
};

const runsOnWorker = (workers: readonly Member[], id: string): boolean =>
	workers.some(({ log }) => new RegExp(`started execution ${id} `).test(log()));

const succeeded = (execution: Dict): void =>
	ensure(execution.status === 'success', `it ended as ${String(execution.status)}: ${readError(execution)}`);

const chats = ['one', 'two', 'two', 'three'].map((text, at) => ({ text, id: `row ${at}` }));

/** A batch made on a worker; the trigger that polls on the main; its results on a worker. Files and batches are gone behind it. */
export async function runBatch({ client, workers, emulator, credential }: Distributed): Promise<void> {
	const trigger = otherNode(
		'Ended',
		'n8n-nodes-deepinfra-ai.deepInfraBatchTrigger',
		1,
		{ emit: 'batches', pollTimes: { item: [{ mode: 'everyMinute' }] } },
		{ credentials: { [CREDENTIAL_TYPE]: credential } },
	);
	const results = deepInfraNode(
		'Results',
		{ resource: 'batch', operation: 'getResults', batchId: '={{ $json.batchId }}', options: { deleteFiles: true } },
		credential,
	);
	await save(client, 'e2eQueueEnded', [trigger, results]);
	await client.activateWorkflow('e2eQueueEnded');
	const create = deepInfraNode(
		'Hand over',
		{
			resource: 'batch',
			operation: 'create',
			messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
			customId: '={{ $json.id }}',
		},
		credential,
	);
	await save(client, 'e2eQueueBatch', [manualTrigger(), setNode(chats), splitNode(), create]);
	emulator.options.batches = { ms: 3000 };
	const made: string[] = [];
	for (let batch = 0; batch < 2; batch++) {
		const id = await client.startWorkflow('e2eQueueBatch', TRIGGER);
		const execution = await waitForEnd(client, id, 120);
		succeeded(execution);
		ensure(runsOnWorker(workers, id), `no worker made the batch in execution ${id}`);
		made.push(textOf(dictOf(readItems(execution, 'Hand over')[0]?.json).batchId) ?? '');
	}
	const told = async (): Promise<string[]> => {
		const ids: string[] = [];
		for (const id of await client.listExecutions('e2eQueueEnded')) {
			const execution = await waitForEnd(client, id, 60);
			succeeded(execution);
			ensure(runsOnWorker(workers, id), `no worker read the results in execution ${id}`);
			const batches = readItems(execution, 'Ended').map(({ json }) => textOf(dictOf(json).batchId) ?? '');
			const names = readItems(execution, 'Results').map(({ json }) => textOf(dictOf(json).customId));
			const expected = batches.flatMap(() => chats.map((chat) => chat.id));
			ensure(names.join() === expected.join(), `the results are those of ${names.join()}`);
			ids.push(...batches);
		}
		return ids;
	};
	await waitFor('the results of both batches', 240, async () => (await told()).length >= made.length || undefined);
	// The next look finds nothing new.
	const polls = () => emulator.requests.filter(({ method, path }) => method === 'GET' && path === '/v1/batches').length;
	const before = polls();
	await waitFor('one more look', 120, () => polls() > before || undefined);
	await new Promise((resolve) => setTimeout(resolve, 2000));
	const all = (await told()).sort().join();
	ensure(all === [...made].sort().join(), `the trigger told of ${all}, and ${made.join()} were made`);
	const { files } = emulator.kept();
	ensure(files.length === 0, `files are left behind: ${files.map(({ filename }) => filename).join()}`);
}

const WEBHOOK_ID = '5a1f6a5e-7a1d-4f0e-9a55-0c7f3d9b2e11';

/** DeepInfra's call comes to a processor of webhooks, three times and once more to another one: one run, on a worker. */
export async function receiveCallback({
	client,
	workers,
	processors,
	emulator,
	credential,
}: Distributed): Promise<void> {
	const trigger = otherNode(
		'Called',
		'n8n-nodes-deepinfra-ai.deepInfraTrigger',
		1,
		{ resource: 'text', operation: 'generate', options: {} },
		{ credentials: { [CREDENTIAL_TYPE]: credential }, webhookId: WEBHOOK_ID },
	);
	const after = otherNode('After', 'n8n-nodes-base.noOp', 1, {});
	await save(client, 'e2eQueueCalled', [trigger, after]);
	await client.activateWorkflow('e2eQueueCalled');
	const [first, second] = processors.map(({ url }) => `${url}/webhook/${WEBHOOK_ID}/deepinfra`);
	const post = async (url = '', body: unknown = {}) =>
		await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
	await waitFor('the address of the trigger', 30, async () => (await post(first)).status === 400 || undefined);
	const wrong = await post(`${processors[0].url}/webhook/deepinfra`);
	ensure(wrong.status === 404, `a wrong address answers ${wrong.status}`);
	emulator.options.callbacks = { delayMs: 500, copies: 3 };
	const ask = deepInfraNode(
		'Ask',
		{
			resource: 'text',
			operation: 'generate',
			prompt: 'Tell me something',
			options: { webhook: `${first}?ref=order-17` },
		},
		credential,
	);
	await save(client, 'e2eQueueAsk', [manualTrigger(), ask]);
	const asked = await waitForEnd(client, await client.startWorkflow('e2eQueueAsk', TRIGGER), 60);
	emulator.options.callbacks = undefined;
	succeeded(asked);
	const requestId = textOf(dictOf(readItems(asked, 'Ask')[0]?.json).requestId);
	const executions = async () => await client.listExecutions('e2eQueueCalled');
	await waitFor('the run that DeepInfra starts', 60, async () => (await executions()).length > 0 || undefined);
	await new Promise((resolve) => setTimeout(resolve, 3000));
	// What one process has taken another one knows, too.
	const body = { request_id: requestId, inference_status: { status: 'succeeded' }, results: [{ generated_text: 'x' }] };
	const again = await post(second, body);
	ensure((await again.text()).includes('received before'), 'the other processor takes the same result once more');
	const [id = '', ...more] = await executions();
	ensure(more.length === 0, `${more.length + 1} runs were started by one result`);
	const execution = await waitForEnd(client, id, 60);
	succeeded(execution);
	ensure(runsOnWorker(workers, id), `no worker carried out execution ${id}`);
	const result = dictOf(readItems(execution, 'After')[0]?.json);
	ensure(
		result.ref === 'order-17' && result.requestId === requestId && typeof result.text === 'string',
		`the result is ${JSON.stringify(result)}`,
	);
}

/** A run that sleeps on a worker is woken by a processor of webhooks, and goes on. */
export async function wakeRun({ client, workers, emulator, credential }: Distributed): Promise<void> {
	const ask = deepInfraNode(
		'Ask',
		{
			resource: 'text',
			operation: 'generate',
			prompt: 'Tell me something long',
			options: { waitForWebhook: true, timeout: 300 },
		},
		credential,
	);
	await save(client, 'e2eQueueSleep', [manualTrigger(), ask, otherNode('After', 'n8n-nodes-base.noOp', 1, {})]);
	emulator.options.callbacks = { delayMs: 5000 };
	const id = await client.startWorkflow('e2eQueueSleep', TRIGGER);
	const execution = await waitForEnd(client, id, 120);
	emulator.options.callbacks = undefined;
	succeeded(execution);
	ensure(runsOnWorker(workers, id), `no worker carried out execution ${id}`);
	const result = dictOf(readItems(execution, 'After')[0]?.json);
	ensure(typeof result.text === 'string' && result.status === 'succeeded', `the result is ${JSON.stringify(result)}`);
}
