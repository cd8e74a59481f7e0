import { endOfString, QUOTE } from './jsonSigns';
import { dividersOf } from './values';

/** Values that one field may hold: more than any model reads, and few enough to be read in a moment. */
export const MOST_VALUES = 50_000;

/** What a value follows, and where a text begins. */
const SIGNS = /[",[{]/g;

/** Whether a text of JSON, right or wrong, holds more values than so many; it is looked at no further. */
export function hasMoreValues(text: string, most: number): boolean {
	let count = 0;
	// Of a name and a value each may be a text.
	let texts = -2 * most;
	SIGNS.lastIndex = 0;
	while (count <= most && texts <= 0 && SIGNS.test(text)) {
		const at = SIGNS.lastIndex - 1;
		if (text.charCodeAt(at) !== QUOTE) count++;
		else {
			const end = endOfString(text, at);
			if (end < 0) return false;
			texts++;
			SIGNS.lastIndex = end + 1;
		}
	}
	return count > most || texts > 0;
}

/** The same for a value, however it is nested, and even if it holds itself. */
export function holdsMoreValues(value: unknown, most: number): boolean {
	const open: object[] = isObject(value) ? [value] : [];
	let count = 0;
	for (let each = open.pop(); each; each = open.pop()) {
		if (Array.isArray(each)) {
			count += each.length;
			if (count > most) return true;
			for (const entry of each) if (isObject(entry)) open.push(entry);
		} else {
			// To make a list of a million names takes longer than all the rest.
			for (const name in each) {
				if (++count > most) return true;
				const entry: unknown = Reflect.get(each, name);
				if (isObject(entry)) open.push(entry);
			}
		}
	}
	return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether a text has more entries than so many, parted by any of some signs. */
export function hasMoreEntries(text: string, most: number, signs = dividersOf(text)): boolean {
	// Windows ends a line with two signs.
	const divider = new RegExp(`[${signs}](?<!\\r(?=\\n))`, 'g');
	let count = 1;
	while (count <= most && divider.test(text)) count++;
	return count > most;
}
