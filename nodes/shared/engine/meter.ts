import { addCosts } from './bill';
import { billOf, type Outcome, type Problem } from '../core/problem';
import type { Dict } from '../core/operation';
import { costOf } from './usage';
import { trimZeros } from '../core/trim';

/** A request that is on its way, and what is set aside for it. */
export interface Reservation {
	readonly usd: number;
	readonly isKnown: boolean;
}

/** Failures on this side of the wire: the service was not asked. */
const NOT_SENT: ReadonlyArray<Problem['kind']> = ['input', 'source', 'local'];

/** What a run's requests came to. */
export interface Figures {
	readonly requests: number;
	/** Of them, those that were sent again. */
	readonly retries: number;
	/** USD; undefined where the service told nothing. */
	readonly costUsd?: number;
	/** USD beside it, by the catalogue's prices, for answers that told no cost; undefined where there was none. */
	readonly estimatedCostUsd?: number;
	/** USD; the limit, once nothing more is sent because of it. */
	readonly budgetReached?: number;
}

/** Adds up what a run has cost, and says when that is enough. */
export class Meter {
	private told: number | undefined;
	private assumed: number | undefined;
	private requests = 0;
	private retries = 0;
	private reserved = 0;
	private open = 0;
	private openUnknown = 0;
	/** The dearest answer so far; undefined before the first. */
	private dearest: number | undefined;
	private waiting: Array<() => void> = [];

	constructor(readonly budget: number) {}

	/** USD, told or assumed. */
	private get spent(): number {
		return addCosts([this.told ?? 0, this.assumed ?? 0]);
	}

	/** The problem of an item that would be sent now, once the budget is used up. */
	exceeded(): Problem | undefined {
		return this.spent < this.budget ? undefined : { kind: 'budget', budget: this.budget, spent: this.spent };
	}

	/**
	 * Whether one more request may be on its way, so that the run passes its budget by less than one request.
	 * @param estimate USD that the request costs at most, where that is known
	 */
	hasRoom(estimate: number | undefined): boolean {
		if (this.budget === Infinity || this.open === 0) return true;
		// Nobody knows what it costs, so one goes first, alone.
		if (this.openUnknown > 0 || (estimate === undefined && this.dearest === undefined)) return false;
		return addCosts([this.spent, this.reserved]) < this.budget;
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
		return { usd, isKnown };
	}

	/**
	 * Counts a request that has ended, and what its answer says it cost, whatever the answer is.
	 * @param assume USD that it is thought to have cost where its answer does not say
	 * @param counted USD of what it says that are counted already
	 */
	settle(
		{ usd, isKnown }: Reservation,
		outcome: Outcome<Dict>,
		assume: () => number | undefined = () => undefined,
		counted = 0,
	): void {
		if (outcome.ok || !NOT_SENT.includes(outcome.problem.kind)) this.requests++;
		this.open--;
		this.reserved = this.open === 0 ? 0 : addCosts([this.reserved, -usd]);
		if (!isKnown) this.openUnknown--;
		const said = outcome.ok ? costOf(outcome.value) : billOf(outcome.problem) || undefined;
		const told = said === undefined ? undefined : Math.max(0, said - counted);
		const assumed = outcome.ok && told === undefined ? assume() : undefined;
		if (told !== undefined) this.told = addCosts([this.told ?? 0, told]);
		if (assumed !== undefined) this.assumed = addCosts([this.assumed ?? 0, assumed]);
		if (outcome.ok || told) this.dearest = Math.max(this.dearest ?? 0, told ?? assumed ?? 0);
		this.wake();
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
			budgetReached: this.exceeded() ? this.budget : undefined,
		};
	}
}

/** Without an exponent, with three digits that count; nothing below a millionth of a millionth. */
export const dollars = (amount: number) =>
	amount === 0 ? '0' : trimZeros(amount.toFixed(Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(amount))))));
