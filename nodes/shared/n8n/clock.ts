import { sleep } from 'n8n-workflow';
import type { Clock } from '../core/gate';

export const clock: Clock = {
	now: () => Date.now(),
	// n8n before 2.x ignores the signal of sleep, so it is listened to here as well.
	sleep: async (milliseconds, signal) =>
		await new Promise((resolve) => {
			if (signal.aborted) return resolve();
			const done = () => {
				signal.removeEventListener('abort', done);
				resolve();
			};
			signal.addEventListener('abort', done);
			void sleep(milliseconds, signal).then(done, done);
		}),
};
