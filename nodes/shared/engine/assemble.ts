import { queuedStatus, requestIdOf, withWords } from '../core/answer';
import type { AnyOperation, ApiRequest, Dict, Output } from '../core/operation';
import { hasWebhook } from './plan';
import { AnswerError, attempt, type Problem } from '../core/problem';
import { isSteps, type Steps } from '../core/steps';
import { known } from '../core/values';
import { shareCost } from './bill';
import { unpaid, usageOfItem, type Share, type Usage } from './usage';

/** What one part brought. */
export interface PartResult extends Share {
	readonly outputs: readonly Output[];
	/** `task`: results, to be shown with their usage. `plain`: without. `raw`: the API's own response. */
	readonly kind: 'task' | 'plain' | 'raw';
	/** Of the API's own response: what it says, where its parts may have to be brought together by asking once more. */
	readonly told?: readonly Output[];
}

/**
 * The pieces of an answer, one for each input of the call.
 * @throws AnswerError when the answer does not fit the operation
 */
export function* readResults(
	operation: Pick<AnyOperation, 'items' | 'isFree' | 'isRaw' | 'join' | 'next'>,
	answer: Dict,
	inputs: readonly [Dict, ...Dict[]],
	usage: Usage,
	sent?: ApiRequest,
): Steps<PartResult[]> {
	const [first] = inputs;
	const status = queuedStatus(answer);
	if (status && hasWebhook(first)) {
		return [{ outputs: [{ json: { status, requestId: requestIdOf(answer) } }], usage, share: 1, kind: 'plain' }];
	}
	// A job that nobody waits for has a state of its own to tell.
	if (/^(queued|running)$/.test(status ?? '') && !operation.next)
		throw new AnswerError(`DeepInfra answered that the request is ${status}, without a result`);
	if (first.simplify === false || operation.isRaw) {
		// One that cannot be read is shown as it is.
		const told = operation.join && (yield* toldBy(operation, answer, inputs, sent));
		return [{ outputs: [{ json: answer }], usage, share: 1, kind: 'raw', told }];
	}

	const grouped: Output[][] = inputs.map(() => []);
	for (const output of yield* outputsOf(operation, answer, inputs, sent)) grouped[output.from ?? 0]?.push(output);
	return grouped.map((outputs) => ({
		outputs,
		usage,
		share: 1 / inputs.length,
		kind: operation.isFree ? 'plain' : 'task',
	}));
}

/** What a response says that is shown as it is; undefined for one that cannot be read. */
function* toldBy(...asked: Parameters<typeof outputsOf>): Steps<readonly Output[] | undefined> {
	try {
		return yield* outputsOf(...asked);
	} catch {
		return undefined;
	}
}

/** @throws AnswerError that says what the answer says instead of a result */
function* outputsOf(
	{ items }: Pick<AnyOperation, 'items'>,
	answer: Dict,
	inputs: readonly [Dict, ...Dict[]],
	sent: ApiRequest | undefined,
): Steps<readonly Output[]> {
	try {
		const outputs = items(answer, inputs, sent);
		return isSteps(outputs) ? yield* outputs : outputs;
	} catch (error) {
		throw withWords(error, answer);
	}
}

/** A part that brought nothing, among others that are results of their own. @param billed USD */
export const failedPart = (failure: Problem, model: string, attempts: number, billed: number): PartResult => ({
	outputs: [{ json: {}, failure }],
	usage: { model, attempts, costUsd: billed },
	share: 1,
	kind: 'task',
});

/** An output that is ready to become an item. */
export interface Finished extends Omit<Output, 'from'> {
	/** Whether `json` is the API's own response, from which its files must be taken out. */
	readonly isRaw: boolean;
	/** Whether other items have the same response. */
	readonly isShared?: boolean;
}

/** The sum over the items is what was billed, so several items of one input share its cost. */
export function shareUsage(outputs: readonly Output[], usage: Usage | undefined): Finished[] {
	const [only, second] = outputs;
	if (!usage || (only && !second)) return outputs.map((output) => finishOne(output, usage));
	const costs = usage.costUsd === undefined ? [] : shareCost(usage.costUsd, outputs.length);
	const thought = usage.estimatedCostUsd === undefined ? [] : shareCost(usage.estimatedCostUsd, outputs.length);
	return outputs.map((output, index) =>
		finishOne(output, { ...usage, ...known({ costUsd: costs[index], estimatedCostUsd: thought[index] }) }),
	);
}

const finishOne = ({ json, file, texts, remains, problem, failure }: Output, usage: Usage | undefined): Finished => ({
	json: { ...json, usage },
	file,
	texts,
	remains,
	problem,
	failure,
	isRaw: false,
});

/**
 * The outputs of one item, put together from the pieces of its parts; or more to ask before they can be.
 * @param earlier what the rounds before brought, which is paid, too
 */
export function finish(
	operation: Pick<AnyOperation, 'join'>,
	input: Dict,
	pieces: readonly PartResult[],
	earlier: readonly PartResult[] = [],
): { readonly outputs: Finished[] } | { readonly ask: readonly Dict[] } {
	const outputs = pieces.flatMap((piece) => piece.outputs);
	const kind = pieces[0]?.kind;
	const more = kind === 'raw' ? moreToAsk(operation, input, pieces) : undefined;
	if (more) return more;
	if (kind !== 'task') {
		const isRaw = kind === 'raw';
		const shown = pieces.flatMap(({ outputs: own, isReused }) =>
			own.map(
				({ json, problem, failure }): Finished =>
					isRaw && isReused ? { json: unpaid(json), isRaw, isShared: true } : { json, problem, failure, isRaw },
			),
		);
		return { outputs: shown };
	}

	const joined = operation.join ? operation.join(outputs, input) : outputs;
	if ('ask' in joined) return joined;
	return { outputs: shareUsage(joined, usageOfItem([...earlier, ...pieces])) };
}

/** What the parts' own responses still have to be asked, so that the last of them is about the whole. */
function moreToAsk({ join }: Pick<AnyOperation, 'join'>, input: Dict, pieces: readonly PartResult[]) {
	const told = pieces.flatMap((piece) => piece.told ?? []);
	if (!join || told.length < pieces.length) return undefined;
	const joined = attempt(() => join(told, input));
	return joined.ok && 'ask' in joined.value ? joined.value : undefined;
}
