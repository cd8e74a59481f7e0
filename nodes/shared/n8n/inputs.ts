import type { IExecuteFunctions } from 'n8n-workflow';
import type { Field, FileRef, Mapped } from '../core/fields';
import { hasExpression, isShown, readValue } from '../engine/input';
import type { AnyOperation, Dict } from '../core/operation';
import { attempt, type Outcome } from '../core/problem';
import { fieldsOf } from '../operations/fields';

/** Gives the typed input of an item, or what is wrong with it. Sends nothing. */
export function inputReader(
	context: IExecuteFunctions,
	operation: Pick<AnyOperation, 'fields'>,
): (item: number) => Outcome<Dict> {
	const stored = context.getNode().parameters;
	const fields = fieldsOf(operation);
	const constant = new Map<string, unknown>();

	const read = (field: Field, item: number): unknown => {
		if (constant.has(field.name)) return constant.get(field.name);
		const raw: unknown = context.getNodeParameter(field.name, item, field.default, {
			extractValue: field.type === 'resourceLocator',
		});
		if (field.typeOptions?.binaryDataProperty) return { file: 'binary', item, value: raw } satisfies FileRef;
		if (field.type === 'resourceMapper') return { stored: raw, item } satisfies Mapped;
		const value = readValue(field, raw);
		// Most parameters are the same for all items; reading one costs n8n more than sending does.
		if (!hasExpression(stored[field.name])) constant.set(field.name, value);
		return value;
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
