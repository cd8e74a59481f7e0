/** What PDF is written in (ISO 32000-1, 7.3). Names keep their slash, so that they cannot be taken for anything else. */
export type PdfValue = null | boolean | number | string | Shown | Keyword | Ref | Stream | PdfDict | PdfValue[];
export type PdfDict = ReadonlyMap<string, PdfValue>;

/** A string; only its length counts here, and whether there is anything in it. */
export class Shown {
	/**
	 * @param length in bytes
	 * @param start, end where it is written in `source`, without what encloses it
	 */
	constructor(
		readonly length: number,
		private readonly source: Uint8Array,
		private readonly start: number,
		private readonly end: number,
	) {}

	/** Whether it holds blanks alone, or the mark of an encoding, as programs write empty texts. */
	isBlank(): boolean {
		const written = Buffer.from(this.source.subarray(this.start, Math.min(this.end, this.start + MOST))).toString(
			'latin1',
		);
		return this.source[this.start - 1] === HEXADECIMAL
			? BLANK_DIGITS.test(written.replace(/\s+/g, ''))
			: BLANK.test(written);
	}
}

/** Bytes of a string that are looked at. */
const MOST = 256;
const HEXADECIMAL = 60;
const BLANK_DIGITS = /^(feff)?(00|20|0[9ad])*$/i;
const BLANK = /^(\xfe\xff|\\376\\377)?(\\[rnt]|[\s\0])*$/;

/** A bare word, such as `endobj`, or an operator of a page. */
export class Keyword {
	constructor(readonly word: string) {}
}

/** Points to an object. */
export class Ref {
	constructor(readonly number: number) {}
}

export class Stream {
	constructor(
		readonly dict: PdfDict,
		/** As it is stored, still under its filters. */
		readonly bytes: Uint8Array,
	) {}
}

export const isPdfDict = (value: PdfValue | undefined): value is PdfDict => value instanceof Map;
