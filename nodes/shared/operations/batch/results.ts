import { errorText, isDict, list, number, optionalText, readId, refusal, unlike } from '../../core/answer';
import type { ApiRequest, Dict, LineFile, LineOutput, LineReader, Output } from '../../core/operation';
import { attempt, type Problem } from '../../core/problem';
import { readCompletion } from '../chat/complete';
import { parseJson } from '../../core/values';
import { lengthOf, readVectors, rowsOfVectors } from '../embedding/vectors';
import { filePath, type Batch } from './batches';
import { readLineId, type LineId } from './names';

/** Results of lines whose IDs are not this node's come after those that are, as they come. */
const FOREIGN = 1e9;

/** Where a line's ID stands, for one that is broken elsewhere. */
const ID_IN_TEXT = /"custom_id"\s*:\s*("(?:[^"\\]|\\.)*")/;

/** Reads what a batch brought: results, failures, and at last which lines brought nothing. */
export class BatchReader implements LineReader {
	private readonly seen = new Set<string>();
	private readonly files: LineFile[];
	private readonly deletions: readonly ApiRequest[];
	private isAtInput = false;
	private isAtResults = false;
	/** Lines of the file of results. */
	private answered = 0;
	private strangers = 0;
	/** Lines without an ID. */
	private nameless = 0;
	/** Lines that cannot be read. */
	private broken = 0;
	/** Whether an answer, which is paid for, is none that can be handed on. */
	private isUnread = false;
	/** Of the first vector. */
	private length: number | undefined;

	constructor(
		private readonly batch: Batch,
		deletes: boolean,
	) {
		const results = [batch.outputFileId, batch.errorFileId].filter((id) => id !== undefined);
		this.files = results.map((id) => ({ path: contentPath(id) }));
		const all = deletes ? [...results, batch.inputFileId].filter((id) => id !== undefined) : [];
		this.deletions = all.map((id) => ({ method: 'DELETE', path: filePath(id), remains: `deleting the file ${id}` }));
	}

	/** Files that hold what could not be read stay. */
	get after(): readonly ApiRequest[] {
		return this.broken > 0 || this.isUnread || this.isShort ? [] : this.deletions;
	}

	/** Whether answers that the service counts are not in their file: it was cut off without a word. */
	private get isShort(): boolean {
		return this.answered + this.broken < this.batch.counts.completed;
	}

	next(): LineFile | undefined {
		const next = this.files.shift();
		const { id, inputFileId, outputFileId, counts } = this.batch;
		this.isAtResults = outputFileId !== undefined && next?.path === contentPath(outputFileId);
		if (next) return next;
		// Where the service does not say how many lines there were, the input tells.
		const missing = counts.total > 0 ? counts.total - this.seen.size - this.nameless : Infinity;
		if (this.isAtInput || missing <= 0 || inputFileId === undefined) return undefined;
		this.isAtInput = true;
		const lines = missing === Infinity ? 'Lines' : `${missing} of ${counts.total} lines`;
		const unnamed: LineOutput = {
			at: Infinity,
			name: missing === Infinity ? 'Lines' : `${missing} lines`,
			failure: this.nothingCame(`${lines} of the batch ${id} brought no result`),
			note: this.isShort ? this.noteOnFiles() : undefined,
		};
		const isKnown = missing !== Infinity || this.seen.size === 0 || this.broken > 0;
		return { path: contentPath(inputFileId), otherwise: isKnown ? [unnamed] : [] };
	}

	read(line: Dict | string): readonly LineOutput[] {
		if (typeof line === 'string') return this.readBroken(line);
		const { custom_id: given } = line;
		const id = typeof given === 'number' ? String(given) : (optionalText(given) ?? '');
		// A line that was answered has its result; the same one twice has it once.
		if (id !== '' && this.seen.has(id)) return [];
		const known = this.ownersOf(id);
		if (this.isAtInput)
			return failing(known, this.nothingCame(), undefined, this.isShort ? this.noteOnFiles() : undefined);
		if (this.isAtResults) this.answered++;
		const failure = failureOf(line);
		const answer = bodyOf(line);
		if (failure) return failing(known, failure, answer);
		const outputs = attempt(() => this.outputsOf(answer, known));
		if (!outputs.ok || outputs.value.some(({ problem }) => problem !== undefined)) this.isUnread = true;
		if (!outputs.ok) return failing(known, outputs.problem, answer, this.noteOnFiles());
		const { value } = outputs;
		return known.items.flatMap(({ at, name }, twin) =>
			value.map(({ json, note, problem }, index) => ({
				at,
				name,
				note: problem === undefined ? note : this.noteOnFiles(),
				json: { customId: name, ...json },
				failure: problem === undefined ? undefined : ({ kind: 'answer', message: problem } as const),
				answer: index === 0 ? answer : shareNothing(answer),
				isReused: twin > 0,
			})),
		);
	}

