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
