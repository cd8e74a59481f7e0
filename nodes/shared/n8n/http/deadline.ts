import { AnswerError, InputError, problemOf, SourceError, type Problem } from '../../core/problem';
import { onAbort } from '../../engine/abort';
import { clock, ENDED, idleTime } from './clock';
import { codeOf, deepestMessage, isBeforeSending, isNoHttp, LATE_CONNECT, leftOf } from './cause';
import { failure } from './source';
import type { Account } from '../credential';

/** How often deadlines are looked at, milliseconds; a timer for each request would cost more than it tells. */
const TICK = 200;

/** Bytes of a body that services refuse for its size while it comes. */
export const LARGE_UPLOAD = 8 * 1024 * 1024;

/** How one request is going, and what ends it: its deadline, or the end of the run. */
export class PendingRequest {
	private readonly controller = new AbortController();
	/** Until when all of it has to be there, and until when the next of it. */
	private end: number;
	private due: number;
	private lastLook = -Infinity;
	/** Until when it was open for certain: what came before one look is heard of before the next. */
	private openUntil = -Infinity;
	private isLate = false;
	private isStopped = false;
	private readonly endings: Array<() => void> = [];
	private waitsFor: URL | undefined;
	private sent: { readonly at: number; readonly idle: number } | undefined;
	private fault: Error | undefined;
	private upload: number | undefined;
	private isOpen = true;
	private isInTurn = true;

