import { isDict, mayBeThousands, number } from '../core/answer';
import { optionFields, type Field } from '../core/fields';
import type { Dict } from '../core/operation';
import { Exact, exactOf, isAtLeast } from '../core/exact';
import { hasMoreEntries, hasMoreValues, holdsMoreValues, MOST_VALUES } from '../core/amount';
import { jsonError } from '../core/jsonFault';
import { InputError } from '../core/problem';
import { saysSomething, trimUnseen } from '../core/trim';
import { isBrokenArray, listOf, parseTyped, snakeCase } from '../core/values';

/**
 * What a parameter holds after its expression was evaluated, as the type that its field declares.
 * An expression can give anything: text for a number, an object for a text.
 * @throws InputError with the field's name on the screen
 */
export function readValue(field: Field, value: unknown): unknown {
	checkAmount(field, value);
	if (field.type === 'json' && field.orList) return toJson(field, value);
	const listed = field.isList && typeof value === 'string' ? readArray(field, value) : value;
	if (field.orList && Array.isArray(listed))
		return checkFilled(
			field,
			listed.map((entry) => toText(field, entry)),
		);
	switch (field.type) {
		case 'string':
			if (field.typeOptions?.multipleValues) return toTexts(field, value);
			if (field.isFieldName) return checkFilled(field, toFieldName(field, value));
			return checkFilled(field, toText(field, value));
		case 'resourceLocator':
			// Among options, n8n gives the list's choice as it is stored.
			return checkFilled(field, trimUnseen(toText(field, isDict(value) && '__rl' in value ? value.value : value)));
		case 'number':
			return field.isExact ? toExact(field, value) : toNumber(field, value);
		case 'boolean':
			return toBoolean(field, value);
		case 'options':
			return oneOf(field, value);
		case 'multiOptions':
			return (typeof value === 'string' ? listOf(value) : toTexts(field, value)).map((entry) => oneOf(field, entry));
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

/** What nobody means to send is not read: to read a million values would keep all else waiting. @throws InputError */
function checkAmount(field: Field, value: unknown): void {
	const { displayName, type } = field;
	const most = field.mostEntries ?? MOST_VALUES;
	if (type === 'json') {
		if (!(typeof value === 'string' ? hasMoreValues(value, most) : holdsMoreValues(value, most))) return;
		throw new InputError(
			`'${displayName}' is not a JSON object that can be sent: it holds more than ${most} values`,
			'Give what the model needs of it. Nothing was sent.',
		);
	}
	if (!(Array.isArray(value) ? value.length > most : typeof value === 'string' && hasMoreInText(field, value))) return;
	throw tooMany(displayName, most);
}

const tooMany = (label: string, most: number) =>
	new InputError(
		`'${label}' has more than ${most} entries`,
		'Give fewer of them, or spread them over several items. Nothing was sent.',
	);

/** Whether what is written in a field is a list with too many entries. */
function hasMoreInText({ isList, typeOptions, mostEntries }: Field, text: string): boolean {
	if (!isList && !typeOptions?.multipleValues) return false;
	if (/^\s*\[/.test(text)) return hasMoreValues(text, mostEntries ?? MOST_VALUES);
	return mostEntries !== undefined && hasMoreEntries(text, mostEntries);
}

function toText({ displayName }: Field, value: unknown): string {
	const plain = typeof value === 'object' && value !== null ? dateText(value) : value;
	if (typeof plain === 'string') return plain;
	if (plain === undefined || plain === null) return '';
	if (typeof plain === 'number' && !Number.isFinite(plain)) {
		throw new InputError(
			`'${displayName}' is ${plain}, which is no number that can be sent`,
			'Its expression calculates with something that is no number. Check what it gives for this item.',
		);
	}
	if (typeof plain !== 'object') return String(plain);
	if (Array.isArray(plain)) {
		throw new InputError(
			`'${displayName}' is a list, not a text`,
			"Put the list into items with the node 'Split Out', or into one text with {{ $json.list.join(', ') }}.",
		);
	}
	throw new InputError(
		`'${displayName}' is an object, not a text`,
		'Choose the field of it that you mean, such as {{ $json.data.text }}, or write all of it with {{ JSON.stringify($json.data) }}.',
	);
}

/** A moment, such as n8n's DateTime, as its ISO text; any other object as it is. */
function dateText(value: object): unknown {
	if (!('toISOString' in value) && !('toISO' in value)) return value;
	const write = 'toISO' in value ? value.toISO : value.toISOString;
	try {
		const text: unknown = typeof write === 'function' ? write.call(value) : undefined;
		return typeof text === 'string' ? text : value;
	} catch {
		// A date that is none.
		return value;
	}
}

/** Names that objects have of their own: a field of such a name would be lost. */
const TAKEN_NAMES = ['__proto__', 'constructor', 'prototype'];
const LONGEST_NAME = 200;

function toFieldName(field: Field, value: unknown): string {
	const name = toText(field, value).trim();
	if (!TAKEN_NAMES.includes(name) && name.length <= LONGEST_NAME && !/[\p{Cc}]/u.test(name)) return name;
	throw new InputError(
		`'${field.displayName}' is '${name.slice(0, 80)}', which cannot be the name of a field`,
		"Enter a short name of letters and digits, such as 'data'.",
	);
}

/** Texts that may hold anything, so only a whole JSON array of texts is one. */
const toTexts = (field: Field, value: unknown): string[] => {
	if (value === undefined || value === null || value === '') return [];
	const read = typeof value === 'string' && value.trim().startsWith('[') ? parseTyped(value) : undefined;
	const given: unknown = isTexts(read) ? read : value;
	return (Array.isArray(given) ? given : [given]).map((entry) => toText(field, entry));
};

const isTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** The entries of a list that was typed as JSON; any other text as it is. @throws InputError for JSON that is none */
function readArray({ displayName }: Field, text: string): unknown {
	const read = text.trim().startsWith('[') ? parseTyped(text) : undefined;
	if (Array.isArray(read)) return read.map((entry: unknown) => (entry instanceof Exact ? entry.digits : entry));
	if (isBrokenArray(text)) throw jsonError(displayName, text);
	if (text.trim().startsWith('{') && isDict(parseTyped(text))) {
		throw new InputError(
			`'${displayName}' is an object, not a list`,
			'Give a list such as ["one", "two"], or of an object its names with {{ Object.keys($json.data) }}.',
		);
	}
	return text;
}

function checkFilled<V extends string | string[]>(field: Field, value: V): V {
	// What a list without entries means, its operation says.
	const isEmpty = field.isList && Array.isArray(value) ? value.length === 0 : ![value].flat().some(saysSomething);
	if (!field.required || !isEmpty) return value;
	throw new InputError(
		`'${field.displayName}' is empty`,
		`Fill in the field '${field.displayName}', or check that its expression gives a value for this item.`,
	);
}

function toNumber({ displayName, typeOptions = {} }: Field, value: unknown): number {
	const { minValue = -Infinity, maxValue = Infinity, numberPrecision } = typeOptions;
	const read = numberPrecision === 0 && mayBeThousands(value) ? undefined : number(value);
	if (read === undefined) throw new InputError(`'${displayName}' is not a number`, adviceForNumber(value));
	if (read < minValue || read > maxValue) {
		const range = maxValue === Infinity ? `at least ${minValue}` : `from ${minValue} to ${maxValue}`;
		throw new InputError(`'${displayName}' is ${read}, but must be ${range}`);
	}
	if (numberPrecision === 0 && !Number.isInteger(read)) {
		throw new InputError(`'${displayName}' is ${read}, but must be a whole number`);
	}
	return read;
}

function adviceForNumber(value: unknown): string {
	const given = shown(value).slice(0, 80);
	const what = given.trim() === '' ? 'It is empty' : `It is '${given}'`;
	return `${what}. Give digits alone, such as 1000 or 0.5, or check that its expression gives a number for this item. Nothing was sent.`;
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
	const read = typeof value === 'string' ? parseTyped(value) : value;
	if (typeof value === 'string' && read === undefined) throw jsonError(displayName, value);
	if (!isDict(read))
		throw new InputError(`'${displayName}' is not a JSON object`, 'Enter a JSON object, such as { "seed": 7 }.');
	return read;
}

/** An object or an array. */
function toJson({ displayName }: Field, value: unknown): Dict | unknown[] {
	const read = typeof value === 'string' ? parseTyped(value) : value;
	if (isDict(read) || Array.isArray(read)) return read;
	if (typeof value === 'string' && read === undefined) throw jsonError(displayName, value);
	throw new InputError(`'${displayName}' is not a JSON array or object`, 'Enter a JSON array or object.');
}

/** The rows of a collection that holds one kind of them; an expression may give them as an array. */
function readRows({ displayName, options = [] }: Field, value: unknown): { values: Dict[] } {
	const inner = options.flatMap((option) => ('values' in option ? option.values : []));
	const given = isDict(value) ? (value.values ?? []) : value;
	const rows: unknown[] = Array.isArray(given) ? given : [given];
	if (rows.length > MOST_VALUES) throw tooMany(displayName, MOST_VALUES);
	return {
		values: rows.map((row) => {
			if (!isDict(row)) {
				const names = inner.map(({ name }) => `"${name}": …`).join(', ');
				throw new InputError(
					`'${displayName}' holds something else than its fields`,
					`Give a list of objects, such as {{ [{ ${names} }] }}, or fill in the fields one by one. Nothing was sent.`,
				);
			}
			return Object.fromEntries(inner.map((each) => [each.name, readValue(each, row[each.name] ?? each.default)]));
		}),
	};
}

function toBoolean({ displayName }: Field, value: unknown): boolean {
	// Spreadsheets write TRUE.
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === true || word === 'true') return true;
	if (word === false || word === 'false') return false;
	throw new InputError(`'${displayName}' must be true or false`);
}

function oneOf(field: Field, value: unknown): unknown {
	const { displayName, options = [] } = field;
	const values = options.flatMap((option) => ('value' in option ? [option.value] : []));
	if (values.some((known) => known === value)) return value;
	const plain = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
	const meant = values.find((known) => String(known).toLowerCase() === plain);
	if (meant !== undefined) return meant;
	throw new InputError(`'${displayName}' is '${shown(value).slice(0, 80)}', but must be one of: ${values.join(', ')}`);
}

/** Any value as text, to show what was given. */
function shown(value: unknown): string {
	try {
		return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
	} catch {
		return 'nested too deeply';
	}
}

/** The options that the user added. What the collection does not know is left out. */
function readCollection(field: Field, value: unknown): Dict {
	const given = isDict(value) ? value : {};
	const isEmpty = ({ name }: Field) => given[name] === undefined || given[name] === null || given[name] === '';
	const read = optionFields(field).flatMap((option): Array<[string, unknown]> => {
		if (!isEmpty(option)) return [[option.name, readValue(option, given[option.name])]];
		if (option.isGuard && Object.hasOwn(given, option.name)) throw emptyGuard(option);
		return [];
	});
	return Object.fromEntries(read);
}

const emptyGuard = ({ displayName }: Field) =>
	new InputError(
		`'${displayName}' has no value`,
		`Its expression gives nothing for this item. Give it a value, or remove '${displayName}' to run without it. Nothing was sent.`,
	);

/** What is wrong where items give different values for what holds for the run as a whole. */
export function findRunConflict(fields: readonly Field[], inputs: readonly Dict[]): InputError | undefined {
	for (const field of fields) {
		for (const each of [field, ...optionFields(field)]) {
			const { name, displayName, isRunWide } = each;
			if (!isRunWide) continue;
			const values = new Set(
				inputs.map(({ [field.name]: value }) => (each === field ? value : isDict(value) ? value[name] : undefined)),
			);
			if (values.size < 2) continue;
			const some = [...values].slice(0, 3).map((value) => (value === undefined ? 'none' : shown(value)));
			return new InputError(
				`'${displayName}' holds for the run as a whole, but its expression gives different values: ${some.join(', ')}${values.size > 3 ? ', …' : ''}`,
				`Give it one value, such as that of the first item: {{ $input.first().json.${name} }}. Nothing was sent.`,
			);
		}
	}
	return undefined;
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
