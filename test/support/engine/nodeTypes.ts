import type { PackageDirectoryLoader } from 'n8n-core';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, INodeType, INodeTypes, IVersionedNodeType } from 'n8n-workflow';

export const sourceNodeType = 'engine.source';

/** The node before the one under test: hands out the given items, so that n8n pairs and places binaries itself. */
function createSource(items: INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'Source',
			name: 'source',
			group: ['transform'],
			version: 1,
			description: 'Hands out the items of a test',
			defaults: { name: 'Source' },
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute: async () => [items],
	};
}

export class EngineNodeTypes implements INodeTypes {
	constructor(
		private readonly loader: PackageDirectoryLoader,
		private readonly items: INodeExecutionData[],
	) {}

	getByName(nodeType: string): INodeType | IVersionedNodeType {
		if (nodeType === sourceNodeType) return createSource(this.items);
		const prefix = `${this.loader.packageName}.`;
		if (!nodeType.startsWith(prefix)) throw new Error(`Unknown node type ${nodeType}`);
		const name = nodeType.slice(prefix.length).replace(/Tool$/, '');
		return this.loader.getNode(name).type; // throws for an unknown name
	}

	getByNameAndVersion(nodeType: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(nodeType), version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}
