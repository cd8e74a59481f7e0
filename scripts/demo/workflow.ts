/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, isDict, listOf, parseJson, textOf, type Dict } from '../json';
import { Failure } from '../host/failure';

/** Stands in the shipped workflows for the folder that holds the photo and the recording. */
const MEDIA_PLACEHOLDER = 'DEMO_MEDIA_FOLDER';
const CREDENTIAL_TYPE = 'deepInfraApi';

export interface PreparedWorkflow {
	readonly id: string;
	readonly workflow: Dict;
}

/** Puts the media folder and the credential of this n8n into a workflow that the project ships. */
export function prepareWorkflow(workflow: Dict, mediaFolder: string, credential: { id: string; name: string }): Dict {
	const replaced = (value: unknown): unknown => {
		if (typeof value === 'string') return value.replaceAll(MEDIA_PLACEHOLDER, mediaFolder.replaceAll('\\', '/'));
		if (Array.isArray(value)) return value.map(replaced);
		if (!isDict(value)) return value;
		return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
	};
	const nodes = listOf(replaced(workflow.nodes)).map((node) => {
		const credentials = dictOf(dictOf(node).credentials);
		if (!(CREDENTIAL_TYPE in credentials)) return node;
		return { ...dictOf(node), credentials: { ...credentials, [CREDENTIAL_TYPE]: credential } };
	});
	const { name, connections, settings } = workflow;
	return { name, nodes, connections, settings: settings ?? {} };
}

/** The node that starts a workflow by hand. */
export function triggerOf({ workflow }: PreparedWorkflow): string {
	const trigger = listOf(workflow.nodes)
		.map(dictOf)
		.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	return textOf(trigger?.name) ?? '';
}

export async function readWorkflow(
	file: string,
	mediaFolder: string,
	credential: { id: string; name: string },
): Promise<PreparedWorkflow> {
	const workflow = parseJson(await readFile(file, 'utf8'));
	if (!isDict(workflow) || !Array.isArray(workflow.nodes)) {
		throw new Failure(`${file} is not an n8n workflow.`, 'Get the file back from git, then run the command again.');
	}
	// The same file is the same workflow at each start.
	const id = textOf(workflow.id) ?? createHash('sha256').update(path.basename(file)).digest('hex').slice(0, 16);
	return { id, workflow: prepareWorkflow(workflow, mediaFolder, credential) };
}
