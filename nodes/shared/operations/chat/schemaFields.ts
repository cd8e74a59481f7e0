import { isDict } from '../../core/answer';
import { Exact } from '../../core/exact';
import { field } from '../../core/fields';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';
import { readDate } from '../../schema/amounts';
import { withoutFrame } from './framed';
import { referredBy } from '../../schema/reference';
import { Resolver } from '../../schema/resolve';

/** Values of a schema or an example: more than any model takes. */
const MOST_VALUES = 10_000;

/** What is to be extracted, in the words of n8n's own extractor. */
export const schemaFields = [
	field({
		displayName: 'Schema Type',
		name: 'schemaType',
		type: 'options',
		options: [
			{ name: 'Define Using JSON Schema', value: 'manual', description: 'Write the schema by hand' },
			{ name: 'From Attribute Descriptions', value: 'fromAttributes', description: 'Name and describe each value' },
			{ name: 'From JSON Example', value: 'fromJson', description: 'Give an object as it should come out' },
		],
		default: 'fromAttributes',
		description: 'How to say what is to be extracted',
	}),
	field({
		displayName: 'Attributes',
		name: 'attributes',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Attribute' },
		default: {},
		placeholder: 'Add Attribute',
		description: 'The values to extract',
		displayOptions: { show: { schemaType: ['fromAttributes'] } },
		options: [
			{
				displayName: 'Attribute',
				name: 'values',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						isFieldName: true,
						default: '',
						placeholder: 'e.g. invoiceNumber',
						description: 'The name of the value in the output',
						required: true,
					},
					{
						displayName: 'Type',
						name: 'type',
						type: 'options',
						options: [
							{ name: 'Boolean', value: 'boolean' },
							{ name: 'Date', value: 'date' },
							{ name: 'List', value: 'list' },
							{ name: 'Number', value: 'number' },
							{ name: 'String', value: 'string' },
						],
						default: 'string',
						description: 'What the value is. A date comes out as YYYY-MM-DD.',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						placeholder: 'e.g. The total with tax',
						description: 'What the value means, for the model',
					},
					{
						displayName: 'Required',
						name: 'required',
						type: 'boolean',
						default: false,
						description: 'Whether the item fails when the value is not there. Otherwise the value is null.',
					},
				],
			},
		],
	}),
	field({
		displayName: 'JSON Example',
		name: 'jsonExample',
		type: 'json',
		default: '{ "customer": "Ada Lovelace", "total": 12.5 }',
		required: true,
		typeOptions: { rows: 8 },
		mostEntries: MOST_VALUES,
		description: 'An object as it should come out. Its names and types count, not its values.',
		displayOptions: { show: { schemaType: ['fromJson'] } },
	}),
	field({
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'json',
		default: '{ "type": "object", "properties": { "total": { "type": "number" } } }',
		required: true,
		typeOptions: { rows: 8 },
		mostEntries: MOST_VALUES,
		description: 'The JSON schema of an object',
		displayOptions: { show: { schemaType: ['manual'] } },
	}),
] as const;

interface Attribute {
	readonly name: string;
	readonly type: 'string' | 'number' | 'boolean' | 'date' | 'list';
	readonly description: string;
	readonly required: boolean;
}

export interface SchemaInput {
	readonly schemaType: 'fromAttributes' | 'fromJson' | 'manual';
	readonly attributes: { readonly values: readonly Attribute[] } | undefined;
	readonly jsonExample: Dict | undefined;
	readonly jsonSchema: Dict | undefined;
}

/** What is asked of the model, which may say null for whatever the text does not give; and what the result must be. */
export interface Wanted {
	readonly asked: Dict;
	readonly expected: Dict;
	/** Of which an answer must have any; undefined where the schema takes other names, too. */
	readonly names: readonly string[] | undefined;
}

/** @throws InputError for a schema of nothing */
export function readWanted(input: SchemaInput): Wanted {
	const expected = atRoot(expectedOf(input));
	const { keys, alternatives } = new Resolver(expected).resolve(expected);
	const forms = [keys, ...alternatives.map((form) => form.keys)];
	const names = forms.flatMap(({ properties }) => (isDict(properties) ? Object.keys(properties) : []));
	if (names.length === 0) throw new InputError('There is nothing to extract', NOTHING[input.schemaType]);
	const isOpen = forms.some(
		({ additionalProperties: more = false, patternProperties: some }) => more !== false || some !== undefined,
	);
	return { asked: orNull(expected), expected, names: isOpen ? undefined : names };
}

/** A schema that is a reference to what it defines, as generators write it, with that in its place. */
function atRoot(schema: Dict): Dict {
	const { $ref, ...rest } = schema;
	const target = referredBy($ref, schema);
	return isDict(target) && target !== schema ? { ...target, ...rest } : schema;
}

const NOTHING: Readonly<Record<SchemaInput['schemaType'], string>> = {
	fromAttributes: "Add at least one attribute under 'Attributes'.",
	fromJson: "Write an object with at least one value into 'JSON Example'.",
	manual: 'Write a schema of the type "object" with "properties" into \'JSON Schema\'.',
};

function expectedOf({ schemaType, attributes, jsonExample, jsonSchema }: SchemaInput): Dict {
	switch (schemaType) {
		case 'fromAttributes':
			return ofAttributes(attributes?.values ?? []);
		case 'fromJson':
			return ofExample(jsonExample ?? {});
		case 'manual':
			return withoutFrame(jsonSchema ?? {});
	}
}

