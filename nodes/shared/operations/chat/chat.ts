import { lackOf, type Ability } from '../../catalog/abilities';
import { isDict, list, number, optionalText } from '../../core/answer';
import type { Exact } from '../../core/exact';
import type { ApiRequest, Dict, ModelFacts } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { apiNames, modelPath, routeRequest } from '../../core/request';
import { listOf } from '../../core/values';
import { callsOf, textOfContent } from './content';
import { parseWritten } from './findJson';
import { digest } from './prompts';
import { takeThoughts } from './thoughts';

/** The route of chats (docs/api.md#chat). */
export const CHAT_PATH = '/v1/chat/completions';

/** What every operation over a chat model has. */
export interface ChatInput {
	readonly model: string;
	readonly options: {
		readonly maxTokens?: number;
		readonly temperature?: number;
		readonly seed?: number | Exact;
		readonly reasoningEffort?: string;
		readonly serviceTier?: string;
		readonly extraFields?: Dict;
		readonly fallbackModels?: string | readonly string[];
	};
}

/** Models that the service asks itself where the first is busy (docs/api.md#chat). */
export const MOST_FALLBACKS = 4;

/**
 * @param more fields beside the messages, under the API's names
 * @param facts what the catalogue says about the model
 * @throws InputError for what is no model name, and for thinking that the model lacks
 */
export function chatRequest(
	input: ChatInput,
	messages: readonly Dict[],
	more: Dict = {},
	facts: ModelFacts = {},
): ApiRequest {
	const { model, options } = input;
	modelPath(model);
	const { reasoningEffort = 'none' } = options;
	if (reasoningEffort !== 'none') requireAbility(facts, model, 'reasoning');
	return routeRequest(CHAT_PATH, input, {
		model,
		messages,
		models: listOf(options.fallbackModels ?? '')
			.filter((name) => name !== model)
			.slice(0, MOST_FALLBACKS),
		...apiNames(options, 'maxTokens', 'temperature', 'seed', 'reasoningEffort', 'serviceTier'),
		...more,
	});
}

export interface ToolCall {
	readonly id: string;
	readonly name: string;
	readonly arguments: Dict;
}

/** One choice of a completion, with what it thought taken out of its text. */
export interface Choice {
	readonly text: string;
	readonly finishReason: string;
	readonly reasoning?: string;
	readonly toolCalls: readonly ToolCall[];
	/** The API's list of tokens with their log probabilities. */
	readonly logprobs?: readonly Dict[];
}

const shorten = (text: string, length = 2000) => (text.length > length ? `${text.slice(0, length)}…` : text);

/** The raw text for an error's description. */
export const rawText = (text: string): string => `The answer was: "${shorten(text)}".`;

export const RAISE_LIMIT = "Raise 'Max Tokens' under 'Options'";

/** The choices of a completion by their numbers, never empty. @throws AnswerError */
export function choicesOf(answer: Dict): readonly [Dict, ...Dict[]] {
	const choices = list(answer.choices, 'a choice');
	const places = choices.map(({ index }) => number(index));
	const isNumbered = new Set(places).size === places.length && !places.includes(undefined);
	const sorted = isNumbered ? [...choices].sort((a, b) => (number(a.index) ?? 0) - (number(b.index) ?? 0)) : choices;
	const [first, ...rest] = sorted;
	if (first) return [first, ...rest];
	throw new AnswerError('DeepInfra answered without any choice', 'Run the workflow again, or choose another model.');
}

/**
 * The choices of a completion, never empty.
 * @param mayBeBlank whether nothing is an answer, too
 * @throws AnswerError as `readChoice`, for any of them
 */
export function readChoices(answer: Dict, mayBeBlank = false): readonly [Choice, ...Choice[]] {
	const [first, ...rest] = choicesOf(answer);
	const read = (choice: Dict) => readChoice(choice, mayBeBlank);
	return [read(first), ...rest.map(read)];
}

