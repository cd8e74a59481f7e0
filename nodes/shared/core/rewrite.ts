import { isDict } from './answer';
import type { Dict } from './operation';
import { AnswerError } from './problem';
import type { Steps } from './steps';
import { put } from './values';

/** How deep an item may be nested: n8n and its editor go down by recursion, and end the whole run when they cannot. */
const DEEPEST = 500;

/** What a step looks at, in values: some milliseconds. A text weighs as much as the values of so many letters. */
const STEP = 50_000;
const LETTERS = 32;
/** One that is long enough for a file is looked at more closely. */
const LONG = 500;
const CLOSE_LOOK = 200;

/** What becomes of the values of an answer. `P` is what is known of a place in it. */
export interface Rules<P> {
	/**
	 * What stands for a text or an object, or the steps that make it; undefined where it stays, and what it holds is
	 * looked at.
	 */
	replace(value: string | object, place: P): { readonly by: unknown } | { readonly in: Steps<unknown> } | undefined;
	/** The place of an object's entry; left out: that of the object. */
	entry?(name: string, place: P): P;
	/** The place of a list's entries; left out: that of the list. */
	entries?(list: readonly unknown[], place: P): P;
	/** What an entry is called instead. */
	rename?(name: string): string;
	/** Whether all is copied; else what does not change is shared, which costs a large answer nothing. */
	readonly copies?: boolean;
	/** Levels that it may have; default as many as n8n can show. */
	readonly deepest?: number;
}

/** A list or an object that is looked through. */
class Open<P> {
	/** One of the two. */
	list: readonly unknown[] | undefined;
	dict: Dict = EMPTY;
	/** Of an object's entries. */
	names: readonly string[] = NO_NAMES;
	length = 0;
	at = 0;
	/** What it becomes, once it is another. */
	newList: unknown[] | undefined;
	newDict: Dict | undefined;

	constructor(public place: P) {}
}

const EMPTY: Dict = {};
const NO_NAMES: readonly string[] = [];

/**
 * An answer with its values replaced, with a pause after each step. Entries that are undefined are left out: n8n would
 * show them in one view and not in another. Without recursion, since a service nests an answer as deep as it likes.
 * @throws AnswerError for one that is nested too deeply
 */
export function* rewriteInSteps<P>(answer: object, place: P, rules: Rules<P>): Steps<unknown> {
	const rewriting = new Rewriting(rules);
	rewriting.open(answer, place);
	for (;;) {
		const done = rewriting.goOn();
		if (done && 'value' in done) return done.value;
		yield;
		if (done) rewriting.replaceBy(yield* done.in);
	}
}

class Rewriting<P> {
	/** Those that are open, from the outermost, and behind them those that were and are used again: answers have millions. */
	private readonly opened: Array<Open<P>> = [];
	private depth = -1;

	constructor(private readonly rules: Rules<P>) {}

	open(value: object, place: P): void {
		const { deepest = DEEPEST, copies } = this.rules;
		this.depth++;
		if (this.depth > deepest) throw new AnswerError('DeepInfra sent an answer that is nested too deeply');
		const open = (this.opened[this.depth] ??= new Open(place));
		open.at = 0;
		if (Array.isArray(value)) {
			open.list = value;
			open.dict = EMPTY;
			open.names = NO_NAMES;
			open.length = value.length;
			open.place = this.rules.entries ? this.rules.entries(value, place) : place;
			open.newList = copies ? [...open.list] : undefined;
			open.newDict = undefined;
		} else {
			open.list = undefined;
			open.dict = isDict(value) ? value : EMPTY;
			open.names = Object.keys(open.dict);
			open.length = open.names.length;
			open.place = place;
			open.newList = undefined;
			open.newDict = copies ? {} : undefined;
		}
	}

	/** Goes on until a step is done, or to the end. A loop over every value: too slow within a generator. */
	goOn(): { readonly value: unknown } | { readonly in: Steps<unknown> } | undefined {
		const { opened, rules } = this;
		for (let work = 0; work < STEP; work++) {
			const open = opened[this.depth];
			if (!open) return undefined;
			if (open.at === open.length) {
				const value = open.newList ?? open.newDict ?? open.list ?? open.dict;
				const holder = opened[--this.depth];
				if (!holder) return { value };
				this.keep(holder, value);
				continue;
			}
			const { list, names, at } = open;
			const value = list ? list[at] : open.dict[names[at] ?? ''];
			const isText = typeof value === 'string';
			if (!isText && (typeof value !== 'object' || value === null)) {
				this.keep(open, value);
				continue;
			}
			if (isText) work += value.length / LETTERS + (value.length > LONG ? CLOSE_LOOK : 0);
			const place = list || !rules.entry ? open.place : rules.entry(names[at] ?? '', open.place);
			const replaced = rules.replace(value, place);
			if (replaced && 'in' in replaced) return replaced;
			if (replaced) this.keep(open, replaced.by);
			else if (isText) this.keep(open, value);
			else if (isAllNumbers(value)) {
				// Shared also where all else is copied: a vector is one value.
				work += value.length / LETTERS;
				this.keep(open, value);
			} else this.open(value, place);
		}
		return undefined;
	}

	/** Goes on behind an entry that took steps of its own. */
	replaceBy(value: unknown): void {
		const open = this.opened[this.depth];
		if (open) this.keep(open, value);
	}

	/** Ends the look at an entry: `value` is what it becomes. */
	private keep(open: Open<P>, value: unknown): void {
		const { list, dict, names } = open;
		const at = open.at++;
		if (list) {
			if (open.newList || value !== list[at]) (open.newList ??= [...list])[at] = value;
			return;
		}
		const name = names[at] ?? '';
		const newName = this.rules.rename?.(name) ?? name;
		if (!open.newDict) {
			if (value !== undefined && value === dict[name] && newName === name) return;
			open.newDict = {};
			for (let before = 0; before < at; before++) put(open.newDict, names[before] ?? '', dict[names[before] ?? '']);
		}
		if (value !== undefined) put(open.newDict, newName, value);
	}
}

function isAllNumbers(value: object): value is readonly number[] {
	if (!Array.isArray(value)) return false;
	for (const each of value) if (typeof each !== 'number') return false;
	return true;
}
