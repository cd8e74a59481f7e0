import { isDict } from '../core/answer';
import type { Dict } from '../core/operation';
import { Exact, isAtLeast, isAtMost } from '../core/exact';
import { InputError } from '../core/problem';
import { InlineFile } from '../core/request';
import { parseJson } from '../core/values';
import { convertValue } from './convert';
import { nearestNames } from '../core/nearest';
import type { ModelSchema, SchemaField } from '../core/modelSchema';
import { writeTaken, writeValue } from './describe';

export interface CheckOptions {
	/** What the screen calls the API's names. Others are named by their label. */
	readonly screenNames?: Readonly<Record<string, string>>;
	/** What the operation itself needs: never left out, even if the schema does not name it. */
	readonly keep?: readonly string[];
	/** Inputs that are sent as files beside the body. */
	readonly files?: readonly string[];
}

export interface Checked<V = unknown> {
	readonly body: Record<string, V>;
	/** Parameters that this model does not know, and that were left out. */
	readonly dropped: string[];
}

/**
 * A request's body against the model's schema: plain types are converted, unknown parameters left out.
 * Without a schema nothing is checked and nothing left out.
 * @throws InputError with the field's name on the screen for a value that the model would refuse
 */
export function checkBody(schema: ModelSchema | undefined, body: Dict, options: CheckOptions = {}): Checked {
	if (!schema) return { body, dropped: [] };
	const given = Object.entries(body).filter(([, value]) => value !== undefined);
	const dropped = given.map(([name]) => name).filter((name) => !isTaken(schema, name, options));
	const kept = given.flatMap(([name, value]): Array<[string, unknown]> => {
		if (dropped.includes(name)) return [];
		const field = schema.byName.get(name);
		// Nothing is the same as not given, unless the model tells them apart.
		if (value === null) return !field || field.nullable ? [[name, value]] : [];
		return [[name, field ? checkValue(field, value, options) : value]];
	});
	const isGiven = new Set([
		...kept.filter(([, value]) => !isEmpty(value)).map(([name]) => name),
		...(options.files ?? []),
	]);
	const missing = schema.fields.find(({ name, required }) => required && !isGiven.has(name));
	if (missing)
		throw new InputError(
			`'${screenName(missing, options)}' is missing, but this model needs it`,
			adviceFor(missing, options),
		);
	return { body: Object.fromEntries(kept), dropped };
}

/**
 * The same for a form, whose values are strings (arrays and objects as JSON) or files of any kind.
 * What was checked is what is sent.
 */
export function checkForm<F extends object>(
	schema: ModelSchema | undefined,
	form: Readonly<Record<string, string | F>>,
	options: CheckOptions = {},
): Checked<string | F> {
	if (!schema) return { body: form, dropped: [] };
	const entries = Object.entries(form);
	const files = entries.filter(([, value]) => typeof value !== 'string').map(([name]) => name);
	const texts = entries.flatMap(([name, value]) =>
		typeof value === 'string' ? [[name, readText(schema.byName.get(name), value)] as const] : [],
	);
	const { body, dropped } = checkBody(schema, Object.fromEntries(texts), {
		...options,
		files: [...files, ...(options.files ?? [])],
	});
	const unknown = files.filter((name) => !isTaken(schema, name, options));
	const left = new Set([...dropped, ...unknown]);
	const kept = entries
		.filter(([name]) => !left.has(name))
		.map(([name, value]): [string, string | F] => [
			name,
			typeof value === 'string' ? formText(value, body[name]) : value,
		]);
	return { body: Object.fromEntries(kept), dropped: [...left] };
}

/** A value as a form has it; one that was JSON and is the same stays as it was written, whose numbers may be exact. */
function formText(written: string, value: unknown): string {
	if (value === undefined || typeof value === 'string') return value ?? written;
	if (value instanceof Exact) return value.digits;
	const text = JSON.stringify(value);
	return typeof value === 'object' && JSON.stringify(parseJson(written)) === text ? written : text;
}

