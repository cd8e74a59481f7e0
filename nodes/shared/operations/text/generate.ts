import { list, number, readEach, text } from '../../core/answer';
import { apiNames, isRepeatable, jsonRequest } from '../../core/request';
import { defineOperation, type Dict } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { frequencyPenaltyOption, presencePenaltyOption } from '../chat/fields';
import { modelField, optionsField, simplifyField } from '../fields';
import { formatPrompt } from './prompt';
import { checkRanges } from './ranges';

export const generateText = defineOperation({
	resource: 'text',
	value: 'generate',
	name: 'Generate',
	action: 'Generate text',
	description: 'Write text that continues or answers a prompt',
	tasks: ['text-generation', 'text2text-generation'],
	outputFields: { text: 'string' },
	fields: [
		modelField('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. Write a status update about the nightly backup',
			description: 'The text to answer or to continue',
		},
		simplifyField,
		optionsField([
			frequencyPenaltyOption,
			{
				displayName: 'Max New Tokens',
				name: 'maxNewTokens',
				type: 'number',
				default: 512,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'The longest the answer may become. A token is about four characters.',
			},
			{
				displayName: 'Number of Responses',
				name: 'numResponses',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 1, numberPrecision: 0 },
				description: 'How many answers to write, at most 4. Each becomes an item of its own.',
			},
			presencePenaltyOption,
			{
				displayName: 'Prompt Format',
				name: 'promptFormat',
				type: 'options',
				options: [
					{
						name: 'Auto',
						value: 'auto',
						description: "The format of the model's family, found by its name. Raw for base models.",
					},
					{ name: 'ChatML', value: 'chatml', description: 'For Qwen, Hermes, Yi and other models that use ChatML' },
					{ name: 'Gemma', value: 'gemma', description: 'For Gemma instruct models' },
					{ name: 'Llama 3', value: 'llama3', description: 'For Llama 3, 3.1, 3.2 and 3.3 instruct models' },
					{ name: 'Mistral', value: 'mistral', description: 'For Mistral 7B Instruct and Mixtral Instruct' },
					{ name: 'Raw', value: 'raw', description: 'Send the prompt as it is, for base models or your own format' },
				],
				default: 'auto',
				description:
					"The chat format that the model was trained with. An instruct model answers badly without it. The format brings its own stop sequences and uses the 'System Message'. Auto sends a prompt that is in a chat format already as it is.",
			},
			{
				displayName: 'Repetition Penalty',
				name: 'repetitionPenalty',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 0.01, maxValue: 5, numberPrecision: 2 },
				description: 'Above 1: repeating is discouraged',
			},
			{
				displayName: 'Response Format',
				name: 'responseFormat',
				type: 'options',
				options: [
					{ name: 'JSON', value: 'json_object', description: 'The answer is a JSON object. Say so in the prompt too.' },
					{ name: 'Text', value: 'text', description: 'Any text' },
				],
				default: 'text',
				description: 'What the answer must look like',
			},
			{
				displayName: 'Stop Sequences',
				name: 'stop',
				type: 'string',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
				default: [],
				placeholder: 'e.g. ###',
				description: 'The answer ends before any of these texts. At most 16, those of the prompt format included.',
			},
			{
				displayName: 'System Message',
				name: 'systemMessage',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'e.g. You answer in one sentence',
				description: "Instructions that the model follows. Has no place in the 'Prompt Format' Raw.",
			},
			{
				displayName: 'Temperature',
				name: 'temperature',
				type: 'number',
				default: 0.7,
				typeOptions: { minValue: 0, maxValue: 100, numberPrecision: 2 },
				description: 'Low values give predictable answers, high values give varied ones',
			},
			{
				displayName: 'Top K',
				name: 'topK',
				type: 'number',
				default: 0,
				typeOptions: { minValue: 0, numberPrecision: 0 },
				description: 'Choose among this many of the likeliest words, at most 999. 0 is no limit.',
			},
			{
				displayName: 'Top P',
				name: 'topP',
				type: 'number',
				default: 0.9,
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				description: 'Choose among the likeliest words that together have this probability, more than 0',
			},
		]),
	],
	usesFacts: true,
	isDeterministic: isRepeatable,
	request: ([input], { name, tags, schema }) => {
		const { prompt, options, model } = input;
		const { responseFormat, stop = [] } = options;
		const formatted = formatPrompt(prompt, options, name ?? model, tags);
		const body = {
			input: formatted.input,
			...apiNames(options, 'maxNewTokens', 'temperature', 'topP', 'topK', 'repetitionPenalty'),
			...apiNames(options, 'presencePenalty', 'frequencyPenalty', 'numResponses'),
			stop: [...new Set([...formatted.stop, ...stop.filter((entry) => entry !== '')])],
			response_format: responseFormat === 'json_object' ? { type: responseFormat } : undefined,
		};
		// The model's own limits go before those of the API, so nothing is said before the catalogue was asked.
		if (name !== undefined) checkRanges(body, schema);
		return { ...jsonRequest(input, body), note: formatted.note };
	},
	items: (answer, [{ options }], sent) => {
		const results = list(answer.results, 'the generated text');
		if (results.length === 0) throw new AnswerError('DeepInfra answered without the generated text');
		const read = (result: Dict) => text(result.generated_text, 'the generated text');
		if ((number(sent?.json?.num_responses) ?? options.numResponses ?? 1) > 1)
			return readEach(results, (result, index) => ({ json: { text: read(result), index } }));
		return results.slice(0, 1).map((result) => ({ json: { text: read(result) } }));
	},
});
