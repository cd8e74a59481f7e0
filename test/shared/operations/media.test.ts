import { AnswerError, InputError } from '../../../nodes/shared/core/problem';
import { operationOf, outputsFor, requestFor } from '../../support/operations';
import { thrownBy } from '../../support/work';

const generate = operationOf('image', 'generate');
const classify = operationOf('image', 'classify');
const zeroShot = operationOf('image', 'classifyZeroShot');
const detect = operationOf('image', 'detectObjects');
const transcribe = operationOf('audio', 'transcribe');
const FILE = { file: 'binary', item: 0, value: 'data' };
const PNG = Buffer.from('\x89PNG\r\n\x1a\n0123456789', 'latin1');
const dataUrl = `data:image/png;base64,${PNG.toString('base64')}`;

describe.each([
	[classify, 'image', {}],
	[zeroShot, 'image', { candidateLabels: 'a' }],
	[detect, 'image', {}],
	[transcribe, 'audio', {}],
])('a file', (operation, part, needed) => {
	it(`goes into ${operation.resource}: ${operation.value} from the item or from the web`, () => {
		expect(requestFor(operation, needed).form?.[part]).toEqual(FILE);
		expect(requestFor(operation, { ...needed, inputDataFieldName: 'other' }).form?.[part]).toEqual({
			...FILE,
			value: 'other',
		});
		const inputUrl = ' https://example.com/a b.png?x=1#y ';
		expect(requestFor(operation, { ...needed, inputSource: 'url', inputUrl }).form?.[part]).toEqual({
			file: 'url',
			url: inputUrl.trim(),
		});
	});

	it.each([
		'example.com/a.png',
		'ftp://a.b/c',
		'file:///etc/passwd',
		'data:image/png;base64,AAAA',
		'https://',
		'javascript:x',
		'//a.b/c',
	])(`of ${operation.value} is not taken from %s`, (inputUrl) => {
		expect(thrownBy(() => requestFor(operation, { ...needed, inputSource: 'url', inputUrl }))).toBeInstanceOf(
			InputError,
		);
	});
});

describe('image: generate', () => {
	it('sends what the user set under the names of the API', () => {
		const options = {
			negativePrompt: 'text',
			width: 512,
			height: '256',
			numImages: 2,
			numInferenceSteps: 4,
			guidanceScale: 7.5,
			strength: 0,
			seed: 0,
		};
		expect(requestFor(generate, { prompt: 'a burger', options }).json).toEqual({
			prompt: 'a burger',
			negative_prompt: 'text',
			width: 512,
			height: 256,
			num_images: 2,
			num_inference_steps: 4,
			guidance_scale: 7.5,
			strength: 0,
			seed: 0,
		});
	});

	it('gives an item for each image', () => {
		const answer = {
			images: [dataUrl, 'https://cdn.example.com/b.png'],
			nsfw_content_detected: [false, null],
			seed: '42',
		};
		expect(outputsFor(generate, { prompt: 'x' }, answer)).toEqual([
			{ json: { index: 0, seed: 42, nsfwContentDetected: false, prompt: 'x' }, file: { bytes: PNG } },
			{
				json: { index: 1, seed: 42, nsfwContentDetected: undefined, prompt: 'x' },
				file: { url: 'https://cdn.example.com/b.png' },
			},
		]);
	});

	it.each([
		[{}],
		[{ images: [] }],
		[{ images: null }],
		[{ images: ['nonsense'] }],
		[{ images: [{}] }],
		[{ nsfw_content_detected: 'yes' }],
	])('refuses %j', (answer) => {
		expect(thrownBy(() => outputsFor(generate, { prompt: 'x' }, answer))).toBeInstanceOf(AnswerError);
	});

	it('does without the values that do not count', () => {
		const answer = { images: [dataUrl], nsfw_content_detected: 'yes', seed: {} };
		expect(outputsFor(generate, { prompt: 'x' }, answer)[0]?.json).toEqual({
			index: 0,
			seed: undefined,
			nsfwContentDetected: undefined,
			prompt: 'x',
		});
	});
});

describe('image: classifyZeroShot', () => {
	it.each<[unknown, string]>([
		['cat, dog', '["cat","dog"]'],
		[' cat ,, dog,cat ', '["cat","dog"]'],
		[['cat', ' a, b ', 5, null, 'cat'], '["cat","a, b","5"]'],
		['狗,🐈', '["狗","🐈"]'],
		['say "hi"', '["say \\"hi\\""]'],
		['__proto__,constructor', '["__proto__","constructor"]'],
	])('sends %j as one part with a JSON array', (candidateLabels, expected) => {
		expect(requestFor(zeroShot, { candidateLabels }).form).toEqual({ image: FILE, candidate_labels: expected });
	});

	it.each<[unknown]>([[','], [' , '], [['', ' ']]])('refuses %j, which holds no label', (candidateLabels) => {
		expect(thrownBy(() => requestFor(zeroShot, { candidateLabels })).message).toBe("'Candidate Labels' has no label");
	});

	it('gives the best label and all of them, as image: classify does', () => {
		const results = [
			{ label: 'dog', score: 0.2 },
			{ label: 'cat', score: 0.8 },
		];
		for (const [operation, given] of [
			[zeroShot, { candidateLabels: 'x' }],
			[classify, {}],
		] as const) {
			expect(outputsFor(operation, given, { results })[0]?.json).toEqual({
				label: 'cat',
				score: 0.8,
				labels: [
					{ label: 'cat', score: 0.8 },
					{ label: 'dog', score: 0.2 },
				],
				scores: { cat: 0.8, dog: 0.2 },
			});
			expect(thrownBy(() => outputsFor(operation, given, {}))).toBeInstanceOf(AnswerError);
		}
	});
});

