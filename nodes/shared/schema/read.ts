import { isDict } from '../core/answer';
import type { ModelSchema, SchemaField } from '../core/modelSchema';
import type { Dict } from '../core/operation';
import { parseJson } from '../core/values';
import { readField } from './property';
import { listedFields } from './fieldList';
import { Resolver } from './resolve';

/** The model's own names for what its fields are called on the screen. */
export const labelsOf = (schema: ModelSchema | undefined): Record<string, string> =>
	Object.fromEntries((schema?.fields ?? []).map(({ name, label }) => [name, label]));

/** More than any model has; a schema beyond is taken for broken. */
const MAX_FIELDS = 2000;

/**
 * The input schema in an answer of `GET /models/{name}/schema/default` (`schema_in`, `fields_in`)
 * or `GET /models/{name}` (`in_schema`, `in_fields`). Undefined when it tells nothing: then nothing is known.
 * Never throws.
 */
export function readSchema(answer: unknown): ModelSchema | undefined {
	if (!isDict(answer)) return undefined;
	return (
		readJsonSchema(parsed(answer.schema_in)) ??
		readJsonSchema(parsed(answer.in_schema)) ??
		readFieldList(answer.fields_in) ??
		readFieldList(answer.in_fields)
	);
}

/** A schema that was sent as text. */
const parsed = (value: unknown): unknown => (typeof value === 'string' ? parseJson(value) : value);

export function readJsonSchema(root: unknown): ModelSchema | undefined {
	if (!isDict(root)) return undefined;
	const resolver = new Resolver(root);
	const { keys, alternatives } = resolver.resolve(root);
	// An input of one form or another: every field is known, what all forms require is required.
	const forms = [keys, ...alternatives.map((form) => form.keys)].filter((form) => isDict(form.properties));
	const properties = propertiesOf(forms);
	if (!properties) return undefined;
	const required = new Set(namesOf(keys.required));
	const [first, ...others] = alternatives.map((form) => namesOf(form.keys.required));
	first?.filter((name) => others.every((names) => names.includes(name))).forEach((name) => required.add(name));
	const named = [...properties].filter(([name]) => name !== '' && name !== '__proto__');
	if (named.length === 0 || named.length > MAX_FIELDS) return undefined;
	return toSchema(
		named.map(([name, property]) => readField(resolver, name, property, required.has(name))),
		forms.some(({ additionalProperties: more }) => more === true || (isDict(more) && Object.keys(more).length > 0)),
	);
}

/** The first form that has a field describes it, and decides where it stands. Undefined for more than any model has. */
function propertiesOf(forms: readonly Dict[]): Map<string, unknown> | undefined {
	const properties = new Map<string, unknown>();
	for (const form of forms) {
		const own = isDict(form.properties) ? form.properties : {};
		// One by one: there may be far more than are read.
		for (const name in own) {
			if (Object.hasOwn(own, name) && !properties.has(name)) properties.set(name, own[name]);
			if (properties.size > MAX_FIELDS) return undefined;
		}
	}
	return properties;
}

const namesOf = (value: unknown): string[] =>
	Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];

function readFieldList(list: unknown): ModelSchema | undefined {
	const fields = listedFields(list);
	return fields.length === 0 || fields.length > MAX_FIELDS ? undefined : toSchema(fields, false);
}

function toSchema(fields: readonly SchemaField[], allowsUnknown: boolean): ModelSchema {
	return { fields, byName: new Map(fields.map((field) => [field.name, field])), allowsUnknown };
}
