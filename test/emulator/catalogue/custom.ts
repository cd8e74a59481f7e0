import type { JsonObject } from '../json';
import { defineModel, type Model } from './model';
import { perSecond, perUptime } from './pricing';
import { audioFile, choice, flag, imageFile, inputSchema, integer, listOf, number, orNull, text } from './schemas';

/** One model with every kind of field that a form may meet. */
const EVERYTHING = inputSchema(
	'EverythingIn',
	['title', 'photo', 'mode'],
	{
		title: text('Title', 'a required text', { minLength: 1, maxLength: 80, pattern: '^[^<>]*$', example: 'A title' }),
		photo: imageFile('a required file'),
		recording: { ...audioFile('an optional file'), required: false },
		mode: { $ref: '#/definitions/Mode', description: 'a required choice', title: 'Mode' },
		size: { allOf: [{ $ref: '#/definitions/Size' }], default: 'm', description: 'a choice by allOf', title: 'Size' },
		count: integer('Count', 'a whole number with bounds', { minimum: 1, maximum: 9, default: 3 }),
		level: choice('Level', 'a choice of numbers', [1, 2, 4, 8], { default: 2 }),
		ratio: number('Ratio', 'a number with open bounds', { exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.5 }),
		loud: flag('Loud', 'a switch', false),
		quiet: flag('Quiet', 'a switch that is on', true),
		note: orNull(text('Note', 'a text or nothing')),
		limit: orNull(integer('Limit', 'a whole number or nothing', { minimum: 0 })),
		tags: listOf('Tags', 'a list of texts', { type: 'string' }, { minItems: 1, maxItems: 5, default: ['a'] }),
		points: listOf('Points', 'a list of numbers', { type: 'number' }),
		corner: { $ref: '#/definitions/Point', description: 'an object', title: 'Corner' },
		anything: { title: 'Anything', description: 'of no declared type' },
		text_or_number: {
			title: 'Text Or Number',
			description: 'of either type',
			anyOf: [{ type: 'string' }, { type: 'number' }],
		},
		when: text('When', 'a moment', { format: 'date-time' }),
		constant: { title: 'Constant', const: 'fixed', type: 'string', default: 'fixed' },
		'odd name-1': text('Odd name', 'a name that is no identifier'),
	},
	{
		Mode: { title: 'Mode', type: 'string', enum: ['fast', 'good'], description: 'how to work' },
		Size: { title: 'Size', type: 'string', enum: ['s', 'm', 'l'] },
		Point: {
			title: 'Point',
			type: 'object',
			required: ['x', 'y'],
			properties: { x: { type: 'number' }, y: { type: 'number' } },
		},
	},
);

const COG_FEATURES = inputSchema('CogIn', ['input'], {
	input: {
		title: 'Input',
		type: 'object',
		required: ['inputs'],
		properties: { inputs: text('Inputs', 'newline-separated texts', { default: 'a\nb' }) },
	},
	id: orNull(text('Id', 'your own id')),
});

const HUGE: JsonObject = inputSchema(
	'HugeIn',
	['field_0'],
	Object.fromEntries(
		Array.from({ length: 1500 }, (_unused, index) => [
			`field_${index}`,
			text(`Field ${index}`, `The field with the number ${index}. ${'It is described at great length. '.repeat(12)}`),
		]),
	),
);

const MALFORMED: JsonObject = {
	title: 'MalformedIn',
	type: 'object',
	required: 'prompt',
	properties: {
		prompt: { type: 'str', title: 7 },
		broken: { $ref: '#/definitions/Nowhere' },
		loop: { $ref: '#/properties/loop' },
		nothing: null,
		list: [1, 2, 3],
		bounds: { type: 'integer', minimum: 'low', maximum: 1, enum: 'none' },
	},
};

export const CUSTOM: Model[] = [
	defineModel({
		name: 'emulator/everything',
		type: 'custom',
		schema: EVERYTHING,
		pricing: perSecond(0.05),
		tags: ['featured'],
	}),
	defineModel({
		name: 'openai/clip-features',
		type: 'custom',
		task: 'cog',
		schema: COG_FEATURES,
		pricing: perSecond(0.05),
	}),
	defineModel({ name: 'emulator/huge-schema', type: 'custom', schema: HUGE, pricing: perSecond(0.05) }),
	defineModel({
		name: 'emulator/malformed-schema',
		type: 'custom',
		schema: MALFORMED,
		schemaRoute: 'malformed',
		pricing: perSecond(0.05),
	}),
	defineModel({
		name: 'emulator/rented-gpu',
		type: 'rent-container',
		task: 'custom',
		schema: inputSchema('RentIn', [], {}),
		pricing: perUptime(0.06),
	}),
	defineModel({
		name: 'emulator/dreamer',
		type: 'dreambooth',
		task: 'custom',
		schema: inputSchema('DreamIn', ['prompt'], { prompt: text('Prompt', 'text') }),
		pricing: perUptime(0.2, { short: '$7.20 / hour' }),
	}),
];
