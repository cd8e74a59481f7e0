import { BACKSLASH, endOfString, isBlankSign, QUOTE } from './jsonSigns';
import { InputError } from './problem';

/** Where a text stops being JSON, counted from 1, what stands there and what should. */
interface JsonFault {
	readonly line: number;
	readonly column: number;
	readonly found: string;
	readonly wanted: string;
}

/** The error for a text that should be JSON: where it is wrong, and how a value from an expression is written. */
export function jsonError(label: string, text: string): InputError {
	const fault = findFault(text);
	const where = fault
		? `Line ${fault.line}, column ${fault.column} has ${fault.found} where ${fault.wanted} belongs. `
		: '';
	return new InputError(
		`'${label}' is not valid JSON`,
		`${where}Write a value that comes from an expression as {{ JSON.stringify($json.text) }}.`,
	);
}

type State = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'end';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const CONSTANT = /(?:true|false|null)/y;
const WORD = /[\p{L}\p{N}_$.+-]{1,30}/uy;

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : -1;
};

/** Not by a pattern: one that is at millions of blanks may find no room to go back in. */
function afterBlanks(text: string, from: number): number {
	let at = from;
	while (isBlankSign(text.charCodeAt(at))) at++;
	return at;
}

/** Reads on as long as it is JSON, once over the text. Undefined for JSON. */
function findFault(text: string): JsonFault | undefined {
	const open: string[] = [];
	const after = (): State => (open.length === 0 ? 'end' : 'comma');
	let state: State = 'value';
	for (let at = afterBlanks(text, 0); at < text.length || state !== 'end'; at = afterBlanks(text, at)) {
		const letter = text.charAt(at);
		if (state === 'value' || state === 'first value') {
			if (letter === ']' && state === 'first value') {
				open.pop();
				at++;
				state = after();
			} else if (letter === '{' || letter === '[') {
				open.push(letter);
				at++;
				state = letter === '{' ? 'first name' : 'first value';
			} else {
				const end =
					letter === '"' ? endOfText(text, at) : Math.max(matchEnd(NUMBER, text, at), matchEnd(CONSTANT, text, at));
				if (typeof end === 'object') return end;
				if (end < 0) return faultAt(text, at, state === 'first value' ? "a value or ']'" : 'a value');
				at = end;
				state = after();
			}
		} else if (state === 'name' || state === 'first name') {
			if (letter === '}' && state === 'first name') {
				open.pop();
				at++;
				state = after();
			} else {
				const end = letter === '"' ? endOfText(text, at) : -1;
				if (typeof end === 'object') return end;
				if (end < 0) return faultAt(text, at, `a name in double quotes${state === 'first name' ? " or '}'" : ''}`);
				at = end;
				state = 'colon';
			}
		} else if (state === 'colon') {
			if (letter !== ':') return faultAt(text, at, "':'");
			at++;
			state = 'value';
		} else if (state === 'comma') {
			const close = open.at(-1) === '{' ? '}' : ']';
			if (letter !== ',' && letter !== close) return faultAt(text, at, `',' or '${close}'`);
			at++;
			if (letter === close) {
				open.pop();
				state = after();
			} else {
				state = close === '}' ? 'name' : 'value';
			}
		} else {
			return faultAt(text, at, 'nothing more');
		}
	}
	return undefined;
}

/** How what cannot stand in a text is written there. */
const ESCAPES: Readonly<Record<string, string>> = { '\n': "'\\n'", '\r': "'\\n'", '\t': "'\\t'" };

/** What may follow a backslash, beside the number of a letter. */
const ESCAPED = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));
const isEscape = (text: string, at: number): boolean =>
	ESCAPED.has(text.charCodeAt(at + 1)) || /^\\u[\da-fA-F]{4}/.test(text.slice(at, at + 6));

/** What is wrong within a text, or looks like it behind a backslash that stands for itself. */
const MAY_BE_WRONG = /[^ -\uffff]|\\(?:[^"\\/bfnrtu]|u(?![\da-fA-F]{4})|$)/;

/** Letters that need no look within a text: all but control signs, quotes and backslashes. */
const isPlain = (code: number) => code >= 0x20 && code !== QUOTE && code !== BACKSLASH;

/** Behind the closing quote of a text that begins at `from`, or what is wrong with it. */
function endOfText(text: string, from: number): number | JsonFault {
	const end = endOfString(text, from);
	const isSound = !MAY_BE_WRONG.test(text.slice(from + 1, end < 0 ? undefined : end));
	if (isSound && end >= 0) return end + 1;
	if (isSound) return endless(text, from);
	for (let at = from + 1; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (isPlain(code)) continue;
		if (code === QUOTE) return at + 1;
		if (code !== BACKSLASH) return faultAt(text, at, ESCAPES[text.charAt(at)] ?? 'a letter');
		if (!isEscape(text, at)) return faultAt(text, at, "'\\\\'");
		at++;
	}
	return endless(text, from);
}

const endless = (text: string, from: number): JsonFault =>
	faultAt(text, text.length, `a '"' at the end of ${shown(text.slice(from + 1, from + 21))}`);

function faultAt(text: string, at: number, wanted: string): JsonFault {
	let line = 1;
	let start = 0;
	for (let index = 0; index < at; index++) {
		const code = text.charCodeAt(index);
		if (code !== 0x0a && (code !== 0x0d || text.charCodeAt(index + 1) === 0x0a)) continue;
		line++;
		start = index + 1;
	}
	return { line, column: at - start + 1, found: foundAt(text, at), wanted };
}

function foundAt(text: string, at: number): string {
	if (at >= text.length) return 'the end of the text';
	const word = matchEnd(WORD, text, at);
	const found = word > at ? text.slice(at, word) : String.fromCodePoint(text.codePointAt(at) ?? 32);
	if (/[\r\n]/.test(found)) return 'a line break';
	// What nobody can see is named.
	if (found === '\t') return 'a tab';
	if (/\s/.test(found) && found !== '\ufeff') return `a blank that JSON does not know (${codeName(found)})`;
	return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(found) ? `an invisible character (${codeName(found)})` : shown(found);
}

const codeName = (letter: string): string =>
	`U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const shown = (words: string) => (words.includes("'") ? `"${words}"` : `'${words}'`);
