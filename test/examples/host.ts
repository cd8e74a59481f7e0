/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWorkflow } from '../../scripts/demo/workflow';
import { choosePort } from '../../scripts/host/checks';
import { N8nClient } from '../../scripts/host/client';
import { installN8n } from '../../scripts/host/install';
import { readLogin, type Login } from '../../scripts/host/login';
import { installNode } from '../../scripts/host/package';
import { places } from '../../scripts/host/places';
import { startServer, type Server } from '../../scripts/host/server';
import { dictOf, listOf, textOf, type Dict } from '../../scripts/json';
import { startEmulator, type Emulator } from '../emulator';
import { Run } from './run';

const EDITOR_PORT = 5690;
const API_KEY = 'emulator-key';
const CREDENTIAL = 'DeepInfra account';
const PATIENCE = 60_000;
const ENDED = ['success', 'error', 'crashed', 'canceled'];

export const exampleFile = (name: string): string => path.join(places.examples, `${name}.json`);

/** Changes one node of a workflow before it is saved. */
export type Change = (node: Dict) => Dict;

/** A real n8n with the packed node, of its own, that knows the emulator as DeepInfra. */
export class Host {
	private constructor(
		readonly server: Server,
		readonly client: N8nClient,
		readonly emulator: Emulator,
		/** The only folder that workflows may read from and write to. */
		readonly mediaFolder: string,
		private readonly folder: string,
		private readonly cookie: string,
		readonly credential: { id: string; name: string },
	) {}

	static async start(): Promise<Host> {
		const { signal } = new AbortController();
		const node = await installN8n(signal);
		const folder = await mkdtemp(path.join(tmpdir(), 'n8n-examples-'));
		const mediaFolder = path.join(folder, 'media');
		await mkdir(mediaFolder);
		await installNode(folder, signal);
		const emulator = await startEmulator({ seed: 1 });
		const port = await choosePort(EDITOR_PORT);
		const server = await startServer({ node, userFolder: folder, mediaFolder, port, signal });
		const client = new N8nClient(server.url);
		const login = await readLogin(folder);
		await client.signIn(login);
		const data = { apiKey: API_KEY, baseUrl: emulator.url };
		const id = await client.saveCredential({ name: CREDENTIAL, type: 'deepInfraApi', data });
		const credential = { id, name: CREDENTIAL };
		return new Host(server, client, emulator, mediaFolder, folder, await signIn(server.url, login), credential);
	}

	async stop(): Promise<void> {
		await this.server.stop();
		await this.emulator.close();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}

	/** Imports an example as it is, with the credential of this n8n; resolves to the workflow's id. */
	async importExample(name: string, change: Change = (node) => node): Promise<string> {
		const { id, workflow } = await readWorkflow(exampleFile(name), this.mediaFolder, this.credential);
		const nodes = listOf(workflow.nodes).map((node) => change(dictOf(node)));
		await this.client.saveWorkflow(id, { ...workflow, nodes }, true);
		return id;
	}

	/** Saves an example as the editor does after its import, nothing changed; resolves to the saved nodes. */
	async importUntouched(name: string): Promise<Dict[]> {
		const workflow = dictOf(JSON.parse(await readFile(exampleFile(name), 'utf8')));
		const saved = dictOf(await this.request('POST', '/rest/workflows', workflow));
		return listOf(saved.nodes).map(dictOf);
	}

	async runByHand(id: string): Promise<Run> {
		return await this.waitFor(await this.client.startWorkflow(id, 'Try it'));
	}

	/** Lets a workflow start by its own trigger. */
	async publish(id: string): Promise<void> {
		const { versionId } = dictOf(await this.request('GET', `/rest/workflows/${id}`));
		await this.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	async unpublish(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/deactivate`, {});
	}

	/** A published form is there a moment after its workflow is published; resolves to its address. */
	async waitForForm(webhookId: string): Promise<string> {
		const url = `${this.server.url}/form/${webhookId}`;
		const limit = Date.now() + PATIENCE;
		while (Date.now() < limit) {
			if ((await fetch(url)).ok) return url;
			await pause();
		}
		throw new Error(`the form ${url} did not appear within ${PATIENCE / 1000} seconds`);
	}

	/** The first execution in which a node of a published workflow ran. */
	async waitForNode(id: string, node: string): Promise<Run> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const limit = Date.now() + 3 * PATIENCE;
		const seen = new Set<string>();
		while (Date.now() < limit) {
			const answer = dictOf(await this.request('GET', `/rest/executions?filter=${filter}`));
			for (const each of listOf(answer.results)) {
				const execution = textOf(dictOf(each).id);
				if (execution === undefined || seen.has(execution)) continue;
				const run = await this.waitFor(execution);
				seen.add(execution);
				if (run.items(node).length > 0) return run;
			}
			await pause();
		}
		throw new Error(`'${node}' of workflow ${id} did not run within ${(3 * PATIENCE) / 1000} seconds`);
	}

	/** The first execution that a published workflow's trigger started, or a later one, counted from 1. */
	async waitForTriggered(id: string, which = 1): Promise<Run> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const limit = Date.now() + PATIENCE;
		while (Date.now() < limit) {
			const answer = dictOf(await this.request('GET', `/rest/executions?filter=${filter}`));
			const first = textOf(dictOf(listOf(answer.results).at(-which)).id);
			if (first !== undefined) return await this.waitFor(first);
			await pause();
		}
		throw new Error(`the trigger of workflow ${id} did not fire within ${PATIENCE / 1000} seconds`);
	}

	private async waitFor(executionId: string): Promise<Run> {
		const limit = Date.now() + PATIENCE;
		while (Date.now() < limit) {
			const execution = await this.client.readExecution(executionId);
			if (ENDED.includes(textOf(execution.status) ?? '')) return new Run(execution);
			await pause();
		}
		throw new Error(`execution ${executionId} did not end within ${PATIENCE / 1000} seconds`);
	}

	private async request(method: string, route: string, body?: Dict): Promise<unknown> {
		const answer = await fetch(`${this.server.url}${route}`, {
			method,
			headers: { cookie: this.cookie, 'content-type': 'application/json' },
			body: body && JSON.stringify(body),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`n8n refused ${method} ${route} (status ${answer.status}): ${text.slice(0, 500)}`);
		return dictOf(JSON.parse(text)).data;
	}
}

const pause = async () => await new Promise((resolve) => setTimeout(resolve, 200));

async function signIn(url: string, { email, password }: Login): Promise<string> {
	const answer = await fetch(`${url}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ emailOrLdapLoginId: email, password }),
	});
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}
