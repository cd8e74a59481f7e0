import { defineModel, type Model } from './model';
import { perToken, perUptime } from './pricing';
import { EMBEDDERS } from './embeddings';
import { WRITERS } from './text';

const [writer] = WRITERS;
const [embedder] = EMBEDDERS;
const WRITING = writer?.schema ?? {};

/** What belongs to the account: under the private lists only, and not to be seen without a key. */
export const OWN: Model[] = [
	defineModel({
		name: 'emulator-user/support-llama',
		type: 'text-generation',
		family: 'llama3',
		group: 'private',
		maxTokens: 8192,
		schema: WRITING,
		pricing: perToken(3e-6, 6e-6),
		description: 'A private model.',
	}),
	defineModel({
		name: 'emulator-user/house-embeddings',
		type: 'embeddings',
		group: 'private',
		dimensions: 256,
		maxTokens: 512,
		schema: embedder?.schema ?? {},
		pricing: perUptime(0.05),
	}),
	defineModel({
		name: 'emulator-user/tone-lora',
		type: 'text-generation',
		family: 'llama3',
		group: 'lora',
		maxTokens: 8192,
		schema: WRITING,
		pricing: perToken(4e-6, 8e-6),
		description: 'A LoRA adapter of Meta-Llama-3-8B-Instruct.',
	}),
	defineModel({
		name: 'emulator-user/own-mixtral',
		type: 'text-generation',
		family: 'mistral',
		group: 'deployment',
		deployId: 'dep1A2b3C4d5E6f7',
		maxTokens: 32768,
		schema: WRITING,
		pricing: perUptime(0.0847, { short: '$3.05 / hour' }),
		description: 'A deployment on its own GPU.',
	}),
	defineModel({
		name: 'emulator-user/sleeping-llama',
		type: 'text-generation',
		family: 'llama3',
		group: 'deployment',
		deployId: 'dep9Z8y7X6w5V4u3',
		access: 'locked',
		maxTokens: 8192,
		schema: WRITING,
		pricing: perUptime(0.0847),
	}),
];
