/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import './environment';
import { PackageDirectoryLoader, PollContext, WebhookContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IRunExecutionData,
	IWebhookResponseData,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import path from 'node:path';
import { createAdditionalData } from './additionalData';
import { EngineCredentialsHelper } from './credentialsHelper';
import { EngineNodeTypes } from './nodeTypes';

const loader = new PackageDirectoryLoader(path.join(__dirname, '..', '..', '..'));

export interface TriggerOptions {
	/** The trigger's name within the package. */
	readonly node: string;
	/** What it is called in the workflow; default Trigger. */
	readonly name?: string;
	readonly parameters: INodeParameters;
	readonly baseUrl: string;
	readonly apiKey?: string;
	readonly mode?: WorkflowExecuteMode;
	/** What n8n keeps of the node between two calls, changed in place; a copy of it is what a restart finds. */
	readonly memory: IDataObject;
	readonly workflowId?: string;
	/** The run that sleeps, for a callback that wakes it up. */
	readonly run?: IRunExecutionData;
}

interface Placed {
	readonly workflow: Workflow;
	readonly node: INode;
	readonly data: IWorkflowExecuteAdditionalData;
}

async function place(options: TriggerOptions): Promise<Placed> {
	if (loader.nodeTypes[options.node] === undefined) await loader.loadAll();
	const node: INode = {
		id: 'trigger',
		name: options.name ?? 'Trigger',
		type: `${loader.packageName}.${options.node}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: options.parameters,
		credentials: { deepInfraApi: { id: '1', name: 'Engine test' } },
	};
	const nodeTypes = new EngineNodeTypes(loader, []);
	const { workflowId: id = 'trigger-test', mode = 'trigger' } = options;
	const workflow = new Workflow({ id, nodes: [node], connections: {}, active: true, nodeTypes });
	workflow.overrideStaticData({ [`node:${node.name}`]: options.memory });
	const placed = workflow.getNode(node.name);
	if (placed === null) throw new Error('The workflow lost its node');
	const values = { apiKey: options.apiKey ?? 'emulator-key', baseUrl: options.baseUrl };
	const helper = new EngineCredentialsHelper(loader, { deepInfraApi: values });
	return {
		workflow,
		node: placed,
		data: createAdditionalData(helper, { mode, nodes: [node], connections: {} }),
	};
}

/** Polls once, in n8n's own context for triggers that poll. */
export async function poll(options: TriggerOptions): Promise<INodeExecutionData[] | null> {
	const { workflow, node, data } = await place(options);
	const context = new PollContext(workflow, node, data, options.mode ?? 'trigger', 'activate');
	const type = workflow.nodeTypes.getByNameAndVersion(node.type);
	const found = await type.poll?.call(context);
	return found?.[0] ?? null;
}

export interface Callback {
	readonly body: unknown;
	readonly query?: Record<string, string>;
}

export interface CallbackAnswer {
	readonly data: IWebhookResponseData;
	/** What the trigger answered itself. */
	readonly status?: number;
	readonly json?: unknown;
}

/** Receives a callback, in n8n's own context for webhooks. */
export async function receive(options: TriggerOptions, { body, query = {} }: Callback): Promise<CallbackAnswer> {
	const { workflow, node, data } = await place(options);
	const answered: { status?: number; json?: unknown } = {};
	const httpResponse = {
		status(status: number) {
			answered.status = status;
			return httpResponse;
		},
		json(json: unknown) {
			answered.json = json;
		},
	};
	Object.assign(data, { httpRequest: { body, query, headers: {}, params: {} }, httpResponse });
	const webhookData = {
		httpMethod: 'POST' as const,
		node: node.name,
		path: 'secret/deepinfra',
		webhookDescription: { name: 'default' as const, httpMethod: 'POST' as const, path: 'deepinfra' },
		workflowId: workflow.id,
		workflowExecuteAdditionalData: data,
	};
	const context = new WebhookContext(
		workflow,
		node,
		data,
		options.mode ?? 'webhook',
		webhookData,
		[],
		options.run ?? null,
	);
	const type = workflow.nodeTypes.getByNameAndVersion(node.type);
	const response = await type.webhook?.call(context);
	if (response === undefined) throw new Error('The node has no webhook');
	return { data: response, ...answered };
}
