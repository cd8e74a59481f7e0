import { Damaged, type Budget } from './budget';
import { Keyword, Ref, Shown, type PdfDict, type PdfValue } from './values';

/** Nested deeper than this is no document. */
const DEEPEST = 60;

/** What each byte is: every one of a file is looked up. */
const KINDS = new Uint8Array(256);
const [REGULAR, SPACE, DELIMITER] = [0, 1, 2];
for (const sign of '\0\t\n\f\r ') KINDS[sign.charCodeAt(0)] = SPACE;
for (const sign of '()<>[]{}/%') KINDS[sign.charCodeAt(0)] = DELIMITER;
const isSpace = (code: number) => KINDS[code] === SPACE;
const isRegular = (code: number) => KINDS[code] === REGULAR;
const isLineEnd = (code: number) => code === 10 || code === 13 || code === -1;
const isDigit = (code: number) => code >= 48 && code <= 57;

const SIGN = { '/': 47, '(': 40, ')': 41, '[': 91, ']': 93, '<': 60, '>': 62, '{': 123, '}': 125 };

/** What a value within a list or a dictionary counts as, in bytes: it takes more memory and time than the byte that it is written in. */
const MANY = 48;
/** The same in what a page draws, where lists are short. */
export const FEW = 16;

/** Reads values one after the other. Beyond the end there is the code -1. */
export class Lexer {
	constructor(
		readonly bytes: Uint8Array,
		public at: number,
		private readonly budget: Budget,
		private readonly cost = MANY,
	) {}

	/** The next value, or undefined at the end. @throws Damaged */
	next(): PdfValue | undefined {
		const start = this.at;
		try {
			return this.read(0);
		} finally {
			// What turns out to be damaged was looked at, too.
			this.budget.spend(this.at - start);
		}
	}

	/** The next value when it is this word. */
	isNext(word: string): boolean {
		const start = this.at;
		this.skipSpace();
		if (
			this.code(this.at) === word.charCodeAt(0) &&
			this.word(word.length) === word &&
			!isRegular(this.code(this.at + word.length))
		) {
			this.at += word.length;
			return true;
		}
		this.at = start;
		return false;
	}

	/** A whole number without a sign, if it is next. */
	wholeNumber(): number | undefined {
		this.skipSpace();
		const start = this.at;
		while (isDigit(this.code(this.at)) && this.at - start < 12) this.at++;
		return this.at === start ? undefined : Number(this.word(this.at - start, start));
	}

	skipSpace(): void {
		const start = this.at;
		for (;;) {
			const code = this.code(this.at);
			if (isSpace(code)) this.at++;
			else if (code === 37) while (!isLineEnd(this.code(this.at))) this.at++;
			else break;
		}
		this.budget.spend(this.at - start);
	}

	code(at: number): number {
		return this.bytes[at] ?? -1;
	}

	private word(length: number, from = this.at): string {
		let text = '';
		for (let at = from; at < from + length; at++) text += String.fromCharCode(this.code(at));
		return text;
	}

	private read(depth: number): PdfValue | undefined {
		if (depth > DEEPEST) throw new Damaged('its objects are nested too deeply');
		this.skipSpace();
		const code = this.code(this.at);
		switch (code) {
			case SIGN['/']:
				this.at++;
				return `/${this.name()}`;
			case SIGN['(']:
				return this.literal();
			case SIGN['[']:
				this.at++;
				return this.list(depth, SIGN[']']);
			case SIGN['<']:
				if (this.code(this.at + 1) !== 60) return this.hexadecimal();
				this.at += 2;
				return this.dict(depth);
			case SIGN[']']:
			case SIGN['>']:
			case SIGN[')']:
			case SIGN['{']:
			case SIGN['}']:
				this.at++;
				return new Keyword(String.fromCharCode(code));
		}
		if (code === -1) return undefined;
		return isDigit(code) || [43, 45, 46].includes(code) ? this.numberOrRef() : this.keyword();
	}

	private regular(longest: number): string {
		const start = this.at;
		while (isRegular(this.code(this.at))) this.at++;
		return this.word(Math.min(this.at - start, longest), start);
	}

	private name(): string {
		return this.regular(256).replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
	}

	private keyword(): PdfValue {
		const word = this.regular(32);
		if (word === 'null') return null;
		if (word === 'true' || word === 'false') return word === 'true';
		return new Keyword(word);
	}

	private numberOrRef(): PdfValue {
		const text = this.regular(64);
		const value = Number(text);
		// Some writers give "--5" or "1.2.3".
		if (!Number.isFinite(value)) return parseFloat(text.replace(/^-+/, '-')) || 0;
		if (!/^\d+$/.test(text)) return value;
		const end = this.at;
		if (this.wholeNumber() !== undefined && this.isNext('R')) return new Ref(value);
		this.at = end;
		return value;
	}

	private literal(): Shown {
		const start = ++this.at;
		for (let open = 1; open > 0; this.at++) {
			const code = this.code(this.at);
			if (code === -1) throw new Damaged('a text in it has no end');
			if (code === 92) this.at++;
			else if (code === 40) open++;
			else if (code === 41) open--;
		}
		return new Shown(this.at - 1 - start, this.bytes, start, this.at - 1);
	}

	private hexadecimal(): Shown {
		const start = ++this.at;
		while (this.code(this.at) !== 62) {
			if (this.code(this.at++) === -1) throw new Damaged('a text in it has no end');
		}
		const end = this.at++;
		return new Shown((end - start) >> 1, this.bytes, start, end);
	}

	private list(depth: number, closing: number): PdfValue[] {
		const values: PdfValue[] = [];
		for (;;) {
			this.skipSpace();
			if (this.code(this.at) === closing) {
				this.at++;
				return values;
			}
			const value = this.read(depth + 1);
			if (value === undefined || value instanceof Keyword) throw new Damaged('a list in it has no end');
			this.budget.spend(this.cost);
			values.push(value);
		}
	}

	private dict(depth: number): PdfDict {
		const values = this.list(depth, SIGN['>']);
		this.budget.spend(this.cost);
		if (this.code(this.at) === SIGN['>']) this.at++;
		const dict = new Map<string, PdfValue>();
		for (let index = 0; index + 1 < values.length; index += 2) {
			const key = values[index];
			if (typeof key === 'string') dict.set(key.slice(1), values[index + 1] ?? null);
		}
		return dict;
	}
}
