import { parseExact } from './exact';
import { saysSomething, trimUnseen } from './trim';

/** An entry of a record whose key comes from outside: never what every object inherits, such as `constructor`. */
export const own = <V>(record: Readonly<Record<string, V>>, key: string): V | undefined =>
	Object.hasOwn(record, key) ? record[key] : undefined;

/** Sets an entry whose key comes from outside: one called `__proto__` is one like any other. */
export function put(record: Record<string, unknown>, key: string, value: unknown): void {
	if (key !== '__proto__') record[key] = value;
	else Reflect.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A copy without some entries. */
export function omit<T extends object, K extends keyof T & string>(value: T, ...names: readonly K[]): Omit<T, K>;
export function omit(value: object, ...names: readonly string[]): object {
	return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** A copy without entries that are undefined, of an object whose keys are the code's own. */
export function known<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> };
export function known(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const copy: Record<string, unknown> = {};
	for (const name in value) if (value[name] !== undefined) copy[name] = value[name];
	return copy;
}

/** Width and height in a text such as 1280x720, as models write it; nothing where it says something else. */
export function edgesIn(size = ''): [width: number, height: number] | [] {
	const [, width, height] = /^\s*(\d+)\s*[x×*]\s*(\d+)\s*$/i.exec(size) ?? [];
	return width === undefined || height === undefined ? [] : [Number(width), Number(height)];
}

/** The names that DeepInfra uses: `maxNewTokens` becomes `max_new_tokens`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Entries that were typed by commas, by lines or as a JSON array, or given as an array; each once, without blanks around it. */
export function listOf(given: string | readonly string[]): string[] {
	const entries = typeof given === 'string' ? (readArray(given) ?? entriesOf(given)) : given;
	return [...new Set(entries.map(trimUnseen).filter(saysSomething))];
}

/**
 * What divides the entries of a list: commas and line ends; where it has neither outside quotes, commas of other scripts,
 * and what tables and forms write between entries, unless a colon says that the text explains one.
 */
export function dividersOf(text: string): string {
	if (/[,\r\n]/.test(text.replace(/"[^"]*"/g, '').trim())) return ',\r\n';
	return text.includes(':') ? ',，、،\r\n' : ',，、،;；|\t\r\n';
}

/** Entries as tables write them: one in double quotes may hold what divides others. */
function entriesOf(text: string): string[] {
	const dividers = dividersOf(text);
	const divider = new RegExp(`[${dividers}]`, 'g');
	if (!text.includes('"')) return text.split(divider);
	const entries: string[] = [];
	let mayClose = true;
	for (let from = 0; from <= text.length; ) {
		const start = from + (/^[^\S\r\n]*/.exec(text.slice(from, from + 100))?.[0].length ?? 0);
		const opens = mayClose && text[start] === '"';
		const end = opens ? endOfQuoted(text, start) : start;
		// No later one is closed either.
		if (opens && end === start) mayClose = false;
		const rest = /^[^\S\r\n]*/.exec(text.slice(end, end + 100))?.[0].length ?? 0;
		const isQuoted = end > start && (end + rest === text.length || dividers.includes(text[end + rest] ?? ' '));
		divider.lastIndex = isQuoted ? end : from;
		const next = divider.exec(text)?.index ?? text.length;
		const entry = isQuoted ? text.slice(start + 1, end - 1).replaceAll('""', '"') : text.slice(from, next);
		entries.push(entry);
		from = next + 1;
	}
	return entries;
}

/** Behind the quote that closes what is quoted; its beginning where none does. */
function endOfQuoted(text: string, start: number): number {
	for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2))
		if (text[at + 1] !== '"') return at + 1;
	return start;
}

function readArray(text: string): string[] | undefined {
	const trimmed = text.trim();
	// Lists come as JSON, or as its entries alone.
	const read = trimmed.startsWith('[')
		? parseJson(trimmed)
		: trimmed.startsWith('"')
			? parseJson(`[${trimmed}]`)
			: undefined;
	return Array.isArray(read)
		? read.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
		: undefined;
}

/**
 * Whether a text that is no JSON was meant to be an array of it: a quote follows the first bracket, or the last one
 * closes it. Labels such as "[A], [B]" are none.
 */
export function isBrokenArray(text: string): boolean {
	const trimmed = text.trim();
	if (!trimmed.startsWith('[')) return false;
	if (/^\[\s*["'\u2018-\u201f\u00ab]/.test(trimmed)) return true;
	const [first = ''] = trimmed.split(/[,\r\n]/, 1);
	return trimmed.endsWith(']') && first.split('[').length !== first.split(']').length;
}

/** Longer than any address that a service hands out, signed ones included. */
const LONGEST_ADDRESS = 8192;

/** A web address, looked at whole: what parsers would quietly leave out or rewrite, such as a line break, is none. */
export const isWebAddress = (text: string): boolean =>
	text.length <= LONGEST_ADDRESS &&
	/^https?:\/\/[^\s/]/i.test(text) &&
	!/[\s\\\p{Cc}]/u.test(text) &&
	URL.canParse(text);

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** JSON that the user wrote, with its whole numbers digit by digit. Undefined for what is no JSON. */
export function parseTyped(text: string): unknown {
	try {
		return parseExact(text, (exact) => exact);
	} catch {
		return undefined;
	}
}

/** Lists of what has the same key, in the order in which the keys come. */
export function groupBy<T>(list: readonly T[], keyOf: (entry: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const entry of list) {
		const key = keyOf(entry);
		const group = groups.get(key);
		if (group) group.push(entry);
		else groups.set(key, [entry]);
	}
	return [...groups.values()];
}
