import { AnswerError, InputError, problemOf, type Problem } from '../../core/problem';
import { onAbort } from './abort';
import { clock, ENDED } from './clock';
import type { Account } from '../credential';

/** How often deadlines are looked at, milliseconds; a timer for each request would cost more than it tells. */
const TICK = 200;

/** How one request is going, and what ends it: its deadline, or the end of the run. */
export class PendingRequest {
	private readonly controller = new AbortController();
	private readonly due: number;
	private isLate = false;
	private isStopped = false;
	private readonly endings: Array<() => void> = [];

	constructor(
		readonly seconds: number,
		private readonly leave: (flight: PendingRequest) => void,
	) {
		this.due = clock.now() + seconds * 1000;
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	checkDeadline(now: number): void {
		if (now < this.due) return;
		this.isLate = true;
		this.controller.abort(ENDED);
	}

	stop(): void {
		this.isStopped = true;
		this.controller.abort(ENDED);
	}

	/** What must happen at the end of the flight, however it ends. */
	atEnd(ending: () => void): void {
		this.endings.push(ending);
	}

	/** Must be called at the end of every flight. Closes what was left unread. */
	land(): void {
		this.leave(this);
		for (const ending of this.endings) ending();
		this.controller.abort(ENDED);
	}

	/** Why the flight ended with this error. */
	problem(error: unknown, hasBegun: boolean, { redact }: Account): Problem {
		if (this.isStopped) return { kind: 'stopped' };
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

/** All requests of a run that are on their way: the end of the run ends them, and so does their deadline. */
export class PendingRequests {
	private readonly all = new Set<PendingRequest>();
	private isWatching = false;

	constructor(private readonly run: AbortSignal) {
		onAbort(run, () => this.all.forEach((flight) => flight.stop()));
	}

	start(seconds: number): PendingRequest {
		const flight = new PendingRequest(seconds, (landed) => this.all.delete(landed));
		this.all.add(flight);
		if (this.run.aborted) flight.stop();
		else if (!this.isWatching) void this.watch();
		return flight;
	}

	private async watch(): Promise<void> {
		this.isWatching = true;
		while (this.all.size > 0 && !this.run.aborted) {
			await clock.sleep(TICK, this.run);
			const now = clock.now();
			this.all.forEach((flight) => flight.checkDeadline(now));
		}
		this.isWatching = false;
	}
}

/** Errors arrive wrapped by n8n and its HTTP client; Node's own code lies at the bottom. */
export function codeOf(error: unknown): string | undefined {
	let found: string | undefined;
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('code' in each && typeof each.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(each.code)) found = each.code;
	}
	return found;
}

export function deepestMessage(error: unknown): string {
	let message = error instanceof Error ? error.message : String(error);
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if (each.message) message = each.message;
	}
	return message;
}
