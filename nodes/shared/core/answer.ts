import { Exact, exactOf } from './exact';
import { isModerated, plainStatus } from './failureWords';
import type { Dict, Output } from './operation';
import { AnswerError, attempt, type Problem } from './problem';
import { saysSomething } from './trim';
import { parseJson, put } from './values';

/** The API is untrusted: answers are read with these functions, never cast. */

export const isDict = (value: unknown): value is Dict =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Exact);

/** The objects in a list; none in what is no list. */
export const dictsIn = (value: unknown): Dict[] => (Array.isArray(value) ? value.filter(isDict) : []);

const missing = (what: string) => new AnswerError(`DeepInfra answered without ${what}`);

/**
 * Objects in an array, which some models put into another one.
 * `length`: how many there must be, so that a short answer cannot shift results to other items.
 */
export function list(value: unknown, what: string, length?: number): Dict[] {
	if (Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) && value[0].length > 0)
		return list(value[0], what, length);
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

/** Why a result is none that is unlike an earlier one, both in words. */
export const unlike = (own: string, earlier: string): string =>
	`DeepInfra answered with ${own} after ${earlier}: they cannot be compared`;

/** A text that says something. */
export function words(value: unknown, what: string): string {
	const read = text(value, what);
	if (!saysSomething(read)) throw missing(what);
	return read;
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

/** Whether a whole number is written so that it may be thousands: `1.000` is one here, and a thousand there. */
export const mayBeThousands = (value: unknown): boolean => typeof value === 'string' && /\.000\s*$/.test(value);

/** A seed; one that JavaScript's numbers cannot hold stays the text of its digits. */
export const seedOf = (value: unknown): number | string | undefined => exactOf(value)?.digits ?? number(value);

/** A switch that some models send as text, or as 0 and 1. */
export function flag(value: unknown): boolean | undefined {
	const word = String(typeof value === 'object' ? '' : value).trim();
	return /^(true|1)$/i.test(word) ? true : /^(false|0)$/i.test(word) ? false : undefined;
}

export function requiredNumber(value: unknown, what: string): number {
	const read = number(value);
	if (read === undefined) throw missing(what);
	return read;
}

export const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What a chat's answer, or a piece of one, says that it took; some services say it within a choice. */
export const usageIn = ({ usage, choices }: Dict): Dict | undefined =>
	isDict(usage) ? usage : dictsIn(choices).flatMap((choice) => (isDict(choice.usage) ? [choice.usage] : []))[0];

/** Labels with their scores, best first. */
export function labels(value: unknown): Array<{ label: string; score: number }> {
	const rows = list(labelRows(value), 'the expected list of labels').map((row) => ({
		label: words(row.label ?? row.class ?? row.name, 'a label').trim(),
		score: requiredNumber(row.score ?? row.confidence ?? row.probability, 'a score'),
	}));
	if (rows.length === 0) throw missing('any label');
	return rows.sort((a, b) => b.score - a.score);
}

/** A row for each label; some models give one list of labels and one of scores, a single row, or each label's score by its name. */
function labelRows(value: unknown): unknown {
	if (Array.isArray(value) && value.length === 1 && isDict(value[0])) return labelRows(value[0]);
	if (!isDict(value)) return value;
	const { labels: names, scores } = value;
	if (Array.isArray(names) && Array.isArray(scores) && names.length === scores.length)
		return names.map((label: unknown, index) => ({ label, score: scores[index] }));
	const byName = Object.entries(value).map(([label, score]) => ({ label, score }));
	const isRow = Object.hasOwn(value, 'label') || byName.length < 2;
	return isRow || byName.some(({ score }) => number(score) === undefined) ? [value] : byName;
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
const PLACES_OF_WORDS = [
	'error',
	'errors',
	'error_message',
	'inference_status',
	'detail',
	'message',
	'msg',
	'error_description',
	'reason',
	'title',
];

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

const DEEPEST_WORDS = 6;

/** The human sentence in any of the error bodies that DeepInfra sends (docs/api.md#errors). */
export function errorText(body: unknown, depth = 0): string | undefined {
	if (depth > DEEPEST_WORDS) return undefined;
	if (typeof body === 'string') return wordsOf(body, depth);
	if (Array.isArray(body)) return joined(body.slice(0, MOST_ENTRIES).map((entry) => errorText(entry, depth + 1)));
	if (!isDict(body)) return undefined;
	const sentence = PLACES_OF_WORDS.map((key) => wordsAt(body, key, depth)).find(Boolean);
	if (sentence === undefined || !Array.isArray(body.loc)) return sentence;
	const place = body.loc.filter((part) => part !== 'body').join('.');
	return place ? `${place}: ${sentence}` : sentence;
}

const joined = (sentences: ReadonlyArray<string | undefined>): string | undefined =>
	sentences.filter(Boolean).join('; ') || undefined;

/** A gateway may put the whole answer of the service into one text. */
function wordsOf(text: string, depth: number): string | undefined {
	const start = text.trim().slice(0, MOST_LETTERS);
	const inner = /^[{[]/.test(start) ? parseJson(start) : undefined;
	return (inner === undefined ? undefined : errorText(inner, depth + 1)) ?? (start || undefined);
}

function wordsAt(body: Dict, key: string, depth: number): string | undefined {
	const value = body[key];
	// The status itself is a word, not a sentence.
	if (key === 'inference_status' && !isDict(value)) return undefined;
	return (
		errorText(value, depth + 1) ?? (isDict(value) && key !== 'inference_status' ? byField(value, depth) : undefined)
	);
}

/** Sentences under the names of the fields that they are about; or the code alone, where there is no sentence. */
function byField(errors: Dict, depth: number): string | undefined {
	const fields = Object.entries(errors)
		.slice(0, MOST_ENTRIES)
		.flatMap(([name, value]) => {
			const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
			const words = isList ? errorText(value, depth + 2) : undefined;
			return words === undefined ? [] : [`${name}: ${words}`];
		});
	const { code } = errors;
	return joined(fields) ?? (typeof code === 'string' ? code.trim() || undefined : undefined);
}

/** All that an error body says: its sentence, and the codes beside it, which may tell what the sentence does not. */
export function failureWords(body: unknown): string {
	const errors = isDict(body) ? [body, body.error, body.detail].flat().filter(isDict) : [];
	const codes = errors.flatMap(({ code, type }) => [code, type].filter((each) => typeof each === 'string'));
	return [errorText(body), ...codes].filter(Boolean).join(' ').slice(0, LONGEST_WORDS);
}

/** Cut before it is searched: an error can be as long as a service likes. */
const LONGEST_WORDS = 5000;

const MODERATED = "The model's safety filter refused this request";

/** What a status that is a failure means. */
function failureOf(status: string): string | undefined {
	if (/^(failed|failure|error|errored)$/.test(status)) return 'The model failed on this input';
	if (/^cancell?ed$/.test(status)) return 'DeepInfra cancelled the request';
	return isModerated(status) ? MODERATED : undefined;
}

/** The status of most answers: nobody needs to look for what went wrong. */
const WELL = 'succeeded';

/** What went wrong although the HTTP status was 200. */
export function refusal(answer: Dict): string | undefined {
	const { inference_status: inner, error, errors, error_message } = answer;
	const innerError = isDict(inner) ? inner.error : undefined;
	const statuses = [answer.status, isDict(inner) ? inner.status : undefined];
	const status = statuses.find((value) => value !== WELL && failureOf(plainStatus(value)) !== undefined);
	if (status === undefined && (error ?? errors ?? error_message ?? innerError ?? undefined) === undefined)
		return undefined;
	// A successful answer may have a detail or a message, too.
	const said = errorText({ error, errors, error_message }) ?? errorText({ error: innerError });
	if (status === undefined) {
		return said !== undefined && isModerated(failureWords({ error: error ?? errors ?? said }))
			? `${MODERATED}: ${said}`
			: said;
	}
	const reason = said ?? errorText(inner) ?? errorText(answer.detail) ?? errorText(answer.message);
	const failure = reason !== undefined && isModerated(reason) ? MODERATED : failureOf(plainStatus(status));
	return reason ? `${failure}: ${reason}` : `${failure} (status "${String(status)}")`;
}

/** What an answer says that brought no result; a successful one may have a detail or a message, too. */
export function withWords(error: unknown, answer: Dict): unknown {
	if (!(error instanceof AnswerError)) return error;
	const words = errorText({ detail: answer.detail, message: answer.message })?.slice(0, 300);
	if (words === undefined) return error;
	return new AnswerError(`${isModerated(words) ? MODERATED : error.message}: ${words}`, error.advice);
}

/** The status that a webhook request is answered with. */
export function queuedStatus(answer: Dict): string | undefined {
	const inner = isDict(answer.inference_status) ? answer.inference_status.status : undefined;
	const status = inner ?? answer.status;
	return isUnderWay(status) ? String(status) : undefined;
}

const UNDER_WAY =
	/^(queued|pending|submitted|accepted|scheduled|starting|preparing|running|processing|in[_ -]?progress|generating|rendering|uploading)$/i;

/** Whether what has this state is still worked on (docs/api.md#video-jobs). */
export const isUnderWay = (status: unknown): boolean => typeof status === 'string' && UNDER_WAY.test(status);

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
