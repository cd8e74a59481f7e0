import type { Dict } from '../../../scripts/json';
import { CREDENTIAL_TYPE, NODE_TYPE } from './world';

export interface WorkflowNode extends Dict {
	readonly name: string;
}

export interface CredentialName {
	readonly id: string;
	readonly name: string;
}

const node = (name: string, type: string, typeVersion: number, parameters: Dict, more: Dict = {}): WorkflowNode => ({
	id: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
	name,
	type,
	typeVersion,
	parameters,
	position: [0, 0],
	...more,
});

/** What the editor gives every new workflow. */
export const SETTINGS: Dict = { executionOrder: 'v1' };

export const TRIGGER = 'Run';

export const manualTrigger = (): WorkflowNode => node(TRIGGER, 'n8n-nodes-base.manualTrigger', 1, {});

/** One item that holds these as a list. */
export const setNode = (items: readonly Dict[], name = 'List'): WorkflowNode =>
	node(name, 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items }), options: {} });

/** Makes one item of each entry of the list that `setNode` gives. */
export const splitNode = (name = 'Items'): WorkflowNode =>
	node(name, 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items', options: {} });

export const readFileNode = (file: string, name = 'Read the file'): WorkflowNode =>
	node(name, 'n8n-nodes-base.readWriteFile', 1, { operation: 'read', fileSelector: file, options: {} });

export const deepInfraNode = (name: string, parameters: Dict, credential: CredentialName): WorkflowNode =>
	node(name, NODE_TYPE, 1, { options: {}, ...parameters }, { credentials: { [CREDENTIAL_TYPE]: credential } });

export const otherNode = node;

/** Each node is fed by the one before; they stand in a line. */
export function connectInLine(nodes: WorkflowNode[]): Dict {
	nodes.splice(0, nodes.length, ...nodes.map((each, index) => ({ ...each, position: [index * 220, 0] })));
	return Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [name, { main: [[{ node: nodes[index + 1]?.name, type: 'main', index: 0 }]] }]),
	);
}
