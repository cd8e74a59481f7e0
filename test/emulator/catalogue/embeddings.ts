import { defineModel, LONG_AGO, type Model } from './model';
import { perInputToken, type Pricing } from './pricing';
import { choice, flag, imageFile, inputSchema, integer, listOf, orNull, outputSchema, text } from './schemas';

const EMBEDDING = inputSchema('EmbeddingsIn', ['inputs'], {
	inputs: listOf(
		'Inputs',
		'sequences to embed',
		{ type: 'string' },
		{ minItems: 1, maxItems: 1024, example: ['I like chocolate'] },
	),
	normalize: flag('Normalize', 'whether to normalize the computed embeddings', false),
	dimensions: orNull(integer('Dimensions', 'width of the vectors', { minimum: 32 })),
	custom_instruction: orNull(text('Custom Instruction', 'put before each input')),
	service_tier: choice('Service Tier', 'processing tier', ['default', 'priority']),
});

const EMBEDDING_OUT = outputSchema('EmbeddingsOut', {
	embeddings: listOf('Embeddings', 'one vector for each input', { type: 'array', items: { type: 'number' } }),
	input_tokens: integer('Input Tokens', 'number of input tokens'),
});

function embedder(
	name: string,
	dimensions: number,
	maxTokens: number,
	pricing: Pricing,
	more: Partial<Model> = {},
): Model {
	return defineModel({
		name,
		type: 'embeddings',
		schema: EMBEDDING,
		schemaOut: EMBEDDING_OUT,
		dimensions,
		maxTokens,
		pricing,
		tags: ['openai', 'priority'],
		...more,
	});
}

export const EMBEDDERS: Model[] = [
	embedder('BAAI/bge-large-en-v1.5', 1024, 512, perInputToken(1e-6), { tags: ['openai', 'priority', 'featured'] }),
	embedder('BAAI/bge-base-en-v1.5', 768, 512, perInputToken(5e-7)),
	embedder('BAAI/bge-m3', 1024, 8192, perInputToken(1e-6)),
	embedder('sentence-transformers/all-MiniLM-L6-v2', 384, 512, perInputToken(5e-7), { envelope: 'costText' }),
	embedder('thenlper/gte-base', 768, 512, perInputToken(5e-7), { envelope: 'tokensNull' }),
	embedder('intfloat/e5-large-v2', 1024, 512, perInputToken(1e-6), {
		deprecated: LONG_AGO,
		replacedBy: 'BAAI/bge-large-en-v1.5',
	}),
	embedder('Qwen/Qwen3-Embedding-8B', 4096, 32768, perInputToken(1e-6, { short: '$0.02 / 1M tokens' })),
	embedder('sentence-transformers/clip-ViT-B-32', 512, 77, perInputToken(5e-7), {
		schema: inputSchema('ClipEmbeddingsIn', ['inputs'], {
			inputs: listOf('Inputs', 'sequences to embed', { type: 'string' }, { minItems: 1, maxItems: 1024 }),
			image: imageFile('image to embed beside the texts'),
			normalize: flag('Normalize', 'whether to normalize the computed embeddings', false),
		}),
	}),
];
