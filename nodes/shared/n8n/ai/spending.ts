import type { ISupplyDataFunctions } from 'n8n-workflow';
import type { Problem } from '../../core/problem';

/** What the chat models of one node have cost in one run: n8n opens one anew for each item. */
class Spending {
	private spent = 0;

	constructor(private budget: number) {}

	add(costUsd: number): void {
		this.spent += costUsd;
	}

	exceeded(): Problem | undefined {
		return this.spent < this.budget ? undefined : { kind: 'budget', budget: this.budget, spent: this.spent };
	}

	/** The lowest of the limits that the items give. */
	lower(budget: number): this {
		this.budget = Math.min(this.budget, budget);
		return this;
	}
}

const MOST_KEPT = 500;
const kept = new Map<string, Spending>();

/** @param budget USD for the whole run; none: no limit */
export function spendingOf(context: ISupplyDataFunctions, budget = Infinity): Spending {
	const key = `${context.getExecutionId()} ${context.getNode().id}`;
	const known = kept.get(key) ?? new Spending(budget);
	kept.delete(key);
	kept.set(key, known);
	const [oldest] = kept.keys();
	if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
	return known.lower(budget);
}
