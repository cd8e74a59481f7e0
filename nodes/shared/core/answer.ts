import type { Dict } from './operation';
import { AnswerError } from './problem';

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

/** A number that some models send as text. */
export function number(value: unknown): number | undefined {
	const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

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

/** What every kind of classification answers: the best label, and all of them. */
export function classification(results: unknown) {
	const all = labels(results);
	return { label: all[0]?.label, score: all[0]?.score, labels: all };
}

/** The human sentence in any of the error bodies that DeepInfra sends (docs/api.md#errors). */
export function errorText(body: unknown, depth = 0): string | undefined {
	if (depth > 6) return undefined;
	if (typeof body === 'string') return body.trim() || undefined;
	if (Array.isArray(body))
		return (
			body
				.map((entry) => errorText(entry, depth + 1))
				.filter(Boolean)
				.join('; ') || undefined
		);
	if (!isDict(body)) return undefined;
	const sentence = ['detail', 'error', 'errors', 'message', 'error_message', 'msg']
		.map((key) => errorText(body[key], depth + 1))
		.find(Boolean);
	if (sentence === undefined || !Array.isArray(body.loc)) return sentence;
	const place = body.loc.filter((part) => part !== 'body').join('.');
	return place ? `${place}: ${sentence}` : sentence;
}

/** The statuses that are failures, in words. */
const FAILED: Readonly<Record<string, string>> = {
	failed: 'The model failed on this input',
	error: 'The model failed on this input',
	cancelled: 'DeepInfra cancelled the request',
	canceled: 'DeepInfra cancelled the request',
	request_moderated: "The model's safety filter refused this request",
};

/** What went wrong although the HTTP status was 200. */
export function refusal(answer: Dict): string | undefined {
	const inner = isDict(answer.inference_status) ? answer.inference_status.status : undefined;
	const status = [answer.status, inner].find((value) => typeof value === 'string' && Object.hasOwn(FAILED, value));
	const said = errorText(answer.error) ?? errorText(answer.errors) ?? errorText(answer.error_message);
	if (typeof status !== 'string') return said;
	const reason = said ?? errorText(answer.detail) ?? errorText(answer.message);
	return reason ? `${FAILED[status]}: ${reason}` : `${FAILED[status]} (status "${status}")`;
}

/** The status that a webhook request is answered with. */
export function queuedStatus(answer: Dict): string | undefined {
	const status = isDict(answer.inference_status) ? answer.inference_status.status : answer.status;
	return status === 'queued' || status === 'running' ? status : undefined;
}

export const requestIdOf = (answer: Dict): string | undefined =>
	typeof answer.request_id === 'string' && answer.request_id !== '' ? answer.request_id : undefined;
