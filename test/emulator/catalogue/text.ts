import type { JsonObject } from '../json';
import { defineModel, FAR_AHEAD, LONG_AGO, type Model, type ModelDraft } from './model';
import { perInputToken, perSecond, perToken } from './pricing';
import { choice, flag, inputSchema, integer, listOf, number, orNull, outputSchema, text, TEXT_IN } from './schemas';

const FORMATS: JsonObject = {
	TextResponseFormat: {
		title: 'TextResponseFormat',
		type: 'object',
		properties: { type: { const: 'text', type: 'string' } },
	},
	JsonObjectResponseFormat: {
		title: 'JsonObjectResponseFormat',
		type: 'object',
		properties: { type: { const: 'json_object', type: 'string', default: 'json_object' } },
	},
};

const GENERATION = inputSchema(
	'TextGenerationIn',
	['input'],
	{
		input: text('Input', 'text to generate from', { example: 'I have this dream' }),
		max_new_tokens: integer('Max New Tokens', 'maximum length of the generated text', { minimum: 1, maximum: 1000000 }),
		temperature: number('Temperature', '0 makes the output deterministic', { default: 0.7, minimum: 0, maximum: 100 }),
		top_p: number('Top P', 'probability mass to sample from', { default: 0.9, exclusiveMinimum: 0, maximum: 1 }),
		min_p: number('Min P', 'smallest probability, relative to the best token', { default: 0, minimum: 0, maximum: 1 }),
		top_k: integer('Top K', 'sample from the best k tokens, 0 means off', {
			default: 0,
			minimum: 0,
			exclusiveMaximum: 1000,
		}),
		repetition_penalty: number('Repetition Penalty', '1 means none', { default: 1, minimum: 0.01, maximum: 5 }),
		stop: listOf('Stop', 'Up to 16 strings that end the generation', { type: 'string' }, { maxItems: 16 }),
		num_responses: integer('Num Responses', 'Number of output sequences', { default: 1, minimum: 1, maximum: 4 }),
		response_format: {
			anyOf: [{ $ref: '#/definitions/TextResponseFormat' }, { $ref: '#/definitions/JsonObjectResponseFormat' }],
			default: { type: 'text' },
			description: 'Optional nested object with "type" set to "json_object"',
			title: 'Response Format',
		},
		presence_penalty: number('Presence Penalty', 'favours new topics', { default: 0, minimum: -2, maximum: 2 }),
		frequency_penalty: number('Frequency Penalty', 'disfavours repetition', { default: 0, minimum: -2, maximum: 2 }),
		user: text('User', 'A unique identifier of your end user'),
		seed: integer('Seed', 'Seed for the random number generator', {
			minimum: -9223372036854776000,
			exclusiveMaximum: 18446744073709552000,
		}),
		stream: { ...flag('Stream', 'Token by token over SSE', false), is_base_field: true },
	},
	FORMATS,
);

const GENERATION_OUT = outputSchema('TextGenerationOut', {
	results: listOf('Results', 'a list of generated texts', {
		title: 'GeneratedText',
		type: 'object',
		required: ['generated_text'],
		properties: { generated_text: text('Generated Text', 'generated text') },
	}),
	num_tokens: integer('Num Tokens', 'number of generated tokens'),
	num_input_tokens: integer('Num Input Tokens', 'number of input tokens'),
});

export const CHAT_TAGS = ['openai', 'json', 'tools', 'structured-output'];

export function writer(draft: Omit<ModelDraft, 'type' | 'schema'>): Model {
	return defineModel({
		type: 'text-generation',
		schema: GENERATION,
		schemaOut: GENERATION_OUT,
		tags: CHAT_TAGS,
		...draft,
	});
}

