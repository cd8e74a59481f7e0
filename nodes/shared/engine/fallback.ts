import { isDict } from '../core/answer';
import type { Dict, Inputs } from '../core/operation';
import { billOf, type Problem } from '../core/problem';
import { listOf, omit } from '../core/values';
import { isUnreachable } from './retry';
import { hopelessFor } from './verdict';

/** How an input came to be asked of another model than the one that the user chose. */
export interface Moved {
	readonly requestedModel: string;
	/** In words, such as "'a/b' is too busy". */
	readonly fallbackReason: string;
}

/** A model, and why it was asked instead of another one. */
export interface AskedModel {
	readonly model: string;
	readonly fallbackReason?: string;
}

/**
 * Why another model may be asked instead, in words; undefined where it must not: the request may have been billed, or
 * no other model would do better, as with a wrong key, an account without money or a value that is refused.
 */
export function reasonToMove(problem: Problem, model: string): string | undefined {
	if (problem.kind === 'unsent') return reasonToMove(problem.cause, model);
	if (billOf(problem) > 0) return undefined;
	if (problem.kind === 'input') return problem.isOfModel ? problem.message : undefined;
	if (problem.kind !== 'status') return undefined;
	const shared = hopelessFor(problem);
	if (shared === 'account') return undefined;
	if (shared === 'model') return `'${model}' is not available (status ${problem.status})`;
	if (shared === 'options') return `'${model}' cannot do what was asked (status ${problem.status})`;
	if (problem.status === 423) return `'${model}' is not ready`;
	if (!isUnreachable(problem)) return undefined;
	return problem.status === 429 ? `'${model}' is too busy` : `'${model}' is down (status ${problem.status})`;
}

/** The models that an input may be asked of where its own does not answer, in their order. */
export function fallbacksOf({ model, options }: Dict): string[] {
	const given = isDict(options) ? options.fallbackModels : undefined;
	if (typeof given !== 'string' && !isTexts(given)) return [];
	return listOf(given).filter((name) => name !== model);
}

const isTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'string');

export const movedOf = ({ moved }: Dict): Moved | undefined =>
	isDict(moved)
		? { requestedModel: String(moved.requestedModel), fallbackReason: String(moved.fallbackReason) }
		: undefined;

/** The same inputs, to be asked of the next model; undefined when there is none left. A version belongs to its model. */
export function moveInputs(inputs: Inputs<Dict>, reason: string): Inputs<Dict> | undefined {
	const [first, ...rest] = inputs;
	const [next, ...others] = fallbacksOf(first);
	if (next === undefined) return undefined;
	const earlier = movedOf(first);
	const moved: Moved = {
		requestedModel: earlier?.requestedModel ?? String(first.model),
		fallbackReason: [earlier?.fallbackReason, reason].filter(Boolean).join('; '),
	};
	const move = (input: Dict): Dict => ({
		...input,
		model: next,
		moved,
		options: { ...omit(isDict(input.options) ? input.options : {}, 'modelVersion'), fallbackModels: others },
	});
	return [move(first), ...rest.map(move)];
}

/** Inputs as they were asked of a model, whichever their own is. */
export function askedOf([first, ...rest]: Inputs<Dict>, model: string, moved: Moved | undefined): Inputs<Dict> {
	const ask = (input: Dict): Dict => (moved ? { ...input, model, moved } : input);
	return [ask(first), ...rest.map(ask)];
}

/** Where the service itself asked another of the models (docs/api.md#chat), the answer tells which. */
export function servedBy(answer: Dict, input: Dict): (Moved & { readonly model: string }) | undefined {
	const { model } = answer;
	if (typeof model !== 'string' || !fallbacksOf(input).includes(model)) return undefined;
	const [moved] = moveInputs([input], `'${String(input.model)}' is too busy`) ?? [];
	const told = moved && movedOf(moved);
	return told && { model, ...told };
}
