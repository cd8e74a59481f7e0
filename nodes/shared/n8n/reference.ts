import { isSafeObjectProperty } from 'n8n-workflow';
import { put } from '../core/values';
import type { Dict } from '../core/operation';

/** What a parameter holds for an item with this JSON; undefined where n8n has to evaluate it. */
export type ParameterReader = (json: unknown) => unknown;

const NAME = String.raw`\.[A-Za-z_]\w*|\["[^"\\}\r\n]+"\]|\['[^'\\}\r\n]+'\]`;
const REFERENCE = new RegExp(String.raw`\{\{\s*\$json((?:${NAME})+)\s*\}\}`);
const NAMES = /\.(\w+)|\["([^"]+)"\]|\['([^']+)'\]/g;
/** What a template may not hold beside its references: n8n has rules of its own for these. */
const SPECIAL = /[\\{}]/;

/**
 * How to read a parameter without n8n's evaluation, where its expressions do no more than to name fields of the item, as
 * what is dragged into them does: `={{ $json.customer.name }}`, `=Dear {{ $json.name }}!`. It may hold rows and options.
 * Undefined for any other.
 */
export function parameterReader(parameter: unknown): ParameterReader | undefined {
	if (typeof parameter === 'string') return parameter.startsWith('=') ? templateReader(parameter) : () => parameter;
	if (typeof parameter !== 'object' || parameter === null) return () => parameter;
	const names = Object.keys(parameter);
	const readers: ParameterReader[] = [];
	for (const name of names) {
		const reader = parameterReader(Reflect.get(parameter, name));
		if (!reader) return undefined;
		readers.push(reader);
	}
	return Array.isArray(parameter) ? listReader(readers) : dictReader(names, readers);
}

const listReader =
	(readers: readonly ParameterReader[]): ParameterReader =>
	(json) => {
		const read = readers.map((reader) => reader(json));
		return read.includes(undefined) ? undefined : read;
	};

const dictReader =
	(names: readonly string[], readers: readonly ParameterReader[]): ParameterReader =>
	(json) => {
		const dict: Dict = {};
		for (const [at, name] of names.entries()) {
			const value = readers[at]?.(json);
			if (value === undefined) return undefined;
			put(dict, name, value);
		}
		return dict;
	};

function templateReader(expression: string): ParameterReader | undefined {
	// The fields of each reference stand between the texts around it.
	const [first = '', ...rest] = expression.slice(1).split(REFERENCE);
	const texts = [first, ...rest.filter((_, at) => at % 2 === 1)];
	const paths = rest.filter((_, at) => at % 2 === 0).map(pathOf);
	if (texts.some((text) => SPECIAL.test(text))) return undefined;
	// n8n says itself what is wrong with the others.
	if (!paths.flat().every(isSafeObjectProperty)) return undefined;
	return (json) => {
		let whole = first;
		for (const [at, path] of paths.entries()) {
			const text = textAt(json, path);
			if (text === undefined) return undefined;
			whole += text + (texts[at + 1] ?? '');
		}
		return whole;
	};
}

/** Outermost first. */
const pathOf = (reference: string): string[] =>
	[...reference.matchAll(NAMES)].map(([, name, ...quoted]) => name ?? quoted.find(Boolean) ?? '');

/** The text at the end of a path; undefined for anything else, which n8n may see with other eyes. */
function textAt(json: unknown, path: readonly string[]): string | undefined {
	let value: unknown = json;
	for (const name of path) {
		if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
			return undefined;
		value = Reflect.get(value, name);
	}
	return typeof value === 'string' ? value : undefined;
}
