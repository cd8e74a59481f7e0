import { isLikeDataUrl } from '../../core/dataUrl';
import { dictsIn, isDict, number, optionalText, readEach } from '../../core/answer';
import { field } from '../../core/fields';
import { saysSomething, trimEnd } from '../../core/trim';
import { defineOperation, type Dict, type ModelFacts, type Output } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { apiNames, isRepeatable } from '../../core/request';
import { listOf } from '../../core/values';
import { withoutFrame } from './framed';
import { modelField, readAddress, routeOptionsField, simplifyField } from '../fields';
import {
	chatRequest,
	CUT_NOTE,
	RAISE_LIMIT,
	rawText,
	readChoice,
	choicesOf,
	requireAbility,
	type Choice,
} from './chat';
import {
	chatOptions,
	frequencyPenaltyOption,
	jsonSchemaOption,
	minPOption,
	presencePenaltyOption,
	responseFormatOption,
	stopOption,
	topPOption,
} from './fields';
import { findJson } from './findJson';
import { mediaPart } from './media';
import { readConversation } from './messages';
import { CHAT_MODEL, CHAT_TASKS } from './models';
import { patienceOf } from './patience';
import { readStops } from './stops';
import { chatStream } from './stream';

/** What is said, the oldest first. */
export const messagesField = field({
	displayName: 'Messages',
	name: 'messages',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Message' },
	default: { values: [{ role: 'user', content: '' }] },
	placeholder: 'Add Message',
	description: 'What has been said, the oldest first',
	options: [
		{
			displayName: 'Message',
			name: 'values',
			values: [
				{
					displayName: 'Role',
					name: 'role',
					type: 'options',
					options: [
						{ name: 'Assistant', value: 'assistant', description: 'What the model has said' },
						{ name: 'System', value: 'system', description: 'Instructions that the model follows' },
						{ name: 'User', value: 'user', description: 'What the model is asked' },
					],
					default: 'user',
					description: 'Who says it',
				},
				{
					displayName: 'Content',
					name: 'content',
					type: 'string',
					typeOptions: { rows: 3 },
					default: '',
					placeholder: 'e.g. Write a friendly reply to this complaint',
					description: 'What is said',
				},
			],
		},
	],
});

/** How a chat is answered. */
export const completionOptions = [
	...chatOptions,
	field({
		displayName: 'Files of the Item',
		name: 'binaryFields',
		type: 'string',
		orList: true,
		isList: true,
		mostEntries: 1000,
		typeOptions: { binaryDataProperty: true },
		default: '',
		placeholder: 'e.g. data',
		description:
			'Pictures (JPEG, PNG, WebP) and sounds (WAV, MP3) that go along with the last user message: the names of their fields, separated by commas',
	}),
	frequencyPenaltyOption,
	field({
		displayName: 'Image URLs',
		name: 'imageUrls',
		type: 'string',
		orList: true,
		isList: true,
		mostEntries: 1000,
		default: '',
		placeholder: 'e.g. https://example.com/photo.jpg',
		description:
			'Web addresses of pictures that go along with the last user message, separated by commas. DeepInfra fetches them itself.',
	}),
	jsonSchemaOption,
	field({
		displayName: 'Log Probabilities',
		name: 'logprobs',
		type: 'boolean',
		default: false,
		description: 'Whether to return how likely each token of the answer was, beside the likeliest others',
	}),
	minPOption,
	field({
		displayName: 'Number of Responses',
		name: 'numResponses',
		type: 'number',
		default: 1,
		typeOptions: { minValue: 1, maxValue: 4, numberPrecision: 0 },
		description: 'How many answers to write. Each becomes an item of its own.',
	}),
	presencePenaltyOption,
	field({
		displayName: 'Previous Messages (JSON)',
		name: 'previousMessages',
		type: 'json',
		orList: true,
		default: '[]',
		placeholder: 'e.g. {{ $json.messages }}',
		description:
			'An earlier conversation that comes before the messages: an array of messages with role and content, tool turns included, or what a Chat Memory Manager node gives',
	}),
	field({
		displayName: 'Repetition Penalty',
		name: 'repetitionPenalty',
		type: 'number',
		default: 1,
		typeOptions: { minValue: 0.01, maxValue: 5, numberPrecision: 2 },
		description: 'Above 1: repeating is discouraged',
	}),
	field({
		...responseFormatOption,
		description: "What the answer must look like. JSON is returned parsed, in 'data'.",
	}),
	stopOption,
	field({
		displayName: 'Tool Choice',
		name: 'toolChoice',
		type: 'string',
		default: 'auto',
		placeholder: 'e.g. auto',
		description: "Whether the model may call tools: auto, none, required, or a tool's name",
	}),
	field({
		displayName: 'Tools (JSON)',
		name: 'tools',
		type: 'json',
		orList: true,
		default: '[]',
		placeholder: 'e.g. [{ "name": "get_weather", "parameters": { "type": "object", "properties": {} } }]',
		description:
			"Functions that the model may ask for: their name, description and parameters. What it asks for is in 'toolCalls'; your workflow runs them.",
	}),
	field({
		displayName: 'Top K',
		name: 'topK',
		type: 'number',
		default: 0,
		typeOptions: { minValue: 0, maxValue: 999, numberPrecision: 0 },
		description: 'Choose among this many of the likeliest words. 0 is no limit.',
	}),
	topPOption,
] as const;