	constructor(
		readonly seconds: number,
		private readonly leave: (flight: PendingRequest) => void,
		private patience = Infinity,
		left = seconds,
	) {
		this.end = clock.now() + left * 1000;
		this.due = this.end;
		this.goesOn();
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** @param blocked milliseconds in which this process could not have seen an answer: they are not the service's */
	checkDeadline(now: number, blocked: number): void {
		this.openUntil = this.lastLook;
		this.lastLook = now;
		if (this.isInTurn) this.extend(blocked);
		if (now < this.due || !this.isInTurn) return;
		this.isLate = true;
		this.controller.abort(ENDED);
	}

	stop(): void {
		this.isStopped = true;
		this.controller.abort(ENDED);
	}

	/** Waits for the host of a file: what goes wrong meanwhile is not the service's fault. */
	async during<T>(url: URL, work: () => Promise<T>): Promise<T> {
		this.waitsFor = url;
		const result = await work();
		// Left as it is by a failure: it tells whose it was.
		this.waitsFor = undefined;
		return result;
	}

	/** Waits for its turn: nothing was asked yet, so that this is no time of the service's. @throws when it has ended meanwhile */
	async takeTurn(turn: () => Promise<void>): Promise<void> {
		const since = clock.now();
		this.isInTurn = false;
		await turn();
		this.isInTurn = true;
		this.extend(clock.now() - since);
		if (this.signal.aborted) throw ENDED;
	}

	private extend(milliseconds: number): void {
		this.end += milliseconds;
		this.due += milliseconds;
	}

	/** Why the request cannot be sent on, in an error of ours: n8n's client would put one of its own in its place. */
	blame(error: Error): Error {
		this.fault ??= error;
		return error;
	}

	/** A body of so many bytes begins to be sent. */
	begins(bytes: number): void {
		if (bytes >= LARGE_UPLOAD) this.upload = bytes;
	}

	/** The whole request is on its way to the service, which may begin to work on it. */
	hasSent(): void {
		this.sent = { at: clock.now(), idle: idleTime() };
	}

	/** The answer begins: the rest of it has all the time. */
	hears(): void {
		this.patience = Infinity;
		this.goesOn();
	}

	/** More of the answer came, and as much time as the first of it had has the next. */
	goesOn(): void {
		this.due = Math.min(this.end, clock.now() + this.patience * 1000);
	}

	/** What must happen at the end of the flight, however it ends. */
	atEnd(ending: () => void): void {
		this.endings.push(ending);
	}

	/** The request was sent in one piece and its whole answer is there, so that nothing is left to close. */
	hasArrived(): void {
		this.isOpen = this.upload !== undefined;
	}

	/** Must be called at the end of every flight. Closes what was left unread. */
	land(): void {
		this.leave(this);
		for (const ending of this.endings) ending();
		if (this.isOpen) this.controller.abort(ENDED);
	}

	/** Why the flight ended with this error. */
	problem(error: unknown, hasBegun: boolean, { redact, host }: Account): Problem {
		// Whoever answers has the request.
		const sending = hasBegun ? undefined : error;
		if (this.isStopped) return { kind: 'stopped', ...(leftOf(sending) ? { isUnsent: true } : {}) };
		const { waitsFor, patience, seconds } = this;
		const isEarly = this.due < this.end;
		if (this.isLate && waitsFor)
			return isEarly
				? failure(waitsFor, `nothing came from it for ${patience} seconds`, 'often').problem
				: failure(waitsFor, `it took longer than ${seconds} seconds`, 'once').problem;
		if (this.isLate) return lateProblem(sending, isEarly ? patience : seconds, isEarly);
		const known = this.fault ?? causeOf(error);
		if (known) return problemOf(known);
		if (hasBegun) {
			const message = redact(deepestMessage(error)).slice(0, 500);
			if (error instanceof RangeError) return TOO_LARGE;
			const packing = /^Z_DATA|^ERR__?(BROTLI|ZSTD)/.exec(codeOf(error) ?? '');
			return packing
				? {
						kind: 'answer',
						message: `${host} sent an answer whose packing cannot be read (${message})`,
						isSpoilt: true,
					}
				: { kind: 'cut', message };
		}
		return connectionProblem(error, { redact, host, seconds, upload: this.upload }, this.held);
	}

	/** How long its connection was open after it was sent; undefined where it was not sent whole. */
	private get held(): Held | undefined {
		if (!this.sent) return undefined;
		const { at, idle } = this.sent;
		return { elapsed: clock.now() - at, idle: idleTime() - idle, open: this.openUntil - at };
	}
}

/** How long a connection was open after its request had been sent. */
interface Held {
	/** Milliseconds until this process learnt of the end. */
	readonly elapsed: number;
	/** Of them, those in which it had nothing to do but to wait. */
	readonly idle: number;
	/** Those after which the connection was found open. */
	readonly open: number;
}

/** Milliseconds after which the end did not come at once. */
const HELD = 500;

/**
 * Whether a connection that was closed without an answer was held long enough for work on the request. At once, it had
 * been kept open too long, or the service restarts. A process that was busy itself learns of that late, so what counts
 * is the time in which it waited, or found the connection open: one that is never idle must not pay twice.
 */
export const isLost = ({ elapsed, idle, open }: Held): boolean => elapsed >= 1000 && Math.max(idle, open) >= HELD;

/**
 * A request that a limit of ours has ended. What was never connected, or not sent whole, cannot have been billed.
 * @param isEarly whether there is time left to ask again
 */
export function lateProblem(error: unknown, seconds: number, isEarly = false): Problem {
	const left = leftOf(error);
	if (left === 'nothing') return unconnected('ETIMEDOUT', 'connect ETIMEDOUT');
	return {
		kind: 'timeout',
		seconds,
		...(isEarly ? { isEarly } : {}),
		...(left === 'not all' ? { isUnsent: true } : {}),
	};
}

const unconnected = (code: string, message: string): Problem => ({
	kind: 'network',
	code: code === LATE_CONNECT ? 'ETIMEDOUT' : code,
	message,
	isUnconnected: true,
});

interface Asked extends Pick<Account, 'redact' | 'host'> {
	readonly seconds: number;
	readonly upload?: number;
}

/**
 * Why a request got no answer, whatever client sent it.
 * @param held how long its connection was open after it was sent; left out: it was not sent whole
 */
export function connectionProblem(error: unknown, { redact, host, seconds, upload }: Asked, held?: Held): Problem {
	const code = codeOf(error);
	if (code !== undefined && TIMED_OUT.includes(code)) return lateProblem(error, seconds);
	if (isNoHttp(error)) return { kind: 'answer', message: `${host} sent an answer that is no HTTP`, isSpoilt: true };
	const message = redact(deepestMessage(error)).slice(0, 500);
	if (code === undefined) return { kind: 'local', message };
	if (isBeforeSending(error)) return unconnected(code, message);
	if (!CLOSED.includes(code)) return { kind: 'network', code, message };
	if (held && leftOf(error) === undefined && isLost(held))
		return { kind: 'lost', seconds: Math.floor(held.elapsed / 1000) };
	const known = code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code;
	return { kind: 'network', code: known, message, ...(upload === undefined ? {} : { upload }) };
}

/** What the clients below call their own limits on the time of an answer. */
const TIMED_OUT = ['ECONNABORTED', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** What reading an answer comes to that is longer than may be held. */
export const TOO_LARGE: Problem = { kind: 'answer', message: 'DeepInfra sent an answer that is too large' };

/** What may end a connection after the request was sent. */
const CLOSED = ['ECONNRESET', 'EPIPE', 'ERR_SOCKET_CLOSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_SOCKET'];

/** An error of ours, however deep n8n's client has wrapped it. */
function causeOf(error: unknown): Error | undefined {
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if (each instanceof InputError || each instanceof AnswerError || each instanceof SourceError) return each;
	}
	return undefined;
}

/** All requests of a run that are on their way: the end of the run ends them, and so does their deadline. */
export class PendingRequests {
	private readonly all = new Set<PendingRequest>();
	private isWatching = false;

	constructor(private readonly run: AbortSignal) {
		onAbort(run, () => this.all.forEach((flight) => flight.stop()));
	}

	/** @param patience seconds in which an answer must begin @param left of the seconds, where others were spent before */
	start(seconds: number, patience?: number, left?: number): PendingRequest {
		const flight = new PendingRequest(seconds, (landed) => this.all.delete(landed), patience, left);
		this.all.add(flight);
		if (this.run.aborted) flight.stop();
		else if (!this.isWatching) void this.watch();
		return flight;
	}

	private async watch(): Promise<void> {
		this.isWatching = true;
		while (this.all.size > 0 && !this.run.aborted) {
			const before = clock.now();
			await clock.sleep(TICK, this.run);
			const now = clock.now();
			// An answer that waits to be read by a busy process is paid: it must not be thrown away as late.
			const blocked = Math.max(0, now - before - 2 * TICK);
			this.all.forEach((flight) => flight.checkDeadline(now, blocked));
		}
		this.isWatching = false;
	}
}
