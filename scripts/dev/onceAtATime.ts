/* eslint-disable @n8n/community-nodes/no-restricted-globals */

/**
 * A call for work that is done once at a time: calls within `pause` milliseconds are one, and what is called for while
 * the work is done is done once more afterwards. The work must not reject.
 */
export function onceAtATime(work: () => Promise<void>, pause: number): () => void {
	let timer: NodeJS.Timeout | undefined;
	let busy = false;
	let again = false;
	const run = async () => {
		busy = true;
		do {
			again = false;
			await work();
		} while (again);
		busy = false;
	};
	return () => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			if (busy) again = true;
			else void run();
		}, pause);
	};
}
