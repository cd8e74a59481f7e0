import type { Clock, Gate } from './gate';
import { failed, type Outcome, type Problem } from '../core/problem';
import { retryDelay } from './retry';

/** What the calls of one run share. */
export interface CallContext {
	readonly gate: Gate;
	readonly clock: Clock;
	/** Aborts when the user stops the run or its first failure ends it. */
	readonly signal: AbortSignal;
	/** From 0 to 1. */
	random(): number;
	/** Why nothing may be sent any more, though the run goes on. Asked right before each sending. */
	blocked?(): Problem | undefined;
}

export interface Called<T> {
	readonly outcome: Outcome<T>;
	/** How often the request was sent. */
	readonly attempts: number;
}

const isBusy = (problem: Problem) => problem.kind === 'status' && problem.status === 429;

/**
 * Sends until there is an answer, a failure that trying again cannot mend, or no try left.
 * The request holds its place at the gate only while it runs, never while it waits for its next try.
 */
export async function callUntilAnswered<T>(
	send: () => Promise<Outcome<T>>,
	maxRetries: number,
	{ gate, clock, signal, random, blocked }: CallContext,
): Promise<Called<T>> {
	for (let attempts = 1; ; attempts++) {
		await gate.enter();
		const problem: Problem | undefined = signal.aborted ? { kind: 'stopped' } : blocked?.();
		if (problem) {
			gate.leave('failed');
			return { outcome: failed(problem), attempts: attempts - 1 };
		}
		const outcome = await send();
		if (outcome.ok) {
			gate.leave('answered');
			return { outcome, attempts };
		}
		gate.leave(isBusy(outcome.problem) ? 'busy' : 'failed');
		const delay = attempts > maxRetries ? undefined : retryDelay(outcome.problem, attempts, random());
		if (delay === undefined) return { outcome, attempts };
		await clock.sleep(delay, signal);
	}
}
