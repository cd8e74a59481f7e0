import { isDict, number } from '../core/answer';
import { optionFields, type Field } from '../core/fields';
import type { Dict } from '../core/operation';
import { exactOf, isAtLeast, type Exact } from '../core/exact';
import { InputError } from '../core/problem';
import { parseTyped, snakeCase } from '../core/values';

/**
 * What a parameter holds after its expression was evaluated, as the type that its field declares.
 * An expression can give anything: text for a number, an object for a text.
 * @throws InputError with the field's name on the screen
 */
export function readValue(field: Field, value: unknown): unknown {
	if (field.type === 'json' && field.orList) return toJson(field, value);
	if (field.orList && Array.isArray(value))
		return checkFilled(
			field,
			value.map((entry) => toText(field, entry)),
		);
	switch (field.type) {
		case 'string':
			if (field.typeOptions?.multipleValues) return toTexts(field, value);
			return checkFilled(field, toText(field, value));
		case 'resourceLocator':
			// Among options, n8n gives the list's choice as it is stored.
			return checkFilled(field, toText(field, isDict(value) && '__rl' in value ? value.value : value).trim());
		case 'number':
			return field.isExact ? toExact(field, value) : toNumber(field, value);
		case 'boolean':
			return toBoolean(field, value);
		case 'options':
			return oneOf(field, value);
		case 'multiOptions':
			return toTexts(field, value).map((entry) => oneOf(field, entry));
		case 'json':
			return toObject(field, value);
		case 'fixedCollection':
			return readRows(field, value);
		case 'collection':
			return readCollection(field, value);
		default:
			return value;
	}
}

function toText({ displayName }: Field, value: unknown): string {
	if (typeof value === 'string') return value;
	if (value === undefined || value === null) return '';
	if (typeof value !== 'object') return String(value);
	const text = writeJson(value);
	if (text === undefined) throw new InputError(`'${displayName}' is nested too deeply to be written as text`);
	return text;
}

function writeJson(value: object): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

const toTexts = (field: Field, value: unknown): string[] => {
	if (value === undefined || value === null || value === '') return [];
	return (Array.isArray(value) ? value : [value]).map((entry) => toText(field, entry));
};

function checkFilled<V extends string | string[]>(field: Field, value: V): V {
	const isEmpty = typeof value === 'string' ? value.trim() === '' : value.length === 0;
	if (!field.required || !isEmpty) return value;
	throw new InputError(
		`'${field.displayName}' is empty`,
		`Fill in the field '${field.displayName}', or check that its expression gives a value for this item.`,
	);
}

function toNumber({ displayName, typeOptions = {} }: Field, value: unknown): number {
	const { minValue = -Infinity, maxValue = Infinity, numberPrecision } = typeOptions;
	const read = number(value);
	if (read === undefined) throw new InputError(`'${displayName}' is not a number`);
	if (read < minValue || read > maxValue) {
		const range = maxValue === Infinity ? `at least ${minValue}` : `from ${minValue} to ${maxValue}`;
		throw new InputError(`'${displayName}' is ${read}, but must be ${range}`);
	}
	if (numberPrecision === 0 && !Number.isInteger(read)) {
		throw new InputError(`'${displayName}' is ${read}, but must be a whole number`);
	}
	return read;
}

/** Digits that a number would lose are kept. */
function toExact(field: Field, value: unknown): number | Exact {
	const exact = exactOf(value);
	if (!exact) return toNumber(field, value);
	const { minValue = -Infinity } = field.typeOptions ?? {};
	if (isAtLeast(exact, minValue)) return exact;
	throw new InputError(`'${field.displayName}' is ${exact.digits}, but must be at least ${minValue}`);
}

function toObject({ displayName }: Field, value: unknown): Dict {
	const advice = 'Enter a JSON object, such as { "seed": 7 }.';
	const read = typeof value === 'string' ? parseTyped(value) : value;
	if (read === undefined) throw new InputError(`'${displayName}' is not valid JSON`, advice);
	if (!isDict(read)) throw new InputError(`'${displayName}' is not a JSON object`, advice);
	return read;
}

/** An object or an array. */
function toJson({ displayName }: Field, value: unknown): Dict | unknown[] {
	const read = typeof value === 'string' ? parseTyped(value) : value;
	if (isDict(read) || Array.isArray(read)) return read;
	throw new InputError(`'${displayName}' is not valid JSON`, 'Enter a JSON array or object.');
}

/** The rows of a collection that holds one kind of them; an expression may give them as an array. */
function readRows({ displayName, options = [] }: Field, value: unknown): { values: Dict[] } {
	const inner = options.flatMap((option) => ('values' in option ? option.values : []));
	const given = isDict(value) ? (value.values ?? []) : value;
	const rows: unknown[] = Array.isArray(given) ? given : [given];
	return {
		values: rows.map((row) => {
			if (!isDict(row)) throw new InputError(`'${displayName}' holds something else than its fields`);
			return Object.fromEntries(inner.map((each) => [each.name, readValue(each, row[each.name] ?? each.default)]));
		}),
	};
}

function toBoolean({ displayName }: Field, value: unknown): boolean {
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw new InputError(`'${displayName}' must be true or false`);
}

function oneOf(field: Field, value: unknown): unknown {
	const { displayName, options = [] } = field;
	const values = options.flatMap((option) => ('value' in option ? [option.value] : []));
	if (values.some((known) => known === value)) return value;
	throw new InputError(
		`'${displayName}' is '${toText(field, value).slice(0, 80)}', but must be one of: ${values.join(', ')}`,
	);
}

/** The options that the user added. What the collection does not know is left out. */
function readCollection(field: Field, value: unknown): Dict {
	const given = isDict(value) ? value : {};
	const set = optionFields(field).filter(
		({ name }) => given[name] !== undefined && given[name] !== null && given[name] !== '',
	);
	return Object.fromEntries(set.map((option) => [option.name, readValue(option, given[option.name])]));
}

/** Whether a field is on the screen, given the values of the fields before it. */
export function isShown({ displayOptions }: Field, values: Dict): boolean {
	return Object.entries(displayOptions?.show ?? {}).every(
		([name, allowed]) => allowed?.some((each) => each === values[name]) ?? true,
	);
}

/** Whether a stored parameter is computed for each item anew. */
export function hasExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	return typeof parameter === 'object' && parameter !== null && Object.values(parameter).some(hasExpression);
}

/** Names that the API uses for values, and what the screen calls them. */
export function screenNames(fields: readonly Field[]): Record<string, string> {
	const all = fields.flatMap((field) => [field, ...optionFields(field)]);
	const names = all.map(({ name, displayName }): [string, string] => [snakeCase(name), displayName]);
	// The API calls the text of most tasks by these names.
	const main = all.find(({ name }) => name === 'text' || name === 'prompt');
	return Object.fromEntries([...(main ? ['input', 'inputs'].map((name) => [name, main.displayName]) : []), ...names]);
}
