/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { readChoices, type Choices } from './arguments';
import { saveFiles } from './demo/files';
import { runDemo } from './demo/run';
import { copyMedia, fillN8n } from './demo/setUp';
import { renderTable } from './demo/table';
import { triggerOf } from './demo/workflow';
import { checkNode, checkPort, checkSpace, choosePort, readFreeSpace } from './host/checks';
import { N8nClient } from './host/client';
import { Failure } from './host/failure';
import { installN8n, isInstalled } from './host/install';
import { readLogin } from './host/login';
import { installNode } from './host/package';
import { checkUnused, claimFolder, isRunning } from './host/owner';
import { N8N_VERSION, places } from './host/places';
import { showStep } from './host/progress';
import { cacheOf, startServer } from './host/server';
import { DEEPINFRA_URL, startService } from './service';
import { interrupted, runSession, type Session } from './session';

const DEMO_FOLDER = /^demo-(\d+)$/;

/** The demo has an n8n of its own, which goes with it; `npm start` keeps its workflows and login. */
async function makeUserFolder(exit: boolean, session: Session): Promise<string> {
	await mkdir(places.host, { recursive: true });
	for (const name of await readdir(places.host)) {
		const owner = DEMO_FOLDER.exec(name)?.[1];
		if (owner === undefined || isRunning(Number(owner))) continue;
		await removeFolder(path.join(places.host, name));
		await removeFolder(cacheOf(name));
	}
	if (!exit) return places.userFolder;
	const folder = path.join(places.host, `demo-${process.pid}`);
	session.endWith(async () => await removeFolder(folder));
	return folder;
}

const removeFolder = async (folder: string) => await rm(folder, { recursive: true, force: true, maxRetries: 5 });

async function check(choices: Choices): Promise<number> {
	checkNode(process.version);
	checkSpace(await readFreeSpace(places.host), places.host, !(await isInstalled()));
	// Nobody opens the editor of a demo that ends by itself, so any port serves.
	if (choices.exit && !choices.portGiven) return await choosePort(choices.port);
	if (!choices.exit) await checkUnused(places.userFolder);
	await checkPort(choices.port, choices.exit ? 'npm run demo' : 'npm start');
	return choices.port;
}

async function runAll(choices: Choices, session: Session): Promise<number> {
	console.log(`DeepInfra for n8n: the ten tasks in a real n8n ${N8N_VERSION}\n`);
	const { signal } = session;
	const port = await check(choices);
	const node = await installN8n(signal);
	const userFolder = await makeUserFolder(choices.exit, session);
	session.endWith(await claimFolder(userFolder, port));
	const mediaFolder = await copyMedia(userFolder);
	await showStep("Packing the node and installing it as n8n's installer does", async () => {
		await installNode(userFolder, signal);
	});
	const service = await startService(choices.apiKey, session);
	const server = await showStep(`Starting n8n on port ${port}`, async () => {
		return await startServer({ node, userFolder, mediaFolder, port, signal });
	});
	session.endWith(async () => await server.stop());

	const client = new N8nClient(server.url);
	const login = await readLogin(userFolder);
	await client.signIn(login);
	const [demo, ...more] = await fillN8n(client, service, mediaFolder, true);

	const results = await showStep(
		`Running the demo workflows against ${service.isEmulator ? 'the emulator' : service.baseUrl}`,
		async () => {
			const all = [];
			for (const each of [demo, ...more]) all.push(await runDemo(client, each, triggerOf(each), signal));
			return all;
		},
	);
	const shown = [];
	const saved: string[] = [];
	for (const result of results.flat()) {
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
	const ten = shown.slice(0, results[0]?.length ?? 0);
	console.log(`${ten.filter(({ ok }) => ok).length} of ${ten.length} tasks`);
	if (more.length > 0) console.log(`${succeeded} of ${shown.length} with those beyond the ten`);
	const code = succeeded === shown.length && shown.length > 0 ? 0 : 1;
	if (choices.exit) {
		console.log(`${succeeded} passed, ${shown.length - succeeded} failed`);
		return code;
	}
	console.log(
		`\nThe editor is running; Ctrl-C ends it.\n\n  Address   ${server.url}/workflow/${demo.id}` +
			`\n  Email     ${login.email}\n  Password  ${login.password}\n`,
	);
	if ((await Promise.race([server.ended, interrupted(signal)])) === 'interrupted') {
		console.log('\nEnding n8n.');
		return code;
	}
	throw new Failure('n8n ended by itself.', `Its log, ${server.logFile}, tells why; then run the command again.`);
}

void runSession(async (session) => await runAll(readChoices(process.argv.slice(2), process.env), session));
