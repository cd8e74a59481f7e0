import { isDict, readId, refusal, startOfFailure } from '../core/answer';
import { parseExact } from '../core/exact';
import { parseInSteps } from '../core/parseInSteps';
import { atOnce, type Steps } from '../core/steps';
import type { AnyOperation, Dict } from '../core/operation';
import { failed, succeeded, type Outcome } from '../core/problem';
import { readRetryAfter } from './retry';
import { costInText, costOf } from './usage';

/** A whole HTTP answer, as text. */
export interface Received {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly text: string;
	/** Hides the key in what people read, before that is cut. */
	readonly redact?: (text: string) => string;
}

type Parsed = { readonly value: unknown } | { readonly isCut: boolean };

function* parse(text: string): Steps<Parsed> {
	try {
		return { value: yield* parseInSteps(text, (part) => parseExact(part, ({ digits }) => digits)) };
	} catch (error) {
		return { isCut: error instanceof Error && endsEarly(error.message, text) };
	}
}

/** Whether the parser says that something is missing at the end, not wrong before it. */
function endsEarly(message: string, text: string): boolean {
	const [, position] = /position (\d+)/.exec(message) ?? [];
	return /end of JSON|unterminated/i.test(message) || Number(position) >= text.trimEnd().length;
}

function requestId({ headers, redact = asItIs }: Received, body: unknown): string | undefined {
	const inBody = isDict(body) ? body.request_id : undefined;
	const named = [inBody, headers['x-request-id'], headers['x-deepinfra-request-id'], headers['request-id']].find(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	return named === undefined ? undefined : readId(redact(named));
}

const asItIs = (text: string) => text;

/** When an answer was sent, by its service's own clock: that of this machine may be wrong. */
function sentAt({ date }: Received['headers']): number | undefined {
	const at = typeof date === 'string' ? Date.parse(date) : NaN;
	return Number.isNaN(at) ? undefined : at;
}

/** What is looked at of a text that is no JSON: more than is shown, so that a key is whole when it is hidden. */
const MOST_OF_PAGE = 10_000;

/** What a text is that should have been JSON, by its start. */
function describe(text: string, isCut: boolean): string {
	if (text.trim() === '') return 'DeepInfra sent an empty answer';
	if (isCut && /^\s*[{[]/.test(text)) return "DeepInfra's answer was cut off: its JSON has no end";
	if (/^\s*</.test(text)) return 'DeepInfra sent a web page instead of an answer';
	return `DeepInfra sent an answer that is not JSON: ${text.trim().slice(0, 120)}`;
}

/** The answer, or why there is none. Pure; `now` is for Retry-After dates. An array is an answer only as `rows`. */
export function interpret(received: Received, now: number, kind?: AnyOperation['answer']): Outcome<Dict> {
	return atOnce(interpretInSteps(received, now, kind));
}

/** The same for an answer that may be large. */
export function* interpretInSteps(
	received: Received,
	now: number,
	kind?: AnyOperation['answer'],
): Steps<Outcome<Dict>> {
	const { status, headers, redact = asItIs } = received;
	// Some services begin with a byte order mark, and gateways put their own before it.
	const text = received.text.replace(/^\ufeff+/, '');
	const hasRows = kind === 'rows';
	const parsed = yield* parse(text);
	const body = 'value' in parsed ? parsed.value : undefined;
	// Whatever the answer is, what it says it cost is billed.
	const costUsd = 'value' in parsed ? costOf(body) : costInText(text);
	const told = { requestId: requestId(received, body), costUsd };
	if (status < 200 || status >= 300) {
		const retryAfter = readRetryAfter(headers['retry-after'], sentAt(headers) ?? now);
		const failure = 'value' in parsed ? startOfFailure(body) : redact(text.slice(0, MOST_OF_PAGE));
		return failed({ kind: 'status', status, body: failure, ...told, retryAfter });
	}
	if (!('value' in parsed))
		return failed({
			kind: 'answer',
			message: describe(redact(text.trimStart().slice(0, MOST_OF_PAGE)), parsed.isCut),
			isSpoilt: true,
			...told,
		});
	if (hasRows && Array.isArray(body)) return succeeded({ rows: body });
	if (hasRows) return failed({ kind: 'answer', message: 'DeepInfra answered without the list', ...told });
	if (!isDict(body)) return failed({ kind: 'answer', message: 'DeepInfra answered without a JSON object', ...told });
	const isJob = kind === 'job' && typeof body.id === 'string' && typeof body.status === 'string';
	const refused = isJob ? undefined : refusal(body);
	return refused === undefined ? succeeded(body) : failed({ kind: 'refusal', message: refused, ...told });
}
