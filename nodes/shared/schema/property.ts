import { isDict, number, optionalText } from '../core/answer';
import type { Dict } from '../core/operation';
import type { Flat, Resolver } from './resolve';
import type { Choice, FieldKind, SchemaField } from '../core/modelSchema';

/** What JSON Schema, and those who write it loosely, call the kinds. */
const KINDS = new Map<string, FieldKind>([
	...(['string', 'str', 'text', 'uri', 'url', 'enum'] as const).map((type) => [type, 'string'] as const),
	...(['number', 'float', 'double', 'decimal'] as const).map((type) => [type, 'number'] as const),
	...(['integer', 'int', 'long'] as const).map((type) => [type, 'integer'] as const),
	...(['boolean', 'bool'] as const).map((type) => [type, 'boolean'] as const),
	...(['array', 'list'] as const).map((type) => [type, 'list'] as const),
	...(['object', 'dict', 'json', 'map'] as const).map((type) => [type, 'object'] as const),
	...(['binary', 'file', 'image', 'audio', 'video', 'bytes'] as const).map((type) => [type, 'file'] as const),
]);

export const kindNamed = (type: string): FieldKind => KINDS.get(type.trim().toLowerCase()) ?? 'any';

/** Lists of lists of lists are JSON. */
const MAX_NESTING = 2;

/** One property of a schema. A malformed one is of any kind: then only its name is known. */
export function readField(
	resolver: Resolver,
	name: string,
	property: unknown,
	required: boolean,
	nesting = 0,
): SchemaField {
	const flat = resolver.resolve(property);
	const { keys } = flat;
	const { kind, kinds, values } = kindOf(flat);
	const preset = keys.default ?? undefined;
	return {
		name,
		label: titleOf(name),
		description: describe(keys.description),
		kind,
		// DeepInfra's own schemas also say `required: true` inside a property.
		required: (required || keys.required === true) && preset === undefined,
		nullable: flat.nullable,
		...(preset === undefined ? {} : { default: preset }),
		...(kinds ? { kinds } : {}),
		...(values ? { values } : {}),
		...(kind === 'number' || kind === 'integer' ? boundsOf(keys) : {}),
		...(kind === 'string' ? limitOf('maxLength', keys.maxLength) : {}),
		...(kind === 'list' ? { ...limitOf('minItems', keys.minItems), ...limitOf('maxItems', keys.maxItems) } : {}),
		...(kind === 'list' && isDict(keys.items) && nesting < MAX_NESTING
			? { items: readField(resolver, name, keys.items, false, nesting + 1) }
			: {}),
	};
}

/** "num_inference_steps" as "Num Inference Steps". */
export function titleOf(name: string): string {
	const words = name
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean);
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || name;
}

export const describe = (value: unknown): string => {
	const line = (optionalText(value) ?? '').replace(/\s+/g, ' ').trim();
	return line.length > 500 ? `${line.slice(0, 499)}…` : line;
};

interface Kind {
	readonly kind: FieldKind;
	readonly kinds?: readonly FieldKind[];
	readonly values?: readonly Choice[];
}

const ANY: Kind = { kind: 'any' };

function kindOf({ keys, alternatives }: Flat): Kind {
	if (isFile(keys)) return { kind: 'file' };
	const listed = Object.hasOwn(keys, 'const') ? [keys.const] : keys.enum;
	if (Array.isArray(listed) && listed.length > 0) return choiceOf(listed);
	const types = [keys.type].flat().filter((type): type is string => typeof type === 'string' && type !== 'null');
	if (types.length > 0) return together(types.map((type) => ({ kind: kindNamed(type) })));
	if (isDict(keys.properties)) return { kind: 'object' };
	if (keys.items !== undefined) return { kind: 'list' };
	return together(alternatives.map(kindOf));
}

/** A file is a string of format "binary"; some are marked `is_image`, `is_audio` or the like (schema-sample). */
function isFile(keys: Dict): boolean {
	return (
		keys.format === 'binary' || ['is_image', 'is_audio', 'is_video', 'is_file'].some((mark) => keys[mark] === true)
	);
}

export const isChoice = (value: unknown): value is Choice =>
	typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/** Values that a dropdown can show. One with objects or lists among them is JSON, and checked by nobody. */
export function choiceOf(listed: readonly unknown[]): Kind {
	const values = listed.filter((value) => value !== null);
	return values.length > 0 && values.every(isChoice) ? { kind: 'enum', values: [...new Set(values)] } : ANY;
}

/** The kind that several possibilities have in common. */
function together(kinds: readonly Kind[]): Kind {
	const [first, ...others] = kinds;
	if (!first) return ANY;
	if (kinds.every(({ kind }) => kind === 'enum')) return choiceOf(kinds.flatMap(({ values }) => values ?? []));
	if (others.every(({ kind }) => kind === first.kind)) return first;
	const names = new Set(kinds.map(({ kind }) => kind));
	if (names.size === 2 && names.has('integer') && names.has('number')) return { kind: 'number' };
	// A file, or text that says where it is.
	if (names.size === 2 && names.has('file') && names.has('string')) return { kind: 'file' };
	return { ...ANY, kinds: [...names] };
}

export function boundsOf(keys: Dict): Pick<SchemaField, 'min' | 'max' | 'exclusiveMin' | 'exclusiveMax'> {
	// Older drafts say `exclusiveMinimum: true` beside `minimum`.
	const [min, exclusiveMin] = edgesOf(keys.minimum, keys.exclusiveMinimum);
	const [max, exclusiveMax] = edgesOf(keys.maximum, keys.exclusiveMaximum);
	const low = Math.max(min ?? -Infinity, exclusiveMin ?? -Infinity);
	const high = Math.min(max ?? Infinity, exclusiveMax ?? Infinity);
	// Bounds that nothing can meet are a mistake in the schema.
	if (low > high) return {};
	return Object.fromEntries(
		Object.entries({ min, max, exclusiveMin, exclusiveMax }).filter(([, bound]) => bound !== undefined),
	);
}

function edgesOf(edge: unknown, exclusive: unknown): [number | undefined, number | undefined] {
	const bound = typeof edge === 'number' ? number(edge) : undefined;
	if (exclusive === true) return [undefined, bound];
	return [bound, typeof exclusive === 'number' ? number(exclusive) : undefined];
}

/** A limit that leaves room for nothing is a mistake in the schema. */
function limitOf<K extends 'maxLength' | 'minItems' | 'maxItems'>(name: K, value: unknown) {
	return typeof value === 'number' && Number.isInteger(value) && value > 0 ? { [name]: value } : {};
}
