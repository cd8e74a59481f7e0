import type { IN8nHttpFullResponse } from 'n8n-workflow';
import { SourceError } from '../../core/problem';
import { dispositionName } from '../../media/fileName';
import { declaredType, kindFrom, kindOf, pageOf, type Kind } from '../../media/kind';
import { bytesOf, isStream, peek, readAll, type Bytes, type Stream } from './stream';
import { codeOf, deepestMessage } from './cause';

/** A file at a web address, opened: its content, still unread where it is a stream, and what is known of it. */
export interface Source {
	/** Where it was found in the end. */
	readonly url: URL;
	readonly content: Stream | Buffer;
	/** Its first bytes. */
	readonly head: Buffer;
	/** The type that its server declares, where it is one. */
	readonly declared: string | undefined;
	readonly kind: Kind;
	/** The name that its server gives it. */
	readonly fileName: string | undefined;
	/** Bytes that its server announces. n8n's client unpacks what comes packed, so this may be the packed length. */
	readonly announced: number | undefined;
	/** Hears of each piece that is read. */
	goesOn?(): void;
}

/** Asks one address, without following it anywhere. */
export type Ask = (url: URL) => Promise<IN8nHttpFullResponse>;

const MOST_REDIRECTS = 10;

/** Opens a file, wherever its address redirects. @param check refuses addresses, the first and those that follow @throws SourceError */
export async function openSource(first: URL, ask: Ask, check: (url: URL) => void = () => undefined): Promise<Source> {
	const seen = new Set<string>();
	for (let url = first; ; ) {
		check(url);
		if (seen.has(url.href) || seen.size > MOST_REDIRECTS) throw failure(url, 'it redirects in a circle', 'never');
		seen.add(url.href);
		const response = await askOnce(url, ask);
		const next = redirectOf(response, url);
		if (!next) return await read(response, url);
		await drop(response);
		url = next;
	}
}

async function askOnce(url: URL, ask: Ask): Promise<IN8nHttpFullResponse> {
	try {
		return await ask(url);
	} catch (error) {
		throw connectionFailure(url, error);
	}
}

/** Left unread, it would hold its connection. */
async function drop({ body }: IN8nHttpFullResponse): Promise<void> {
	if (isStream(body)) body.destroy();
}

function redirectOf({ statusCode, headers: { location } }: IN8nHttpFullResponse, url: URL): URL | undefined {
	if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
	const isUsable = typeof location === 'string' && URL.canParse(location, url.href);
	const next = isUsable ? new URL(location, url.href) : undefined;
	if (!next || !/^https?:$/.test(next.protocol)) throw failure(url, 'it redirects to what is no web address', 'never');
	return next;
}

async function read(response: IN8nHttpFullResponse, url: URL): Promise<Source> {
	const { statusCode: status, headers } = response;
	const refused = refusalOf(status, headers['content-range']);
	if (refused) {
		await drop(response);
		throw failure(url, ...refused);
	}
	try {
		const content = isStream(response.body) ? response.body : await readAll(bytesOf(response.body));
		const head = isStream(content) ? await peek(content) : content;
		if (head.length === 0) throw failure(url, 'it is empty', 'once');
		const encoding = unreadEncoding(headers['content-encoding'], head);
		if (encoding !== undefined)
			throw failure(url, `it comes in an encoding that n8n cannot read (${encoding})`, 'never');
		const declared = declaredType(typeof headers['content-type'] === 'string' ? headers['content-type'] : undefined);
		const isDeclaredPage = /^(text\/html|application\/(json|xhtml\+xml))$/.test(declared ?? '');
		const kind = kindFrom(head, declared);
		const page = pageOf(head) ?? (isDeclaredPage && kind.mimeType === declared ? declared : undefined);
		if (page) throw failure(url, `it gives ${page}, not a file`, 'once');
		const length = Number(headers['content-length']);
		const fileName = dispositionName(headers['content-disposition']);
		return { url, content, head, declared, kind, fileName, announced: length > 0 ? length : undefined };
	} catch (error) {
		await drop(response);
		throw error instanceof SourceError ? error : connectionFailure(url, error);
	}
}

type Again = 'often' | 'once' | 'never';

/** Why an answer is no file: a service may need a moment until what it made can be had everywhere. */
function refusalOf(status: number, range: unknown): [string, Again] | undefined {
	if (isPart(status, range)) return [`it gives only a part of the file (status ${status})`, 'once'];
	if (status === 204 || status === 205) return [`it is empty (status ${status})`, 'once'];
	if (status < 200 || status >= 300) {
		return [`status ${status}`, status >= 500 || [408, 425, 429].includes(status) ? 'often' : 'once'];
	}
	return undefined;
}

