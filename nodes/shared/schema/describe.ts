import { Exact } from '../core/exact';
import type { FieldKind, SchemaField } from '../core/modelSchema';

/** A kind as it stands after "this model takes". */
const KIND_WORDS: Readonly<Record<FieldKind, string>> = {
	string: 'a text',
	number: 'a number',
	integer: 'a whole number',
	boolean: 'true or false',
	enum: 'one of its own values',
	list: 'a list',
	object: 'a JSON object',
	file: 'a file or its web address',
	any: 'anything',
};

/** "128 to 1024", "at least 1", "more than 0 and at most 1". Empty for a number without bounds. */
export function writeBounds({ min, max, exclusiveMin, exclusiveMax }: SchemaField): string {
	const isOpenBelow = exclusiveMin !== undefined && exclusiveMin >= (min ?? -Infinity);
	const isOpenAbove = exclusiveMax !== undefined && exclusiveMax <= (max ?? Infinity);
	if (!isOpenBelow && !isOpenAbove && min !== undefined && max !== undefined) return `${min} to ${max}`;
	return [
		isOpenBelow ? `more than ${exclusiveMin}` : min === undefined ? '' : `at least ${min}`,
		isOpenAbove ? `less than ${exclusiveMax}` : max === undefined ? '' : `at most ${max}`,
	]
		.filter(Boolean)
		.join(' and ');
}

/** The values of a choice, the first ones when there are very many. */
export function writeValues(values: readonly unknown[], count = 20): string {
	const shown = values.slice(0, count).map((value) => shorten(String(value), 40));
	return [...shown, ...(values.length > count ? [`… (${values.length} in all)`] : [])].join(', ');
}

/** What a field takes instead of a value, after "this model takes". */
export function writeTaken(field: SchemaField, value: unknown): string {
	if (field.kind === 'enum') return `one of: ${writeValues(field.values ?? [])}`;
	if (field.kind !== 'number' && field.kind !== 'integer') return KIND_WORDS[field.kind];
	const bounds = writeBounds(field);
	if (!bounds) return KIND_WORDS[field.kind];
	return field.kind === 'integer' && !Number.isInteger(value) ? `a whole number, ${bounds}` : bounds;
}

/** A value in a message: never a whole document. */
export function writeValue(value: unknown): string {
	if (value instanceof Exact) return value.digits;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	if (typeof value === 'string') return `'${shorten(value, 60)}'`;
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' && value !== null ? 'an object' : 'nothing';
}

export const shorten = (text: string, length: number): string =>
	text.length > length ? `${text.slice(0, length - 1)}…` : text;
