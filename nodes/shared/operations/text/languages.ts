/** The language that somebody names; forms offer to find it. */
export const languageGiven = (given: string | undefined): string | undefined =>
	/^\s*(auto|detect)/i.test(given ?? '') ? undefined : given?.trim();

/** Names that are not those of the codes of two letters, and those whose codes have three. */
const OTHERS = (
	'Mandarin Cantonese Hakka Hokkien Wu Farsi Dari Flemish Bengali Oriya Tagalog Castilian Valencian Moldovan Hawaiian ' +
	'Cebuano Hmong Maori Gaelic Acehnese Aramaic Aromanian Assyrian Asturian Awadhi Balinese Banjar Batak Bavarian Berber ' +
	'Betawi Bhojpuri Bikol Bodo Braj Buginese Chhattisgarhi Coptic Crimean Dogri Emilian Frankish Friulian Garhwali ' +
	'Haryanvi Hiligaynon Ilocano Iloko Jamaican Kabyle Karelian Kashubian Khasi Konkani Krio Kumaoni Kurmanji Ladino ' +
	'Latgalian Ligurian Lombard Luo Madurese Magahi Maithili Manipuri Marwari Mazanderani Meitei Minangkabau Mirandese ' +
	'Mizo Montenegrin Nahuatl Neapolitan Newari Pampanga Pangasinan Papiamento Picard Pidgin Piedmontese Rajasthani ' +
	'Rohingya Romani Rusyn Sakha Samogitian Santali Saraiki Scots Sicilian Silesian Sorani Sranan Sylheti Syriac ' +
	'Tamazight Tetum Tok Tulu Tumbuka Tuvan Udmurt Venetian Waray Yakut Zaza Multiple Mixed Unknown Undetermined'
).split(' ');

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

/**
 * Whether a line names a language in English and nothing else: it does for sure where each of its words may be one's,
 * and perhaps where one of them is, as in `Brazilian Portuguese`.
 */
export function isLanguage(line: string): 'surely' | 'perhaps' | undefined {
	if (!/^[\p{L}()',\- ]{2,40}$/u.test(line)) return undefined;
	const words = line.toLowerCase().match(/\p{L}+/gu) ?? [];
	const known = words.filter((word) => names().has(word));
	if (words.length > 4 || known.length === 0) return undefined;
	return known.length === words.length ? 'surely' : 'perhaps';
}
