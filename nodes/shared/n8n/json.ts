import type { IDataObject } from 'n8n-workflow';
import { isDict } from '../core/answer';
import { Exact } from '../core/exact';
import { rewriteInSteps } from '../core/rewrite';
import { atOnce, type Steps } from '../core/steps';
import type { Dict } from '../core/operation';

/** What came from JSON and was read by an operation is JSON again. */
const isJson = (value: unknown): value is IDataObject => isDict(value);

/** What came from JSON as an item holds it. */
export const asJson = (value: unknown): IDataObject => (isJson(value) ? value : {});

const RULES = {
	replace: (value: string | object) => (value instanceof Exact ? { by: value.digits } : undefined),
	copies: true,
};

/** A copy, without entries that are undefined. @throws AnswerError for what is nested too deeply */
export function* toJsonInSteps(value: Dict): Steps<IDataObject> {
	return asJson(yield* rewriteInSteps(value, undefined, RULES));
}

/** The same for what is small. */
export const toJson = (value: Dict): IDataObject => atOnce(toJsonInSteps(value));
