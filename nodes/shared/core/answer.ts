import { exactOf } from './exact';
import type { Dict, Output } from './operation';
import { AnswerError, attempt, type Problem } from './problem';
import { put } from './values';

/** The API is untrusted: answers are read with these functions, never cast. */

export const isDict = (value: unknown): value is Dict =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const missing = (what: string) => new AnswerError(`DeepInfra answered without ${what}`);

/** Objects in an array. `length`: how many there must be, so that a short answer cannot shift results to other items. */
export function list(value: unknown, what: string, length?: number): Dict[] {
	if (Array.isArray(value) && value.every(isDict) && value.length === (length ?? value.length)) return value;
	throw missing(what);
}

export function numbers(value: unknown, what: string): number[] {
	if (Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)) return value;
	throw missing(what);
}

export function text(value: unknown, what: string): string {
	if (typeof value === 'string') return value;
	throw missing(what);
}

/**
 * The outputs of an answer's parts: one that is none fails alone, since the others are paid for.
 * @throws AnswerError of the first where none is good
 */
export function readEach<P>(parts: readonly P[], read: (part: P, index: number) => Output): Output[] {
	const failures: AnswerError[] = [];
	const outputs = parts.map((part, index): Output => {
		const outcome = attempt(() => read(part, index));
		if (outcome.ok) return outcome.value;
		const { message, advice } = { advice: undefined, ...messageOf(outcome.problem) };
		failures.push(new AnswerError(message, advice));
		return { json: {}, problem: message };
	});
	const [first] = failures;
	if (first && failures.length === parts.length) throw first;
	return outputs;
}

const messageOf = (problem: Problem): { readonly message: string; readonly advice?: string } =>
	'message' in problem ? problem : { message: 'DeepInfra answered without a result' };

