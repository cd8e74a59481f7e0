import { number } from './answer';
import type { Dict } from './operation';

/**
 * Rows of an answer in the order of what was asked, by the `index` that each has; undefined where none has it, or
 * several. Rows that have no index at all stand in their order already.
 * @param count how much was asked @returns undefined for rows that cannot be told apart
 */
export function byIndex(rows: readonly Dict[], count: number): ReadonlyArray<Dict | undefined> | undefined {
	const places = rows.map(({ index }) => number(index));
	const isAlone = rows.length === 1 && count === 1;
	if (isAlone || places.every((place) => place === undefined)) return rows.length === count ? rows : undefined;
	// Counted from something else, or of other texts: who knows which.
	const isOther = (place: number | undefined) =>
		place !== undefined && !(Number.isInteger(place) && place >= 0 && place < count);
	if (places.some(isOther)) return undefined;
	const found = new Map<number, Dict | undefined>();
	for (const [position, row] of rows.entries()) {
		const place = places[position];
		if (place === undefined) continue;
		// Which of two rows it is nobody knows.
		found.set(place, found.has(place) ? undefined : row);
	}
	return Array.from({ length: count }, (_, place) => found.get(place));
}
