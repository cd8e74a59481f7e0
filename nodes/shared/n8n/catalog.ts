import type { NodeContext } from './context';
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { nearestNames } from '../core/nearest';
import { readExample } from '../catalog/example';
import { findMaskToken } from '../catalog/maskToken';
import { readModel, readModels, type Model, type ModelKind } from '../catalog/model';
import { findModel, joinModels } from '../catalog/models';
import { readSchema } from '../schema/read';
import { modelPath } from '../core/request';
import { parseJson } from '../core/values';
import type { ModelFacts } from '../core/operation';
import type { Account } from './credential';
import { remember } from './cache';
import { sendAuthorized } from './http/authorized';
import { inSteps } from './http/clock';
import { decodeText, LARGEST_ANSWER } from './http/stream';
import { readUnpacked } from './http/unpack';

type Context = NodeContext | ILoadOptionsFunctions;

/** All that the engine wants to know of a model. */
export interface KnownModel extends ModelFacts {
	/** Its row in the catalogue: price and deprecation. */
	readonly model?: Model;
	/** How long its own example ran. */
	readonly exampleSeconds?: number;
}

/** Milliseconds that n8n's editor waits for the list of models, and that anybody waits for what can be done without. */
const LIST_PATIENCE = 20_000;
const PATIENCE = 5_000;

/** A list is read once, however often it is searched: the rows of an answer that is remembered stay the same. */
const readBefore = new WeakMap<object, Model[]>();

async function readRows(rows: unknown, kind: ModelKind): Promise<Model[]> {
	if (!Array.isArray(rows)) return [];
	const models = readBefore.get(rows) ?? (await inSteps(readModels(rows, kind)));
	readBefore.set(rows, models);
	return models;
}

const isRefusal = (error: unknown): boolean =>
	typeof error === 'object' && error !== null && 'httpCode' in error && ['401', '403'].includes(String(error.httpCode));

function listOf(answer: unknown): unknown[] {
	if (Array.isArray(answer)) return answer;
	throw new Error('the answer is not a list of models');
}

/** The bytes are wanted: a proxy may have packed them without saying so, or the text may have a mark before it. */
const ASKED = { json: true, encoding: 'arraybuffer' } as const;

async function readJson(body: unknown): Promise<unknown> {
	// A client that has read it already.
	if (!(body instanceof Uint8Array)) return body;
	return parseJson(decodeText(await readUnpacked([body], LARGEST_ANSWER)).replace(/^\ufeff+/, ''));
}

/** The catalogue behind a credential; without one, DeepInfra's public part. */
export class Catalog {
	private keyRefused = false;

	/** @param stop ends the waiting of a run */
	constructor(
		private readonly context: Context,
		private readonly account: Pick<Account, 'baseUrl' | 'id'> & Partial<Pick<Account, 'credential'>>,
		private readonly stop?: AbortSignal,
	) {}

	/**
	 * Every model that the account can use, its own ones included.
	 * @throws when the public list cannot be had
	 */
	async models(): Promise<Model[]> {
		const own = async (path: string, kind: ModelKind) =>
			await this.ownList(path, kind).catch((error: unknown) => {
				if (isRefusal(error)) this.keyRefused = true;
				return [];
			});
		const lists = await Promise.all([
			own('/models/private/list', 'private'),
			own('/models/lora/list', 'lora'),
			this.deployments(),
			this.publicList(),
		]);
		return joinModels(...lists);
	}

	/** Names of models that exist and resemble the one that does not; none where the list cannot be had. */
	async nearest(wanted: string): Promise<string[]> {
		const models = await this.models().catch(() => []);
		return nearestNames(
			wanted,
			models.map(({ name }) => name).filter((name) => name !== wanted),
		);
	}

	/** Whether the service refused the key when the account's own models were asked for. */
	get isKeyRefused(): boolean {
		return this.keyRefused;
	}

	/** What is known of a model; what cannot be had is left out. Never throws. */
	async facts(model: string, version?: string): Promise<KnownModel> {
		const name = model.startsWith('deploy_id:') ? findModel(await this.deployments(), model)?.name : model;
		if (name === undefined) return { name: model };
		const path = `/models/${modelPath(name)}`;
		const query = version ? `?version=${encodeURIComponent(version)}` : '';
		const get = async (part: string) =>
			await this.get(`${path}${part}${query}`, (answer) => answer).catch(() => undefined);
		const [info, schema] = await Promise.all([get(''), get('/schema/default')]);
		const row = readModel(info);
		const { seconds } = readExample(info);
		return {
			name,
			tags: row?.tags,
			contextLength: row?.contextLength,
			maskToken: findMaskToken(info),
			schema: readSchema(schema) ?? readSchema(info),
			model: row,
			exampleSeconds: seconds,
		};
	}

	/** The voices of the account, which change more often than models do, so they are asked for anew. */
	async voices(): Promise<unknown> {
		if (this.account.credential === undefined) return undefined;
		return await this.ask('/v1/voices');
	}

	private async publicList(): Promise<Model[]> {
		const url = `${this.account.baseUrl}/models/list`;
		const get = async (abortSignal: AbortSignal) =>
			listOf(await readJson(await this.context.helpers.httpRequest({ ...ASKED, method: 'GET', url, abortSignal })));
		return await readRows(await remember(url, get, LIST_PATIENCE, this.stop, this.account.baseUrl), 'public');
	}

	private async ownList(path: string, kind: ModelKind): Promise<Model[]> {
		return this.account.credential === undefined ? [] : await readRows(await this.get(path, listOf), kind);
	}

	private async deployments(): Promise<Model[]> {
		return await this.ownList('/deploy/list', 'deployment').catch(() => []);
	}

	/** @param read throws for an answer that is none; such a one is not kept for long */
	private async get(path: string, read: (answer: unknown) => unknown): Promise<unknown> {
		// Others may wait for the same answer.
		const get = async (signal: AbortSignal) => read(await this.ask(path, signal));
		const { baseUrl, id } = this.account;
		return await remember(`${baseUrl} ${id} ${path}`, get, PATIENCE, this.stop, baseUrl);
	}

	private async ask(path: string, signal?: AbortSignal): Promise<unknown> {
		const options = { ...ASKED, url: `${this.account.baseUrl}${path}`, disableFollowRedirect: true };
		return await readJson(await sendAuthorized<unknown>(this.context, this.account, options, signal));
	}
}
