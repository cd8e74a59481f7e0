import type { IN8nHttpFullResponse } from 'n8n-workflow';
import { kindFrom, type Kind } from '../../media/kind';
import { bytesOf, isStream, peek, readAll, type Stream } from './stream';

/** A downloaded file: its content, still unread where it is a stream, and what it is. */
export interface Download {
	readonly content: Stream | Buffer;
	readonly kind: Kind;
	/** Whether it is what services send instead of a file: a web page, or JSON. */
	readonly isPage: boolean;
}

export async function openDownload({ body, headers }: IN8nHttpFullResponse): Promise<Download> {
	const content = isStream(body) ? body : await readAll(bytesOf(body));
	const declared = typeof headers['content-type'] === 'string' ? headers['content-type'] : undefined;
	const kind = kindFrom(isStream(content) ? await peek(content) : content, declared);
	return { content, kind, isPage: /^(text\/html|application\/(json|xhtml\+xml))/.test(kind.mimeType) };
}
