import { dictsIn, number, optionalText } from '../../core/answer';
import type { ApiRequest, Dict, FileKind, FileOut, ModelFacts, Output } from '../../core/operation';
import { defineOperation, MEGABYTE } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { isRepeatable, jsonRequest, withoutStream } from '../../core/request';
import { mediaOf } from '../../media/find';
import { kindOf } from '../../media/kind';
import { splitText } from '../../media/sentences';
import { formatName, joinSounds, readMpeg, readWave, soundLength, wrapSamples } from '../../media/sound';
import { modelField, optionsField, outputDataField, simplifyField } from '../fields';
import { formatEntry, isRateName, rateField, speechFields, voiceEntry } from './speechFields';

/** What is asked for at a time where the model does not say how much it takes and the parts can be joined. */
const USUAL_LENGTH = 5000;
/** About an hour and a half of speech, which is held in memory while it is joined. */
const LONGEST_TEXT = 100_000;

const JOINABLE = ['wav', 'mp3', 'pcm'];
const RAW: FileKind = { mimeType: 'audio/pcm', extension: 'pcm' };

type Format = 'flac' | 'mp3' | 'opus' | 'pcm' | 'wav';

interface Spoken {
	readonly text: string;
	readonly start: number | undefined;
	readonly end: number | undefined;
}

const wordsOf = (value: unknown): Spoken[] =>
	dictsIn(value).map((row) => ({
		text: optionalText(row.text) ?? optionalText(row.word) ?? '',
		start: number(row.start),
		end: number(row.end),
	}));

/** How many characters may be asked for at once. */
function limitOf(model: string, format: Format | undefined, facts: ModelFacts): number {
	const fields = speechFields(model, facts);
	const limit = facts.schema?.byName.get(fields.text)?.maxLength;
	const preset = facts.schema?.byName.get(fields.format)?.default;
	const expected = format ?? (typeof preset === 'string' ? preset : 'wav');
	if (limit !== undefined) return limit;
	return JOINABLE.includes(expected) ? USUAL_LENGTH : Infinity;
}

