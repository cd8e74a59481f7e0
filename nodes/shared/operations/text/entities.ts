import { list, number, optionalText, requiredNumber, text } from '../../core/answer';
import { textOfBytes } from '../../core/byteLetters';
import { couldHold, offsetReader, partSearcher, placeFinder, type Place } from '../../core/offsets';
import type { Dict } from '../../core/operation';
import { UNSPACED } from '../../core/scripts';
import { mapInSteps, type Steps } from '../../core/steps';

export interface Entity {
	readonly label: string;
	readonly word: string;
	readonly score: number;
	/** As JavaScript's strings count: `text.slice(start, end)` is the word. */
	readonly start: number | undefined;
	readonly end: number | undefined;
}

/** A row of the answer: a whole name, or one of the pieces that the model reads words in. */
interface Piece extends Entity {
	/** `B` begins a name, `I` goes on with it, `whole` is one by itself. */
	readonly place: 'B' | 'I' | 'whole';
	/** Whether it is the rest of the word before it, and whether the piece after it is the rest of its own. */
	readonly isRest: boolean;
	readonly isOpen: boolean;
	/** Which piece of the text it is, counted from 0 or 1. */
	readonly index: number | undefined;
	/** Its place as the answer tells it. */
	readonly told: Place;
}

/** How a tokenizer marks the rest of a word (`##`), its beginning (`▁`, `Ġ`), that it goes on (`@@`), or its end (`</w>`). */
const REST = /^##/;
const BEGINNING = /^[▁Ġ]/;
const GOES_ON = /@@$/;
const END = /<\/w>$/;
const OUTSIDE = 'O';
/** Where in a name a piece stands, before its label. */
const PLACE = /^([BIESLU])[-_](.+)$/i;

/**
 * The names in an answer, in its order. Models that answer piece by piece (`B-PER Jo`, `I-PER ##hn`) have their pieces
 * put together: a name has the label of its first piece and the mean of the scores.
 * @throws AnswerError for what is no list of entities
 */
export function* readEntities(results: unknown, whole: string): Steps<Entity[]> {
	const place = offsetReader(whole);
	const rows = list(results, 'the list of entities');
	const marks = (mark: RegExp) => rows.some(({ word }) => typeof word === 'string' && mark.test(word));
	const habits = {
		marksBeginnings: marks(BEGINNING),
		marksEnds: marks(END),
		marksPlaces: marksPlaces(rows.map(({ entity }) => entity)),
		marksLabels: marksPlaces(rows.map(({ entity, label }) => (entity === undefined ? label : undefined))),
	};
	const pieces = yield* mapInSteps(rows, (row) => readPiece(row, place, habits));
	const names: Piece[][] = [];
	yield* mapInSteps(pieces, (piece) => {
		if (piece.label === OUTSIDE || isMarkAlone(piece)) return;
		const name = names.at(-1);
		const last = name?.at(-1);
		if (name && last && goesOn(last, piece, whole)) name.push(piece);
		else names.push([piece]);
	});
	const find = placeFinder(whole, place);
	const isHeld = partSearcher(whole);
	return yield* mapInSteps(names, (name) => together(name, whole, find, isHeld));
}

/** How an answer writes its pieces. */
type Habits = Readonly<Record<'marksBeginnings' | 'marksEnds' | 'marksPlaces' | 'marksLabels', boolean>>;

/**
 * Whether labels have a place before them, which `E-MAIL` and `T-CELL` have not: where all have one that something
 * begins or goes on with, or one label has two.
 */
function marksPlaces(labels: readonly unknown[]): boolean {
	const marked = new Set<string>();
	let [areAll, hasStart] = [true, false];
	for (const label of new Set(labels)) {
		if (typeof label !== 'string' || label === OUTSIDE) continue;
		const [, mark = '', rest = ''] = PLACE.exec(label) ?? [];
		if (mark !== '' && marked.has(rest)) return true;
		if (mark !== '') marked.add(rest);
		areAll &&= mark !== '';
		hasStart ||= /[BISU]/i.test(mark);
	}
	return areAll && hasStart;
}

