/** The last of the letters that English and its neighbours are written with: of all others, each is about a token. */
export const LAST_LETTER = 0x24f;

/** How many characters of a text count as a token each. */
export function countWide(text: string): number {
	let count = 0;
	for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > LAST_LETTER) count++;
	return count;
}
