import { sleep } from 'n8n-workflow';
import type { Clock } from '../../engine/gate';
import { onAbort } from '../../engine/abort';

/** Made once: without a reason, each abort would build an error with its stack. */
export const ENDED = new Error('No longer needed');

export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds, signal) =>
		await new Promise((resolve) => {
			if (signal.aborted) return resolve();
			const timer = new AbortController();
			const done = () => {
				forget();
				timer.abort(ENDED);
				resolve();
			};
			// n8n before 2.x ignores the signal of sleep: its timer then runs out by itself.
			const forget = onAbort(signal, done);
			void sleep(milliseconds, timer.signal).then(done, done);
		}),
};

/** Milliseconds in which this process has had nothing to do but to wait. */
export const idleTime = (): number => performance.eventLoopUtilization().idle;
