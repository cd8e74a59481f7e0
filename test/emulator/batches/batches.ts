import { requirePaying } from '../accounts';
import { type Answer, jsonAnswer, refuse, refuseField } from '../answer';
import type { Context } from '../context';
import { isObject, type JsonObject } from '../json';
import { makeRequestId } from '../random';
import type { Store, StoredBatch } from '../store';
import type { Kept } from '../types';
import { findFile, page } from './files';
import { removeSpooled } from './spool';
import { giveUp, workOff } from './work';

const ENDPOINTS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings'];
const MOST_OPEN = 100;
const LARGEST_INPUT = 200 * 1024 * 1024;
const DAY = 86_400_000;
const MONTH = 2_592_000;

export function createBatch(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body, store, random, batches } = context;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const asked = body.value;
	const { input_file_id: fileId, endpoint, completion_window: window } = asked;
	if (typeof fileId !== 'string') throw refuseField('input_file_id', 'field required', 'value_error.missing');
	if (typeof endpoint !== 'string' || !ENDPOINTS.includes(endpoint))
		throw refuseField('endpoint', `value is not one of ${ENDPOINTS.join(', ')}`, 'type_error.enum');
	if (window !== '24h') throw refuseField('completion_window', 'must be 24h', 'value_error.const');
	checkLife(asked.output_expires_after);
	const metadata = readMetadata(asked.metadata);
	const file = findFile({ store, rest: fileId });
	if (file.purpose !== 'batch') throw refuse(400, 'The file is no input of a batch', 'openai');
	if (file.bytes > LARGEST_INPUT) throw refuse(400, 'The input file of a batch may have 200 MB', 'openai');
	const open = [...store.batches.values()].filter((batch) => !isOver(batch, Date.now()));
	if (open.length >= MOST_OPEN) throw refuse(429, `Too many batches: ${MOST_OPEN} may be open at a time`, 'openai');
	const now = Date.now();
	const ms = batches.ms ?? 300;
	const batch: StoredBatch = {
		id: `batch_${makeRequestId(random)}`,
		endpoint,
		inputFileId: fileId,
		outputFileId: null,
		errorFileId: null,
		model: null,
		metadata,
		createdAt: now,
		startsAt: now + ms / 10,
		endsAt: now + ms,
		total: 0,
		completed: 0,
		failed: 0,
		end: undefined,
		endedAt: null,
		cancelledAt: null,
		errors: [],
		costUsd: 0,
	};
	store.batches.set(batch.id, batch);
	workOff(batch, context).catch(() => giveUp(batch));
	return jsonAnswer(200, describe(batch, now));
}

function checkLife(value: unknown): void {
	if (value === undefined || value === null) return;
	const { anchor, seconds } = isObject(value) ? value : {};
	if (anchor !== 'created_at' || typeof seconds !== 'number' || seconds < 3600 || seconds > MONTH)
		throw refuseField('output_expires_after', 'anchor must be created_at, seconds from 3600 to 2592000');
}

/** As OpenAI limits it: sixteen short names, values of up to 512 characters. */
function readMetadata(value: unknown): Record<string, string> | null {
	if (value === undefined || value === null) return null;
	const entries: Array<[string, unknown]> = isObject(value) ? Object.entries(value) : [];
	if (!isObject(value) || entries.length > 16) throw refuseField('metadata', 'at most 16 pairs');
	const texts: Record<string, string> = {};
	for (const [name, text] of entries) {
		if (name.length > 64 || typeof text !== 'string' || text.length > 512)
			throw refuseField('metadata', 'values are texts of up to 512 characters');
		texts[name] = text;
	}
	return texts;
}

export function listBatches({ headers, query, store }: Context): Answer {
	requirePaying(headers, 'openai');
	const now = Date.now();
	const rows = [...store.batches.values()].reverse().map((batch) => describe(batch, now));
	return jsonAnswer(200, page(rows, query));
}

