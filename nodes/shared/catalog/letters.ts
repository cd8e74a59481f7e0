import { isDict } from '../core/answer';
import { countWide } from '../core/wide';

/** Of letters as English has them; languages written otherwise have about a token a character. */
const CHARACTERS_PER_TOKEN = 4;

/** What a text or JSON has, as far as its tokens follow from it. */
export interface Letters {
	readonly characters: number;
	/** Of them, those that are about a token each. */
	readonly wide: number;
}

export const NOTHING: Letters = { characters: 0, wide: 0 };
export const addLetters = (a: Letters, b: Letters): Letters => ({
	characters: a.characters + b.characters,
	wide: a.wide + b.wide,
});

/** About how many tokens they are. */
export const tokensOf = ({ characters, wide }: Letters): number =>
	Math.ceil((characters - wide) / CHARACTERS_PER_TOKEN + wide);

/** Tools and schemas are the same in thousands of requests: each is counted once. */
const counted = new WeakMap<object, Letters>();

/** What any JSON has; a text counts with its quotes. */
export function lettersIn(value: unknown): Letters {
	if (typeof value !== 'object' || value === null) return lettersOf(value);
	const known = counted.get(value) ?? countIn(value);
	counted.set(value, known);
	return known;
}

/** About what JSON has, with its signs; nothing is written, and nothing calls itself: it may be large, and deep. */
function countIn(whole: object): Letters {
	let letters = NOTHING;
	const open: unknown[] = [whole];
	while (open.length > 0) {
		const value = open.pop();
		if (Array.isArray(value)) {
			letters = addLetters(letters, { characters: value.length + 1, wide: 0 });
			for (const entry of value) open.push(entry);
		} else if (isDict(value)) {
			for (const [name, entry] of Object.entries(value)) {
				letters = addLetters(letters, { characters: name.length + 4, wide: countWide(name) });
				open.push(entry);
			}
		} else letters = addLetters(letters, lettersOf(value));
	}
	return letters;
}

function lettersOf(value: unknown): Letters {
	if (value === undefined) return NOTHING;
	if (typeof value === 'string') return { characters: value.length + 2, wide: countWide(value) };
	return { characters: String(value).length, wide: 0 };
}
