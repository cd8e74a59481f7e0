import { errorText, isDict } from '../core/answer';
import { dataUrlBytes, dataUrlType, isDataUrl } from '../core/dataUrl';
import type { Dict, FileOut, Output } from '../core/operation';
import { AnswerError } from '../core/problem';
import { rewriteInSteps } from '../core/rewrite';
import type { Steps } from '../core/steps';
import { isWebAddress } from '../core/values';
import { HEAD, kindFrom, kindOf } from './kind';

/** Where answers carry their files (docs/api.md#images), in the order of trust. */
const PLACES = {
	image: ['images', 'image_urls', 'image_url', 'image', 'output', 'results', 'data'],
	audio: ['audio', 'audio_b64', 'audio_url', 'audios', 'output', 'results'],
	video: ['video_url', 'video', 'videos', 'video_urls', 'output', 'results', 'data'],
} as const;

/** Longer than any name of a field. */
const LONGEST_KEY = 60;

/** Whether a key says by its name that a file stands there, and that it is none of the input's. */
const isNamed = (key: string): boolean =>
	key === 'b64_json' ||
	(key.length <= LONGEST_KEY &&
		/(^|_)(images?|audios?|videos?|music|speech|sound|song)(_\d+)?(_(urls?|uri|b64|base64|files?|data|outputs?))?$/i.test(
			key,
		) &&
		!/^(input|source|reference|init|start|prompt|first|last|num|has|is)_/i.test(key));

/** Keys under which a file may stand, or anything else. */
const OPEN: ReadonlySet<string> = new Set(['output', 'outputs', 'results', 'data']);

/** Keys of a file that is wrapped in an object. */
const WRAPPED = ['url', 'image_url', 'image', 'b64_json', 'base64', 'data'].concat([
	'audio',
	'audio_b64',
	'audio_url',
	'video',
	'video_url',
]);

/** Whether models of these tasks make files, so that an address in what they give is one. */
export const makesFiles = (tasks: readonly string[]): boolean =>
	tasks.some((task) => /(^|-)to-(image|video|speech|music|audio|3d)$|^world-model$/.test(task));

/** In either of its alphabets. Written without alternatives that overlap: such a text can be megabytes long, and hostile. */
function isBase64(text: string): boolean {
	const end = text.indexOf('=');
	const body = end < 0 ? text : text.slice(0, end);
	return !/[^A-Za-z0-9+/_\s-]/.test(body) && (end < 0 || !/[^=\s]/.test(text.slice(end)));
}

