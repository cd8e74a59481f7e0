import { AnswerError } from '../../../nodes/shared/core/problem';
import type { Dict, Output } from '../../../nodes/shared/core/operation';
import { operationOf, outputsFor } from '../../support/operations';
import { makePng } from '../../support/files';
import { thrownBy } from '../../support/work';

const chat = operationOf('chat', 'complete');
const text = operationOf('text', 'generate');
const edit = operationOf('image', 'edit');
const draw = operationOf('image', 'generate');
const film = operationOf('video', 'generate');

const PNG = makePng(4, 4).toString('base64');
const base64 = (words: string) => Buffer.from(words).toString('base64');
const say = (content: unknown, more: Dict = {}): Dict => ({
	index: 0,
	finish_reason: 'stop',
	message: { role: 'assistant', content },
	...more,
});
const ask = { messages: { values: [{ role: 'user', content: 'x' }] }, prompt: 'x' };

describe('one of several responses that is none fails alone', () => {
	const several = { ...ask, options: { numResponses: 3 } };

	it.each<[string, Dict, string]>([
		['nothing', say(null), 'The model answered with nothing'],
		['a refusal', { message: { refusal: 'I will not' } }, 'The model refused to answer: I will not'],
		['a filter', say('x', { finish_reason: 'content_filter' }), "The model's safety filter stopped this answer"],
		['thoughts alone', say('<think>so', { finish_reason: 'length' }), expect.stringContaining('token limit')],
	])('in a chat: %s', (_, bad, problem) => {
		const outputs = outputsFor(chat, several, { choices: [say('one'), bad, say('three')] });
		expect(outputs.map(({ json, problem: why }) => why ?? [json.text, json.index])).toEqual([
			['one', 0],
			problem,
			['three', 2],
		]);
	});

	it('in a chat that must answer in JSON', () => {
		const choices = [say('no JSON'), say('{"a":1}'), say('{"a":')];
		const options = { numResponses: 3, responseFormat: 'json_object' };
		const outputs = outputsFor(chat, { ...ask, options }, { choices });
		expect(outputs.map(({ json, problem }) => (problem ? 'none' : json.data))).toEqual(['none', { a: 1 }, 'none']);
	});

	it.each([[null], [{ text: 'x' }], [7]])('in a text: %j', (generated) => {
		const results = [{ generated_text: 'one' }, { generated_text: generated }, { generated_text: '' }];
		const outputs = outputsFor(text, several, { results });
		expect(outputs.map(({ json, problem }) => problem ?? json.text)).toEqual([
			'one',
			'DeepInfra answered without the generated text',
			'',
		]);
	});

	it('where all are none the first says why', () => {
		const error = thrownBy(() => outputsFor(chat, several, { choices: [say(null), say('')] }));
		expect(error).toBeInstanceOf(AnswerError);
		expect(error.message).toBe('The model answered with nothing');
	});
});

describe('one of several files that is none keeps its place', () => {
	const words = ({ file }: Output) => (file && 'bytes' in file ? file.bytes.toString('utf8', 0, 40) : undefined);

	it.each<[string, unknown, string]>([
		['words in base64', { b64_json: base64('Access denied, come back later') }, 'Access denied, come back later'],
		['words', { url: 'not an address' }, 'not an address'],
		['words of a list', 'The picture was refused', 'The picture was refused'],
	])('in edits: %s', (_, bad, said) => {
		const outputs = outputsFor(edit, ask, { data: [bad, { b64_json: PNG }] });
		expect(outputs.map(({ json }) => json.index)).toEqual([0, 1]);
		expect([words(outputs[0] ?? { json: {} }), words(outputs[1] ?? { json: {} })?.slice(1, 4)]).toEqual([said, 'PNG']);
	});

	it('in pictures, whose flags stay with them', () => {
		const answer = {
			images: [`data:image/png;base64,${PNG}`, 'Error 502', PNG],
			nsfw_content_detected: [false, true, false],
		};
		const outputs = outputsFor(draw, ask, answer);
		expect(outputs.map(({ json }) => [json.index, json.nsfwContentDetected])).toEqual([
			[0, false],
			[1, true],
			[2, false],
		]);
		expect(words(outputs[1] ?? { json: {} })).toBe('Error 502');
	});

	it.each<[string, unknown[]]>([
		['nothing', [null, PNG]],
		['no base64', [{ b64_json: '' }, { b64_json: PNG }]],
		['an object without a word', [{}, { url: 'https://a.b/1.png' }]],
		['an empty list', [[], [PNG]]],
	])('where a filter left %s', (_, images) => {
		for (const [operation, answer] of [
			[draw, { images }],
			[edit, { data: images }],
		] as const) {
			const outputs = outputsFor(operation, ask, { ...answer, nsfw_content_detected: [true, false] });
			expect(outputs.map(({ json }) => [json.index, json.nsfwContentDetected])).toEqual([[1, false]]);
			expect(outputs[0]?.note).toBe(
				"1 of 2 images did not come (index 0); the model's filter flagged what is missing.",
			);
		}
	});

	it('where nobody says why', () => {
		const outputs = outputsFor(draw, ask, {
			images: [PNG, null, PNG, ''],
			nsfw_content_detected: [false, false, true],
		});
		expect(outputs.map(({ json, note }) => [json.index, json.nsfwContentDetected, note])).toEqual([
			[0, false, '2 of 4 images did not come (index 1, 3).'],
			[2, true, undefined],
		]);
	});

	it('and where the filter left out all of them', () => {
		for (const images of [[null], [], undefined])
			expect(() => outputsFor(draw, ask, { images, nsfw_content_detected: [true] })).toThrow(
				"DeepInfra answered without an image: the model's filter found that it shows what it must not",
			);
	});

	it.each([[['Error', 'none']], [[]], [[null]]])('where none is a file there is none: %j', (images) => {
		for (const operation of [draw, film])
			expect(() => outputsFor(operation, ask, { images, videos: images })).toThrow(/^DeepInfra answered without a/);
	});
});

describe('a chat whose content comes in parts', () => {
	it.each<[unknown, string]>([
		[
			[
				{ type: 'text', text: 'Hello' },
				{ type: 'text', text: ' you' },
			],
			'Hello you',
		],
		[
			[
				{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
				{ type: 'text', text: 'Yes' },
			],
			'Yes',
		],
		[[{ type: 'output_text', text: 'A' }, null, 7, { type: 'text' }], 'A'],
		[['Hello ', { type: 'text', text: 'you' }], 'Hello you'],
		[[{ type: 'output_text', text: 'A' }, null, 'x', { type: 'text' }], 'Ax'],
	])('%j is a text', (content, expected) => {
		expect(outputsFor(chat, ask, { choices: [say(content)] })[0]?.json.text).toBe(expected);
	});
});