function ofAttributes(attributes: readonly Attribute[]): Dict {
	const names = attributes.map(({ name }) => name.trim());
	const known = new Set<string>();
	const twice = names.find((name) => known.size === known.add(name).size);
	if (twice !== undefined)
		throw new InputError(`Two attributes have the name '${twice}'`, 'Give each a name of its own.');
	const properties = attributes.map(({ name, type, description }) => [
		name.trim(),
		{ ...TYPES[type], ...(description.trim() ? { description: description.trim() } : {}) },
	]);
	const required = attributes.filter((attribute) => attribute.required).map(({ name }) => name.trim());
	return { type: 'object', properties: Object.fromEntries(properties), required };
}

const TYPES: Readonly<Record<Attribute['type'], Dict>> = {
	string: { type: 'string' },
	number: { type: 'number' },
	boolean: { type: 'boolean' },
	date: { type: 'string', format: 'date' },
	list: { type: 'array', items: { type: 'string' } },
};

function ofExample(value: unknown): Dict {
	if (Array.isArray(value)) return { type: 'array', items: ofEntries(value) };
	if (isDict(value)) {
		const properties = Object.entries(value).map(([name, entry]) => [name, ofExample(entry)]);
		return { type: 'object', properties: Object.fromEntries(properties), required: [] };
	}
	if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && readDate(value)) return TYPES.date;
	if (value instanceof Exact) return { type: 'integer' };
	return value === null ? {} : { type: typeof value };
}

/** Each entry of a list may have names that others lack; of one name the first value counts that is not null. */
function ofEntries(list: readonly unknown[]): Dict {
	const objects = list.filter(isDict);
	if (objects.length > 0 && objects.length === list.length) {
		const found = new Map<string, unknown>();
		for (const [name, value] of objects.flatMap(Object.entries)) found.set(name, found.get(name) ?? value);
		return ofExample(Object.fromEntries(found));
	}
	const [first = {}, ...others] = list.map(ofExample);
	return others.every(({ type, format }) => type === first.type && format === first.format) ? first : {};
}

/** What holds schemas by name, and what holds lists of them. */
const DEFINITIONS = ['$defs', 'definitions'];
const COMBINATIONS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];

/**
 * The same schema, in which every property is asked for and may be null: nobody is made to invent a value.
 * @param isPart whether it is put together with others, which may have properties that it does not name
 */
function orNull(schema: Dict, isPart = false): Dict {
	checkType(schema);
	const opened: Dict = { ...schema, ...opening(schema, isPart) };
	if (isDict(schema.items)) opened.items = orNull(schema.items, isPart);
	for (const name of DEFINITIONS) {
		const held = schema[name];
		if (isDict(held)) opened[name] = mapValues(held, (each) => orNull(each, true));
	}
	for (const name of COMBINATIONS) {
		const held = schema[name];
		if (Array.isArray(held)) opened[name] = held.map((each: unknown) => (isDict(each) ? orNull(each, true) : each));
	}
	return opened;
}

const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

/** @throws InputError for a type that no answer is of, such as `date` */
function checkType({ type }: Dict): void {
	const wrong = [type].flat().find((each) => typeof each === 'string' && !JSON_TYPES.includes(each));
	if (wrong === undefined) return;
	throw new InputError(
		`'JSON Schema' has the type '${String(wrong).slice(0, 80)}', which no JSON value has`,
		`Write one of ${JSON_TYPES.join(', ')}. A date is { "type": "string", "format": "date" }.`,
	);
}

/** Of a schema with properties: what they are, which are needed, and whether it takes others. */
function opening(schema: Dict, isPart: boolean): Dict {
	const { properties } = schema;
	if (!isDict(properties) || Object.keys(properties).length === 0) return {};
	const isOpen =
		isPart ||
		schema.additionalProperties !== undefined ||
		[...COMBINATIONS, '$ref', 'patternProperties'].some((name) => schema[name] !== undefined);
	return {
		properties: mapValues(properties, (each) => nullable(orNull(each, isPart))),
		required: Object.keys(properties),
		...(isOpen ? {} : { additionalProperties: false }),
	};
}

const mapValues = (record: Dict, map: (value: Dict) => Dict): Dict =>
	Object.fromEntries(Object.entries(record).map(([name, value]) => [name, isDict(value) ? map(value) : value]));

const NULL = { type: 'null' };

function nullable(schema: Dict): Dict {
	if (Array.isArray(schema.enum))
		return { ...schema, enum: [...new Set([...schema.enum, null])], ...typeOrNull(schema) };
	const options = [schema.anyOf, schema.oneOf].find(Array.isArray) ?? [];
	if (options.some((each) => isDict(each) && each.type === 'null')) return schema;
	if (Array.isArray(schema.anyOf)) return { ...schema, ...typeOrNull(schema), anyOf: [...schema.anyOf, NULL] };
	if (['$ref', 'allOf', 'oneOf'].some((name) => schema[name] !== undefined)) return { anyOf: [schema, NULL] };
	return { ...schema, ...typeOrNull(schema) };
}

function typeOrNull({ type }: Dict): Dict {
	const types = [type].flat().filter((each) => typeof each === 'string');
	return types.length === 0 ? {} : { type: [...new Set([...types, 'null'])] };
}
