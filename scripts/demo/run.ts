/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { dictOf, isDict, textOf, type Dict } from '../json';
import type { N8nClient } from '../host/client';
import { Failure, Interruption } from '../host/failure';
import { readFlatted } from './flatted';
import { readResults, type TaskResult } from './results';
import type { PreparedWorkflow } from './workflow';

const RUN_LIMIT = 15 * 60_000;
const ENDED = ['success', 'error', 'crashed', 'canceled'];

/** Runs the demo workflow in n8n, from its manual trigger, and reads what each task brought. */
export async function runDemo(
	client: N8nClient,
	{ id, workflow }: PreparedWorkflow,
	trigger: string,
	signal: AbortSignal,
): Promise<TaskResult[]> {
	const executionId = await client.startWorkflow(id, trigger);
	const limit = Date.now() + RUN_LIMIT;
	while (Date.now() < limit) {
		if (signal.aborted) throw new Interruption();
		const execution = await client.readExecution(executionId);
		if (ENDED.includes(textOf(execution.status) ?? '')) return readResults(workflow, resultDataOf(execution));
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	throw new Failure(
		`the demo workflow did not end within ${RUN_LIMIT / 60_000} minutes.`,
		'Run the command again; the execution can be looked at in the editor.',
	);
}

function resultDataOf(execution: Dict): Dict {
	const data = typeof execution.data === 'string' ? readFlatted(execution.data) : execution.data;
	return isDict(data) ? dictOf(data.resultData) : {};
}
