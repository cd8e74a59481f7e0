import { isObject, parseJson, type Json, type JsonObject, type UnknownObject } from '../json';

/**
 * An object that fits a schema, from lines such as `Total: 12.50`: a property gets what stands behind its own name or
 * behind its description, whatever their case. What the text does not say is null.
 * @param isExact whether types hold, as in a strict schema; otherwise a number is copied as it is written
 */
export function fillSchema(schema: UnknownObject, text: string, isExact: boolean): JsonObject {
	const properties = isObject(schema.properties) ? schema.properties : {};
	return Object.fromEntries(
		Object.entries(properties).map(([name, property]) => [
			name,
			isObject(property) ? valueOf(name, property, text, isExact) : null,
		]),
	);
}

function valueOf(name: string, property: UnknownObject, text: string, isExact: boolean): Json {
	const types = typesOf(property);
	if (types.includes('object')) return fillSchema(property, text, isExact);
	const found = lineBehind(text, name) ?? lineBehind(text, String(property.description ?? ''));
	if (found === undefined) return types.includes('null') || !isExact ? null : types.includes('array') ? [] : '';
	if (types.includes('array') && isObject(property.items) && isObject(property.items.properties))
		return fillRows(name, property.items, text, isExact);
	if (types.includes('array')) return found.split(/,\s*/).filter((entry) => entry !== '');
	if (types.includes('boolean')) return /^(yes|true|ja|oui)\b/i.test(found);
	if (types.includes('number') || types.includes('integer')) return readNumber(found, isExact);
	if (property.format === 'date') return isoDate(found);
	return found;
}

function typesOf({ type, anyOf }: UnknownObject): unknown[] {
	if (Array.isArray(anyOf)) return anyOf.filter(isObject).flatMap(typesOf);
	return Array.isArray(type) ? type : [type];
}

/** An object for each line of that name, its values parted by bars: `tasks: task=Call Ben | due=2026-12-01`. */
const fillRows = (name: string, items: UnknownObject, text: string, isExact: boolean): Json[] =>
	text
		.split('\n')
		.flatMap((line) => lineBehind(line, name) ?? [])
		.map((row) => fillSchema(items, row.replace(/\s*\|\s*/g, '\n'), isExact));

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

function lineBehind(text: string, label: string): string | undefined {
	const wanted = plain(label);
	if (wanted === '') return undefined;
	for (const line of text.split('\n')) {
		const [before = '', ...rest] = line.split(/[:=]/);
		if (rest.length > 0 && plain(before) === wanted) return line.slice(before.length + 1).trim();
	}
	return undefined;
}

function readNumber(text: string, isExact: boolean): Json {
	if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
	if (!isExact) return text;
	const digits = text.replace(/[^\d.,-]/g, '');
	const isEuropean = /,\d{1,2}$/.test(digits);
	const number = Number(isEuropean ? digits.replaceAll('.', '').replace(',', '.') : digits.replaceAll(',', ''));
	return digits === '' || Number.isNaN(number) ? null : number;
}

function isoDate(text: string): string {
	const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
	const [, day = '', month = '', year = ''] = match ?? [];
	return match ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text;
}

/** The first JSON schema that stands in a prompt. */
export function findSchema(text: string): UnknownObject | undefined {
	for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
		const end = closingBrace(text, start);
		const value = end < 0 ? undefined : parseJson(text.slice(start, end + 1))?.value;
		if (isObject(value) && isObject(value.properties)) return value;
	}
	return undefined;
}

function closingBrace(text: string, start: number): number {
	let depth = 0;
	for (let at = start; at < text.length; at++) {
		if (text[at] === '{') depth += 1;
		else if (text[at] === '}' && --depth === 0) return at;
	}
	return -1;
}
