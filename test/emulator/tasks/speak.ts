import { bytesAnswer, refuse, refuseField } from '../answer';
import type { SoundShape } from '../catalogue/model';
import { type JsonObject, numberOf, textOf, textsOf } from '../json';
import { makeSound, wrapWav } from '../media/audio';
import { makeFlac, makeMp3, makeOpus } from '../media/encoders';
import { makeRequestId, round } from '../random';
import { keepSound } from '../store';
import type { Call, Outcome } from './task';

const SECONDS_PER_LETTER = 0.05;

/** The sound is as long as the text needs at the wanted speed. */
export function speak(call: Call): Outcome {
	const { model, values } = call;
	const text = textOf(values.text) ?? textOf(values.input) ?? '';
	if (text.trim() === '') throw refuse(400, 'No text to speak');
	if (text.length > model.maxCharacters)
		throw refuse(400, `Requested input length ${text.length} exceeds maximum input length ${model.maxCharacters}`);
	checkVoice(call);
	const asked = textOf(values.output_format) ?? textOf(values.response_format) ?? 'wav';
	// As some models do, whatever is asked for.
	const format = model.sound === 'mp3-only' ? 'mp3' : asked;
	const perLetter = SECONDS_PER_LETTER / numberOf(values.speed, 1);
	const bytes = encode(text, perLetter, format);
	const usage = { characters: text.length };
	const mimeType = format === 'mp3' ? 'audio/mp3' : `audio/${format}`;
	if (values.stream === true || model.sound === 'raw')
		return { body: {}, usage, answer: bytesAnswer(format === 'mp3' ? 'audio/mpeg' : mimeType, bytes) };
	const words = values.return_timestamps === true ? timesOf(text, perLetter) : null;
	const facts: JsonObject = { input_character_length: text.length, output_format: format, words };
	return { body: { ...place(call, model.sound, mimeType, bytes), ...facts }, usage };
}

/** Music is of the asked length, whatever the prompt. */
export function playMusic(call: Call): Outcome {
	const seconds = numberOf(call.values.duration, numberOf(call.values.audio_duration, 2));
	const prompt = textOf(call.values.prompt) || 'hum';
	const bytes = wrapWav(makeSound(prompt, seconds / Math.min(prompt.length, 20_000)));
	const usage = { outputSeconds: seconds };
	if (call.model.sound === 'raw') return { body: {}, usage, answer: bytesAnswer('audio/wav', bytes) };
	return { body: place(call, call.model.sound, 'audio/wav', bytes), usage };
}

/** The forms in which sound comes back. */
function place({ baseUrl, store, random }: Call, shape: SoundShape, mimeType: string, bytes: Buffer): JsonObject {
	const base64 = bytes.toString('base64');
	const link = () => {
		const name = makeRequestId(random);
		keepSound(store, name, bytesAnswer(mimeType, bytes));
		return `/files/sounds/${name}`;
	};
	switch (shape) {
		case 'base64':
			return { audio: base64 };
		case 'audio_b64':
			return { audio_b64: base64 };
		case 'url':
			return { audio: baseUrl + link() };
		case 'relative':
			return { audio_url: link() };
		case 'results':
			return { results: [{ audio: `data:${mimeType};base64,${base64}` }] };
		default:
			return { audio: `data:${mimeType};base64,${base64}` };
	}
}

/** A cloned voice must be one of the account's. */
function checkVoice({ values, store }: Call) {
	const cloned = textOf(values.voice_id);
	if (cloned && !store.voices.has(cloned)) throw refuse(404, `Voice ${cloned} not found`);
	const named = textsOf(values.preset_voice).length > 0 ? textsOf(values.preset_voice) : [textOf(values.voice)];
	if (named.some((voice) => voice === '')) throw refuseField('voice', 'must not be empty');
}

function encode(text: string, perLetter: number, format: string): Buffer {
	if (format === 'mp3') return makeMp3(text.length * perLetter);
	if (format === 'opus') return makeOpus(text.length * perLetter);
	const samples = makeSound(text, perLetter);
	if (format === 'pcm') return samples;
	if (format === 'wav') return wrapWav(samples);
	if (format === 'flac') return makeFlac(samples);
	throw refuse(400, `This emulator makes no ${format}`);
}

function timesOf(text: string, perLetter: number) {
	return [...text.matchAll(/\S+/g)].map((match) => ({
		text: match[0],
		start: round(match.index * perLetter, 3),
		end: round((match.index + match[0].length) * perLetter, 3),
	}));
}
