import { isDict } from '../core/answer';
import type { Dict } from '../core/operation';
import type { Problem } from '../core/problem';
import { rewriteInSteps } from '../core/rewrite';
import { atOnce, type Steps } from '../core/steps';
import { own } from '../core/values';
import { fileOf } from '../media/find';

/** Hides a key in what a service says, in every form in which it may say it. */
export interface Secret {
	/** A text for people, without the key. */
	redact(text: string): string;
	/** What a service's failure holds, without the key. */
	redactProblem(problem: Problem): Problem;
	/**
	 * An answer without the key; what has none is not copied. A short key may be a common word, so it stays in results.
	 * @param text the answer as it came, before it was parsed
	 */
	redactAnswer(answer: Dict, text: string): Steps<Dict>;
	/** A text that goes on: what may be shown of it by now, and its end, which may be the beginning of a long key. */
	part(text: string): { readonly shown: string; readonly kept: string };
}

/** A key of this length is no word that an answer could hold by chance. */
const LONG = 16;
const HIDDEN = '[API key]';

/** Letters of a text that are looked through at a time: it may look like a key everywhere. */
export const AT_A_TIME = 64 * 1024;

/** Letters that tell whether it is worth looking through an answer. */
const START = 8;
/** Characters that these may take up, each with all that may stand around it. */
const LONGEST_START = 2048;

/** Signs that begin a letter which is written otherwise; some services escape these in JSON. */
const AMPERSAND = '(?:&|\\\\{1,4}u0026)(?:amp;){0,2}';
const EQUALS = '(?:=|\\\\{1,4}u003[dD])';
/** Before a letter's number in hexadecimal, in JSON and programs, and in addresses. */
const BY_HEX = '\\\\{1,4}(?:[uU]0{2,6}|[xX]|[uU]\\{0{0,4})|%(?:25){0,2}(?:u00)?';
/** Before the same in octal. */
const BY_OCTAL = '\\\\{1,4}0{0,2}';

/** A letter as services write it: escaped for JSON, a program or an address. `\n` and its like are no letters. */
const ESCAPED = new RegExp(`(?:${BY_HEX})([\\da-f]{2})\\}?|\\\\{1,4}([^\\\\nrtux\\d])`, 'iy');
const OCTAL = new RegExp(`${BY_OCTAL}(1[0-7]{2}|[4-7][0-7])`, 'y');
/** For a mail (RFC 2045) or HTML. */
const FOR_TEXTS = new RegExp(
	`${EQUALS}([\\da-f]{2})|${AMPERSAND}(?:#x0{0,4}([\\da-f]{2})|#0{0,4}(\\d{2,3})|([a-z]{2,16}));`,
	'iy',
);
/** Signs by their names in HTML, and those that look like them. */
const NAMED: Readonly<Record<string, string>> = {
	...{ excl: '!', quot: '"', num: '#', dollar: '$', percnt: '%', amp: '&', apos: "'", lpar: '(', rpar: ')' },
	...{ ast: '*', midast: '*', plus: '+', comma: ',', hyphen: '-', dash: '-', minus: '-', period: '.', sol: '/' },
	...{ colon: ':', semi: ';', lt: '<', equals: '=', gt: '>', quest: '?', commat: '@', lsqb: '[', lbrack: '[' },
	...{ bsol: '\\', rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', underbar: '_', grave: '`', lcub: '{' },
	...{ diacriticalgrave: '`', lbrace: '{', verbar: '|', vert: '|', verticalline: '|', rcub: '}', rbrace: '}' },
	tilde: '~',
};
/** What parts letters, for a pattern: blanks and invisible letters. */
const BLANKS = '\\s\\u00ad\\u200b-\\u200d\\u2060\\ufeff';
/** What may get between two letters: that, or a line break that is escaped. */
const BREAK = `[${BLANKS}]|\\\\{1,4}[nrt]|(?:%|${EQUALS})0[ad]`;
const GAP = new RegExp(`(?:${BREAK}){1,20}`, 'iy');
/** The same with the line breaks that a mail takes out again. */
const MAIL_GAP = new RegExp(`(?:${BREAK}|${EQUALS}(?=\\s|\\\\{1,4}[nr])){1,20}`, 'iy');
const ODD = new RegExp(`[\\\\%&=${BLANKS}]`);