describe('image: detectObjects', () => {
	const box = { xmin: 12, ymin: '54', xmax: 319.5, ymax: 470, extra: 1 };
	const read = { xmin: 12, ymin: 54, xmax: 319.5, ymax: 470 };

	it('gives all objects in one item, or each its own', () => {
		const results = [
			{ label: 'cat', score: '0.98', box },
			{ label: 'dog', score: 0.5, box },
		];
		const [cat, dog] = [
			{ label: 'cat', score: 0.98, box: read },
			{ label: 'dog', score: 0.5, box: read },
		];
		expect(outputsFor(detect, {}, { results })).toEqual([{ json: { objects: [cat, dog], count: 2 } }]);
		expect(outputsFor(detect, { options: { outputMode: 'perObject' } }, { results })).toEqual([
			{ json: { ...cat, index: 0, count: 2 } },
			{ json: { ...dog, index: 1, count: 2 } },
		]);
	});

	it('finds nothing without failing', () => {
		expect(outputsFor(detect, {}, { results: [] })).toEqual([{ json: { objects: [], count: 0 } }]);
		expect(outputsFor(detect, { options: { outputMode: 'perObject' } }, { results: [] })).toEqual([]);
	});

	it.each([
		[undefined],
		[[{ score: 1, box }]],
		[[{ label: 'x', box }]],
		[[{ label: 'x', score: 1 }]],
		[[{ label: 'x', score: 1, box: [1, 2, 3, 4] }]],
		[[{ label: 'x', score: 1, box: { ...box, ymax: null } }]],
	])('refuses %j', (results) => {
		expect(thrownBy(() => outputsFor(detect, {}, { results }))).toBeInstanceOf(AnswerError);
	});
});

describe('audio: transcribe', () => {
	const segments = [
		{ id: 0, text: ' Hello', start: 0, end: '1.5' },
		{ id: 1, text: 'World', start: 1.5, end: 2 },
	];

	it('sends what the user set as parts', () => {
		const options = {
			task: 'translate',
			language: 'de',
			initialPrompt: 'DeepInfra',
			temperature: 0,
			chunkLevel: 'word',
			chunkLengthS: 10,
			subtitles: ['srt'],
		};
		expect(requestFor(transcribe, { options }).form).toEqual({
			audio: FILE,
			task: 'translate',
			language: 'de',
			initial_prompt: 'DeepInfra',
			temperature: '0',
			chunk_level: 'word',
			chunk_length_s: '10',
		});
	});

	it('gives text, language, duration and segments', () => {
		const answer = { text: 'Hello World', language: 'en', input_length_ms: '2500', segments };
		expect(outputsFor(transcribe, {}, answer)).toEqual([
			{
				json: {
					text: 'Hello World',
					language: 'en',
					duration: 2.5,
					segments: [
						{ start: 0, end: 1.5, text: 'Hello' },
						{ start: 1.5, end: 2, text: 'World' },
					],
				},
				texts: {},
			},
		]);
	});

	it.each<[unknown, number | undefined]>([
		[0, 2],
		[null, 2],
		['', 2],
	])('takes the end of the last segment when the length is %j', (input_length_ms, duration) => {
		expect(outputsFor(transcribe, {}, { text: '', input_length_ms, segments })[0]?.json.duration).toBe(duration);
	});

	it.each([[undefined], [null], ['x'], [{}], [[]], [[null, 'x', 5]]])('does without the segments %j', (odd) => {
		const [output] = outputsFor(transcribe, { options: { subtitles: ['srt'] } }, { text: 'x', segments: odd });
		expect(output).toEqual({
			json: { text: 'x', language: undefined, duration: undefined, segments: [] },
			texts: {},
			note: expect.stringContaining('no times'),
		});
	});

	it('gives the words when they were asked for, from either place', () => {
		const words = [
			{ text: 'Hello', start: 0, end: 1 },
			{ word: 'World', start: null },
		];
		const expected = [
			{ text: 'Hello', start: 0, end: 1 },
			{ text: 'World', start: undefined, end: undefined },
		];
		const options = { chunkLevel: 'word' };
		expect(outputsFor(transcribe, { options }, { text: '', words })[0]?.json.words).toEqual(expected);
		expect(
			outputsFor(transcribe, { options }, { text: '', segments: [{ words }, {}, { words: null }] })[0]?.json.words,
		).toEqual(expected);
		expect(outputsFor(transcribe, {}, { text: '', words })[0]?.json).not.toHaveProperty('words');
	});

	it('attaches the subtitles that were asked for', () => {
		const [output] = outputsFor(transcribe, { options: { subtitles: ['vtt', 'srt'] } }, { text: '', segments });
		expect(
			Object.entries(output?.texts ?? {}).map(([name, { extension, mimeType }]) => [name, extension, mimeType]),
		).toEqual([
			['vtt', 'vtt', 'text/vtt'],
			['srt', 'srt', 'application/x-subrip'],
		]);
	});

	it('refuses an answer without text', () => {
		for (const text of [undefined, null, 5])
			expect(thrownBy(() => outputsFor(transcribe, {}, { text }))).toBeInstanceOf(AnswerError);
	});
});