/** Some servers answer with a range that is the whole file, others with a part as if it were the whole. */
function isPart(status: number, range: unknown): boolean {
	if (status !== 206 && status !== 200) return false;
	const [, first, last, length] = /^\s*bytes\s+(\d+)-(\d+)\/(\d+)\s*$/i.exec(String(range ?? '')) ?? [];
	if (first === undefined) return status === 206;
	return Number(first) !== 0 || Number(last) + 1 !== Number(length);
}

/** n8n's client names what it could not unpack. Storages name there what packs nothing, too: then the bytes tell. */
function unreadEncoding(encoding: unknown, head: Buffer): string | undefined {
	if (typeof encoding !== 'string' || /^(identity)?$/i.test(encoding.trim()) || kindOf(head)) return undefined;
	return encoding.slice(0, 40);
}

const PASSING: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'it refuses the connection',
	ECONNRESET: 'it closed the connection',
	EPIPE: 'it closed the connection',
	ERR_SOCKET_CLOSED: 'it closed the connection',
	ERR_STREAM_PREMATURE_CLOSE: 'it closed the connection',
	ECONNABORTED: 'it did not answer in time',
	ETIMEDOUT: 'it did not answer in time',
	EHOSTUNREACH: 'there is no way to it',
	ENETUNREACH: 'there is no way to it',
	EAI_AGAIN: 'its name could not be looked up (DNS did not answer)',
};

/** What a broken connection to a file's host means. @throws nothing */
export function connectionFailure(url: URL, error: unknown): SourceError {
	if (error instanceof SourceError) return error;
	const code = codeOf(error) ?? '';
	if (Object.hasOwn(PASSING, code)) return failure(url, PASSING[code] ?? '', 'often');
	if (code === 'ENOTFOUND') return failure(url, 'its name was not found (DNS)', 'once');
	const said = deepestMessage(error);
	// A message may repeat the address with its tokens.
	const why = url.search ? said.replaceAll(url.search, '') : said;
	if (code === 'EPROTO') return failure(url, 'it does not speak TLS (https)', 'never');
	if (/^(HPE_|Z_)/.test(code)) return failure(url, `it sent something that cannot be read (${code})`, 'once');
	if (/\babort/i.test(why)) return failure(url, 'it closed the connection before the file was whole', 'often');
	return failure(url, why.slice(0, 200), 'never');
}

export const failure = (url: URL, why: string, again: Again): SourceError =>
	new SourceError({ kind: 'source', host: url.host, address: shownAddress(url), message: why, again });

/** An address as it may be shown: without its query, a name or a password, any of which may be a secret. */
function shownAddress({ protocol, host, pathname }: URL): string {
	return `${protocol}//${host}${pathname}`.slice(0, 300);
}

/** Bytes of a file whose server does not announce its length. */
const LARGEST_UNTOLD = 256 * 1024 * 1024;
const LARGEST_TOLD = 4 * 1024 * 1024 * 1024;

/** Pictures, sound and films hardly pack: what grows this much while it is unpacked is no such file. */
const MOST_GROWTH = 20;
const SMALL = 16 * 1024 * 1024;

/** Bytes that a file may have, unpacked. */
const largestOf = ({ announced }: Source): number =>
	announced === undefined ? LARGEST_UNTOLD : Math.min(LARGEST_TOLD, Math.max(SMALL, announced * MOST_GROWTH));

/** Its content, refused when it grows beyond what a file may be. @throws SourceError, through the stream */
export function limited(source: Source, most = Infinity): Stream | Buffer {
	const { content, url } = source;
	if (!isStream(content)) return content;
	const limit = Math.min(most, largestOf(source));
	let length = 0;
	return content.map((piece: unknown) => {
		source.goesOn?.();
		if (piece instanceof Uint8Array) length += piece.length;
		if (length > limit) throw tooLarge(url, limit);
		return piece;
	});
}

/** @throws SourceError for a file that is larger than `most` bytes, or unpacks without end */
export async function readWhole(source: Source, most = LARGEST_UNTOLD): Promise<Buffer> {
	try {
		return await readAll(bytesOf(limited(source, most)));
	} catch (error) {
		throw connectionFailure(source.url, error);
	}
}

/**
 * Reads a file to its end without keeping it.
 * @param pieces its content, of which some may have been read already
 * @returns its bytes @throws SourceError for a file that is too large, or unpacks without end
 */
export async function measure(source: Source, pieces: Bytes): Promise<number> {
	const limit = largestOf(source);
	let length = 0;
	try {
		for await (const piece of pieces) {
			length += piece.length;
			if (length > limit) throw tooLarge(source.url, limit);
		}
	} catch (error) {
		throw connectionFailure(source.url, error);
	}
	return length;
}

const tooLarge = (url: URL, limit: number) =>
	failure(url, `it is larger than ${Math.round(limit / 1024 / 1024)} MB, or unpacks to many times its size`, 'never');
