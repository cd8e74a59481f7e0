import type { INodeType, INodeTypeDescription, ISupplyDataFunctions, SupplyData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { openChatModel } from '../shared/n8n/ai/chatModel';
import { chatModelFields } from '../shared/n8n/ai/chatModelFields';
import { propertiesOfSubNode } from '../shared/n8n/describe';
import { searchModelsOf } from '../shared/n8n/methods';

/** Let an AI agent or chain think with a chat model on DeepInfra */
export class LmChatDeepInfra implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Chat Model',
		name: 'lmChatDeepInfra',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"].value || $parameter["model"] }}',
		description: 'Let an AI agent or chain think with a chat model on DeepInfra',
		defaults: { name: 'DeepInfra Chat Model' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: 'deepInfraApi', required: true }],
		properties: propertiesOfSubNode(chatModelFields),
	};

	methods = { listSearch: { searchModels: searchModelsOf(['text-generation']) } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await openChatModel(this, itemIndex);
	}
}