export const synthesize = defineOperation({
	resource: 'audio',
	value: 'synthesize',
	name: 'Synthesize Speech',
	action: 'Synthesize speech',
	description: 'Turn text into speech (TTS), as an audio file',
	tasks: ['text-to-speech'],
	timeout: 600,
	// The sound may stand in the answer as text.
	largestAnswer: 256 * MEGABYTE,
	usesFacts: true,
	answer: 'bytes',
	makes: 'audio',
	outputFields: { characters: 'integer', words: [{ text: 'string', start: 'number', end: 'number' }] },
	fields: [
		modelField('hexgrad/Kokoro-82M'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. Good morning. Here is what happened overnight.',
			description: 'What is spoken. A text longer than the model takes is split at sentences and joined again.',
		},
		outputDataField,
		simplifyField,
		optionsField([
			{
				displayName: 'Output Format',
				name: 'outputFormat',
				type: 'options',
				options: [
					{ name: 'FLAC', value: 'flac', description: 'Smaller than WAV, without loss' },
					{ name: 'MP3', value: 'mp3', description: 'Small, plays everywhere' },
					{ name: 'Opus', value: 'opus', description: 'Smallest, for messengers and the web' },
					{ name: 'PCM', value: 'pcm', description: 'The samples alone; a WAV where their rate is known' },
					{ name: 'WAV', value: 'wav', description: 'Without loss, plays everywhere' },
				],
				default: 'mp3',
				description: "The format of the file. Not every model makes every format. Left out: the model's own.",
			},
			{
				displayName: 'Speed',
				name: 'speed',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 0.25, maxValue: 4, numberPrecision: 2 },
				description: 'How fast the text is spoken; 2 is twice as fast',
			},
			{
				displayName: 'Timestamps',
				name: 'timestamps',
				type: 'boolean',
				default: true,
				description: 'Whether to return when each word is spoken, for models that know it',
			},
			{
				displayName: 'Voice',
				name: 'voice',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				description:
					"Who speaks: one of the model's voices or, for models that clone, one of your own. Some models mix several, separated by commas, or take a description.",
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						placeholder: 'Select a voice...',
						typeOptions: { searchListMethod: 'searchVoices', searchable: true, skipCredentialsCheckInRLC: true },
					},
					{ displayName: 'ID', name: 'id', type: 'string', placeholder: 'e.g. af_bella' },
				],
			},
		]),
	],
	isDeterministic: isRepeatable,
	split: (input, facts) => {
		const { text, model, options } = input;
		checkLength(text);
		const limit = limitOf(model, options.outputFormat, facts);
		if (text.length <= limit) return [input];
		if (options.outputFormat && !JOINABLE.includes(options.outputFormat)) {
			throw new InputError(
				`'Text' has ${text.length} characters, but this model takes ${limit} at a time, and parts in ${formatName(options.outputFormat)} cannot be joined`,
				"Choose WAV, MP3 or PCM as 'Output Format', or split the text into several items.",
			);
		}
		const parts = splitText(text, limit);
		return parts.length > 0 ? parts.map((part) => ({ ...input, text: part })) : [{ ...input, text: '' }];
	},
	join: (outputs, { options }) => {
		const [first] = outputs;
		const files = outputs.flatMap(({ file }) => file ?? []);
		const characters = outputs.reduce((sum, { json }) => sum + (number(json.characters) ?? 0), 0);
		const words = options.timestamps ? joinWords(outputs) : undefined;
		const json = { characters, words };
		if (!first || files.length === 1) return [{ json, file: files[0] }];
		const isRaw = 'kind' in (files[0] ?? {});
		const file: FileOut = isRaw
			? { parts: files, kind: RAW, compose: (parts) => Buffer.concat(parts) }
			: { parts: files, compose: joinSounds };
		return [{ json, file }];
	},
	request: ([input], facts) => {
		const { model, text, options } = input;
		checkLength(text);
		const fields = speechFields(model, facts);
		const { outputFormat, speed, timestamps, voice } = options;
		const rate = rateField(facts.schema);
		return jsonRequest(input, {
			[fields.text]: text,
			...(voice ? voiceEntry(voice, fields, facts) : {}),
			[fields.format]: outputFormat && formatEntry(outputFormat, fields, facts),
			[fields.speed]: speed,
			[fields.timestamps]: timestamps || undefined,
			// Named, so that raw samples can be told how fast to play.
			...(rate && outputFormat === 'pcm' ? { [rate.name]: rate.default } : {}),
			stream: withoutStream(facts.schema),
		});
	},
	items: (answer, [{ text, options }], sent) => {
		const sound = soundOf(answer, options.outputFormat);
		const seconds = 'bytes' in sound ? soundLength(sound.bytes) : undefined;
		if (seconds === 0) throw new AnswerError('DeepInfra answered with a sound that lasts no time');
		return [
			{
				json: {
					characters: number(answer.input_character_length) ?? Array.from(text).length,
					words: wordsOf(answer.words),
					seconds,
				},
				file: inFormat(sound, options.outputFormat, rateOf(answer, sent)),
			},
		];
	},
});

function checkLength({ length }: string): void {
	if (length <= LONGEST_TEXT) return;
	throw new InputError(
		`'Text' has ${length} characters, but speech is made of at most ${LONGEST_TEXT} at a time`,
		'Split it into several items, such as one for each chapter.',
	);
}

