import { hasMoreValues } from '../core/amount';
import { dictsIn, isDict } from '../core/answer';
import { asDataUrl } from '../core/dataUrl';
import type { Dict } from '../core/operation';
import { jsonError } from '../core/jsonFault';
import { InputError } from '../core/problem';
import { saysSomething } from '../core/trim';
import { parseTyped } from '../core/values';
import { convertValue } from './convert';
import type { FieldKind, ModelSchema, SchemaField } from '../core/modelSchema';

/** Where a file comes from: a binary field of the item, or a web address. */
export interface FileSource {
	readonly from: 'binary' | 'url';
	readonly value: string;
}

export interface Filled {
	readonly body: Dict;
	/** Inputs that are files, by the API's name. */
	readonly files: Readonly<Record<string, FileSource>>;
}

/**
 * The values in what n8n's resource mapper stores, without those of fields that the user removed:
 * the editor keeps switches that were never shown as false. An expression may give them as JSON.
 */
export function mappedValues(stored: unknown): Dict {
	if (!isDict(stored)) return {};
	const value = typeof stored.value === 'string' ? parseTyped(stored.value) : stored.value;
	if (!isDict(value)) return {};
	const rows = dictsIn(stored.schema);
	const removed = new Set(rows.filter((row) => row.removed === true).map((row) => row.id));
	return Object.fromEntries(Object.entries(value).filter(([name]) => !removed.has(name)));
}

/**
 * What the user filled in as the values of a request: in the types that the model takes,
 * without what was left empty or is the model's own default.
 * @throws InputError for text that should be JSON and is not
 */
export function bodyOf(schema: ModelSchema | undefined, values: Dict): Filled {
	const body: Array<[string, unknown]> = [];
	const files: Array<[string, FileSource]> = [];
	for (const [name, given] of Object.entries(values)) {
		const field = schema?.byName.get(name);
		if (isBlank(given, field)) continue;
		const content = field?.kind === 'file' && typeof given === 'string' ? asDataUrl(given) : undefined;
		const source = field?.kind === 'file' && content === undefined ? readSource(given) : undefined;
		if (source) {
			files.push([name, source]);
			continue;
		}
		const value = field ? readFilled(field, content ?? given) : given;
		if (!field || field.required || !isEqual(value, field.default)) body.push([name, value]);
	}
	return { body: Object.fromEntries(body), files: Object.fromEntries(files) };
}

/** Left empty. An empty text is a value only where it is one of the choices. */
function isBlank(value: unknown, field: SchemaField | undefined): boolean {
	if (value === undefined || value === null) return true;
	if (typeof value !== 'string' || field?.values?.includes(value)) return false;
	// Blanks are a value, but for a text that the model needs.
	return field?.kind === 'string' && !field.required ? value === '' : !saysSomething(value);
}

function readSource(given: unknown): FileSource | undefined {
	if (typeof given !== 'string' || /^data:/i.test(given.trim())) return undefined;
	const value = given.trim();
	return { from: /^https?:\/\//i.test(value) ? 'url' : 'binary', value };
}

/** Values that a field of a model may hold as text; a list of samples may be long. */
const MOST_WRITTEN = 400_000;

/** @throws InputError for JSON that is none, or too much of it */
function readFilled(field: SchemaField, given: unknown): unknown {
	if (typeof given !== 'string') return convertValue(field, given);
	if (['object', 'list'].includes(field.kind) && hasMoreValues(given, MOST_WRITTEN)) {
		throw new InputError(
			`'${field.label}' holds more than ${MOST_WRITTEN} values`,
			'Give what the model needs of it, or all of it by an expression that gives a list. Nothing was sent.',
		);
	}
	switch (field.kind) {
		case 'object':
			return requireJson(field, given);
		case 'list':
			return given.trim().startsWith('[') ? convertValue(field, requireJson(field, given)) : convertValue(field, given);
		case 'any':
			return readAny(field, given);
		default:
			return convertValue(field, given);
	}
}

/** JSON where the model takes such; a text that happens to be JSON is one where it takes texts. */
function readAny({ kinds = ['any'] }: SchemaField, given: string): unknown {
	const read = parseTyped(given) ?? given;
	if (!kinds.includes('string') || kinds.includes('any')) return read;
	const isOf: ReadonlyArray<FieldKind> = Array.isArray(read)
		? ['list']
		: isDict(read)
			? ['object']
			: typeof read === 'boolean'
				? ['boolean']
				: ['number', 'integer'];
	return isOf.some((kind) => kinds.includes(kind)) ? read : given;
}

function requireJson({ label }: SchemaField, text: string): unknown {
	const value = parseTyped(text);
	if (value !== undefined) return value;
	throw jsonError(label, text);
}

const isEqual = (a: unknown, b: unknown): boolean =>
	a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
