import { mayBeThousands, number } from '../core/answer';
import { Exact, exactOf } from '../core/exact';
import { listOf, parseTyped } from '../core/values';
import type { SchemaField } from '../core/modelSchema';

/**
 * A value in the type that the field takes, where that is plain: "3" as 3, "true" as true, one text as a list of one.
 * What cannot be converted stays as it is, for the check to refuse.
 */
export function convertValue(field: SchemaField, value: unknown): unknown {
	switch (field.kind) {
		case 'number':
		case 'integer':
			if (field.kind === 'integer' && mayBeThousands(value)) return value;
			return exactOf(value) ?? number(value) ?? value;
		case 'boolean':
			return convertBoolean(value);
		case 'string':
			if (value instanceof Exact) return value.digits;
			return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
		case 'enum':
			return field.values?.find((each) => isSame(each, value)) ?? value;
		case 'list':
			return convertList(field, value);
		default:
			return value;
	}
}

/** A choice as it may arrive from an expression or a form: 512 as "512". */
const isSame = (choice: unknown, value: unknown): boolean =>
	choice === value ||
	(['string', 'number', 'boolean'].includes(typeof value) && String(choice) === String(value).trim());

function convertBoolean(value: unknown): unknown {
	const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
	return text === 'true' ? true : text === 'false' ? false : value;
}

function convertList({ items }: SchemaField, value: unknown): unknown {
	const parsed = typeof value === 'string' && value.trim().startsWith('[') ? parseTyped(value) : undefined;
	// Texts and files may hold commas themselves.
	const isWord =
		typeof value === 'string' &&
		['number', 'integer', 'boolean', 'enum'].includes(items?.kind ?? '') &&
		value.includes(',');
	const given = Array.isArray(parsed) ? parsed : isWord ? listOf(value) : value;
	const list = Array.isArray(given) ? given : typeof given === 'object' ? undefined : [given];
	if (!list) return value;
	return items ? list.map((entry) => convertValue(items, entry)) : list;
}
