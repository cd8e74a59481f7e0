import { Damaged, type Budget } from './budget';
import { filtersOf, unpack } from './packing';
import { Lexer } from './lexer';
import { isPdfDict, Keyword, Ref, Stream, type PdfDict, type PdfValue } from './values';

/** Where an object is: from a byte of the file on, or the so-manieth in an object stream. */
export type Place = { readonly offset: number } | { readonly within: number; readonly index: number };

/** How a reference may lead to a reference. */
const LONGEST_CHAIN = 32;

/** The objects of a file, each read once, when it is asked for. */
export class Objects {
	private readonly known = new Map<number, PdfValue>();
	private readonly packs = new Map<number, readonly PdfValue[]>();

	constructor(
		readonly bytes: Buffer,
		private readonly places: ReadonlyMap<number, Place>,
		readonly budget: Budget,
	) {}

	/** What a reference leads to; null where there is nothing. */
	readonly resolve = (value: PdfValue | undefined): PdfValue => {
		let found = value ?? null;
		for (let steps = 0; found instanceof Ref; steps++) {
			if (steps > LONGEST_CHAIN) throw new Damaged('its objects lead in a circle');
			found = this.get(found.number);
		}
		return found;
	};

	dict(value: PdfValue | undefined): PdfDict | undefined {
		const found = this.resolve(value);
		return isPdfDict(found) ? found : undefined;
	}

	/** The content of a stream, its filters taken off. */
	unpack(stream: Stream): Uint8Array {
		return unpack(stream.bytes, filtersOf(stream, this.resolve), this.resolve, this.budget);
	}

	private get(number: number): PdfValue {
		const known = this.known.get(number);
		if (known !== undefined) return known;
		// An object that needs itself to be read, such as a stream whose length is the stream.
		this.known.set(number, null);
		const place = this.places.get(number);
		const value = place === undefined ? null : this.read(number, place);
		this.known.set(number, value);
		return value;
	}

	private read(number: number, place: Place): PdfValue {
		if ('within' in place) return this.pack(place.within)[place.index] ?? null;
		const object = readObject(this.bytes, place.offset, this.budget, (value) => this.resolve(value));
		if (object?.number !== number) throw new Damaged(`its object ${number} is not where it should be`);
		return object.value;
	}

	/** The objects of an object stream (7.5.7). */
	private pack(number: number): readonly PdfValue[] {
		const known = this.packs.get(number);
		if (known) return known;
		const place = this.places.get(number);
		const stream = place && 'offset' in place ? this.get(number) : null;
		const values = stream instanceof Stream ? this.unpackObjects(stream).map(({ value }) => value) : [];
		this.packs.set(number, values);
		return values;
	}

	unpackObjects(stream: Stream): Array<{ number: number; value: PdfValue }> {
		const lexer = new Lexer(this.unpack(stream), 0, this.budget);
		const first = this.resolve(stream.dict.get('First'));
		const count = this.resolve(stream.dict.get('N'));
		if (typeof first !== 'number' || typeof count !== 'number')
			throw new Damaged('an object stream in it is unreadable');
		const starts: Array<{ number: number; at: number }> = [];
		while (starts.length < count) {
			const [object, at] = [lexer.wholeNumber(), lexer.wholeNumber()];
			if (object === undefined || at === undefined) break;
			this.budget.spend(32);
			starts.push({ number: object, at: first + at });
		}
		return starts.map(({ number: object, at }) => {
			lexer.at = at;
			return { number: object, value: lexer.next() ?? null };
		});
	}
}

/** `12 0 obj … endobj` from an offset on; undefined where none begins. */
export function readObject(
	bytes: Buffer,
	offset: number,
	budget: Budget,
	resolve: (value: PdfValue | undefined) => PdfValue,
): { readonly number: number; readonly value: PdfValue; readonly end: number } | undefined {
	const lexer = new Lexer(bytes, offset, budget);
	const number = lexer.wholeNumber();
	if (number === undefined || lexer.wholeNumber() === undefined || !lexer.isNext('obj')) return undefined;
	const value = lexer.next();
	if (value === undefined || value instanceof Keyword) return { number, value: null, end: lexer.at };
	if (!isPdfDict(value) || !lexer.isNext('stream')) return { number, value, end: lexer.at };
	if (lexer.code(lexer.at) === 13) lexer.at++;
	if (lexer.code(lexer.at) === 10) lexer.at++;
	const start = lexer.at;
	const end = endOfStream(bytes, start, resolve(value.get('Length')), budget);
	return { number, value: new Stream(value, bytes.subarray(start, end)), end };
}

/** The length that the stream tells is believed only where the stream ends there. */
function endOfStream(bytes: Buffer, start: number, length: PdfValue, budget: Budget): number {
	if (typeof length === 'number' && length >= 0 && start + length <= bytes.length) {
		const end = new Lexer(bytes, start + length, budget);
		if (end.isNext('endstream') || end.isNext('endobj')) return start + length;
	}
	const found = bytes.indexOf('endstream', start);
	budget.spend(((found < 0 ? bytes.length : found) - start) / 16);
	if (found < 0) throw new Damaged('it ends in the middle of a page');
	return found;
}
