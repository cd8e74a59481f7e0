import type { IDataObject } from 'n8n-workflow';
import { isDict } from '../core/answer';
import { Exact } from '../core/exact';
import { AnswerError } from '../core/problem';
import { put } from '../core/values';
import type { Dict } from '../core/operation';

/** How deep an item may be nested: n8n and its editor go down by recursion, and end the whole run when they cannot. */
const DEEPEST = 500;

/** A copy without entries that are undefined: n8n would show them in one view and not in another. */
function clean(value: unknown, depth: number): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (depth > DEEPEST) throw new AnswerError('DeepInfra sent an answer that is nested too deeply');
	if (Array.isArray(value))
		return value.some((entry) => typeof entry === 'object') ? value.map((entry) => clean(entry, depth + 1)) : value;
	if (value instanceof Exact) return value.digits;
	if (!isDict(value)) return value;
	const copy: Dict = {};
	for (const name of Object.keys(value)) {
		const cleaned = clean(value[name], depth + 1);
		if (cleaned !== undefined) put(copy, name, cleaned);
	}
	return copy;
}

/** What came from JSON and was read by an operation is JSON again. */
const isJson = (value: unknown): value is IDataObject => isDict(value);

/** @throws AnswerError for what is nested too deeply */
export function toJson(value: Dict): IDataObject {
	const cleaned = clean(value, 0);
	return isJson(cleaned) ? cleaned : {};
}
