/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import path from 'node:path';
import { N8nClient } from '../../../scripts/host/client';
import { installN8n } from '../../../scripts/host/install';
import { readLogin, type Login } from '../../../scripts/host/login';
import { showStep } from '../../../scripts/host/progress';
import { dictOf, listOf, textOf, type Dict } from '../../../scripts/json';
import { sleep } from 'n8n-workflow';
import type { Emulator } from '../../emulator';
import { readError, readItems, waitForEnd } from '../support/executions';
import type { Part } from '../support/part';
import { ensure, waitFor } from '../support/report';
import { CREDENTIAL_TYPE, EMULATOR_KEY, makeFolder, startEmulatorFor } from '../support/world';
import {
	connectInLine,
	deepInfraNode,
	manualTrigger,
	otherNode,
	readFileNode,
	setNode,
	splitNode,
	TRIGGER,
	type CredentialName,
	type WorkflowNode,
	SETTINGS,
} from '../support/workflows';
import { Cluster, type Member } from './cluster';
import { receiveCallback, runBatch, wakeRun } from './outlives';
import { installDatabases, startPostgres, startRedis } from './databases';

const ITEMS = 200;
const PAIRS_AT_THE_KILL = 2;

interface Situation {
	readonly client: N8nClient;
	readonly main: Member;
	readonly workers: readonly Member[];
	readonly emulator: Emulator;
	readonly credential: CredentialName;
	readonly mediaFolder: string;
	readonly login: Login;
}

const saveLine = async (client: N8nClient, id: string, nodes: WorkflowNode[]): Promise<void> => {
	const connections = connectInLine(nodes);
	await client.saveWorkflow(id, { name: id, nodes, connections, settings: SETTINGS }, true);
};

const numbered = (count: number): Dict[] =>
	Array.from({ length: count }, (_, index) => ({ text: `Report ${index + 1} of the night shift` }));

const statusOf = async (client: N8nClient, id: string): Promise<string> =>
	textOf((await client.readExecution(id)).status) ?? '';

/** Whose log says that it carried the execution out; the last one when it was handed on. */
const workerOf = (workers: readonly Member[], id: string): Member | undefined =>
	[...workers].reverse().find(({ log }) => new RegExp(`started execution ${id} `).test(log()));

async function runManyItems({ client, workers, main, emulator, credential, mediaFolder }: Situation): Promise<void> {
	const nodes = [
		manualTrigger(),
		setNode(numbered(ITEMS)),
		splitNode(),
		readFileNode(path.join(mediaFolder, 'speech.wav')),
		deepInfraNode('Speech', { resource: 'audio', operation: 'transcribe' }, credential),
		deepInfraNode(
			'Picture',
			{
				resource: 'image',
				operation: 'generate',
				prompt: '={{ $json.text }} {{ $itemIndex }}',
				options: { width: 128, height: 128 },
			},
			credential,
		),
		deepInfraNode('Label', { resource: 'image', operation: 'classify' }, credential),
		deepInfraNode('Vector', { resource: 'embedding', operation: 'create', text: '={{ $json.label }}' }, credential),
	];
	await saveLine(client, 'e2eQueueItems', nodes);
	emulator.requests.length = 0;
	const id = await client.startWorkflow('e2eQueueItems', TRIGGER);
	const execution = await waitForEnd(client, id, 240);
	ensure(execution.status === 'success', `it ended as ${String(execution.status)}: ${readError(execution)}`);
	ensure(
		workerOf(workers, id) !== undefined,
		`no worker says that it ran execution ${id}:\n${main.log().slice(-1500)}`,
	);
	for (const name of ['Speech', 'Picture', 'Label', 'Vector']) {
		const { length } = readItems(execution, name);
		ensure(length === ITEMS, `${name} gave ${length} items instead of ${ITEMS}`);
	}
	const vectors = readItems(execution, 'Vector').filter(({ json }) => listOf(dictOf(json).embedding).length === 4096);
	ensure(vectors.length === ITEMS, `${vectors.length} of ${ITEMS} items have a vector`);
	const files = readItems(execution, 'Picture').map(({ binary }) => textOf(dictOf(dictOf(binary).data).id) ?? '');
	const outside = files.filter((file) => !file.startsWith('database'));
	ensure(outside.length === 0, `files that are not in the database: ${outside.slice(0, 3).join(', ')}`);
	const bytes = await client.readBinary(files.at(-1) ?? '');
	ensure(bytes.subarray(1, 4).toString() === 'PNG', 'the main gives out something else than the image of the worker');
	const uploads = emulator.requests.filter(({ form }) => form !== undefined);
	// All items have the same recording, which is paid for once; each has a picture of its own.
	const recordings = uploads.filter(({ path: route }) => route.includes('whisper')).length;
	ensure(recordings === 1, `the same recording was sent ${recordings} times`);
	const pictures = uploads.length - recordings;
	ensure(pictures > ITEMS / 2 && pictures <= ITEMS, `${pictures} pictures were sent instead of ${ITEMS}`);
	ensure(
		uploads.every(({ status }) => status === 200),
		'a file was refused',
	);
}

