import { isDict } from '../../nodes/shared/core/answer';
import { isShown, readValue } from '../../nodes/shared/engine/input';
import type { AnyOperation, ApiRequest, Dict, ModelFacts, Operation, Output } from '../../nodes/shared/core/operation';
import { atOnce, isSteps } from '../../nodes/shared/core/steps';
import { operations } from '../../nodes/shared/operations';

export function operationOf(resource: string, value: string): AnyOperation {
	const found = operations.find((each) => each.resource === resource && each.value === value);
	if (!found) throw new Error(`no operation ${resource}: ${value}`);
	return found;
}

/** The input that an operation gets for an item: what is given, else the field's own default. */
export function inputFor(operation: AnyOperation, given: Dict = {}): Dict {
	const input: Dict = {};
	for (const field of operation.fields) {
		if (!isShown(field, input)) continue;
		const raw: unknown = field.name in given ? given[field.name] : field.default;
		const value = isDict(raw) && field.type === 'resourceLocator' ? raw.value : raw;
		const isFile = field.typeOptions?.binaryDataProperty;
		input[field.name] = isFile ? { file: 'binary', item: 0, value } : readValue(field, value);
	}
	return input;
}

export const requestFor = (operation: AnyOperation, given: Dict, facts: ModelFacts = {}): ApiRequest =>
	operation.request([inputFor(operation, given)], facts);

export function outputsOf<I extends Dict>(
	{ items }: Pick<Operation<I>, 'items'>,
	...answered: Parameters<Operation<I>['items']>
): Output[] {
	const outputs = items(...answered);
	return isSteps(outputs) ? atOnce(outputs) : outputs;
}

export const outputsFor = (operation: AnyOperation, given: Dict, answer: Dict): Output[] =>
	outputsOf(operation, answer, [inputFor(operation, given)]);

/** The parts of an input. */
export function partsFor({ split }: AnyOperation, input: Dict, facts: ModelFacts = {}): readonly Dict[] {
	const parts = split?.(input, facts) ?? [input];
	return isSteps(parts) ? atOnce(parts) : parts;
}
