import { errorText, isDict, list, number, optionalText, readId } from '../../core/answer';
import { field } from '../../core/fields';
import { isoMoment } from '../../core/moment';
import type { Dict } from '../../core/operation';
import { AnswerError, attempt } from '../../core/problem';
import { idPath } from '../../core/request';

export const batchIdField = field({
	displayName: 'Batch ID',
	name: 'batchId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. batch_abc123',
	description: "The ID that 'Create' returned",
});

/** The states that the API names (docs/api.md#files-and-batches). */
export const STATES = [
	{ name: 'Cancelled', value: 'cancelled' },
	{ name: 'Cancelling', value: 'cancelling' },
	{ name: 'Completed', value: 'completed' },
	{ name: 'Expired', value: 'expired', description: 'Not done within 24 hours' },
	{ name: 'Failed', value: 'failed' },
	{ name: 'Finalizing', value: 'finalizing' },
	{ name: 'In Progress', value: 'in_progress' },
	{ name: 'Validating', value: 'validating' },
] as const;

/** States after which nothing more happens. */
const ENDED = ['completed', 'failed', 'expired', 'cancelled', 'canceled'];

export interface Batch {
	readonly id: string;
	readonly status: string;
	readonly hasEnded: boolean;
	readonly endpoint: string;
	readonly model: string | null;
	readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
	/** ISO 8601, where known. */
	readonly createdAt: string | null;
	readonly finishedAt: string | null;
	/** What is wrong with it as a whole. */
	readonly error: string | null;
	readonly inputFileId: string | undefined;
	readonly outputFileId: string | undefined;
	readonly errorFileId: string | undefined;
	/** Whether the IDs of its lines are this node's. */
	readonly isOurs: boolean;
}

/** Marks a batch whose lines have IDs as names.ts writes them. */
export const OUR_MARK = { n8n_deepinfra: '1' } as const;

const ends = ['completed_at', 'failed_at', 'expired_at', 'cancelled_at'];

/** @throws AnswerError for what is no batch (docs/api.md#files-and-batches) */
export function readBatch(answer: Dict): Batch {
	const id = readId(answer.id);
	const status = optionalText(answer.status)?.toLowerCase();
	if (!id || !status) throw new AnswerError('DeepInfra answered without the batch');
	const counts = isDict(answer.request_counts) ? answer.request_counts : {};
	const metadata = isDict(answer.metadata) ? answer.metadata : {};
	const finished = ends.map((name) => isoMoment(answer[name])).find((moment) => moment !== undefined);
	return {
		id,
		status,
		hasEnded: ENDED.includes(status),
		endpoint: optionalText(answer.endpoint) ?? '',
		model: optionalText(answer.model) ?? optionalText(metadata.model) ?? null,
		counts: {
			total: number(counts.total) ?? 0,
			completed: number(counts.completed) ?? 0,
			failed: number(counts.failed) ?? 0,
		},
		createdAt: isoMoment(answer.created_at) ?? null,
		finishedAt: finished ?? null,
		error: faultsOf(answer.errors),
		inputFileId: readId(answer.input_file_id),
		outputFileId: readId(answer.output_file_id),
		errorFileId: readId(answer.error_file_id),
		isOurs: metadata.n8n_deepinfra === OUR_MARK.n8n_deepinfra,
	};
}

/** The batches of a page of the list; what is none is left out. @throws AnswerError where nothing is left */
export function readBatches({ data }: Dict): Batch[] {
	const rows = list(Array.isArray(data) ? data.filter(isDict) : data, 'the list of batches');
	const read = rows.map((row) => attempt(() => readBatch(row)));
	// A page may repeat one of the page before, when a new batch has moved it there.
	const batches = [...new Map(read.flatMap((each) => (each.ok ? [[each.value.id, each.value]] : []))).values()];
	if (batches.length === 0 && read.length > 0)
		throw new AnswerError('DeepInfra answered without batches in their list');
	return batches;
}

export const BATCH_FIELDS = {
	batchId: 'string',
	status: 'string',
	model: 'string | null',
	counts: { total: 'number', completed: 'number', failed: 'number' },
	createdAt: 'string | null',
	finishedAt: 'string | null',
	error: 'string | null',
} as const;

/** What comes out for a batch. */
export const batchItem = ({ id, status, model, counts, createdAt, finishedAt, error }: Batch): Dict => ({
	batchId: id,
	status,
	model,
	counts,
	createdAt,
	finishedAt,
	error,
});

export const batchPath = (id: string): string => `/v1/batches/${idPath(id, 'Batch ID')}`;

/** A file's route. The ID comes from an answer: what is none throws. */
export const filePath = (id: string): string => `/v1/files/${idPath(id, 'File ID')}`;

/** How far a batch is, in words. */
export const progressOf = ({ status, counts: { total, completed, failed } }: Batch): string =>
	total === 0
		? `it is ${status.replace('_', ' ')}`
		: `it is ${status.replace('_', ' ')}, with ${completed + failed} of ${total} lines done`;

const MOST_FAULTS = 3;

/** What the API says of single lines, of which there may be many. */
function faultsOf(errors: unknown): string | null {
	const data = isDict(errors) ? errors.data : errors;
	if (!Array.isArray(data)) return errorText(errors) ?? null;
	const faults = data.filter(isDict).map((fault) => {
		const line = number(fault.line);
		const words = optionalText(fault.message) ?? optionalText(fault.code) ?? 'unknown error';
		return line === undefined ? words : `line ${line}: ${words}`;
	});
	if (faults.length === 0) return null;
	return `${faults.slice(0, MOST_FAULTS).join('; ')}${faults.length > MOST_FAULTS ? `; and ${faults.length - MOST_FAULTS} more` : ''}`;
}
