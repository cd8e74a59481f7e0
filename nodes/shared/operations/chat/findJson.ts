import { isDict } from '../../core/answer';
import { parseExact } from '../../core/exact';
import { endOfBrackets, endOfString } from '../../core/jsonSigns';

/** How many openings are tried, so that a text full of braces does not take long. */
const MOST_TRIES = 200;

/** Letters, more than any model writes: a service that sends more must not keep all else waiting. */
const LONGEST = 4 * 1024 * 1024;

/** Letters that are searched through for ends, those that are looked at again counted again. */
const MOST_SEARCHED = 20_000_000;

/**
 * The JSON in an answer: all of it, what stands in a fence, or the first among words: an object, or a list of them,
 * rather than a list such as `[1]`. Undefined where there is none, or where it is cut or broken: a part of it is not it.
 */
export function findJson(text: string): unknown {
	const found = findAllJson(text);
	return found.find(isDict) ?? found.find((each) => Array.isArray(each) && each.some(isDict)) ?? found[0];
}

/** All objects and arrays of an answer that stand side by side; of those in fences and those among words, the first kind. */
export function findAllJson(text: string): unknown[] {
	if (text.length > LONGEST) return [];
	const whole = parse(text.replace(/^[\s\ufeff\u200b]+/, ''));
	if (whole !== undefined) return [whole];
	const fenced = [...fencesIn(text)].flatMap((inside) => parse(inside) ?? []);
	return fenced.length > 0 ? fenced : scan(text);
}

const FENCE = '```';

/** What stands in fences: they begin with a line of their own, which may name a language. */
function* fencesIn(text: string): Generator<string> {
	let line = 0;
	for (let open = text.indexOf(FENCE); open >= 0; ) {
		const head = open + FENCE.length;
		if (line < head) line = text.indexOf('\n', head);
		if (line < 0) return;
		const isFence = /^[\w-]*\s*$/.test(text.slice(head, line));
		const end = isFence ? text.indexOf(FENCE, line) : open;
		if (end < 0) return;
		if (isFence) yield text.slice(line, end);
		open = text.indexOf(FENCE, isFence ? end + FENCE.length : open + 1);
	}
}

function scan(text: string): unknown[] {
	const found: unknown[] = [];
	let start = nextOpening(text, 0);
	let searched = 0;
	for (let tries = 0; start >= 0 && tries < MOST_TRIES && searched <= MOST_SEARCHED; tries++) {
		const end = endOfBrackets(text, start);
		searched += (end < 0 ? text.length : end) - start;
		const value = end < 0 ? undefined : parse(text.slice(start, end + 1));
		if (value !== undefined) found.push(value);
		const isOver = value !== undefined || beginsJson(text, start);
		// What is cut or broken is passed over as a whole: what it holds is not what was asked for.
		if (isOver && end < 0) break;
		start = nextOpening(text, isOver ? end + 1 : start + 1);
	}
	return found;
}

/** Only objects and arrays: a number among words is no answer in JSON. */
const parse = (text: string): unknown => (/^\s*[[{]/.test(text) ? parseWritten(text) : undefined);

/**
 * JSON as models write it, who leave line breaks in a text as they are. Whole numbers that JavaScript would change are
 * the text of their digits. Undefined for what is none.
 */
export const parseWritten = (text: string): unknown =>
	(read(text) ?? (/\p{Cc}/u.test(text) ? read(withEscapes(text)) : undefined))?.value;

function read(json: string): { readonly value: unknown } | undefined {
	try {
		return { value: parseExact(json, ({ digits }) => digits) };
	} catch {
		return undefined;
	}
}

/** With the control signs in its texts as JSON has them. */
function withEscapes(text: string): string {
	const pieces: string[] = [];
	let from = 0;
	for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', from)) {
		const end = endOfString(text, at);
		if (end < 0) break;
		pieces.push(text.slice(from, at), text.slice(at, end + 1).replace(/\\[^]|\p{Cc}/gu, escape));
		from = end + 1;
	}
	return pieces.join('') + text.slice(from);
}

/** A sign behind a backslash stays as it is. */
const escape = (sign: string): string =>
	sign.startsWith('\\') ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

function nextOpening(text: string, from: number): number {
	OPENING.lastIndex = from;
	return OPENING.exec(text)?.index ?? -1;
}

const OPENING = /[[{]/g;

/** Whether what opens here is meant as JSON; words stand in braces, too. */
const beginsJson = (text: string, start: number): boolean =>
	/^(\{\s*("[^"\\\n]{0,200}"\s*:|\})|\[\s*(["{[\]\d-]|true\b|false\b|null\b))/.test(text.slice(start, start + 300));
