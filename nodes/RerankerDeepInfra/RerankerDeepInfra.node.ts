import type { INodeType, INodeTypeDescription, ISupplyDataFunctions, SupplyData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { openReranker, rerankerFields } from '../shared/n8n/ai/reranker';
import { propertiesOfSubNode } from '../shared/n8n/describe';
import { searchModelsOf } from '../shared/n8n/methods';

/** Sort what a vector store found by how well it answers the question, with a reranker model on DeepInfra */
export class RerankerDeepInfra implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Reranker',
		name: 'rerankerDeepInfra',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"].value || $parameter["model"] }}',
		description:
			'Sort what a vector store found by how well it answers the question, with a reranker model on DeepInfra',
		defaults: { name: 'DeepInfra Reranker' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiReranker],
		outputNames: ['Reranker'],
		credentials: [{ name: 'deepInfraApi', required: true }],
		properties: propertiesOfSubNode(rerankerFields),
	};

	methods = { listSearch: { searchModels: searchModelsOf(['reranker']) } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await openReranker(this, itemIndex);
	}
}
