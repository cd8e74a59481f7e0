import type { Steps } from '../../core/steps';
import { Damaged, unlessDamaged, type Budget } from './budget';
import { Lexer } from './lexer';
import { Objects, readObject, type Place } from './objects';
import { isPdfDict, Stream, type PdfDict, type PdfValue } from './values';

/** Where the objects are, and what a file says about itself at its end. */
export interface Index {
	readonly places: ReadonlyMap<number, Place>;
	readonly trailer: PdfDict;
}

/** Entries and sections take memory and time beside the bytes that they are written in. */
const ENTRY = 64;

/** As much as looking at so many bytes is looking at what may be an object. */
const SEARCHED = 256;

/** How often it is looked in one step. */
const STEP = 1000;

/** No number of an object is larger (ISO 32000-1, annex C). */
const HIGHEST = 8_388_607;

class IndexBuilder {
	private readonly places = new Map<number, Place>();
	/** What a newer section says is gone stays gone. */
	private readonly seen = new Set<number>();
	private trailer: PdfDict | undefined;

	constructor(private readonly budget: Budget) {}

	/** The newest section comes first, so what is there stays. */
	add(number: number, place: Place | undefined): void {
		this.budget.spend(ENTRY);
		if (number > HIGHEST || this.seen.has(number)) return;
		this.seen.add(number);
		if (place) this.places.set(number, place);
	}

	addTrailer(trailer: PdfDict): void {
		// Of a linearized file the first section has all of it, too.
		this.trailer = new Map([...trailer, ...(this.trailer ?? [])]);
	}

	build(): Index {
		return { places: this.places, trailer: this.trailer ?? new Map() };
	}
}

/**
 * Reads the tables of a file as it names them, from its end (7.5.4 to 7.5.8).
 * @throws Damaged when they are not where they should be
 */
export function* readIndex(bytes: Buffer, budget: Budget): Steps<Index> {
	const index = new IndexBuilder(budget);
	const mark = bytes.subarray(-4096).lastIndexOf('startxref');
	if (mark < 0) throw new Damaged('its end is missing');
	const first = new Lexer(bytes.subarray(-4096), mark + 'startxref'.length, budget).wholeNumber();
	const open = [first];
	const seen = new Set<number>();
	while (open.length > 0) {
		const offset = open.shift();
		if (offset === undefined || offset >= bytes.length) throw new Damaged('its table of contents is missing');
		if (seen.has(offset)) continue;
		seen.add(offset);
		budget.spend(ENTRY);
		yield;
		const lexer = new Lexer(bytes, offset, budget);
		const trailer = lexer.isNext('xref') ? readTable(lexer, index) : readTableStream(bytes, offset, index, budget);
		index.addTrailer(trailer);
		// What a hybrid file keeps beside its table comes before what is older.
		for (const key of ['XRefStm', 'Prev']) {
			const next = trailer.get(key);
			if (typeof next === 'number') open.push(next);
		}
	}
	return index.build();
}

function readTable(lexer: Lexer, index: IndexBuilder): PdfDict {
	for (;;) {
		if (lexer.isNext('trailer')) {
			const trailer = lexer.next();
			if (isPdfDict(trailer)) return trailer;
			throw new Damaged('its table of contents is unreadable');
		}
		const [start, count] = [lexer.wholeNumber(), lexer.wholeNumber()];
		if (start === undefined || count === undefined) throw new Damaged('its table of contents is unreadable');
		for (let number = start; number < start + count; number++) {
			const offset = lexer.wholeNumber();
			if (offset === undefined || lexer.wholeNumber() === undefined) break;
			if (lexer.isNext('n')) index.add(number, { offset });
			else if (lexer.isNext('f')) index.add(number, undefined);
			else throw new Damaged('its table of contents is unreadable');
		}
	}
}

