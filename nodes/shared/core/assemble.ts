import { takeOutMedia } from '../media/find';
import { queuedStatus, requestIdOf } from './answer';
import type { AnyOperation, Dict, FileOut, Output } from './operation';
import { isAlone } from './plan';
import { AnswerError } from './problem';
import { addUsage, shareOf, type Usage } from './usage';

/** What one part brought. */
export interface Piece {
	readonly outputs: readonly Output[];
	readonly usage: Usage;
	/** `task`: results, to be shown with their usage. `plain`: without. `raw`: the API's own response. */
	readonly kind: 'task' | 'plain' | 'raw';
}

/** An output with all its files, by the binary field that each goes to. */
export type Finished = Omit<Output, 'file' | 'from'> & { readonly files: Readonly<Record<string, FileOut>> };

/**
 * The pieces of an answer, one for each input of the call.
 * @throws AnswerError when the answer does not fit the operation
 */
export function piecesOf(
	operation: Pick<AnyOperation, 'items' | 'isFree' | 'isRaw'>,
	answer: Dict,
	inputs: readonly [Dict, ...Dict[]],
	usage: Usage,
): Piece[] {
	const [first] = inputs;
	const status = queuedStatus(answer);
	if (status && isAlone(first)) {
		return [{ outputs: [{ json: { status, requestId: requestIdOf(answer) } }], usage, kind: 'plain' }];
	}
	if (status) throw new AnswerError(`DeepInfra answered that the request is ${status}, without a result`);
	if (first.simplify === false || operation.isRaw) return [{ outputs: [{ json: answer }], usage, kind: 'raw' }];

	const grouped: Output[][] = inputs.map(() => []);
	for (const output of operation.items(answer, inputs)) grouped[output.from ?? 0]?.push(output);
	return grouped.map((outputs) => ({
		outputs,
		usage: inputs.length === 1 ? usage : shareOf(usage, 1 / inputs.length),
		kind: operation.isFree ? 'plain' : 'task',
	}));
}

/** The outputs of one item, put together from the pieces of its parts. */
export function finish(operation: Pick<AnyOperation, 'join'>, input: Dict, pieces: readonly Piece[]): Finished[] {
	const field = typeof input.outputDataFieldName === 'string' ? input.outputDataFieldName : 'data';
	const outputs = pieces.flatMap((piece) => piece.outputs);
	const kind = pieces[0]?.kind;
	if (kind === 'plain') return outputs.map(({ json }) => ({ json, files: {} }));
	if (kind === 'raw') return outputs.map(({ json }) => withoutMedia(json, field));

	const joined = operation.join ? operation.join(outputs, input) : outputs;
	const usage = addUsage(pieces.map((piece) => piece.usage));
	// The sum over the items is what was billed, so several items of one input share its cost.
	const each = usage?.costUsd === undefined ? usage : { ...usage, costUsd: usage.costUsd / joined.length };
	return joined.map(({ json, file, texts }) => ({
		json: { ...json, usage: each },
		texts,
		files: file ? { [field]: file } : {},
	}));
}

function withoutMedia(answer: Dict, field: string): Finished {
	const name = (index: number) => (index === 0 ? field : `${field}_${index}`);
	const { json, files } = takeOutMedia(answer, name);
	return { json, files: Object.fromEntries(files.map((file, index) => [name(index), file])) };
}
