/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort } from '../../../scripts/host/checks';
import { N8nClient } from '../../../scripts/host/client';
import { installN8n } from '../../../scripts/host/install';
import { readLogin, type Login } from '../../../scripts/host/login';
import { installFolder, installNode } from '../../../scripts/host/package';
import { places } from '../../../scripts/host/places';
import { showStep } from '../../../scripts/host/progress';
import { startServer } from '../../../scripts/host/server';
import { startEmulator, type Emulator } from '../../emulator';
import type { Endings } from './endings';

export const EMULATOR_KEY = 'emulator-key';
export const CREDENTIAL_TYPE = 'deepInfraApi';
export const NODE_TYPE = 'n8n-nodes-deepinfra-ai.deepInfra';
const EDITOR_PORT = 5780;

/** A running n8n with the packed node, and the emulator that its credentials point to. */
export interface World {
	readonly url: string;
	readonly client: N8nClient;
	readonly login: Login;
	readonly emulator: Emulator;
	readonly mediaFolder: string;
	readonly logFile: string;
}

/** A folder that is gone when the run ends. */
export async function makeFolder(endings: Endings, name: string): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), `deepinfra-e2e-${name}-`));
	endings.add(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }));
	return folder;
}

export async function copyMedia(folder: string): Promise<string> {
	const mediaFolder = path.join(folder, 'media');
	await mkdir(mediaFolder, { recursive: true });
	for (const name of ['photo.jpg', 'speech.wav']) {
		await copyFile(path.join(places.fixtures, name), path.join(mediaFolder, name));
	}
	return mediaFolder;
}

export async function startEmulatorFor(endings: Endings): Promise<Emulator> {
	const emulator = await startEmulator();
	endings.add(async () => await emulator.close());
	return emulator;
}

/**
 * n8n as `npm start` starts it, in a folder of its own, signed in as its owner.
 * @param others folders of further packages
 */
export async function startWorld(
	endings: Endings,
	signal: AbortSignal,
	others: readonly string[] = [],
): Promise<World> {
	const node = await installN8n(signal);
	const userFolder = await makeFolder(endings, 'editor');
	const mediaFolder = await copyMedia(userFolder);
	await installNode(userFolder, signal);
	for (const folder of others) await installFolder(userFolder, folder);
	const emulator = await startEmulatorFor(endings);
	const port = await choosePort(EDITOR_PORT);
	const server = await showStep('Starting n8n', async () => {
		return await startServer({ node, userFolder, mediaFolder, port, signal });
	});
	endings.add(async () => await server.stop());
	const client = new N8nClient(server.url);
	const login = await readLogin(userFolder);
	await client.signIn(login);
	return { url: server.url, client, login, emulator, mediaFolder, logFile: server.logFile };
}
