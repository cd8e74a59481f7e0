import { isDict, number, optionalText } from '../../core/answer';
import { field } from '../../core/fields';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';
import { known, listOf } from '../../core/values';
import {
	frequencyPenaltyOption,
	jsonSchemaOption,
	minPOption,
	presencePenaltyOption,
	responseFormatOption,
	stopOption,
	topPOption,
	maxTokensOption,
	reasoningEffortOption,
	serviceTierOption,
	temperatureOption,
} from '../../operations/chat/fields';
import { readStops } from '../../operations/chat/stops';
import { MOST_FALLBACKS } from '../../operations/chat/chat';
import { CHAT_MODEL } from '../../operations/chat/models';
import { withoutFrame } from '../../operations/chat/framed';
import { budgetOption, collection, maxRetriesOption, modelField, timeoutOption } from '../../operations/fields';

export const chatModelFields = [
	modelField(CHAT_MODEL),
	collection([
		field({
			...budgetOption,
			description:
				'Ask nothing more once the answers of this execution have cost this much. Questions that are on their way are still answered.',
		}),
		field({
			displayName: 'Fallback Models',
			name: 'fallbackModels',
			type: 'string',
			orList: true,
			isList: true,
			mostEntries: 100,
			default: '',
			placeholder: 'e.g. Qwen/Qwen3-235B-A22B-Instruct-2507',
			description:
				'Models to ask when this one is busy, down or not there, in their order, at most 4. Separated by commas or lines. The one that answers is billed; what may have been billed is not asked again.',
		}),
		frequencyPenaltyOption,
		jsonSchemaOption,
		maxRetriesOption,
		maxTokensOption,
		minPOption,
		presencePenaltyOption,
		reasoningEffortOption,
		responseFormatOption,
		field({
			displayName: 'Seed',
			name: 'seed',
			type: 'number',
			default: 0,
			typeOptions: { numberPrecision: 0 },
			description: 'With the same seed and input a model tends to give the same answer',
		}),
		serviceTierOption,
		stopOption,
		field({
			displayName: 'Streaming',
			name: 'streaming',
			type: 'boolean',
			default: true,
			description:
				'Whether answers may come piece by piece. Turn it off for a model that fails with tools while it streams.',
		}),
		temperatureOption,
		timeoutOption,
		topPOption,
	]),
] as const;

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
		stop: Array.isArray(stop) ? readStops(stop) : undefined,
		models: models.length > 0 ? models : undefined,
	};
	return known(additions);
}

function responseFormat({ responseFormat: type, jsonSchema }: Dict): Dict | undefined {
	if (type !== 'json_schema') return type === 'json_object' ? { type } : undefined;
	const schema = isDict(jsonSchema) ? withoutFrame(jsonSchema) : {};
	if (Object.keys(schema).length === 0) {
		throw new InputError("'JSON Schema' is empty", "Describe the answer there, or choose another 'Response Format'.");
	}
	return { type, json_schema: { name: 'answer', schema, strict: true } };
}
