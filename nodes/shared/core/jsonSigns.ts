/** The signs of JSON, as codes: texts of many megabytes are read. */
export const QUOTE = 34;
export const COMMA = 44;
export const BACKSLASH = 92;
export const OPEN_LIST = 91;

/** Brackets and braces differ in one bit, and each from its end by two. */
export const isOpener = (code: number) => (code | 32) === 123;
export const isCloser = (code: number) => (code | 32) === 125;
export const isDigit = (code: number) => code >= 48 && code <= 57;
export const isBlankSign = (code: number) => code === 32 || code === 10 || code === 13 || code === 9;

/** Where the closing quote of a text stands whose opening one is at `from`; -1 where there is none. */
export function endOfString(text: string, from: number): number {
	for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
		let before = end - 1;
		while (text.charCodeAt(before) === BACKSLASH) before--;
		if ((end - before) % 2 === 1) return end;
	}
	return -1;
}

/** Where the brackets that open at `start` are closed, strings left out; -1 when they are not. */
export function endOfBrackets(text: string, start: number): number {
	let depth = 0;
	for (let at = start; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (isOpener(code)) depth++;
		else if (isCloser(code)) {
			if (--depth === 0) return at;
		} else if (code === QUOTE) {
			at = endOfString(text, at);
			if (at < 0) return -1;
		}
	}
	return -1;
}
