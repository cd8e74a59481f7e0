import { usageOf } from './usage';
import type { Dict } from '../core/operation';
import type { Problem } from '../core/problem';

/** Adds up what a run has cost, and says when that is enough. */
export class Meter {
	private spent = 0;
	private isKnown = false;
	private requests = 0;

	constructor(
		private readonly budget: number,
		private readonly startedAt: number,
	) {}

	/** Counts a request that was sent, and what its answer says it cost. */
	add(answer: Dict | undefined): void {
		this.requests++;
		const { costUsd } = answer ? usageOf(answer, '', 1) : {};
		if (costUsd === undefined) return;
		this.isKnown = true;
		this.spent += costUsd;
	}

	/** The problem of an item that would be sent now, once the budget is used up. */
	exceeded(): Problem | undefined {
		return this.spent < this.budget ? undefined : { kind: 'budget', budget: this.budget, spent: this.spent };
	}

	/** For the output panel: how much was done, and what for. */
	summary(items: number, now: number): string {
		const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
		const parts = [`${count(items, 'item')} in`, count(this.requests, 'request')];
		if (this.isKnown) parts.push(`$${dollars(this.spent)}`);
		const took = now - this.startedAt;
		return [...parts, took < 1000 ? `${took} ms` : `${(took / 1000).toFixed(1)} s`].join(' · ');
	}
}

/** Without an exponent, with three digits that count. */
export const dollars = (amount: number) =>
	amount === 0 ? '0' : amount.toFixed(Math.max(2, 2 - Math.floor(Math.log10(amount)))).replace(/(\.\d\d\d*?)0+$/, '$1');
