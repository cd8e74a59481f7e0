/** Letters in which a data URL says what it holds. */
const LONGEST_HEAD = 600;

/** A data URL, or what is left of one that lost its beginning; in quotes, as JSON has it. */
const BASE64 = /base64$/i;
const BEFORE_BASE64 = [/^data:[^,<>\n]*$/i, /^([\w.+-]+\/[\w.+-]+)?\s*(;[^,<>\n]*)?$/];
const PLAIN = /^[\s"'`\ufeff]*data:[^,]*$/i;

/** The bytes of a data URL, as people and services write one; undefined for what is none, such as base64 alone. */
export function dataUrlBytes(text: string): Buffer | undefined {
	const comma = text.slice(0, LONGEST_HEAD).indexOf(',');
	if (comma < 0) return undefined;
	const head = text.slice(0, comma);
	const content = text.slice(comma + 1);
	if (BASE64.test(head.trimEnd()))
		return Buffer.from(content.includes('%') ? percentBytes(content).toString() : content, 'base64');
	return PLAIN.test(head) ? percentBytes(content) : undefined;
}

/** Whether the text of a file is a data URL, by its first bytes. */
export function isDataUrl(head: Uint8Array): boolean {
	const text = Buffer.from(head).toString('utf8');
	const comma = text.indexOf(',');
	const said = text.slice(0, comma);
	// Other texts have commas, too, and pictures may hold a data URL: a file's type is named, or that it is base64.
	return comma > 0 && (isOnlyBase64(said) || (PLAIN.test(said) && /data:\s*[\w.+-]+\/[\w.+-]/i.test(said)));
}

/** Whether nothing is said but what the bytes are, and that they are base64. */
function isOnlyBase64(said: string): boolean {
	const head = said.replace(/^[\s"'`\ufeff]+/, '').trimEnd();
	const before = head.replace(BASE64, '');
	return before !== head && BEFORE_BASE64.some((form) => form.test(before));
}

/** Letters as UTF-8, and percent-encoded bytes; decodeURIComponent would reject bytes that are not UTF-8. */
function percentBytes(content: string): Buffer {
	if (!content.includes('%')) return Buffer.from(content);
	const bytes = Buffer.from(content).toString('latin1');
	return Buffer.from(
		bytes.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
		'latin1',
	);
}
