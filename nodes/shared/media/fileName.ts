import { isEndingOf, isKnownEnding, kindOfNamed, type Kind } from './kind';
import { trimEnd } from '../core/trim';

/** What a disk takes of a name: Windows 255 letters, others 255 bytes, and more is put behind it. */
const MOST_LETTERS = 120;
const MOST_BYTES = 200;

/** Names that Windows has for devices, whatever ending they have, and with blanks before it. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\.|$)/i;

/** The query, the fragment or a parameter of an address behind what is a file's name. */
const BEHIND = /\.([A-Za-z0-9]{1,5})(?=\?|#[\w=&,.:-]*$|;\w+=)/g;

/** A file's name without folders and without what a header or a disk cannot hold, and its ending in small letters. */
function splitName(given: string | undefined): { readonly stem: string; readonly ending: string } {
	const last =
		withoutQuery(decoded((given ?? '').slice(-1000)))
			.split(/[\\/]/)
			.at(-1) ?? '';
	// Blanks and dots at the end are none of a name's, for some disks; letters that turn others round make it lie.
	const whole = last.replace(/[\p{Cc}\p{Cs}"\u202a-\u202e\u2066-\u2069]/gu, '').replace(/[<>:|?*]/g, '_');
	const name = trimEnd(whole.trimStart(), /[\s.]/);
	// Digits alone are none: they are the end of a date or a version.
	const [, stem = name, ending = ''] = /^(.+?)(?:\.(?!\d+$)([A-Za-z0-9]{1,5}))?$/.exec(name) ?? [];
	const short = trimEnd(shorten(stem), /[\s.]/);
	return { stem: DEVICE.test(short) ? `_${short}` : short, ending };
}

/** As people read it, where it comes from an address. */
function decoded(name: string): string {
	if (!/%[\da-f]{2}/i.test(name)) return name;
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}

function withoutQuery(name: string): string {
	for (const match of name.matchAll(BEHIND))
		if (isKnownEnding((match[1] ?? '').toLowerCase())) return name.slice(0, match.index + match[0].length);
	return name;
}

/** Its beginning tells what it is. */
function shorten(stem: string): string {
	let short = '';
	let bytes = 0;
	for (const letter of stem) {
		bytes += Buffer.byteLength(letter);
		if (bytes > MOST_BYTES || short.length + letter.length > MOST_LETTERS) break;
		short += letter;
	}
	return short;
}

/**
 * The name that a server gives a file in `Content-Disposition` (RFC 6266); undefined where it gives none.
 * The form with a character set goes before the plain one.
 */
export function dispositionName(header: unknown): string | undefined {
	const text = typeof header === 'string' ? header.slice(0, 2000) : '';
	const [, encoded] = /filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']{0,20}'([^\s;]+)/i.exec(text) ?? [];
	if (encoded !== undefined) return decoded(encoded);
	const [, quoted, bare] = /filename\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;"]+))/i.exec(text) ?? [];
	return fromBytes((quoted?.replaceAll('\\"', '"') ?? bare ?? '').trim()) || undefined;
}

/** A header's text, which is read byte by byte, as UTF-8 where it is that. */
function fromBytes(text: string): string {
	const read = Buffer.from(text, 'latin1').toString();
	return /[^\0-\xff]/.test(text) || read.includes('\ufffd') ? text : read;
}

/** Whether a name tells by itself what a file is, as `download.php` does not. */
export function isTellingName(name: string, head: Uint8Array): boolean {
	const ending = splitName(name).ending.toLowerCase();
	return (
		isEndingOf(head, ending) ?? (isKnownEnding(ending) && !/^(php\d?|aspx?|jsp|cgi|html?|bin|dat|tmp)$/.test(ending))
	);
}

/**
 * The name and kind under which a file goes out. The API takes a part for a file, and for its kind, by the name:
 * it needs one, with the right ending. The bytes decide over a wrong ending; where they tell nothing, the name stays.
 * @param given the file's own name, as hostile as it may be
 * @param head the file's first bytes
 */
export function namedFile(
	given: string | undefined,
	declared: string | undefined,
	head: Uint8Array,
): Kind & { readonly name: string } {
	const { stem, ending } = splitName(given);
	const kind = kindOfNamed(head, declared, ending.toLowerCase());
	return { ...kind, name: nameOf(stem || 'file', ending, kind, head) };
}

function nameOf(stem: string, ending: string, { mimeType, extension }: Kind, head: Uint8Array): string {
	const whole = ending ? `${stem}.${ending}` : stem;
	const isRight = isEndingOf(head, ending.toLowerCase());
	if (isRight === undefined)
		return (ending && ending !== 'bin') || mimeType === 'application/octet-stream' || extension === 'bin'
			? whole
			: `${whole}.${extension}`;
	if (isRight) return whole;
	return `${isKnownEnding(ending.toLowerCase()) ? stem : whole}.${extension}`;
}

/** Names of the files that a run makes: each after its item's input file, or after the item; no two are the same. */
export class FileNames {
	private readonly stems: readonly string[];
	private readonly reserved: ReadonlySet<string>;
	private readonly taken = new Set<string>();

	/**
	 * @param given for each item the name of its input file, where it has one
	 * @param fallback what the others are called
	 */
	constructor(given: ReadonlyArray<string | undefined>, fallback: string) {
		// A number for each item, where there are several: they do not depend on which of them are done first.
		const wished = given.map(
			(name, item) => splitName(name).stem || (given.length > 1 ? `${fallback}_${item}` : fallback),
		);
		this.stems = uniqueNames(wished);
		this.reserved = new Set(this.stems.map(plain));
	}

	/** A name that no other file of this run has. @param extension without a dot */
	claim(item: number, extension: string): string {
		const stem = this.stems[item] ?? `file_${item}`;
		for (let position = 0; ; position++) {
			const own = position === 0 ? stem : `${stem}_${position}`;
			const name = `${own}.${extension}`;
			const known = plain(name);
			// What another item is called stays free for it, however late it comes.
			if (this.taken.has(known) || (position > 0 && this.reserved.has(plain(own)))) continue;
			this.taken.add(known);
			return name;
		}
	}
}

/** Some disks take capitals for small letters, and letters with their marks for the same as one. */
const plain = (name: string) => name.normalize('NFC').toLowerCase();

/** The same names, those that occur again with a number. Linear in their number. */
function uniqueNames(wished: readonly string[]): string[] {
	const known = wished.map(plain);
	const all = new Set(known);
	const used = new Set<string>();
	const next = new Map<string, number>();
	return wished.map((name, item) => {
		const own = known[item] ?? '';
		if (!used.has(own)) {
			used.add(own);
			return name;
		}
		for (let number = next.get(own) ?? 2; ; number++) {
			const other = `${name}_${number}`;
			const wanted = plain(other);
			if (all.has(wanted) || used.has(wanted)) continue;
			next.set(own, number + 1);
			used.add(wanted);
			return other;
		}
	});
}