function readTableStream(bytes: Buffer, offset: number, index: IndexBuilder, budget: Budget): PdfDict {
	const objects = new Objects(bytes, new Map(), budget);
	const { value } = readObject(bytes, offset, budget, objects.resolve) ?? {};
	if (!(value instanceof Stream) || value.dict.get('Type') !== '/XRef')
		throw new Damaged('its table of contents is missing');
	const { dict } = value;
	const content = objects.unpack(value);
	const [kindWidth = 0, secondWidth = 0, thirdWidth = 0] = numbersOf(dict.get('W'));
	const size = kindWidth + secondWidth + thirdWidth;
	if (!(size >= 1 && size <= 32 && Math.min(kindWidth, secondWidth, thirdWidth) >= 0))
		throw new Damaged('its table of contents is unreadable');
	const ranges = numbersOf(dict.get('Index'));
	let at = 0;
	const take = (width: number, other: number): number => {
		let read = width === 0 ? other : 0;
		for (const end = at + width; at < end; at++) read = read * 256 + (content[at] ?? 0);
		return read;
	};
	if (ranges.length === 0) ranges.push(0, Infinity);
	for (let range = 0; range + 1 < ranges.length; range += 2) {
		const [start = 0, count = 0] = ranges.slice(range, range + 2);
		for (let number = start; number < start + count && at + size <= content.length; number++) {
			const [kind, second, third] = [take(kindWidth, 1), take(secondWidth, 0), take(thirdWidth, 0)];
			if (kind === 1) index.add(number, { offset: second });
			else if (kind === 2) index.add(number, { within: second, index: third });
			else index.add(number, undefined);
		}
	}
	return dict;
}

const numbersOf = (value: PdfValue | undefined): number[] =>
	Array.isArray(value) ? value.map((entry) => (typeof entry === 'number' ? entry : 0)) : [];

/** Looks for objects wherever they are, in a file whose tables are wrong. The last of a number is the newest. */
export function* searchIndex(bytes: Buffer, budget: Budget): Steps<Index> {
	const places = new Map<number, Place>();
	let looks = 0;
	for (let at = bytes.indexOf(' obj'); at >= 0; at = bytes.indexOf(' obj', at + 4)) {
		budget.spend(SEARCHED);
		if (++looks % STEP === 0) yield;
		const offset = startOfObject(bytes, at);
		if (offset === undefined) continue;
		const number = new Lexer(bytes, offset, budget).wholeNumber() ?? 0;
		if (number <= HIGHEST) places.set(number, { offset });
	}
	budget.spend(bytes.length / 16);
	return yield* searchTrailer(bytes, places, budget);
}

/** Where the two numbers before ` obj` begin. */
function startOfObject(bytes: Buffer, end: number): number | undefined {
	const before = bytes.toString('latin1', Math.max(0, end - 24), end);
	const match = /(?:^|[^\d])(\d{1,10}[ \r\n\t]+\d{1,5})$/.exec(before);
	return match?.[1] === undefined ? undefined : end - match[1].length;
}

/** Objects that are packed, and the one that all others hang from. */
function* searchTrailer(bytes: Buffer, found: ReadonlyMap<number, Place>, budget: Budget): Steps<Index> {
	const objects = new Objects(bytes, found, budget);
	const places = new Map(found);
	const trailer = new Map<string, PdfValue>();
	let looks = 0;
	for (let at = bytes.indexOf('trailer'); at >= 0; at = bytes.indexOf('trailer', at + 7)) {
		budget.spend(SEARCHED);
		if (++looks % STEP === 0) yield;
		const dict = unlessDamaged(() => new Lexer(bytes, at + 7, budget).next());
		if (isPdfDict(dict)) for (const [key, value] of dict) trailer.set(key, value);
	}
	for (const [number, place] of found) {
		// Beyond the budget it ends here, not within what is passed over.
		budget.spend(SEARCHED);
		if (++looks % STEP === 0) yield;
		if (!('offset' in place)) continue;
		const value = unlessDamaged(() => readObject(bytes, place.offset, budget, objects.resolve)?.value);
		const dict = value instanceof Stream ? value.dict : value;
		if (!isPdfDict(dict)) continue;
		const type = dict.get('Type');
		if (type === '/XRef') for (const [key, entry] of dict) trailer.set(key, entry);
		if (type === '/Catalog' && !trailer.has('Root')) trailer.set('Root', dict);
		if (type !== '/ObjStm' || !(value instanceof Stream)) continue;
		const inner = unlessDamaged(() => objects.unpackObjects(value)) ?? [];
		inner.forEach(({ number: packed, value: entry }, index) => {
			if (!places.has(packed)) places.set(packed, { within: number, index });
			if (isPdfDict(entry) && entry.get('Type') === '/Catalog' && !trailer.has('Root')) trailer.set('Root', entry);
		});
	}
	return { places, trailer };
}
