import { LoadOptionsContext, PackageDirectoryLoader } from 'n8n-core';
import {
	Workflow,
	type IHttpRequestOptions,
	type INode,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeProperties,
	type ResourceMapperFields,
} from 'n8n-workflow';
import { places } from '../../scripts/host/places';
import { createAdditionalData } from './engine/additionalData';
import { EngineCredentialsHelper } from './engine/credentialsHelper';
import { EngineNodeTypes } from './engine/nodeTypes';
import { asked } from './parameters';

interface Credential {
	readonly id: string;
	readonly baseUrl: string;
	readonly apiKey?: string;
}

export interface Editor {
	search(parameters: INodeParameters, filter?: string): Promise<INodeListSearchResult>;
	mapping(model: string): Promise<ResourceMapperFields>;
}

const loaded = new PackageDirectoryLoader(places.project);

type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/**
 * The editor of somebody with a certain credential, or with none: n8n's load-options code on the built package.
 * `request` takes the place of the network.
 */
export async function openEditor(credential: Credential | undefined, request?: HttpRequest): Promise<Editor> {
	if (loaded.nodeTypes.deepInfra === undefined) await loaded.loadAll();
	const type = `${loaded.packageName}.deepInfra`;
	const { id = '', baseUrl = '', apiKey = 'emulator-key' } = credential ?? {};
	const helper = new EngineCredentialsHelper(loaded, credential ? { deepInfraApi: { apiKey, baseUrl } } : {});
	const contextOf = (parameters: INodeParameters, field: string) => {
		const node: INode = {
			id: '1',
			name: 'DeepInfra',
			type,
			typeVersion: 1,
			position: [0, 0],
			parameters,
			...(credential ? { credentials: { deepInfraApi: { id, name: `Credential ${id}` } } } : {}),
		};
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: new EngineNodeTypes(loaded, []),
		});
		const placed = workflow.getNode('DeepInfra');
		if (placed === null) throw new Error('The workflow lost its node');
		const facts = { mode: 'internal' as const, nodes: [node], connections: {}, currentNodeParameters: parameters };
		const context = new LoadOptionsContext(workflow, placed, createAdditionalData(helper, facts), field);
		if (request) context.helpers.httpRequest = request;
		return context;
	};
	const { methods } = new EngineNodeTypes(loaded, []).getByNameAndVersion(type);
	const searchModels = methods?.listSearch?.searchModels;
	const getModelFields = methods?.resourceMapping?.getModelFields;
	if (!searchModels || !getModelFields) throw new Error('The node has lost its methods');
	return {
		search: async (parameters, filter) => await searchModels.call(contextOf(parameters, 'parameters.model'), filter),
		mapping: async (model) =>
			await getModelFields.call(contextOf(asked('model', 'run', model), 'parameters.modelFields')),
	};
}

/** The fields of the node, as it describes itself. */
export async function describedFields(): Promise<INodeProperties[]> {
	if (loaded.nodeTypes.deepInfra === undefined) await loaded.loadAll();
	return new EngineNodeTypes(loaded, []).getByNameAndVersion(`${loaded.packageName}.deepInfra`).description.properties;
}
