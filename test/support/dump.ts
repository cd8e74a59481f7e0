/** All that is in a value, however it hides: causes of errors, hidden properties, bytes. */
export function dump(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value === 'string') return value;
	if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
	if (typeof value !== 'object' || value === null || seen.has(value)) return String(value);
	seen.add(value);
	if (value instanceof Map || value instanceof Set) return [...value].map((entry) => dump(entry, seen)).join('\n');
	return Object.getOwnPropertyNames(value)
		.map((name) => `${name}: ${dump(Reflect.get(value, name), seen)}`)
		.join('\n');
}
