/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */

/** In a log file a line each second would be noise. */
const LOG_INTERVAL = 20_000;

export function durationText(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Shows that a step is under way and for how long; `detail` may add what is known about how far it has come. */
export async function showStep<T>(label: string, work: () => Promise<T>, detail: () => string = () => ''): Promise<T> {
	const start = Date.now();
	const live = process.stdout.isTTY;
	const line = () => `  ${label} … ${durationText(Date.now() - start)}${detail() && `, ${detail()}`}`;
	if (live) process.stdout.write(line());
	else console.log(`  ${label} …`);
	const timer = setInterval(
		() => {
			if (live) process.stdout.write(`\r${line()}\u001b[K`);
			else console.log(line());
		},
		live ? 1000 : LOG_INTERVAL,
	);
	const finish = (word: string) => {
		clearInterval(timer);
		const last = `  ${label}: ${word} (${durationText(Date.now() - start)})`;
		if (live) process.stdout.write(`\r${last}\u001b[K\n`);
		else console.log(last);
	};
	return await work().then(
		(value) => {
			finish('done');
			return value;
		},
		(error: unknown) => {
			finish('stopped');
			return Promise.reject(error);
		},
	);
}
