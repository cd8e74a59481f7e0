import type { FileRef } from '../core/fields';
import type { ApiRequest, Dict } from '../core/operation';
import { InlineFile } from '../core/request';

/** What would be sent, for people: files by their names, nothing secret. */
export function previewOf(
	{ method = 'POST', path, query, json, form }: ApiRequest,
	nameOf: (file: FileRef) => string,
): Dict {
	const search = query ? `?${new URLSearchParams(query).toString()}` : '';
	const show = (value: unknown): unknown => {
		if (value instanceof InlineFile) return nameOf(value.ref);
		if (Array.isArray(value)) return value.map(show);
		return isPlain(value)
			? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, show(entry)]))
			: value;
	};
	const parts = Object.entries(form ?? {}).map(([name, value]) => {
		if (typeof value === 'string') return [name, value];
		// Each is a part of its own, so that one in a list is as one without.
		const [first, ...others] = [value].flat().map(nameOf);
		return [name, others.length > 0 ? [first, ...others] : first];
	});
	return { method, path: `${path}${search}`, body: json ? show(json) : Object.fromEntries(parts) };
}

const isPlain = (value: unknown): value is Dict => typeof value === 'object' && value !== null;
