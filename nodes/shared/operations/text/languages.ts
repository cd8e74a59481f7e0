/** Names that are not those of the codes. */
const OTHERS = [
	'Mandarin',
	'Cantonese',
	'Farsi',
	'Dari',
	'Flemish',
	'Bengali',
	'Tagalog',
	'Castilian',
	'Valencian',
].concat([
	'Moldovan',
	'Hawaiian',
	'Cebuano',
	'Hmong',
	'Maori',
	'Gaelic',
	'Multiple',
	'Mixed',
	'Unknown',
	'Undetermined',
]);

const LETTERS = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));

let known: ReadonlySet<string> | undefined;

/** The first words of the English names of all languages that have a code of two letters. */
function names(): ReadonlySet<string> {
	if (known) return known;
	const shown = new Intl.DisplayNames(['en'], { type: 'language' });
	const codes = LETTERS.flatMap((first) => LETTERS.map((second) => `${first}${second}`));
	const named = codes.flatMap((code) => {
		const name = shown.of(code);
		return name === undefined || name === code ? [] : name.split(/[\s(]+/).slice(0, 2);
	});
	known = new Set([...named, ...OTHERS].map((name) => name.toLowerCase()));
	return known;
}

/** Whether a line names a language in English, such as `Brazilian Portuguese`, and nothing else. */
export function isLanguage(line: string): boolean {
	if (!/^[\p{L}()',\- ]{2,40}$/u.test(line)) return false;
	const words = line.toLowerCase().match(/\p{L}+/gu) ?? [];
	return words.length <= 4 && words.some((word) => names().has(word));
}
