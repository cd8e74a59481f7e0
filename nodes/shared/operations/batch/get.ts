import { defineOperation } from '../../core/operation';
import { plainOptionsField } from '../fields';
import { BATCH_FIELDS, batchIdField, batchItem, batchPath, readBatch } from './batches';

export const getBatch = defineOperation({
	resource: 'batch',
	value: 'get',
	name: 'Get',
	action: 'Get batch',
	description: 'Get the state of a batch: how many of its lines are done and how many failed',
	tasks: [],
	isFree: true,
	answer: 'job',
	outputFields: BATCH_FIELDS,
	fields: [batchIdField, plainOptionsField([])],
	request: ([{ batchId }]) => ({ method: 'GET', path: batchPath(batchId) }),
	// Any state is an answer.
	next: () => undefined,
	items: (answer) => [{ json: batchItem(readBatch(answer)) }],
});
