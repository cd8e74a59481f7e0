import { isObject, type Json, textOf } from '../json';
import type { Call, Outcome } from './task';

/** Gives back what it understood: values as they were read, files by name, size and hash. */
export function echoFields(call: Call): Outcome {
	const fields: Record<string, Json> = {};
	for (const [name, value] of Object.entries(call.values)) {
		if (!call.files.has(name)) fields[name] = toJson(value);
	}
	const files = [...call.files].map(([name, { filename, mimeType, size, sha256 }]) => ({
		name,
		filename: filename ?? null,
		mime_type: mimeType ?? null,
		size,
		sha256,
	}));
	return { body: { output: { fields, files } } };
}

/** A model of the cog kind: its fields are inside `input`. */
export function runCog(call: Call): Outcome {
	const input = isObject(call.values.input) ? call.values.input : {};
	const lines = (textOf(input.inputs) ?? '').split('\n');
	return {
		body: {
			status: 'succeeded',
			output: lines.map((line) => ({ input: line, length: line.length })),
			error: null,
			logs: '',
			input: toJson(input),
			metrics: { predict_time: 0.1 },
			created_at: '2026-01-01T00:00:00Z',
		},
	};
}

function toJson(value: unknown): Json {
	if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
		return value;
	if (Array.isArray(value)) return value.map(toJson);
	if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
	return null;
}
