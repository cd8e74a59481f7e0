/** What PDF is written in (ISO 32000-1, 7.3). Names keep their slash, so that they cannot be taken for anything else. */
export type PdfValue = null | boolean | number | string | Shown | Keyword | Ref | Stream | PdfDict | PdfValue[];
export type PdfDict = ReadonlyMap<string, PdfValue>;

/** A string; only its length counts here. */
export class Shown {
	constructor(readonly length: number) {}
}

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
