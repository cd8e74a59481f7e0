import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { findModel, joinModels, readModel, readModels, type Model, type ModelKind } from '../catalog/models';
import { readSchema } from '../catalog/schema';
import { isDict, optionalText } from '../core/answer';
import { modelPath } from '../core/model';
import type { ModelFacts } from '../core/operation';
import { clock } from './clock';

type Context = IExecuteFunctions | ILoadOptionsFunctions;

const KEPT_FOR = 5 * 60_000;
/** A catalogue that does not answer is asked again soon, but not by every item. */
const FAILURE_KEPT_FOR = 30_000;
const MOST_KEPT = 500;

interface Kept {
	readonly until: number;
	readonly value: Promise<unknown>;
}
const kept = new Map<string, Kept>();

/** What was got within the last minutes, else what `get` gets; asked for once at a time, however many wait for it. */
async function remember(key: string, get: () => Promise<unknown>): Promise<unknown> {
	const known = kept.get(key);
	if (known && known.until > Date.now()) return await known.value;
	if (kept.size >= MOST_KEPT) kept.clear();
	const value = get();
	kept.set(key, { until: Date.now() + KEPT_FOR, value });
	value.catch(() => kept.set(key, { until: Date.now() + FAILURE_KEPT_FOR, value }));
	return await value;
}

/** Milliseconds that n8n's editor waits for a list, and that a run waits for what it can do without. */
const LIST_PATIENCE = 20_000;
const FACTS_PATIENCE = 5_000;

/** The client's own timeout starts anew with each byte; this one does not. */
async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
	const answered = new AbortController();
	const late = clock.sleep(milliseconds, answered.signal).then(() => {
		throw new Error(`no answer within ${milliseconds / 1000} seconds`);
	});
	// Once there is an answer, nobody waits for the lateness any more.
	late.catch(() => undefined);
	return await Promise.race([answer, late]).finally(() => answered.abort());
}

function listOf(answer: unknown): unknown[] {
	if (Array.isArray(answer)) return answer;
	throw new Error('the answer is not a list of models');
}

/** The catalogue behind a credential; without one, DeepInfra's public part. */
export class Catalogue {
	constructor(
		private readonly context: Context,
		private readonly baseUrl: string,
		private readonly hasCredential = true,
	) {}

	/**
	 * Every model that the account can use, its own ones included.
	 * @throws when the public list cannot be had
	 */
	async models(): Promise<Model[]> {
		const own = async (path: string, kind: ModelKind) => await this.ownList(path, kind).catch(() => []);
		const lists = await Promise.all([
			own('/models/private/list', 'private'),
			own('/models/lora/list', 'lora'),
			this.deployments(),
			this.publicList(),
		]);
		return joinModels(...lists);
	}

	/** What is known of a model; what cannot be had is left out. Never throws. */
	async facts(model: string, version?: string): Promise<ModelFacts> {
		const name = model.startsWith('deploy_id:') ? findModel(await this.deployments(), model)?.name : model;
		if (name === undefined) return {};
		const path = `/models/${modelPath(name)}`;
		const query = version ? `?version=${encodeURIComponent(version)}` : '';
		const get = async (part: string) =>
			await this.get(`${path}${part}${query}`, FACTS_PATIENCE, (answer) => answer).catch(() => undefined);
		const [info, schema] = await Promise.all([get(''), get('/schema/default')]);
		return {
			maskToken: (isDict(info) && optionalText(info.mask_token)) || undefined,
			schema: readSchema(schema) ?? readSchema(info),
			model: readModel(info),
		};
	}

	private async publicList(): Promise<Model[]> {
		const url = `${this.baseUrl}/models/list`;
		const get = async () =>
			listOf(
				await within(
					LIST_PATIENCE,
					this.context.helpers.httpRequest({ method: 'GET', url, json: true, timeout: LIST_PATIENCE }),
				),
			);
		return readModels(await remember(url, get));
	}

	private async ownList(path: string, kind: ModelKind): Promise<Model[]> {
		return this.hasCredential ? readModels(await this.get(path, LIST_PATIENCE, listOf), kind) : [];
	}

	private async deployments(): Promise<Model[]> {
		return await this.ownList('/deploy/list', 'deployment').catch(() => []);
	}

	/** @param read throws for an answer that is none; such a one is not kept for long */
	private async get(path: string, patience: number, read: (answer: unknown) => unknown): Promise<unknown> {
		const account = this.context.getNode().credentials?.deepInfraApi?.id ?? '';
		// Other runs may wait for the same answer, so it does not end with this run.
		const caller: Context = Object.create(this.context, { getExecutionCancelSignal: { value: () => undefined } });
		const request = async (): Promise<unknown> =>
			await this.context.helpers.httpRequestWithAuthentication.call(caller, 'deepInfraApi', {
				method: 'GET',
				url: `${this.baseUrl}${path}`,
				json: true,
				timeout: patience,
				disableFollowRedirect: true,
			});
		return await remember(`${this.baseUrl} ${account} ${path}`, async () => read(await within(patience, request())));
	}
}
