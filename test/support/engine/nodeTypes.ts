import type { PackageDirectoryLoader } from 'n8n-core';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';

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

/** Whether resource or operation alone hide a field: n8n asks what a field is shown for one after another. */
function isHidden({ displayOptions }: INodeProperties, parameters: INodeParameters): boolean {
	for (const [name, values] of Object.entries(displayOptions?.show ?? {})) {
		const value = parameters[name];
		if (!['resource', 'operation'].includes(name) || typeof value !== 'string' || value.startsWith('=')) return false;
		if (!values?.some((each) => each === value)) return true;
	}
	return false;
}

/** The names on which it hangs whether a field is shown. */
const conditionsOf = ({ displayOptions: { show, hide } = {} }: INodeProperties) => Object.keys({ ...show, ...hide });

/**
 * The description without the fields of other operations. For each run n8n looks several times at all fields and at each
 * pair of them: with two hundred that is a fifth of a short run. It comes to the same (nodeTypes.test.ts).
 */
export function narrow(description: INodeTypeDescription, parameters: INodeParameters): INodeTypeDescription {
	const { properties } = description;
	const kept = new Set(properties.filter((field) => !isHidden(field, parameters)));
	// The values of hidden fields count where another one hangs on them. What is added meanwhile is visited, too.
	for (const field of kept) for (const each of properties) if (conditionsOf(field).includes(each.name)) kept.add(each);
	return { ...description, properties: properties.filter((field) => kept.has(field)) };
}

const narrowed = new WeakMap<INodeType, Map<string, INodeType>>();

/** The node with that description, made once for each operation. */
function narrowType(type: INodeType, parameters: INodeParameters): INodeType {
	const key = JSON.stringify([parameters.resource, parameters.operation]);
	const ofType = narrowed.get(type) ?? new Map<string, INodeType>();
	narrowed.set(type, ofType);
	const made: INodeType =
		ofType.get(key) ?? Object.create(type, { description: { value: narrow(type.description, parameters) } });
	ofType.set(key, made);
	return made;
}

export class EngineNodeTypes implements INodeTypes {
	/** @param parameters of the node that runs, where the fields of its operation are enough */
	constructor(
		private readonly loader: PackageDirectoryLoader,
		private readonly items: INodeExecutionData[],
		private readonly parameters: INodeParameters = {},
	) {}

	getByName(nodeType: string): INodeType | IVersionedNodeType {
		if (nodeType === sourceNodeType) return createSource(this.items);
		const prefix = `${this.loader.packageName}.`;
		if (!nodeType.startsWith(prefix)) throw new Error(`Unknown node type ${nodeType}`);
		const name = nodeType.slice(prefix.length).replace(/Tool$/, '');
		const { type } = this.loader.getNode(name); // throws for an unknown name
		if ('nodeVersions' in type || typeof this.parameters.operation !== 'string') return type;
		return narrowType(type, this.parameters);
	}

	getByNameAndVersion(nodeType: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(nodeType), version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}
