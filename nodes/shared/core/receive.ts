import { isDict, refusal, requestIdOf } from './answer';
import type { Dict } from './operation';
import { failed, succeeded, type Outcome } from './problem';
import { readRetryAfter } from './retry';

/** A whole HTTP answer, as text. */
export interface Received {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly text: string;
}

function parse(text: string): { readonly value?: unknown; readonly isJson: boolean } {
	try {
		return { value: JSON.parse(text), isJson: true };
	} catch {
		return { isJson: false };
	}
}

function requestId(headers: Received['headers'], body: unknown): string | undefined {
	const named = [headers['x-request-id'], headers['x-deepinfra-request-id'], headers['request-id']].find(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	return (isDict(body) ? requestIdOf(body) : undefined) ?? named;
}

/** What a text is that should have been JSON. */
function describe(text: string): string {
	if (text.trim() === '') return 'DeepInfra sent an empty answer';
	if (/^\s*[{[]/.test(text) && !/[}\]]\s*$/.test(text.slice(-100)))
		return "DeepInfra's answer was cut off: its JSON has no end";
	if (/^\s*</.test(text)) return 'DeepInfra sent a web page instead of an answer';
	return `DeepInfra sent an answer that is not JSON: ${text.trim().slice(0, 120)}`;
}

/** The answer, or why there is none. Pure; `now` is for Retry-After dates. An array is an answer only with `hasRows`. */
export function interpret({ status, headers, text }: Received, now: number, hasRows = false): Outcome<Dict> {
	const { value: body, isJson } = parse(text);
	const id = requestId(headers, body);
	if (status < 200 || status >= 300) {
		const retryAfter = readRetryAfter(headers['retry-after'], now);
		return failed({ kind: 'status', status, body: isJson ? body : text, requestId: id, retryAfter });
	}
	if (!isJson) return failed({ kind: 'answer', message: describe(text), requestId: id });
	if (hasRows && Array.isArray(body)) return succeeded({ rows: body });
	if (hasRows) return failed({ kind: 'answer', message: 'DeepInfra answered without the list', requestId: id });
	if (!isDict(body))
		return failed({ kind: 'answer', message: 'DeepInfra answered without a JSON object', requestId: id });
	const refused = refusal(body);
	return refused === undefined ? succeeded(body) : failed({ kind: 'refusal', message: refused, requestId: id });
}
