import { dictsIn, isDict, number, optionalText, text } from '../../core/answer';
import { apiNames, formRequest, isRepeatable } from '../../core/request';
import { defineOperation, type Dict, type Output } from '../../core/operation';
import { mapInSteps, type Steps } from '../../core/steps';
import type { Span } from '../../media/timing';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField } from '../fields';
import { languageGiven } from '../text/languages';
import { subtitlesOf, wholeAsOne } from './subtitles';

/** Models leave out times or texts; what is there is passed on. Their tokenizers put a blank before each word. */
const spans = (value: unknown): Steps<Span[]> =>
	mapInSteps(dictsIn(value), (row) => ({
		start: timeOf(row, 0) ?? timeOf(row.timestamp ?? row.timestamps, 0),
		end: timeOf(row, 1) ?? timeOf(row.timestamp ?? row.timestamps, 1),
		text: (optionalText(row.text) ?? optionalText(row.word) ?? '').trim(),
	}));

/** A time as a number, as one in text with its unit or without, or as subtitles write it: `00:01:02,500`. */
function seconds(value: unknown): number | undefined {
	if (typeof value !== 'string') return number(value);
	const written = value.trim().replace(',', '.');
	const [, amount, isThousandth] = /^(\d+(?:\.\d+)?) ?(?:s|secs?|seconds?|(ms))$/i.exec(written) ?? [];
	if (amount !== undefined) return Number(amount) / (isThousandth ? 1000 : 1);
	const [, hours = '0', minutes, rest] = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(written) ?? [];
	if (minutes === undefined) return number(written);
	return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

/** What models call a beginning and an end. */
const TIMES = [
	['start', 'start_time', 'startTime', 'from', 'begin'],
	['end', 'end_time', 'endTime', 'to'],
] as const;

/** The beginning or the end in a row, or in what gives both in one: a list, an object or a text. */
function timeOf(told: unknown, edge: 0 | 1): number | undefined {
	const both = typeof told === 'string' ? told.split(/-->|[-–]/) : told;
	if (Array.isArray(both)) return seconds(both[edge]);
	if (!isDict(both)) return undefined;
	const name = TIMES[edge].find((each) => both[each] !== undefined && both[each] !== null);
	const thousandths = number(both[edge === 0 ? 'start_ms' : 'end_ms']);
	return name === undefined ? thousandths && thousandths / 1000 : seconds(both[name]);
}

/** Some models call them chunks. */
const segmentsOf = ({ segments, chunks }: Dict): Steps<Span[]> => spans(Array.isArray(segments) ? segments : chunks);

/** Older models put the words into their segments. */
const wordsOf = (answer: Dict) => {
	const rows = Array.isArray(answer.segments) ? answer.segments : answer.chunks;
	const nested = dictsIn(rows).map(({ words }) => words);
	return spans(Array.isArray(answer.words) ? answer.words : nested.flat());
};

export const transcribe = defineOperation({
	resource: 'audio',
	value: 'transcribe',
	name: 'Transcribe',
	action: 'Transcribe audio',
	description: 'Turn speech into text, with times and subtitles',
	tasks: ['automatic-speech-recognition'],
	timeout: 1800,
	outputFields: {
		text: 'string',
		language: 'string',
		duration: 'number',
		segments: [{ start: 'number', end: 'number', text: 'string' }],
	},
	fields: [
		modelField('openai/whisper-large-v3'),
		...mediaInputFields('audio', 'https://example.com/recording.mp3'),
		simplifyField,
		optionsField([
			{
				displayName: 'Chunk Length (Seconds)',
				name: 'chunkLengthS',
				type: 'number',
				default: 30,
				typeOptions: { minValue: 1, maxValue: 30, numberPrecision: 0 },
				description: 'The length of the pieces that the audio is cut into',
			},
			{
				displayName: 'Chunk Level',
				name: 'chunkLevel',
				type: 'options',
				options: [
					{ name: 'Segment', value: 'segment', description: 'Times for each sentence or so' },
					{ name: 'Word', value: 'word', description: 'Times for each word too' },
				],
				default: 'segment',
				description: 'How finely the times are given',
			},
			{
				displayName: 'Initial Prompt',
				name: 'initialPrompt',
				type: 'string',
				default: '',
				placeholder: 'e.g. A call about the DeepInfra rollout',
				description: 'Names and terms that occur in the audio, so that they are spelled right',
			},
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: '',
				placeholder: 'e.g. en',
				description: 'The language spoken, as a two-letter code. Leave empty to detect it.',
			},
			{
				displayName: 'Max Line Length',
				name: 'maxLineLength',
				type: 'number',
				default: 42,
				typeOptions: { minValue: 10, maxValue: 500, numberPrecision: 0 },
				description:
					'The most characters of a line in the subtitle files. What needs more than two lines is shown as several subtitles, one after the other.',
			},
			{
				displayName: 'Split Into',
				name: 'splitInto',
				type: 'options',
				options: [
					{ name: 'One Item', value: 'none', description: 'The whole transcript in one item' },
					{ name: 'Segments', value: 'segments', description: 'An item of its own for each sentence or so' },
					{ name: 'Words', value: 'words', description: 'An item of its own for each word' },
				],
				default: 'none',
				description: 'How the transcript becomes items',
			},
			{
				displayName: 'Subtitles',
				name: 'subtitles',
				type: 'multiOptions',
				options: [
					{ name: 'SRT', value: 'srt', description: "Adds the file as output field 'srt'" },
					{ name: 'Text', value: 'txt', description: "Adds the text without times as output field 'txt'" },
					{ name: 'WebVTT', value: 'vtt', description: "Adds the file as output field 'vtt'" },
				],
				default: [],
				description: 'Subtitle files to add to the output item',
			},
			{
				displayName: 'Task',
				name: 'task',
				type: 'options',
				options: [
					{ name: 'Transcribe', value: 'transcribe', description: 'Write down what is said' },
					{ name: 'Translate', value: 'translate', description: 'Write down what is said in English' },
				],
				default: 'transcribe',
				description: 'Whether the text keeps the language that is spoken or is put into English',
			},
			{
				displayName: 'Temperature',
				name: 'temperature',
				type: 'number',
				default: 0,
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				description: 'Higher values make the model guess more freely',
			},
		]),
	],
	isDeterministic: (sent) => isRepeatable(sent, 0),
	request: ([input]) => {
		const { options } = input;
		return formRequest(
			input,
			{ audio: mediaInput(input, 'audio') },
			{
				language: languageGiven(options.language),
				...apiNames(options, 'task', 'initialPrompt', 'temperature', 'chunkLevel', 'chunkLengthS'),
				...(options.splitInto === 'words' ? { chunk_level: 'word' } : {}),
			},
		);
	},
	*items(answer, [{ options }]) {
		const segments = yield* segmentsOf(answer);
		const said = answer.text ?? (segments.length > 0 ? segments.map((each) => each.text).join(' ') : undefined);
		const whole = text(said, 'the transcribed text').trim();
		const words = yield* wordsOf(answer);
		const length = number(answer.input_length_ms) ?? 0;
		// Speakers may end in another order than they begin.
		const last = segments.reduce((most, { end = 0 }) => Math.max(most, end), 0);
		const shared = {
			language: optionalText(answer.language),
			duration: [length / 1000, seconds(answer.duration) ?? 0, last].find((each) => each > 0),
		};
		const files = yield* subtitlesOf(options, { whole, segments, words, duration: shared.duration });
		const { splitInto = 'none' } = options;
		if (splitInto === 'none') {
			const withWords = options.chunkLevel === 'word' ? { words } : {};
			return [{ json: { text: whole, ...shared, segments, ...withWords }, ...files }];
		}
		const isMissing = splitInto === 'words' && words.length === 0 && whole !== '';
		const rows = splitInto === 'words' && !isMissing ? words : segments.length > 0 ? segments : wholeAsOne(whole);
		// Silence has no rows; the files that were asked for come all the same.
		if (rows.length === 0 && options.subtitles?.length)
			return [{ json: { text: '', index: 0, count: 0, ...shared }, ...files }];
		return yield* mapInSteps(
			rows,
			(row, index): Output => ({
				json: { ...row, index, count: rows.length, ...shared },
				...(index === 0 ? files : {}),
				...(isMissing ? { note: "The model gives no times of words: 'Split Into' gave its segments instead" } : {}),
			}),
		);
	},
});
