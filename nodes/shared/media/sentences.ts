import { CLOSERS, ENDS, ENDS_BEFORE_BLANK } from '../core/scripts';

/** Where a text may be cut, the best place first: after a paragraph, a sentence, a clause, a word. */
const CUTS = [
	/\n\s*\n/g,
	new RegExp(`${ENDS_BEFORE_BLANK}${CLOSERS}*(?=\\s)|${ENDS}${CLOSERS}*`, 'gu'),
	/[,;:](?=\s)|[，、；：،؛፣]|\n/g,
	/\s/g,
];

/**
 * A text in pieces of at most `limit` characters, cut where people pause. Nothing but blanks between pieces is lost.
 * Each piece moves on by a whole character, whatever the limit. Linear in the length of the text.
 */
export function splitText(text: string, limit: number): string[] {
	const pieces: string[] = [];
	const most = Math.max(1, limit);
	let rest = 0;
	while (text.length - rest > most) {
		const end = rest + cutOf(text.slice(rest, rest + most + 1), most);
		pieces.push(text.slice(rest, end).trim());
		rest = end;
	}
	pieces.push(text.slice(rest).trim());
	return pieces.filter((piece) => piece !== '');
}

/** The last good place in the second half of the limit, else the limit itself. `window` shows one character more. */
function cutOf(window: string, limit: number): number {
	for (const pattern of CUTS) {
		let last = 0;
		for (const match of window.matchAll(pattern)) {
			const end = match.index + match[0].trimEnd().length;
			if (end <= limit) last = end;
		}
		if (last > limit / 2) return last;
	}
	// Never between the halves of a character, though it be longer than the limit.
	const isBetween = /^[\ud800-\udbff][\udc00-\udfff]/.test(window.slice(limit - 1));
	return isBetween ? Math.max(limit - 1, limit > 1 ? 1 : 2) : limit;
}
