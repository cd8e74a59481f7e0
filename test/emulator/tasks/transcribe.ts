import { refuseField } from '../answer';
import { numberOf, textOf } from '../json';
import { readDuration } from '../media/audio';
import { round } from '../random';
import type { Call, Outcome } from './task';

/** The text says what arrived, so that a wrong or damaged upload shows. */
export function transcribe(call: Call): Outcome {
	const upload = call.files.get('audio');
	if (!upload) throw refuseField('audio', 'field required', 'value_error.missing');
	const seconds = readDuration('audio', upload);
	const language = textOf(call.values.language) ?? 'en';
	const name = upload.filename === undefined ? 'no name' : `the name ${upload.filename}`;
	const opening = call.values.task === 'translate' ? 'Translated into English: a' : 'A';
	const spoken = `${opening} ${round(seconds, 1)} second recording with ${name} and ${upload.size} bytes.`;
	const prompt = textOf(call.values.initial_prompt);
	const text = prompt ? `${spoken} It was introduced as: ${prompt}` : spoken;
	const segments = tile(text, seconds, Math.min(numberOf(call.values.chunk_length_s, 30), 30));
	const body = {
		text,
		// Some models give pieces without their times.
		segments: call.model.hasTimes ? segments : segments.map(({ id, text: piece }) => ({ id, text: piece })),
		language,
		input_length_ms: Math.round(seconds * 1000),
		...(call.values.chunk_level === 'word' ? { words: segments.flatMap(wordsIn) } : {}),
	};
	return { body, usage: { inputSeconds: seconds } };
}

type Piece = { text: string; start: number; end: number };

/** Pieces of at most `longest` seconds that cover the whole recording, the words spread over them. */
function tile(text: string, seconds: number, longest: number): Array<Piece & { id: number }> {
	const count = Math.max(1, Math.min(2000, Math.ceil(seconds / longest)), seconds > 2 ? 2 : 1);
	const words = text.split(' ');
	const length = seconds / count;
	return Array.from({ length: count }, (_unused, id) => ({
		id,
		text: ` ${words.slice(Math.floor((id * words.length) / count), Math.floor(((id + 1) * words.length) / count)).join(' ')}`,
		start: round(id * length, 2),
		end: round((id + 1) * length, 2),
	}));
}

function wordsIn(segment: Piece): Piece[] {
	const words = segment.text.trim().split(' ').filter(Boolean);
	const length = (segment.end - segment.start) / Math.max(1, words.length);
	return words.map((text, index) => ({
		text,
		start: round(segment.start + index * length, 3),
		end: round(segment.start + (index + 1) * length, 3),
	}));
}
