/**
 * Tokenizers that read bytes (GPT-2, RoBERTa) write each byte as one letter: those that can be seen as themselves, the
 * others as letters from 256 on. `MÃ¼ller` is `Müller` so written.
 */

const isSeen = (byte: number): boolean =>
	(byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
const UNSEEN = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isSeen(byte));
const FIRST = 256;
const BLANK = 32;

/** The text that such letters stand for; undefined for what is not so written. */
export function textOfBytes(letters: string): string | undefined {
	const bytes: number[] = [];
	for (const letter of letters) {
		const code = letter.codePointAt(0) ?? 0;
		const byte = code < FIRST ? (isSeen(code) || code === BLANK ? code : undefined) : UNSEEN[code - FIRST];
		if (byte === undefined) return undefined;
		bytes.push(byte);
	}
	const text = Buffer.from(bytes).toString('utf8');
	return text.includes('\ufffd') ? undefined : text;
}
