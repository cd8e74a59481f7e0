import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { type FieldError, refuseField, refuseFields } from './answer';
import type { Model } from './catalogue/model';
import { isObject, type Json, type JsonObject, parseJson, type UnknownObject } from './json';
import type { Form } from './multipart';
import { type Upload, uploadFromText } from './uploads';

export interface Input {
	/** Values by field name; a file has a placeholder here. */
	values: UnknownObject;
	files: Map<string, Upload>;
}

// Most validators run once or twice: to shorten their code costs more than it saves.
const ajv = new Ajv({
	allErrors: true,
	strict: false,
	validateSchema: false,
	validateFormats: false,
	logger: false,
	code: { optimize: false },
});
const compiled = new Map<JsonObject, ValidateFunction | undefined>();

/** Compiled once per schema; a schema that does not compile checks nothing. */
function validatorOf(schema: JsonObject): ValidateFunction | undefined {
	if (compiled.has(schema)) return compiled.get(schema);
	let validator: ValidateFunction | undefined;
	try {
		validator = ajv.compile(withoutFlags(schema));
	} catch {
		validator = undefined;
	}
	compiled.set(schema, validator);
	return validator;
}

/** Published schemas say `required: true` inside a property, which is not JSON Schema. */
function withoutFlags(schema: JsonObject): JsonObject {
	const clean: JsonObject = {};
	for (const [key, value] of Object.entries(schema)) {
		if (key === 'required' && typeof value === 'boolean') continue;
		clean[key] = typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutFlags(value) : value;
	}
	return clean;
}

export function readJsonInput(model: Model, body: unknown): Input {
	if (!isObject(body))
		throw refuseFields([{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }]);
	const input: Input = { values: {}, files: new Map() };
	checkSchema(model, body);
	// Keys that the model does not know are left out, as the API leaves them out.
	for (const [name, property] of Object.entries(propertiesOf(model.schema))) {
		if (!Object.hasOwn(body, name)) continue;
		const value = body[name];
		input.values[name] = value;
		if (isObject(property) && property.format === 'binary' && typeof value === 'string') {
			input.files.set(name, uploadFromText(name, value));
		}
	}
	return input;
}

export function readFormInput(model: Model, form: Form): Input {
	const values: UnknownObject = {};
	const properties = propertiesOf(model.schema);
	const files = new Map(form.files);
	for (const [name, value] of form.texts) {
		const property = properties[name];
		if (!isObject(property)) continue;
		values[name] = readText(model.schema, name, property, value);
		if (property.format === 'binary') files.set(name, uploadFromText(name, value));
	}
	for (const name of form.files.keys()) {
		const property = properties[name];
		if (property === undefined) continue;
		// A file where a text belongs arrives as bytes, which no text field takes.
		values[name] = isObject(property) && property.format === 'binary' ? 'file' : null;
	}
	checkSchema(model, values);
	return { values, files };
}

/** A part of a form is text; numbers, switches and lists are read from it, strings stay as they are. */
function readText(schema: JsonObject, name: string, property: UnknownObject, value: string): unknown {
	switch (typeOf(schema, property)) {
		case 'integer':
		case 'number':
			return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
		case 'boolean':
			return value === 'true' ? true : value === 'false' ? false : value;
		case 'array':
		case 'object': {
			const parsed = parseJson(value);
			if (!parsed) throw refuseField(name, 'value is not valid JSON', 'value_error.jsondecode');
			return parsed.value;
		}
		default:
			return value;
	}
}

/** The declared type, also where it stands behind a reference or in the first of several alternatives. */
function typeOf(schema: JsonObject, property: UnknownObject, depth = 0): unknown {
	if (property.type !== undefined || depth > 5) return property.type;
	const reference = /^#\/definitions\/(\w+)$/.exec(String(property.$ref))?.[1];
	const definitions = isObject(schema.definitions) ? schema.definitions : {};
	const alternatives: unknown[] = [
		...(reference === undefined ? [] : [definitions[reference]]),
		...(Array.isArray(property.allOf) ? property.allOf : []),
		...(Array.isArray(property.anyOf) ? property.anyOf : []),
	];
	const first = alternatives.filter(isObject).find((alternative) => alternative.type !== 'null');
	return first && typeOf(schema, first, depth + 1);
}

