import { atOnce, type Steps } from '../../core/steps';
import { CLOSERS, ENDS, ENDS_BEFORE_BLANK } from '../../core/scripts';
import { LAST_LETTER } from '../../core/wide';

/** Long texts in parts, each within what a model takes. */

/** Tokens of a model whose context the catalogue does not tell. */
const USUAL_CONTEXT = 8192;

/** What a character weighs in tokens, in thirtieths: languages written with other letters than ours have about one a character. */
const TOKEN = 30;
const LETTER = 10;
const OTHER = 39;

/** How many tokens a text has at most. */
export const estimateTokens = (text: string): number => tokensIn(text, 0, text.length, Infinity);

/** Of a piece of a text; what is more than `most` is not counted to its end. */
function tokensIn(text: string, start: number, end: number, most: number): number {
	const limit = most * TOKEN;
	// Asked once, not for each letter of a book.
	const last = LAST_LETTER;
	let weight = 0;
	for (let at = start; at < end && weight <= limit; at++) weight += text.charCodeAt(at) > last ? OTHER : LETTER;
	return Math.ceil(weight / TOKEN);
}

/** How many tokens of a text one request may hold, the rest being for prompt and answer. */
export const roomFor = (contextLength: number | undefined, share: number, most: number): number =>
	Math.max(200, Math.min(most, Math.floor((contextLength ?? USUAL_CONTEXT) * share)));

/** Borders at which a text may be parted, the best first: paragraphs, lines, sentences, words. Blanks belong to what is before them. */
const BORDERS = [
	/\n[ \t]*\n\s*/g,
	/\n\s*/g,
	new RegExp(`${ENDS_BEFORE_BLANK}${CLOSERS}*\\s+|${ENDS}${CLOSERS}*`, 'gu'),
	/\s+/g,
];

/** Characters that one step looks at: some milliseconds. A piece weighs as much as so many. */
const STEP = 4 * 1024 * 1024;
const PIECE = 64;
/** To find where a character begins weighs more. */
const CHARACTER = 4096;

/**
 * A text in parts of at most `room` tokens, which together are the text; never within a character. Blanks around a part
 * do not count: no part is made of them alone, which would be asked for, and paid, for nothing.
 */
export const splitText = (text: string, room: number): string[] => atOnce(splitInSteps(text, room));

/** The same with a pause after each step: a book takes a while. */
export function* splitInSteps(text: string, room: number): Steps<string[]> {
	if (tokensIn(text, 0, text.length, room) <= room) return [text];
	const splitting = new Splitting(text, room);
	while (!splitting.goOn()) yield;
	return splitting.parts;
}

/**
 * Pieces between the best borders that leave them small enough, and neighbours together as long as they have room.
 * Linear: each border is looked for once.
 */
class Splitting {
	readonly parts: string[] = [];
	/** Whether there are only blanks so far, which go with the first part. */
	private isBlank = true;
	/** How far the text is cut, and where the pieces end that are too large and cut at the next borders, of each kind one. */
	private at = 0;
	private readonly ends: number[];
	private border = 0;
	/** Behind the next border of each kind. */
	private readonly next = BORDERS.map(() => 0);
	/** Where the part begins that is put together, and its tokens. */
	private start = 0;
	private tokens = 0;

	constructor(
		private readonly text: string,
		private readonly room: number,
	) {
		this.ends = [text.length];
	}

	/** @returns whether the text is at its end. A loop over millions of pieces: too slow within a generator. */
	goOn(): boolean {
		const { text, room, ends } = this;
		for (let work = 0; work < STEP; ) {
			const last = ends[this.border] ?? 0;
			if (this.at >= last) {
				if (this.border === 0) {
					this.add(text.slice(this.start));
					return true;
				}
				this.border--;
				continue;
			}
			const isWord = this.border === BORDERS.length;
			const end = isWord ? this.cutAnywhere(last) : Math.min(last, this.behindBorder());
			const tokens = tokensIn(text, this.at, end, room);
			work += (isWord ? CHARACTER : PIECE) + Math.min(end - this.at, 3 * room);
			if (tokens > room && !isWord) ends[++this.border] = end;
			else this.take(end, tokens);
		}
		return false;
	}

	/** Borders of one kind lie within the pieces between those of the kind before. */
	private behindBorder(): number {
		const { border, next, at, text } = this;
		const known = next[border] ?? 0;
		const pattern = BORDERS[border];
		if (known > at || !pattern) return known;
		pattern.lastIndex = at;
		const found = pattern.test(text) ? pattern.lastIndex : Infinity;
		next[border] = found;
		return found;
	}

	/** The end of a piece of a text without any border, such as one long word. */
	private cutAnywhere(last: number): number {
		const end = this.at + Math.max(2, Math.floor((this.room * TOKEN) / OTHER));
		return end < last ? startOfCharacter(this.text, this.at, end) : last;
	}

	private add(part: string): void {
		const isBlank = !/\S/.test(part);
		const last = this.parts.length - 1;
		if (last >= 0 && (isBlank || this.isBlank)) this.parts[last] += part;
		else this.parts.push(part);
		this.isBlank &&= isBlank;
	}

	private take(end: number, tokens: number): void {
		if (this.tokens + tokens > this.room && this.at > this.start) {
			this.add(this.text.slice(this.start, this.at));
			this.start = this.at;
			this.tokens = 0;
		}
		this.tokens += tokens;
		this.at = end;
	}
}

/** A letter with its accents, a family, a flag: what people take for one character. */
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Enough to see whether what stands at a position belongs to what is before it. */
const LOOK_AHEAD = 16;

/** A position in a text, or where the character begins in whose middle it is. @param least where another one begins */
function startOfCharacter(text: string, least: number, at: number): number {
	const character = characters.segment(text.slice(least, at + LOOK_AHEAD)).containing(at - least);
	if (character && character.index > 0) return least + character.index;
	// What goes on for so long is no character of any language: only its letters stay whole.
	const code = text.charCodeAt(at);
	return code >= 0xdc00 && code < 0xe000 && at - 1 > least ? at - 1 : at;
}
