import { cancelBatch } from '../../../../nodes/shared/operations/batch/cancel';
import { batchAnswer, batchOutput } from '../../../support/batches';
import { testOperation } from '../../../support/operation/suite';

// What it does at the service stands in batch.test.ts, with the other operations on batches.
testOperation(cancelBatch, {
	parameters: { batchId: 'batch_1' },
	request: { path: '/v1/batches/batch_1/cancel' },
	answer: { ...batchAnswer, status: 'cancelling', completed_at: null },
	output: { ...batchOutput, status: 'cancelling', finishedAt: null },
	needsState: true,
	names: { parameters: 'batchId', options: '' },
});