function propertiesOf(schema: JsonObject): UnknownObject {
	return isObject(schema.properties) ? schema.properties : {};
}

function checkSchema(model: Model, values: UnknownObject) {
	checkValues(model.schema, values);
}

/** @throws Refusal 422 with every value that the schema refuses */
export function checkValues(schema: JsonObject, values: UnknownObject) {
	const validate = validatorOf(schema);
	if (!validate || validate(values)) return;
	throw refuseFields(informative(validate.errors ?? []).map(describeError));
}

/** "Neither of the alternatives" and "not null" say little where the alternatives have said what is wrong. */
function informative(errors: ErrorObject[]): ErrorObject[] {
	const telling = errors.filter(
		(error) => error.keyword !== 'anyOf' && !(error.keyword === 'type' && error.params.type === 'null'),
	);
	return telling.length > 0 ? telling : errors;
}

const TYPE_WORDS: Record<string, { msg: string; type: string }> = {
	string: { msg: 'str type expected', type: 'type_error.str' },
	integer: { msg: 'value is not a valid integer', type: 'type_error.integer' },
	number: { msg: 'value is not a valid float', type: 'type_error.float' },
	boolean: { msg: 'value could not be parsed to a boolean', type: 'type_error.bool' },
	array: { msg: 'value is not a valid list', type: 'type_error.list' },
	object: { msg: 'value is not a valid dict', type: 'type_error.dict' },
};

function describeError(error: ErrorObject): FieldError {
	const loc: FieldError['loc'] = ['body', ...error.instancePath.split('/').slice(1).map(readSegment)];
	const limit: Json = error.params.limit ?? null;
	switch (error.keyword) {
		case 'required':
			return {
				loc: [...loc, String(error.params.missingProperty)],
				msg: 'field required',
				type: 'value_error.missing',
			};
		case 'type':
			return { loc, ...(TYPE_WORDS[String(error.params.type)] ?? { msg: 'invalid value', type: 'type_error' }) };
		case 'enum':
			return {
				loc,
				msg: `value is not a valid enumeration member; permitted: ${quoteAll(error.params.allowedValues)}`,
				type: 'type_error.enum',
			};
		case 'minimum':
			return { loc, msg: `ensure this value is greater than or equal to ${limit}`, type: 'value_error.number.not_ge' };
		case 'maximum':
			return { loc, msg: `ensure this value is less than or equal to ${limit}`, type: 'value_error.number.not_le' };
		case 'exclusiveMinimum':
			return { loc, msg: `ensure this value is greater than ${limit}`, type: 'value_error.number.not_gt' };
		case 'exclusiveMaximum':
			return { loc, msg: `ensure this value is less than ${limit}`, type: 'value_error.number.not_lt' };
		case 'minLength':
			return { loc, msg: `ensure this value has at least ${limit} characters`, type: 'value_error.any_str.min_length' };
		case 'maxLength':
			return { loc, msg: `ensure this value has at most ${limit} characters`, type: 'value_error.any_str.max_length' };
		case 'minItems':
			return { loc, msg: `ensure this value has at least ${limit} items`, type: 'value_error.list.min_items' };
		case 'maxItems':
			return { loc, msg: `ensure this value has at most ${limit} items`, type: 'value_error.list.max_items' };
		default:
			return { loc, msg: error.message ?? 'invalid value', type: 'value_error' };
	}
}

function readSegment(segment: string): string | number {
	return /^\d+$/.test(segment) ? Number(segment) : segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function quoteAll(values: unknown): string {
	return Array.isArray(values) ? values.map((value) => `'${String(value)}'`).join(', ') : '';
}
