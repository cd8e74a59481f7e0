import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { searchModels as search } from '../catalog/models';
import { operations } from '../operations';
import { listModels } from './catalog';

/** The models that can do what the chosen operation does. */
export async function searchModels(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const resource = this.getCurrentNodeParameter('resource');
	const value = this.getCurrentNodeParameter('operation');
	const operation = operations.find((each) => each.resource === resource && each.value === value);
	const models = await listModels(this, { baseUrl: await baseUrlOf(this) });
	return {
		results: search(models, operation?.tasks ?? [], filter).map(({ name, description }) => ({
			name,
			value: name,
			url: `https://deepinfra.com/${name}`,
			description,
		})),
	};
}

/** The catalogue is public: without a credential it is DeepInfra's own. */
async function baseUrlOf(context: ILoadOptionsFunctions): Promise<string> {
	const credential = await context.getCredentials('deepInfraApi').catch(() => undefined);
	const baseUrl = credential?.baseUrl;
	return typeof baseUrl === 'string' && baseUrl ? baseUrl.trim().replace(/\/+$/, '') : 'https://api.deepinfra.com';
}