export function readBatch(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	return jsonAnswer(200, describe(find(context), Date.now()));
}

/** What has been done stays; the rest is not done any more. */
export function cancelBatch(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const batch = find({ ...context, rest: context.rest.replace(/\/cancel$/, '') });
	const now = Date.now();
	if (isOver(batch, now)) throw refuse(400, `Cannot cancel a batch with status '${statusOf(batch, now)}'`, 'openai');
	batch.cancelledAt = now;
	if (batch.end !== undefined) batch.end = 'cancelled';
	return jsonAnswer(200, describe(batch, now));
}

function find({ store, rest }: Context): StoredBatch {
	const batch = store.batches.get(rest);
	if (!batch) throw refuse(404, `No batch found with id '${rest}'`, 'openai');
	return batch;
}

const isOver = ({ end, endsAt, cancelledAt, endedAt }: StoredBatch, now: number): boolean =>
	end !== undefined && endedAt !== null && (now >= endsAt || cancelledAt !== null || end === 'failed');

function statusOf(batch: StoredBatch, now: number): string {
	if (isOver(batch, now)) return batch.end ?? 'completed';
	if (batch.cancelledAt !== null) return 'cancelling';
	if (now < batch.startsAt) return 'validating';
	return batch.end === undefined || now < batch.endsAt - (batch.endsAt - batch.startsAt) / 10
		? 'in_progress'
		: 'finalizing';
}

/** How far it is by the clock, so that a slow batch is seen to get on. */
function countsOf(batch: StoredBatch, now: number, over: boolean) {
	const share = over ? 1 : Math.min(0.99, Math.max(0, (now - batch.startsAt) / (batch.endsAt - batch.startsAt)));
	return {
		total: batch.total,
		completed: Math.floor(batch.completed * share),
		failed: Math.floor(batch.failed * share),
	};
}

function describe(batch: StoredBatch, now: number): JsonObject {
	const over = isOver(batch, now);
	const status = statusOf(batch, now);
	const seconds = (at: number | null) => (at === null ? null : Math.floor(at / 1000));
	const endedAt = Math.max(batch.endedAt ?? 0, batch.end === 'failed' || batch.cancelledAt !== null ? 0 : batch.endsAt);
	const when = (end: string) => (over && status === end ? seconds(endedAt) : null);
	return {
		id: batch.id,
		object: 'batch',
		endpoint: batch.endpoint,
		model: batch.model,
		errors:
			over && batch.errors.length > 0 ? { object: 'list', data: batch.errors.map((each) => ({ ...each })) } : null,
		input_file_id: batch.inputFileId,
		completion_window: '24h',
		status,
		output_file_id: over ? batch.outputFileId : null,
		error_file_id: over ? batch.errorFileId : null,
		created_at: seconds(batch.createdAt),
		in_progress_at: now >= batch.startsAt && batch.end !== 'failed' ? seconds(batch.startsAt) : null,
		expires_at: seconds(batch.createdAt + DAY),
		finalizing_at: null,
		completed_at: when('completed'),
		failed_at: when('failed'),
		expired_at: when('expired'),
		cancelling_at: seconds(batch.cancelledAt),
		cancelled_at: when('cancelled'),
		request_counts: countsOf(batch, now, over),
		metadata: batch.metadata,
	};
}

export function listKept({ files, batches }: Store): Kept {
	const now = Date.now();
	return {
		files: [...files.values()].map(({ id, filename, bytes, purpose }) => ({ id, filename, bytes, purpose })),
		batches: [...batches.values()].map((batch) => ({
			id: batch.id,
			status: statusOf(batch, now),
			total: batch.total,
			costUsd: batch.costUsd,
		})),
	};
}

/** What is worked on is given up, and its files are gone. */
export function closeBatches({ files, batches }: Store): void {
	batches.clear();
	for (const { path } of files.values()) removeSpooled(path);
	files.clear();
}
