/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { N8nClient } from '../host/client';
import { places } from '../host/places';
import type { Service } from '../service';
import { readWorkflow, type PreparedWorkflow } from './workflow';

/** The only folder that workflows of this n8n may read: a photo and a recording. */
export async function copyMedia(userFolder: string): Promise<string> {
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

/**
 * Puts the credential, the demo and the examples into n8n. An example that is there already stays as the user left it;
 * so does the demo unless `renewDemo`.
 */
export async function fillN8n(
	client: N8nClient,
	{ name, apiKey, baseUrl }: Service,
	mediaFolder: string,
	renewDemo: boolean,
): Promise<PreparedWorkflow> {
	const id = await client.saveCredential({ name, type: 'deepInfraApi', data: { apiKey, baseUrl } });
	const credential = { id, name };
	const demo = await readWorkflow(path.join(places.workflows, 'demo.json'), mediaFolder, credential);
	await client.saveWorkflow(demo.id, demo.workflow, renewDemo);
	for (const file of await listExamples()) {
		const example = await readWorkflow(file, mediaFolder, credential);
		await client.saveWorkflow(example.id, example.workflow, false);
	}
	return demo;
}
