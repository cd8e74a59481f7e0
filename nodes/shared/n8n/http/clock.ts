import { sleep } from 'n8n-workflow';
import { failed, problemOf, succeeded, type Outcome } from '../../core/problem';
import { isSteps, type Steps } from '../../core/steps';
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

/** Of work that is done to its end, also when nobody waits for it any longer: others still get their turn. */
const NEVER = new AbortController().signal;

/** What work comes to, where it is done within so many milliseconds; undefined where it is not, or fails. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
	const timer = new AbortController();
	const pause = clock.sleep(milliseconds, timer.signal).then(() => undefined);
	try {
		return await Promise.race([work.catch(() => undefined), pause]);
	} finally {
		timer.abort(ENDED);
	}
}

/** Bytes of a question or an answer from which work on it lets others in between. */
export const LONG_WORK = 1024 * 1024;

/** Lets others in: Stop, and all else that n8n has to do. */
export const breathe = async (): Promise<void> => await clock.sleep(0, NEVER);

/** Milliseconds after which others have their turn. */
const LONGEST_TURN = 25;
let turnSince = 0;
let pause: Promise<void> | undefined;

/**
 * Lets others in between pieces of work where these have gone on for a while. All that work wait for the same pause:
 * of hundreds that go on at once, one that waits alone would leave the processor to the rest.
 */
export async function takeTurns(): Promise<void> {
	while (isTurnOver()) {
		pause ??= breathe().then(() => {
			pause = undefined;
			turnSince = performance.now();
		});
		await pause;
	}
}

const isTurnOver = (): boolean => pause !== undefined || performance.now() - turnSince > LONGEST_TURN;

/** Work that lets others in between its steps where these have gone on for a while. */
export async function inSteps<T>(steps: Steps<T>): Promise<T> {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
		if (isTurnOver()) await takeTurns();
	}
}

/** As `attempt`, for work that may come in steps. */
export async function attemptInSteps<T extends object>(work: () => T | Steps<T>): Promise<Outcome<T>> {
	try {
		const done = work();
		return succeeded(isSteps(done) ? await inSteps(done) : done);
	} catch (error) {
		return failed(problemOf(error));
	}
}
