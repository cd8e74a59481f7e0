/* eslint-disable @n8n/community-nodes/no-restricted-globals */
const EVERY_MS = 5;
const settle = async () => await new Promise((resolve) => setTimeout(resolve, 100));

/** What some work costs: time on the processor, and the most resident memory beyond what there was before it. */
export async function withCosts<T>(
	work: () => Promise<T>,
): Promise<{ value: T; extraBytes: number; cpuMilliseconds: number }> {
	global.gc?.();
	await settle();
	global.gc?.();
	const before = process.memoryUsage.rss();
	// The operating system's own mark knows every peak, but also those of the start of the process.
	const markBefore = process.resourceUsage().maxRSS;
	let seen = before;
	const cpuBefore = process.cpuUsage();
	const timer = setInterval(() => {
		seen = Math.max(seen, process.memoryUsage.rss());
	}, EVERY_MS);
	try {
		const value = await work();
		const cpu = process.cpuUsage(cpuBefore);
		const mark = process.resourceUsage().maxRSS;
		const peak = Math.max(seen, process.memoryUsage.rss(), mark > markBefore ? mark * 1024 : 0);
		return { value, extraBytes: peak - before, cpuMilliseconds: (cpu.user + cpu.system) / 1000 };
	} finally {
		clearInterval(timer);
	}
}