export const completeChat = defineOperation({
	resource: 'chat',
	value: 'complete',
	name: 'Complete',
	action: 'Complete chat',
	description:
		'Answer messages with a chat model: text, JSON or tool calls, with pictures and sound if the model takes them',
	tasks: CHAT_TASKS,
	outputFields: { text: 'string', finishReason: 'string', usage: { cachedTokens: 'integer' } },
	fields: [modelField(CHAT_MODEL), messagesField, simplifyField, routeOptionsField([...completionOptions])],
	usesFacts: true,
	stream: chatStream,
	patience: patienceOf,
	isDeterministic: isRepeatable,
	request: ([input], facts) => {
		const { model, options, messages } = input;
		const { previousMessages = [], binaryFields = [], imageUrls = '' } = options;
		const said = messages.values.filter(({ content }) => saysSomething(content));
		const files = binaryFields.map((file) => mediaPart(file, (ability) => requireAbility(facts, model, ability)));
		const pictures = addressesIn(imageUrls).map(pictureAt);
		const earlier = readConversation(previousMessages);
		if (said.length + files.length + pictures.length === 0 && earlier.every(isSilent))
			throw new InputError("'Messages' is empty", 'Write at least one message, or check its expression for this item.');
		if (pictures.length > 0) requireAbility(facts, model, 'images');
		const { logprobs, numResponses } = options;
		return chatRequest(
			input,
			[...earlier, ...withMedia(said, [...files, ...pictures])],
			{
				...apiNames(options, 'topP', 'minP', 'topK', 'presencePenalty', 'frequencyPenalty', 'repetitionPenalty'),
				stop: readStops(options.stop),
				n: numResponses === 1 ? undefined : numResponses,
				...formatOf(options, model, facts),
				...toolsOf(options, model, facts),
				...(logprobs ? { logprobs: true, top_logprobs: 5 } : {}),
			},
			facts,
		);
	},
	items: (answer, [{ options }], sent) =>
		readCompletion(
			answer,
			options.responseFormat !== undefined && options.responseFormat !== 'text',
			number(sent?.json?.n) ?? options.numResponses,
		),
});

/**
 * An output for each response.
 * @param isJson whether JSON was asked for
 * @param responses how many were asked for
 * @throws AnswerError for an answer that is none
 */
export function readCompletion(answer: Dict, isJson: boolean, responses = 1): Output[] {
	const choices = choicesOf(answer);
	const read = (choice: Dict) => outputOf(readChoice(choice), isJson);
	if (responses <= 1) return [read(choices[0])];
	return readEach(choices, (choice, index) => {
		const output = read(choice);
		return {
			...output,
			json: { ...output.json, index },
			note: output.note ?? (choices.length < responses ? FEW_NOTE : undefined),
		};
	});
}

const FEW_NOTE =
	"Some answers have fewer responses than 'Number of Responses' asks for: choose a model that writes several, or run it for several items.";

/** A message of an earlier conversation that says nothing. */
const isSilent = ({ content, tool_calls: calls }: Dict): boolean =>
	!calls && (typeof content === 'string' ? !saysSomething(content) : !Array.isArray(content) || content.length === 0);

const pictureAt = (given: string): Dict => ({
	type: 'image_url',
	image_url: { url: readAddress('Image URLs', given, "name its field in 'Files of the Item'") },
});

/** An address may hold what divides others, and blanks: only those before the next address, or at the end, divide. */
const addressesIn = (given: string | readonly string[]): string[] =>
	listOf(
		typeof given === 'string' && (/^\s*https?:/i.test(given) || isLikeDataUrl(given))
			? given.split(/[\r\n]|[\s,;](?=https?:)/i).map((each) => trimEnd(each, /[\s,;]/))
			: given,
	);

