/** Every marked line must fail to compile, and no other (types.test.ts). Nothing here is ever run. */
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
	request: ([input]) => jsonRequest(input, { input: input.promt }), // 1: wrong parameter name
	items: () => [],
});

export const wrongInline = defineOperation({
	...common,
	fields: [model, options, { displayName: 'Prompt', name: 'prompt', type: 'string', default: '' }],
	request: ([{ prmpt }]) => ({ path: '/x', json: { prmpt } }), // 2: wrong name, destructured, the field written inline
	items: (_answer, [input]) => [{ json: { echo: input.Prompt } }], // 3: wrong name in the parser
});

export const wrongParser = defineOperation({
	...common,
	fields: [model, prompt],
	request: () => ({ path: '/x' }),
	items: (_answer, [{ propmt }]) => [{ json: { propmt } }], // 4: wrong name in the parser, destructured
});

export const wrongValue = defineOperation({
	...common,
	fields: [model, prompt, size, options],
	request: ([input]) => ({
		path: input.size === 'medium' ? '/m' : '/x', // 5: not one of the dropdown's values
		json: { seed: input.options.topSede }, // 6: wrong name inside the collection
	}),
	items: () => [],
});

export const wrongOption = defineOperation({
	...common,
	fields: [model, prompt, options],
	request: ([input]) => jsonRequest(input, apiNames(input.options, 'top_seed')), // 7: DeepInfra's name where ours belongs
	items: (_answer, [input]) => [{ json: { seed: input.options.topSeed.toFixed() } }], // 8: an option that may be unset
});

export const wrongBatch = defineOperation({
	...common,
	batch: { over: 'txt', max: 10 }, // 9: batches over a field that does not exist
	fields: [model, texts],
	request: () => ({ path: '/x' }),
	items: () => [],
});

const widened: { displayName: string; name: string; type: 'string'; default: string } = prompt;
export const lostTypes = defineOperation({
	...common,
	fields: [widened],
	request: ([input]) => ({ path: '/x', json: { input: input.anything } }), // 10: the name was widened: never, not any
	items: () => [],
});

export const wrongSplit = defineOperation({
	...common,
	fields: [model, texts],
	split: (input) => [input.text], // 11: gives texts where inputs belong
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongJoin = defineOperation({
	...common,
	fields: [model, texts],
	join: (outputs) => outputs.length, // 12: gives no outputs
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongJoinName = defineOperation({
	...common,
	fields: [model, texts],
	join: (outputs, { tekst }) => [{ json: { tekst, count: outputs.length } }], // 13: wrong name in join
	request: () => ({ path: '/x' }),
	items: () => [],
});

export const wrongSometimes = defineOperation({
	...common,
	fields: [model, size, sometimes],
	request: ([input]) => ({ path: `/${input.width.trim()}` }), // 14: a field that is shown only sometimes
	items: () => [],
});

export const wrongFile = defineOperation({
	...common,
	fields: [model, prompt, options],
	request: ([input]) => formRequest(input, { image: input.prompt }), // 15: a text where a file belongs
	items: () => [],
});

export const wrongForm = defineOperation({
	...common,
	fields: [model, prompt, options],
	request: ([input]) => ({ path: '/x', form: { seed: input.options.maxRetries ?? 4 } }), // 16: a number in a form
	items: () => [],
});

export const wrongMedia = defineOperation({
	...common,
	fields: [model, prompt, options],
	request: ([input]) => formRequest(input, { image: mediaInput(input) }), // 17: an operation without media fields
	items: () => [],
});

export const wrongList = defineOperation({
	...common,
	fields: [model, texts],
	request: ([input]) => ({ path: '/x', json: { input: input.text.trim() } }), // 18: may be an array
	items: () => [],
});

export const wrongChoices = defineOperation({
	...common,
	fields: [model, formats],
	request: ([input]) => ({ path: input.formats.includes('vtt') ? '/v' : '/x' }), // 19: no such choice
	items: () => [],
});

export const wrongFacts = defineOperation({
	...common,
	fields: [model, prompt],
	request: (_inputs, { mask }) => ({ path: `/${mask}` }), // 20: the catalogue tells no such thing
	items: () => [],
});

export const wrongOutput = defineOperation({
	...common,
	fields: [model, prompt],
	request: () => ({ path: '/x' }),
	items: (answer) => [{ text: answer.text }], // 21: an output without json
});

export const wrongCommon = defineOperation({
	...common,
	fields: [prompt, options],
	request: ([input]) => jsonRequest(input, { input: input.prompt }), // 22: a native request without a model
	items: () => [],
});

export const wrongWrite = defineOperation({
	...common,
	fields: [model, prompt],
	request: ([input]) => {
		input.prompt = 'changed'; // 23: inputs are shared with others
		return { path: '/x' };
	},
	items: () => [],
});
