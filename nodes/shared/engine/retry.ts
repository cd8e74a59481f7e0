import { failureWords } from '../core/answer';
import { isModerated, isTooLong } from '../core/failureWords';
import { billOf, type Problem } from '../core/problem';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A service that asks for a longer break than this gets none: the item fails and says so. */
export const LONGEST_RETRY_AFTER = 300_000;

/**
 * The service did not take the request: it is busy, or its gateway could not reach it (docs/api.md#errors).
 * Not 504, 520 and 524: there the service had the request, and may have billed the answer that did not come.
 */
const RETRIED_STATUS = [429, 502, 503, 521, 522, 523];

/** The connection failed before anything was answered, and too early for work on the request (`isLost` of http/deadline.ts). */
const RETRIED_CODES = [
	'ECONNREFUSED',
	'ECONNRESET',
	'EPIPE',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ERR_SOCKET_CLOSED',
];

/** The same of one that never was there: after it was, the request may have been worked on. */
const UNCONNECTED_CODES = ['ETIMEDOUT', 'EADDRNOTAVAIL', 'ENETDOWN', 'EHOSTDOWN'];

/** Whether the service did not take the request, so that it may take it later. */
export const isUnreachable = (problem: Problem): boolean =>
	(problem.kind === 'network' &&
		problem.upload === undefined &&
		(RETRIED_CODES.includes(problem.code) ||
			(problem.isUnconnected === true && UNCONNECTED_CODES.includes(problem.code)))) ||
	(problem.kind === 'status' && RETRIED_STATUS.includes(problem.status) && !isRefusedForGood(problem.body));

/** Whether the service had the request, and nobody heard or understood what became of it. */
export const isUnheard = (problem: Problem): boolean =>
	['cut', 'lost', 'answer'].includes(problem.kind) ||
	(problem.kind === 'timeout' && problem.isUnsent !== true) ||
	(problem.kind === 'status' && problem.status >= 500 && !isUnreachable(problem));

/** Whether the service may have done what it was asked for, and bill it, although no result came. */
export const mayBeBilled = (problem: Problem): boolean =>
	isUnheard(problem) && !(problem.kind === 'status' && isRefusedForGood(problem.body));

/** Whether a file's address may be asked once more. */
const isWorthAsking = (problem: Problem, attempt: number): boolean =>
	problem.kind === 'source' && (problem.again === 'often' || (problem.again === 'once' && attempt === 1));

/** A request that costs nothing: for what anybody may have made, or for what follows an answer, such as its job. */
export type Look = 'free' | 'follows';

/** Whether a look may have its answer yet: it was not heard, not understood for once, or came too early. */
const isWorthLooking = (look: Look, problem: Problem, attempt: number): boolean =>
	problem.kind === 'status' && [404, 408].includes(problem.status)
		? problem.status === 408 || look === 'follows'
		: (problem.kind !== 'timeout' || problem.isEarly === true) &&
			mayBeBilled(problem) &&
			(problem.kind !== 'answer' || attempt === 1);

/** How often one request is sent again, and how long that may take. */
export interface RetryRules {
	readonly maxRetries: number;
	/** That one sending may take; all that cannot connect may together, since that takes as long each time. */
	readonly seconds?: number;
	/** Whether all tries together may take no longer than that. */
	readonly isWhole?: true;
	/** That the breaks which the service asks for may take together; left out: a break as often as it is sent again. */
	readonly patience?: number;
	readonly look?: Look;
}

/** Tells after each failure of a request in how many milliseconds it is sent again; undefined where it is not. */
export function planRetries(
	{ maxRetries, seconds = Infinity, isWhole, patience = Infinity, look }: RetryRules,
	random: () => number,
): (problem: Problem, took: number) => number | undefined {
	let [attempts, left, asked] = [0, seconds * 1000, 0];
	return (problem, took) => {
		attempts++;
		const isUnconnected = problem.kind === 'network' && problem.isUnconnected === true;
		if (isWhole || isUnconnected) left -= took;
		if (problem.kind === 'status') asked += problem.retryAfter ?? 0;
		const isLate = (isWhole ? left <= 0 : isUnconnected && left < took) || asked > patience * 1000;
		return isLate || attempts > maxRetries ? undefined : retryDelay(problem, attempts, random(), look);
	};
}

/**
 * Milliseconds until the next try, or undefined when trying again is pointless or could bill twice.
 * @param attempt how often the request has been sent, from 1
 * @param random from 0 to 1
 */
export function retryDelay(problem: Problem, attempt: number, random: number, look?: Look): number | undefined {
	const isWorth =
		isUnreachable(problem) ||
		isWorthAsking(problem, attempt) ||
		(look !== undefined && isWorthLooking(look, problem, attempt));
	// What was billed is never sent again, whatever its status; a look tells what was billed before.
	if (!isWorth || (billOf(problem) > 0 && look === undefined)) return undefined;
	const backoff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + random / 2);
	const asked = problem.kind === 'status' ? problem.retryAfter : undefined;
	if (asked === undefined) return backoff;
	// A little later than asked, and not all at the same moment.
	return asked > LONGEST_RETRY_AFTER ? undefined : asked + backoff * 0.2;
}

/** Whether the words say that the same input will be refused again. */
function isRefusedForGood(body: unknown): boolean {
	const words = failureWords(body);
	return isTooLong(words) || isModerated(words);
}

/** Reads a Retry-After header: seconds, or an HTTP date. @returns milliseconds from `now` */
export function readRetryAfter(header: unknown, now: number): number | undefined {
	if (typeof header !== 'string' && typeof header !== 'number') return undefined;
	const value = String(header).trim();
	if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
	// Date.parse takes nearly anything for a date; a date of HTTP has a time of day.
	const date = /\d\d:\d\d:\d\d/.test(value) ? Date.parse(value) : NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