export function secretOf(key: string): Secret {
	const forms =
		key.length < LONG
			? [key]
			: [key, ...base64Forms(Buffer.from(key)), ...base64Forms(Buffer.from(key, 'utf16le')), ...hexForms(key)];
	const begins = beginOf(forms);
	const starts = forms.map((form) => form.slice(0, START));
	// What is hidden already is no place to look for a key such as "API".
	const redact = (text: string) =>
		text
			.split(HIDDEN)
			.map((part) => hide(part, forms, begins))
			.join(HIDDEN);
	const hideLong = (text: string) => hideInSteps(text, forms, begins);
	return {
		redact,
		redactProblem: (problem) => redactProblem(problem, redact),
		*redactAnswer(answer, text) {
			const mayHold = key.length >= LONG && (yield* isFound(starts, begins, text));
			const clean: unknown = mayHold ? yield* redactInSteps(answer, redact, redact, hideLong) : answer;
			return isDict(clean) ? clean : answer;
		},
		part(text) {
			const end = key.length < LONG ? text.length : settledOf(text, forms, begins);
			return { shown: key.length < LONG ? text : redact(text.slice(0, end)), kept: text.slice(end) };
		},
	};
}

/** The part of a longer text's base64 that is the key's, wherever the key begins in it; Windows writes texts in UTF-16. */
function base64Forms(key: Buffer): string[] {
	return [0, 1, 2].map((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), key]);
		return bytes.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3));
	});
}

/** In lower case as in capitals, and byte by byte. */
function hexForms(key: string): string[] {
	const hex = Buffer.from(key).toString('hex');
	const bytes = hex.replace(/..(?=.)/g, '$&:');
	return [...new Set([hex, hex.toUpperCase(), bytes, bytes.toUpperCase()])];
}

/** Base64 has two alphabets. */
const twin: Readonly<Record<string, string>> = { '+': '-', '/': '_', '-': '+', _: '/' };
const isSame = (letter: string | undefined, wanted: string) =>
	letter !== undefined && (letter === wanted || letter === twin[wanted]);

function hide(text: string, forms: readonly string[], begins: RegExp): string {
	let hidden = '';
	let done = 0;
	for (const { from, to } of rangesOf(forms, begins, text)) {
		hidden += text.slice(done, from) + HIDDEN;
		done = to;
	}
	return done === 0 ? text : hidden + text.slice(done);
}

/** Letters that the whole key may take up, with all that may stand between its own. */
const LONGEST_OF_LETTER = 200;

/** The same for a text of megabytes. */
function* hideInSteps(text: string, forms: readonly string[], begins: RegExp): Steps<string> {
	const room = LONGEST_OF_LETTER * Math.max(...forms.map(({ length }) => length));
	let hidden = '';
	for (let from = 0; from < text.length; yield) {
		const piece = text.slice(from, from + AT_A_TIME + room);
		let done = 0;
		for (const range of rangesOf(forms, begins, piece)) {
			if (range.from >= AT_A_TIME) break;
			hidden += piece.slice(done, range.from) + HIDDEN;
			done = range.to;
		}
		const end = Math.max(done, AT_A_TIME);
		hidden += piece.slice(done, end);
		from += end;
	}
	return hidden;
}

interface Range {
	readonly from: number;
	readonly to: number;
}

/** Where the first letters of a form may begin. */
function beginOf(forms: readonly string[]): RegExp {
	const firsts = [...new Set(forms.map((form) => form.charAt(0)))];
	const names = Object.keys(NAMED).filter((name) => firsts.some((letter) => isSame(NAMED[name], letter)));
	const codes = firsts.map(hexOf).join('|');
	const octals = firsts.map((letter) => letter.charCodeAt(0).toString(8)).join('|');
	const decimals = firsts.map((letter) => letter.charCodeAt(0)).join('|');
	const inHtml = [`#0{0,4}(?:${decimals})`, `#[xX]0{0,4}(?:${codes})`, ...names.map(inAnyCase)];
	// Of several backslashes the last one begins it, and so does the last ampersand's name.
	const otherwise = [
		`\\\\(?:(?:[uU]0{2,6}|[xX]|[uU]\\{0{0,4})(?:${codes})|u003[dD](?:${codes})|0{0,2}(?:${octals}))`,
		`%(?:25){0,2}(?:u00)?(?:${codes})`,
		`=(?:${codes})`,
		`(?:&|\\\\u0026)(?:amp;){0,2}(?:${inHtml.join('|')});`,
	];
	return new RegExp([...forms.map(startOf), ...otherwise].join('|'), 'g');
}

