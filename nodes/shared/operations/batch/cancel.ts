import { defineOperation } from '../../core/operation';
import { plainOptionsField } from '../fields';
import { BATCH_FIELDS, batchIdField, batchItem, batchPath, readBatch } from './batches';

export const cancelBatch = defineOperation({
	resource: 'batch',
	value: 'cancel',
	name: 'Cancel',
	action: 'Cancel batch',
	description: 'Stop a batch. The lines that are done stay, and are billed.',
	tasks: [],
	isFree: true,
	answer: 'job',
	outputFields: BATCH_FIELDS,
	fields: [batchIdField, plainOptionsField([])],
	request: ([{ batchId }]) => ({ path: `${batchPath(batchId)}/cancel` }),
	next: () => undefined,
	items: (answer) => [{ json: batchItem(readBatch(answer)) }],
});
