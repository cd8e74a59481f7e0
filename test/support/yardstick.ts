/* eslint-disable @n8n/community-nodes/no-restricted-globals */
/** What the yardstick's work, done twice, takes on the machine that the limits in the tests were written for, in milliseconds. */
const REFERENCE_MS = 5;

/** Milliseconds of the processor; what other programs do does not count. */
function measure(work: () => void): NodeJS.CpuUsage {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return { user: user / 1000, system: system / 1000 };
}

/** Work of the kinds that the code does: text is taken apart, parsed, sorted and written. */
function yardstick(): void {
	const rows = Array.from({ length: 1500 }, (_, index) => ({ id: (index * 7919) % 12_503, text: `row ${index}` }));
	const text = JSON.stringify(rows.sort((a, b) => a.id - b.id));
	let quotes = 0;
	for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === 0x22) quotes++;
	if (JSON.stringify(JSON.parse(text)).length !== text.length || quotes !== rows.length * 6)
		throw new Error('Miscounted');
}

let isWarm = false;

/** How long a measure of the yardstick speaks for the machine, in milliseconds. */
const FRESH_MS = 250;

let last = { at: -Infinity, took: 0 };

/** The yardstick's own time now; what was measured after the last work serves before the next one. */
function measureBefore(): number {
	for (let round = 0; round < 4 && !isWarm; round++) yardstick();
	isWarm = true;
	if (performance.now() - last.at > FRESH_MS) measureAfter();
	return last.took;
}

function measureAfter(): number {
	// Both parts, since the system knows their sum exactly, but which was whose only to some milliseconds.
	const halves = [measure(yardstick), measure(yardstick)].map(({ user, system }) => user + system);
	// One of them may have paid for what others left behind: it would make all work seem quick.
	last = { took: 2 * Math.min(...halves), at: performance.now() };
	return last.took;
}

/**
 * How long the work takes of the processor, in milliseconds of the machine that the limits were written for: a machine
 * that is slower, or busy, is slower with the yardstick as well, which is measured right before and after.
 */
export function processorTime(work: () => void): number {
	const before = measureBefore();
	const { user } = measure(work);
	return (user * REFERENCE_MS) / Math.max(before, measureAfter(), 1);
}

/**
 * Begins to count the milliseconds in which this process waits or works. Those in which other programs have the
 * processor are left out, so that a limit says something of the work and nothing of the machine.
 */
export function stopwatch(): () => number {
	const { idle } = performance.eventLoopUtilization();
	const since = process.cpuUsage();
	return () => {
		const { user, system } = process.cpuUsage(since);
		return performance.eventLoopUtilization().idle - idle + (user + system) / 1000;
	};
}

/** How often a look is taken at whether others had a turn, milliseconds. */
const LOOK_MS = 2;

/**
 * The longest time for which work kept all others waiting, in the same milliseconds.
 * @param work may be asynchronous, and should be nearly all that goes on
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
	const before = measureBefore();
	let longest = 0;
	let since = process.cpuUsage();
	const look = () => {
		longest = Math.max(longest, process.cpuUsage(since).user / 1000);
		since = process.cpuUsage();
	};
	const timer = setInterval(look, LOOK_MS);
	try {
		await work();
	} finally {
		look();
		clearInterval(timer);
	}
	return (longest * REFERENCE_MS) / Math.max(before, measureAfter(), 1);
}
