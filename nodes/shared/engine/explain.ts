import { errorText } from '../core/answer';
import { dollars } from './meter';
import { own } from '../core/values';
import type { Problem } from '../core/problem';

/** What an ops person reads: what happened, in the API's own words where it said any, and what to do. */
export interface Explanation {
	readonly message: string;
	readonly description: string;
}

/** What the words may refer to. */
export interface Situation {
	readonly model: string;
	readonly host: string;
	readonly attempts: number;
	/** Names of models that exist and resemble the one that does not. */
	readonly nearestModels?: readonly string[];
	/** API names of values and their names on the screen, such as `max_new_tokens` and 'Max New Tokens'. */
	readonly screenNames?: Readonly<Record<string, string>>;
}

const BILLING = 'https://deepinfra.com/dash/billing';
const KEYS = 'https://deepinfra.com/dash/api_keys';

const LONGEST_TEXT = 600;
const shorten = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

const isPage = (body: unknown): boolean =>
	typeof body === 'string' && /^\s*(<!doctype|<html|<\?xml|<h\d|<body)/i.test(body);

type StatusProblem = Extract<Problem, { kind: 'status' }>;
type Advice = (problem: StatusProblem, situation: Situation) => { readonly happened: string; readonly todo: string };

/** One line for each status: what to say when the API says nothing, and what to do. */
const statuses: Readonly<Record<number, Advice>> = {
	400: () => ({
		happened: 'DeepInfra could not use this request',
		todo: "Check the input and the 'Options' against what this model accepts. Its page on deepinfra.com lists its parameters.",
	}),
	401: () => ({
		happened: 'DeepInfra does not accept the API key',
		todo: `Open the DeepInfra credential and paste a valid key from ${KEYS}.`,
	}),
	402: () => ({
		happened: 'The DeepInfra account has no balance or payment method',
		todo: `Add a payment method or balance at ${BILLING}, then run the workflow again. For a scoped key, its spending limit may be used up.`,
	}),
	403: (_, { model }) => ({
		happened: `The API key may not use the model '${model}'`,
		todo: `The model may be private, or the key limited to other models. Choose another model, or use a key that may use it (${KEYS}).`,
	}),
	404: (_, { model, nearestModels = [] }) => ({
		happened: `DeepInfra has no model '${model}'`,
		todo: nearestModels.length
			? `Models with a similar name: ${nearestModels.join(', ')}. Choose one from the list in the field 'Model'.`
			: "Choose a model from the list in the field 'Model', or check its ID on deepinfra.com/models.",
	}),
	405: (_, { host }) => ({
		happened: `${host} does not know this request`,
		todo: "Check the 'Base URL' in the DeepInfra credential. It is https://api.deepinfra.com unless you use a proxy.",
	}),
	408: () => ({
		happened: 'DeepInfra gave up waiting for the request',
		todo: 'Run the workflow again. If it stays, the connection of n8n to DeepInfra may be too slow for this file.',
	}),
	413: () => ({
		happened: 'The file or text is larger than DeepInfra accepts',
		todo: 'Send a smaller file: compress the audio, scale the image down or split the text.',
	}),
	422: () => ({
		happened: 'DeepInfra does not accept a value of this request',
		todo: "Correct the values that it names. The model's page on deepinfra.com lists what the model accepts.",
	}),
	423: (_, { model }) => ({
		happened: `The model '${model}' is not ready`,
		todo: 'It may still be starting. Run the workflow again in some minutes, or choose another model.',
	}),
	429: ({ retryAfter }) => ({
		happened: retryAfter
			? `DeepInfra is receiving too many requests and asks to wait ${Math.ceil(retryAfter / 1000)} seconds`
			: 'DeepInfra is receiving too many requests',
		todo: "An account may have 200 requests at a time per model. Lower 'Max Concurrency' or raise 'Max Retries' under 'Options', or run the workflow at another time.",
	}),
};

const otherStatus: Advice = ({ status }, { host }) => {
	if (status >= 500) {
		return {
			happened: `DeepInfra could not answer (status ${status})`,
			todo: "This is on DeepInfra's side. Run the workflow again later.",
		};
	}
	if (status >= 300 && status < 400) {
		return {
			happened: `${host} redirects to another address (status ${status})`,
			todo: "Enter the final address as 'Base URL' in the DeepInfra credential. The key is never sent on to another address.",
		};
	}
	return { happened: `DeepInfra refused the request (status ${status})`, todo: 'Check the input and the credential.' };
};

/** The sentence for each field of a 422, with the field's name on the screen. */
function screenText(body: unknown, names: Readonly<Record<string, string>> = {}): string | undefined {
	// Cut before it is searched: an error can be as long as a service likes.
	const said = isPage(body) ? undefined : errorText(body)?.slice(0, 4 * LONGEST_TEXT);
	return said?.replace(/(^|; )([\w.]+): /g, (whole, before: string, place: string) => {
		const screen = own(names, place);
		return screen ? `${before}'${screen}': ` : whole;
	});
}

/** Balance and payment refusals come with other statuses, too (docs/api.md#errors). */
const isUnpaid = (status: number, said = '') =>
	[400, 402, 403, 429].includes(status) && /payment method|spending limit|\bbalance\b/i.test(said);

