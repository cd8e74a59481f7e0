/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { N8nClient } from '../host/client';
import { places } from '../host/places';
import type { Service } from '../service';
import { readWorkflow, type PreparedWorkflow } from './workflow';

/** The only folder that workflows of this n8n may read: a photo, a recording and two scans. */
export async function copyMedia(userFolder: string): Promise<string> {
	const folder = path.join(userFolder, 'media');
	await mkdir(folder, { recursive: true });
	for (const name of ['photo.jpg', 'speech.wav', 'invoice-2041.pdf', 'invoice-2042.pdf']) {
		await copyFile(path.join(places.fixtures, name), path.join(folder, name));
	}
	return folder;
}

async function listWorkflows(folder: string): Promise<string[]> {
	const names = await readdir(folder).catch((): string[] => []);
	return names
		.filter((name) => name.endsWith('.json'))
		.sort()
		.map((name) => path.join(folder, name));
}

const TEN_TASKS = path.join(places.workflows, 'demo.json');

/**
 * Puts the credential, the demo and the examples into n8n. An example that is there already stays as the user left it;
 * so do the demo's workflows unless `renewDemo`.
 * @returns the workflow of the ten tasks, and one for each other file beside it
 */
export async function fillN8n(
	client: N8nClient,
	{ name, apiKey, baseUrl }: Service,
	mediaFolder: string,
	renewDemo: boolean,
): Promise<[PreparedWorkflow, ...PreparedWorkflow[]]> {
	const id = await client.saveCredential({ name, type: 'deepInfraApi', data: { apiKey, baseUrl } });
	const credential = { id, name };
	const read = async (file: string) => await readWorkflow(file, mediaFolder, credential);
	const more = (await listWorkflows(places.workflows)).filter((file) => file !== TEN_TASKS);
	const demos = [await read(TEN_TASKS), ...(await Promise.all(more.map(read)))] as const;
	for (const { id: demo, workflow } of demos) await client.saveWorkflow(demo, workflow, renewDemo);
	for (const file of await listWorkflows(places.examples)) {
		const example = await read(file);
		await client.saveWorkflow(example.id, example.workflow, false);
	}
	return [...demos];
}
