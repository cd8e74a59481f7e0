import type { FileRef } from '../core/fields';
import type { ApiRequest, Dict } from '../core/operation';

/** What would be sent, for people: files by their names, nothing secret. */
export function previewOf(
	{ method = 'POST', path, query, json, form }: ApiRequest,
	nameOf: (file: FileRef) => string,
): Dict {
	const search = query ? `?${new URLSearchParams(query).toString()}` : '';
	const entries = Object.entries(form ?? {}).map(([name, value]) => [
		name,
		typeof value === 'string' ? value : nameOf(value),
	]);
	return { method, path: `${path}${search}`, body: json ?? Object.fromEntries(entries) };
}