/** Executions of the node beside executions of n8n's own HTTP Request, which show what n8n keeps by itself. */
async function killWorker(situation: Situation): Promise<void> {
	const { client, workers, emulator, credential } = situation;
	const url = `${emulator.url}/v1/inference/ProsusAI/finbert`;
	const request = otherNode(
		'Request',
		'n8n-nodes-base.httpRequest',
		4.2,
		{
			method: 'POST',
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: CREDENTIAL_TYPE,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify({ input: $json.text }) }}',
			options: {},
		},
		{ credentials: { [CREDENTIAL_TYPE]: credential } },
	);
	const classify = deepInfraNode(
		'Classify',
		{ resource: 'text', operation: 'classify', text: '={{ $json.text }}' },
		credential,
	);
	await saveLine(client, 'e2eQueueOwn', [manualTrigger(), setNode(numbered(20)), splitNode(), classify]);
	await saveLine(client, 'e2eQueueControl', [manualTrigger(), setNode(numbered(20)), splitNode(), request]);
	emulator.options.latencyMs = 8000;
	const started: Array<{ readonly id: string; readonly isOwn: boolean }> = [];
	// The workers take turns, so each gets some of both.
	for (let run = 0; run < 4 * PAIRS_AT_THE_KILL; run++) {
		const isOwn = run % 4 < 2;
		started.push({ id: await client.startWorkflow(isOwn ? 'e2eQueueOwn' : 'e2eQueueControl', TRIGGER), isOwn });
	}
	await waitFor(
		'the start of all executions on the workers',
		20,
		() => started.every(({ id }) => workerOf(workers, id)) || undefined,
	);
	const victim = workers[1];
	ensure(victim !== undefined, 'there is no second worker');
	const lost = started.filter(({ id }) => workerOf(workers, id) === victim);
	ensure(
		lost.some(({ isOwn }) => isOwn) && lost.some(({ isOwn }) => !isOwn),
		`the worker to be killed runs only ${lost.length} executions of one kind`,
	);
	await victim.kill();
	const ended = await Promise.all(
		started.map(async ({ id, isOwn }) => {
			const execution = await waitForEnd(client, id, 120);
			const wasLost = lost.some((each) => each.id === id);
			return { id, isOwn, wasLost, status: textOf(execution.status) ?? '', error: readError(execution) };
		}),
	);
	emulator.options.latencyMs = 0;
	const told = ended.map((each) => JSON.stringify(each)).join('\n');
	const spared = ended.filter(({ wasLost }) => !wasLost);
	ensure(
		spared.every(({ status }) => status === 'success'),
		`executions of the other worker failed:\n${told}`,
	);
	const endings = (own: boolean) =>
		[...new Set(ended.filter(({ wasLost, isOwn }) => wasLost && isOwn === own).map(({ status }) => status))]
			.sort()
			.join();
	ensure(
		endings(true) === endings(false),
		`n8n's own executions end as ${endings(false)}, the node's as ${endings(true)}:\n${told}`,
	);
}

