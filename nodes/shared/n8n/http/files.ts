import { createHash } from 'crypto';
import { isTool, type NodeContext } from '../context';
import type { IBinaryData } from 'n8n-workflow';
import type { FileRef } from '../../core/fields';
import type { ApiRequest } from '../../core/operation';
import { InputError } from '../../core/problem';
import { dataUrlBytes, isDataUrl, isLikeDataUrl } from '../../core/dataUrl';
import { isTellingName, namedFile } from '../../media/fileName';
import { pageOf } from '../../media/kind';
import { inlineFiles } from '../../core/request';
import { requestText } from '../../engine/reuse';
import { agentFile } from './agentFile';
import { storageWords } from './cause';
import { connectionFailure, failure, measure, type Source } from './source';
import { bytesOf, isStream, peek, readAhead, type Bytes, type Stream } from './stream';

/** A file that is ready to be sent, once. */
export interface OpenFile {
	readonly name: string;
	readonly mimeType: string;
	readonly size: number;
	readonly content: Bytes;
}

/** A file as people know it, for showing what would be sent. */
export function fileLabel(context: NodeContext, ref: FileRef): string {
	if (ref.file === 'page') return `page ${ref.page} of ${fileLabel(context, ref.of)}`;
	if (ref.file === 'lines') return `${ref.name} (${ref.lines.length} lines, ${ref.bytes} bytes)`;
	return ref.file === 'url' ? ref.url : (findBinary(context, ref.item, ref.value).fileName ?? 'file');
}

/** What a file is said to be, before it is read; its bytes may tell otherwise. */
export function fileType(context: NodeContext, ref: FileRef): string | undefined {
	if (ref.file === 'page') return 'image/jpeg';
	return ref.file === 'binary' ? findBinary(context, ref.item, ref.value).mimeType : undefined;
}

/** @throws InputError when a request names a file that its item has not. Sends nothing, reads nothing. */
export function checkFiles(context: NodeContext, request: ApiRequest): void {
	for (const ref of filesOf(request)) {
		if (ref.file === 'binary') findBinary(context, ref.item, ref.value);
	}
}

/** Characters from which on a hash takes less room: requests have long texts, and there are many. */
const LONG_MARK = 1000;

/** What equal requests have in common before their files are read. */
export function requestMark(context: NodeContext, request: ApiRequest): string {
	const text = requestText(request, (file) => fileMark(context, file));
	return text.length > LONG_MARK ? createHash('sha256').update(text).digest('base64') : text;
}

/** What is known of a file before it is read. What an address gives may be another file every time. */
function fileMark(context: NodeContext, ref: FileRef): string {
	if (ref.file === 'url') return `${ref.url} ${nextNumber++}`;
	if (ref.file === 'lines') return `${ref.name} ${nextNumber++}`;
	if (ref.file === 'page') return `page ${ref.page} of ${fileMark(context, ref.of)}`;
	const { id, bytes, fileSize, data } = findBinary(context, ref.item, ref.value);
	return `${(id ? (bytes ?? fileSize) : data.length) ?? ''}`;
}

let nextNumber = 0;

/** The content of a request's files in short, read piece by piece; empty without files. */
export async function digestFiles(context: NodeContext, request: ApiRequest): Promise<string> {
	const digests: string[] = [];
	for (const ref of filesOf(request)) {
		const whole = ref.file === 'page' ? ref.of : ref;
		if (whole.file !== 'binary') continue;
		const { id, data } = findBinary(context, whole.item, whole.value);
		const hash = createHash('sha256');
		if (id) for await (const piece of await context.helpers.getBinaryStream(id)) hash.update(piece);
		else hash.update(decode(data));
		digests.push(hash.digest('base64'));
	}
	return digests.join(' ');
}

/** The name of the first file that a request takes in. */
export function inputFileName(context: NodeContext, request: ApiRequest): string | undefined {
	const [first] = filesOf(request);
	if (!first) return undefined;
	const ref = first.file === 'page' ? first.of : first;
	if (ref.file === 'page' || ref.file === 'lines') return undefined;
	if (ref.file === 'url') return URL.canParse(ref.url) ? lastPart(new URL(ref.url)) : undefined;
	return findBinary(context, ref.item, ref.value).fileName;
}

const filesOf = ({ form = {}, json }: ApiRequest): FileRef[] => [
	...Object.values(form).flatMap((value) => (typeof value === 'string' ? [] : [value].flat())),
	...inlineFiles(json).map(({ ref }) => ref),
];

