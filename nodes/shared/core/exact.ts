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
/** Texts are taken whole, so that digits in them are left alone. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[:[,\s])-?\d{16,}(?=\s*[,\]}])/g;

/**
 * JSON with the whole numbers that JavaScript would change as `keep` makes them of their digits.
 * @throws SyntaxError as JSON.parse does
 */
export function parseExact(text: string, keep: (exact: Exact) => unknown): unknown {
	if (!MAY_HOLD.test(text)) return JSON.parse(text);
	const kept: Exact[] = [];
	// Nobody outside can write what stands for a number.
	const mark = `exact ${Math.random()} `;
	const marked = text.replace(TOKEN, (token) => {
		const exact = token.startsWith('"') ? undefined : exactOf(token);
		return exact ? `"${mark}${kept.push(exact) - 1}"` : token;
	});
	// What is wrong is said of the text as it was given.
	if (kept.length === 0) return JSON.parse(text);
	JSON.parse(text);
	const parsed: unknown = JSON.parse(marked);
	return putBack(parsed, (value) => {
		if (!value.startsWith(mark)) return value;
		const exact = kept[Number(value.slice(mark.length))];
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

/**
 * JSON to be sent: numbers that were kept digit by digit are written as numbers.
 * @param mark stands before their digits meanwhile, and must not occur in what is written
 */
export function writeJson(value: unknown, mark = `exact ${Math.random()} `): string {
	const text = JSON.stringify(value, function (this: Record<string, unknown>, key, written: unknown) {
		const given = this[key];
		return given instanceof Exact ? `${mark}${given.digits}` : written;
	});
	return text.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

export function hasExact(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return value instanceof Exact || (Array.isArray(value) ? value : Object.values(value)).some(hasExact);
}
