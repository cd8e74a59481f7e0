import type { N8nClient } from '../../../scripts/host/client';
import type { Dict } from '../../../scripts/json';
import { CHAT_MODEL, chatModel, LANGCHAIN } from '../../e2e/agent/build';
import { otherNode, type WorkflowNode } from '../../e2e/support/workflows';
import { CREDENTIAL_TYPE, EMULATOR_KEY } from '../../e2e/support/world';

/** A chat model as users add it: nothing set but the model and the address. */
export interface Candidate {
	readonly name: string;
	readonly node: WorkflowNode;
	/** Of its chat's address. */
	readonly webhookId: string;
}

/** This package's chat model, and n8n's own two that can be pointed at DeepInfra, each with its credential. */
export async function makeCandidates(client: N8nClient, address: string): Promise<readonly Candidate[]> {
	const save = async (name: string, type: string, data: Dict) => ({
		name,
		id: await client.saveCredential({ name, type, data }),
	});
	const openAiForm = { apiKey: EMULATOR_KEY, url: `${address}/v1/openai` };
	const deepInfra = await save('DeepInfra', CREDENTIAL_TYPE, { apiKey: EMULATOR_KEY, baseUrl: address });
	const openAi = await save('OpenAI form', 'openAiApi', openAiForm);
	const openRouter = await save('OpenRouter form', 'openRouterApi', openAiForm);
	const theirs = (type: string, version: number, model: unknown, credentials: Dict) =>
		otherNode('Chat Model', `${LANGCHAIN}.${type}`, version, { model, options: {} }, { credentials });
	const listed = { __rl: true, mode: 'id', value: CHAT_MODEL };
	return [
		{
			name: 'DeepInfra Chat Model',
			node: chatModel({ credential: deepInfra }),
			webhookId: '6f0c2f9e-2d0f-4c6e-9d2c-0be000000001',
		},
		{
			name: "n8n's OpenAI Chat Model",
			// Newer versions of it ask a route that DeepInfra does not have.
			node: theirs('lmChatOpenAi', 1.2, listed, { openAiApi: openAi }),
			webhookId: '6f0c2f9e-2d0f-4c6e-9d2c-0be000000002',
		},
		{
			name: "n8n's OpenRouter Chat Model",
			node: theirs('lmChatOpenRouter', 1, CHAT_MODEL, { openRouterApi: openRouter }),
			webhookId: '6f0c2f9e-2d0f-4c6e-9d2c-0be000000003',
		},
	];
}
