const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;
const SURROGATE = /[\ud800-\udfff]/;

/** A place of each so-many units is kept: between two of them they are counted. */
const APART = 128;

/**
 * Finds where units of a text are, such as its characters or its bytes: reads the text once, and little for each question.
 * @param sizeOf how many units a character is, by its code
 */
function unitReader(text: string, sizeOf: (code: number) => number) {
	/** How far a reading comes before it has so many units, or the text ends. */
	const goOn = (from: Mark, most: number): Mark => {
		let { index, units } = from;
		while (index < text.length && units < most) {
			const code = text.charCodeAt(index);
			const isPair = isHigh(code) && isLow(text.charCodeAt(index + 1));
			units += sizeOf(isPair ? 0x10000 : code);
			index += isPair ? 2 : 1;
		}
		return { index, units };
	};
	const marks: Mark[] = [{ index: 0, units: 0 }];
	for (let last = marks[0]; last && last.index < text.length; last = marks.at(-1))
		marks.push(goOn(last, marks.length * APART));
	return {
		total: marks.at(-1)?.units ?? 0,
		/** The end, for what lies behind it. */
		indexOf: (position: number): number => {
			const near = Math.min(marks.length - 1, Math.floor(position / APART));
			// The unit itself may be within a character that ends behind it.
			const from = [marks[near], marks[near - 1]].find((mark) => mark && mark.units <= position);
			return goOn(from ?? { index: 0, units: 0 }, position).index;
		},
	};
}

interface Mark {
	readonly index: number;
	readonly units: number;
}

const oneEach = () => 1;
/** In UTF-8. */
const bytesOf = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/**
 * Turns positions that count characters, as the API's Python does, into positions that count as JavaScript's strings do:
 * an emoji is one character there and two here. Undefined for what lies outside of the text.
 */
export function offsetReader(text: string): (position: number | undefined) => number | undefined {
	const characters = SURROGATE.test(text) ? unitReader(text, oneEach) : undefined;
	const length = characters?.total ?? text.length;
	return (position) => {
		if (position === undefined || !Number.isInteger(position) || position < 0 || position > length) return undefined;
		return characters ? characters.indexOf(position) : position;
	};
}

/** Where a part of a text stands, as JavaScript's strings count. */
export interface Place {
	readonly start?: number;
	readonly end?: number;
}

/** What a part may be longer in the text than as it is told: blanks, accents. */
export const couldHold = (length: number, part: string): boolean => length <= 20 * part.length + 1000;

/** Letters that are searched through for all parts of a text that are not where they are said to be. */
const MOST_SEARCHED = 8 * 1024 * 1024;

/**
 * Finds places in a text as a service tells them. It counts characters, some of its models bytes or as JavaScript does:
 * the count that cuts out the part is the right one. Where none does, the nearest place that holds the part.
 * @param isSame whether what stands at a place is the part
 */
export function placeFinder(whole: string, read = offsetReader(whole)) {
	let bytes: ReturnType<typeof unitReader> | undefined;
	let searched = 0;
	const byBytes = (position: number): number => (bytes ??= unitReader(whole, bytesOf)).indexOf(position);
	return (
		part: string,
		start: number | undefined,
		end: number | undefined,
		isSame: (cut: string) => boolean = (cut) => cut === part,
	): Place => {
		const told = { start: read(start), end: read(end) };
		if (start === undefined || end === undefined || end < start || part === '') return told;
		const isRight = (from: number | undefined, to: number | undefined): boolean =>
			from !== undefined && to !== undefined && couldHold(to - from, part) && isSame(whole.slice(from, to));
		if (isRight(told.start, told.end)) return told;
		if (isRight(start, end)) return { start, end };
		const counted = { start: byBytes(start), end: byBytes(end) };
		if (isRight(counted.start, counted.end)) return counted;
		if (told.start === undefined || searched > MOST_SEARCHED) return told;
		searched += whole.length;
		return nearestPlace(whole, part, told.start) ?? told;
	};
}

/** Tells which parts a text holds; of very many that a long one does not hold, the last count as not held. */
export function partSearcher(whole: string): (part: string) => boolean {
	let searched = 0;
	return (part) => {
		if (searched > MOST_SEARCHED) return false;
		searched += whole.length;
		return whole.includes(part);
	};
}

/** The occurrence that begins nearest to a place. */
export function nearestPlace(whole: string, part: string, place: number): Place | undefined {
	const before = part === '' ? -1 : whole.lastIndexOf(part, place);
	const after = part === '' ? -1 : whole.indexOf(part, place);
	const isBefore = after < 0 || (before >= 0 && place - before <= after - place);
	const start = isBefore ? before : after;
	return start < 0 ? undefined : { start, end: start + part.length };
}
