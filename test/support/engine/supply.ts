/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { n8nUserFolder } from './environment';
import { PackageDirectoryLoader, SupplyDataContext } from 'n8n-core';
import { createRunExecutionData, Workflow } from 'n8n-workflow';
import type {
	INode,
	INodeExecutionData,
	INodeParameters,
	ISupplyDataFunctions,
	ITaskData,
	NodeConnectionType,
	SupplyData,
} from 'n8n-workflow';
import path from 'node:path';
import { createAdditionalData } from './additionalData';
import { EngineCredentialsHelper } from './credentialsHelper';
import { EngineNodeTypes, sourceNodeType } from './nodeTypes';

const AGENT = 'Agent';

export interface SupplyOptions {
	/** The sub-node's name within the package, such as `lmChatDeepInfra`. */
	readonly node: string;
	readonly connection: NodeConnectionType;
	readonly parameters: INodeParameters;
	readonly baseUrl: string;
	readonly apiKey?: string;
	readonly stop?: AbortSignal;
	readonly items?: INodeExecutionData[];
	readonly executionId?: string;
}

export interface Supply {
	/** What the sub-node gives to its agent, chain or store. */
	readonly response: unknown;
	/** What n8n calls when whoever asks it is done. */
	readonly close?: () => Promise<void>;
	/** Its runs, as n8n shows them. */
	runs(): ITaskData[];
}

const loader = new PackageDirectoryLoader(path.join(__dirname, '..', '..', '..'));

/** The built sub-node below an agent, in n8n's own context for sub-nodes. */
export async function openSupply(options: SupplyOptions): Promise<Supply> {
	if (loader.nodeTypes[options.node] === undefined) await loader.loadAll();
	const { baseUrl, apiKey = 'emulator-key', items = [{ json: {} }] } = options;
	const agent: INode = { id: '1', name: AGENT, type: sourceNodeType, typeVersion: 1, position: [0, 0], parameters: {} };
	const node: INode = {
		id: `supply ${options.node}`,
		name: 'Sub-node',
		type: `${loader.packageName}.${options.node}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: options.parameters,
		credentials: { deepInfraApi: { id: '1', name: 'Engine test' } },
	};
	const connections = { 'Sub-node': { [options.connection]: [[{ node: AGENT, type: options.connection, index: 0 }]] } };
	const nodeTypes = new EngineNodeTypes(loader, items);
	const workflow = new Workflow({ id: 'engine-test', nodes: [agent, node], connections, active: false, nodeTypes });
	const placed = workflow.getNode('Sub-node');
	if (placed === null) throw new Error('The workflow lost its node');
	const run = createRunExecutionData({});
	const data = { main: [items] };
	const context = new SupplyDataContext(
		workflow,
		placed,
		{
			...createAdditionalData(new EngineCredentialsHelper(loader, { deepInfraApi: { apiKey, baseUrl } }), {
				mode: 'manual',
				nodes: [agent, node],
				connections,
			}),
			...(options.executionId ? { executionId: options.executionId } : {}),
		},
		'manual',
		run,
		0,
		items,
		data,
		options.connection,
		{ data, node: placed, source: null },
		[],
		options.stop,
		agent,
	);
	const supply: ((this: ISupplyDataFunctions, item: number) => Promise<SupplyData>) | undefined =
		nodeTypes.getByNameAndVersion(placed.type).supplyData;
	if (!supply) throw new Error(`${options.node} supplies nothing`);
	const { response, closeFunction: close } = await supply.call(context, 0);
	return { response, close, runs: () => run.resultData.runData['Sub-node'] ?? [] };
}

export { n8nUserFolder };
