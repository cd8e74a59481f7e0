import type { INodeProperties } from 'n8n-workflow';
import { optionFields, OWN_FLAGS, type Field } from '../core/fields';
import { omit } from '../core/values';
import { fieldsOf } from '../operations/fields';
import type { AnyOperation } from '../core/operation';

/** The dropdowns Resource and Operation, then the fields of every operation, each shown for its own operation only. */
export const propertiesOf = (
	operations: readonly AnyOperation[],
	resources: Readonly<Record<string, string>>,
): INodeProperties[] => [...taskFields(operations, resources), ...operations.flatMap(propertiesOfOne)];

/** The dropdown Resource, and for each of them the dropdown Operation. */
export function taskFields(
	operations: ReadonlyArray<Pick<AnyOperation, 'resource' | 'name' | 'value' | 'action' | 'description'>>,
	resources: Readonly<Record<string, string>>,
): INodeProperties[] {
	const used = Object.entries(resources).filter(([value]) => operations.some(({ resource }) => resource === value));
	const resourceField: INodeProperties = {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: used.map(([value, name]) => ({ name, value })),
		default: 'text',
	};
	const operationFields = used.map(([resource]): INodeProperties => {
		const own = operations.filter((operation) => operation.resource === resource);
		const options = own
			.map(({ name, value, action, description }) => ({ name, value, action, description }))
			.sort((a, b) => a.name.localeCompare(b.name));
		const preset = own[0]?.value ?? '';
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [resource] } },
			options,
			default: preset,
		};
	});
	return [resourceField, ...operationFields];
}

function propertiesOfOne(operation: AnyOperation): INodeProperties[] {
	const { resource, value, timeout } = operation;
	return fieldsOf(operation).map((property: Field) => ({
		...omit(property, ...OWN_FLAGS),
		...(property.type === 'collection' ? { options: sorted(property.options, timeout) } : {}),
		displayOptions: {
			...property.displayOptions,
			show: { resource: [resource], operation: [value], ...property.displayOptions?.show },
		},
	}));
}

/** Options in the order of the alphabet, as n8n wants them, each with the default that holds for this operation. */
function sorted(options: INodeProperties['options'] = [], timeout: number | undefined): INodeProperties['options'] {
	return optionFields({ options })
		.map((option) => omit(option, ...OWN_FLAGS))
		.map((option) => (option.name === 'timeout' && timeout !== undefined ? { ...option, default: timeout } : option))
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/** The parameters of a sub-node, as they are read. */
export const propertiesOfSubNode = (fields: readonly Field[]): INodeProperties[] =>
	fields.map((property) => ({
		...omit(property, ...OWN_FLAGS),
		...(property.type === 'collection' ? { options: sorted(property.options, undefined) } : {}),
	}));

/** What the node does, under its name on the canvas: the operation in words instead of its technical name. */
export function subtitleOf(operations: readonly AnyOperation[]): string {
	const actions = Object.fromEntries(operations.map(({ resource, value, action }) => [`${resource}:${value}`, action]));
	return `={{ (${JSON.stringify(actions)})[$parameter["resource"] + ":" + $parameter["operation"]] }}`;
}