/** @throws InputError when the item has no such file or it is empty. Sends nothing, reads nothing. */
function findBinary(context: NodeContext, item: number, value: unknown): IBinaryData {
	const binary =
		assertBinary(context, item, value) ??
		// Where a workflow keeps files in `$json`, the name of a field stands for its place there.
		(typeof value === 'string'
			? (assertBinary(context, item, `_files.${value}`) ??
				agentFile(context, value) ??
				assertTrimmed(context, item, value))
			: undefined);
	if (binary === undefined && typeof value === 'object' && value !== null && 'mimeType' in value) {
		// What `$binary.x` gives while n8n keeps files in memory.
		throw new InputError(
			"What should name the file's field gives a file without its content",
			'Enter the name of the field, such as data, instead of an expression for the file itself.',
		);
	}
	if (binary === undefined && typeof value === 'string' && isContent(value)) {
		throw new InputError(
			"What should name the file's field is the file itself",
			"Enter the name of the field, such as data, instead of an expression for its content. Base64 becomes a file with n8n's 'Convert to File' node: its operation 'Move Base64 String to File'.",
		);
	}
	if (binary === undefined) {
		throw new InputError(
			typeof value === 'string'
				? `The input item has no file in the field '${value}'`
				: 'The input item has no such file',
			isTool(context)
				? "Let the agent fill 'URL' instead (choose it as 'Input Source'), or name the file by an expression in 'Input Data Field Name': {{ $('NODE').item.binary.data }}, with the name of the node that has the file."
				: "Enter the name that the 'Binary' tab of the input panel shows, and check that the node before gives a file for this item.",
		);
	}
	const bytes = 'bytes' in binary ? binary.bytes : undefined;
	if (bytes === 0 || (!binary.id && !binary.data)) throw emptyFile(binary.fileName);
	return binary;
}

/** Longer than any name of a field. */
const LONGEST_NAME = 200;

/** Whether a name is none, but what a file holds, or a line of it: it may be megabytes long. */
const isContent = (name: string): boolean =>
	name.length > LONGEST_NAME || isLikeDataUrl(name) || /^[A-Za-z0-9+/]{60,}={0,2}$/.test(name.trim());

function assertBinary(context: NodeContext, item: number, value: unknown): IBinaryData | undefined {
	try {
		return context.helpers.assertBinaryData(item, isBinaryValue(value) ? value : String(value));
	} catch {
		return undefined;
	}
}

/** Blanks around a name are typed, or come with a line. */
const assertTrimmed = (context: NodeContext, item: number, name: string): IBinaryData | undefined =>
	name.trim() === name ? undefined : assertBinary(context, item, name.trim());

const isBinaryValue = (value: unknown): value is IBinaryData =>
	typeof value === 'object' && value !== null && 'mimeType' in value && ('data' in value || 'id' in value);

const emptyFile = (name: string | undefined) =>
	new InputError(`The file ${name ? `'${name}' ` : ''}is empty`, 'Check the node that makes the file.');

/** Bytes of a file from an address that are read ahead: its server may announce the length of its packed form. */
const READ_AHEAD = 4 * 1024 * 1024;

/** The same of one without a length that is held anyway: more than any picture may have within a question. */
const HELD_AHEAD = 32 * 1024 * 1024;

/** Bytes of files that are held in memory for one request: within JSON, or to look into a document. */
const LARGEST_HELD = 256 * 1024 * 1024;

/** @param purpose what they are held for @throws InputError for files that are too large to be held together. */
export function checkHeld(files: readonly OpenFile[], purpose = 'sent within one question'): void {
	const bytes = files.reduce((sum, { size }) => sum + size, 0);
	if (bytes <= LARGEST_HELD) return;
	throw new InputError(
		`${files.length === 1 ? `The file '${files[0]?.name}' has` : `The ${files.length} files of the request have`} ${Math.ceil(bytes / 1024 / 1024)} MB, but at most 256 MB can be ${purpose}`,
		'Make the file smaller, or split it before this node.',
	);
}

/** What becomes of a file that is opened. */
export interface FileUse {
	/** Whether it will be held in memory as a whole, as within JSON; otherwise it is sent on while it comes. */
	readonly isHeld: boolean;
	/** Waits for room in memory for so many bytes that are read ahead. */
	takeRoom?(bytes: number): Promise<void>;
}

/** Opens a web address without any key. */
export type OpenUrl = (url: URL) => Promise<Source & { readonly isLengthWrong: boolean }>;

/**
 * Opens a file for one request: one that is stored is streamed, so its size does not matter.
 * @param whenOpen must see to it that what was opened is closed
 * @throws InputError, SourceError
 */
export async function openFile(
	context: NodeContext,
	ref: Exclude<FileRef, { file: 'page' | 'lines' }>,
	openUrl: OpenUrl,
	whenOpen: (stream: Stream) => void,
	use: FileUse,
): Promise<OpenFile> {
	const file = ref.file === 'url' ? await fromUrl(ref.url, openUrl, use) : await openBinary(context, ref, whenOpen);
	const [media] = file.mimeType.split('/');
	// What tells nothing of itself is for the service to judge; a video has sound, too, and old recordings odd types.
	const isSound = media === 'video' || (media === 'application' && file.mimeType !== 'application/pdf');
	const isRight = media === ref.only || (ref.only === 'audio' && isSound);
	if (ref.only === undefined || isRight || file.mimeType === 'application/octet-stream') return file;
	throw new InputError(
		`The file '${file.name}' is no ${ref.only === 'audio' ? 'recording' : 'picture'}, but ${file.mimeType}`,
		'Check which file the field names.',
	);
}

