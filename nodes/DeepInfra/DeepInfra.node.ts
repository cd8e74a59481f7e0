import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { propertiesOf, subtitleOf } from '../shared/n8n/describe';
import { getModelFields, searchModels, searchOwnVoices, searchVoices } from '../shared/n8n/methods';
import { runItems } from '../shared/n8n/run';
import { receiveResult, resumeWebhooks, runSleeping, wantsCallback } from '../shared/n8n/suspend';
import { operations, resources } from '../shared/operations';

/**
 * Programmatic, not declarative: batches over items, retries of single items, files that are streamed
 * and several items out of one answer do not fit n8n's declarative style.
 */
export class DeepInfra implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra',
		name: 'deepInfra',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(operations),
		description:
			'Run AI models on DeepInfra: chat, read documents, extract data, generate and classify text, create embeddings, make, edit and understand images, make speech and videos, transcribe audio, run batches',
		defaults: { name: 'DeepInfra' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'deepInfraApi', required: true }],
		webhooks: resumeWebhooks,
		waitingNodeTooltip: '={{ "DeepInfra works on it and calls back. The execution sleeps until then." }}',
		properties: propertiesOf(operations, resources),
	};

	methods = { listSearch: { searchModels, searchOwnVoices, searchVoices }, resourceMapping: { getModelFields } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		const value = this.getNodeParameter('operation', 0);
		const operation = operations.find((known) => known.resource === resource && known.value === value);
		if (!operation) {
			throw new NodeOperationError(this.getNode(), `DeepInfra has no operation '${value}' for '${resource}'`, {
				description: "Choose another one in the field 'Operation'.",
				itemIndex: 0,
			});
		}
		return [wantsCallback(this) ? await runSleeping(this, operation) : await runItems(this, operation)];
	}

	/** Takes the result that a sleeping run waits for. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveResult(this);
	}
}
