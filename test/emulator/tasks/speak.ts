import { bytesAnswer, refuse } from '../answer';
import { numberOf, textOf } from '../json';
import { makeMp3, makeSound, wrapWav } from '../media/audio';
import { round } from '../random';
import type { Call, Outcome } from './task';

const SECONDS_PER_LETTER = 0.05;

/** The sound is as long as the text needs at the wanted speed. */
export function speak(call: Call): Outcome {
	const text = textOf(call.values.text) ?? textOf(call.values.input) ?? '';
	const format = textOf(call.values.output_format) ?? textOf(call.values.response_format) ?? 'wav';
	const perLetter = SECONDS_PER_LETTER / numberOf(call.values.speed, 1);
	const bytes = encode(text, perLetter, format);
	const usage = { characters: text.length };
	const mimeType = format === 'mp3' ? 'audio/mp3' : `audio/${format}`;
	if (call.values.stream === true) return { body: {}, usage, answer: bytesAnswer(mimeType, bytes) };
	const words = call.values.return_timestamps === true ? timesOf(text, perLetter) : null;
	return {
		body: {
			audio: `data:${mimeType};base64,${bytes.toString('base64')}`,
			input_character_length: text.length,
			output_format: format,
			words,
		},
		usage,
	};
}

/** Music is of the asked length, whatever the prompt. */
export function playMusic(call: Call): Outcome {
	const seconds = numberOf(call.values.duration, 2);
	const prompt = textOf(call.values.prompt) || 'hum';
	const bytes = wrapWav(makeSound(prompt, seconds / Math.min(prompt.length, 4000)));
	return { body: { audio: `data:audio/wav;base64,${bytes.toString('base64')}` }, usage: { outputSeconds: seconds } };
}

function encode(text: string, perLetter: number, format: string): Buffer {
	if (format === 'mp3') return makeMp3(text.length * perLetter);
	const samples = makeSound(text, perLetter);
	if (format === 'pcm') return samples;
	if (format === 'wav') return wrapWav(samples);
	throw refuse(400, `This emulator makes no ${format}, only wav, mp3 and pcm`);
}

function timesOf(text: string, perLetter: number) {
	return [...text.matchAll(/\S+/g)].map((match) => ({
		text: match[0],
		start: round(match.index * perLetter, 3),
		end: round((match.index + match[0].length) * perLetter, 3),
	}));
}
