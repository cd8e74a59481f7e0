import { getBatch } from '../../../../nodes/shared/operations/batch/get';
import { testOperation } from '../../../support/operation/suite';
import { batchAnswer, batchOutput } from '../../../support/batches';

// What it does at the service stands in batch.test.ts, with the other operations on batches.
testOperation(getBatch, {
	parameters: { batchId: 'batch_1' },
	request: { method: 'GET', path: '/v1/batches/batch_1' },
	answer: batchAnswer,
	output: batchOutput,
	needsState: true,
	names: { parameters: 'batchId', options: '' },
});
