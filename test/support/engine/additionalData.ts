import { Container } from '@n8n/di';
import { ExecutionLifecycleHooks, ExternalSecretsProxy } from 'n8n-core';
import type {
	IConnections,
	INode,
	INodeParameters,
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
}

/** What n8n hands to an execution. Whatever the package has no use for throws, so that a use of it shows. */
export function createAdditionalData(
	credentialsHelper: EngineCredentialsHelper,
	{ mode, nodes, connections, currentNodeParameters }: RunFacts,
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
		setExecutionStatus() {},
		logAiEvent() {},
	};
}
