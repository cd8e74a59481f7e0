import { dictOf, isDict, listOf, parseJson, textOf, type Dict } from '../json';
import { Failure } from './failure';
import type { Login } from './login';

export interface Credential {
	readonly name: string;
	readonly type: string;
	readonly data: Dict;
}

const REQUEST_LIMIT = 60_000;

/** n8n as its own editor uses it: signed in, over /rest. The version of n8n is fixed, so these routes are too. */
export class N8nClient {
	private cookie = '';

	constructor(private readonly url: string) {}

	/** Makes the owner of a new n8n, or signs in to one that has its owner. */
	async signIn(login: Login): Promise<void> {
		const settings = dictOf(await this.request('GET', '/rest/settings'));
		const isNew = dictOf(settings.userManagement).showSetupOnFirstLoad === true;
		const { email, password } = login;
		const answer = isNew
			? await this.send('POST', '/rest/owner/setup', { email, password, firstName: 'Demo', lastName: 'Owner' })
			: await this.send('POST', '/rest/login', { emailOrLdapLoginId: email, password });
		if (!answer.ok) {
			throw new Failure(
				`signing in to n8n as ${email} failed: ${textOf(dictOf(parseJson(await answer.text())).message)}`,
				'When the password was changed in the editor, or n8n was made by something else: ' +
					`delete the folder ${login.userFolder} for a new n8n (its workflows go with it).`,
			);
		}
		this.cookie = answer.headers
			.getSetCookie()
			.map((line) => line.split(';')[0])
			.join('; ');
	}

	/** Makes the credential, or brings the one of that name up to date; resolves to its id. */
	async saveCredential(credential: Credential): Promise<string> {
		const known = listOf(await this.request('GET', '/rest/credentials')).map(dictOf);
		const same = known.find(({ name, type }) => name === credential.name && type === credential.type);
		const saved = same
			? await this.request('PATCH', `/rest/credentials/${textOf(same.id)}`, credential)
			: await this.request('POST', '/rest/credentials', credential);
		return textOf(dictOf(saved).id) ?? '';
	}

	/** `overwrite` false: a workflow that is there already stays as the user left it. */
	async saveWorkflow(id: string, workflow: Dict, overwrite: boolean): Promise<void> {
		const route = `/rest/workflows/${encodeURIComponent(id)}`;
		const found = await this.send('GET', route);
		if (!found.ok) {
			await this.request('POST', '/rest/workflows', { ...workflow, id });
		} else if (overwrite) {
			const archived = dictOf(dictOf(parseJson(await found.text())).data).isArchived === true;
			if (archived) await this.request('POST', `${route}/unarchive`, {});
			await this.request('PATCH', `${route}?forceSave=true`, workflow);
		}
	}

	/** Starts a workflow at its trigger; resolves to the execution's id. */
	async startWorkflow(id: string, trigger: string): Promise<string> {
		const route = `/rest/workflows/${encodeURIComponent(id)}/run`;
		const answer = dictOf(await this.request('POST', route, { triggerToStartFrom: { name: trigger } }));
		const executionId = textOf(answer.executionId);
		if (executionId !== undefined) return executionId;
		throw new Failure('n8n did not start the demo workflow.', 'Run the command again.', JSON.stringify(answer));
	}

	/** Makes its triggers listen. */
	async activateWorkflow(id: string): Promise<void> {
		const route = `/rest/workflows/${encodeURIComponent(id)}`;
		const { versionId } = dictOf(await this.request('GET', route));
		await this.request('POST', `${route}/activate`, { versionId });
	}

	/** The ids of a workflow's executions, the newest first. */
	async listExecutions(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = dictOf(await this.request('GET', `/rest/executions?filter=${filter}`));
		return listOf(results).map((each) => textOf(dictOf(each).id) ?? '');
	}

	async stopExecution(id: string): Promise<void> {
		await this.request('POST', `/rest/executions/${encodeURIComponent(id)}/stop`, {});
	}

	async readExecution(id: string): Promise<Dict> {
		return dictOf(await this.request('GET', `/rest/executions/${encodeURIComponent(id)}`));
	}

	/** The bytes behind a binary value's id. */
	async readBinary(id: string): Promise<Buffer> {
		const answer = await this.send('GET', `/rest/binary-data?action=download&id=${encodeURIComponent(id)}`);
		if (!answer.ok) {
			throw new Failure(`n8n does not give out the file ${id} (status ${answer.status}).`, 'Run the command again.');
		}
		return Buffer.from(await answer.arrayBuffer());
	}

	private async request(method: string, route: string, body?: Dict | Credential): Promise<unknown> {
		const answer = await this.send(method, route, body);
		const text = await answer.text();
		const parsed = parseJson(text);
		if (answer.ok && isDict(parsed) && 'data' in parsed) return parsed.data;
		const said = textOf(dictOf(parsed).message) ?? text.slice(0, 300);
		throw new Failure(
			`n8n refused ${method} ${route} (status ${answer.status}): ${said}`,
			"Run the command again; n8n's log may tell more.",
		);
	}

	private async send(method: string, route: string, body?: Dict | Credential): Promise<Response> {
		const headers: Record<string, string> = { cookie: this.cookie };
		if (body !== undefined) headers['content-type'] = 'application/json';
		return await fetch(`${this.url}${route}`, {
			method,
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(REQUEST_LIMIT),
		});
	}
}
