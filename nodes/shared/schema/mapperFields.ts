import type { FieldType, INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';
import { isDict } from '../core/answer';
import type { FieldKind, ModelSchema, SchemaField } from '../core/modelSchema';
import { shorten, writeBounds, writeValues } from './describe';

/** Beyond this many, a form shows the required fields and lets the user add the others. */
const SHOWN_AT_ONCE = 10;
/** More fields or choices than anybody would look through make n8n's editor slow. */
const MAX_FIELDS = 200;
const MAX_CHOICES = 500;
const MAX_LABEL = 120;

/** The node has options of its own for the first, and reads no stream. */
const NOT_SHOWN = ['webhook', 'stream'];
/** What n8n's editor can address: it keeps a value under `value["name"]`. */
const isAddressable = (name: string) =>
	!/["\\\][]|^=/.test(name) && !['__proto__', 'constructor', 'prototype'].includes(name);

const TYPES: Readonly<Record<FieldKind, FieldType>> = {
	string: 'string',
	number: 'number',
	integer: 'number',
	boolean: 'boolean',
	enum: 'options',
	list: 'array',
	object: 'object',
	file: 'string',
	any: 'string',
};

/** A model's fields as n8n's resource mapper shows them: the required ones first, then as the schema has them. */
export function mapperFields(schema: ModelSchema | undefined): ResourceMapperField[] {
	const fields = (schema?.fields ?? []).filter(({ name }) => !NOT_SHOWN.includes(name) && isAddressable(name));
	const ordered = [...fields.filter(({ required }) => required), ...fields.filter(({ required }) => !required)];
	const isLong = ordered.length > SHOWN_AT_ONCE;
	// Where nothing is known to be required, the first ones stand for a form that is not empty.
	const shown = ordered.some(({ required }) => required) ? 0 : SHOWN_AT_ONCE;
	return ordered.slice(0, MAX_FIELDS).map((field, index) => mapperField(field, isLong && index >= shown));
}

function mapperField(field: SchemaField, isLong: boolean): ResourceMapperField {
	const { name, required, kind, values = [] } = field;
	const type = kind === 'enum' && values.length > MAX_CHOICES ? 'string' : TYPES[kind];
	return {
		id: name,
		displayName: writeLabel(field),
		required,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type,
		removed: isLong && !required,
		...(type === 'options' ? { options: values.map(toOption) } : {}),
		// A switch is always on or off; everything else may stay empty, which means the model's own default.
		...(type === 'boolean' ? { defaultValue: field.default === true } : {}),
	};
}

const toOption = (value: string | number | boolean): INodePropertyOptions => ({
	name: value === '' ? '(empty)' : shorten(String(value), 80),
	value,
});

/** n8n shows no description beside such a field, so the name says what there is to know. */
function writeLabel(field: SchemaField): string {
	const facts = [...takenWords(field), ...defaultWords(field)].join(', ');
	const label = facts ? `${field.label} (${facts})` : field.label;
	return shorten(field.description ? `${label}: ${field.description}` : label, MAX_LABEL);
}

function takenWords(field: SchemaField): string[] {
	switch (field.kind) {
		case 'integer':
		case 'number':
			// Bounds such as 2^64 tell nobody anything.
			return [hasHugeBounds(field) ? '' : writeBounds(field)].filter(Boolean);
		case 'file':
			return ['name of a binary field or URL'];
		case 'list':
			return [`JSON list${field.items?.values ? ` of: ${writeValues(field.items.values, 5)}` : ''}`];
		case 'object':
			return ['JSON'];
		case 'any':
			return ['text or JSON'];
		case 'string':
			return field.maxLength === undefined ? [] : [`at most ${field.maxLength} characters`];
		default:
			return [];
	}
}

const hasHugeBounds = ({ min, max, exclusiveMin, exclusiveMax }: SchemaField): boolean =>
	[min, max, exclusiveMin, exclusiveMax].some((bound) => bound !== undefined && Math.abs(bound) >= 1e12);

function defaultWords({ kind, default: preset }: SchemaField): string[] {
	if (preset === undefined || preset === '' || kind === 'boolean') return [];
	const text = isDict(preset) || Array.isArray(preset) ? JSON.stringify(preset) : String(preset);
	return [`default ${shorten(text, 40)}`];
}
