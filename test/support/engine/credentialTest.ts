import type { PackageDirectoryLoader } from 'n8n-core';
import { ExecuteContext, RoutingNode } from 'n8n-core';
import { createEmptyRunExecutionData, NodeHelpers, Workflow } from 'n8n-workflow';
import type { ICredentialDataDecryptedObject, INode, INodeType } from 'n8n-workflow';
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
	if (test.rules !== undefined) throw new Error('Rules of a test request are not applied here');
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
		return { status: 'Error', message: error instanceof Error ? error.message : String(error) };
	}
}
