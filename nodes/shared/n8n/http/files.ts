import type { NodeContext } from '../context';
import type { IBinaryData, IN8nHttpFullResponse } from 'n8n-workflow';
import type { FileRef } from '../../core/fields';
import type { ApiRequest } from '../../core/operation';
import { InputError } from '../../core/problem';
import { fileNameFor } from '../../media/fileName';
import { extensionOf, kindFrom } from '../../media/kind';
import { inlineFiles } from '../../core/request';
import { openDownload } from './download';
import { bytesOf, peek, readAll, type Bytes } from './stream';

/** A file that is ready to be sent, once. */
export interface OpenFile {
	readonly name: string;
	readonly mimeType: string;
	readonly size: number;
	readonly content: Bytes;
}

/** A file as people know it, for showing what would be sent. */
export function fileLabel(context: NodeContext, ref: FileRef): string {
	return ref.file === 'url' ? ref.url : (findBinary(context, ref.item, ref.value).fileName ?? 'file');
}

/** @throws InputError when a request names a file that its item has not. Sends nothing, reads nothing. */
export function checkFiles(context: NodeContext, request: ApiRequest): void {
	for (const ref of filesOf(request)) {
		if (ref.file === 'binary') findBinary(context, ref.item, ref.value);
	}
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
		(typeof value === 'string' ? assertBinary(context, item, `_files.${value}`) : undefined);
	if (binary === undefined && typeof value === 'object' && value !== null && 'mimeType' in value) {
		// What `$binary.x` gives while n8n keeps files in memory.
		throw new InputError(
			"'Input Data Field Name' gives a file without its content",
			'Enter the name of the field, such as data, instead of an expression for the file itself.',
		);
	}
	if (binary === undefined) {
		throw new InputError(
			typeof value === 'string'
				? `The input item has no file in the field '${value}'`
				: 'The input item has no such file',
			"Check 'Input Data Field Name' against the 'Binary' tab of the input panel, and that the node before gives a file for this item.",
		);
	}
	const bytes = 'bytes' in binary ? binary.bytes : undefined;
	if (bytes === 0 || (!binary.id && !binary.data)) throw emptyFile(binary.fileName);
	return binary;
}

function assertBinary(context: NodeContext, item: number, value: unknown): IBinaryData | undefined {
	try {
		return context.helpers.assertBinaryData(item, isBinaryValue(value) ? value : String(value));
	} catch {
		return undefined;
	}
}

const isBinaryValue = (value: unknown): value is IBinaryData =>
	typeof value === 'object' && value !== null && 'mimeType' in value && ('data' in value || 'id' in value);

const emptyFile = (name: string | undefined) =>
	new InputError(`The file ${name ? `'${name}' ` : ''}is empty`, 'Check the node that makes the file.');

/**
 * Opens a file for one request: one that is stored is streamed, so its size does not matter.
 * @throws InputError
 */
export async function openFile(context: NodeContext, ref: FileRef, fetchUrl: FetchUrl): Promise<OpenFile> {
	if (ref.file === 'url') return await openUrl(ref.url, fetchUrl);
	const binary = findBinary(context, ref.item, ref.value);
	// Without an ID the content is held in memory, in the file's own data.
	if (!binary.id) return fromBuffer(Buffer.from(binary.data, 'base64'), binary.fileName, binary.mimeType);
	const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
	if (fileSize === 0) throw emptyFile(binary.fileName);
	const stream = await context.helpers.getBinaryStream(binary.id);
	const kind = kindFrom(await peek(stream), binary.mimeType);
	return { name: fileNameFor(binary.fileName, 'file', kind), mimeType: kind.mimeType, size: fileSize, content: stream };
}

function fromBuffer(buffer: Buffer, name: string | undefined, mimeType: string | undefined): OpenFile {
	if (buffer.length === 0) throw emptyFile(name);
	const kind = kindFrom(buffer, mimeType);
	return { name: fileNameFor(name, 'file', kind), mimeType: kind.mimeType, size: buffer.length, content: [buffer] };
}

/** Gets a web address without any key. */
export type FetchUrl = (url: string) => Promise<IN8nHttpFullResponse>;

async function openUrl(url: string, fetchUrl: FetchUrl): Promise<OpenFile> {
	const response = await fetchUrl(url);
	const { statusCode, headers } = response;
	const where = new URL(url);
	if (statusCode < 200 || statusCode >= 300) {
		throw new InputError(
			`The file at ${where.host} cannot be downloaded (status ${statusCode})`,
			`Check the address in 'URL': ${url.slice(0, 200)}`,
		);
	}
	const { content, kind, isPage } = await openDownload(response);
	if (isPage) {
		throw new InputError(
			`The address at ${where.host} gives a page, not a file`,
			`Check the address in 'URL': ${url.slice(0, 200)}`,
		);
	}
	const name = fileNameFor(lastPart(where), extensionOf(kind.mimeType) ? `file.${kind.extension}` : 'file', kind);
	const length = Number(headers['content-length']);
	if (length > 0) return { name, mimeType: kind.mimeType, size: length, content: bytesOf(content) };
	const buffer = await readAll(bytesOf(content));
	if (buffer.length === 0) throw emptyFile(name);
	return { name, mimeType: kind.mimeType, size: buffer.length, content: [buffer] };
}

function lastPart({ pathname }: URL): string {
	const part = pathname.split('/').at(-1) ?? '';
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