export const WRITERS: Model[] = [
	writer({
		name: 'meta-llama/Meta-Llama-3-8B-Instruct',
		family: 'llama3',
		maxTokens: 8192,
		quantization: 'bfloat16',
		pricing: perToken(3e-6, 6e-6),
		description: 'An instruct model of 8 billion parameters. Wants its own chat template on the native route.',
	}),
	writer({
		name: 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo',
		family: 'llama3',
		maxTokens: 131072,
		quantization: 'fp8',
		pricing: perToken(2e-6, 4e-6),
		description: 'A small and fast instruct model.',
	}),
	writer({
		name: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
		family: 'llama3',
		maxTokens: 131072,
		quantization: 'fp8',
		tags: [...CHAT_TAGS, 'featured', 'priority', 'flex'],
		pricing: perToken(2.3e-5, 4e-5, { rate_per_service_tier_priority: 1.5, rate_per_service_tier_flex: 0.8 }),
	}),
	writer({
		name: 'mistralai/Mistral-7B-Instruct-v0.3',
		family: 'mistral',
		maxTokens: 32768,
		pricing: perToken(2.8e-6, 5.5e-6),
		description: null,
	}),
	writer({
		name: 'mistralai/Mistral-Small-3.2-24B-Instruct-2506',
		family: 'mistral',
		maxTokens: 128000,
		tags: [...CHAT_TAGS, 'ocr', 'multimodal', 'non-reasoning', 'cc-native'],
		pricing: perToken(7.5e-6, 2e-5),
		envelope: 'tokensNull',
	}),
	writer({
		name: 'Qwen/Qwen2.5-72B-Instruct',
		family: 'chatml',
		maxTokens: 32768,
		pricing: perToken(1.2e-5, 3.9e-5, { rate_per_input_token_cached: 0.1 }),
	}),
	writer({
		name: 'Qwen/Qwen3-235B-A22B-Instruct-2507',
		family: 'chatml',
		maxTokens: 262144,
		quantization: 'fp8',
		tags: [...CHAT_TAGS, 'featured', 'reasoning'],
		pricing: perToken(9e-6, 5.5e-5, {
			rate_per_explicit_cache_write_token: { '5m': 1.25, '1h': 2 },
			explicit_cache_granularity_tokens: 8192,
		}),
		envelope: 'costText',
	}),
	writer({
		name: 'google/gemma-3-12b-it',
		family: 'gemma',
		maxTokens: 131072,
		tags: [...CHAT_TAGS, 'multimodal'],
		pricing: perToken(4e-6, 1.3e-5),
	}),
	writer({
		name: 'google/gemma-2-9b-it',
		family: 'gemma',
		maxTokens: 8192,
		deprecated: LONG_AGO,
		replacedBy: 'google/gemma-3-12b-it',
		pricing: perToken(3e-6, 6e-6),
	}),
	writer({
		name: 'mistralai/Mistral-7B-v0.1',
		maxTokens: 32768,
		tags: [],
		pricing: perToken(2.8e-6, 5.5e-6),
		description: 'A base model: it continues a text and knows no chat template.',
	}),
	writer({
		name: 'emulator/llama-sunset-13b',
		family: 'llama3',
		maxTokens: 4096,
		deprecated: FAR_AHEAD,
		replacedBy: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
		pricing: perToken(5e-6, 9e-6),
		description: 'Scheduled for removal, and still served until then.',
	}),
	writer({ name: 'emulator/retired-gpt', deprecated: LONG_AGO, pricing: perToken(2e-5, 1.1e-4), description: '' }),
	writer({
		name: 'emulator/free-preview-8b',
		family: 'chatml',
		maxTokens: 8192,
		tags: ['openai', 'no-free-anon'],
		pricing: perToken(0, 0),
		envelope: 'noStatus',
	}),
	writer({
		name: 'emulator/partner-opus',
		family: 'chatml',
		maxTokens: 1000000,
		isPartner: true,
		tags: ['multimodal', 'cc-native', 'reasoning', 'json', 'ocr', 'no-free-anon', 'openai'],
		pricing: perToken(0.0003, 0.0015, { discount: 0.5, discount_ends_at: 1_893_456_000 }),
	}),
	writer({
		name: 'emulator/ocr-reader-7b',
		family: 'chatml',
		reportedType: 'image-to-text',
		maxTokens: 16384,
		tags: ['ocr', 'multimodal', 'openai'],
		pricing: perToken(1.4e-5, 8e-5),
	}),
	writer({
		name: 'emulator/barter-13b',
		family: 'llama3',
		maxTokens: 4096,
		pricing: { type: 'barter', short: 'two hens a day', full: null, table: null, hens_per_day: 2 },
		description: 'Its pricing type is in no document.',
	}),
	writer({
		name: 'emulator/unpriced-13b',
		family: 'llama3',
		maxTokens: null,
		pricing: null,
		tags: null,
		created: null,
	}),
	writer({
		name: 'emulator/waking-70b',
		family: 'llama3',
		access: 'locked',
		schemaRoute: 'locked',
		maxTokens: 8192,
		pricing: perToken(3e-5, 5e-5),
	}),
	writer({
		name: 'emulator/members-only-70b',
		family: 'llama3',
		access: 'forbidden',
		maxTokens: 8192,
		pricing: perToken(3e-5, 5e-5),
	}),
	writer({
		name: 'emulator/no-schema-7b',
		family: 'chatml',
		schemaRoute: 'missing',
		maxTokens: 8192,
		pricing: perToken(5e-6, 5e-6),
	}),
	defineModel({
		name: 'emulator/flan-summary',
		type: 'text2text-generation',
		task: 'text-generation',
		schema: GENERATION,
		schemaOut: GENERATION_OUT,
		pricing: perSecond(0.05),
	}),
];

const LABELS_OUT = outputSchema('LabelsOut', { results: listOf('Results', 'labels with scores', { type: 'object' }) });

