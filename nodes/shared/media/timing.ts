import { CLOSERS, ENDS_BEFORE_BLANK, UNSPACED } from '../core/scripts';
import { mapInSteps, type Steps } from '../core/steps';

/** A piece of a transcript; models leave out times. Seconds. */
export interface Span {
	readonly start: number | undefined;
	readonly end: number | undefined;
	readonly text: string;
}
export type Timed = Span & { readonly start: number; readonly end: number };

/** A segment with the words that are known to be in it. */
interface Spoken extends Timed {
	readonly words: readonly Timed[];
}

/** About as fast as people read; only for a cue whose end nobody knows. */
const CHARACTERS_PER_SECOND = 15;
/** What is easy to read at once. */
const LINES = 2;
/** A pause in seconds that ends a cue which is made of words alone, and its longest text. */
const PAUSE = 1;
const LONGEST = 84;

export const isTimed = (span: Span): span is Timed => span.start !== undefined && span.end !== undefined;

/**
 * The cues of a transcript: its segments, each from its first to its last word where the words' times are known.
 * A time that is missing is taken from the neighbours, the last end from the recording's length.
 * Empty when there are no times at all.
 * @param longest characters of a line; a segment of more than two such lines becomes several cues
 */
export function* cuesOf(
	segments: readonly Span[],
	words: readonly Span[] = [],
	duration?: number,
	longest?: number,
): Steps<Timed[]> {
	const timedWords = words.filter(isTimed).filter(({ text }) => text.trim() !== '');
	yield;
	const given = segments.filter(({ text }) => text.trim() !== '');
	const pieces = given.length > 0 ? given : sentencesOf(timedWords);
	if (!pieces.some(({ start, end }) => start !== undefined || end !== undefined) && timedWords.length === 0) return [];
	const spoken = yield* withWords(pieces, timedWords);
	yield;
	const whole = yield* completed(spoken, duration);
	return longest === undefined ? whole : (yield* mapInSteps(whole, (segment) => splitCue(segment, longest))).flat();
}

const END_OF_SENTENCE = new RegExp(`${ENDS_BEFORE_BLANK}${CLOSERS}?$`, 'u');

/** With a blank between them, as most scripts have it. */
function joinWords(before: string, word: string): string {
	const isClose = [before.slice(-1), word.charAt(0)].every((letter) => UNSPACED.test(letter) || WIDE_MARK.test(letter));
	return isClose ? `${before}${word}` : `${before} ${word}`;
}

/** The marks of scripts without blanks, such as 、 and ！, and what belongs to the letter before it. */
const WIDE_MARK = /[\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff61-\uff65]/;

/** Segments made of words: they end with a sentence, a pause or when they get too long. */
function sentencesOf(words: readonly Timed[]): Span[] {
	const sentences: Array<{ start: number; end: number; text: string }> = [];
	for (const { start, end, text } of words) {
		const last = sentences.at(-1);
		const isOver =
			!last || END_OF_SENTENCE.test(last.text.slice(-4)) || start - last.end > PAUSE || last.text.length > LONGEST;
		if (isOver) sentences.push({ start, end, text: text.trim() });
		else {
			last.text = joinWords(last.text, text.trim());
			last.end = end;
		}
	}
	return sentences;
}

const letters = (text: string): string => text.replace(/\s+/g, '');

/**
 * The pieces of a transcript by their times, where these alone make its text: elsewhere times may begin anew with each
 * stretch of the recording, or be unknown.
 */
export function* inOrder(pieces: readonly Span[], whole: string): Steps<readonly Span[]> {
	const wanted = letters(whole);
	const makesIt = (some: readonly Span[]) => letters(some.map(({ text }) => text).join('')) === wanted;
	if (pieces.some(({ start }) => start === undefined) || makesIt(pieces)) return pieces;
	yield;
	const sorted = [...pieces].sort(({ start: a = 0 }, { start: b = 0 }) => a - b);
	yield;
	return makesIt(sorted) ? sorted : pieces;
}

/** The words of each segment: by their letters, else by their times. A word belongs to one segment. */
function* withWords(pieces: readonly Span[], words: readonly Timed[]): Steps<Open[]> {
	const within = timetable(words);
	yield;
	const spoken = yield* mapInSteps(words, ({ text }) => letters(text));
	let next = 0;
	const wordsOf = (piece: Span): readonly Timed[] => {
		const wanted = letters(piece.text);
		let spelled = '';
		let last = next;
		for (
			let word = spoken[last];
			word !== undefined && wanted.startsWith(word, spelled.length);
			word = spoken[++last]
		) {
			if (spelled.length === wanted.length) break;
			spelled += word;
		}
		if (words.length > 0 && spelled === wanted) {
			const own = words.slice(next, last);
			next = last;
			return own;
		}
		const places = within(piece);
		const after = places.at(-1);
		if (after !== undefined) next = after + 1;
		return places.flatMap((place) => words[place] ?? []);
	};
	return yield* mapInSteps(pieces, (piece) => {
		const own = wordsOf(piece);
		const [start, end] = [own[0]?.start ?? piece.start, own.at(-1)?.end ?? piece.end];
		// A cue that ends as it begins, or before, is never seen.
		const isSeen = start === undefined || end === undefined || end > start;
		return { text: piece.text.trim(), start, end: isSeen ? end : undefined, words: own };
	});
}

/**
 * Finds the places of the words whose middle lies within a piece. Each is found once: then pieces that lie over each
 * other, as many as a service likes, cost no more than others do.
 */
