import { isObject, type Json, type JsonObject } from '../json';
import type { Model } from './model';

const LABELS: Json = [
	{ label: 'positive', score: 0.92 },
	{ label: 'neutral', score: 0.08 },
];

/** What a model's page shows as its answer, by task. */
const ANSWERS: Record<string, JsonObject> = {
	'text-generation': { results: [{ generated_text: 'Hello! How can I help?' }], num_tokens: 6, num_input_tokens: 11 },
	'text-classification': { results: LABELS },
	'image-classification': { results: LABELS },
	'zero-shot-image-classification': { results: LABELS },
	'token-classification': { results: [{ entity_group: 'PER', score: 0.99, word: 'John Doe', start: 11, end: 19 }] },
	'fill-mask': { results: [{ sequence: 'I need my help right now!', score: 0.55, token: 1494, token_str: 'help' }] },
	'question-answering': { answer: 'fox', score: 0.18, start: 16, end: 19 },
	reranker: { scores: [0.1, 0.97], input_tokens: 42 },
	embeddings: { embeddings: [[0.5, -0.5, 0.5, 0.5]], input_tokens: 4 },
	'text-to-image': { images: ['data:image/png;base64,...'], nsfw_content_detected: [false], seed: 42 },
	'object-detection': { results: [{ label: 'cat', score: 0.98, box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 } }] },
	'automatic-speech-recognition': {
		text: 'Hello',
		segments: [{ id: 0, text: 'Hello', start: 0, end: 1 }],
		language: 'en',
		input_length_ms: 1000,
	},
	'text-to-speech': { audio: 'data:audio/wav;base64,...', input_character_length: 12, output_format: 'wav' },
	'text-to-music': { audio: 'data:audio/wav;base64,...' },
	'text-to-video': { video_url: '/model/inference/sample.mp4', seed: '12345' },
};

export function exampleAnswer(model: Model): string {
	const answer = ANSWERS[model.task] ?? { output: {} };
	const status = { status: 'unknown', runtime_ms: 0, cost: 0, tokens_generated: 0, tokens_input: 0 };
	return JSON.stringify({ ...answer, request_id: null, inference_status: status }, undefined, 2);
}

/** The curl command of a model's page: a form where a file goes in, else JSON. */
export function exampleCommand(model: Model, baseUrl: string): string {
	const start = `curl -X POST "${baseUrl}/v1/inference/${model.name}" -H "Authorization: bearer $DEEPINFRA_TOKEN"`;
	const properties = isObject(model.schema.properties) ? model.schema.properties : {};
	const required = Array.isArray(model.schema.required) ? model.schema.required.map(String) : [];
	const fields = required.map((name) => ({ name, property: isObject(properties[name]) ? properties[name] : {} }));
	if (fields.some(({ property }) => property.format === 'binary')) {
		const parts = fields.map(({ name, property }) =>
			property.format === 'binary' ? `-F ${name}=@my_file` : `-F '${name}=${toText(property.example)}'`,
		);
		return `${start} ${parts.join(' ')}`;
	}
	const body = Object.fromEntries(
		fields.map(({ name, property }) => [name, property.example ?? property.default ?? '...']),
	);
	return `${start} -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;
}

function toText(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value ?? '...');
}
