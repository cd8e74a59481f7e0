/** Letters in which a data URL says what it holds. */
const LONGEST_HEAD = 600;

/** In quotes, as JSON has it. */
const LEAD = /^[\s"'`\ufeff]*/;
const TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** What a data URL says before its content. */
interface Head {
	/** As it is written, without what is around it. */
	readonly said: string;
	/** Whether it begins as one; some lost that. */
	readonly isWhole: boolean;
	/** Its media type, empty where none is said. */
	readonly type: string;
	readonly isBase64: boolean;
	/** Where its content begins in the text. */
	readonly end: number;
}

function headOf(text: string): Head | undefined {
	const start = text.slice(0, LONGEST_HEAD);
	const lead = LEAD.exec(start)?.[0].length ?? 0;
	// What is in quotes is none of its signs.
	const signs = start.slice(lead).replace(/"[^"]*"/g, (quoted) => '_'.repeat(quoted.length));
	const comma = endOfNames(signs) ?? signs.indexOf(',');
	if (comma < 0) return undefined;
	const said = signs.slice(0, comma);
	const isWhole = /^data:/i.test(said);
	const type = (said.slice(isWhole ? 5 : 0).split(';', 1)[0] ?? '').trim();
	return {
		said: start.slice(lead, lead + comma),
		isWhole,
		type,
		isBase64: /base64$/i.test(said.trimEnd()),
		end: lead + comma + 1,
	};
}

/** The comma behind file names that hold commas themselves. */
function endOfNames(signs: string): number | undefined {
	const mark = /;\s*base64\s*,/i.exec(signs);
	const said = signs.slice(0, mark?.index ?? 0).split(';');
	const areNames = said.every((part) => !part.includes(',') || /^\s*(file)?name\*?=/i.test(part));
	return mark && areNames ? mark.index + mark[0].length - 1 : undefined;
}

/** The bytes of a data URL, as people and services write one; undefined for what is none, such as base64 alone. */
export function dataUrlBytes(text: string): Buffer | undefined {
	const head = headOf(text);
	if (!head) return undefined;
	const content = text.slice(head.end);
	if (head.isBase64) return Buffer.from(content.includes('%') ? percentBytes(content).toString() : content, 'base64');
	return head.isWhole ? percentBytes(content) : undefined;
}

/** The media type that a data URL says, with its parameters. */
export const dataUrlType = (text: string): string => headOf(text)?.said.replace(/^data:/i, '') ?? '';

/** Whether a text is a data URL, or what is left of one that lost its beginning, by its first letters. */
export function isDataUrl(start: string): boolean {
	const head = headOf(start);
	if (!head) return false;
	const { said, isWhole, type, isBase64 } = head;
	// Other texts have commas, too, and pictures may hold a data URL: a file's type is named, or that it is base64.
	if (!isBase64) return isWhole && TYPE.test(type);
	return !/[<>\n]/.test(said) && (isWhole || TYPE.test(type) || /^(;|base64)/i.test(said));
}

/** Whether a text is meant as one, though it may be broken: what an address or a name never is. */
export const isLikeDataUrl = (start: string): boolean => /^data:/i.test(start.replace(LEAD, '')) || isDataUrl(start);

/** A data URL as it is sent: with its beginning and without what is around it. Undefined for another text. */
export function asDataUrl(given: string): string | undefined {
	const head = isDataUrl(given) ? headOf(given) : undefined;
	if (!head) return undefined;
	const { said, isWhole, type, isBase64, end } = head;
	// What is written with quotes and commas, others may read in other ways.
	const beginning = isBase64 && (!isWhole || /[",]/.test(said)) ? `data:${type === said ? '' : type};base64` : said;
	return `${beginning},${given.slice(end).replace(/["'`\s]{1,9}$/, '')}`;
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
