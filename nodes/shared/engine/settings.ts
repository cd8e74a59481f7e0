import { isDict, number } from '../core/answer';
import type { AnyOperation, Dict } from '../core/operation';
import { fallbacksOf } from './fallback';

/** What the user set about how requests are sent. */
export interface Settings {
	readonly model: string;
	/** Asked in turn where `model` does not answer. */
	readonly fallbacks: readonly string[];
	/** Empty for the current one. */
	readonly version: string;
	/** The longest that one request may take. */
	readonly seconds: number;
	readonly maxRetries: number;
	/** Not set: the node finds the number. */
	readonly maxConcurrency: number | undefined;
	/** USD after which nothing more is sent. */
	readonly budget: number;
	readonly isDryRun: boolean;
	/** The output field that the result goes into; empty: beside the others. */
	readonly resultField: string;
	/** Whether an output keeps the fields and files of its input item. */
	readonly keepsInput: boolean;
}

export function readSettings(operation: Pick<AnyOperation, 'timeout' | 'patience'>, input: Dict): Settings {
	const { model, options, includeOtherFields } = input;
	const { resultField, timeout, maxRetries, maxConcurrency, budgetUsd, dryRun, modelVersion } = isDict(options)
		? options
		: {};
	return {
		model: typeof model === 'string' ? model : '',
		fallbacks: fallbacksOf(input),
		version: typeof modelVersion === 'string' ? modelVersion.trim() : '',
		seconds: number(timeout) ?? operation.patience?.(input) ?? operation.timeout ?? 300,
		maxRetries: number(maxRetries) ?? 4,
		maxConcurrency: number(maxConcurrency),
		budget: number(budgetUsd) ?? Infinity,
		isDryRun: dryRun === true,
		resultField: typeof resultField === 'string' ? resultField.trim() : '',
		keepsInput: includeOtherFields === true,
	};
}

/** The names that the user gave in 'Extra Fields'. */
export const extraNames = (input: Dict): string[] => {
	const extra = isDict(input.options) ? input.options.extraFields : undefined;
	return isDict(extra) ? Object.keys(extra) : [];
};
