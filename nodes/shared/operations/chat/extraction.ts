import { errorText, isDict } from '../../core/answer';
import type { ApiRequest, Dict, ModelFacts, NextRequest } from '../../core/operation';
import { AnswerError, type Problem } from '../../core/problem';
import { fitToSchema, pick, plainName } from '../../schema/jsonSchema';
import { RAISE_LIMIT, chatRequest, rawText, readChoices, type ChatInput } from './chat';
import { findAllJson } from './findJson';
import { repairPrompt, schemaPrompt } from './prompts';
import { readWanted, type SchemaInput } from './schemaFields';

/** Data out of a text or picture, whatever the model can: a strict schema, JSON mode with the schema in words, words alone. */
export const FORMS = 3;

export type ExtractionInput = ChatInput & SchemaInput;

/** @param facts its `form` counts from 0: how much of it the service can hold the model to */
export function extractionRequest(
	input: ExtractionInput,
	prompt: string,
	content: unknown,
	facts: ModelFacts,
): ApiRequest {
	const { form = 0 } = facts;
	const { asked } = readWanted(input);
	const system = form === 0 ? prompt : `${prompt}\n${schemaPrompt(asked)}`;
	const messages = [
		{ role: 'system', content: system },
		{ role: 'user', content },
	];
	const formats = [
		{ type: 'json_schema', json_schema: { name: 'data', strict: true, schema: asked } },
		{ type: 'json_object' },
		undefined,
	];
	const more = { temperature: input.options.temperature ?? 0, response_format: formats[form] };
	return chatRequest(input, messages, more, facts);
}

/** Whether the service says that the model does not take this way to ask for JSON (docs/api.md#errors). */
export function isFormRefused(problem: Problem): boolean {
	if (problem.kind !== 'status' || ![400, 405, 422].includes(problem.status)) return false;
	return /response.?format|json|structured|schema|grammar|guided/i.test(errorText(problem.body)?.slice(0, 2000) ?? '');
}

interface Read {
	readonly text: string;
	readonly data: unknown;
	readonly faults: readonly string[];
	readonly isCut: boolean;
}

/** Objects of one answer that are looked at. */
const MOST_TRIED = 20;

/** Names that are told to a model that has used none of them. */
const MOST_NAMED = 20;
/** Frames that models put around what was asked for. */
const MOST_FRAMES = 2;

/** What stands in a list alone. */
const only = (found: unknown): unknown => (Array.isArray(found) && found.length === 1 ? found[0] : found);

/** The object that answers, or the only one within it that does: one that has any of the names that are wanted, or nothing at all. */
function answersIn(found: unknown, wanted: ReadonlySet<string> | undefined, depth = 0): Dict[] {
	const object = only(found);
	if (!isDict(object)) return [];
	const names = Object.keys(object);
	if (!wanted || (depth === 0 && names.length === 0) || names.some((name) => wanted.has(plainName(name))))
		return [object];
	if (depth >= MOST_FRAMES) return [];
	const framed = names.flatMap((name) => answersIn(object[name], wanted, depth + 1));
	return framed.length === 1 ? framed : [];
}

function readAnswer(answer: Dict, input: ExtractionInput): Read {
	const [{ text, finishReason }] = readChoices(answer);
	const isCut = finishReason === 'length';
	const found = findAllJson(text).slice(0, MOST_TRIED).map(only);
	const { expected, names } = readWanted(input);
	const wanted = names && new Set(names.map(plainName));
	// A model that changes its mind answers twice.
	const fits = found.flatMap((each) => answersIn(each, wanted)).map((object) => fitToSchema(expected, object));
	const best = fits.find(({ faults }) => faults.length === 0) ?? fits[0];
	if (!best) {
		const other = found.find(isDict);
		const { faults } = other ? fitToSchema(expected, other) : { faults: [] };
		const must = names && other ? `have ${names.slice(0, MOST_NAMED).join(', ')}` : 'be one JSON object';
		return { text, data: undefined, faults: faults.length > 0 ? faults : [`the answer: must ${must}`], isCut };
	}
	// A schema by hand says itself whether it takes more than it names; columns and examples are all that is wanted.
	const data = input.schemaType === 'manual' ? best.value : pick(expected, best.value);
	return { text, data, faults: best.faults, isCut };
}

/** One more question where the answer does not fit; a cut answer would only be cut again. */
export function repairOf(
	answer: Dict,
	input: ExtractionInput,
	asked: number,
	sent: ApiRequest,
): NextRequest | undefined {
	if (asked > 0) return undefined;
	const { text, faults, isCut } = readAnswer(answer, input);
	if (faults.length === 0 || isCut) return undefined;
	const messages = Array.isArray(sent.json?.messages) ? sent.json.messages : [];
	const repair = [
		...messages,
		{ role: 'assistant', content: text },
		{ role: 'user', content: repairPrompt(faults.slice(0, 10)) },
	];
	return { request: { ...sent, json: { ...sent.json, messages: repair } }, wait: 0 };
}

/** @throws AnswerError with the raw text for what does not fit */
export function readExtraction(answer: Dict, input: ExtractionInput): unknown {
	const { text, data, faults, isCut } = readAnswer(answer, input);
	if (faults.length === 0) return data;
	if (isCut) throw new AnswerError('The JSON was cut off at the token limit', `${RAISE_LIMIT}. ${rawText(text)}`);
	throw new AnswerError(
		`The extracted data does not fit the schema: ${faults.slice(0, 3).join('; ')}`,
		`Describe the values more closely, or choose another model. ${rawText(text)}`,
	);
}
