import { errorText, isDict, list, number, optionalText } from '../../core/answer';
import type { ApiRequest, Dict, LineFile, LineOutput, LineReader, Output } from '../../core/operation';
import { attempt, type Problem } from '../../core/problem';
import { readCompletion } from '../chat/complete';
import { readVectors } from '../embedding/vectors';
import { filePath, type Batch } from './batches';
import { readLineId, type LineId } from './names';

/** Results of lines whose IDs are not this node's come after those that are, as they come. */
const FOREIGN = 1e9;

/** Reads what a batch brought: results, failures, and at last which lines brought nothing. */
export class BatchReader implements LineReader {
	private readonly seen = new Set<string>();
	private readonly files: LineFile[];
	private isAtInput = false;
	private strangers = 0;
	readonly after: readonly ApiRequest[];

	constructor(
		private readonly batch: Batch,
		deletes: boolean,
	) {
		const results = [batch.outputFileId, batch.errorFileId].filter((id) => id !== undefined);
		this.files = results.map((id) => ({ path: `${filePath(id)}/content` }));
		const all = deletes ? [...results, batch.inputFileId].filter((id) => id !== undefined) : [];
		this.after = all.map((id) => ({ method: 'DELETE', path: filePath(id), remains: `deleting the file ${id}` }));
	}

	next(): LineFile | undefined {
		const next = this.files.shift();
		if (next) return next;
		const { inputFileId, counts } = this.batch;
		const missing = counts.total - this.seen.size;
		if (this.isAtInput || missing <= 0) return undefined;
		this.isAtInput = true;
		const unnamed: LineOutput = {
			at: Infinity,
			name: `${missing} lines`,
			failure: this.nothingCame(`${missing} of ${counts.total} lines of the batch ${this.batch.id} brought no result`),
		};
		return inputFileId === undefined ? undefined : { path: `${filePath(inputFileId)}/content`, otherwise: [unnamed] };
	}

	read(line: Dict): readonly LineOutput[] {
		const id = optionalText(line.custom_id) ?? '';
		// A line that was answered has its result; the same one twice has it once.
		if (this.seen.has(id)) return [];
		this.seen.add(id);
		const known = (this.batch.isOurs ? readLineId(id) : undefined) ?? this.strangerOf(id);
		if (this.isAtInput) return known.items.map(({ at, name }) => ({ at, name, failure: this.nothingCame() }));
		const failure = failureOf(line);
		if (failure) return known.items.map(({ at, name }) => ({ at, name, failure }));
		const { body } = isDict(line.response) ? line.response : {};
		const answer = isDict(body) ? body : {};
		const outputs = attempt(() => this.outputsOf(answer, known));
		if (!outputs.ok) {
			const { problem } = outputs;
			return known.items.map(({ at, name }) => ({ at, name, failure: problem }));
		}
		const { value } = outputs;
		return known.items.flatMap(({ at, name }, twin) =>
			value.map(({ json, note, problem }, index) => ({
				at,
				name,
				note,
				json: { customId: name, ...json },
				failure: problem === undefined ? undefined : ({ kind: 'answer', message: problem } as const),
				answer: index === 0 ? answer : shareNothing(answer),
				isReused: twin > 0,
			})),
		);
	}

	private outputsOf(answer: Dict, { isJson }: LineId): Output[] {
		if (this.batch.endpoint.endsWith('/embeddings')) {
			const rows = list(answer.data, 'an embedding').map(({ embedding }) => embedding);
			return readVectors(rows, undefined).map((vector) =>
				'problem' in vector
					? { json: {}, problem: vector.problem }
					: { json: { embedding: vector.embedding, dimensions: vector.embedding.length } },
			);
		}
		const { choices } = answer;
		return readCompletion(answer, isJson, Array.isArray(choices) ? choices.length : 1);
	}

	private strangerOf(id: string): LineId {
		return { items: [{ at: FOREIGN + this.strangers++, name: id }], isJson: false };
	}

	/** Why a line that was sent has no result. */
	private nothingCame(what = 'It brought no result'): Problem {
		const { status } = this.batch;
		const why =
			status === 'expired'
				? 'the batch expired before this line was done'
				: status.startsWith('cancel')
					? 'the batch was cancelled before this line was done'
					: `DeepInfra says nothing about it (the batch is ${status})`;
		return {
			kind: 'input',
			message: `${what}: ${why}`,
			advice: 'Send it again in another batch.',
		};
	}
}

/** Of several responses to one line the first carries what they cost together. */
const shareNothing = ({ id, model }: Dict): Dict => ({ id, model });

/** Why a line failed, in the service's words; undefined for one that did not. */
function failureOf({ response, error }: Dict): Problem | undefined {
	if (isDict(response)) {
		const status = number(response.status_code) ?? 200;
		if (status >= 200 && status < 300) return undefined;
		return { kind: 'status', status, body: response.body };
	}
	const words = errorText(error) ?? (isDict(error) ? optionalText(error.code) : undefined) ?? 'no reason was given';
	return { kind: 'refusal', message: `The line failed: ${words}` };
}
