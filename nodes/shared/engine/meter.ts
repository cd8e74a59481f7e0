import { addCosts } from './bill';
import { Charge, type Reservation } from './charge';
import { billOf, type Outcome, type Problem } from '../core/problem';
import type { Dict } from '../core/operation';
import { mayBeBilled } from './retry';
import { costOf } from './usage';
import { trimZeros } from '../core/trim';

/** Failures on this side of the wire: the service was not asked. */
const NOT_SENT: ReadonlyArray<Problem['kind']> = ['input', 'source', 'local'];

/** Whether the service may bill it: nobody heard its answer, or waited for it when the run was ended. */
const mayBeDone = (problem: Problem): boolean =>
	(problem.kind === 'stopped' && problem.isUnsent !== true) || mayBeBilled(problem);

/** What a run's requests came to. */
export interface Figures {
	readonly requests: number;
	/** Of them, those that were sent again. */
	readonly retries: number;
	/** USD; undefined where the service told nothing. */
	readonly costUsd?: number;
	/** USD beside it, by the catalogue's prices, for answers that told no cost; undefined where there was none. */
	readonly estimatedCostUsd?: number;
	/** USD at most beside both, that may be billed for what brought no result; undefined where there was none. */
	readonly possibleUsd?: number;
	/** Requests that were answered, and whose cost nobody knows; undefined where there was none. */
	readonly unknownCosts?: number;
	/** USD; the limit, once nothing more is sent because of it. */
	readonly budgetReached?: number;
}

/** Adds up what a run has cost, and says when that is enough. */
export class Meter {
	private told: number | undefined;
	private assumed: number | undefined;
	private possible: number | undefined;
	private requests = 0;
	private retries = 0;
	private unknown = 0;
	private reserved = 0;
	private open = 0;
	private openUnknown = 0;
	/** The dearest request so far; undefined as long as nobody knows what one costs. */
	private dearest: number | undefined;
	private waiting: Array<() => void> = [];

	constructor(readonly budget: number) {}

	/** USD, told or assumed. */
	private get spent(): number {
		return addCosts([this.told ?? 0, this.assumed ?? 0]);
	}

	/** The same with what may be billed beside it: a budget must hold whatever turns out. */
	private get used(): number {
		return addCosts([this.spent, this.possible ?? 0]);
	}

	/** The problem of an item that would be sent now, once the budget is used up. */
	exceeded(): Problem | undefined {
		const { budget, spent, possible } = this;
		return this.used < budget ? undefined : { kind: 'budget', budget, spent, ...(possible ? { possible } : {}) };
	}

	/**
	 * Whether one more request may be on its way, so that the run passes its budget by less than one request.
	 * @param estimate USD that the request costs at most, where that is known
	 */
	hasRoom(estimate: number | undefined): boolean {
		if (this.budget === Infinity || this.open === 0) return true;
		// Nobody knows what it costs, so one goes first, alone.
		if (this.openUnknown > 0 || (estimate === undefined && this.dearest === undefined)) return false;
		return addCosts([this.used, this.reserved]) < this.budget;
	}

	/** Resolves when a request has ended, so that there may be room. */
	async change(): Promise<void> {
		await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	reserve(estimate: number | undefined): Reservation {
		const isKnown = estimate !== undefined || this.dearest !== undefined;
		const usd = Math.max(estimate ?? 0, this.dearest ?? 0);
		this.open++;
		this.reserved = addCosts([this.reserved, usd]);
		if (!isKnown) this.openUnknown++;
		return { usd, estimate, isKnown };
	}

	/**
	 * Counts a request that has ended, and what its answer says it cost, whatever the answer is.
	 * @param charge that of a job, which may say only later what it costs; the caller closes it
	 */
	settle(reservation: Reservation, outcome: Outcome<Dict>, charge?: Charge): void {
		if (outcome.ok || !NOT_SENT.includes(outcome.problem.kind)) this.requests++;
		const own = charge ?? new Charge();
		const said = outcome.ok ? costOf(outcome.value) : billOf(outcome.problem) || undefined;
		if (said) this.hear(own, said);
		own.isFree = said === 0;
		if (outcome.ok) own.answer = outcome.value;
		// A receipt says nothing, or 0: what the job costs is not known before it is over.
		if (outcome.ok && !own.told && !own.held) own.held = reservation;
		else this.release(reservation);
		if (!outcome.ok && !own.told && mayBeDone(outcome.problem)) this.suspect(reservation);
		if (own.told) this.drop(own);
		if (!charge) this.close(own);
		this.wake();
	}

	/** Counts what a request is thought to have cost where no answer said so: it is over. */
	close(charge: Charge): void {
		if (charge.isFree) this.hear(charge, 0);
		if (charge.held && charge.told === undefined) {
			charge.assumed = charge.assume(charge.answer);
			charge.isUnknown = charge.isDue && charge.assumed === undefined;
			if (charge.isUnknown) this.unknown++;
			// It was answered, and how much was done for it, nobody has said.
			this.suspect(charge.held, charge.assumed);
		}
		charge.answer = undefined;
		const { told, assumed } = charge;
		if (charge.held && assumed !== undefined) this.assumed = addCosts([this.assumed ?? 0, assumed]);
		this.learn(told ?? assumed);
		this.drop(charge);
		this.wake();
	}

	/** Each answer tells what the request has cost so far. */
	private hear(charge: Charge, said: number): void {
		const before = charge.told ?? 0;
		charge.told = Math.max(before, said);
		this.told = addCosts([this.told ?? 0, charge.told - before]);
		if (charge.told) this.learn(charge.told);
	}

	/** What may be billed without a word counts as what was thought to be its most. @param counted USD of it that count already */
	private suspect({ estimate = 0 }: Reservation, counted = 0): void {
		// Not what two ways to reckon the same differ by.
		if (estimate > counted * 1.000001) this.possible = addCosts([this.possible ?? 0, estimate, -counted]);
	}

	private learn(usd: number | undefined): void {
		if (usd !== undefined) this.dearest = Math.max(this.dearest ?? 0, usd);
	}

	private drop(charge: Charge): void {
		if (charge.held) this.release(charge.held);
		charge.held = undefined;
	}

	private release({ usd, isKnown }: Reservation): void {
		this.open--;
		this.reserved = this.open === 0 ? 0 : addCosts([this.reserved, -usd]);
		if (!isKnown) this.openUnknown--;
	}

	/** Lets all who wait look again. */
	wake(): void {
		const woken = this.waiting;
		this.waiting = [];
		for (const look of woken) look();
	}

	/** Counts requests that were sent once more. */
	addRetries(count: number): void {
		this.retries += count;
	}

	/** What the run has come to so far. */
	get figures(): Figures {
		return {
			requests: this.requests,
			retries: this.retries,
			costUsd: this.told,
			estimatedCostUsd: this.assumed,
			possibleUsd: this.possible,
			unknownCosts: this.unknown || undefined,
			budgetReached: this.exceeded() ? this.budget : undefined,
		};
	}
}

/** Without an exponent, with three digits that count; nothing below a millionth of a millionth. */
export const dollars = (amount: number) =>
	amount === 0 ? '0' : trimZeros(amount.toFixed(Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(amount))))));