function timetable(words: readonly Timed[]): (piece: Span) => number[] {
	const middles = words.map(({ start, end }, place) => ({ at: (start + end) / 2, place })).sort((a, b) => a.at - b.at);
	// Where the next word stands that was not found yet, here or further on.
	const free = middles.map((_, index) => index);
	free.push(middles.length);
	const nextFree = (from: number): number => {
		let found = from;
		while (free[found] !== found) found = free[found] ?? middles.length;
		for (let each = from; each !== found; ) [each, free[each]] = [free[each] ?? found, found];
		return found;
	};
	return ({ start, end }) => {
		if (start === undefined || end === undefined) return [];
		const places: number[] = [];
		for (let index = nextFree(firstWhere(middles, ({ at }) => at >= start)); ; index = nextFree(index)) {
			const middle = middles[index];
			if (!middle || middle.at >= end) return places.sort((a, b) => a - b);
			places.push(middle.place);
			free[index] = index + 1;
		}
	};
}

/** The place of the first entry of a list for which something holds, as it does for all behind it; else its length. */
function firstWhere<T>(list: readonly T[], holds: (entry: T) => boolean): number {
	let [low, high] = [0, list.length];
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		const entry = list[middle];
		if (entry !== undefined && !holds(entry)) low = middle + 1;
		else high = middle;
	}
	return low;
}

type Open = Omit<Spoken, 'start' | 'end'> & Span;

function* completed(pieces: readonly Open[], duration: number | undefined): Steps<Spoken[]> {
	const starts = startsAfter(pieces);
	yield;
	let before = 0;
	return yield* mapInSteps(pieces, (piece, index) => {
		const start = piece.start ?? before;
		before = piece.end ?? endOf(piece, start, pieces[index + 1], starts[index], duration);
		return { ...piece, start, end: before };
	});
}

/** For each piece the first start that is known after it. */
function startsAfter(pieces: readonly Open[]): Array<number | undefined> {
	const starts: Array<number | undefined> = [];
	let known: number | undefined;
	for (const { start } of [...pieces].reverse()) {
		starts.push(known);
		known = start ?? known;
	}
	return starts.reverse();
}

function endOf(
	{ text }: Open,
	start: number,
	after: Open | undefined,
	next: number | undefined,
	duration: number | undefined,
): number {
	if (next !== undefined && next > start && after?.start !== undefined) return next;
	const read = start + Math.max(1, text.length / CHARACTERS_PER_SECOND);
	const limit =
		next !== undefined && next > start ? next : duration !== undefined && duration > start ? duration : read;
	// The last one lasts to the end; others of unknown length share what is left.
	return after === undefined ? limit : Math.min(read, limit);
}

/** A segment in cues of at most two lines, timed by its words, else by the share of its letters. */
function splitCue(segment: Spoken, longest: number): Timed[] {
	const lines = wrap(segment.text, longest);
	const texts = Array.from({ length: Math.ceil(lines.length / LINES) }, (_, index) =>
		lines.slice(index * LINES, (index + 1) * LINES).join('\n'),
	);
	if (texts.length < 2) return [{ ...segment, text: texts[0] ?? segment.text }];
	const total = Math.max(1, letters(segment.text).length);
	const spelled: number[] = [];
	for (const word of segment.words) spelled.push((spelled.at(-1) ?? 0) + letters(word.text).length);
	let read = 0;
	return texts.map((text) => {
		const from = read;
		read += letters(text).length;
		return {
			text,
			start: timeAt(segment, spelled, from, total, 'start'),
			end: timeAt(segment, spelled, read, total, 'end'),
		};
	});
}

/**
 * When the letter at a position begins, or the one before it ends.
 * @param spelled how many letters there are up to each word's end
 */
function timeAt(
	{ start, end, words }: Spoken,
	spelled: readonly number[],
	letter: number,
	total: number,
	side: 'start' | 'end',
): number {
	const word = words[firstWhere(spelled, (until) => (side === 'start' ? until > letter : until >= letter))];
	if (word) return word[side];
	return words.length > 0 && letter >= total ? end : start + ((end - start) * letter) / total;
}

/** Lines of at most so many characters; only a word that is longer stands alone on a longer one. */
export function wrap(text: string, longest: number): string[] {
	const words = text.split(/\s+/);
	const lines: string[] = [];
	let length = Infinity;
	for (const word of ANYWHERE.test(text) ? words.flatMap((each) => cut(each, longest)) : words) {
		const more = lengthOf(word);
		if (length + 1 + more > longest) {
			lines.push(word);
			length = more;
		} else {
			lines[lines.length - 1] += ` ${word}`;
			length += 1 + more;
		}
	}
	return lines.filter(Boolean);
}

const lengthOf = (text: string): number => (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);

/** Scripts without blanks between words that may be cut behind any letter; of others, two may make one. */
const ANYWHERE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}]/u;

/** A letter with its tone, its vowel or its accent, and with what may not begin a line. */
const LETTER = /(?:\P{M}\p{M}*|\p{M}+)[\p{Pe}\p{Pf}、。，．！？：；…､｡]{0,3}/gu;

function cut(word: string, longest: number): string[] {
	if (!ANYWHERE.test(word)) return [word];
	const pieces: string[] = [];
	let piece = '';
	let length = 0;
	for (const letter of word.match(LETTER) ?? []) {
		const more = lengthOf(letter);
		if (piece !== '' && length + more > longest) {
			pieces.push(piece);
			piece = '';
			length = 0;
		}
		piece += letter;
		length += more;
	}
	return [...pieces, piece];
}