/** The file that a text stands for: a data URL, a web address, a path on the API, or bare base64. */
export function fileOf(value: string): FileOut | undefined {
	const text = value.trim();
	if (/^data:/i.test(text)) return dataUrl(text);
	// One that lost its beginning.
	if (/^([\w.+-]{1,40}\/|;)/.test(text) && isDataUrl(text) && isBase64(text.slice(text.lastIndexOf(',') + 1)))
		return dataUrl(text);
	if (/^https?:\/\//i.test(text)) return isWebAddress(text) && !/\s/.test(text) ? { url: text } : undefined;
	const bytes = bareBase64(text);
	if (bytes) return { bytes };
	return /^\/(?!\/)[^\s\\]{1,2000}$/.test(text) || /^[\w.-]+(\/[\w.-]+)+\.\w{2,5}$/.test(text)
		? { url: text }
		: undefined;
}

function dataUrl(text: string): FileOut | undefined {
	const bytes = dataUrlBytes(text);
	if (!bytes || bytes.length === 0) return undefined;
	const kind = kindFrom(bytes, dataUrlType(text));
	// Said only where the bytes do not say it themselves.
	const isKnown = kind.mimeType === (kindOf(bytes)?.mimeType ?? 'application/octet-stream');
	return isKnown ? { bytes } : { bytes, kind };
}

function bareBase64(text: string): Buffer | undefined {
	// Only the start is decoded to see whether it is a file at all; a JPEG's base64 starts with a slash, as a path does.
	if (text.length < 16 || !isBase64(text.slice(0, HEAD))) return undefined;
	if (!kindOf(Buffer.from(text.slice(0, HEAD), 'base64')) || !isBase64(text)) return undefined;
	return Buffer.from(text, 'base64');
}

/** Undefined where one of several is missing. */
type Places = Array<FileOut | undefined>;

const hasFile = (places: Places): boolean => places.some((file) => file !== undefined);

function filesIn(value: unknown): Places {
	if (Array.isArray(value)) {
		const found = value.map((entry) => filesIn(entry));
		if (!found.some(hasFile)) return [];
		// Words stand for themselves: they are refused as what they are, and the others keep their places.
		return found.flatMap((files, index) => (hasFile(files) ? files : [wordsOf(value[index])]));
	}
	if (typeof value === 'string') {
		const file = fileOf(value);
		return file ? [file] : [];
	}
	if (!isDict(value)) return [];
	const held = WRAPPED.map((key) => value[key]).find((entry) => typeof entry === 'string' && entry !== '');
	return filesIn(held);
}

/** What stands where a file should be and says why it does not, in base64 or not; nothing for what only marks a gap. */
function wordsOf(value: unknown): FileOut | undefined {
	const held = isDict(value) ? WRAPPED.map((key) => value[key]).find((entry) => typeof entry === 'string') : value;
	// An object says why in the words of a failure.
	const said = isDict(value) && !held ? errorText(value) : undefined;
	if (said !== undefined) return { bytes: Buffer.from(said.slice(0, 1000)) };
	const text = typeof held === 'string' ? held.trim() : '';
	if (text.length < 16 && !/\s/.test(text)) return undefined;
	return { bytes: isBase64(text) && !/\s/.test(text) ? Buffer.from(text, 'base64') : Buffer.from(text) };
}

/** The first that hold any: an answer of many megabytes is looked through once. */
function placesIn(values: readonly unknown[]): Places {
	for (const value of values) {
		const places = filesIn(value);
		if (hasFile(places)) return places;
	}
	return [];
}

/** All files of an answer, each in its place; one that is none among others is a text. Empty when there is none. */
export const placesOf = (answer: Dict, media: keyof typeof PLACES): Places =>
	placesIn(PLACES[media].map((name) => answer[name]));

/**
 * The same without places that are empty.
 * @throws AnswerError when there is none
 */
export function mediaOf(answer: Dict, media: keyof typeof PLACES): FileOut[] {
	const files = placesOf(answer, media).flatMap((file) => file ?? []);
	if (files.length > 0) return files;
	throw new AnswerError(
		`DeepInfra answered without ${media === 'image' ? 'an image' : media === 'audio' ? 'a sound' : 'a video'}`,
	);
}

/** A file of an answer as it came; `isDoubtful`: it may as well be a text that looks like an address. */
type Taken = FileOut & { readonly isDoubtful?: true };

/** What is known of a place in an answer: a file stands there, one may stand there, or none does. */
type Place = 'file' | 'perhaps' | 'none';

/** No answer has so many files: what goes on and on is no list of them. */
const MOST_FILES = 1000;

/** A path on the API that ends as a file does. */
const isFilePath = (text: string): boolean => /\.\w{2,5}$/.test(text.trim());

/** The place of an entry by its name. */
function placeOf(key: string, place: Place, areFiles: boolean): Place {
	if (isNamed(key)) return 'file';
	if (place !== 'none' && WRAPPED.includes(key)) return place;
	return OPEN.has(key) && place === 'none' && areFiles ? 'perhaps' : 'none';
}

/**
 * An answer with its files taken out: where one was, `name(index)` tells which binary field it went to.
 * Web addresses are kept in the JSON. They are downloaded where the key says that a file stands there, or where
 * the model makes files: what a model writes is never an address to be visited.
 * @param areFiles whether the model makes files
 * @param copies whether what does not change is copied, too
 * @throws AnswerError for one that is nested too deeply
 */
export function* takeOutMediaInSteps(
	answer: Dict,
	name: (index: number) => string,
	areFiles = true,
	copies = false,
): Steps<{ json: Dict; files: Taken[] }> {
	const files: Taken[] = [];
	const take = (file: Taken) => ({ by: name(files.push(file) - 1) });
	// A text that comes in pieces is a text, though one of them looks like an address.
	const isPiece = (entry: unknown) => typeof entry === 'string' && !fileOf(entry);

	const json = yield* rewriteInSteps<Place>(answer, 'none', {
		copies,
		entry: (key, place) => placeOf(key, place, areFiles),
		entries: (list, place) =>
			list.length > MOST_FILES || (place === 'perhaps' && list.some(isPiece)) ? 'none' : place,
		replace(value, place) {
			if (Buffer.isBuffer(value)) return take({ bytes: value });
			if (typeof value !== 'string') return undefined;
			const isData = /^data:[\w.+-]+\/[\w.+-]+[;,]/i.test(value);
			const file = place !== 'none' || isData || value.length > HEAD ? fileOf(value) : undefined;
			if (!file || files.length >= MOST_FILES) return undefined;
			if ('bytes' in file) return take(file);
			const isAddress = 'url' in file && (place === 'file' || isWebAddress(file.url) || isFilePath(file.url));
			if (place !== 'none' && isAddress) files.push(place === 'file' ? file : { ...file, isDoubtful: true });
			return undefined;
		},
	});
	return { json: isDict(json) ? json : {}, files };
}

/** What an output has in JSON, and its files by the binary field that each goes to. */
export function* filesOfInSteps(
	{
		json,
		file,
		isRaw,
		isShared,
	}: Pick<Output, 'json' | 'file'> & { readonly isRaw: boolean; readonly isShared?: boolean },
	field: string,
	areFiles = true,
): Steps<{ json: Dict; files: Record<string, Taken> }> {
	if (!isRaw) return { json, files: file ? { [field]: file } : {} };
	const name = (index: number) => (index === 0 ? field : `${field}_${index}`);
	const taken = yield* takeOutMediaInSteps(json, name, areFiles, isShared);
	const [only] = taken.files;
	// An answer that is a file says what it is beside it.
	const declared = Buffer.isBuffer(json.bytes) && typeof json.mimeType === 'string' ? json.mimeType : undefined;
	const files = declared && only && 'bytes' in only ? [{ ...only, kind: kindFrom(only.bytes, declared) }] : taken.files;
	return { json: taken.json, files: Object.fromEntries(files.map((each, index) => [name(index), each])) };
}
