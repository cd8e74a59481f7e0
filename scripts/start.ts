/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { startEmulator } from '../test/emulator';
import { readChoices, type Choices } from './arguments';
import { saveFiles } from './demo/files';
import { runDemo } from './demo/run';
import { renderTable } from './demo/table';
import { readWorkflow } from './demo/workflow';
import { checkNode, checkPort, checkSpace, choosePort, readFreeSpace } from './host/checks';
import { N8nClient } from './host/client';
import { Failure, failureText, Interruption } from './host/failure';
import { installN8n, isInstalled } from './host/install';
import { readLogin } from './host/login';
import { installNode } from './host/package';
import { N8N_VERSION, places } from './host/places';
import { showStep } from './host/progress';
import { cacheOf, startServer } from './host/server';

const EMULATOR_PORT = 4600;
const EMULATOR_KEY = 'emulator-key';
const DEEPINFRA_URL = 'https://api.deepinfra.com';
const DEMO_TRIGGER = 'Run the ten tasks';
const DEMO_FOLDER = /^demo-(\d+)$/;

/** What has to be ended or removed when this run ends, in whatever way; the last comes first. */
const endings: Array<() => Promise<unknown>> = [];

interface Service {
	readonly name: string;
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly isEmulator: boolean;
}

async function startService(apiKey: string | undefined): Promise<Service> {
	if (apiKey !== undefined) return { name: 'DeepInfra', baseUrl: DEEPINFRA_URL, apiKey, isEmulator: false };
	const emulator = await startEmulator({ port: await choosePort(EMULATOR_PORT) });
	endings.push(async () => await emulator.close());
	return { name: 'DeepInfra emulator', baseUrl: emulator.url, apiKey: EMULATOR_KEY, isEmulator: true };
}

/** The demo has an n8n of its own, which goes with it; `npm start` keeps its workflows and login. */
async function makeUserFolder(exit: boolean): Promise<string> {
	await mkdir(places.host, { recursive: true });
	for (const name of await readdir(places.host)) {
		const owner = DEMO_FOLDER.exec(name)?.[1];
		if (owner === undefined || isRunning(Number(owner))) continue;
		await removeFolder(path.join(places.host, name));
		await removeFolder(cacheOf(name));
	}
	if (!exit) return places.userFolder;
	const folder = path.join(places.host, `demo-${process.pid}`);
	endings.push(async () => await removeFolder(folder));
	return folder;
}

const removeFolder = async (folder: string) => await rm(folder, { recursive: true, force: true, maxRetries: 5 });

function isRunning(processId: number): boolean {
	try {
		return process.kill(processId, 0);
	} catch {
		return false;
	}
}

async function copyMedia(userFolder: string): Promise<string> {
	const folder = path.join(userFolder, 'media');
	await mkdir(folder, { recursive: true });
	for (const name of ['photo.jpg', 'speech.wav']) {
		await copyFile(path.join(places.fixtures, name), path.join(folder, name));
	}
	return folder;
}

async function listExamples(): Promise<string[]> {
	const names = await readdir(places.examples).catch((): string[] => []);
	return names.filter((name) => name.endsWith('.json')).map((name) => path.join(places.examples, name));
}

async function check(choices: Choices): Promise<number> {
	checkNode(process.version);
	checkSpace(await readFreeSpace(places.host), places.host, !(await isInstalled()));
	// Nobody opens the editor of a demo that ends by itself, so any port serves.
	if (choices.exit && !choices.portGiven) return await choosePort(choices.port);
	await checkPort(choices.port, choices.exit ? 'npm run demo' : 'npm start');
	return choices.port;
}

