import { isDict } from './answer';
import { COMMA, endOfString, isCloser, isOpener, OPEN_LIST, QUOTE } from './jsonSigns';
import type { Dict } from './operation';
import { STEP, type Steps } from './steps';
import { put } from './values';

/** Levels beyond which a text is parsed in one piece. */
const DEEPEST = 2000;

/** A list or an object whose end is not reached. */
interface Open {
	readonly code: number;
	readonly at: number;
	/** Where what is not parsed yet begins, and in it the member that is read. */
	from: number;
	member: number;
	/** What was parsed of it; undefined as long as it is part of what holds it. */
	held: Dict | unknown[] | undefined;
	/** Whether the member that is read was parsed on its own. */
	isDone: boolean;
}

/**
 * Parses JSON as `parse` does, with a pause after each step: JSON.parse alone keeps everything waiting
 * for half a second with 20 MB of numbers. Lists and objects that are large are put together of their members.
 * @param parse of a part of it; throws SyntaxError for what is no JSON
 * @param step characters of a part
 * @throws what `parse` throws for the whole text
 */
export function* parseInSteps(text: string, parse: (part: string) => unknown, step = STEP): Steps<unknown> {
	if (text.length <= 2 * step || !/^[ \t\r\n]*[[{]/.test(text)) return parse(text);
	const read = yield* readParts(text, parse, step);
	// What is wrong is said of the text as it is; `parse` is right where this is not sure.
	return read === undefined ? parse(text) : read.value;
}

/** Undefined for what it cannot take apart, such as what is no JSON. */
function* readParts(
	text: string,
	parse: (part: string) => unknown,
	step: number,
): Steps<{ readonly value: unknown } | undefined> {
	const reading: Reading = { text, parse, step, at: 0, open: [] };
	try {
		for (;;) {
			const end = readOn(reading);
			if (end !== 'pause') return end;
			yield;
		}
	} catch {
		return undefined;
	}
}

/** Where the reading of a text stands. */
interface Reading {
	readonly text: string;
	readonly parse: (part: string) => unknown;
	readonly step: number;
	at: number;
	readonly open: Open[];
}

/** Reads until a step is done, or to the end. A loop over every character: too slow within a generator. */
function readOn(reading: Reading): { readonly value: unknown } | undefined | 'pause' {
	const { text, parse, step, open } = reading;
	for (let at = reading.at; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) {
			at = endOfString(text, at);
			if (at < 0) return undefined;
		} else if (code === COMMA) {
			const last = open[open.length - 1];
			if (!last) return undefined;
			if (!endMember(reading, last, at)) continue;
			reading.at = at + 1;
			return 'pause';
		} else if (isOpener(code)) {
			if (open.length >= DEEPEST) return undefined;
			open.push({ code, at, from: at + 1, member: at + 1, held: undefined, isDone: false });
		} else if (isCloser(code)) {
			const last = open.pop();
			if (!last || last.code + 2 !== code) return undefined;
			const holder = open[open.length - 1];
			if (holder && last.held === undefined && at - last.at < step) continue;
			const value = close(text, last, at, parse);
			if (!holder) return isBlank(text, at + 1, text.length) ? { value } : undefined;
			take(text, holder, { value, from: last.at, to: at + 1 }, parse);
			reading.at = at + 1;
			return 'pause';
		}
	}
	return undefined;
}

const isBlank = (text: string, from: number, to: number): boolean => /^[ \t\r\n]*$/.test(text.slice(from, to));

const unusable = () => new SyntaxError('no JSON');

/** @returns whether so much has come together that it was parsed */
function endMember({ text, parse, step }: Reading, open: Open, at: number): boolean {
	const isStep = !open.isDone && at - open.from >= step;
	if (open.isDone && !isBlank(text, open.member, at)) throw unusable();
	if (isStep) hold(text, open, at, parse);
	if (isStep || open.isDone) open.from = at + 1;
	open.isDone = false;
	open.member = at + 1;
	return isStep;
}

/** Parses the members that are not parsed yet, up to a position. */
function hold(text: string, open: Open, to: number, parse: (part: string) => unknown): void {
	const part = text.slice(open.from, to);
	// A comma promises a member.
	if (part.trim() === '') throw unusable();
	const isList = open.code === OPEN_LIST;
	const members = parse(isList ? `[${part}]` : `{${part}}`);
	const held = (open.held ??= isList ? [] : {});
	if (Array.isArray(members)) for (const each of members) add(held, '', each);
	else if (isDict(members)) for (const name of Object.keys(members)) add(held, name, members[name]);
}

function add(held: Dict | unknown[], name: string, value: unknown): void {
	if (Array.isArray(held)) held.push(value);
	else put(held, name, value);
}

/** What a list or an object is whose end is reached. */
function close(text: string, open: Open, at: number, parse: (part: string) => unknown): unknown {
	if (open.held === undefined) return parse(text.slice(open.at, at + 1));
	if (!open.isDone) hold(text, open, at, parse);
	else if (!isBlank(text, open.member, at)) throw unusable();
	return open.held;
}

/** Puts a member that was parsed on its own into what holds it. */
function take(
	text: string,
	open: Open,
	{ value, from, to }: { readonly value: unknown; readonly from: number; readonly to: number },
	parse: (part: string) => unknown,
): void {
	if (open.isDone) throw unusable();
	if (open.member > open.from) hold(text, open, open.member - 1, parse);
	const before = text.slice(open.member, from);
	const isList = open.code === OPEN_LIST;
	// In an object its name stands before it: read as that of a member.
	const [name] = isList ? [''] : Object.keys(parse(`{${before}null}`) ?? {});
	if (name === undefined || (isList && before.trim() !== '')) throw unusable();
	add((open.held ??= isList ? [] : {}), name, value);
	open.from = to;
	open.member = to;
	open.isDone = true;
}