function readText(field: SchemaField | undefined, text: string): unknown {
	if (field?.kind !== 'list' && field?.kind !== 'object') return text;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

const isTaken = ({ byName, allowsUnknown }: ModelSchema, name: string, { keep }: CheckOptions): boolean =>
	allowsUnknown || byName.has(name) || (keep?.includes(name) ?? false);

const isEmpty = (value: unknown): boolean => value === null || value === '';

function screenName({ name, label }: SchemaField, { screenNames = {} }: CheckOptions): string {
	return (Object.hasOwn(screenNames, name) ? screenNames[name] : undefined) ?? label;
}

function adviceFor({ name }: SchemaField, { screenNames = {} }: CheckOptions): string {
	return Object.hasOwn(screenNames, name)
		? 'Fill it in, or choose another model.'
		: `The form has no field for it: give "${name}" under 'Options', 'Extra Fields', or choose another model.`;
}

/** The value as it is sent. */
function checkValue(field: SchemaField, value: unknown, options: CheckOptions): unknown {
	const converted = convertValue(field, value);
	const wrong = findFault(field, converted);
	if (wrong === undefined) return converted;
	const near =
		field.kind === 'enum' || field.items?.kind === 'enum'
			? nearestChoice(field.items ?? field, wrong.value)
			: undefined;
	throw new InputError(
		`'${screenName(field, options)}' ${wrong.words}`,
		near === undefined ? 'Change the value, or choose another model.' : `Did you mean '${near}'?`,
	);
}

interface Fault {
	readonly words: string;
	readonly value: unknown;
}

const fault = (field: SchemaField, value: unknown, verb = 'is'): Fault => ({
	words: `${verb} ${writeValue(value)}, but this model takes ${writeTaken(field, value)}`,
	value,
});

function findFault(field: SchemaField, value: unknown): Fault | undefined {
	switch (field.kind) {
		case 'number':
		case 'integer':
			return isInBounds(field, value) ? undefined : fault(field, value);
		case 'boolean':
			return typeof value === 'boolean' ? undefined : fault(field, value);
		case 'string':
			if (value instanceof InlineFile) return undefined;
			return typeof value === 'string' ? findLength(field, value) : fault(field, value);
		case 'file':
			return typeof value === 'string' || value instanceof InlineFile ? undefined : fault(field, value);
		case 'enum':
			return field.values?.some((choice) => choice === value) ? undefined : fault(field, value);
		case 'object':
			return isDict(value) ? undefined : fault(field, value);
		case 'list':
			return Array.isArray(value) ? findEntry(field, value) : fault(field, value);
		case 'any':
			return undefined;
	}
}

function isInBounds({ kind, min, max, exclusiveMin, exclusiveMax }: SchemaField, value: unknown): boolean {
	if (value instanceof Exact) {
		return (
			isAtLeast(value, min ?? -Infinity) &&
			isAtMost(value, max ?? Infinity) &&
			!isAtMost(value, exclusiveMin ?? -Infinity) &&
			!isAtLeast(value, exclusiveMax ?? Infinity)
		);
	}
	if (typeof value !== 'number' || !Number.isFinite(value)) return false;
	if (kind === 'integer' && !Number.isInteger(value)) return false;
	return (
		value >= (min ?? -Infinity) &&
		value <= (max ?? Infinity) &&
		value > (exclusiveMin ?? -Infinity) &&
		value < (exclusiveMax ?? Infinity)
	);
}

/** By characters as people count them; an emoji is one. */
function findLength({ maxLength }: SchemaField, value: string): Fault | undefined {
	if (maxLength === undefined || value.length <= maxLength) return undefined;
	const length = Array.from(value).length;
	if (length <= maxLength) return undefined;
	return { words: `has ${length} characters, but this model takes at most ${maxLength}`, value };
}

function findEntry({ items, minItems, maxItems }: SchemaField, list: readonly unknown[]): Fault | undefined {
	const limit = maxItems !== undefined && list.length > maxItems ? `at most ${maxItems}` : undefined;
	const least = minItems !== undefined && list.length < minItems ? `at least ${minItems}` : undefined;
	if (limit ?? least) {
		const entries = list.length === 1 ? 'entry' : 'entries';
		return { words: `has ${list.length} ${entries}, but this model takes ${limit ?? least}`, value: list };
	}
	if (!items || items.kind === 'any') return undefined;
	for (const entry of list) {
		const wrong = findFault(items, entry);
		if (wrong) return { words: wrong.words.replace(/^is /, 'holds '), value: wrong.value };
	}
	return undefined;
}

function nearestChoice({ values = [] }: SchemaField, value: unknown): string | undefined {
	return typeof value === 'string' ? nearestNames(value, values.map(String), 1)[0] : undefined;
}