async function runAll(choices: Choices, signal: AbortSignal): Promise<number> {
	console.log(`DeepInfra for n8n: the ten tasks in a real n8n ${N8N_VERSION}\n`);
	const port = await check(choices);
	const node = await installN8n(signal);
	const userFolder = await makeUserFolder(choices.exit);
	const mediaFolder = await copyMedia(userFolder);
	await showStep("Packing the node and installing it as n8n's installer does", async () => {
		await installNode(userFolder, signal);
	});
	const service = await startService(choices.apiKey);
	const server = await showStep(`Starting n8n on port ${port}`, async () => {
		return await startServer({ node, userFolder, mediaFolder, port, signal });
	});
	endings.push(async () => await server.stop());

	const client = new N8nClient(server.url);
	const login = await readLogin(userFolder);
	await client.signIn(login);
	const { name, apiKey, baseUrl } = service;
	const credentialId = await client.saveCredential({ name, type: 'deepInfraApi', data: { apiKey, baseUrl } });
	const credential = { id: credentialId, name };
	const demo = await readWorkflow(path.join(places.workflows, 'demo.json'), mediaFolder, credential);
	await client.saveWorkflow(demo.id, demo.workflow, true);
	for (const file of await listExamples()) {
		const example = await readWorkflow(file, mediaFolder, credential);
		await client.saveWorkflow(example.id, example.workflow, false);
	}

	const results = await showStep(
		`Running the demo workflow against ${service.isEmulator ? 'the emulator' : baseUrl}`,
		async () => {
			return await runDemo(client, demo, DEMO_TRIGGER, signal);
		},
	);
	const shown = [];
	const saved: string[] = [];
	for (const result of results) {
		const kept = await saveFiles(result, places.output, async (id) => await client.readBinary(id));
		shown.push(kept.result);
		saved.push(...kept.saved);
	}
	const succeeded = shown.filter(({ ok }) => ok).length;
	console.log(`\n${renderTable(shown, process.stdout.columns ?? 130)}\n`);
	for (const file of saved) console.log(`Saved: ${file}`);
	console.log(
		service.isEmulator
			? "\nThese answers and costs are the emulator's, made from the inputs by fixed rules: no model ran, nothing was paid." +
					"\nFor DeepInfra's own answers set DEEPINFRA_API_KEY to an API key and run the command again."
			: `\nThis was DeepInfra itself (${DEEPINFRA_URL}), with your API key: the costs are what it bills.`,
	);
	console.log(`${succeeded} of ${shown.length} tasks`);
	const code = succeeded === shown.length && shown.length > 0 ? 0 : 1;
	if (choices.exit) {
		console.log(`${succeeded} passed, ${shown.length - succeeded} failed`);
		return code;
	}
	console.log(
		`\nThe editor is running; Ctrl-C ends it.\n\n  Address   ${server.url}/workflow/${demo.id}` +
			`\n  Email     ${login.email}\n  Password  ${login.password}\n`,
	);
	const endedBySignal = new Promise<'signal'>((resolve) => signal.addEventListener('abort', () => resolve('signal')));
	if ((await Promise.race([server.ended, endedBySignal])) === 'signal') {
		console.log('\nEnding n8n.');
		return code;
	}
	throw new Failure('n8n ended by itself.', `Its log, ${server.logFile}, tells why; then run the command again.`);
}

async function endAll(): Promise<void> {
	for (const end of endings.splice(0).reverse()) {
		await end().catch((error: unknown) => console.error(`While ending: ${String(error)}`));
	}
}

async function main(): Promise<number> {
	const interruption = new AbortController();
	let asked = 0;
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => {
			// Some terminals and npm send the same signal twice; only a person is this patient.
			asked ||= Date.now();
			if (Date.now() - asked > 2000) process.exit(130);
			interruption.abort();
		});
	}
	try {
		return await runAll(readChoices(process.argv.slice(2), process.env), interruption.signal);
	} catch (error) {
		console.error(failureText(error));
		return error instanceof Interruption ? 130 : 1;
	} finally {
		await endAll();
	}
}

// Standard output may be a pipe: the exit code is set, and the process ends when all is written.
void main().then((code) => {
	process.exitCode = code;
});
