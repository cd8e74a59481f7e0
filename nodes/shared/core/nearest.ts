/** Letter pairs of a name, as a measure of likeness that forgives typing errors and other orders. */
function pairsOf(name: string): Set<string> {
	const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '');
	return new Set(
		Array.from({ length: Math.max(0, letters.length - 1) }, (_, index) => letters.slice(index, index + 2)),
	);
}

function likeness(a: Set<string>, b: Set<string>): number {
	const shared = [...a].filter((pair) => b.has(pair)).length;
	return a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size);
}

/** The names most like the given one, best first; none that is not like it at all. */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
	const pairs = pairsOf(wanted);
	const own = pairsOf(wanted.split('/').at(-1) ?? '');
	return names
		.map((name) => {
			const whole = likeness(pairs, pairsOf(name));
			return { name, like: Math.max(whole, likeness(own, pairsOf(name.split('/').at(-1) ?? ''))) + whole / 100 };
		})
		.filter(({ like }) => like > 0.45)
		.sort((a, b) => b.like - a.like)
		.slice(0, count)
		.map(({ name }) => name);
}
