import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { readModels, type Model } from '../catalog/models';
import { isDict, optionalText } from '../core/answer';
import { modelPath } from '../core/model';
import type { ModelFacts } from '../core/operation';
import type { Account } from './credential';
import type { Transport } from './http';

const KEPT_FOR = 5 * 60_000;
const PATIENCE = 20_000;

const kept = new Map<string, { readonly at: number; readonly models: Promise<Model[]> }>();

/** The public list of all models; fetched once in a few minutes for each base URL, however often it is asked for. */
export async function listModels(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	{ baseUrl }: Pick<Account, 'baseUrl'>,
): Promise<Model[]> {
	const known = kept.get(baseUrl);
	if (known && Date.now() - known.at < KEPT_FOR) return await known.models;
	const models = context.helpers
		.httpRequest({ method: 'GET', url: `${baseUrl}/models/list`, json: true, timeout: PATIENCE })
		.then(readModels);
	kept.set(baseUrl, { at: Date.now(), models });
	// What failed is not kept.
	models.catch(() => kept.delete(baseUrl));
	return await models;
}

/** Seconds that a run waits for what the catalogue says about a model; it can do without. */
const FACTS_SECONDS = 10;

/** What the catalogue says about a model (`GET /models/{name}`); nothing when it does not answer. */
export async function readFacts(transport: Transport, model: string): Promise<ModelFacts> {
	const outcome = await transport.send({ method: 'GET', path: `/models/${modelPath(model)}` }, FACTS_SECONDS);
	if (!outcome.ok || !isDict(outcome.value)) return {};
	return { maskToken: optionalText(outcome.value.mask_token) || undefined };
}
