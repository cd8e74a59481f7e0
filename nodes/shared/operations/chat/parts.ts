/** Long texts in parts, each within what a model takes. */

/** Tokens of a model whose context the catalogue does not tell. */
const USUAL_CONTEXT = 8192;

/**
 * How many tokens a text has at most: languages written with other letters than ours have about one a character.
 */
export function estimateTokens(text: string): number {
	let others = 0;
	for (let position = 0; position < text.length; position++) if (text.charCodeAt(position) > 0x24f) others++;
	return Math.ceil((text.length - others) / 3 + others * 1.3);
}

/** How many tokens of a text one request may hold, the rest being for prompt and answer. */
export const roomFor = (contextLength: number | undefined, share: number, most: number): number =>
	Math.max(200, Math.min(most, Math.floor((contextLength ?? USUAL_CONTEXT) * share)));

/** Borders at which a text may be parted, the best first: paragraphs, lines, sentences, words. */
const BORDERS = [/\n[ \t]*\n\s*/g, /\n\s*/g, /[.!?…。！？]["'”’)\]]*\s+|[。！？]/g, /\s+/g];

/** A text in parts of at most `room` tokens, which together are the text; never within a character. */
export function splitText(text: string, room: number): string[] {
	if (estimateTokens(text) <= room) return [text];
	return join(cut(text, room, 0), room);
}

function cut(text: string, room: number, border: number): string[] {
	if (estimateTokens(text) <= room) return [text];
	const pattern = BORDERS[border];
	if (!pattern) return cutAnywhere(text, room);
	const pieces: string[] = [];
	let start = 0;
	for (const { index, 0: found } of text.matchAll(pattern)) {
		pieces.push(text.slice(start, index + found.length));
		start = index + found.length;
	}
	pieces.push(text.slice(start));
	return pieces.filter((piece) => piece !== '').flatMap((piece) => cut(piece, room, border + 1));
}

/** A text without any border, such as one long word. */
function cutAnywhere(text: string, room: number): string[] {
	const pieces: string[] = [];
	const length = Math.max(2, Math.floor(room / 1.3));
	for (let start = 0; start < text.length; ) {
		let end = Math.min(text.length, start + length);
		// Not between the halves of a character, or before what belongs to it.
		while (end < text.length && end > start + 1 && belongsBefore(text, end)) end--;
		pieces.push(text.slice(start, end));
		start = end;
	}
	return pieces;
}

/** Whether what stands at `at` is a part of the character before it. */
const belongsBefore = (text: string, at: number): boolean => {
	const code = text.charCodeAt(at);
	const isSecondHalf = code >= 0xdc00 && code < 0xe000;
	const isJoined = code === 0x200d || text.charCodeAt(at - 1) === 0x200d || code === 0xfe0f;
	return isSecondHalf || isJoined || /^\p{M}/u.test(text.slice(at, at + 2));
};

/** Neighbours together, as long as they have room. */
function join(pieces: readonly string[], room: number): string[] {
	const joined: string[] = [];
	let tokens = Infinity;
	for (const piece of pieces) {
		const more = estimateTokens(piece);
		if (tokens + more > room) {
			joined.push(piece);
			tokens = more;
		} else {
			joined[joined.length - 1] += piece;
			tokens += more;
		}
	}
	return joined;
}
