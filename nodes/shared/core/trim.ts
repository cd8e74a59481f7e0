/** A letter that can be seen, which signs without width, soft hyphens and fillers of other scripts are not. */
const SEEN = /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether a text has a letter that can be seen. */
export const saysSomething = (text: string): boolean => SEEN.test(text);

/** Without the letters at the end that a pattern of one letter knows. A pattern that ends in `+$` tries each run anew at each of its letters. */
export function trimEnd(text: string, letter: RegExp): string {
	let end = text.length;
	while (end > 0 && letter.test(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}

/** Blanks, and signs without width that come along with what is copied: what stands in the brackets of a pattern. */
export const UNSEEN = '\\s\\u200b-\\u200f\\u2060\\ufeff';

/** Takes such letters off both ends of a text. @param letters what stands in the brackets of a pattern */
export function trimmer(letters: string): (text: string) => string {
	const [first, letter] = [new RegExp(`^[${letters}]+`), new RegExp(`[${letters}]`)];
	return (text) => trimEnd(text.replace(first, ''), letter);
}

/** Without what cannot be seen around it. */
export const trimUnseen = trimmer(UNSEEN);

/** An amount in digits without the zeros at its end; two digits behind the point stay. */
export const trimZeros = (amount: string): string =>
	amount.includes('.') ? amount.slice(0, Math.max(trimEnd(amount, /0/).length, amount.indexOf('.') + 3)) : amount;
