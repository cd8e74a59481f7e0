/** Marks that say which sign separates thousands, where one alone does not tell. */
const COMMA_FOR_THOUSANDS = /[$£¥]|\b(USD|GBP|JPY|CAD|AUD)\b/i;
const POINT_FOR_THOUSANDS = /€|\b(EUR|BRL|DKK)\b/i;

/**
 * A number that was written for people: `1.234,56 €`, `$1,234.56`, `(12.50)`, `1 234`, `12 %`.
 * Undefined for what could be read in two ways, and for what is not one number.
 */
export function readAmount(text: string): number | undefined {
	const match = /^[^\d(+\-−]*([(+\-−]?)[^\d(+\-−.,]*(\d[\d.,'’ \u00a0\u202f]*)(\)?-?)[^\d]*$/.exec(
		text.trim().slice(0, 100),
	);
	if (!match) return undefined;
	const [, before = '', digits = '', after = ''] = match;
	const size = readDigits(digits.replace(/[ '’\u00a0\u202f]/g, '').replace(/[.,]$/, ''), text);
	if (size === undefined) return undefined;
	const isNegative =
		before === '-' || before === '−' || (before === '(' && after.startsWith(')')) || after.endsWith('-');
	return isNegative ? -size : size;
}

function readDigits(digits: string, text: string): number | undefined {
	const point = digits.lastIndexOf('.');
	const comma = digits.lastIndexOf(',');
	if (point >= 0 && comma >= 0) {
		const [decimal, thousands] = point > comma ? ['.', ','] : [',', '.'];
		const [whole = '', part = '', ...more] = digits.split(decimal);
		return more.length > 0 || part.includes(thousands) ? undefined : join(whole, thousands, part);
	}
	const sign = point >= 0 ? '.' : comma >= 0 ? ',' : undefined;
	if (sign === undefined) return Number(digits);
	const parts = digits.split(sign);
	if (parts.length > 2) return join(digits, sign, '');
	const [whole = '', part = ''] = parts;
	if (part.length !== 3 || whole === '0' || whole.length > 3) return join(whole, sign, part);
	// Three digits behind one sign: thousands or thousandths. What stands around it has to tell.
	const marks = sign === ',' ? COMMA_FOR_THOUSANDS : POINT_FOR_THOUSANDS;
	if (marks.test(text)) return join(digits, sign, '');
	return sign === '.' && text.trim() === digits ? Number(digits) : undefined;
}

/** Undefined where thousands do not come in threes. */
function join(whole: string, thousands: string, part: string): number | undefined {
	const groups = whole.split(thousands);
	if (
		groups.length > 1 &&
		groups.some((group, index) => (index === 0 ? group.length > 3 || group === '' : group.length !== 3))
	)
		return undefined;
	return Number(`${groups.join('')}${part === '' ? '' : `.${part}`}`);
}

/** A date as YYYY-MM-DD; read from other forms only where day and month cannot be taken for each other. */
export function readDate(text: string): string | undefined {
	const value = text.trim();
	const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(value);
	if (iso) return dateOf(iso[1], iso[2], iso[3]);
	// With points, the day is first wherever that is written.
	const points = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(value);
	if (points) return dateOf(points[3], points[2], points[1]);
	const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value);
	if (!slashes) return undefined;
	const [, first = '', second = '', year] = slashes;
	if (Number(first) > 12) return dateOf(year, second, first);
	return Number(second) > 12 || first === second ? dateOf(year, first, second) : undefined;
}

function dateOf(year = '', month = '', day = ''): string | undefined {
	const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	const moment = Date.parse(`${written}T00:00:00Z`);
	// 2026-02-30 is no date.
	return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(written) ? written : undefined;
}
