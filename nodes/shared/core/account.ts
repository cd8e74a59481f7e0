import { InputError } from './problem';
import { trimEnd, trimmer, UNSEEN } from './trim';

/** What a credential holds, read once: what was checked is what is sent. */

const DEFAULT_URL = 'https://api.deepinfra.com';
const KEYS = 'https://deepinfra.com/dash/api_keys';

/** Far more than any key or address has; a header of Node holds 16 kB. */
const LONGEST_KEY = 4096;
const LONGEST_URL = 2048;

/** What gets between a key and its neighbours when it is copied: blanks, line breaks, invisible letters, quotes. */
const withoutMargins = trimmer(`${UNSEEN}"'\``);

/**
 * A key as people paste it, with `Bearer `, spaces or a newline; DeepInfra takes such a key for none at all.
 * @throws InputError for what no key is, above all for letters that a header would lose
 */
export function readKey(pasted: unknown): string {
	const text = typeof pasted === 'string' ? withoutMargins(pasted) : '';
	const key = withoutMargins(text.replace(/^authorization\s*:\s*/i, '').replace(/^bearer(\s+|$)/i, ''));
	if (key === '') {
		throw new InputError(
			'The DeepInfra credential has no API key',
			`Open the credential and paste a key from ${KEYS}.`,
		);
	}
	const [odd] = /[^\x21-\x7e]/u.exec(key) ?? [];
	if (odd === undefined && key.length <= LONGEST_KEY) return key;
	const what = odd === undefined ? `is ${key.length} characters long` : `holds ${nameOf(odd)}`;
	throw new InputError(
		`The API key in the DeepInfra credential is not a key: it ${what}`,
		`Open the credential, empty the field 'API Key' and paste the key from ${KEYS} anew.`,
	);
}

/** The key's other letters are nobody's business. */
function nameOf(letter: string): string {
	if (/[\r\n\u2028\u2029]/.test(letter)) return 'a line break';
	if (/\s/.test(letter)) return 'a blank';
	return /[\p{Cc}\p{Cf}]/u.test(letter) ? 'an invisible character' : `the letter '${letter}'`;
}

/** A route of DeepInfra at the end of an address, as its documentation shows them; the node adds its own. */
const ROUTE =
	/\/(v1(\/(openai|inference|chat|completions|responses|embeddings|images|audio|text-to-speech|videos|voices|models|files|batches|rerank|me|tokenize|detokenize)(\/.*)?)?|anthropic(\/.*)?)$/i;

/**
 * Where to send to, without a slash at its end: DeepInfra itself where nothing is given, else what people paste,
 * with a route of the documentation or without `https://`.
 * @throws InputError for what is no address, or holds a password, which would be sent instead of the key
 */
export function readBaseUrl(pasted: unknown): string {
	const text = typeof pasted === 'string' ? withoutMargins(pasted) : '';
	if (text === '') return DEFAULT_URL;
	const full = /^[a-z\d-]+(\.[a-z\d-]+)+(:\d+)?(\/|$)/i.test(text) ? `https://${text}` : text;
	const isClean = full.length <= LONGEST_URL && !/[\s\\\p{Cc}]/u.test(full) && URL.canParse(full);
	const url = isClean ? new URL(full) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
		throw new InputError(
			"The 'Base URL' in the DeepInfra credential is not a web address",
			`Enter ${DEFAULT_URL} there, or the address of your proxy.`,
		);
	}
	if (url.username || url.password) {
		throw new InputError(
			"The 'Base URL' in the DeepInfra credential holds a user name or a password",
			`Enter the address without them, such as ${DEFAULT_URL}: they would be sent in place of the key.`,
		);
	}
	const path = trimEnd(trimEnd(url.pathname, /\//).replace(ROUTE, ''), /\//);
	return `${url.origin}${path}`;
}
