import { isDict } from '../core/answer';
import { dollars, type Figures } from './meter';

/** How many of the commonest reasons are told. */
const MOST_REASONS = 3;
const LONGEST_REASON = 120;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const seconds = (milliseconds: number): string =>
	milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** Whether words in quotes are nobody's but the node's and the catalogue's: a field's name on the screen, a model's. */
export type IsKnown = (words: string) => boolean;

/** An opening quote; one within a word is an apostrophe. */
const OPENS = /(?<![^\s(])'/g;
const CLOSES = /'(?![^\s,.;:)])/g;

/** A sentence without what it quotes of an item: a value, a file's name. What is quoted may hold quotes itself. */
export function withoutQuotes(sentence: string, isKnown: IsKnown): string {
	OPENS.lastIndex = 0;
	for (let opening = OPENS.exec(sentence); opening; opening = OPENS.exec(sentence)) {
		const start = opening.index + 1;
		const ends = [...sentence.matchAll(CLOSES)].map(({ index }) => index).filter((end) => end >= start);
		const known = ends.find((end) => isKnown(sentence.slice(start, end)));
		if (known === undefined)
			return `${sentence.slice(0, start)}…'${sentence.slice((ends.at(-1) ?? sentence.length) + 1)}`;
		OPENS.lastIndex = known + 1;
	}
	return sentence;
}

/** What happened, without what differs from item to item: what is quoted of it, the service's own words, a long end. */
export function reasonOf(message: string, isKnown: IsKnown = () => false): string {
	const [sentence = ''] = message.split(/ \[item \d/);
	const [reason = ''] = withoutQuotes(sentence, isKnown).split(': ');
	return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
}

/** What the service told apart from what the catalogue's prices make it, and from what nobody knows to be billed. */
const costWords = ({
	costUsd: told,
	estimatedCostUsd: estimated,
	possibleUsd: possible,
	unknownCosts: unknown,
}: Figures): string[] => [
	...(told === undefined ? [] : [`$${dollars(told)}`]),
	...(estimated === undefined ? [] : [`about $${dollars(estimated)} estimated`]),
	...(possible === undefined ? [] : [`up to $${dollars(possible)} more may be billed`]),
	...(unknown === undefined ? [] : [`the cost of ${count(unknown, 'request')} is not known`]),
];

/** Keeps count of the items of a run, for those who look at it. */
export class RunReport {
	private done = 0;
	private failed = 0;
	private reused = 0;
	/** By what they are but for their numbers, each as it was first told. */
	private readonly reasons = new Map<string, { readonly reason: string; items: number }>();
	private readonly fallbacks = new Map<string, number>();

	constructor(
		private readonly items: number,
		private readonly startedAt: number,
		private readonly isKnown: IsKnown = () => false,
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
		const reason = reasonOf(message, this.isKnown);
		const kind = reason.replace(/\d+/g, '0');
		const known = this.reasons.get(kind) ?? { reason, items: 0 };
		known.items++;
		this.reasons.set(kind, known);
	}

	get failures(): number {
		return this.failed;
	}

	/** A line for the log while the run goes on: no prompt, no file name, nothing of the items themselves. */
	progress(now: number, figures: Figures): string {
		const left = this.items - this.done;
		const rest = this.done > 0 ? ((now - this.startedAt) / this.done) * left : undefined;
		const parts = [
			`${this.done} of ${count(this.items, 'item')} done`,
			...(this.failed > 0 ? [`${this.failed} failed`] : []),
			...costWords(figures),
			...(rest === undefined ? [] : [`about ${Math.ceil(rest / 1000)} s left`]),
		];
		return parts.join(' · ');
	}

	/** For the output panel and the log: what was done, what went wrong and why, and what it cost. */
	summary(now: number, figures: Figures): string {
		const { requests, retries, budgetReached } = figures;
		// A file that was asked for again is no request to the service.
		const again = Math.min(retries, Math.max(0, requests - 1));
		const parts = [
			`${count(this.items, 'item')} in`,
			...(this.failed > 0 ? [`${this.failed} failed (${this.commonest()})`] : []),
			...(this.reused > 0 ? [`${this.reused} reused`] : []),
			...[...this.fallbacks].map(([model, items]) => `${items} by the fallback model '${model}'`),
			again > 0 ? `${count(requests, 'request')}, ${again} of them sent again` : count(requests, 'request'),
			...costWords(figures),
			...(budgetReached === undefined ? [] : [`budget of $${dollars(budgetReached)} reached`]),
			seconds(now - this.startedAt),
		];
		return parts.join(' · ');
	}

	private commonest(): string {
		const sorted = [...this.reasons.values()].sort((a, b) => b.items - a.items);
		const told = sorted.slice(0, MOST_REASONS).map(({ reason, items }) => `${items}: ${reason}`);
		return [...told, ...(sorted.length > MOST_REASONS ? ['…'] : [])].join('; ');
	}
}
