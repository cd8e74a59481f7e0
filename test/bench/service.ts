/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { startEmulator } from '../emulator';
import { answer, readMessage } from './children';
import type { Fault } from '../emulator';
import { openFarAway } from './distance';
import type { ServiceOrder } from './jobs';

/** The emulator in a process of its own, so that it takes no time from what is measured. */
async function serve() {
	const emulator = await startEmulator({ seed: 1 });
	let count = { requests: 0, refused: 0 };
	let settle: () => void = () => undefined;

	process.on('message', (message) => {
		const order = readMessage<ServiceOrder | 'count'>(message);
		settle();
		if (order === 'count') {
			answer({ ...count, maxInFlight: emulator.maxInFlight });
			return;
		}
		const { latencyMs, maxConcurrent, linkBytes, pieceMs, batchLines, downMs } = order;
		emulator.requests.length = 0;
		emulator.maxInFlight = 0;
		count = { requests: 0, refused: 0 };
		Object.assign(emulator.options, { latencyMs, maxConcurrent, chatStream: { pieceMs } });
		emulator.options.outage =
			downMs === undefined ? undefined : { fault: { kind: 'status', status: 503 }, untilMs: downMs };
		// What is handed over is looked through, and not worked on: its time is not what is measured.
		emulator.options.batches = { end: 'failed' };
		emulator.options.faults = ({ path, method }) =>
			(batchLines !== undefined && method === 'GET' ? endedBatch(path, batchLines) : undefined) ??
			(linkBytes !== undefined && path.startsWith('/v1/inference/')
				? { kind: 'status', status: 200, body: { images: [`${emulator.url}/files/bytes/${linkBytes}.png`] } }
				: undefined);
		answer('done');
	});
	process.on('disconnect', () => process.exit(0));

	settle = () => {
		const requests = emulator.requests.filter(({ path }) => path.startsWith('/v1/inference/'));
		count = { requests: requests.length, refused: requests.filter(({ status }) => status === 429).length };
	};
	const { BENCH_CERTIFICATE: certificate } = process.env;
	answer({ url: emulator.url, far: certificate ? await openFarAway(emulator.url, certificate) : undefined });
}

let results = { lines: 0, text: '' };

/** A batch of results as a model gives them, in an order of their own. */
function endedBatch(path: string, lines: number): Fault | undefined {
	if (path.endsWith('/content')) {
		if (results.lines !== lines) {
			const text = Array.from({ length: lines }, (_, index) => resultLine((index * 7919) % lines)).join('');
			results = { lines, text };
		}
		return { kind: 'status', status: 200, body: results.text, contentType: 'application/octet-stream' };
	}
	if (!path.startsWith('/v1/batches/')) return undefined;
	const body = {
		id: 'batch_bench',
		object: 'batch',
		status: 'completed',
		endpoint: '/v1/chat/completions',
		request_counts: { total: lines, completed: lines, failed: 0 },
		output_file_id: 'file-bench',
		created_at: 1_790_000_000,
		metadata: { n8n_deepinfra: '1' },
	};
	return { kind: 'status', status: 200, body };
}

function resultLine(at: number): string {
	const message = {
		role: 'assistant',
		content: `The answer to case ${at} is that shares rose after the announcement.`,
	};
	const body = {
		id: `chatcmpl-${at}`,
		model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
		choices: [{ index: 0, finish_reason: 'stop', message }],
		usage: { prompt_tokens: 20, completion_tokens: 14, total_tokens: 34, estimated_cost: 0.0000051 },
	};
	const response = { status_code: 200, request_id: `R${at}`, body };
	return `${JSON.stringify({ id: `batch_req_${at}`, custom_id: String(at), response, error: null })}\n`;
}

void serve();
