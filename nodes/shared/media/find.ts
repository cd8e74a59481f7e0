import { isDict } from '../core/answer';
import type { Dict, FileOut, Output } from '../core/operation';
import { AnswerError } from '../core/problem';
import { HEAD, kindOf } from './kind';

/** Where answers carry their files (docs/api.md#images), in the order of trust. */
const PLACES = {
	image: ['images', 'image_urls', 'image_url', 'image', 'output', 'results', 'data'],
	audio: ['audio', 'audio_b64', 'audio_url', 'audios', 'output', 'results'],
	video: ['video_url', 'video', 'videos', 'video_urls', 'output', 'results', 'data'],
} as const;
const ALL_PLACES: readonly string[] = Object.values(PLACES).flat();

/** Keys of a file that is wrapped in an object. */
const WRAPPED = [
	'url',
	'image_url',
	'image',
	'b64_json',
	'base64',
	'data',
	'audio',
	'audio_b64',
	'audio_url',
	'video',
	'video_url',
];

/** Written without alternatives that overlap: such a text can be megabytes long, and hostile. */
function isBase64(text: string): boolean {
	const end = text.indexOf('=');
	const body = end < 0 ? text : text.slice(0, end);
	return !/[^A-Za-z0-9+/\s]/.test(body) && (end < 0 || !/[^=\s]/.test(text.slice(end)));
}

/** The file that a text stands for: a data URL, a web address, a path on the API, or bare base64. */
export function fileOf(value: string): FileOut | undefined {
	const text = value.trim();
	if (/^data:/i.test(text)) return dataUrl(text);
	if (/^https?:\/\//i.test(text)) return { url: text };
	const bytes = bareBase64(text);
	if (bytes) return { bytes };
	return /^\/(?!\/)[^\s\\]{1,2000}$/.test(text) || /^[\w.-]+(\/[\w.-]+)+\.\w{2,5}$/.test(text)
		? { url: text }
		: undefined;
}

function dataUrl(text: string): FileOut | undefined {
	const comma = text.indexOf(',');
	if (comma < 0) return undefined;
	const isBase64 = /;\s*base64\s*$/i.test(text.slice(0, comma));
	const content = text.slice(comma + 1);
	const bytes = isBase64 ? Buffer.from(content, 'base64') : Buffer.from(unescapePercent(content), 'latin1');
	return bytes.length > 0 ? { bytes } : undefined;
}

/** Percent-encoded bytes as a latin1 string; decodeURIComponent would reject bytes that are not UTF-8. */
const unescapePercent = (content: string) =>
	content.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

function bareBase64(text: string): Buffer | undefined {
	// Only the start is decoded to see whether it is a file at all; a JPEG's base64 starts with a slash, as a path does.
	if (text.length < 16 || !isBase64(text.slice(0, HEAD))) return undefined;
	if (!kindOf(Buffer.from(text.slice(0, HEAD), 'base64')) || !isBase64(text)) return undefined;
	return Buffer.from(text, 'base64');
}

function filesIn(value: unknown): FileOut[] {
	if (Array.isArray(value)) return value.flatMap((entry) => filesIn(entry));
	if (typeof value === 'string') {
		const file = fileOf(value);
		return file ? [file] : [];
	}
	if (!isDict(value)) return [];
	const held = WRAPPED.map((key) => value[key]).find((entry) => typeof entry === 'string' && entry !== '');
	return filesIn(held);
}

/**
 * All files of an answer.
 * @throws AnswerError when there is none
 */
export function mediaOf(answer: Dict, media: keyof typeof PLACES): FileOut[] {
	for (const place of PLACES[media]) {
		const files = filesIn(answer[place]);
		if (files.length > 0) return files;
	}
	throw new AnswerError(
		`DeepInfra answered without ${media === 'image' ? 'an image' : media === 'audio' ? 'a sound' : 'a video'}`,
	);
}

/**
 * An answer with its files taken out: where one was, `name(index)` tells which binary field it went to.
 * Web addresses are kept in the JSON; those at a place for files are downloaded too.
 */
export function takeOutMedia(answer: Dict, name: (index: number) => string): { json: Dict; files: FileOut[] } {
	const files: FileOut[] = [];

	const walk = (value: unknown, isPlace: boolean): unknown => {
		if (Array.isArray(value)) return value.map((entry) => walk(entry, isPlace));
		if (isDict(value) && !Buffer.isBuffer(value)) {
			return Object.fromEntries(
				Object.entries(value).map(([key, entry]) => [
					key,
					walk(entry, isPlace ? WRAPPED.includes(key) : ALL_PLACES.includes(key)),
				]),
			);
		}
		if (Buffer.isBuffer(value)) {
			files.push({ bytes: value });
			return name(files.length - 1);
		}
		if (typeof value !== 'string') return value;
		const file =
			isPlace || /^data:[\w.+-]+\/[\w.+-]+[;,]/i.test(value) || value.length > HEAD ? fileOf(value) : undefined;
		if (!file || ('url' in file && !isPlace)) return value;
		files.push(file);
		return 'bytes' in file ? name(files.length - 1) : value;
	};

	const json = walk(answer, false);
	return { json: isDict(json) ? json : {}, files };
}

/** What an output has in JSON, and its files by the binary field that each goes to. */
export function filesOf(
	{ json, file, isRaw }: Pick<Output, 'json' | 'file'> & { readonly isRaw: boolean },
	field: string,
): { json: Dict; files: Record<string, FileOut> } {
	if (!isRaw) return { json, files: file ? { [field]: file } : {} };
	const name = (index: number) => (index === 0 ? field : `${field}_${index}`);
	const taken = takeOutMedia(json, name);
	return { json: taken.json, files: Object.fromEntries(taken.files.map((each, index) => [name(index), each])) };
}
