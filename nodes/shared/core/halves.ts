/** What JSON writes for a backslash, and for half a character: it writes whole ones as they are. */
const BACKSLASH_OR_HALF = /\\(?:\\|ud[0-9a-f]{3})/g;

/**
 * JSON to be sent, in which half a character is the sign for what cannot be read. Texts have halves where an expression or
 * a splitter cut them within an emoji, and a service refuses all of a request for one (docs/api.md#errors).
 * @param json as JSON.stringify writes it
 */
export const withoutHalves = (json: string): string =>
	json.includes('\\ud') ? json.replace(BACKSLASH_OR_HALF, (escape) => (escape === '\\\\' ? escape : '\\ufffd')) : json;

export const writePlainJson = (value: unknown): string => withoutHalves(JSON.stringify(value));
