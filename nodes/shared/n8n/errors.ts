import type { NodeContext } from './context';
import type { INode, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { explain } from '../engine/explain';
import type { Situation } from '../engine/words';
import type { Problem } from '../core/problem';

export type NodeError = NodeApiError | NodeOperationError;

/** A failure as n8n shows it: message, description, status and item. */
export function toNodeError(
	context: Pick<NodeContext, 'getNode'>,
	problem: Problem,
	situation: Situation,
	item: number,
): NodeError {
	const { message: happened, description } = explain(problem, situation);
	// n8n recognises a stopped run by its message alone (docs/n8n.md#errors).
	const message = problem.kind === 'stopped' ? happened : `${happened} [item ${item}]`;
	return inWords(makeError(context, problem, message, description, item), message);
}

/**
 * A failed item. n8n sends it to the error branch when its json holds nothing but `error`, and then adds the fields of
 * the input item; so the text says what to do, too. With an `error` object beside the json n8n drops them. Where there
 * is no such branch, n8n adds nothing.
 * @param kept the input item whose fields and files stay with it
 */
export function toFailedItem(
	{ onError }: Pick<INode, 'onError'>,
	problem: Problem,
	situation: Situation,
	item: number,
	kept?: INodeExecutionData,
): INodeExecutionData {
	const { message, advice } = explain(problem, situation);
	const fields = onError === 'continueErrorOutput' ? undefined : kept?.json;
	return {
		json: { ...fields, error: `${withoutStop(message)} [item ${item}]. ${advice}` },
		pairedItem: { item },
		...(kept?.binary ? { binary: kept.binary } : {}),
	};
}

const withoutStop = (sentence: string) => sentence.replace(/[.\s]{1,10}$/, '');

function makeError(
	context: Pick<NodeContext, 'getNode'>,
	problem: Problem,
	message: string,
	description: string,
	itemIndex: number,
): NodeError {
	const node = context.getNode();
	if (problem.kind === 'input' || problem.kind === 'local' || problem.kind === 'stopped') {
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	const httpCode = problem.kind === 'status' ? String(problem.status) : undefined;
	return new NodeApiError(node, { message }, { message, description, httpCode, itemIndex });
}

/** n8n puts a sentence of its own for a message that holds ENOENT, ECONNREFUSED and the like, be it in a model's name. */
function inWords<E extends Error>(error: E, message: string): E {
	error.message = message;
	return error;
}
