/** Errors arrive wrapped by n8n and its HTTP client; Node's own code and words lie at the bottom. */

export function codeOf(error: unknown): string | undefined {
	let found: string | undefined;
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('code' in each && typeof each.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(each.code)) found = each.code;
	}
	return found;
}

/** Whether a client could make nothing of what it received. */
export function isNoHttp(error: unknown): boolean {
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++)
		if (each.name === 'HTTPParserError' || codeOf(each)?.startsWith('HPE_')) return true;
	return false;
}

export function deepestMessage(error: unknown): string {
	let message = error instanceof Error ? error.message : String(error);
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if (each.message) message = each.message;
	}
	return message;
}

const NO_SPACE = 'there is no space left';
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS'];
const STORAGE_WORDS: Readonly<Record<string, string>> = {
	ENOSPC: NO_SPACE,
	EDQUOT: NO_SPACE,
	EIO: 'the disk does not work',
	ENOENT: 'it is not there any more',
	EMFILE: 'too many files are open',
	ENFILE: 'too many files are open',
};

/** The message of a file system holds a path, which helps nobody who reads it in a workflow. */
export function storageWords(error: unknown, doing: 'read' | 'write'): string {
	const code = codeOf(error);
	if (code !== undefined && FORBIDDEN.includes(code)) return `n8n may not ${doing} there (${code})`;
	if (code !== undefined) return Object.hasOwn(STORAGE_WORDS, code) ? `${STORAGE_WORDS[code]} (${code})` : code;
	const said = deepestMessage(error).slice(0, 200);
	return /^(file )?not found\b/i.test(said) ? 'it is not there any more' : said;
}

/** What the client below the chat model calls a connection that cannot be opened in time. */
export const LATE_CONNECT = 'UND_ERR_CONNECT_TIMEOUT';

/**
 * What is known to have left of a request that was ended, by Node's own socket, which n8n's client hands out with its
 * error (docs/n8n.md#errors): nothing where it was not open yet, or not all. Undefined where all of it may have.
 */
export function leftOf(error: unknown): 'nothing' | 'not all' | undefined {
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		const request: unknown = 'request' in each ? each.request : undefined;
		if (typeof request !== 'object' || request === null || !('socket' in request)) continue;
		const { socket } = request;
		if (socket === null) return 'nothing';
		if (!isSocket(socket) || socket.writableLength === 0) return undefined;
		// What waits in it waits for its opening, or for the answer to the greeting of one that is encrypted.
		return socket.listenerCount('connect') > 0 || socket.alpnProtocol === null ? 'nothing' : 'not all';
	}
	return undefined;
}

interface WrittenSocket {
	readonly writableLength: number;
	readonly alpnProtocol?: unknown;
	listenerCount(event: string): number;
}

const isSocket = (value: unknown): value is WrittenSocket =>
	typeof value === 'object' && value !== null && 'writableLength' in value && 'listenerCount' in value;

/** Whether an error says that the connection was never there, so that nothing can have been sent. */
export function isBeforeSending(error: unknown): boolean {
	if (codeOf(error) === LATE_CONNECT) return true;
	for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
		if ('syscall' in each && each.syscall === 'connect') return true;
		// A name with several addresses, none of which could be reached.
		const tries: readonly unknown[] = 'errors' in each && Array.isArray(each.errors) ? each.errors : [];
		if (tries.length > 0 && tries.every(isBeforeSending)) return true;
		if (/before secure TLS connection was established/i.test(each.message)) return true;
	}
	return false;
}
