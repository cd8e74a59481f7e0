import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { joinModels, readModel, readModels, type Model, type ModelKind } from '../catalog/models';
import { readSchema } from '../catalog/schema';
import { isDict, optionalText } from '../core/answer';
import { modelPath } from '../core/model';
import type { ModelFacts } from '../core/operation';

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
		const own = async (path: string, kind: ModelKind) => await this.list(path, kind).catch(() => []);
		const lists = await Promise.all([
			own('/models/private/list', 'private'),
			own('/models/lora/list', 'lora'),
			own('/deploy/list', 'deployment'),
			this.publicList(),
		]);
		return joinModels(...lists);
	}

	private async publicList(): Promise<Model[]> {
		const get = async (): Promise<unknown> =>
			await this.context.helpers.httpRequest({
				method: 'GET',
				url: `${this.baseUrl}/models/list`,
				json: true,
				timeout: 20_000,
			});
		return readModels(await remember(`${this.baseUrl} /models/list`, get));
	}

	private async list(path: string, kind: ModelKind): Promise<Model[]> {
		return this.hasCredential ? readModels(await this.get(path, 10_000), kind) : [];
	}

	/** What is known of a model; what cannot be had is left out. Never throws. */
	async facts(model: string, version?: string): Promise<ModelFacts> {
		if (model.startsWith('deploy_id:')) return {};
		const path = `/models/${modelPath(model)}`;
		const query = version ? `?version=${encodeURIComponent(version)}` : '';
		const get = async (part: string) => await this.get(`${path}${part}${query}`, 5_000).catch(() => undefined);
		const [info, schema] = await Promise.all([get(''), get('/schema/default')]);
		return {
			maskToken: (isDict(info) && optionalText(info.mask_token)) || undefined,
			schema: readSchema(schema) ?? readSchema(info),
			model: readModel(info),
		};
	}

	private async get(path: string, timeout: number): Promise<unknown> {
		const account = this.context.getNode().credentials?.deepInfraApi?.id ?? '';
		return await remember(
			`${this.baseUrl} ${account} ${path}`,
			async () =>
				await this.context.helpers.httpRequestWithAuthentication.call(this.context, 'deepInfraApi', {
					method: 'GET',
					url: `${this.baseUrl}${path}`,
					json: true,
					timeout,
					disableFollowRedirect: true,
				}),
		);
	}
}
