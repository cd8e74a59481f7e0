import type { INodeType, INodeTypeDescription, ISupplyDataFunctions, SupplyData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { embeddingsFields, openEmbeddings } from '../shared/n8n/ai/embeddings';
import { propertiesOfSubNode } from '../shared/n8n/describe';
import { searchModelsOf } from '../shared/n8n/methods';

/** Turn texts into vectors for a vector store, with an embedding model on DeepInfra */
export class EmbeddingsDeepInfra implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'DeepInfra Embeddings',
		name: 'embeddingsDeepInfra',
		icon: { light: 'file:../../icons/deepinfra.svg', dark: 'file:../../icons/deepinfra.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"].value || $parameter["model"] }}',
		description: 'Turn texts into vectors for a vector store, with an embedding model on DeepInfra',
		defaults: { name: 'DeepInfra Embeddings' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiEmbedding],
		outputNames: ['Embeddings'],
		credentials: [{ name: 'deepInfraApi', required: true }],
		properties: propertiesOfSubNode(embeddingsFields),
	};

	methods = { listSearch: { searchModels: searchModelsOf(['embeddings']) } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await openEmbeddings(this, itemIndex);
	}
}
