import type { INodeType, INodeTypeDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { callbackTriggerProperties, callbackWebhooks, receiveCallback } from '../shared/n8n/callbackTrigger';

/** Starts the workflow when DeepInfra sends the result of a request that named this trigger's address */
export class DeepInfraTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Trigger',
		name: 'deepInfraTrigger',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["resource"] + ": " + $parameter["operation"] }}',
		description: 'Starts the workflow when DeepInfra sends a result to its webhook URL',
		defaults: { name: 'DeepInfra Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Result', 'Failed'],
		credentials: [{ name: 'deepInfraApi', required: true }],
		webhooks: callbackWebhooks,
		properties: callbackTriggerProperties,
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback(this);
	}
}
