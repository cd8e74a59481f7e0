import type { INodeType, INodeTypeDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import {
	callbackSubtitle,
	callbackTriggerProperties,
	callbackWebhooks,
	receiveCallback,
} from '../shared/n8n/callbackTrigger';

/** Starts the workflow when DeepInfra sends the result of a request that named this trigger's address */
export class DeepInfraTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Trigger',
		name: 'deepInfraTrigger',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: callbackSubtitle,
		description: 'Starts the workflow when DeepInfra sends a result to its webhook URL',
		eventTriggerDescription: "Waiting for the result of a DeepInfra node whose 'Webhook URL' is this node's Test URL",
		activationMessage: "You can now use this node's Production URL as the 'Webhook URL' of DeepInfra nodes.",
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