/** The words of parts that are spoken one after another; undefined where a part's length is not known. */
function joinWords(outputs: readonly Output[]): Spoken[] | undefined {
	const all: Spoken[] = [];
	let offset = 0;
	for (const [position, { json }] of outputs.entries()) {
		const words = Array.isArray(json.words) ? wordsOf(json.words) : [];
		const shift = (time: number | undefined) => (time === undefined ? undefined : round(time + offset));
		all.push(...words.map(({ text, start, end }) => ({ text, start: shift(start), end: shift(end) })));
		const seconds = number(json.seconds);
		if (seconds === undefined && position < outputs.length - 1) return undefined;
		offset += seconds ?? 0;
	}
	return all;
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The sound of an answer, which may be the file itself. */
function soundOf(answer: Dict, format: Format | undefined): FileOut {
	if (Buffer.isBuffer(answer.bytes)) {
		if (answer.bytes.length > 0) return { bytes: answer.bytes };
		throw new AnswerError('DeepInfra sent an empty answer instead of a sound');
	}
	const bare = [answer.audio, answer.audio_b64].find((value): value is string => typeof value === 'string');
	// Raw samples look like nothing: that they are sound is known only because they were asked for.
	if (format === 'pcm' && bare !== undefined && isBase64(bare)) return { bytes: Buffer.from(bare, 'base64') };
	const [first] = mediaOf(answer, 'audio');
	if (first) return first;
	throw new AnswerError('DeepInfra answered without a sound');
}

/** Letters beyond which a text without a blank is no word. */
const LONGEST_WORD = 64;

/** In either of its alphabets, in one line or several, and with its end or without. */
function isBase64(text: string): boolean {
	const letters = text.replace(/[\r\n]/g, '').replace(/={0,2}$/, '');
	if (letters.length > LONGEST_WORD) return !/[^A-Za-z0-9+/_-]/.test(letters);
	return text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(letters);
}

/** Samples in a second, as they were asked for or as the answer's type says. */
function rateOf(answer: Dict, sent: ApiRequest | undefined): number | undefined {
	const declared = /\brate=(\d+)/i.exec(optionalText(answer.mimeType) ?? '')?.[1];
	const named = Object.entries({ ...sent?.json, ...answer }).flatMap(([name, value]) =>
		isRateName(name) ? (number(value) ?? []) : [],
	);
	// Some formats are called by their rate, such as `pcm_24000`.
	const [spelled] = Object.values(sent?.json ?? {}).flatMap(
		(value) => /^pcm[_-](\d{4,6})$/i.exec(optionalText(value) ?? '')?.[1] ?? [],
	);
	const rate = named.at(-1) ?? number(declared) ?? number(spelled);
	return rate !== undefined && rate > 0 && rate < 1e6 ? Math.round(rate) : undefined;
}

/** The sound in the format that was asked for. */
function inFormat(sound: FileOut, format: Format | undefined, rate: number | undefined): FileOut {
	if (format === undefined) return sound;
	if (format === 'pcm') {
		const compose = ([bytes = Buffer.alloc(0)]: readonly Buffer[]) => readSamples(bytes, rate);
		return { parts: [sound], ...(rate === undefined ? { kind: RAW } : {}), compose };
	}
	if ('url' in sound) return { ...sound, accept: (kind) => checkKind(kind, format) };
	if ('bytes' in sound) checkKind(kindOf(sound.bytes), format);
	return sound;
}

/** Raw samples, with a header where their rate is known. */
function readSamples(bytes: Buffer, rate: number | undefined): Buffer {
	const wave = readWave(bytes);
	if (wave) return rate === undefined ? wave.data : bytes;
	const kind = kindOf(bytes);
	// Samples may look like the start of an MP3; one that is has frames to its end.
	const isOther = kind !== undefined && (kind.extension !== 'mp3' || readMpeg(bytes) !== undefined);
	if (isOther) checkKind(kind, 'pcm');
	return rate === undefined ? bytes : wrapSamples(bytes, rate);
}

/** @throws AnswerError when the file is not what was asked for */
function checkKind(kind: FileKind | undefined, format: Format): void {
	const came = kind?.extension ?? 'a file of unknown kind';
	if (came === format) return;
	throw new AnswerError(
		`The model answered with ${kind ? formatName(came) : came} although ${formatName(format)} was asked for`,
		kind
			? `Choose ${formatName(came)} as 'Output Format', or a model that makes ${formatName(format)}.`
			: `Choose another 'Output Format', or a model that makes ${formatName(format)}.`,
	);
}
