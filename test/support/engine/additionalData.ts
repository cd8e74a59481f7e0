import { Container } from '@n8n/di';
import { ExecutionLifecycleHooks, ExternalSecretsProxy } from 'n8n-core';
import type {
	IConnections,
	INode,
	INodeParameters,
	StructuredChunk,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import type { EngineCredentialsHelper } from './credentialsHelper';

export const workflowId = 'engine-test';
export const executionId = '1';

interface RunFacts {
	mode: WorkflowExecuteMode;
	nodes: INode[];
	connections: IConnections;
	/** The fields on the screen, for methods that the editor calls. */
	currentNodeParameters?: INodeParameters;
	/** Whoever reads the answer piece by piece, as behind a trigger that streams. */
	onChunk?: (chunk: StructuredChunk) => void;
	/** Whoever looks at the editor's console. */
	onMessage?: (message: string) => void;
}

/** What n8n hands to an execution. Whatever the package has no use for throws, so that a use of it shows. */
export function createAdditionalData(
	credentialsHelper: EngineCredentialsHelper,
	{ mode, nodes, connections, currentNodeParameters, onChunk, onMessage }: RunFacts,
): IWorkflowExecuteAdditionalData {
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		id: workflowId,
		name: 'Engine test',
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes,
		connections,
	});
	if (onChunk) {
		hooks.addHandler('sendChunk', async (chunk) => {
			await Promise.resolve();
			onChunk(chunk);
		});
	}
	const refuse = (what: string) => async () => {
		throw new Error(`${what} is not part of this engine`);
	};
	const base = 'http://localhost:5678';
	return {
		credentialsHelper,
		hooks,
		executionId,
		externalSecretsProxy: Container.get(ExternalSecretsProxy),
		currentNodeExecutionIndex: 0,
		currentNodeParameters,
		executeWorkflow: refuse('executeWorkflow'),
		getRunExecutionData: refuse('getRunExecutionData'),
		getRuntimeCredential: refuse('getRuntimeCredential'),
		startRunnerTask: refuse('startRunnerTask'),
		restApiUrl: `${base}/rest`,
		instanceBaseUrl: `${base}/`,
		formBaseUrl: `${base}/form`,
		formWaitingBaseUrl: `${base}/form-waiting`,
		formTestBaseUrl: `${base}/form-test`,
		webhookBaseUrl: `${base}/webhook`,
		webhookWaitingBaseUrl: `${base}/webhook-waiting`,
		webhookTestBaseUrl: `${base}/webhook-test`,
		mcpBaseUrl: `${base}/mcp`,
		mcpTestBaseUrl: `${base}/mcp-test`,
		variables: {},
		streamingEnabled: onChunk !== undefined,
		...(onMessage ? { sendDataToUI: (_type: string, data: unknown) => onMessage(JSON.stringify(data)) } : {}),
		setExecutionStatus() {},
		logAiEvent() {},
	};
}