/** @throws AnswerError for a refusal, an empty choice, a safety filter, or a call whose arguments are no JSON */
export function readChoice(
	{ message, text: written, finish_reason: finish, logprobs }: Dict,
	mayBeBlank = false,
): Choice {
	const said = isDict(message) ? message : {};
	const finishReason = optionalText(finish) ?? 'stop';
	const refusal = optionalText(said.refusal)?.trim();
	if (refusal) {
		throw new AnswerError(
			`The model refused to answer: ${shorten(refusal, 300)}`,
			'Change the input, or choose another model.',
		);
	}
	if (finishReason === 'content_filter') {
		throw new AnswerError(
			"The model's safety filter stopped this answer",
			'Change the input, or choose another model.',
		);
	}
	const { text, reasoning } = takeThoughts(textOfContent(said.content) ?? optionalText(written) ?? '');
	const thoughts = optionalText(said.reasoning_content) || optionalText(said.reasoning) || reasoning;
	const toolCalls = callsOf(said).map((call, place) => readCall(call, place, finishReason));
	const isBlank = text.trim() === '' && toolCalls.length === 0;
	const isMeant = mayBeBlank && finishReason === 'stop' && typeof said.content === 'string';
	if (isBlank && !isMeant) throw emptyChoice(finishReason, thoughts);
	return {
		text,
		finishReason,
		reasoning: thoughts || undefined,
		toolCalls,
		logprobs: isDict(logprobs) && Array.isArray(logprobs.content) ? logprobs.content.filter(isDict) : undefined,
	};
}

function emptyChoice(finishReason: string, thoughts: string | undefined): AnswerError {
	if (finishReason !== 'length')
		return new AnswerError('The model answered with nothing', 'Change the input, or choose another model.');
	return thoughts
		? new AnswerError(
				'The model was still thinking when the token limit was reached',
				`${RAISE_LIMIT}, or lower 'Reasoning Effort'.`,
			)
		: new AnswerError('The token limit was reached before the answer began', `${RAISE_LIMIT}.`);
}

function readCall({ id, function: called }: Dict, place: number, finishReason: string): ToolCall {
	const { name, arguments: given } = isDict(called) ? called : {};
	const parsed = readArguments(name, given);
	// Whoever answers a call names it by its ID.
	const own = () => `call_${digest(`${String(name)} ${JSON.stringify(parsed)}`, place)}`;
	if (parsed) return { id: optionalText(id) || own(), name: optionalText(name) ?? '', arguments: parsed };
	const tool = optionalText(name) || 'a tool';
	const were = `The arguments were: "${shorten(typeof given === 'string' ? given : (JSON.stringify(given) ?? 'none'))}".`;
	if (finishReason === 'length')
		throw new AnswerError(`The call of '${tool}' was cut off at the token limit`, `${RAISE_LIMIT}. ${were}`);
	throw new AnswerError(
		`The model called '${tool}' with arguments that are not a JSON object`,
		`${were} Run the workflow again, or choose another model.`,
	);
}

/** What a tool is called with; undefined for what is no object. */
export function readArguments(name: unknown, given: unknown): Dict | undefined {
	// A function without parameters may be called with nothing.
	const once = typeof given === 'string' ? parseArguments(given) : (given ?? (name ? {} : undefined));
	// Some models write the JSON into a text once more.
	const parsed = typeof once === 'string' ? parseArguments(once) : once;
	return isDict(parsed) ? parsed : undefined;
}

function parseArguments(text: string): unknown {
	if (text.trim() === '') return {};
	const read = parseWritten(text);
	return read === null ? {} : read;
}

/** How to ask all the same: the catalogue may be wrong, and a request that DeepInfra refuses costs nothing. */
const AROUND: Readonly<Record<Ability, string>> = {
	images: aroundMedia('picture'),
	sounds: aroundMedia('sound'),
	tools: aroundField('tools'),
	json: aroundField('response_format'),
	schema: aroundField('response_format'),
	reasoning: aroundField('reasoning_effort'),
};

function aroundMedia(media: string): string {
	return `If you know that it can, Chat > Complete sends a message with a ${media} in 'Previous Messages (JSON)' as it is.`;
}

function aroundField(name: string): string {
	return `If you know that it can, give '${name}' in 'Extra Fields (JSON)', which is sent as it is.`;
}

/** @throws InputError where the catalogue says that the model lacks what is asked for; what it does not say is no "no" */
export function requireAbility({ name, tags }: ModelFacts, model: string, ability: Ability): void {
	const lack = lackOf({ name: name ?? model, tags }, model, ability, AROUND[ability]);
	if (lack) throw lack;
}

/** What the end of a run says about answers that the limit cut. */
export const CUT_NOTE = `Some answers were cut off at the token limit ('finishReason' is 'length'). ${RAISE_LIMIT}.`;
