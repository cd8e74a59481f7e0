import { getBatches } from '../../../../nodes/shared/operations/batch/getAll';
import { batchAnswer, batchOutput } from '../../../support/batches';
import { testOperation } from '../../../support/operation/suite';

// Its pages and filters stand in batch.test.ts, with the other operations on batches.
testOperation(getBatches, {
	parameters: { returnAll: true },
	request: { method: 'GET', path: '/v1/batches', query: { limit: '100' } },
	answer: { object: 'list', data: [batchAnswer], has_more: false },
	output: batchOutput,
	needsState: true,
	names: { parameters: 'returnAll limit', options: 'maxAgeHours states' },
});
