import { trimEnd } from '../core/trim';

/** Letters that a number or a date may have, with what is written around it. */
const LONGEST = 100;

/** Marks that say which sign separates thousands, where one alone does not tell. */
const COMMA_FOR_THOUSANDS = /[$£¥]|\b(USD|GBP|JPY|CAD|AUD)\b/i;
const POINT_FOR_THOUSANDS = /€|\b(EUR|BRL|DKK)\b/i;

/** Words and signs that make a number another one: `1.5k`, `3 million`, `50¢`, `3½`. */
const LARGER =
	/[½¼¾⅓⅔‰¢]|^\s*(k|m|mm|mn|mio|mln|mrd|b|bn|tsd|thousand|million|milliard|billion|lakh|crore|dozen|hundred|tausend|mille|mil)\p{L}{0,3}\b/iu;

/**
 * A number that was written for people: `1.234,56 €`, `$1,234.56`, `(12.50)`, `1 234`, `12,- EUR`, `12 %`.
 * Undefined for what could be read in two ways, and for what is not one number.
 */
export function readAmount(text: string): number | undefined {
	const short = text.trim().slice(0, LONGEST);
	if (/^[-+]?\d+(\.\d+)?e[-+]?\d{1,3}$/i.test(short)) return Number(short);
	const match = /^[^\d(+\-−–]*([(+\-−–]?)[^\d(+\-−–.,]*([.,]?\d[\d.,'’ \u00a0\u202f]*)(\)?[-–]*)([^\d]*)$/.exec(short);
	if (!match) return undefined;
	const [, before = '', digits = '', after = '', rest = ''] = match;
	if (LARGER.test(rest)) return undefined;
	// `.5`, but not `Rs.5`
	const isPart = /(^|[^\p{L}\p{N}])[.,]$/u.test(short.slice(0, short.indexOf(digits)));
	const isWhole = /[.,]\s*$/.test(digits) && /[-–]/.test(after);
	const plain = digits.trim().replace(/[.,]$/, '');
	// Spaces and quotes part thousands, or numbers.
	if (/[ '’\u00a0\u202f]/.test(plain) && !/^\d{1,3}([ '’\u00a0\u202f]\d{3})+([.,]\d+)?$/.test(plain)) return undefined;
	const size = readDigits(`${isPart ? '.' : ''}${plain.replace(/[ '’\u00a0\u202f]/g, '')}`, text);
	if (size === undefined) return undefined;
	const isNegative =
		['-', '−', '–'].includes(before) || (before === '(' && after.startsWith(')')) || (!isWhole && after.endsWith('-'));
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
	// `.5`
	if (whole === '') return Number(`0.${part}`);
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

/** The first letters of the months in the languages that invoices come in, without their accents. */
const MONTHS = [
	'jan|gen|ene',
	'feb|fev',
	'mar|mrz|maa',
	'apr|avr|abr',
	'may|mai|mag|mei',
	'jun|juin|giu',
	'jul|juil|lug',
	'aug|aou|ago',
	'sep|set',
	'oct|okt|out|ott',
	'nov',
	'dec|dez|dic',
].map((starts) => new RegExp(`^(${starts})`));

function monthOf(word: string): string | undefined {
	const plain = word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	const index = MONTHS.findIndex((starts) => starts.test(plain));
	return index < 0 ? undefined : String(index + 1);
}

/** A date as YYYY-MM-DD; read from other forms only where day and month cannot be taken for each other. */
export function readDate(text: string): string | undefined {
	const value = trimEnd(
		text
			.trim()
			.slice(0, LONGEST)
			.replace(/[T ]\d{1,2}:\d{2}.*$/, ''),
		/[T ]/,
	);
	const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(value);
	if (yearFirst) return dateOf(yearFirst[1], yearFirst[3], yearFirst[4]);
	// With points, the day is first wherever that is written.
	const points = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$/.exec(value);
	if (points) return dateOf(points[3], points[2], points[1]);
	const named = value.replace(/^\p{L}+,\s*/u, '');
	const dayFirst = /^(\d{1,2})(?:\.|st|nd|rd|th|er|º)?[ -](?:of |de )?(\p{L}{3,12})\.?,?[ -](?:de )?(\d{4})$/u.exec(
		named,
	);
	if (dayFirst) return dateOf(dayFirst[3], monthOf(dayFirst[2] ?? ''), dayFirst[1]);
	const monthFirst = /^(\p{L}{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/u.exec(named);
	if (monthFirst) return dateOf(monthFirst[3], monthOf(monthFirst[1] ?? ''), monthFirst[2]);
	const slashes = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4})$/.exec(value);
	if (!slashes) return undefined;
	const [, first = '', , second = '', year] = slashes;
	if (Number(first) > 12) return dateOf(year, second, first);
	return Number(second) > 12 || first === second ? dateOf(year, first, second) : undefined;
}

function dateOf(year = '', month = '', day = ''): string | undefined {
	const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	const moment = Date.parse(`${written}T00:00:00Z`);
	// 2026-02-30 is no date.
	return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(written) ? written : undefined;
}
