import {
	NodeHelpers,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { propertiesOf } from '../../../nodes/shared/n8n/describe';
import { operations, resources } from '../../../nodes/shared/operations';
import { describedFields } from '../editor';
import { narrow } from './nodeTypes';

const descriptionOf = (properties: INodeProperties[]): INodeTypeDescription => ({
	...{ displayName: '', name: 'deepInfra', group: [], version: 1, description: '', defaults: {} },
	...{ inputs: [], outputs: [], properties },
});

/** What a field is set to: each choice of a dropdown, a switch both ways, what has to be worked out first. */
function settingsOf({ name, type, options = [] }: INodeProperties): INodeParameters[] {
	if (type === 'boolean') return [{ [name]: true }, { [name]: false }];
	if (type !== 'options') return [];
	const choices = options.flatMap((option) => ('value' in option ? [option.value] : []));
	return [...choices, '={{ $json.choice }}'].map((value) => ({ [name]: value }));
}

it.each(operations.map((operation) => [`${operation.resource}: ${operation.value}`, operation] as const))(
	'of %s n8n makes the same with the fields of the operation as with all',
	async (_name, { resource, value: operation, ...rest }) => {
		const whole = descriptionOf(await describedFields());
		const part = narrow(whole, { resource, operation });
		expect(part.properties.length).toBeLessThan(whole.properties.length / 5);

		const own = propertiesOf([{ resource, value: operation, ...rest }], resources);
		const options = own.flatMap((field) => (field.name === 'options' ? (field.options ?? []) : []));
		const all = options.flatMap((option) => ('default' in option ? [[option.name, option.default] as const] : []));
		const given = [
			{},
			{ options: Object.fromEntries(all) },
			...own.filter(({ name }) => !['resource', 'operation'].includes(name)).flatMap(settingsOf),
		];
		const seen = (type: INodeTypeDescription) =>
			given.map((parameters) => {
				const node: INode = { id: '', name: '', type: '', typeVersion: 1, position: [0, 0], parameters: {} };
				const asked = { ...parameters, resource, operation };
				node.parameters = NodeHelpers.getNodeParameters(type.properties, asked, true, false, node, type) ?? {};
				return [node.parameters, NodeHelpers.getNodeParametersIssues(type.properties, node, type)];
			});
		expect(seen(part)).toEqual(seen(whole));
	},
);
