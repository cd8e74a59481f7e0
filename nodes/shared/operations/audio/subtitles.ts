import type { Output } from '../../core/operation';
import { mapInSteps, type Steps } from '../../core/steps';
import { subtitleFile, textFile, type TextFile } from '../../media/subtitles';
import { cuesOf, inOrder, wrap, type Span } from '../../media/timing';

/** The text of a model that gives no segments. */
export const wholeAsOne = (whole: string): Span[] =>
	whole === '' ? [] : [{ start: undefined, end: undefined, text: whole }];

export interface Transcript {
	readonly whole: string;
	readonly segments: readonly Span[];
	readonly words: readonly Span[];
	/** Seconds. */
	readonly duration: number | undefined;
}

interface SubtitleOptions {
	readonly subtitles?: ReadonlyArray<'srt' | 'vtt' | 'txt'>;
	readonly maxLineLength?: number;
}

/** The subtitle files that were asked for. Of silence they are files without a subtitle. */
export function* subtitlesOf(
	{ subtitles = [], maxLineLength }: SubtitleOptions,
	{ whole, segments, words, duration }: Transcript,
): Steps<Pick<Output, 'texts' | 'note'>> {
	if (subtitles.length === 0) return { texts: {} };
	const spoken = { segments: yield* inOrder(segments, whole), words: yield* inOrder(words, whole) };
	const cues = yield* cuesOf(spoken.segments, spoken.words, duration, maxLineLength);
	const texts: Record<string, TextFile> = {};
	for (const format of subtitles) {
		if (format === 'txt') texts.txt = yield* textFile(yield* linesOf(segments, whole, maxLineLength));
		else if (cues.length > 0 || whole === '') texts[format] = yield* subtitleFile(format, cues);
	}
	const isLeftOut = Object.keys(texts).length < new Set(subtitles).size;
	return isLeftOut
		? { texts, note: 'The model gives no times, so there are no subtitles: choose another model for them' }
		: { texts };
}

function* linesOf(
	segments: readonly Span[],
	whole: string,
	longest: number | undefined,
): Steps<ReadonlyArray<Pick<Span, 'text'>>> {
	const pieces = segments.some(({ text }) => text !== '') ? segments : wholeAsOne(whole);
	if (longest === undefined) return pieces;
	return yield* mapInSteps(pieces, ({ text }) => ({ text: wrap(text, longest).join('\n') }));
}
