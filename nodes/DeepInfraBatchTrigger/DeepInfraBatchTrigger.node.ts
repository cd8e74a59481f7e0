import type { INodeExecutionData, INodeType, INodeTypeDescription, IPollFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { batchTriggerFields, pollBatches } from '../shared/n8n/batchTrigger';
import { propertiesOfSubNode } from '../shared/n8n/describe';

/** Starts the workflow when batches on DeepInfra have ended */
export class DeepInfraBatchTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Batch Trigger',
		name: 'deepInfraBatchTrigger',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["emit"] === "results" ? "Results of ended batches" : "Ended batches" }}',
		description: 'Starts the workflow when batches on DeepInfra have ended',
		defaults: { name: 'DeepInfra Batch Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'deepInfraApi', required: true }],
		properties: propertiesOfSubNode(batchTriggerFields),
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollBatches(this);
	}
}
