import type { JsonObject } from '../json';

/** Input schemas in the form that DeepInfra publishes: JSON Schema with `definitions`, titles and examples. */
export function inputSchema(
	title: string,
	required: string[],
	properties: JsonObject,
	definitions?: JsonObject,
): JsonObject {
	return {
		...(definitions ? { definitions } : {}),
		required,
		title,
		type: 'object',
		properties: { ...properties, webhook: WEBHOOK },
	};
}

const WEBHOOK: JsonObject = {
	description: 'URL to call when inference is done; by default the output comes in the response',
	format: 'uri',
	is_base_field: true,
	maxLength: 2083,
	minLength: 1,
	title: 'Webhook',
	type: 'string',
};

export function text(title: string, description: string, extra: JsonObject = {}): JsonObject {
	return { title, description, type: 'string', ...extra };
}

export function integer(title: string, description: string, extra: JsonObject = {}): JsonObject {
	return { title, description, type: 'integer', ...extra };
}

export function number(title: string, description: string, extra: JsonObject = {}): JsonObject {
	return { title, description, type: 'number', ...extra };
}

export function flag(title: string, description: string, byDefault: boolean): JsonObject {
	return { title, description, type: 'boolean', default: byDefault };
}

export function choice(
	title: string,
	description: string,
	values: Array<string | number>,
	extra: JsonObject = {},
): JsonObject {
	return { title, description, type: typeof values[0] === 'number' ? 'integer' : 'string', enum: values, ...extra };
}

export function listOf(title: string, description: string, items: JsonObject, extra: JsonObject = {}): JsonObject {
	return { title, description, type: 'array', items, ...extra };
}

/** Two spellings of "may be null" occur in published schemas. */
export function orNull(schema: JsonObject): JsonObject {
	const { title, description, ...rest } = schema;
	return { title, description, anyOf: [rest, { type: 'null' }] };
}

export function imageFile(description: string): JsonObject {
	return { title: 'Image', description, type: 'string', format: 'binary', is_image: true };
}

export function audioFile(description: string): JsonObject {
	// `required` as a boolean inside a property is what the published Whisper schema has.
	return { title: 'Audio', description, type: 'string', format: 'binary', is_audio: true, required: true };
}

export const TEXT_IN = (title: string, description: string, example: string) =>
	inputSchema(title, ['input'], { input: text('Input', description, { example }) });

export const STATUS_OUT: JsonObject = {
	title: 'InferenceReplyStatus',
	type: 'object',
	required: ['cost'],
	properties: {
		status: text('Status', 'Inference status', { default: 'succeeded' }),
		runtime_ms: integer('Runtime Ms', 'runtime in milliseconds', { default: 0 }),
		cost: number('Cost', 'estimated cost billed for the request in USD'),
		tokens_generated: integer('Tokens Generated', 'number of tokens generated'),
		tokens_input: integer('Tokens Input', 'number of input tokens'),
	},
};

export function outputSchema(title: string, properties: JsonObject): JsonObject {
	return {
		definitions: { InferenceReplyStatus: STATUS_OUT },
		title,
		type: 'object',
		properties: {
			...properties,
			request_id: text('Request Id', 'The request id'),
			inference_status: { $ref: '#/definitions/InferenceReplyStatus' },
		},
	};
}
