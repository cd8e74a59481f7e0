import { defineModel, LONG_AGO, type Model, type ModelDraft } from './model';
import { perCharacter, perInputSecond, perOutputSecond, perSecond } from './pricing';
import { audioFile, choice, flag, inputSchema, integer, listOf, number, orNull, outputSchema, text } from './schemas';

const LANGUAGES = [
	'ar',
	'cs',
	'da',
	'de',
	'el',
	'en',
	'es',
	'fi',
	'fr',
	'haw',
	'he',
	'hi',
	'hu',
	'it',
	'ja',
	'ko',
	'nl',
	'no',
	'pl',
	'pt',
	'ru',
	'sv',
	'tr',
	'uk',
	'yue',
	'zh',
];

const TRANSCRIPTION = inputSchema('AutomaticSpeechRecognitionIn', ['audio'], {
	audio: audioFile('Audio to transcribe'),
	task: choice('Task', 'Task to perform', ['transcribe', 'translate'], { default: 'transcribe' }),
	initial_prompt: text('Initial Prompt', 'Optional text to provide as a prompt for the first window.'),
	temperature: number('Temperature', 'Temperature to use for sampling', { default: 0 }),
	language: choice('Language', 'Language of the audio, detected when empty', LANGUAGES),
	chunk_level: choice('Chunk Level', "Chunk level, either 'segment' or 'word'", ['segment', 'word'], {
		default: 'segment',
	}),
	chunk_length_s: integer('Chunk Length S', 'Chunk length in seconds', { default: 30, minimum: 1, maximum: 30 }),
});

const TRANSCRIPTION_OUT = outputSchema('AutomaticSpeechRecognitionOut', {
	text: text('Text', 'the text that was spoken'),
	segments: listOf('Segments', 'pieces with their times', { type: 'object' }),
	language: text('Language', 'language of the audio'),
	input_length_ms: integer('Input Length Ms', 'length of the audio'),
});

function listener(draft: Omit<ModelDraft, 'type' | 'schema'>): Model {
	return defineModel({
		type: 'automatic-speech-recognition',
		schema: TRANSCRIPTION,
		schemaOut: TRANSCRIPTION_OUT,
		tags: ['openai'],
		...draft,
	});
}

export const LISTENERS: Model[] = [
	listener({ name: 'openai/whisper-large-v3', pricing: perInputSecond(0.00075), tags: ['openai', 'featured'] }),
	listener({ name: 'openai/whisper-large-v3-turbo', pricing: perInputSecond(0.00033) }),
	listener({
		name: 'openai/whisper-large',
		pricing: perSecond(0.05),
		tags: [],
		deprecated: LONG_AGO,
		replacedBy: 'openai/whisper-large-v3',
	}),
	listener({
		name: 'openai/whisper-base',
		pricing: perSecond(0.05),
		tags: [],
		deprecated: LONG_AGO,
		replacedBy: 'openai/whisper-large-v3',
	}),
	listener({
		name: 'mistralai/Voxtral-Small-24B-2507',
		pricing: perInputSecond(0.005),
		maxTokens: 32768,
		hasTimes: false,
		envelope: 'noStatus',
	}),
];

const VOICES = [
	'af_alloy',
	'af_bella',
	'af_heart',
	'af_nicole',
	'am_adam',
	'am_michael',
	'bf_emma',
	'bm_george',
	'ff_siwis',
	'zf_xiaobei',
];