/** A number that some models send as text. */
export function number(value: unknown): number | undefined {
	const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

/** A seed; one that JavaScript's numbers cannot hold stays the text of its digits. */
export const seedOf = (value: unknown): number | string | undefined => exactOf(value)?.digits ?? number(value);

export function score(value: unknown, what: string): number {
	const read = number(value);
	if (read === undefined) throw missing(what);
	return read;
}

export const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Labels with their scores, best first. */
export function labels(value: unknown): Array<{ label: string; score: number }> {
	const rows = list(value, 'the expected list of labels').map((row) => ({
		label: text(row.label, 'a label'),
		score: score(row.score, 'a score'),
	}));
	if (rows.length === 0) throw missing('any label');
	return rows.sort((a, b) => b.score - a.score);
}

/** What stands for a label when none is likely enough. */
export const UNSURE = 'unsure';

/**
 * What every kind of classification answers: the best label, all of them best first, and each label's score.
 * @param minScore below it the best label is `unsure`; its score stays
 */
export function classification(results: unknown, minScore = 0) {
	const all = labels(results);
	const best = all[0];
	return {
		label: best && best.score < minScore ? UNSURE : best?.label,
		score: best?.score,
		labels: all,
		// The first of equal labels is the best one.
		scores: Object.fromEntries(all.map(({ label, score: each }) => [label, each] as const).reverse()),
	};
}

/** Where the words of a failure stand, the surest place first (docs/api.md#errors). */
const PLACES_OF_WORDS = ['error', 'errors', 'error_message', 'inference_status', 'detail', 'message', 'msg'];

/** Of what a service says of a failure: as much as anybody reads, and with a key that may stand in it whole. */
const MOST_LETTERS = 10_000;
const MOST_ENTRIES = 100;
const MOST_LEVELS = 8;

/** The start of a failure's body, which may be as long as a service likes. */
export function startOfFailure(body: unknown, depth = 0): unknown {
	if (typeof body === 'string') return body.slice(0, MOST_LETTERS);
	if (typeof body !== 'object' || body === null) return body;
	if (depth >= MOST_LEVELS) return undefined;
	if (Array.isArray(body)) return body.slice(0, MOST_ENTRIES).map((entry) => startOfFailure(entry, depth + 1));
	const names = Object.keys(body);
	const start = names.slice(0, MOST_ENTRIES).concat(names.length > MOST_ENTRIES ? PLACES_OF_WORDS : []);
	const kept: Dict = {};
	for (const name of start)
		if (isDict(body) && Object.hasOwn(body, name)) put(kept, name, startOfFailure(body[name], depth + 1));
	return kept;
}

/** The human sentence in any of the error bodies that DeepInfra sends (docs/api.md#errors). */
export function errorText(body: unknown, depth = 0): string | undefined {
	if (depth > 6) return undefined;
	if (typeof body === 'string') return body.trim().slice(0, MOST_LETTERS) || undefined;
	if (Array.isArray(body))
		return (
			body
				.slice(0, MOST_ENTRIES)
				.map((entry) => errorText(entry, depth + 1))
				.filter(Boolean)
				.join('; ') || undefined
		);
	if (!isDict(body)) return undefined;
	const sentence = PLACES_OF_WORDS.map((key) =>
		// The status itself is a word, not a sentence.
		key === 'inference_status' && !isDict(body[key]) ? undefined : errorText(body[key], depth + 1),
	).find(Boolean);
	if (sentence === undefined || !Array.isArray(body.loc)) return sentence;
	const place = body.loc.filter((part) => part !== 'body').join('.');
	return place ? `${place}: ${sentence}` : sentence;
}

/** Whether a service says that its safety filter refused: DeepInfra and its partners spell that in many ways. */
export const isModerated = (words: string): boolean =>
	/\bmoderated\b|\b(safety|content)[\s_-]+(filter|system|checker|policy)|content[\s_-]?policy/i.test(
		words.replace(/_/g, ' '),
	);

/** Whether a service says that the input is longer than the model takes, whatever the status. */
export const isTooLong = (words: string): boolean =>
	/\btoo long\b|\bcontext (length|window)\b|\bmax(imum)? context\b|\b(exceed\w*|longer than|more than|larger than|above|over)\b.{0,40}\b(max(imum)?|limit)\b.{0,30}\b(length|tokens?|characters?)\b|\bmax(imum)? (input|sequence|prompt) (length|tokens?)\b/i.test(
		words,
	);

/** A status in one spelling: "Content Moderated" and "content-moderated" are `content_moderated`. */
const plainStatus = (value: unknown): string =>
	typeof value === 'string'
		? value
				.trim()
				.toLowerCase()
				.replace(/[\s-]+/g, '_')
		: '';

const MODERATED = "The model's safety filter refused this request";

/** What a status that is a failure means. */
function failureOf(status: string): string | undefined {
	if (/^(failed|failure|error|errored)$/.test(status)) return 'The model failed on this input';
	if (/^cancell?ed$/.test(status)) return 'DeepInfra cancelled the request';
	return /(^|_)moderated$/.test(status) ? MODERATED : undefined;
}

/** What went wrong although the HTTP status was 200. */
export function refusal(answer: Dict): string | undefined {
	const { inference_status: inner } = answer;
	const statuses = [answer.status, isDict(inner) ? inner.status : undefined];
	const status = statuses.find((value) => failureOf(plainStatus(value)) !== undefined);
	const { error, errors, error_message } = answer;
	// A successful answer may have a detail or a message, too.
	const said = errorText([error, errors, error_message, isDict(inner) ? inner.error : undefined].find(errorText));
	if (status === undefined) return said !== undefined && isModerated(said) ? `${MODERATED}: ${said}` : said;
	const reason = said ?? errorText(answer.detail) ?? errorText(answer.message);
	const failure = reason !== undefined && isModerated(reason) ? MODERATED : failureOf(plainStatus(status));
	return reason ? `${failure}: ${reason}` : `${failure} (status "${String(status)}")`;
}

/** The status that a webhook request is answered with. */
export function queuedStatus(answer: Dict): string | undefined {
	const status = isDict(answer.inference_status) ? answer.inference_status.status : answer.status;
	return status === 'queued' || status === 'running' ? status : undefined;
}

/** Longer than any ID that a service gives. */
const LONGEST_ID = 100;

/** An ID as it can be shown and sent: one line, and no longer than IDs are. */
export function readId(value: unknown): string | undefined {
	if (typeof value !== 'string') return undefined;
	const id = value
		.slice(0, 10 * LONGEST_ID)
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
	return (id.length > LONGEST_ID ? `${id.slice(0, LONGEST_ID)}…` : id) || undefined;
}

export const requestIdOf = (answer: Dict): string | undefined => readId(answer.request_id);
