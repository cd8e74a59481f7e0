import { isDict } from '../core/answer';
import { dollars, type Figures } from './meter';

/** How many of the commonest reasons are told. */
const MOST_REASONS = 3;
const LONGEST_REASON = 90;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const seconds = (milliseconds: number): string =>
	milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** What happened, without what differs from item to item: the service's own words and the end of a long sentence. */
export function reasonOf(message: string): string {
	const [reason = ''] = message.split(/: | \[item /);
	return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
}

/** What the service told apart from what the catalogue's prices make it. */
const costWords = (told: number | undefined, estimated: number | undefined): string[] => [
	...(told === undefined ? [] : [`$${dollars(told)}`]),
	...(estimated === undefined ? [] : [`about $${dollars(estimated)} estimated`]),
];

/** Keeps count of the items of a run, for those who look at it. */
export class RunReport {
	private done = 0;
	private failed = 0;
	private reused = 0;
	private readonly reasons = new Map<string, number>();
	private readonly fallbacks = new Map<string, number>();

	constructor(
		private readonly items: number,
		private readonly startedAt: number,
	) {}

	/** Counts an item that has its result. `usage` is that of its outputs. */
	succeed(usage: unknown): void {
		this.done++;
		if (!isDict(usage)) return;
		if (usage.reused === true) this.reused++;
		if (usage.requestedModel === undefined) return;
		const model = String(usage.model);
		this.fallbacks.set(model, (this.fallbacks.get(model) ?? 0) + 1);
	}

	/** @param message what the user reads of it */
	fail(message: string): void {
		this.done++;
		this.failed++;
		const reason = reasonOf(message);
		this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
	}

	get failures(): number {
		return this.failed;
	}

	/** A line for the log while the run goes on: no prompt, no file name, nothing of the items themselves. */
	progress(now: number, { costUsd, estimatedCostUsd }: Figures): string {
		const left = this.items - this.done;
		const rest = this.done > 0 ? ((now - this.startedAt) / this.done) * left : undefined;
		const parts = [
			`${this.done} of ${count(this.items, 'item')} done`,
			...(this.failed > 0 ? [`${this.failed} failed`] : []),
			...costWords(costUsd, estimatedCostUsd),
			...(rest === undefined ? [] : [`about ${Math.ceil(rest / 1000)} s left`]),
		];
		return parts.join(' · ');
	}

	/** For the output panel and the log: what was done, what went wrong and why, and what it cost. */
	summary(now: number, { requests, retries, costUsd, estimatedCostUsd, budgetReached }: Figures): string {
		const parts = [
			`${count(this.items, 'item')} in`,
			...(this.failed > 0 ? [`${this.failed} failed (${this.commonest()})`] : []),
			...(this.reused > 0 ? [`${this.reused} reused`] : []),
			...[...this.fallbacks].map(([model, items]) => `${items} by the fallback model '${model}'`),
			retries > 0 ? `${count(requests, 'request')}, ${retries} of them sent again` : count(requests, 'request'),
			...costWords(costUsd, estimatedCostUsd),
			...(budgetReached === undefined ? [] : [`budget of $${dollars(budgetReached)} reached`]),
			seconds(now - this.startedAt),
		];
		return parts.join(' · ');
	}

	private commonest(): string {
		const sorted = [...this.reasons].sort(([, a], [, b]) => b - a);
		const told = sorted.slice(0, MOST_REASONS).map(([reason, items]) => `${items}: ${reason}`);
		return [...told, ...(sorted.length > MOST_REASONS ? ['…'] : [])].join('; ');
	}
}
