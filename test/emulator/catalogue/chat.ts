import type { Model } from './model';
import { perToken } from './pricing';
import { CHAT_TAGS, writer } from './text';

const TIERS = { rate_per_service_tier_priority: 1.5, rate_per_service_tier_flex: 0.8 };

/** Chat models, by what they can do: their tags say it as the real catalogue's do. */
export const CHATTERS: Model[] = [
	writer({
		name: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
		family: 'llama3',
		maxTokens: 131072,
		quantization: 'fp8',
		tags: [...CHAT_TAGS, 'featured', 'priority', 'flex'],
		pricing: perToken(1e-5, 3.2e-5, { ...TIERS, rate_per_input_token_cached: 0.2 }),
	}),
	writer({
		name: 'Qwen/Qwen3-VL-30B-A3B-Instruct',
		family: 'chatml',
		maxTokens: 262144,
		tags: [...CHAT_TAGS, 'multimodal', 'ocr', 'non-reasoning'],
		pricing: perToken(1.5e-5, 6e-5),
		description: 'Sees pictures and reads what stands in them.',
	}),
	writer({
		name: 'allenai/olmOCR-2-7B-1025',
		maxTokens: 16384,
		tags: ['openai', 'ocr', 'multimodal', 'non-reasoning'],
		pricing: perToken(9e-6, 1.9e-5),
		description: 'Reads documents. Knows no JSON mode and no tools.',
	}),
	writer({
		name: 'deepseek-ai/DeepSeek-V3.1',
		maxTokens: 163840,
		tags: [...CHAT_TAGS, 'reasoning', 'can-disable-reasoning'],
		thinks: 'field',
		pricing: perToken(2.1e-5, 7.9e-5, { rate_per_input_token_cached: 0.62 }),
	}),
	writer({
		name: 'deepseek-ai/DeepSeek-R1-Distill-Llama-70B',
		maxTokens: 131072,
		tags: ['openai', 'reasoning'],
		thinks: 'tags',
		pricing: perToken(5e-5, 8e-5),
		description: 'Thinks aloud, between tags within its answer.',
	}),
	writer({
		name: 'google/gemma-4-E4B-it',
		family: 'gemma',
		maxTokens: 131072,
		tags: ['openai', 'multimodal', 'input-audio', 'reasoning'],
		thinks: 'field',
		givesLogprobs: false,
		pricing: perToken(2e-6, 8e-6),
		description: 'Sees and hears. Knows no JSON mode.',
	}),
	writer({
		name: 'stepfun-ai/Step-3.5-Flash',
		maxTokens: 262144,
		tags: ['openai', 'tools', 'reasoning'],
		givesLogprobs: false,
		pricing: perToken(1e-5, 3e-5),
		description: 'Knows tools, but no JSON mode.',
	}),
	writer({
		name: 'emulator/json-mode-8b',
		maxTokens: 32768,
		tags: ['openai', 'json'],
		pricing: perToken(3e-6, 6e-6),
		description: 'Knows JSON mode, but no schema.',
	}),
	writer({
		name: 'emulator/narrow-2k',
		maxTokens: 2048,
		pricing: perToken(1e-6, 2e-6),
		description: 'A short context, which long texts do not fit into.',
	}),
];
