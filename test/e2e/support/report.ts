/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { Failure, failureText } from '../../../scripts/host/failure';
import { durationText } from '../../../scripts/host/progress';

/** Runs named checks, tells how each ended and counts them; one that fails does not keep the others from running. */
export class Report {
	passed = 0;
	readonly failures: string[] = [];

	constructor(private readonly signal: AbortSignal) {}

	async check(name: string, work: () => Promise<unknown>): Promise<void> {
		if (this.signal.aborted) return;
		const start = Date.now();
		try {
			await work();
			this.passed++;
			console.log(`  ok      ${name} (${durationText(Date.now() - start)})`);
		} catch (error) {
			if (!this.signal.aborted) this.fail(name, error);
		}
	}

	fail(name: string, error: unknown): void {
		this.failures.push(name);
		console.log(`  FAILED  ${name}`);
		const said = error instanceof Failure ? failureText(error) : error instanceof Error ? error.message : String(error);
		console.log(said.trim().replace(/^/gm, '          '));
	}
}

/** @throws an error with this text when the condition does not hold */
export function ensure(condition: boolean, text: string): asserts condition {
	if (!condition) throw new Error(text);
}

/** Asks until the answer is not undefined. */
export async function waitFor<T>(
	what: string,
	seconds: number,
	ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
	const limit = Date.now() + seconds * 1000;
	while (Date.now() < limit) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`${what} did not happen within ${seconds} seconds`);
}