async function stopFromMain({ client, main, emulator, credential, login }: Situation): Promise<void> {
	const classify = deepInfraNode(
		'Classify',
		{ resource: 'text', operation: 'classify', text: '={{ $json.text }}' },
		credential,
	);
	await saveLine(client, 'e2eQueueStop', [manualTrigger(), setNode(numbered(ITEMS)), splitNode(), classify]);
	emulator.requests.length = 0;
	emulator.options.latencyMs = 120_000;
	const id = await client.startWorkflow('e2eQueueStop', TRIGGER);
	const open = () =>
		emulator.requests.filter(
			({ path: where, status, aborted }) => where.startsWith('/v1/inference/') && status === undefined && !aborted,
		);
	await waitFor('the requests of the worker', 30, () => open().length >= 16 || undefined);
	const before = open();
	const signedIn = await fetch(`${main.url}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ emailOrLdapLoginId: login.email, password: login.password }),
	});
	const cookie = signedIn.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
	const stopped = await fetch(`${main.url}/rest/executions/${id}/stop`, { method: 'POST', headers: { cookie } });
	ensure(stopped.ok, `n8n does not stop the execution (status ${stopped.status}): ${await stopped.text()}`);
	await waitFor('the end of the requests', 15, () => before.every(({ aborted }) => aborted) || undefined);
	await waitFor('the end of the execution', 15, async () => (await statusOf(client, id)) === 'canceled' || undefined);
	const after = emulator.requests.length;
	await sleep(1500);
	ensure(emulator.requests.length === after, 'requests were sent after the stop');
	emulator.options.latencyMs = 0;
}

/** The node in n8n's own distributed engine: a main, two workers, two processors of webhooks, Redis and PostgreSQL. */
export const queuePart: Part = async ({ report, endings, signal }) => {
	const node = await installN8n(signal);
	const programs = await installDatabases(signal);
	const redisPort = await startRedis(endings, await makeFolder(endings, 'redis'));
	const postgres = await startPostgres(endings, programs, signal);
	const emulator = await startEmulatorFor(endings);
	const cluster = await Cluster.prepare({ node, redisPort, postgres, endings, signal });
	const main = await showStep("Starting n8n's main", async () => await cluster.startMain());
	const workers = await showStep('Starting two workers', async () => {
		// One after the other: each takes the next free ports.
		return [await cluster.startWorker('worker-1'), await cluster.startWorker('worker-2')];
	});
	const processors = await showStep('Starting two processors of webhooks', async () => {
		const first = await cluster.startWebhookProcessor('webhook-1');
		return [first, await cluster.startWebhookProcessor('webhook-2')] as const;
	});
	const login = await readLogin(cluster.mediaFolder);
	const client = new N8nClient(main.url);
	await client.signIn(login);
	const name = 'DeepInfra';
	const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
	const credential = { name, id: await client.saveCredential({ name, type: CREDENTIAL_TYPE, data }) };
	const { mediaFolder } = cluster;
	const situation = { client, main, workers, emulator, credential, mediaFolder, login };
	await report.check(`${ITEMS} items through audio, image and embedding steps on a worker`, async () => {
		await runManyItems(situation);
	});
	const distributed = { client, workers, processors, emulator, credential };
	await report.check('A batch made on a worker, told of once by the main, read on a worker, nothing left', async () => {
		await runBatch(distributed);
	});
	await report.check('A result that DeepInfra sends starts one run, whichever process it comes to', async () => {
		await receiveCallback(distributed);
	});
	await report.check('A run that sleeps is woken by a processor of webhooks', async () => {
		await wakeRun(distributed);
	});
	await report.check('Stopping from the main ends the requests of the worker', async () => {
		await stopFromMain(situation);
	});
	await report.check('A killed worker loses no execution that n8n itself keeps', async () => {
		await killWorker(situation);
	});
};
