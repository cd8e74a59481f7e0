import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { modelId } from './parameters';
import { envelope } from './service';
import { dataUrl, images } from './files';

/** The ten tasks of DeepInfra's native API page: the least that each needs, an answer, and the output it becomes. */
export interface OperationCase {
	name: string;
	model: string;
	parameters: INodeParameters;
	/** The file that goes in, by the name of its part. */
	media?: 'image' | 'audio';
	/** The parameter that must not be empty, where there is one. */
	required?: string;
	/** The part of the answer that is the task's own. */
	result: IDataObject;
	/** The output's json without usage. Image generation has files to show instead: media-out.test.ts. */
	output?: IDataObject;
}

function operation(
	resource: string,
	value: string,
	model: string,
	rest: Omit<OperationCase, 'name' | 'model'>,
): OperationCase {
	const parameters = {
		resource,
		operation: value,
		model: modelId(model),
		includeOtherFields: false,
		...rest.parameters,
	};
	return { ...rest, name: `${resource}: ${value}`, model, parameters };
}

/** Scores come unsorted, and some as text. */
const scores = [
	{ label: 'neutral', score: 0.02 },
	{ label: 'positive', score: '0.95' },
	{ label: 'negative', score: 0.03 },
];

const sorted = {
	label: 'positive',
	score: 0.95,
	labels: [
		{ label: 'positive', score: 0.95 },
		{ label: 'negative', score: 0.03 },
		{ label: 'neutral', score: 0.02 },
	],
	scores: { positive: 0.95, negative: 0.03, neutral: 0.02 },
};

const objects = [
	{ label: 'cat', score: 0.98, box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 } },
	{ label: 'remote', score: 0.91, box: { xmin: 40, ymin: 72, xmax: 175, ymax: 117 } },
];

export const operationCases: OperationCase[] = [
	operation('text', 'generate', 'meta-llama/Meta-Llama-3-8B-Instruct', {
		parameters: { prompt: 'Hello!' },
		required: 'prompt',
		result: { results: [{ generated_text: 'Hi there.' }], num_tokens: 7, num_input_tokens: 11 },
		output: { text: 'Hi there.' },
	}),
	operation('text', 'classify', 'ProsusAI/finbert', {
		parameters: { text: 'Nvidia announces new AI chips' },
		required: 'text',
		result: { results: scores },
		output: sorted,
	}),
	operation('text', 'classifyTokens', 'Davlan/bert-base-multilingual-cased-ner-hrl', {
		parameters: { text: 'My name is John Doe.' },
		required: 'text',
		result: { results: [{ entity_group: 'PER', score: 0.99, word: 'John Doe', start: 11, end: 19 }] },
		output: {
			text: 'My name is John Doe.',
			entities: [{ label: 'PER', word: 'John Doe', score: 0.99, start: 11, end: 19 }],
		},
	}),
	operation('text', 'fillMask', 'bert-base-cased', {
		parameters: { text: 'I need my [MASK] right now!' },
		required: 'text',
		result: {
			results: [
				{ sequence: 'I need my space right now!', score: 0.1, token: 2000, token_str: 'space' },
				{ sequence: 'I need my help right now!', score: 0.4, token: 1494, token_str: 'help' },
			],
		},
		output: {
			sequence: 'I need my help right now!',
			token: 'help',
			score: 0.4,
			candidates: [
				{ sequence: 'I need my help right now!', token: 'help', score: 0.4 },
				{ sequence: 'I need my space right now!', token: 'space', score: 0.1 },
			],
		},
	}),
	operation('embedding', 'create', 'BAAI/bge-large-en-v1.5', {
		parameters: { text: 'What is the capital of France?' },
		required: 'text',
		result: { embeddings: [[0.25, -0.5, 1]], input_tokens: 11 },
		output: { embedding: [0.25, -0.5, 1], dimensions: 3 },
	}),
	operation('image', 'generate', 'stabilityai/stable-diffusion-2-1', {
		parameters: { prompt: 'a burger with a funny hat on the beach' },
		required: 'prompt',
		result: { images: [dataUrl(images.png.bytes, 'image/png')], nsfw_content_detected: [false], seed: 42 },
	}),
	operation('image', 'classify', 'google/vit-base-patch16-224', {
		parameters: {},
		media: 'image',
		result: { results: scores },
		output: sorted,
	}),
	operation('image', 'classifyZeroShot', 'openai/clip-vit-base-patch32', {
		parameters: { candidateLabels: 'positive, negative,neutral' },
		media: 'image',
		required: 'candidateLabels',
		result: { results: scores },
		output: sorted,
	}),
	operation('image', 'detectObjects', 'hustvl/yolos-small', {
		parameters: {},
		media: 'image',
		result: { results: objects },
		output: { objects, count: 2 },
	}),
	operation('audio', 'transcribe', 'openai/whisper-large', {
		parameters: {},
		media: 'audio',
		result: {
			text: 'Hello. Bye.',
			segments: [
				{ id: 0, text: 'Hello.', start: 0, end: 1 },
				{ id: 1, text: 'Bye.', start: 1, end: 2.5 },
			],
			language: 'en',
			input_length_ms: 2500,
		},
		output: {
			text: 'Hello. Bye.',
			language: 'en',
			duration: 2.5,
			segments: [
				{ start: 0, end: 1, text: 'Hello.' },
				{ start: 1, end: 2.5, text: 'Bye.' },
			],
		},
	}),
];

export const answerOf = ({ result }: OperationCase): IDataObject => ({ ...result, ...envelope });

export function caseOf(name: string): OperationCase {
	const found = operationCases.find((each) => each.name === name);
	if (found === undefined) throw new Error(`There is no case ${name}`);
	return found;
}
