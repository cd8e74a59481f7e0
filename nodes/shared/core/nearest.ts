/** Letters and digits; all else in a name tells nothing of how alike it is. */
const LETTERS = 36;

/** Letters of a name that are looked at: more than any good one has. */
const LONGEST = 120;

/** The number of a letter or digit, whichever case it has; undefined for all else. */
function letterAt(name: string, index: number): number | undefined {
	const code = name.charCodeAt(index);
	if (code >= 48 && code <= 57) return code - 48;
	const small = code | 32;
	return small >= 97 && small <= 122 ? small - 87 : undefined;
}

/**
 * Measures how much of its letter pairs a name shares with the wanted one, from 0 to 1: forgives typing errors and
 * other orders. Keeps no pair for a name: there may be tens of thousands, each of hundreds of letters.
 */
function likenessTo(wanted: string): (name: string) => number {
	const wantedPairs = new Uint8Array(LETTERS * LETTERS);
	const seenIn = new Uint32Array(LETTERS * LETTERS);
	let round = 0;
	/** Calls `take` once for each pair of a name. */
	const eachPair = (name: string, take: (pair: number) => void) => {
		round++;
		let before: number | undefined;
		for (let index = 0; index < Math.min(name.length, LONGEST); index++) {
			const letter = letterAt(name, index);
			if (letter === undefined) continue;
			const pair = before === undefined ? undefined : before * LETTERS + letter;
			before = letter;
			if (pair === undefined || seenIn[pair] === round) continue;
			seenIn[pair] = round;
			take(pair);
		}
	};
	let wantedCount = 0;
	eachPair(wanted, (pair) => (wantedCount += wantedPairs[pair] = 1));
	return (name) => {
		let [count, shared] = [0, 0];
		eachPair(name, (pair) => {
			count++;
			shared += wantedPairs[pair] ?? 0;
		});
		return wantedCount + count === 0 ? 0 : (2 * shared) / (wantedCount + count);
	};
}

/** The names most like the given one, best first; none that is not like it at all. */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
	const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);
	const toWhole = likenessTo(wanted);
	const toOwn = likenessTo(lastPart(wanted));
	return names
		.map((name) => {
			const whole = toWhole(name);
			return { name, like: Math.max(whole, toOwn(lastPart(name))) + whole / 100 };
		})
		.filter(({ like }) => like > 0.45)
		.sort((a, b) => b.like - a.like)
		.slice(0, count)
		.map(({ name }) => name);
}
