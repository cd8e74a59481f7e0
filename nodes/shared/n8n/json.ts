import type { IDataObject } from 'n8n-workflow';
import { isDict } from '../core/answer';
import { Exact } from '../core/exact';
import type { Dict } from '../core/operation';

/** Without entries that are undefined: n8n would show them in one view and not in another. */
function clean(value: unknown): unknown {
	if (Array.isArray(value)) return value.some(isDict) ? value.map(clean) : value;
	if (value instanceof Exact) return value.digits;
	if (!isDict(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, entry]) => entry !== undefined)
			.map(([key, entry]) => [key, clean(entry)]),
	);
}

/** What came from JSON and was read by an operation is JSON again. */
const isJson = (value: unknown): value is IDataObject => isDict(value);

export function toJson(value: Dict): IDataObject {
	const cleaned = clean(value);
	return isJson(cleaned) ? cleaned : {};
}
