import type { Clock } from './gate';
import { failed, problemOf, type Outcome, type Problem } from '../core/problem';
import { planRetries, type RetryRules } from './retry';

/** What a request passes before each sending, and what hears how that went. */
export interface Passage<T> {
	/** Resolves when the request may start, or with the reason why it must not. Each entering without one needs a leave. */
	enter(): Promise<Problem | undefined>;
	leave(outcome: Outcome<T>): void;
}

/** What the calls of one run share. */
export interface CallContext {
	readonly clock: Clock;
	/** Aborts when the user stops the run or its first failure ends it. */
	readonly signal: AbortSignal;
	/** From 0 to 1. */
	random(): number;
}

export interface Called<T> {
	readonly outcome: Outcome<T>;
	/** How often the request was sent. */
	readonly attempts: number;
}

/**
 * Sends until there is an answer, a failure that trying again cannot mend, or no try left.
 * The request holds its place only while it runs, never while it waits for its next try.
 */
export async function callUntilAnswered<T>(
	send: () => Promise<Outcome<T>>,
	rules: RetryRules,
	passage: Passage<T>,
	{ clock, signal, random }: CallContext,
): Promise<Called<T>> {
	let last: Problem | undefined;
	const delayAfter = planRetries(rules, random);
	for (let attempts = 1; ; attempts++) {
		const blocked = await passage.enter();
		if (blocked) return { outcome: failed(blocked.kind === 'unsent' && last ? last : blocked), attempts: attempts - 1 };
		const since = clock.now();
		const outcome = await send().catch((error: unknown) => failed(problemOf(error)));
		passage.leave(outcome);
		if (outcome.ok) return { outcome, attempts };
		last = outcome.problem;
		const delay = delayAfter(last, clock.now() - since);
		if (delay === undefined) return { outcome, attempts };
		await clock.sleep(delay, signal);
	}
}
