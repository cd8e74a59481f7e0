import type { NodeContext } from './context';
import type { INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { explain, type Situation } from '../engine/explain';
import type { Problem } from '../core/problem';

/** A failure as n8n shows it: message, description, status and item. */
export function toNodeError(
	context: NodeContext,
	problem: Problem,
	situation: Situation,
	item: number,
): NodeApiError | NodeOperationError {
	const { message: happened, description } = explain(problem, situation);
	const node = context.getNode();
	// n8n recognises a stopped run by its message alone.
	const message = problem.kind === 'stopped' ? happened : `${happened} [item ${item}]`;
	if (problem.kind === 'input' || problem.kind === 'local' || problem.kind === 'stopped') {
		return new NodeOperationError(node, message, { description, itemIndex: item });
	}
	const httpCode = problem.kind === 'status' ? String(problem.status) : undefined;
	return new NodeApiError(node, { message }, { message, description, httpCode, itemIndex: item });
}

/**
 * A failed item for the error branch. n8n sends it there by `error` on the item;
 * any other key in its json would send it down the branch of success.
 */
export const failedItem = (error: NodeApiError | NodeOperationError, item: number): INodeExecutionData => ({
	json: { error: error.message },
	error,
	pairedItem: { item },
});
