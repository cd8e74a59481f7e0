import { mapInSteps, type Steps } from '../core/steps';
import { isTimed, type Span, type Timed } from './timing';

/** hh:mm:ss and milliseconds after `mark`. */
function clock(seconds: number, mark: ',' | '.'): string {
	const total = Math.max(0, Math.round(seconds * 1000));
	const pad = (value: number, width: number) => String(value).padStart(width, '0');
	const minutes = Math.floor(total / 60_000);
	return `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}:${pad(Math.floor(total / 1000) % 60, 2)}${mark}${pad(total % 1000, 3)}`;
}

/** A blank line ends a cue in both formats, and `-->` is their arrow: neither may occur in a text. */
const line = (text: string) =>
	text
		.replaceAll('-->', '→')
		.split(/[\r\n]/)
		.map((each) => each.trim())
		.filter(Boolean)
		.join('\n');

/** WebVTT reads tags and entities. */
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const formats = {
	srt: {
		mimeType: 'application/x-subrip',
		head: '',
		cue: ({ start, end, text }: Timed, index: number) =>
			`${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${line(text)}\n`,
	},
	vtt: {
		mimeType: 'text/vtt',
		head: 'WEBVTT\n\n',
		cue: ({ start, end, text }: Timed) => `${clock(start, '.')} --> ${clock(end, '.')}\n${escape(line(text))}\n`,
	},
} as const;

export interface TextFile {
	readonly text: string;
	readonly extension: string;
	readonly mimeType: string;
}

/** The text alone, a line for each piece. */
export function* textFile(spans: ReadonlyArray<Pick<Span, 'text'>>): Steps<TextFile> {
	const lines = (yield* mapInSteps(spans, ({ text }) => text.trim())).filter(Boolean);
	return { text: lines.map((each) => `${each}\n`).join(''), extension: 'txt', mimeType: 'text/plain' };
}

/** A subtitle file of those spans that have times and text. */
export function* subtitleFile(format: keyof typeof formats, spans: readonly Span[]): Steps<TextFile> {
	const { mimeType, head, cue } = formats[format];
	const usable = spans.filter(isTimed).filter(({ text }) => text.trim() !== '');
	const cues = yield* mapInSteps(usable, cue);
	return { text: `${head}${cues.join('\n')}`, extension: format, mimeType };
}
