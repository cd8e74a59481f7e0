/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { failureText, Interruption } from './host/failure';

/** One run of a script: what it opens is ended when it ends, in whatever way. */
export interface Session {
	/** Aborted by Ctrl-C, when the process is asked to end, and when the work has ended. */
	readonly signal: AbortSignal;
	/** What has to be ended or removed; the last comes first. */
	endWith(end: () => Promise<unknown>): void;
}

/** Runs a script to its end and sets the exit code: the work's own, 1 after a failure, 130 after Ctrl-C. */
export async function runSession(work: (session: Session) => Promise<number>): Promise<void> {
	const interruption = new AbortController();
	const endings: Array<() => Promise<unknown>> = [];
	let asked = 0;
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => {
			// Some terminals and npm send the same signal twice; only a person is this patient.
			asked ||= Date.now();
			if (Date.now() - asked > 2000) process.exit(130);
			interruption.abort();
		});
	}
	const code = await work({ signal: interruption.signal, endWith: (end) => endings.push(end) }).catch(
		(error: unknown) => {
			console.error(failureText(error));
			return error instanceof Interruption ? 130 : 1;
		},
	);
	// What is still under way ends too.
	interruption.abort();
	for (const end of endings.reverse()) {
		await end().catch((error: unknown) => console.error(`While ending: ${String(error)}`));
	}
	// Standard output may be a pipe: the exit code is set, and the process ends when all is written.
	process.exitCode = code;
}

/** Resolves when the run is to end. */
export const interrupted = async (signal: AbortSignal): Promise<'interrupted'> =>
	await new Promise((resolve) => {
		if (signal.aborted) resolve('interrupted');
		signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
	});
