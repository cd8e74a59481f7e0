import { defineOperation } from '../../core/operation';
import { InputError } from '../../core/problem';
import { plainOptionsField } from '../fields';
import { batchIdField, batchItem, batchPath, progressOf, readBatch } from './batches';
import { BatchReader } from './results';

export const getBatchResults = defineOperation({
	resource: 'batch',
	value: 'getResults',
	name: 'Get Results',
	action: 'Get results of batch',
	description: "Get the results of a batch that has ended: an item for each line, in the order of 'Create'",
	tasks: [],
	isFree: true,
	answer: 'job',
	timeout: 1800,
	outputFields: {
		customId: 'string',
		text: 'string',
		finishReason: 'string',
		usage: {
			model: 'string',
			requestId: 'string',
			costUsd: 'number',
			inputTokens: 'integer',
			outputTokens: 'integer',
			attempts: 'integer',
		},
	},
	fields: [
		batchIdField,
		plainOptionsField([
			{
				displayName: 'Delete Files',
				name: 'deleteFiles',
				type: 'boolean',
				default: false,
				description:
					"Whether to delete the batch's files at DeepInfra once all results are read. Otherwise DeepInfra keeps inputs for 7 days and results for 30; an account has 2 GB for all of them.",
			},
		]),
	],
	request: ([{ batchId }]) => ({ method: 'GET', path: batchPath(batchId) }),
	next: () => undefined,
	openLines: (answer, [{ options }]) => {
		const batch = readBatch(answer);
		if (!batch.hasEnded) {
			throw new InputError(
				`The batch ${batch.id} has not ended: ${progressOf(batch)}`,
				"Start the workflow with the node 'DeepInfra Batch Trigger' when it ends, or wait and ask again. Nothing is lost.",
			);
		}
		const hasFiles = batch.outputFileId !== undefined || batch.errorFileId !== undefined;
		if (batch.status === 'failed' && !hasFiles) {
			throw new InputError(
				`The batch ${batch.id} failed as a whole: ${batch.error ?? 'DeepInfra gives no reason'}`,
				'None of its lines was done. Correct what it names, and create the batch again.',
			);
		}
		return new BatchReader(batch, options.deleteFiles === true);
	},
	items: (answer) => [{ json: batchItem(readBatch(answer)) }],
});
