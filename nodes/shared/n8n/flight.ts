import { AnswerError, InputError, problemOf, type Problem } from '../core/problem';
import { onAbort } from './abort';
import { clock } from './clock';
import type { Account } from './credential';

/** How one request is going, and what ends it: its deadline, or the end of the run. */
export class Flight {
	private readonly controller = new AbortController();
	private readonly landed = new AbortController();
	private readonly forget: () => void;
	isLate = false;

	constructor(
		readonly seconds: number,
		private readonly run: AbortSignal,
	) {
		if (run.aborted) this.controller.abort();
		this.forget = onAbort(run, () => this.controller.abort());
		void clock.sleep(seconds * 1000, this.landed.signal).then(() => {
			if (this.landed.signal.aborted) return;
			this.isLate = true;
			this.controller.abort();
		});
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** Must be called at the end of every flight. Closes what was left unread. */
	land(): void {
		this.forget();
		this.landed.abort();
		this.controller.abort();
	}

	/** Why the flight ended with this error. */
	problem(error: unknown, hasBegun: boolean, { redact }: Account): Problem {
		if (this.run.aborted) return { kind: 'stopped' };
		if (this.isLate) return { kind: 'timeout', seconds: this.seconds };
		if (error instanceof InputError || error instanceof AnswerError) return problemOf(error);
		const message = redact(deepestMessage(error));
		if (hasBegun) {
			return error instanceof RangeError
				? { kind: 'answer', message: 'DeepInfra sent an answer that is too large' }
				: { kind: 'cut', message };
		}
		const code = codeOf(error);
		if (code === 'ECONNABORTED') return { kind: 'timeout', seconds: this.seconds };
		return code === undefined ? { kind: 'local', message } : { kind: 'network', code, message };
	}
}

/** Errors arrive wrapped by n8n and its HTTP client; Node's own code lies at the bottom. */
function codeOf(error: unknown): string | undefined {
	let found: string | undefined;
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('code' in each && typeof each.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(each.code)) found = each.code;
	}
	return found;
}

function deepestMessage(error: unknown): string {
	let message = error instanceof Error ? error.message : String(error);
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if (each.message) message = each.message;
	}
	return message;
}