const inAnyCase = (name: string): string => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/** Where the key stands. Only places where its first letters may begin are looked at: answers have millions of others. */
function rangesOf(forms: readonly string[], begins: RegExp, text: string, most = Infinity): Range[] {
	const ranges: Range[] = [];
	begins.lastIndex = 0;
	for (let found; ranges.length < most && (found = begins.exec(text)); ) {
		const { index: from } = found;
		const letters = lettersAt(text, from);
		let to = -1;
		for (const form of forms) if (isAmong(letters, form)) to = Math.max(to, endOf(form, text, from));
		if (to > from) ranges.push({ from, to });
		begins.lastIndex = Math.max(to, from + 1);
	}
	return ranges;
}

const hexOf = (letter: string): string =>
	letter
		.charCodeAt(0)
		.toString(16)
		.padStart(2, '0')
		.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** Its first three letters as a pattern, between which something else may begin. */
function startOf(form: string): string {
	const [first, second, third] = Array.from(form.slice(0, 3), (letter) => {
		const both = `${letter}${twin[letter] ?? ''}`.replace(/[\\\]^-]/g, '\\$&');
		return { alone: `[${both}]`, orOdd: `[${both}\\\\%&=${BLANKS}]` };
	});
	if (!second) return first?.alone ?? '';
	return `${first?.alone}(?:${second.alone}${third?.orOdd ?? ''}|[\\\\%&=]|[${BLANKS}]{1,20}${second.orOdd})`;
}

const NONE = -1;
/** The text ends before the form does. */
const OPEN = -2;

/** Where a form of the key that begins at `from` ends; less than 0 when there is none. */
function endOf(form: string, text: string, from: number): number {
	let at = from;
	/** Where a sign was taken for itself that may begin a letter of a mail. */
	let doubt = text.length;
	const isOpen = (place: number) => text.length - place < LONGEST_LETTER && UNFINISHED.test(text.slice(place));
	for (let place = 0; place < form.length; place++) {
		// Mostly a letter is written as it is.
		const code = form.charCodeAt(place);
		if (code === text.charCodeAt(at) && code !== EQUALS_SIGN) {
			at++;
			continue;
		}
		let next = afterLetter(form, place, text, at);
		if (next < 0 && place > 0 && ODD.test(text[at] ?? '')) {
			// Behind a blank the sign of a mail's line break may be the key's own.
			for (const gap of [GAP, MAIL_GAP]) {
				gap.lastIndex = at;
				if (next >= 0 || !gap.test(text)) continue;
				at = gap.lastIndex;
				next = afterLetter(form, place, text, at);
			}
		}
		if (next < 0) return isOpen(at) || (doubt < at && isOpen(doubt)) ? OPEN : NONE;
		if (form[place] === '=') doubt = at;
		at = next;
	}
	return at;
}

const EQUALS_SIGN = 61;

