import type { PackageDirectoryLoader } from 'n8n-core';
import { ExecuteContext, RoutingNode } from 'n8n-core';
import { createEmptyRunExecutionData, NodeHelpers, Workflow } from 'n8n-workflow';
import type { ICredentialDataDecryptedObject, ICredentialTestRequest, INode, INodeType } from 'n8n-workflow';
import { isDict } from '../../../nodes/shared/core/answer';
import { createAdditionalData } from './additionalData';
import { EngineCredentialsHelper } from './credentialsHelper';
import { EngineNodeTypes } from './nodeTypes';

export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message?: string;
}

/** As n8n's credentials tester: the test request becomes a parameter of a declarative node that is run once. */
export async function testCredential(
	loader: PackageDirectoryLoader,
	credential: string,
	data: ICredentialDataDecryptedObject,
	node: INode,
): Promise<CredentialTestResult> {
	const { test } = loader.getCredential(credential).type;
	if (test === undefined) throw new Error(`${credential} has no test request`);
	const { description, ...own } = NodeHelpers.getVersionedNodeType(
		new EngineNodeTypes(loader, []).getByName(node.type),
		node.typeVersion,
	);
	const routing = { request: test.request };
	const nodeType: INodeType = {
		...own,
		description: {
			...description,
			properties: [{ displayName: 'Temp', name: 'temp', type: 'string', default: '', routing }],
		},
	};
	const nodes = [{ ...node, parameters: {} }];
	const nodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({ nodes, connections: {}, active: false, nodeTypes });
	const placed = workflow.getNode(node.name);
	if (placed === null) throw new Error('The workflow lost its node');
	const helper = new EngineCredentialsHelper(loader, { [credential]: data });
	const input = { main: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow,
		placed,
		createAdditionalData(helper, { mode: 'internal', nodes, connections: {} }),
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		input,
		{ node: placed, data: input, source: null },
		[],
	);
	const decrypted = await helper.getDecrypted(context.additionalData, { id: '1', name: '' }, credential);
	try {
		await new RoutingNode(context, nodeType, { id: '1', name: 'Test', type: credential, data: decrypted }).runNode();
		return { status: 'OK' };
	} catch (error) {
		return { status: 'Error', message: messageOf(error, test.rules) };
	}
}

/** What n8n's editor shows: of an answer a rule's words or the status in words, of a connection its code alone. */
function messageOf(error: unknown, rules: ICredentialTestRequest['rules'] = []): string {
	const cause: unknown = error instanceof Error ? error.cause : undefined;
	const { response, code } = isDict(cause) ? cause : { response: undefined, code: undefined };
	if (isDict(response)) {
		for (const rule of rules) {
			if (rule.type === 'responseCode' && rule.properties.value === response.status) return rule.properties.message;
		}
		return String(response.statusText || `Received HTTP status code: ${String(response.status)}`);
	}
	if (typeof code === 'string' && code !== '') return code;
	return error instanceof Error ? error.message : String(error);
}
