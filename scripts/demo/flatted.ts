import { isDict, listOf } from '../json';

/**
 * n8n stores run data with the "flatted" encoding: one array, in which each object's and list's strings are the
 * positions of what stands there.
 */
export function readFlatted(encoded: string): unknown {
	const parts = listOf(JSON.parse(encoded));
	const made = new Map<number, unknown>();
	const read = (position: number): unknown => {
		if (made.has(position)) return made.get(position);
		const part = parts[position];
		const follow = (value: unknown) => (typeof value === 'string' ? read(Number(value)) : value);
		if (Array.isArray(part)) {
			const list: unknown[] = [];
			made.set(position, list);
			for (const value of part) list.push(follow(value));
			return list;
		}
		if (!isDict(part)) return part;
		// Without a prototype, a key such as __proto__ is a key like any other.
		const object: Record<string, unknown> = Object.create(null);
		made.set(position, object);
		for (const [key, value] of Object.entries(part)) object[key] = follow(value);
		return object;
	};
	return read(0);
}