/** Characters that one letter may be written with. */
const LONGEST_LETTER = 40;
/** Nothing, or what a letter may begin with that is written otherwise. */
const UNFINISHED =
	/^(?:\\{1,4}(?:[ux][\da-f{]*|[0-7]*)|(?:[%=]|\\{1,4}u003d)(?:[u\da-f]*|\\{1,4})|(?:&|\\{1,4}u0026)[#a-z\d;]*)?$/i;

/** Where the last of a text begins that may be a key's beginning; its length where there is none. */
function settledOf(text: string, forms: readonly string[], begins: RegExp): number {
	const isOpen = (from: number) => {
		// Near its end there may be half a letter.
		const letters = text.length - from < LONGEST_LETTER ? undefined : lettersAt(text, from);
		return forms.some((form) => (!letters || isAmong(letters, form)) && endOf(form, text, from) === OPEN);
	};
	// Mostly it is what was kept that goes on.
	if (isOpen(0)) return 0;
	const longest = LONGEST_LETTER * Math.max(...forms.map(({ length }) => length));
	let from = Math.max(rangesOf(forms, begins, text).at(-1)?.to ?? 0, text.length - longest);
	while (from < text.length && !isOpen(from)) from++;
	return from;
}

/** Where the letter of a form ends that stands at a place of the text, however it is written. */
function afterLetter(form: string, place: number, text: string, at: number): number {
	const found = text[at];
	const letter = form.charAt(place);
	const isPlain = isSame(found, letter);
	// In a mail the sign itself is written with its number.
	if (isPlain && (letter !== '=' || /^3d/i.test(form.slice(place + 1, place + 3)))) return at + 1;
	for (const { pattern, read } of READINGS[found ?? ''] ?? []) {
		pattern.lastIndex = at;
		const groups = pattern.exec(text);
		if (groups && isSame(read(groups), letter)) return pattern.lastIndex;
	}
	return isPlain ? at + 1 : NONE;
}

/** What the letter at a place of the text may be: read once, since all forms ask. */
function lettersAt(text: string, at: number): string {
	const found = text.charAt(at);
	const readings = READINGS[found];
	if (!readings) return found;
	return readings.reduce((letters, { pattern, read }) => {
		pattern.lastIndex = at;
		const groups = pattern.exec(text);
		return groups ? `${letters}${read(groups) ?? ''}` : letters;
	}, found);
}

/** Whether a form may begin with one of these letters. */
function isAmong(letters: string, form: string): boolean {
	const first = form.charAt(0);
	for (let at = 0; at < letters.length; at++) if (isSame(letters[at], first)) return true;
	return false;
}

const byCode = (digits: string, base: number): string => String.fromCharCode(parseInt(digits, base));

interface Reading {
	readonly pattern: RegExp;
	read(groups: readonly string[]): string | undefined;
}

const forTexts: Reading = {
	pattern: FOR_TEXTS,
	read: ([, mail, html, decimal, name]) => {
		if (name !== undefined) return own(NAMED, name.toLowerCase());
		return decimal === undefined ? byCode(mail ?? html ?? '', 16) : byCode(decimal, 10);
	},
};
const inOctal: Reading = { pattern: OCTAL, read: ([, octal = '']) => byCode(octal, 8) };
const escaped: Reading = {
	pattern: ESCAPED,
	read: ([, hex, itself]) => (hex === undefined ? itself : byCode(hex, 16)),
};

/** How a letter may be read that begins with a sign. */
const READINGS: Readonly<Record<string, readonly Reading[]>> = {
	'\\': [forTexts, inOctal, escaped],
	'%': [escaped],
	'&': [forTexts],
	'=': [forTexts],
};

/** Whether one of the forms stands in a text. */
function* isFound(forms: readonly string[], begins: RegExp, text: string): Steps<boolean> {
	for (let from = 0; from < text.length; from += AT_A_TIME) {
		if (from > 0) yield;
		if (rangesOf(forms, begins, text.slice(from, from + AT_A_TIME + LONGEST_START), 1).length > 0) return true;
	}
	return false;
}

const redactInSteps = (
	answer: object,
	redact: (text: string) => string,
	rename: (name: string) => string,
	redactLong?: (text: string) => Steps<string>,
): Steps<unknown> =>
	rewriteInSteps(answer, undefined, {
		replace(value) {
			if (typeof value !== 'string' || isFile(value)) return undefined;
			return redactLong && value.length > AT_A_TIME ? { in: redactLong(value) } : { by: redact(value) };
		},
		rename,
		deepest: Infinity,
	});

/** A file in JSON: not a letter of it is changed. */
function isFile(text: string): boolean {
	const file = fileOf(text);
	return file !== undefined && 'bytes' in file;
}

function redactProblem(problem: Problem, redact: (text: string) => string): Problem {
	// The words of these are the node's own.
	if (['input', 'local', 'timeout', 'budget', 'stopped'].includes(problem.kind)) return problem;
	const clean = { ...problem };
	if ('message' in clean) clean.message = redact(clean.message);
	if (clean.kind === 'unsent') return { ...clean, cause: redactProblem(clean.cause, redact) };
	if ('requestId' in clean && clean.requestId !== undefined) clean.requestId = redact(clean.requestId);
	if (clean.kind === 'status') {
		if (typeof clean.body === 'string') clean.body = redact(clean.body);
		else if (typeof clean.body === 'object' && clean.body !== null)
			// By its names a body is read: a short key may be one of them.
			clean.body = atOnce(redactInSteps(clean.body, redact, (name) => name));
	}
	return clean;
}
