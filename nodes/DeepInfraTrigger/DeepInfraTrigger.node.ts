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
		// n8n's panel has it below the name of the main node, in which it lists this one (docs/n8n.md#triggers).
		description: 'Run AI models on DeepInfra, or start the workflow when DeepInfra sends a result to the webhook URL',
		eventTriggerDescription: "Waiting for the result of a DeepInfra node whose 'Webhook URL' is this node's Test URL",
		triggerPanel: {
			header: 'Receive results from DeepInfra',
			executionsHelp:
				"<b>To try it</b>, click 'Execute step', then run a DeepInfra node whose 'Webhook URL' is this node's Test URL.<br /><br /><b>Once it works</b>, publish the workflow and use the Production URL instead. Its executions show up in the <a data-key=\"executions\">executions list</a>, but not in the editor.",
			activationHint: "Once the workflow is published, results come to this node's Production URL without this button.",
		},
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
