/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports */
import { PerformanceObserver } from 'node:perf_hooks';

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

/** A time for which work kept all others waiting: when, and how much of it was work, in milliseconds. */
interface Turn {
	readonly from: number;
	readonly to: number;
	readonly worked: number;
}

/** @param weigh how much of a turn counts, in milliseconds; asked at the end */
async function longestBy(work: () => Promise<unknown>, weigh: (turn: Turn) => number): Promise<number> {
	const before = measureBefore();
	const turns: Turn[] = [];
	let since = process.cpuUsage();
	let from = performance.now();
	const look = () => {
		const worked = process.cpuUsage(since).user / 1000;
		if (worked > 1) turns.push({ from, to: performance.now(), worked });
		since = process.cpuUsage();
		from = performance.now();
	};
	const timer = setInterval(look, LOOK_MS);
	try {
		await work();
	} finally {
		look();
		clearInterval(timer);
	}
	const longest = turns.reduce((most, turn) => Math.max(most, weigh(turn)), 0);
	// Garbage of the work may be collected meanwhile: no machine becomes slower than that.
	const after = Math.min(measureAfter(), 2 * before);
	return (longest * REFERENCE_MS) / Math.max(before, after, 1);
}

/**
 * The longest time for which work kept all others waiting, in the same milliseconds.
 * @param work may be asynchronous, and should be nearly all that goes on
 */
export const longestTurn = async (work: () => Promise<unknown>): Promise<number> =>
	await longestBy(work, ({ worked }) => worked);

/**
 * The same without its share in which garbage was collected: beside all of n8n and jest that takes long, however small
 * the work is. So a limit can be as much lower as the work is smaller.
 */
export async function longestOwnTurn(work: () => Promise<unknown>): Promise<number> {
	const collected: ReturnType<PerformanceObserver['takeRecords']> = [];
	const observer = new PerformanceObserver((list) => void collected.push(...list.getEntries()));
	observer.observe({ entryTypes: ['gc'] });
	try {
		return await longestBy(work, ({ from, to, worked }) => {
			collected.push(...observer.takeRecords());
			const within = collected.filter(({ startTime }) => startTime >= from && startTime < to);
			const share = within.reduce((sum, { duration }) => sum + duration, 0) / (to - from);
			return worked * Math.max(0, 1 - share);
		});
	} finally {
		observer.disconnect();
	}
}
