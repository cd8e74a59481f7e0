import type { Fault } from '../../emulator';

/** A fault that hits single requests, and what the node must make of it. */
export interface FaultKind {
	readonly name: string;
	/** Variants of the same; items take turns. */
	readonly faults: readonly Fault[];
	/** Whether the request is sent again: only where that cannot pay for an answer twice. */
	readonly isRetried?: true;
	/** All of them stand in the error of an item that this fault ended. */
	readonly words: readonly RegExp[];
	/** The HTTP status that n8n shows. */
	readonly httpCode?: string;
	/** The answer is right although it looks odd. */
	readonly isHarmless?: true;
	/** The node waits half a second or more before it tries again, so fewer items and tries have to do. */
	readonly isSlow?: true;
}

/** Statuses with what their error must say: what happened, and what to do. */
const statuses: ReadonlyArray<readonly [number, ...RegExp[]]> = [
	[400, /could not use this request/],
	[401, /does not accept the API key/, /deepinfra\.com\/dash\/api_keys/],
	[402, /no balance or payment method/, /deepinfra\.com\/dash\/billing/],
	[403, /may not use the model/],
	[404, /has no model/],
	[405, /cannot do what was asked/, /remove the option/],
	[413, /larger than DeepInfra accepts/],
	[422, /does not accept a value/],
	[423, /is not ready/],
	[429, /too many requests/, /'Max Concurrency'/],
	[500, /could not answer \(status 500\)/, /again later/],
	[502, /could not answer \(status 502\)/, /again later/],
	[503, /could not answer \(status 503\)/, /again later/],
	[504, /could not answer \(status 504\)/, /may have billed/, /again later/],
	[507, /could not answer \(status 507\)/, /again later/],
	[520, /could not answer \(status 520\)/, /may have billed/],
	[522, /could not answer \(status 522\)/, /again later/],
	[524, /could not answer \(status 524\)/, /may have billed/],
];

const RETRIED = [429, 502, 503, 521, 522, 523];

/** Soon, so that a thousand waits take no time. */
const SOON = 0.01;
const PAST = 'Wed, 21 Oct 2015 07:28:00 GMT';

const statusKinds = statuses.flatMap(([status, ...said]): FaultKind[] => {
	const words = [...said, new RegExp(`Emulated error ${status}`)];
	const httpCode = String(status);
	const withHeader: Fault[] = [SOON, PAST].map((retryAfter) => ({ kind: 'status', status, retryAfter }));
	const without: Fault = { kind: 'status', status };
	if (!RETRIED.includes(status))
		return [{ name: `status ${status}`, faults: [without, ...withHeader], words, httpCode }];
	return [
		{ name: `status ${status} with Retry-After`, faults: withHeader, words, httpCode, isRetried: true },
		{ name: `status ${status} without`, faults: [without], words, httpCode, isRetried: true, isSlow: true },
	];
});

const CUT = [/cut off/, /may have billed/];

export const faultKinds: readonly FaultKind[] = [
	...statusKinds,
	{
		name: 'status 405 without a word',
		faults: [{ kind: 'status', status: 405, body: '' }],
		words: [/does not know this request/, /'Base URL'/],
		httpCode: '405',
	},
	{
		name: "a web framework's 404",
		faults: [
			{ kind: 'status', status: 404, body: { detail: 'Not Found' } },
			{ kind: 'status', status: 404, body: '404 page not found' },
		],
		words: [/does not know this request/, /'Base URL'/],
		httpCode: '404',
	},
	...[400, 500, 503].map(
		(status): FaultKind => ({
			name: `words of a too long input with status ${status}`,
			faults: [
				{
					kind: 'status',
					status,
					body: { error: { message: 'Requested input length 99009 exceeds maximum input length 8192' } },
				},
			],
			words: [/too long for the model/, /Shorten the input/],
			httpCode: String(status),
		}),
	),
	{
		name: 'reset before headers',
		faults: [{ kind: 'resetBeforeHeaders' }],
		words: [/closed the connection before answering/],
		isRetried: true,
		isSlow: true,
	},
	{
		name: 'HTML page with 502',
		faults: [{ kind: 'html' }],
		words: [/could not answer \(status 502\)/],
		httpCode: '502',
		isRetried: true,
		isSlow: true,
	},
	{
		name: 'HTML page with 200',
		faults: [{ kind: 'html', status: 200 }],
		words: [/web page instead of an answer/, /may have billed/],
	},
	{ name: 'reset mid-body', faults: [{ kind: 'resetMidBody' }], words: CUT },
	{
		name: 'truncated JSON',
		faults: [{ kind: 'truncatedJson' }],
		// half an answer may by chance end where an object ends
		words: [/cut off|not JSON/, /may have billed/],
	},
	{ name: 'gzip cut short', faults: [{ kind: 'gzipCutShort' }], words: CUT },
	{
		name: '200 with a failed status',
		faults: [
			{ kind: 'failedStatus', detail: 'told so' },
			{ kind: 'statusField', status: 'error', detail: 'told so' },
			{ kind: 'statusField', status: 'cancelled', detail: 'told so' },
			{ kind: 'statusField', status: 'request_moderated', detail: 'told so' },
		],
		words: [/model failed|cancelled|safety filter/, /told so/],
	},
	{ name: 'empty answer', faults: [{ kind: 'empty' }], words: [/empty answer/] },
	{
		name: 'JSON that is no answer',
		faults: [
			{ kind: 'wrongShape', shape: 'array' },
			{ kind: 'wrongShape', shape: 'null' },
			{ kind: 'wrongShape', shape: 'string' },
			{ kind: 'wrongShape', shape: 'missingFields' },
		],
		words: [/DeepInfra (answered without|did not answer)/],
	},
	{
		name: 'error in a stream with 200',
		faults: [{ kind: 'errorBody', shape: 'stream' }],
		words: [/not JSON/, /told to fail/],
	},
	{
		name: 'redirect',
		faults: [{ kind: 'redirect', location: 'http://127.0.0.1:9/' }],
		words: [/redirects to another address/],
		httpCode: '307',
	},
	{
		name: 'odd but right',
		faults: [
			{ kind: 'wrongContentType' },
			{ kind: 'protoKeys' },
			{ kind: 'deepNesting', depth: 1000 },
			{ kind: 'echoKey', as: 'success' },
		],
		words: [],
		isHarmless: true,
	},
];