async function openBinary(
	context: NodeContext,
	ref: Extract<FileRef, { file: 'binary' }>,
	whenOpen: (stream: Stream) => void,
): Promise<OpenFile> {
	const { id, data, fileName, mimeType } = findBinary(context, ref.item, ref.value);
	// Without an ID the content is held in memory, in the file's own data.
	if (!id) return fileOf(decode(data), fileName, mimeType);
	const { fileSize } = await fromStorage(fileName, async () => await context.helpers.getBinaryMetadata(id));
	if (fileSize === 0) throw emptyFile(fileName);
	const { head, stream } = await fromStorage(fileName, async () => {
		const opened = await context.helpers.getBinaryStream(id);
		whenOpen(opened);
		return { head: await peek(opened), stream: opened };
	});
	return { ...named(head, fileName, mimeType), size: fileSize, content: stream };
}

async function fromStorage<T>(fileName: string | undefined, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		throw unreadable(fileName, error);
	}
}

/** A file that n8n itself cannot give: neither the service nor the network is at fault. */
export const unreadable = (fileName: string | undefined, error: unknown) =>
	new InputError(
		`n8n cannot read the file ${fileName ? `'${fileName.slice(0, 100)}' ` : ''}from its storage: ${storageWords(error, 'read')}`,
		"Check the storage of n8n's machine, or run the node again that makes the file. DeepInfra did not get the whole request, so nothing was billed.",
	);

/** People paste data URLs where n8n has the base64 alone. */
const decode = (data: string): Buffer => dataUrlBytes(data) ?? Buffer.from(data, 'base64');

function fileOf(buffer: Buffer, given: string | undefined, mimeType: string | undefined): OpenFile {
	if (buffer.length === 0) throw emptyFile(given);
	return { ...named(buffer, given, mimeType), size: buffer.length, content: [buffer] };
}

/** @throws InputError for what is no file of any model: a login page that was saved as a picture */
function named(head: Buffer, given: string | undefined, mimeType: string | undefined) {
	const page = pageOf(head);
	if (page) {
		throw new InputError(
			`The file ${given ? `'${given.slice(0, 100)}' ` : ''}holds ${page}, whatever its name says`,
			'Check the node that makes the file: it may have saved an error or a login page instead.',
		);
	}
	if (isDataUrl(head.toString())) {
		throw new InputError(
			`The file ${given ? `'${given.slice(0, 100)}' ` : ''}holds a data URL, which is a text`,
			"Make a file of it with n8n's 'Convert to File' node: its operation 'Move Base64 String to File'.",
		);
	}
	const { name, mimeType: type } = namedFile(given, mimeType, head);
	return { name, mimeType: type };
}

async function fromUrl(address: string, openUrl: OpenUrl, { isHeld, takeRoom }: FileUse): Promise<OpenFile> {
	const first = new URL(address);
	const source = await openUrl(first);
	const { content, announced, isLengthWrong } = source;
	const file = namedSource(first, source);
	if (!isStream(content)) return { ...file, size: content.length, content: [content] };
	const isTold = announced !== undefined && !isLengthWrong;
	const most = isHeld && !isTold ? HELD_AHEAD : READ_AHEAD;
	await takeRoom?.(isTold ? Math.min(announced, most) : most);
	const { pieces, length } = await readAhead(content, most).catch((error: unknown) => {
		throw connectionFailure(source.url, error);
	});
	if (length !== undefined) return { ...file, size: length, content: pieces };
	if (isTold && announced > READ_AHEAD) return { ...file, size: announced, content: pieces };
	// A request tells the length of its file before the file: it is read once for its length, and once to be sent.
	const size = await measure(source, pieces);
	const again = await openAgain(first, openUrl);
	return { ...namedSource(first, again), size, content: bytesOf(again.content) };
}

/** @throws SourceError that says why a file was wanted twice */
const openAgain = async (url: URL, openUrl: OpenUrl): Promise<Source> =>
	await openUrl(url).catch((error: unknown) => {
		const { message, again } = connectionFailure(url, error).problem;
		throw failure(url, `it does not tell the length of its file, and gave it only once: then ${message}`, again);
	});

/** By its address, as the user knows it; one such as `/download?id=7` says less than the server does. */
function namedSource(first: URL, { url, head, declared, fileName }: Source) {
	const own = lastPart(first);
	return named(head, isTellingName(own, head) ? own : fileName || own || lastPart(url), declared);
}

function lastPart({ pathname }: URL): string {
	const part = pathname.split('/').at(-1) ?? '';
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