const KOKORO = inputSchema(
	'KokoroTextToSpeechIn',
	['text'],
	{
		text: text('Input text', 'Text to convert to speech', {
			minLength: 1,
			example: 'The quick brown fox jumps over the lazy dog',
		}),
		output_format: {
			$ref: '#/definitions/TtsResponseFormat',
			description: 'Output format for the speech',
			title: 'Output format',
			default: 'wav',
			type: 'string',
		},
		preset_voice: listOf(
			'Preset voice',
			'Preset voice name to use for the speech',
			{ $ref: '#/definitions/KokoroTtsVoice' },
			{
				default: ['af_bella'],
				minItems: 1,
			},
		),
		speed: number('Speed', 'Speed of the speech', { minimum: 0.25, maximum: 4 }),
		stream: flag('Stream', 'Whether to stream the output', false),
		return_timestamps: flag('Return Timestamps', 'Whether to return timestamps', false),
		sample_rate: integer('Sample Rate', 'Sample rate for the output audio.'),
	},
	{
		KokoroTtsVoice: {
			title: 'KokoroTtsVoice',
			type: 'string',
			enum: VOICES,
			default: 'af_bella',
			description: 'Several may be mixed.',
		},
		TtsResponseFormat: {
			title: 'TtsResponseFormat',
			type: 'string',
			enum: ['mp3', 'opus', 'flac', 'wav', 'pcm'],
			default: 'wav',
		},
	},
);

const CHATTERBOX = inputSchema('ChatterboxIn', ['text'], {
	text: text('Text', 'Text to convert to speech', { minLength: 1, maxLength: 5000 }),
	voice_id: orNull(text('Voice Id', 'a cloned voice')),
	language_id: choice('Language Id', 'language of the text', ['de', 'en', 'es', 'fr'], { default: 'en' }),
	response_format: choice('Response Format', 'file format', ['mp3', 'wav'], { default: 'wav' }),
	exaggeration: number('Exaggeration', 'more is livelier', { default: 0.5, minimum: 0, maximum: 1 }),
});

const QWEN_VOICES = ['Vivian', 'Serena', 'Uncle_Fu', 'Dylan', 'Eric', 'Ryan', 'Aiden', 'Ono_Anna', 'Sohee'];

const QWEN_SPEECH = inputSchema('QwenTtsIn', ['input'], {
	input: text('Input', 'Text to convert to speech', { minLength: 1 }),
	voice: choice('Voice', 'voice of the speaker', QWEN_VOICES, { default: 'Vivian' }),
	voice_id: orNull(text('Voice Id', 'a cloned voice')),
	language: text('Language', 'language of the text', { default: 'Auto' }),
	instruct: orNull(text('Instruct', 'how to speak')),
	response_format: choice('Response Format', 'file format', ['mp3', 'wav', 'pcm'], { default: 'wav' }),
	speed: number('Speed', 'Speed of the speech', { default: 1, minimum: 0.25, maximum: 4 }),
});

const QWEN_DESIGN = inputSchema('QwenVoiceDesignIn', ['input', 'voice'], {
	input: text('Input', 'Text to convert to speech', { minLength: 1 }),
	voice: text('Voice', 'what the voice is like'),
	language: text('Language', 'language of the text', { default: 'Auto' }),
	response_format: choice('Response Format', 'file format', ['mp3', 'wav'], { default: 'wav' }),
});

const MIMO = inputSchema('MimoTtsIn', ['text'], {
	text: text('Text', 'Text to convert to speech', { minLength: 1, maxLength: 600 }),
	voice: text('Voice', 'voice of the speaker', { default: 'mimo_default' }),
	output_format: choice('Output Format', 'file format', ['mp3', 'wav', 'pcm'], { default: 'wav' }),
	sample_rate: integer('Sample Rate', 'samples in a second', { default: 8000 }),
	stream: flag('Stream', 'whether to stream', false),
	instruct: orNull(text('Instruct', 'how to speak')),
});

const SPEECH_OUT = outputSchema('TextToSpeechOut', {
	audio: text('Audio', 'data URL of the speech'),
	input_character_length: integer('Input Character Length', 'characters that were spoken'),
	output_format: text('Output Format', 'format of the speech'),
});

