/** A batch as DeepInfra documents it, and what comes out for it. */
export const batchAnswer = {
	id: 'batch_1',
	object: 'batch',
	endpoint: '/v1/chat/completions',
	errors: null,
	input_file_id: 'file-1',
	completion_window: '24h',
	status: 'completed',
	output_file_id: 'file-2',
	error_file_id: null,
	created_at: 1_795_900_000,
	completed_at: 1_795_903_600,
	request_counts: { total: 3, completed: 2, failed: 1 },
	metadata: { model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo' },
	model: null,
};

export const batchOutput = {
	batchId: 'batch_1',
	status: 'completed',
	model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
	counts: { total: 3, completed: 2, failed: 1 },
	createdAt: '2026-11-28T21:06:40.000Z',
	finishedAt: '2026-11-28T22:06:40.000Z',
	error: null,
};
