import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { envelope } from './service';
import { modelId } from './parameters';
import type { World } from './world';

/** Chat models of the emulator: one that writes, and one that sees. */
export const LLAMA = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
export const SEES = 'Qwen/Qwen3-VL-30B-A3B-Instruct';

export const CHAT_PATH = '/v1/chat/completions';

/** The options that every operation over chat models has. */
export const CHAT_OPTIONS = 'maxTokens temperature seed reasoningEffort serviceTier';

/** An answer as DeepInfra documents it (docs/api.md#chat). */
export const completion = (content: string, choice: IDataObject = {}): IDataObject => ({
	id: envelope.request_id,
	object: 'chat.completion',
	created: 1764000000,
	model: LLAMA,
	choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: null, ...choice }],
	usage: {
		prompt_tokens: 11,
		completion_tokens: 7,
		total_tokens: 18,
		estimated_cost: 0.000114,
		prompt_tokens_details: { cached_tokens: 2 },
	},
});

/** The usage that follows from it. */
export const completionUsage: IDataObject = {
	requestId: envelope.request_id,
	costUsd: 0.000114,
	inputTokens: 11,
	outputTokens: 7,
	cachedTokens: 2,
};

export const chatParameters = (
	resource: string,
	operation: string,
	rest: INodeParameters,
	model = LLAMA,
): INodeParameters => ({ resource, operation, model: modelId(model), ...rest });

/** What the emulator was asked to chat about. */
export const chatsOf = ({ emulator }: World) => emulator.requests.filter(({ path }) => path === CHAT_PATH);

export const chatBody = (world: World, index = 0) => JSON.parse(JSON.stringify(chatsOf(world)[index]?.json ?? {}));
