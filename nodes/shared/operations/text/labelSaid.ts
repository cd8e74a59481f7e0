import { AnswerError } from '../../core/problem';
import { UNSPACED } from '../../core/scripts';
import { rawText } from '../chat/chat';

/** A label as a model is asked for it. */
export interface Label {
	readonly name: string;
	/** Name and description as the model reads them. */
	readonly words: string;
	/** The sign that it is to answer with. */
	readonly sign: string;
}

/** What a model said. */
export interface Said {
	readonly label: Label;
	/** Where the label's sign stands, if it was said: in front of all else, or behind it. */
	readonly sign?: 'first' | 'last';
}

const SIGN_FIRST = /^[^\p{L}\p{N}]*([\p{L}\p{N}])(?=[^\p{L}\p{N}\s]|\s*$|\s+[^\p{L}\p{N}\s]|\n)/u;
const SIGN_LAST = /(?:^|[^\p{L}\p{N}])([\p{L}\p{N}])[^\p{L}\p{N}]*$/u;
/** What makes a label that is named none. */
const DENIED =
	/(?<![\p{L}])(not|non|never|neither|nor|cannot|except|without|rather than|instead of)(?![\p{L}])|n['’]t/iu;

/**
 * The one label in an answer, by its sign or its name, wherever it stands: some models say more than they are asked for.
 * @throws AnswerError for none, several, and one that is denied: a wrong label would pass for a right one
 */
export function labelSaid(text: string, labels: readonly Label[]): Said {
	// Digits of any width are signs.
	const said = text.normalize('NFKC').trim();
	const { named, rest, isFirst } = namesIn(said, labels);
	const bySign = (sign: string | undefined) => labels.find((label) => label.sign === sign);
	const first = bySign(SIGN_FIRST.exec(said)?.[1]);
	// A sentence may end with a number or a letter of its own where it names a label.
	const last = first ?? bySign(SIGN_LAST.exec(said.slice(-100))?.[1]);
	const all = new Set([...named, ...(first ? [first] : named.length === 0 && last ? [last] : [])]);
	const [label, ...others] = all;
	if (!label) throw unclear('none', said);
	if (others.length > 0) throw unclear('several', said);
	if (!first && !isFirst && DENIED.test(rest)) throw unclear('none', said);
	return { label, sign: first ? 'first' : label === last ? 'last' : undefined };
}

/** What belongs to a word, so that a label within it is none. */
const WORD = /[\p{L}\p{M}\p{N}\p{Cs}_-]/u;

/** A text without what differs though it reads the same: models write signs and blanks that nobody types. */
const plain = (text: string): string =>
	text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[\ufe0e\ufe0f]/g, '')
		.replace(/[‘’]/g, "'")
		.replace(/[“”]/g, '"')
		.replace(/[\u2010-\u2015\u2212]/g, '-')
		.replace(/\s+/g, ' ');

/** The labels that a text names, what it says besides, and whether it begins with one. Longer names go first: one may hold another. */
function namesIn(text: string, labels: readonly Label[]) {
	let rest = plain(text);
	const start = rest.slice(0, 20).search(/[\p{L}\p{N}]/u);
	const named = new Set<Label>();
	let isFirst = false;
	const owners = new Map<string, Set<Label>>();
	for (const label of labels)
		for (const name of [label.words, label.name].map(plain))
			owners.set(name, (owners.get(name) ?? new Set()).add(label));
	for (const [name, own] of [...owners].sort(([a], [b]) => b.length - a.length)) {
		const pieces: string[] = [];
		let from = 0;
		for (let at = rest.indexOf(name); at >= 0; at = rest.indexOf(name, at + 1)) {
			const end = at + name.length;
			const isWithin = WORD.test(rest[at - 1] ?? '') || WORD.test(rest[end] ?? '');
			if (at < from || (isWithin && !UNSPACED.test(name))) continue;
			for (const label of spelledSo(text, [...own])) named.add(label);
			isFirst ||= at <= Math.max(start, 0);
			// As long as the name, so that places stay what they are.
			pieces.push(rest.slice(from, at), '\n'.repeat(name.length));
			from = end;
		}
		rest = pieces.join('') + rest.slice(from);
	}
	return { named: [...named], rest, isFirst };
}

/** Of labels that differ in case alone, those that are written as the text has them. */
function spelledSo(text: string, labels: readonly Label[]): readonly Label[] {
	const exact = labels.length > 1 ? labels.filter(({ name }) => text.includes(name.normalize('NFKC'))) : [];
	return exact.length > 0 ? exact : labels;
}

const unclear = (count: 'none' | 'several', said: string) =>
	new AnswerError(
		`The model answered with ${count} of the labels`,
		`Choose another model, or give fewer labels. ${rawText(said.slice(0, 300))}`,
	);