	/** One whose ID can be made out fails by its name; the others are found among the lines without a result. */
	private readBroken(text: string): readonly LineOutput[] {
		if (this.isAtInput) return [];
		this.broken++;
		const [, quoted = ''] = ID_IN_TEXT.exec(text) ?? [];
		const read = attempt((): unknown => JSON.parse(quoted));
		const id = read.ok ? optionalText(read.value) : undefined;
		if (!id || this.seen.has(id)) return [];
		const message = 'Its line among the results at DeepInfra is damaged: it is no JSON';
		return failing(this.ownersOf(id), { kind: 'answer', message }, undefined, this.noteOnFiles());
	}

	/** For who wanted them deleted. */
	private noteOnFiles(): string | undefined {
		if (this.deletions.length === 0) return undefined;
		return `The files of the batch ${this.batch.id} stay at DeepInfra: they hold answers that could not be read`;
	}

	/** The items that a line answers, which is answered with that. */
	private ownersOf(id: string): LineId {
		if (id === '') this.nameless++;
		else this.seen.add(id);
		return (this.batch.isOurs ? readLineId(id) : undefined) ?? this.strangerOf(id);
	}

	private outputsOf(answer: Dict, { isJson }: LineId): Output[] {
		// Where the batch does not say what it asked for, its answers do.
		const isVector = /\/embeddings\/?$/.test(this.batch.endpoint) || (!answer.choices && Array.isArray(answer.data));
		if (isVector) {
			const { length: count } = list(answer.data, 'an embedding');
			const rows = rowsOfVectors(answer, count) ?? [];
			return readVectors(rows, undefined).map((vector): Output => {
				if ('problem' in vector) return { json: {}, problem: vector.problem };
				const { length } = vector.embedding;
				this.length ??= length;
				if (length === this.length) return { json: { embedding: vector.embedding, dimensions: length } };
				return { json: {}, problem: unlike(lengthOf(length), lengthOf(this.length)) };
			});
		}
		const { choices } = answer;
		return readCompletion(answer, isJson, Array.isArray(choices) ? choices.length : 1);
	}

	private strangerOf(id: string): LineId {
		const at = this.strangers++;
		return { items: [{ at: FOREIGN + at, name: id || `line ${at + 1}` }], isJson: false };
	}

	/** Why a line that was sent has no result. */
	private nothingCame(what = 'It brought no result'): Problem {
		const { status, counts } = this.batch;
		if (this.isShort) {
			return {
				kind: 'input',
				message: `${what}: the file of results has ${this.answered} of ${counts.completed} answers`,
				advice: "It may be paid for: use 'Get Results' once more before you send it again.",
			};
		}
		const why =
			status === 'expired'
				? 'the batch expired before this line was done'
				: status.startsWith('cancel')
					? 'the batch was cancelled before this line was done'
					: this.broken > 0
						? `${this.broken} lines among the results at DeepInfra are damaged, and it may be one of them`
						: `DeepInfra says nothing about it (the batch is ${status})`;
		return {
			kind: 'input',
			message: `${what}: ${why}`,
			advice: 'Send it again in another batch.',
		};
	}
}

const contentPath = (id: string): string => `${filePath(id)}/content`;

/** What a line was answered with, which some services write as a text. */
function bodyOf({ response }: Dict): Dict {
	const { body } = isDict(response) ? response : {};
	const read = typeof body === 'string' ? parseJson(body) : body;
	return isDict(read) ? read : {};
}

/** @param answer tells what the failure cost: the first of equal lines pays */
const failing = ({ items }: LineId, failure: Problem, answer?: Dict, note?: string): LineOutput[] =>
	items.map(({ at, name }, twin) => ({ at, name, failure, answer, note, isReused: twin > 0 }));

/** Of several responses to one line the first carries what they cost together. */
const shareNothing = ({ id, model }: Dict): Dict => ({ id, model });

/** Why a line failed, in the service's words; undefined for one that did not. */
function failureOf({ response, error }: Dict): Problem | undefined {
	if (isDict(response)) {
		const status = number(response.status_code) ?? 200;
		const requestId = readId(response.request_id);
		// What it refuses may stand beside its answer, which is then empty.
		if (status < 200 || status >= 300) return { kind: 'status', status, body: response.body || error, requestId };
		const body = bodyOf({ response });
		const words = refusal(Object.keys(body).length > 0 ? body : { error });
		return words === undefined ? undefined : { kind: 'refusal', message: words, requestId };
	}
	const words = errorText(error) ?? (isDict(error) ? optionalText(error.code) : undefined) ?? 'no reason was given';
	return { kind: 'refusal', message: `The line failed: ${words}` };
}
