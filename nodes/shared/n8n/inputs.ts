import { isDict } from '../core/answer';
import { optionFields, type Field, type FileRef, type Mapped } from '../core/fields';
import { hasExpression, isShown, readValue } from '../engine/input';
import type { AnyOperation, Dict } from '../core/operation';
import { listOf } from '../core/values';
import { attempt, InputError, type Outcome } from '../core/problem';
import { fieldsOf } from '../operations/fields';
import { isTool, type NodeContext } from './context';
import { toNodeError } from './errors';
import { parameterReader } from './reference';

/** Gives the typed input of an item, or what is wrong with it. Sends nothing. */
export const inputReader = (
	context: NodeContext,
	operation: Pick<AnyOperation, 'fields'>,
): ((item: number) => Outcome<Dict>) => fieldReader(context, fieldsOf(operation));

/**
 * The parameters of a sub-node for one item.
 * @throws NodeOperationError for a value that cannot be used
 */
export function readParameters(context: NodeContext, fields: readonly Field[], item: number): Dict {
	const read = fieldReader(context, fields)(item);
	if (read.ok) return read.value;
	throw toNodeError(context, read.problem, { model: '', host: '', attempts: 0 }, item);
}

function fieldReader(context: NodeContext, fields: readonly Field[]): (item: number) => Outcome<Dict> {
	const stored = context.getNode().parameters;
	const constant = new Map<string, Outcome<unknown>>();
	const readPlain = plainReader(context, fields, stored);

	const read = (field: Field, item: number): unknown => withFiles(field, readAny(field, item), item);

	const readAny = (field: Field, item: number): unknown => {
		const known = constant.get(field.name);
		if (known) return valueOf(known);
		const raw: unknown =
			readPlain(field, item) ??
			context.getNodeParameter(field.name, item, field.default, {
				extractValue: field.type === 'resourceLocator',
				// It looks through all properties of the node; what a value may be is checked below.
				skipValidation: true,
			});
		if (field.typeOptions?.binaryDataProperty) return { file: 'binary', item, value: raw } satisfies FileRef;
		if (field.type === 'resourceMapper') return { stored: raw, item } satisfies Mapped;
		const value = attempt(() => readValue(field, raw));
		if (namesFiles(field) && value.ok && isDict(value.value)) return placeFiles(field, value.value, item);
		// Most parameters are the same for all items; reading one costs n8n more than sending does.
		if (!hasExpression(stored[field.name])) constant.set(field.name, value);
		return valueOf(value);
	};

	return (item) =>
		attempt(() => {
			const input: Dict = {};
			for (const field of fields) {
				if (isShown(field, input)) input[field.name] = read(field, item);
			}
			return input;
		});
}

/** Reads what expressions only name in the items: to evaluate one costs n8n a quarter of what sending it does. */
function plainReader(
	context: NodeContext,
	fields: readonly Field[],
	stored: Dict,
): (field: Field, item: number) => unknown {
	// Among the fields of a tool, expressions stand for what an agent gives.
	if (isTool(context)) return () => undefined;
	const readers = new Map(
		fields.filter(isPlain).flatMap(({ name }) => {
			const reader = hasExpression(stored[name]) ? parameterReader(stored[name]) : undefined;
			return reader ? [[name, reader] as const] : [];
		}),
	);
	if (readers.size === 0) return () => undefined;
	const items = context.getInputData();
	return ({ name }, item) => readers.get(name)?.(items[item]?.json);
}

/** Whether n8n gives what is stored as it is, but for its expressions. */
const isPlain = ({ type, typeOptions }: Field): boolean =>
	['string', 'json', 'fixedCollection', 'collection'].includes(type) && !typeOptions?.binaryDataProperty;

const isFileList = ({ typeOptions, orList }: Field): boolean =>
	typeOptions?.binaryDataProperty === true && orList === true;

const namesFiles = (field: Field): boolean => field.type === 'collection' && optionFields(field).some(isFileList);

/** Options that name files of the item. */
function placeFiles(field: Field, values: Dict, item: number): Dict {
	const placed = optionFields(field)
		.filter((option) => isFileList(option) && values[option.name] !== undefined)
		.map(({ name }): [string, FileRef[]] => [name, filesNamed(values[name], item)]);
	return { ...values, ...Object.fromEntries(placed) };
}

const filesNamed = (names: unknown, item: number): FileRef[] =>
	(typeof names === 'string' ? listOf(names) : [names].flat()).map((value) => ({ file: 'binary', item, value }));

/** Options that name a file stand for the file of their item. */
function withFiles(field: Field, value: unknown, item: number): unknown {
	if (field.type !== 'collection' || !isDict(value)) return value;
	const named = optionFields(field).filter(
		(option) => option.typeOptions?.binaryDataProperty && !isFileList(option) && option.name in value,
	);
	if (named.length === 0) return value;
	const files = named.map(({ name }) => [name, { file: 'binary', item, value: value[name] } satisfies FileRef]);
	return { ...value, ...Object.fromEntries(files) };
}

/** @throws InputError for what could not be read; once read, it fails for every item at no cost */
function valueOf(read: Outcome<unknown>): unknown {
	if (read.ok) return read.value;
	if (read.problem.kind === 'input') throw new InputError(read.problem.message, read.problem.advice);
	throw new Error('message' in read.problem ? read.problem.message : read.problem.kind);
}