/** Files go along with the last message of the user, or as one of their own. */
function withMedia(said: readonly Dict[], media: readonly unknown[]): Dict[] {
	if (media.length === 0) return [...said];
	const at = said.map(({ role }) => role).lastIndexOf('user');
	const asked = said[at];
	if (!asked) return [...said, { role: 'user', content: media }];
	const content = [{ type: 'text', text: asked.content }, ...media];
	return said.map((message, index) => (index === at ? { ...asked, content } : message));
}

interface FormatOptions {
	readonly responseFormat?: 'text' | 'json_object' | 'json_schema';
	readonly jsonSchema?: Dict;
}

function formatOf({ responseFormat = 'text', jsonSchema }: FormatOptions, model: string, facts: ModelFacts): Dict {
	if (responseFormat === 'text') return {};
	if (responseFormat === 'json_object') {
		requireAbility(facts, model, 'json');
		return { response_format: { type: 'json_object' } };
	}
	requireAbility(facts, model, 'schema');
	const schema = withoutFrame(jsonSchema ?? {});
	if (Object.keys(schema).length === 0) {
		throw new InputError(
			"'JSON Schema' is missing",
			"Add the option 'JSON Schema', or choose 'JSON' as 'Response Format'.",
		);
	}
	return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } };
}

interface ToolOptions {
	readonly tools?: Dict | readonly unknown[];
	readonly toolChoice?: string;
}

function toolsOf({ tools = [], toolChoice = 'auto' }: ToolOptions, model: string, facts: ModelFacts): Dict {
	const given: readonly unknown[] = Array.isArray(tools) ? tools : [tools];
	const functions = given.map(readTool);
	if (functions.length === 0) return {};
	requireAbility(facts, model, 'tools');
	const choice = toolChoice.trim();
	if (['auto', 'none', 'required'].includes(choice)) return { tools: functions, tool_choice: choice };
	if (!functions.some((tool) => tool.function.name === choice)) {
		throw new InputError(
			`'Tool Choice' names '${choice}', which is none of the tools`,
			'Enter auto, none, required, or the name of a tool.',
		);
	}
	return { tools: functions, tool_choice: { type: 'function', function: { name: choice } } };
}

/** A function, with or without the frame that the API wants around it. */
function readTool(tool: unknown) {
	const called = isDict(tool) && isDict(tool.function) ? tool.function : tool;
	const name = isDict(called) ? optionalText(called.name)?.trim() : undefined;
	if (isDict(called) && name) {
		// As the Model Context Protocol and others call them.
		const { inputSchema, input_schema: schema = inputSchema, ...rest } = called;
		return { type: 'function', function: { ...(schema === undefined ? {} : { parameters: schema }), ...rest, name } };
	}
	throw new InputError(
		"'Tools' holds something that is no function",
		'Give an array such as [{ "name": "get_weather", "description": "…", "parameters": { "type": "object", "properties": {} } }].',
	);
}

function outputOf({ text, finishReason, reasoning, toolCalls, logprobs }: Choice, isJson: boolean): Output {
	return {
		json: {
			text,
			finishReason,
			...(isJson && toolCalls.length === 0 ? { data: readData(text, finishReason) } : {}),
			...(reasoning ? { reasoning } : {}),
			...(toolCalls.length > 0 ? { toolCalls } : {}),
			...(logprobs ? { logprobs: logprobs.map(readLogprob) } : {}),
		},
		note: finishReason === 'length' ? CUT_NOTE : undefined,
	};
}

/** @throws AnswerError for JSON that the limit cut, or that is none */
function readData(text: string, finishReason: string): unknown {
	const data = finishReason === 'length' ? parseWhole(text) : findJson(text);
	if (data !== undefined) return data;
	if (finishReason === 'length')
		throw new AnswerError('The JSON was cut off at the token limit', `${RAISE_LIMIT}. ${rawText(text)}`);
	throw new AnswerError(
		'The model answered without valid JSON',
		`Say in the messages what JSON you want, or choose 'JSON Schema'. ${rawText(text)}`,
	);
}

/** An inner object of a cut answer is not the answer. */
function parseWhole(text: string): unknown {
	const data = /^\s*[[{]/.test(text) ? findJson(text.slice(text.search(/[[{]/))) : undefined;
	const isWhole = data !== undefined && /[\]}]\s*$/.test(text);
	return isWhole ? data : undefined;
}

function readLogprob({ token, logprob, top_logprobs: others }: Dict): Dict {
	const pair = (each: Dict) => ({ token: optionalText(each.token) ?? '', logprob: number(each.logprob) ?? null });
	return { ...pair({ token, logprob }), topLogprobs: dictsIn(others).map(pair) };
}
