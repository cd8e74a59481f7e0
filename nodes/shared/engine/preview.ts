import { isDict } from '../core/answer';
import { Exact } from '../core/exact';
import type { FileRef } from '../core/fields';
import { attempt } from '../core/problem';
import type { ApiRequest, Dict } from '../core/operation';
import { InlineFile } from '../core/request';

/** Stands for a file's content until its name is known. */
const MARK = '\u0000file\u0000';

/**
 * What would be sent, for people: files by their names, nothing secret.
 * @param typeOf a file's MIME type, where it is known without opening it
 */
export function previewOf(
	{ method = 'POST', path, query, json, form }: ApiRequest,
	nameOf: (file: FileRef) => string,
	typeOf: (file: FileRef) => string | undefined = () => undefined,
): Dict {
	const search = query ? `?${new URLSearchParams(query).toString()}` : '';
	const show = (value: unknown): unknown => {
		if (value instanceof InlineFile) return placeFile(value, nameOf(value.ref), typeOf(value.ref));
		if (Array.isArray(value)) return value.map(show);
		return isDict(value)
			? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, show(entry)]))
			: value instanceof Exact
				? value.digits
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

/** What the request holds around a file, with its name for its content; the name alone where that depends on the file. */
function placeFile(file: InlineFile, name: string, mimeType: string | undefined): unknown {
	if (mimeType === undefined) return name;
	const written = attempt(() => file.write({ mimeType, size: 0 }, MARK));
	return written.ok ? putName(written.value, name) : name;
}

function putName(value: unknown, name: string): unknown {
	if (typeof value === 'string')
		return value.includes(MARK) ? value.replace(/^data:[^,]*,/, '').replaceAll(MARK, name) : value;
	if (Array.isArray(value)) return value.map((entry) => putName(entry, name));
	return isDict(value)
		? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, putName(entry, name)]))
		: value;
}