function explainStatus(problem: StatusProblem, situation: Situation): Explanation {
	const said = screenText(problem.body, situation.screenNames);
	const status = isUnpaid(problem.status, said) ? 402 : problem.status;
	const { happened, todo } = (statuses[status] ?? otherStatus)({ ...problem, status }, situation);
	const tooLong = problem.status >= 500 && said && /too long|maximum context|context length/i.test(said);
	return {
		message: said ? `${happened}: ${shorten(said)}` : happened,
		description: tooLong ? 'Shorten the input.' : todo,
	};
}

const networkWords: Readonly<Record<string, (host: string) => Explanation>> = {
	ENOTFOUND: (host) => ({
		message: `The address ${host} was not found`,
		description: "Check the 'Base URL' in the DeepInfra credential, and that n8n's machine can resolve names (DNS).",
	}),
	EAI_AGAIN: (host) => ({
		message: `The address ${host} could not be looked up (DNS did not answer)`,
		description: "Check the network and DNS of n8n's machine, then run the workflow again.",
	}),
	ECONNREFUSED: (host) => ({
		message: `${host} refuses the connection`,
		description: "Check the 'Base URL' in the DeepInfra credential and that a firewall or proxy lets n8n through.",
	}),
	ECONNRESET: (host) => ({
		message: `${host} closed the connection before answering`,
		description:
			'Run the workflow again. If it stays, a proxy or firewall between n8n and DeepInfra may cut connections.',
	}),
};

function explainNetwork(code: string, message: string, host: string): Explanation {
	const known =
		own(networkWords, code) ?? (code === 'EPIPE' || code === 'ERR_SOCKET_CLOSED' ? networkWords.ECONNRESET : undefined);
	if (known) return known(host);
	if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|EPROTO/.test(code)) {
		return {
			message: `No secure connection to ${host}: ${message}`,
			description:
				"The certificate was not accepted. Check the 'Base URL', the clock of n8n's machine, and whether a proxy replaces certificates.",
		};
	}
	if (code === 'ETIMEDOUT') {
		return {
			message: `${host} cannot be reached: the connection timed out`,
			description: "Check the network of n8n's machine and whether a firewall blocks the way to DeepInfra.",
		};
	}
	if (code === 'ERR_INVALID_URL') {
		return { message: `${host} is no address`, description: "Check the 'Base URL' in the DeepInfra credential." };
	}
	return {
		message: `No connection to ${host}: ${message}`,
		description: "Check the network of n8n's machine and that a firewall or proxy lets n8n through.",
	};
}

const BILLED = 'DeepInfra may have billed this request; to send it once more could bill it twice.';

/** The one place where failures become words. */
export function explain(problem: Problem, situation: Situation): Explanation {
	const { message, description } = words(problem, situation);
	const requestId = 'requestId' in problem && problem.requestId ? `Request ID: ${problem.requestId}.` : '';
	const code = problem.kind === 'network' ? `Code: ${problem.code}.` : '';
	const tries = situation.attempts > 1 ? `Tried ${situation.attempts} times.` : '';
	return { message, description: [description, tries, code, requestId].filter(Boolean).join(' ') };
}

function words(problem: Problem, situation: Situation): Explanation {
	const { host, model } = situation;
	switch (problem.kind) {
		case 'input':
			return {
				message: problem.message,
				description: problem.advice ?? 'Correct the value. Nothing was sent to DeepInfra.',
			};
		case 'local':
			return {
				message: problem.message,
				description:
					problem.advice ?? (situation.attempts > 1 ? 'Run the workflow again.' : 'Nothing was sent to DeepInfra.'),
			};
		case 'status':
			return explainStatus(problem, situation);
		case 'refusal':
			return {
				message: shorten(problem.message),
				description: `The model '${model}' did not give a result for this input. Change the input or choose another model.`,
			};
		case 'answer':
			return {
				message: problem.message,
				description: `The model '${model}' may not do this task, or answers in a way that this node does not know. ${BILLED}`,
			};
		case 'network':
			return explainNetwork(problem.code, problem.message, host);
		case 'cut':
			return {
				message: `The answer of ${host} was cut off: ${problem.message}`,
				description: `${BILLED} Run the workflow again for this item.`,
			};
		case 'download':
			return {
				message: `The result is ready, but its file could not be downloaded: ${problem.message}`,
				description:
					'DeepInfra has billed the result. Check whether n8n can reach the address, then run the workflow again.',
			};
		case 'timeout':
			return {
				message: `DeepInfra did not finish its answer within ${problem.seconds} seconds`,
				description: `${BILLED} Raise 'Timeout' under 'Options' for tasks that take long.`,
			};
		case 'budget':
			return {
				message: `Budget reached: this run has cost $${dollars(problem.spent)}, and $${dollars(problem.budget)} is the limit`,
				description: "Nothing was sent for this item. Raise 'Budget (USD)' under 'Options' to go on.",
			};
		case 'stopped':
			// n8n files a stopped run as canceled only when the message says so.
			return {
				message: 'The execution was canceled',
				description: 'The run was stopped before this item was finished.',
			};
	}
}
