import { isSafeObjectProperty } from 'n8n-workflow';

const NAME = String.raw`\.[A-Za-z_]\w*|\["[^"\\}\r\n]+"\]|\['[^'\\}\r\n]+'\]`;
const REFERENCE = new RegExp(String.raw`^=\{\{\s*\$json((?:${NAME})+)\s*\}\}$`);
const NAMES = /\.(\w+)|\["([^"]+)"\]|\['([^']+)'\]/g;

/**
 * The fields that lead to what a parameter's expression names, outermost first, where it only names a field of its
 * item, as what is dragged into it does: `={{ $json.customer.name }}`. Undefined for any other.
 */
export function fieldPath(expression: unknown): readonly string[] | undefined {
	const names = typeof expression === 'string' ? REFERENCE.exec(expression)?.[1] : undefined;
	if (names === undefined) return undefined;
	const path = [...names.matchAll(NAMES)].map(([, name, ...quoted]) => name ?? quoted.find(Boolean) ?? '');
	// n8n says itself what is wrong with the others.
	return path.every(isSafeObjectProperty) ? path : undefined;
}

/** The text at the end of a path; undefined for anything else, which n8n may see with other eyes. */
export function textAt(json: unknown, path: readonly string[]): string | undefined {
	let value: unknown = json;
	for (const name of path) {
		if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
			return undefined;
		value = Reflect.get(value, name);
	}
	return typeof value === 'string' ? value : undefined;
}