function readPiece(
	row: Dict,
	place: (position: number | undefined) => number | undefined,
	{ marksBeginnings, marksEnds, marksPlaces, marksLabels }: Habits,
): Piece {
	// A group is whole; `entity` is what the model says of one piece.
	const isWhole = typeof row.entity_group === 'string';
	const named = text(row.entity_group ?? row.entity ?? row.label, "an entity's label");
	const isMarked = !isWhole && (row.entity === undefined ? marksLabels : marksPlaces);
	const [, mark = '', rest] = PLACE.exec(isMarked ? named : '') ?? [];
	const word = optionalText(row.word) ?? '';
	return {
		label: rest ?? named,
		word,
		score: requiredNumber(row.score, "an entity's score"),
		start: place(number(row.start)),
		end: place(number(row.end)),
		told: { start: number(row.start), end: number(row.end) },
		place: mark === '' ? (isWhole || row.entity === undefined ? 'whole' : 'I') : /[BSU]/i.test(mark) ? 'B' : 'I',
		isRest: REST.test(word) || (marksBeginnings && !BEGINNING.test(word)),
		isOpen: GOES_ON.test(word) || (marksEnds && !END.test(word)),
		index: number(row.index),
	};
}

function goesOn(last: Piece, piece: Piece, whole: string): boolean {
	if (piece.isRest || (last.isOpen && piece.place !== 'B' && isNextTo(last, piece))) return true;
	if (last.place === 'whole' || piece.place === 'whole') return false;
	if (last.end === undefined || piece.start === undefined)
		return piece.place === 'I' && piece.label === last.label && isNextTo(last, piece);
	const between = whole.slice(last.end, piece.start);
	// The middle of a word, whatever the model says of it; `▁` and `Ġ` say that it is none.
	if (between === '' && piece.start === last.end && !BEGINNING.test(piece.word) && isInWord(whole, piece.start))
		return true;
	return piece.place === 'I' && piece.label === last.label && piece.start >= last.end && between.trim() === '';
}

/** Whether nothing lies between two pieces, as far as their places or their numbers tell. */
function isNextTo(last: Piece, piece: Piece): boolean {
	if (last.end !== undefined && piece.start !== undefined) return piece.start === last.end;
	return last.index === undefined || piece.index === undefined || piece.index === last.index + 1;
}

/** A mark of the beginning that a model takes for a piece of its own. */
const isMarkAlone = ({ word, start, end }: Piece): boolean =>
	word !== '' && word.replace(BEGINNING, '').trim() === '' && start === end;

/** Not in scripts that write no blanks between words. */
const isInWord = (whole: string, at: number): boolean => {
	const around = aroundOf(whole, at);
	return /^[\p{L}\p{N}]{2}$/u.test(around) && !UNSPACED.test(around);
};

/** The characters on both sides of a position. */
const aroundOf = (whole: string, at: number): string =>
	`${Array.from(whole.slice(Math.max(0, at - 2), at)).at(-1) ?? ''}${Array.from(whole.slice(at, at + 2))[0] ?? ''}`;

function together(
	pieces: readonly Piece[],
	whole: string,
	find: ReturnType<typeof placeFinder>,
	isHeld: (word: string) => boolean,
): Entity {
	const first = pieces[0];
	const last = pieces.at(-1);
	const written = joinWords(pieces);
	const meant = textOfBytes(written) ?? written;
	const joined = meant === written || isHeld(written) ? written : meant;
	const found = find(joined, first?.told.start, last?.told.end, (cut) => plain(cut) === plain(joined));
	const { start, end, word } = placed(joined, found.start, found.end, whole);
	return {
		label: first?.label ?? '',
		word,
		score:
			pieces.length === 1 ? (first?.score ?? 0) : pieces.reduce((sum, each) => sum + each.score, 0) / pieces.length,
		start,
		end,
	};
}

const joinWords = (pieces: readonly Piece[]): string =>
	pieces
		.map(({ word, isRest, start }, index) => {
			const before = pieces[index - 1];
			const isNext = before && !isRest && !before.isOpen && (start === undefined || start !== before.end);
			return `${isNext || BEGINNING.test(word) ? ' ' : ''}${withoutMarks(word)}`;
		})
		.join('')
		.trim();

const withoutMarks = (word: string): string =>
	[REST, BEGINNING, GOES_ON, END].reduce((rest, mark) => rest.replace(mark, ''), word);

/** The word as the text writes it, where its place holds it: models change its case and its blanks. */
function placed(word: string, start: number | undefined, end: number | undefined, whole: string) {
	if (start === undefined || end === undefined || end < start || !couldHold(end - start, word))
		return { word, start, end };
	const cut = whole.slice(start, end);
	const isSame = word === '' || plain(cut) === plain(word);
	if (!isSame) return { word, start, end };
	const from = start + (cut.length - cut.trimStart().length);
	return { word: cut.trim(), start: from, end: from + cut.trim().length };
}

const plain = (word: string): string =>
	word
		.normalize('NFKD')
		.replace(/[\s\p{M}]+/gu, '')
		.toLowerCase();
