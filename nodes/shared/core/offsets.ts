const SURROGATE = /[\ud800-\udfff]/;

/**
 * Turns positions that count characters, as the API's Python does, into positions that count as JavaScript's strings do:
 * an emoji is one character there and two here. Undefined for what lies outside of the text.
 */
export function offsetReader(text: string): (position: number | undefined) => number | undefined {
	const places = SURROGATE.test(text) ? placesOf(text) : undefined;
	const length = places ? places.length - 1 : text.length;
	return (position) => {
		if (position === undefined || !Number.isInteger(position) || position < 0 || position > length) return undefined;
		return places ? places[position] : position;
	};
}

/** Where each character begins, and the end. */
function placesOf(text: string): number[] {
	const places: number[] = [];
	let place = 0;
	for (const character of text) {
		places.push(place);
		place += character.length;
	}
	return [...places, place];
}

/** Where a part of a text stands, as JavaScript's strings count. */
export interface Place {
	readonly start?: number;
	readonly end?: number;
}

/**
 * Finds places in a text as a service tells them. It counts characters, some of its models bytes or as JavaScript does:
 * the count that cuts out the part is the right one. Where none does, the nearest place that holds the part.
 * @param isSame whether what stands at a place is the part
 */
export function placeFinder(whole: string) {
	const read = offsetReader(whole);
	let bytes: Buffer | undefined;
	const byBytes = (position: number): number => {
		bytes ??= Buffer.from(whole);
		return bytes.toString('utf8', 0, position).length;
	};
	return (
		part: string,
		start: number | undefined,
		end: number | undefined,
		isSame: (cut: string) => boolean = (cut) => cut === part,
	): Place => {
		const told = { start: read(start), end: read(end) };
		if (start === undefined || end === undefined || end < start || part === '') return told;
		const counts = [told, { start, end }, { start: byBytes(start), end: byBytes(end) }];
		const right = counts.find(
			(each) => each.start !== undefined && each.end !== undefined && isSame(whole.slice(each.start, each.end)),
		);
		if (right) return right;
		return told.start === undefined ? told : (nearestPlace(whole, part, told.start) ?? told);
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
