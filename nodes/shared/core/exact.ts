import { withoutHalves } from './halves';
import { BACKSLASH, COMMA, endOfString, isBlankSign, isCloser, isDigit, OPEN_LIST, QUOTE } from './jsonSigns';

/** A whole number that JavaScript's numbers cannot hold, such as a seed of 64 bits: sent digit by digit as it was typed. */
export class Exact {
	constructor(readonly digits: string) {}

	/** Within other JSON: for people, and for comparing. Sent by `writeJson`, which leaves the quotes out. */
	toJSON(): string {
		return this.digits;
	}
}

const WHOLE = /^[+-]?\d{16,40}$/;

/** A whole number in text that a JavaScript number would change; undefined for any other value. */
export function exactOf(value: unknown): Exact | undefined {
	const text = typeof value === 'string' ? value.trim() : typeof value === 'bigint' ? value.toString() : '';
	if (!WHOLE.test(text)) return undefined;
	const digits = BigInt(text.replace('+', '')).toString();
	return String(Number(text)) === digits ? undefined : new Exact(digits);
}

/** Above, below or equal to a bound, digit by digit. */
export const isAtLeast = ({ digits }: Exact, bound: number | Exact): boolean => compare(digits, bound) >= 0;
export const isAtMost = ({ digits }: Exact, bound: number | Exact): boolean => compare(digits, bound) <= 0;

function compare(digits: string, bound: number | Exact): number {
	if (!(bound instanceof Exact) && !Number.isInteger(bound)) return Number(digits) - bound;
	const difference = BigInt(digits) - BigInt(bound instanceof Exact ? bound.digits : bound);
	return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** Whether a text has a whole number of so many digits at a place for values; most have none. */
const MAY_HOLD = /[:[,]\s*-?\d{16,}\s*[,\]}]/;
const FEWEST = 16;
const MINUS = 45;

/** The whole numbers at places for values that JavaScript would change, and the text around them. Texts in it are left alone. */
function cutAtExact(text: string): { readonly pieces: string[]; readonly found: Exact[] } {
	const pieces: string[] = [];
	const found: Exact[] = [];
	let from = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) {
			at = endOfString(text, at);
			if (at < 0) break;
		} else if (isDigit(code)) {
			const start = at - (text.charCodeAt(at - 1) === MINUS ? 1 : 0);
			let end = at + 1;
			while (isDigit(text.charCodeAt(end))) end++;
			const exact = end - at >= FEWEST && isPlace(text, start, end) ? exactOf(text.slice(start, end)) : undefined;
			if (exact) {
				pieces.push(text.slice(from, start));
				found.push(exact);
				from = end;
			}
			at = end - 1;
		}
	}
	pieces.push(text.slice(from));
	return { pieces, found };
}

/** Whether a value stands between two positions: no part of a fraction or an exponent, or of a word. */
function isPlace(text: string, start: number, end: number): boolean {
	const before = text.charCodeAt(start - 1);
	if (before !== COLON && before !== COMMA && before !== OPEN_LIST && !isBlankSign(before)) return false;
	let next = end;
	while (isBlankSign(text.charCodeAt(next))) next++;
	const after = text.charCodeAt(next);
	return after === COMMA || isCloser(after);
}

const COLON = 58;

/**
 * JSON with the whole numbers that JavaScript would change as `keep` makes them of their digits.
 * @throws SyntaxError as JSON.parse does
 */
export function parseExact(text: string, keep: (exact: Exact) => unknown): unknown {
	// First, since most texts that are no JSON say so at once, and what is wrong is said of the text as it was given.
	const rounded: unknown = JSON.parse(text);
	if (!MAY_HOLD.test(text)) return rounded;
	const { pieces, found } = cutAtExact(text);
	if (found.length === 0) return rounded;
	// Nobody outside can write what stands for a number.
	const mark = `exact ${Math.random()} `;
	const marked = pieces.map((piece, index) => (index === 0 ? piece : `"${mark}${index - 1}"${piece}`)).join('');
	const parsed: unknown = JSON.parse(marked);
	return putBack(parsed, (value) => {
		if (!value.startsWith(mark)) return value;
		const exact = found[Number(value.slice(mark.length))];
		return exact ? keep(exact) : value;
	});
}

const isOpen = (value: unknown): boolean => typeof value === 'string' || typeof value === 'object';

/** With its texts replaced, in place: a reviver would be asked about each of millions of numbers. */
function putBack(value: unknown, replace: (text: string) => unknown): unknown {
	if (typeof value === 'string') return replace(value);
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) {
		const list: unknown[] = value;
		for (let index = 0; index < list.length; index++)
			if (isOpen(list[index])) list[index] = putBack(list[index], replace);
		return list;
	}
	for (const [name, held] of Object.entries(value)) {
		const put = isOpen(held) ? putBack(held, replace) : held;
		// An entry called __proto__ is one like any other.
		if (put !== held)
			Reflect.defineProperty(value, name, { value: put, enumerable: true, writable: true, configurable: true });
	}
	return value;
}

/** JSON in pieces, with the whole numbers that JavaScript would change as texts: for who parses it without us. */
export class ExactPieces {
	/** What may go on in the next piece. */
	private number = '';
	private isText = false;
	private isEscaped = false;

	next(piece: string): string {
		let written = '';
		let from = 0;
		for (let at = 0; at < piece.length; at++) {
			const code = piece.charCodeAt(at);
			if (this.isText) {
				if (code === QUOTE && !this.isEscaped) this.isText = false;
				this.isEscaped = code === BACKSLASH && !this.isEscaped;
			} else if (isDigit(code) || OF_NUMBERS.includes(piece.charAt(at))) {
				written += piece.slice(from, at);
				this.number += piece.charAt(at);
				from = at + 1;
			} else {
				if (this.number !== '') written += exactOf(this.number) ? `"${this.number}"` : this.number;
				this.number = '';
				this.isText = code === QUOTE;
			}
		}
		return written + piece.slice(from);
	}
}

const OF_NUMBERS = '+-.eE';

/**
 * JSON to be sent: numbers that were kept digit by digit are written as numbers.
 * @param mark stands before their digits meanwhile, and must not occur in what is written
 */
export function writeJson(value: unknown, mark = `exact ${Math.random()} `): string {
	const text = JSON.stringify(value, function (this: Record<string, unknown>, key, written: unknown) {
		const given = this[key];
		return given instanceof Exact ? `${mark}${given.digits}` : written;
	});
	return withoutHalves(text).replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

export function hasExact(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return value instanceof Exact || (Array.isArray(value) ? value : Object.values(value)).some(hasExact);
}
