/** How many openings are tried, so that a text full of braces does not take long. */
const MOST_TRIES = 200;

/**
 * The JSON in an answer: all of it, what stands in a fence, or the first object or array among words.
 * Undefined where there is none.
 */
export function findJson(text: string): unknown {
	const whole = parse(text.trim());
	if (whole !== undefined) return whole;
	for (const [, inside = ''] of text.matchAll(/```[\w-]*\s*\n([^]*?)\n?\s*```/g)) {
		const fenced = parse(inside);
		if (fenced !== undefined) return fenced;
	}
	let tries = 0;
	for (let start = nextOpening(text, 0); start >= 0 && tries < MOST_TRIES; tries++) {
		const end = closing(text, start);
		const found = end < 0 ? undefined : parse(text.slice(start, end + 1));
		if (found !== undefined) return found;
		start = nextOpening(text, start + 1);
	}
	return undefined;
}

/** Only objects and arrays: a number among words is no answer in JSON. */
function parse(text: string): unknown {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function nextOpening(text: string, from: number): number {
	const at = text.slice(from).search(/[[{]/);
	return at < 0 ? -1 : from + at;
}

/** Where the brackets that open at `start` are closed, strings left out; -1 when they are not. */
function closing(text: string, start: number): number {
	let depth = 0;
	let isString = false;
	for (let at = start; at < text.length; at++) {
		const sign = text[at];
		if (isString) {
			if (sign === '\\') at++;
			else if (sign === '"') isString = false;
		} else if (sign === '"') isString = true;
		else if (sign === '{' || sign === '[') depth++;
		else if ((sign === '}' || sign === ']') && --depth === 0) return at;
	}
	return -1;
}