export const READERS: Model[] = [
	defineModel({
		name: 'ProsusAI/finbert',
		type: 'text-classification',
		schema: TEXT_IN('TextClassificationIn', 'text to classify', 'Stocks rallied'),
		schemaOut: LABELS_OUT,
		labels: ['positive', 'negative', 'neutral'],
		maxTokens: 512,
		pricing: perSecond(0.05),
		description: 'Sentiment of financial news.',
		tags: ['featured'],
	}),
	defineModel({
		name: 'emulator/review-stars',
		type: 'text-classification',
		schema: TEXT_IN('TextClassificationIn', 'text to classify', 'Great product'),
		labels: ['POSITIVE', 'NEGATIVE'],
		pricing: perSecond(0.05, { short: '$0.0005 / sec', full: 'Billed by the millisecond,\n  rounded up' }),
		envelope: 'noRequestId',
	}),
	defineModel({
		name: 'emulator/support-topics',
		type: 'text-classification',
		schema: TEXT_IN('TextClassificationIn', 'text to classify', 'Where is my parcel?'),
		labels: ['billing', 'delivery', 'technical', 'other'],
		pricing: perInputToken(5e-7),
		envelope: 'statusSuccess',
	}),
	defineModel({
		name: 'Davlan/bert-base-multilingual-cased-ner-hrl',
		type: 'token-classification',
		schema: TEXT_IN('TokenClassificationIn', 'text to find names in', 'John Doe lives in San Francisco.'),
		schemaOut: LABELS_OUT,
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'dslim/bert-base-NER',
		type: 'token-classification',
		schema: TEXT_IN('TokenClassificationIn', 'text to find names in', 'Angela Merkel was born in Hamburg.'),
		pricing: perSecond(0.05),
		deprecated: LONG_AGO,
		replacedBy: 'Davlan/bert-base-multilingual-cased-ner-hrl',
	}),
	defineModel({
		name: 'bert-base-cased',
		type: 'fill-mask',
		schema: TEXT_IN('FillMaskIn', 'text with a mask', 'I need my [MASK] right now!'),
		schemaOut: LABELS_OUT,
		maskToken: '[MASK]',
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'roberta-base',
		type: 'fill-mask',
		schema: TEXT_IN('FillMaskIn', 'text with a mask', 'I need my <mask> right now!'),
		maskToken: '<mask>',
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'emulator/xlm-mask',
		type: 'fill-mask',
		schema: TEXT_IN('FillMaskIn', 'text with a mask', 'Paris is the <mask> of France.'),
		maskToken: '<mask>',
		pricing: perSecond(0.05),
		deprecated: LONG_AGO,
		replacedBy: 'roberta-base',
	}),
	defineModel({
		name: 'deepset/roberta-large-squad2',
		type: 'question-answering',
		schema: inputSchema('QuestionAnsweringIn', ['question', 'context'], {
			question: text('Question', 'question about the context', { example: 'Who jumped?' }),
			context: text('Context', 'text that holds the answer', {
				example: 'The quick brown fox jumped over the lazy dog.',
			}),
		}),
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'emulator/minilm-squad',
		type: 'question-answering',
		schema: inputSchema('QuestionAnsweringIn', ['question', 'context'], {
			question: text('Question', 'question about the context'),
			context: text('Context', 'text that holds the answer'),
		}),
		pricing: perSecond(0.01),
		envelope: 'noRequestId',
	}),
];

const RERANK = inputSchema('RerankIn', ['queries', 'documents'], {
	queries: listOf('Queries', 'one for each document', { type: 'string' }, { minItems: 1, maxItems: 1024 }),
	documents: listOf('Documents', 'texts to score', { type: 'string' }, { minItems: 1, maxItems: 1024 }),
	instruction: orNull(text('Instruction', 'what makes a document relevant')),
	service_tier: choice('Service Tier', 'processing tier', ['default', 'priority']),
});

const RERANK_ONE = inputSchema('RerankOneIn', ['query', 'documents'], {
	query: text('Query', 'what is looked for'),
	documents: listOf('Documents', 'texts to score', { type: 'string' }, { minItems: 1, maxItems: 1024 }),
});

export const RERANKERS: Model[] = [
	...[
		'Qwen/Qwen3-Reranker-8B',
		'Qwen/Qwen3-Reranker-4B',
		'Qwen/Qwen3-Reranker-0.6B',
		'nvidia/llama-nemotron-rerank-vl-1b-v2',
	].map((name) =>
		defineModel({
			name,
			type: 'reranker',
			schema: RERANK,
			maxTokens: 10240,
			tags: name.includes('8B') ? ['featured', 'priority'] : ['priority'],
			pricing: perInputToken(1e-6),
		}),
	),
	defineModel({
		name: 'cross-encoder/ms-marco-MiniLM-L-12-v2',
		type: 'reranker',
		schema: RERANK_ONE,
		maxTokens: 512,
		pricing: perInputToken(5e-7),
	}),
	// Its schema cannot be had, so that its form has to be found out by its name.
	defineModel({
		name: 'cross-encoder/ms-marco-TinyBERT-L-2-v2',
		type: 'reranker',
		schema: RERANK_ONE,
		schemaRoute: 'missing',
		maxTokens: 512,
		pricing: perInputToken(5e-7),
	}),
];
