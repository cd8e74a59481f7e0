import { isDict, number, optionalText } from '../../core/answer';
import { field } from '../../core/fields';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';
import { listOf } from '../../core/values';
import { reasoningEffortOption, serviceTierOption } from '../../operations/chat/fields';
import { budgetOption, collection, maxRetriesOption, modelField, timeoutOption } from '../../operations/fields';

export const chatModelFields = [
	modelField('meta-llama/Llama-3.3-70B-Instruct-Turbo'),
	collection([
		budgetOption,
		field({
			displayName: 'Fallback Models',
			name: 'fallbackModels',
			type: 'string',
			orList: true,
			default: '',
			placeholder: 'e.g. Qwen/Qwen3-235B-A22B-Instruct-2507',
			description:
				'Models that answer when this one is too busy, tried in order, at most 4. Separated by commas or lines. The one that answers is billed.',
		}),
		field({
			displayName: 'Frequency Penalty',
			name: 'frequencyPenalty',
			type: 'number',
			default: 0,
			typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
			description: 'Above 0: the more often a word has occurred, the less likely it comes again',
		}),
		field({
			displayName: 'JSON Schema',
			name: 'jsonSchema',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "type": "object", "properties": { "city": { "type": "string" } } }',
			description: "What the answer must look like when 'Response Format' is 'JSON Schema'",
		}),
		maxRetriesOption,
		field({
			displayName: 'Max Tokens',
			name: 'maxTokens',
			type: 'number',
			default: 2048,
			typeOptions: { minValue: 1, numberPrecision: 0 },
			description: 'The longest an answer may become. A token is about four characters.',
		}),
		field({
			displayName: 'Min P',
			name: 'minP',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			description: 'Leave out words that are less likely than this share of the likeliest one',
		}),
		field({
			displayName: 'Presence Penalty',
			name: 'presencePenalty',
			type: 'number',
			default: 0,
			typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
			description: 'Above 0: a word that has occurred is less likely to come again',
		}),
		reasoningEffortOption,
		field({
			displayName: 'Response Format',
			name: 'responseFormat',
			type: 'options',
			options: [
				{ name: 'JSON', value: 'json_object', description: 'The answer is a JSON object. Say so in the prompt too.' },
				{ name: 'JSON Schema', value: 'json_schema', description: "The answer fits the 'JSON Schema'" },
				{ name: 'Text', value: 'text', description: 'Any text' },
			],
			default: 'text',
			description: 'What the answer must look like',
		}),
		field({
			displayName: 'Seed',
			name: 'seed',
			type: 'number',
			default: 0,
			typeOptions: { numberPrecision: 0 },
			description: 'With the same seed and input a model tends to give the same answer',
		}),
		serviceTierOption,
		field({
			displayName: 'Stop Sequences',
			name: 'stop',
			type: 'string',
			typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
			default: [],
			placeholder: 'e.g. ###',
			description: 'An answer ends before any of these texts',
		}),
		field({
			displayName: 'Streaming',
			name: 'streaming',
			type: 'boolean',
			default: true,
			description:
				'Whether answers may come piece by piece. Turn it off for a model that fails with tools while it streams.',
		}),
		field({
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			default: 0.7,
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			description: 'Low values give predictable answers, high values give varied ones',
		}),
		timeoutOption,
		field({
			displayName: 'Top P',
			name: 'topP',
			type: 'number',
			default: 0.9,
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			description: 'Choose among the likeliest words that together have this probability',
		}),
	]),
] as const;

const MOST_FALLBACKS = 4;

/**
 * What goes into a request's body beside what n8n's chat client puts there, by the API's names (docs/api.md#chat).
 * @throws InputError
 */
export function bodyAdditions(options: Dict): Dict {
	const { minP, seed, serviceTier, reasoningEffort, stop, fallbackModels } = options;
	const models = listOf(
		Array.isArray(fallbackModels) ? fallbackModels.map(String) : (optionalText(fallbackModels) ?? ''),
	);
	if (models.length > MOST_FALLBACKS) {
		throw new InputError(`'Fallback Models' has ${models.length} models`, `DeepInfra takes ${MOST_FALLBACKS} at most.`);
	}
	const additions = {
		min_p: number(minP),
		seed: number(seed),
		service_tier: optionalText(serviceTier),
		reasoning_effort: optionalText(reasoningEffort),
		response_format: responseFormat(options),
		stop: Array.isArray(stop) && stop.length > 0 ? stop : undefined,
		models: models.length > 0 ? models : undefined,
	};
	return Object.fromEntries(Object.entries(additions).filter(([, value]) => value !== undefined));
}

function responseFormat({ responseFormat: type, jsonSchema }: Dict): Dict | undefined {
	if (type !== 'json_schema') return type === 'json_object' ? { type } : undefined;
	if (!isDict(jsonSchema) || Object.keys(jsonSchema).length === 0) {
		throw new InputError("'JSON Schema' is empty", "Describe the answer there, or choose another 'Response Format'.");
	}
	return { type, json_schema: { name: 'answer', schema: jsonSchema, strict: true } };
}
