/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import path from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { places } from '../../../../scripts/host/places';
import { makeWav, sha256 } from '../../../support/files';
import { sentForm } from '../../../support/multipart';
import { outputsFor, requestFor, operationOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { withOptions } from '../../../support/parameters';
import { onlyItem, stored } from '../../../support/results';
import { answerWith, envelope, inferenceRequests } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { transcribe } from '../../../../nodes/shared/operations/audio/transcribe';
import { testOperation } from '../../../support/operation/suite';

const FILE = { file: 'binary', item: 0, value: 'data', only: 'audio' };

const subject = testOperation(transcribe, {
	model: 'openai/whisper-large-v3',
	tasks: ['automatic-speech-recognition'],
	media: 'audio',
	request: { body: { audio: 'take.wav' }, estimate: /The length of the recording is/ },
	answer: {
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
	// a transcription's text is a text
	takes: ['text'],
	names: {
		parameters: 'inputSource inputDataFieldName inputUrl',
		options: 'task language initialPrompt temperature chunkLevel chunkLengthS subtitles splitInto maxLineLength',
	},
	values: {
		task: { of: ['transcribe', 'translate'], preset: 'transcribe' },
		chunkLevel: { of: ['segment', 'word'], preset: 'segment' },
		subtitles: { of: ['srt', 'txt', 'vtt'], preset: [] },
		splitInto: { of: ['none', 'segments', 'words'], preset: 'none' },
	},
});

describe('its request and its items', () => {
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

	it.each([' Auto', 'auto-detect', 'detect', ' '])('finds the language where it is given as %j', (language) => {
		expect(requestFor(transcribe, { options: { language } }).form).toEqual({ audio: FILE });
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

	it.each<[string, unknown[], number | undefined]>([
		[
			'of the one that ends last',
			[
				{ start: 0, end: 9 },
				{ start: 1, end: 4 },
			],
			9,
		],
		[
			'out of order',
			[
				{ start: 5, end: 8 },
				{ start: 0, end: 5 },
			],
			8,
		],
		['before the beginning', [{ start: -3, end: -1 }], undefined],
	])('takes the end %s, whatever length is told that is none', (_, odd, duration) => {
		for (const input_length_ms of [undefined, -5000, 'NaN'])
			expect(outputsFor(transcribe, {}, { text: 'x', input_length_ms, segments: odd })[0]?.json.duration).toBe(
				duration,
			);
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

describe('in the engine', () => {
	let audio: INodeExecutionData;
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());
	beforeAll(async () => {
		audio = { json: {}, binary: { data: await world.engine.binary(makeWav(0.5), 'speech.wav', 'audio/wav') } };
	});
	describe('what is heard', () => {
		const word = (text: string, start: number, end: number) => ({ text, start, end });

		it('gives words when asked for', async () => {
			const words = [word('Hello.', 0, 0.8), word('Bye.', 1.1, 2.4)];
			answerWith(world.service, { ...Object(subject.answer), words });
			const parameters = withOptions(subject.parameters(), { chunkLevel: 'word' });
			const { json } = onlyItem(await world.engine.run({ parameters, items: [audio] }));
			expect(stored(json).words).toEqual(words);
			expect(sentForm(inferenceRequests(world.service)[0]).texts).toMatchObject({ chunk_level: 'word' });
		});

		it('finds words inside segments, as older models give them', async () => {
			const segments = [{ text: 'Hi.', start: 0, end: 1, words: [{ ...word('Hi.', 0, 0.9), confidence: 0.9 }] }];
			answerWith(world.service, { text: 'Hi.', segments, ...envelope });
			const parameters = withOptions(subject.parameters(), { chunkLevel: 'word' });
			const { json } = onlyItem(await world.engine.run({ parameters, items: [audio] }));
			expect(stored(json).words).toMatchObject([word('Hi.', 0, 0.9)]);
		});

		it('lives with segments that lack times or text, and with none', async () => {
			for (const segments of [[{ text: 'x' }, { start: 1, end: 2 }, {}], null, undefined, []]) {
				answerWith(world.service, { text: 'x', segments, ...envelope });
				const { json } = onlyItem(await world.engine.run({ parameters: subject.parameters(), items: [audio] }));
				expect(json.text).toBe('x');
				expect(Array.isArray(json.segments)).toBe(true);
			}
		});

		it('adds subtitles as files', async () => {
			answerWith(world.service, subject.answer);
			const parameters = withOptions(subject.parameters(), { subtitles: ['srt', 'vtt'] });
			const item = onlyItem(await world.engine.run({ parameters, items: [audio] }));
			const files = Object.values(item.binary ?? {});
			const texts = await Promise.all(files.map(async (file) => (await world.engine.read(file)).toString()));
			const [srt, vtt] = ['srt', 'vtt'].map(
				(kind) => texts[files.findIndex(({ fileName }) => fileName?.endsWith(kind))],
			);
			expect(srt?.trim()).toBe('1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n2\n00:00:01,000 --> 00:00:02,500\nBye.');
			expect(vtt?.trim()).toMatch(/^WEBVTT\n\n(1\n)?00:00:00\.000 --> 00:00:01\.000\nHello\.\n\n/);
		});

		it('a day of speech is read in steps, between which others get their turn', async () => {
			const segments = Array.from({ length: 30_000 }, (_, id) => ({
				id,
				text: ' They said so.',
				start: id,
				end: id + 1,
			}));
			answerWith(world.service, { text: 'x', segments, words: segments, ...envelope });
			const parse = jest.spyOn(JSON, 'parse');
			const { json } = onlyItem(await world.engine.run({ parameters: subject.parameters(), items: [audio] }));
			const lengths = parse.mock.calls.map(([text]) => text.length);
			parse.mockRestore();
			expect(json.segments).toHaveLength(30_000);
			expect(lengths.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(3_000_000);
			expect(Math.max(...lengths)).toBeLessThan(1_000_000);
		});

		it.each(['segments', 'words', 'none'])(
			'silence has its files, whatever it is split into: %s',
			async (splitInto) => {
				for (const segments of [[], [{ text: ' ', start: 0, end: 3 }], undefined]) {
					answerWith(world.service, { text: '', segments, ...envelope });
					const parameters = subject.parameters({ subtitles: ['srt', 'vtt', 'txt'], splitInto });
					const { binary } = onlyItem(await world.engine.run({ parameters, items: [audio] }));
					expect(Object.keys(binary ?? {})).toEqual(expect.arrayContaining(['srt', 'vtt', 'txt']));
				}
			},
		);

		it('a silent recording is an answer', async () => {
			answerWith(world.service, { text: '', segments: [], language: 'en', input_length_ms: 500, ...envelope });
			const { json } = onlyItem(await world.engine.run({ parameters: subject.parameters(), items: [audio] }));
			expect(json).toMatchObject({ text: '', duration: 0.5, segments: [] });
		});
	});
});

describe.each(['default', 'filesystem', 'database'] as const)('in the emulator, binary mode %s', (binaryMode) => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode })));
	afterAll(async () => await world.close());

	it('transcribes the recording that came, under its name', async () => {
		const speech = readFileSync(path.join(places.fixtures, 'speech.wav'));
		const data = await world.engine.binary(speech, 'speech.wav', 'audio/wav');

		const { json } = onlyItem(
			await world.engine.run({ parameters: subject.parameters(), items: [{ json: {}, binary: { data } }] }),
		);
		const seconds = (speech.length - 44) / speech.readUInt32LE(28);
		expect(json.text).toContain(`speech.wav and ${speech.length} bytes`);
		expect(Number(json.duration)).toBeCloseTo(seconds, 1);
		expect(world.inference()[0]?.form).toEqual([
			{ name: 'audio', filename: 'speech.wav', mimeType: 'audio/wav', size: speech.length, sha256: sha256(speech) },
		]);
	});
});

describe('what a transcription becomes', () => {
	const transcribe = operationOf('audio', 'transcribe');
	type Answer = Record<string, unknown>;
	const fileOf = (answer: Answer, format: string, options: Answer = {}): string => {
		const [output] = outputsFor(transcribe, { options: { subtitles: [format], ...options } }, answer);
		const text = output?.texts?.[format]?.text;
		if (typeof text !== 'string') throw new Error('no file');
		return text;
	};
	/** The times and texts of a file. */
	const cuesOf = (answer: Answer, options: Answer = {}): string[][] =>
		fileOf(answer, 'srt', options)
			.split('\n\n')
			.filter((block) => block.trim() !== '')
			.map((block) => block.trim().split('\n').slice(1));

	/** Two stretches of the recording, each with times of its own. */
	const stretches = (texts: string): Answer[] =>
		texts.split(' ').map((text, index) => ({ start: (index % 3) * 10, end: (index % 3) * 10 + 9, text }));
	const at = (...starts: number[]): Answer[] =>
		starts.map((start, index) => ({ start, end: start + 1, text: ['one', 'two', 'three', 'four'][index] }));

	describe('subtitles', () => {
		it.each<[string, unknown[]]>([
			[
				'out of order',
				[
					{ start: 61.5, end: 62.25, text: 'you' },
					{ start: 1, end: 2, text: 'Hi' },
				],
			],
			[
				'as subtitles write them',
				[
					{ start: '00:00:01', end: '00:02,0', text: 'Hi' },
					{ start: '00:01:01.5', end: '01:02.25', text: 'you' },
				],
			],
			[
				'in an object',
				[
					{ timestamp: { start: '1', end: 2 }, text: 'Hi' },
					{ timestamp: { start: 61.5, end: '0:1:2,25' }, text: 'you' },
				],
			],
			[
				'with their unit',
				[
					{ start: '1s', end: '2000 ms', text: 'Hi' },
					{ start: '61,5 sec', end: '62.25seconds', text: 'you' },
				],
			],
			[
				'called otherwise',
				[
					{ start_time: 1, end_time: '2.0s', text: 'Hi' },
					{ startTime: '61.500s', endTime: '62.250s', text: 'you' },
				],
			],
			[
				'called otherwise within one place',
				[
					{ timestamps: { from: '00:00:01,000', to: '00:00:02,000' }, text: 'Hi' },
					{ timestamp: { start_ms: 61_500, end_ms: '62250' }, text: 'you' },
				],
			],
			[
				'in one list',
				[
					{ timestamp: ['1s', 2], text: 'Hi' },
					{ timestamps: ['00:01:01,500', '1:2,25'], text: 'you' },
				],
			],
			[
				'in one text',
				[
					{ timestamp: '00:00:01,000 --> 00:00:02,000', text: 'Hi' },
					{ timestamp: '1:01.5 – 1:02.25', text: 'you' },
				],
			],
		])('whose times are %s', (_, segments) => {
			expect(cuesOf({ text: 'Hi you', chunks: segments })).toEqual(cuesOf({ text: 'Hi you', segments }));
			expect(cuesOf({ text: 'Hi you', segments })).toEqual([
				['00:00:01,000 --> 00:00:02,000', 'Hi'],
				['00:01:01,500 --> 00:01:02,250', 'you'],
			]);
		});

		it('know the length of the recording from its own field, too', () => {
			const segments = [{ start: 1, text: 'Hi' }];
			for (const duration of [4, '4', '4.0s', '00:00:04'])
				expect(cuesOf({ text: 'Hi', segments, duration })).toEqual([['00:00:01,000 --> 00:00:04,000', 'Hi']]);
		});

		it('have the words of their chunks', () => {
			const words = [{ word: 'Hi', timestamp: ['1.5s', '2s'] }];
			const chunks = [{ text: 'Hi', timestamp: [0, 30], words }];
			expect(cuesOf({ text: 'Hi', chunks })).toEqual([['00:00:01,500 --> 00:00:02,000', 'Hi']]);
		});

		it.each<[string, Answer[], string]>([
			['begin anew with each stretch of the recording', stretches('a b c d e f'), 'a b c d e f'],
			['are 0 where they are unknown', at(1, 2, 0, 4), 'one two three four'],
			['are not in their order', at(3, 1), 'one two'],
		])('are read in the order that they come in where their times %s', (_, segments, text) => {
			for (const answer of [{ text, segments }, { segments }, { text, segments, words: segments }]) {
				const options = { subtitles: ['txt'], chunkLevel: 'word' };
				const [output] = outputsFor(transcribe, { options }, answer);
				expect(output?.json).toMatchObject({ text, segments, ...('words' in answer ? { words: segments } : {}) });
				expect(output?.texts?.txt?.text).toBe(`${text.replaceAll(' ', '\n')}\n`);
				expect(cuesOf(answer).map(([, cue]) => cue)).toEqual(text.split(' '));
				const rows = outputsFor(transcribe, { options: { splitInto: 'segments' } }, answer);
				expect(rows.map(({ json }) => json.text)).toEqual(text.split(' '));
			}
		});

		it.each<[string, Answer, string[]]>([
			[
				'the last segment lasts to the end of the recording',
				{
					input_length_ms: 9500,
					segments: [
						{ text: 'a', start: 0, end: 2 },
						{ text: 'b', start: 2, end: null },
					],
				},
				['00:00:00,000 --> 00:00:02,000', '00:00:02,000 --> 00:00:09,500'],
			],
			[
				'or as long as it takes to read it',
				{
					segments: [
						{ text: 'a', start: 0, end: 2 },
						{ text: 'b'.repeat(45), start: 2 },
					],
				},
				['00:00:00,000 --> 00:00:02,000', '00:00:02,000 --> 00:00:05,000'],
			],
			[
				'one in the middle to the next',
				{
					segments: [
						{ text: 'a', start: 0 },
						{ text: 'b', start: 1.5, end: 2 },
					],
				},
				['00:00:00,000 --> 00:00:01,500', '00:00:01,500 --> 00:00:02,000'],
			],
			[
				'one without a start from the one before',
				{
					segments: [
						{ text: 'a', start: 0, end: 1 },
						{ text: 'b', end: 3 },
					],
				},
				['00:00:00,000 --> 00:00:01,000', '00:00:01,000 --> 00:00:03,000'],
			],
			[
				'an end of nothing sensible is none',
				{ input_length_ms: 4000, segments: [{ text: 'a', start: 1, end: 'soon' }] },
				['00:00:01,000 --> 00:00:04,000'],
			],
		])('%s', (_, answer, times) => {
			expect(cuesOf({ text: 'x', ...answer }).map(([time]) => time)).toEqual(times);
		});

		it.each([
			[{ text: '', segments: [] }],
			[{ text: '  ', segments: [], input_length_ms: 3000 }],
			[{ text: '', segments: [{ text: ' ', start: 0, end: 3 }] }],
			[{ text: '' }],
		])('%j is silence, and a file without a subtitle', (answer) => {
			expect(fileOf(answer, 'srt').trim()).toBe('');
			expect(fileOf(answer, 'vtt')).toMatch(/^WEBVTT\n/);
			expect(fileOf(answer, 'txt')).toBe('');
		});

		it('a text without any times has no subtitles, and the run says so', () => {
			const options = { subtitles: ['srt', 'txt'] };
			const [output] = outputsFor(
				transcribe,
				{ options },
				{ text: ' Hello there', segments: [{ text: 'Hello there' }] },
			);
			expect(Object.keys(output?.texts ?? {})).toEqual(['txt']);
			expect(output?.texts?.txt?.text).toBe('Hello there\n');
			expect(output?.note).toContain('no times');
		});

		it.each<[string, Answer]>([
			[
				'beside the segments',
				{
					segments: [
						{ text: ' Well, hello.', start: 0, end: 30 },
						{ text: ' Bye', start: 30, end: 60 },
					],
					words: [
						{ text: 'Well,', start: 10, end: 10.5 },
						{ text: ' hello.', start: 11, end: 12.25 },
						{ text: 'Bye', start: 40, end: 41 },
					],
				},
			],
			[
				'within the segments',
				{
					segments: [
						{
							text: 'Well, hello.',
							start: 0,
							end: 30,
							words: [
								{ word: 'Well,', start: 10, end: 10.5 },
								{ word: 'hello.', start: 11, end: 12.25 },
							],
						},
						{ text: 'Bye', start: 30, end: 60, words: [{ word: 'Bye', start: 40, end: 41 }] },
					],
				},
			],
			[
				'written in another way',
				{
					segments: [
						{ text: 'Well, hello.', start: 0, end: 30 },
						{ text: 'Bye', start: 30, end: 60 },
					],
					words: [
						{ text: 'well', start: 10, end: 10.5 },
						{ text: 'hello', start: 11, end: 12.25 },
						{ text: 'bye', start: 40, end: 41 },
					],
				},
			],
		])('last as long as their words, which stand %s', (_, answer) => {
			expect(cuesOf({ text: 'x', ...answer })).toEqual([
				['00:00:10,000 --> 00:00:12,250', 'Well, hello.'],
				['00:00:40,000 --> 00:00:41,000', 'Bye'],
			]);
		});

		it('are made of words where there are no segments', () => {
			const words = [
				{ text: 'One', start: 0, end: 1 },
				{ text: 'two.', start: 1, end: 2 },
				{ text: 'Three', start: 2, end: 3 },
				{ text: 'four', start: 9, end: 10 },
			];
			expect(cuesOf({ text: 'x', words }).map(([, text]) => text)).toEqual(['One two.', 'Three', 'four']);
		});

		it('have lines of at most so many characters, at most two at a time', () => {
			const text = 'the quick brown fox jumps over the lazy dog and runs away into the dark forest';
			const answer = { text, segments: [{ text, start: 0, end: 13 }] };
			const cues = cuesOf(answer, { maxLineLength: 20 });
			expect(cues.flatMap(([, ...lines]) => lines).join(' ')).toBe(text);
			for (const [, ...lines] of cues) {
				expect(lines.length).toBeLessThanOrEqual(2);
				for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
			}
			expect(cues[0]?.[0]).toMatch(/^00:00:00,000 --> /);
			expect(cues.at(-1)?.[0]).toMatch(/ --> 00:00:13,000$/);
			const ends = cues.map(([time = '']) => time.split(' --> '));
			for (const [index, [start]] of ends.entries()) if (index > 0) expect(start).toBe(ends[index - 1]?.[1]);
			expect(fileOf(answer, 'txt', { maxLineLength: 20 }).trim().split('\n').join(' ')).toBe(text);
		});

		it('that are split take the times of their words', () => {
			const all = 'aaaaaaaa bbbbbbbb cccccccc dddddddd eeeeeeee'.split(' ');
			const words = all.map((text, index) => ({ text, start: index * 10, end: index * 10 + 1 }));
			const segments = [{ text: all.join(' '), start: 0, end: 60 }];
			expect(cuesOf({ text: 'x', segments, words }, { maxLineLength: 17 }).map(([time]) => time)).toEqual([
				'00:00:00,000 --> 00:00:31,000',
				'00:00:40,000 --> 00:00:41,000',
			]);
		});

		it('cut a script without blanks anywhere', () => {
			const text = '今日はとても良い天気ですから外に出かけましょう';
			const cues = cuesOf({ text, segments: [{ text, start: 0, end: 5 }] }, { maxLineLength: 10 });
			expect(cues.flatMap(([, ...lines]) => lines).every((line) => line.length <= 10)).toBe(true);
		});
	});

	describe('blanks at the beginning', () => {
		it('are not part of the text, of segments and of words', () => {
			const [output] = outputsFor(
				transcribe,
				{ options: { chunkLevel: 'word' } },
				{
					text: ' Hello World\n',
					segments: [{ text: '  Hello World', start: 0, end: 1 }],
					words: [{ text: ' Hello', start: 0, end: 1 }],
				},
			);
			expect(output?.json).toMatchObject({
				text: 'Hello World',
				segments: [{ text: 'Hello World' }],
				words: [{ text: 'Hello' }],
			});
		});
	});

	describe('split into', () => {
		const answer = {
			text: 'One two. Three.',
			language: 'en',
			input_length_ms: 3000,
			segments: [
				{ text: ' One two.', start: 0, end: 2 },
				{ text: ' Three.', start: 2, end: 3 },
			],
			words: ['One', 'two.', 'Three.'].map((text, index) => ({ text, start: index, end: index + 1 })),
		};
		const outputs = (options: Answer, given: Answer = answer) => outputsFor(transcribe, { options }, given);

		it('segments gives an item for each', () => {
			const made = outputs({ splitInto: 'segments', subtitles: ['vtt'] });
			expect(made.map(({ json }) => json)).toEqual([
				{ text: 'One two.', start: 0, end: 2, index: 0, count: 2, language: 'en', duration: 3 },
				{ text: 'Three.', start: 2, end: 3, index: 1, count: 2, language: 'en', duration: 3 },
			]);
			expect(made.map(({ texts }) => Object.keys(texts ?? {}))).toEqual([['vtt'], []]);
		});

		it('words asks for words and gives an item for each', () => {
			expect(requestFor(transcribe, { options: { splitInto: 'words' } }).form).toHaveProperty('chunk_level', 'word');
			expect(requestFor(transcribe, { options: { splitInto: 'segments' } }).form).not.toHaveProperty('chunk_level');
			expect(outputs({ splitInto: 'words' }).map(({ json }) => json.text)).toEqual(['One', 'two.', 'Three.']);
		});

		it('words of a model that gives none are its segments, and the run says so', () => {
			const made = outputs({ splitInto: 'words' }, { ...answer, words: undefined });
			expect(made.map(({ json }) => json.text)).toEqual(['One two.', 'Three.']);
			expect(made[0]?.note).toContain('no times of words');
		});

		it('none, and segments of a model that gives none', () => {
			expect(outputs({ splitInto: 'none' })).toHaveLength(1);
			const made = outputs({ splitInto: 'segments' }, { text: ' All of it' });
			expect(made.map(({ json }) => json.text)).toEqual(['All of it']);
			expect(outputs({ splitInto: 'segments' }, { text: '' })).toEqual([]);
		});
	});
});
