import { dictsIn, optionalText } from '../core/answer';
import { boundsOf, choiceOf, describe, kindNamed, titleOf } from './property';
import type { SchemaField } from '../core/modelSchema';

/**
 * Fields from the flat list that stands beside a schema (ModelFieldInfo). It does not say which are required.
 * Those with a parent are parts of an object, which is one field.
 */
export function listedFields(list: unknown): SchemaField[] {
	const fields = new Map<string, SchemaField>();
	for (const row of dictsIn(list)) {
		const name = optionalText(row.name);
		const parent = optionalText(row.parent)?.split('.')[0];
		const own = parent ? objectNamed(parent) : name ? listedField(name, row) : undefined;
		if (own && own.name !== '__proto__' && !(parent && fields.has(own.name))) fields.set(own.name, own);
	}
	return [...fields.values()];
}

function listedField(name: string, row: Record<string, unknown>): SchemaField {
	const allowed = Array.isArray(row.allowed) && row.allowed.length > 0 ? choiceOf(row.allowed) : undefined;
	// "Optional[int]" and "list[str]" are how Python writes a type.
	const type = (optionalText(row.ftype) ?? '').replace(/^optional\[(.*)\]$/i, '$1').split('[', 1)[0] ?? '';
	const kind = kindNamed(type);
	const preset = row.default ?? undefined;
	return {
		...objectNamed(name),
		description: describe(row.description),
		kind,
		...(preset === undefined ? {} : { default: preset }),
		// A list's allowed values are those of its entries.
		...(allowed && kind !== 'list' ? allowed : {}),
		...(kind === 'number' || kind === 'integer' ? boundsOf(row) : {}),
	};
}

const objectNamed = (name: string): SchemaField => ({
	name,
	label: titleOf(name),
	description: '',
	kind: 'object',
	required: false,
	nullable: true,
});