export const SPEAKERS: Model[] = [
	defineModel({
		name: 'hexgrad/Kokoro-82M',
		type: 'text-to-speech',
		schema: KOKORO,
		schemaOut: SPEECH_OUT,
		pricing: perCharacter(6.2e-5),
		tags: ['priority', 'openai', 'featured'],
	}),
	defineModel({
		name: 'ResembleAI/chatterbox',
		type: 'text-to-speech',
		schema: CHATTERBOX,
		schemaOut: SPEECH_OUT,
		pricing: perCharacter(0.0007),
		tags: ['voice'],
		sound: 'base64',
	}),
	defineModel({
		name: 'Qwen/Qwen3-TTS',
		type: 'text-to-speech',
		schema: QWEN_SPEECH,
		pricing: perCharacter(0),
		isPartner: true,
		envelope: 'costText',
		sound: 'raw',
	}),
	defineModel({
		name: 'Qwen/Qwen3-TTS-VoiceDesign',
		type: 'text-to-speech',
		schema: QWEN_DESIGN,
		pricing: perCharacter(0.002),
		isPartner: true,
		sound: 'url',
	}),
	defineModel({
		name: 'ResembleAI/chatterbox-turbo',
		type: 'text-to-speech',
		schema: CHATTERBOX,
		schemaRoute: 'missing',
		pricing: perCharacter(0.0001),
		tags: ['voice'],
		sound: 'base64',
	}),
	defineModel({
		name: 'XiaomiMiMo/MiMo-V2.5-tts',
		type: 'text-to-speech',
		schema: MIMO,
		pricing: perCharacter(0),
		isPartner: true,
		sound: 'audio_b64',
	}),
	defineModel({
		name: 'emulator/bare-voice',
		type: 'text-to-speech',
		schema: QWEN_SPEECH,
		pricing: perCharacter(0.002),
		isPartner: true,
		sound: 'raw',
	}),
	defineModel({
		name: 'emulator/measured-voice',
		type: 'text-to-speech',
		schema: MIMO,
		pricing: perCharacter(0.001),
		sound: 'audio_b64',
	}),
	defineModel({
		name: 'emulator/always-mp3',
		type: 'text-to-speech',
		schema: QWEN_SPEECH,
		pricing: perCharacter(0.001),
		sound: 'mp3-only',
	}),
	defineModel({
		name: 'emulator/short-breath',
		type: 'text-to-speech',
		schema: KOKORO,
		pricing: perCharacter(0.001),
		sound: 'relative',
		maxCharacters: 300,
	}),
	defineModel({
		name: 'Zyphra/Zonos-v0.1-transformer',
		type: 'text-to-speech',
		schema: CHATTERBOX,
		pricing: perCharacter(0.0007),
		deprecated: LONG_AGO,
	}),
	defineModel({
		name: 'ACE-Step/acestep-v15-xl-sft',
		type: 'text-to-music',
		schema: inputSchema('AceStepIn', ['prompt'], {
			prompt: text('Prompt', 'what to play'),
			lyrics: orNull(text('Lyrics', 'what to sing')),
			audio_duration: number('Audio Duration', 'seconds', { default: 2, minimum: 1, maximum: 240 }),
		}),
		pricing: perOutputSecond(0.1, { short: '$0.001 / second of audio', full: '$0.001 per second of generated music' }),
		sound: 'results',
	}),
	defineModel({
		name: 'emulator/organ-grinder',
		type: 'text-to-music',
		schema: inputSchema('OrganIn', ['prompt'], { prompt: text('Prompt', 'what to play') }),
		pricing: perOutputSecond(0.1),
		sound: 'raw',
	}),
	defineModel({
		name: 'emulator/melody-maker',
		type: 'text-to-music',
		schema: inputSchema('MusicIn', ['prompt'], {
			prompt: text('Prompt', 'what to play'),
			duration: number('Duration', 'seconds', { default: 2, minimum: 1, maximum: 240 }),
		}),
		pricing: perOutputSecond(0.1, { short: '$0.001 / second of audio', full: '$0.001 per second of generated music' }),
	}),
];
