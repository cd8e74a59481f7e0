/** Mistakes in an operation: each must fail to compile, which the compiler checks, and nothing else. Never run. */
import { field } from '../../nodes/shared/core/fields';
import { apiNames, formRequest, jsonRequest } from '../../nodes/shared/core/request';
import { defineOperation } from '../../nodes/shared/core/operation';
import {
	mediaInput,
	mediaInputFields,
	modelField,
	optionsField,
	simplifyField,
} from '../../nodes/shared/operations/fields';

const common = {
	resource: 'text',
	value: 'x',
	name: 'X',
	action: 'Do x',
	description: 'Does x',
	tasks: ['x'],
} as const;
const model = modelField('owner/name');
const prompt = field({ displayName: 'Prompt', name: 'prompt', type: 'string', default: '' });
const size = field({
	displayName: 'Size',
	name: 'size',
	type: 'options',
	options: [
		{ name: 'Large', value: 'large' },
		{ name: 'Small', value: 'small' },
	],
	default: 'small',
});
const sometimes = field({
	displayName: 'Width',
	name: 'width',
	type: 'string',
	default: '',
	displayOptions: { show: { size: ['large'] } },
});
const formats = field({
	displayName: 'Formats',
	name: 'formats',
	type: 'multiOptions',
	options: [{ name: 'SRT', value: 'srt' }],
	default: [],
});
const texts = field({ displayName: 'Text', name: 'text', type: 'string', orList: true, default: '' });
const options = optionsField([{ displayName: 'Top Seed', name: 'topSeed', type: 'number', default: 0 }]);

/** The control: all of this is right. */
export const right = defineOperation({
	...common,
	batch: { over: 'text', max: 10 },
	fields: [
		model,
		prompt,
		size,
		sometimes,
		formats,
		texts,
		options,
		simplifyField,
		...mediaInputFields('image', 'https://a.b'),
	],
	split: (input) => (typeof input.text === 'string' ? [input] : input.text.map((text) => ({ ...input, text }))),
	join: (outputs, { text }) => (typeof text === 'string' ? [...outputs] : [{ json: { all: outputs.length } }]),
	request: ([input], { maskToken }) =>
		input.size === 'large' && input.formats.includes('srt')
			? formRequest(input, { image: mediaInput(input) }, { width: input.width?.trim(), maskToken })
			: jsonRequest(input, { input: input.prompt, ...apiNames(input.options, 'topSeed', 'webhook') }),
	items: (answer, [{ prompt: asked }]) => [{ json: { asked, answer }, from: 0 }],
});

export const wrongName = defineOperation({
	...common,
	fields: [model, prompt, options],
	// @ts-expect-error wrong parameter name
	request: ([input]) => jsonRequest(input, { input: input.promt }),
	items: () => [],
});

export const wrongInline = defineOperation({
	...common,
	fields: [model, options, { displayName: 'Prompt', name: 'prompt', type: 'string', default: '' }],
	// @ts-expect-error wrong name, destructured, the field written inline
	request: ([{ prmpt }]) => ({ path: '/x', json: { prmpt } }),
	// @ts-expect-error wrong name in the parser
	items: (_answer, [input]) => [{ json: { echo: input.Prompt } }],
});

export const wrongParser = defineOperation({
	...common,
	fields: [model, prompt],
	request: () => ({ path: '/x' }),
	// @ts-expect-error wrong name in the parser, destructured
	items: (_answer, [{ propmt }]) => [{ json: { propmt } }],
});

export const wrongValue = defineOperation({
	...common,
	fields: [model, prompt, size, options],
	request: ([input]) => ({
		// @ts-expect-error not one of the dropdown's values
		path: input.size === 'medium' ? '/m' : '/x',
		// @ts-expect-error wrong name inside the collection
		json: { seed: input.options.topSede },
	}),
	items: () => [],
});

export const wrongOption = defineOperation({
	...common,
	fields: [model, prompt, options],
	// @ts-expect-error DeepInfra's name where ours belongs
	request: ([input]) => jsonRequest(input, apiNames(input.options, 'top_seed')),
	// @ts-expect-error an option that may be unset
	items: (_answer, [input]) => [{ json: { seed: input.options.topSeed.toFixed() } }],
});

export const wrongBatch = defineOperation({
	...common,
	// @ts-expect-error batches over a field that does not exist
	batch: { over: 'txt', max: 10 },
	fields: [model, texts],
	request: () => ({ path: '/x' }),
	items: () => [],
});

const widened: { displayName: string; name: string; type: 'string'; default: string } = prompt;
export const lostTypes = defineOperation({
	...common,
	fields: [widened],
	// @ts-expect-error the name was widened: never, not any
	request: ([input]) => ({ path: '/x', json: { input: input.anything } }),
	items: () => [],
});

export const wrongSplit = defineOperation({
	...common,
	fields: [model, texts],
	// @ts-expect-error gives texts where inputs belong
	split: (input) => [input.text],
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongJoin = defineOperation({
	...common,
	fields: [model, texts],
	// @ts-expect-error gives no outputs
	join: (outputs) => outputs.length,
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongJoinName = defineOperation({
	...common,
	fields: [model, texts],
	// @ts-expect-error wrong name in join
	join: (outputs, { tekst }) => [{ json: { tekst, count: outputs.length } }],
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongSometimes = defineOperation({
	...common,
	fields: [model, size, sometimes],
	// @ts-expect-error a field that is shown only sometimes
	request: ([input]) => ({ path: `/${input.width.trim()}` }),
	items: () => [],
});

export const wrongFile = defineOperation({
	...common,
	fields: [model, prompt, options],
	// @ts-expect-error a text where a file belongs
	request: ([input]) => formRequest(input, { image: input.prompt }),
	items: () => [],
});

export const wrongForm = defineOperation({
	...common,
	fields: [model, prompt, options],
	// @ts-expect-error a number in a form
	request: ([input]) => ({ path: '/x', form: { seed: input.options.maxRetries ?? 4 } }),
	items: () => [],
});

export const wrongMedia = defineOperation({
	...common,
	fields: [model, prompt, options],
	// @ts-expect-error an operation without media fields
	request: ([input]) => formRequest(input, { image: mediaInput(input) }),
	items: () => [],
});

export const wrongList = defineOperation({
	...common,
	fields: [model, texts],
	// @ts-expect-error may be an array
	request: ([input]) => ({ path: '/x', json: { input: input.text.trim() } }),
	items: () => [],
});

export const wrongChoices = defineOperation({
	...common,
	fields: [model, formats],
	// @ts-expect-error no such choice
	request: ([input]) => ({ path: input.formats.includes('vtt') ? '/v' : '/x' }),
	items: () => [],
});

export const wrongFacts = defineOperation({
	...common,
	fields: [model, prompt],
	// @ts-expect-error the catalogue tells no such thing
	request: (_inputs, { mask }) => ({ path: `/${mask}` }),
	items: () => [],
});

export const wrongOutput = defineOperation({
	...common,
	fields: [model, prompt],
	request: () => ({ path: '/x' }),
	// @ts-expect-error an output without json
	items: (answer) => [{ text: answer.text }],
});

export const wrongCommon = defineOperation({
	...common,
	fields: [prompt, options],
	// @ts-expect-error a native request without a model
	request: ([input]) => jsonRequest(input, { input: input.prompt }),
	items: () => [],
});

export const wrongWrite = defineOperation({
	...common,
	fields: [model, prompt],
	request: ([input]) => {
		// @ts-expect-error inputs are shared with others
		input.prompt = 'changed';
		return { path: '/x' };
	},
	items: () => [],
});
