import { isDict, number, optionalText, text } from '../../core/answer';
import { apiNames, formRequest } from '../../core/request';
import { defineOperation, type Dict } from '../../core/operation';
import { isTimed, subtitleFile } from '../../media/subtitles';
import { mediaInput, mediaInputFields, modelField, optionsField, simplifyField } from '../fields';

/** Models leave out times or texts; what is there is passed on. */
const spans = (value: unknown) =>
	(Array.isArray(value) ? value : []).filter(isDict).map((row) => ({
		start: number(row.start),
		end: number(row.end),
		text: optionalText(row.text) ?? optionalText(row.word) ?? '',
	}));

/** Older models put the words into their segments. */
const wordsOf = (answer: Dict) => {
	const nested = Array.isArray(answer.segments) ? answer.segments.filter(isDict).map(({ words }) => words) : [];
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
				displayName: 'Subtitles',
				name: 'subtitles',
				type: 'multiOptions',
				options: [
					{ name: 'SRT', value: 'srt', description: "Adds the file as output field 'srt'" },
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
	request: ([input]) =>
		formRequest(
			input,
			{ audio: mediaInput(input) },
			apiNames(input.options, 'task', 'language', 'initialPrompt', 'temperature', 'chunkLevel', 'chunkLengthS'),
		),
	items: (answer, [{ options }]) => {
		const segments = spans(answer.segments);
		const length = number(answer.input_length_ms);
		const subtitles = segments.some(isTimed) ? (options.subtitles ?? []) : [];
		return [
			{
				json: {
					text: text(answer.text, 'the transcribed text'),
					language: optionalText(answer.language),
					duration: length ? length / 1000 : segments.at(-1)?.end,
					segments,
					...(options.chunkLevel === 'word' ? { words: wordsOf(answer) } : {}),
				},
				texts: Object.fromEntries(subtitles.map((format) => [format, subtitleFile(format, segments)])),
			},
		];
	},
});
