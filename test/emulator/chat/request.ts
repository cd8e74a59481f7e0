import type { JsonObject } from '../json';

const nullable = (rule: JsonObject): JsonObject => ({ anyOf: [rule, { type: 'null' }] });
const between = (minimum: number, maximum: number): JsonObject => nullable({ type: 'number', minimum, maximum });

/** What the service declares of the body; it names no other field, and ignores those that it does not know. */
export const CHAT_SCHEMA: JsonObject = {
	type: 'object',
	required: ['model', 'messages'],
	properties: {
		model: { type: 'string' },
		temperature: between(0, 2),
		top_p: nullable({ type: 'number', exclusiveMinimum: 0, maximum: 1 }),
		min_p: between(0, 1),
		top_k: nullable({ type: 'integer', minimum: 0, maximum: 999 }),
		max_tokens: nullable({ type: 'integer', minimum: 1, maximum: 10_000_000 }),
		stop: { anyOf: [{ type: 'string' }, { type: 'null' }, { type: 'array', items: { type: 'string' }, maxItems: 16 }] },
		n: nullable({ type: 'integer', minimum: 1, maximum: 4 }),
		presence_penalty: between(-2, 2),
		frequency_penalty: between(-2, 2),
		repetition_penalty: between(0.01, 5),
		seed: nullable({ type: 'integer' }),
		stream: nullable({ type: 'boolean' }),
		logprobs: nullable({ type: 'boolean' }),
		top_logprobs: nullable({ type: 'integer', minimum: 0, maximum: 20 }),
		user: nullable({ type: 'string' }),
		reasoning_effort: nullable({ enum: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] }),
		service_tier: nullable({ type: 'string' }),
		models: nullable({ type: 'array', items: { type: 'string' }, maxItems: 4 }),
		tools: nullable({
			type: 'array',
			items: {
				type: 'object',
				required: ['type', 'function'],
				properties: {
					type: { enum: ['function'] },
					function: {
						type: 'object',
						required: ['name'],
						properties: { name: { type: 'string', minLength: 1 }, parameters: nullable({ type: 'object' }) },
					},
				},
			},
		}),
		tool_choice: {
			anyOf: [{ enum: ['none', 'auto', 'required', null] }, { type: 'object', required: ['type', 'function'] }],
		},
		response_format: nullable({
			type: 'object',
			required: ['type'],
			properties: {
				type: { enum: ['text', 'json_object', 'json_schema', 'regex'] },
				json_schema: {
					type: 'object',
					required: ['name', 'schema'],
					properties: {
						name: { type: 'string', minLength: 1 },
						schema: { type: 'object' },
						strict: nullable({ type: 'boolean' }),
					},
				},
			},
		}),
	},
};
