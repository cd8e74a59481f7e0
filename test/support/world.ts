/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createEngine, type Engine, type RunResult } from './engine/engine';
import { LoadOptionsContext, PackageDirectoryLoader } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type IHttpRequestOptions,
	type INode,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeProperties,
	type ResourceMapperFields,
} from 'n8n-workflow';
import path from 'node:path';
import { startEmulator, type Emulator, type EmulatorOptions, type RecordedRequest } from '../emulator';
import { createAdditionalData } from './engine/additionalData';
import { modelId, onlyItem, stored } from './bench';
import { EngineCredentialsHelper } from './engine/credentialsHelper';
import { EngineNodeTypes } from './engine/nodeTypes';

export interface World {
	readonly engine: Engine;
	readonly emulator: Emulator;
	/** Inference requests since the last look at them was cleared. */
	inference(): RecordedRequest[];
	close(): Promise<void>;
}

export async function openWorld(options: EmulatorOptions = {}): Promise<World> {
	const emulator = await startEmulator({ seed: 5, ...options });
	const engine = await createEngine({ binaryMode: 'default', baseUrl: emulator.url });
	return {
		engine,
		emulator,
		inference: () => emulator.requests.filter(isInference),
		async close() {
			await engine.close();
			await emulator.close();
		},
	};
}

export const isInference = ({ path: route }: Pick<RecordedRequest, 'path'>): boolean =>
	route.startsWith('/v1/inference/');

export const isCatalogue = ({ path: route }: Pick<RecordedRequest, 'path'>): boolean =>
	route.startsWith('/models/') || route.startsWith('/deploy/');

/** Parameters of an operation, with its model and what else it needs. */
export const asked = (
	resource: string,
	operation: string,
	model: string,
	rest: INodeParameters = {},
): INodeParameters => ({ resource, operation, model: modelId(model), ...rest });

/** A model's own fields, filled in as n8n stores them. */
export const filled = (value: INodeParameters, schema: INodeParameters[] = []): INodeParameters => ({
	modelFields: { mappingMode: 'defineBelow', value, matchingColumns: [], schema },
});

export const runModel = (model: string, value: INodeParameters, rest: INodeParameters = {}): INodeParameters =>
	asked('model', 'run', model, { ...filled(value), ...rest });

/** The same with the form beside it, as the editor stores it: fields that were not filled in are empty. */
export async function editedRun(engine: Engine, model: string, value: INodeParameters): Promise<INodeParameters> {
	const { fields } = await engine.mapping('getModelFields', asked('model', 'run', model));
	const schema = fields.map((field) => ({ ...field, removed: field.removed === true && !(field.id in value) }));
	const shown = schema.filter(({ removed }) => !removed);
	const empty = Object.fromEntries(shown.map(({ id, defaultValue }) => [id, defaultValue ?? null]));
	return asked('model', 'run', model, {
		modelFields: {
			mappingMode: 'defineBelow',
			value: { ...empty, ...value },
			matchingColumns: [],
			schema: JSON.parse(JSON.stringify(schema)),
			attemptToConvertTypes: false,
			convertFieldsToString: false,
		},
	});
}

/** What a single item came to. */
export const jsonOf = (result: RunResult): IDataObject => stored(onlyItem(result).json);

export const hintsOf = ({ hints }: RunResult): string[] => hints.map(({ message }) => message);

/** The summary: its time differs from run to run. */
export const summary = (items: number, requests: number, cost?: string): RegExp =>
	new RegExp(
		`^${items} items? in · ${requests} requests?${cost === undefined ? '' : ` · \\$${cost.replace('.', '\\.')}`} · (\\d+ ms|\\d+\\.\\d s)$`,
	);

interface Credential {
	readonly id: string;
	readonly baseUrl: string;
	readonly apiKey?: string;
}

export interface Editor {
	search(parameters: INodeParameters, filter?: string): Promise<INodeListSearchResult>;
	mapping(model: string): Promise<ResourceMapperFields>;
}

const loaded = new PackageDirectoryLoader(path.join(__dirname, '..', '..'));

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

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<{ message: string; description: string }> {
	const failure: unknown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (!(failure instanceof Error)) throw new Error('It did not fail');
	return { message: failure.message, description: 'description' in failure ? String(failure.description) : '' };
}
