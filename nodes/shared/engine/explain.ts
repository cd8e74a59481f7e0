import { errorText, failureWords } from '../core/answer';
import { isModerated, isTokenLimit, isTooLong } from '../core/failureWords';
import { billOf, type Problem } from '../core/problem';
import { exactDollars } from './bill';
import { dollars } from './meter';
import { isUnheard } from './retry';
import { isNoRoute, isPage, isUnpaid } from './verdict';
import { own } from '../core/values';

/** What an ops person reads: what happened, in the API's own words where it said any, and what to do. */
export interface Explanation {
	readonly message: string;
	/** What to do, and what helps to trace it: how often it was tried, codes and IDs. */
	readonly description: string;
	/** What to do, and the request to ask the service about. */
	readonly advice: string;
}

type Words = Pick<Explanation, 'message' | 'description'>;

/** What the words may refer to. */
export interface Situation {
	readonly model: string;
	readonly host: string;
	readonly attempts: number;
	/** Names of models that exist and resemble the one that does not. */
	readonly nearestModels?: readonly string[];
	/** USD that DeepInfra said it billed for this item. */
	readonly billed?: number;
	/** What does the same job where a task may have no model any more. */
	readonly substitute?: string;
	/** API names of values and their names on the screen, such as `max_new_tokens` and 'Max New Tokens'. */
	readonly screenNames?: Readonly<Record<string, string>>;
	/** What goes on without the run, and how to get it. */
	readonly remains?: string;
	/** What of the item it is about, where it has several results. */
	readonly subject?: string;
	/** Why this model was asked instead of another one. */
	readonly fallbackReason?: string;
	/** Whether it was asked for an agent, a chain or a store: how many ask at once is not the node's to say. */
	readonly isSupplied?: boolean;
}

const BILLING = 'https://deepinfra.com/dash/billing';
const KEYS = 'https://deepinfra.com/dash/api_keys';

const LONGEST_TEXT = 600;
const shorten = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

type StatusProblem = Extract<Problem, { kind: 'status' }>;
type AnswerProblem = Extract<Problem, { kind: 'answer' }>;
interface Advised {
	readonly happened: string;
	readonly todo: string;
}
/** @param said what the service says, empty when it says nothing */
type Advice = (problem: StatusProblem, situation: Situation, said: string) => Advised;

const BILLED = 'DeepInfra may have billed this request; to send it once more could bill it twice.';
/** Of a request that was not heard of: an answer that was read says itself what it cost. */
const mayBe = (problem: Problem, { billed }: Pick<Situation, 'billed'>): string => {
	const isTold = billOf(problem) > 0 || (problem.kind === 'answer' && problem.isBillable === undefined && billed);
	return problem.isBillable === false || isTold ? '' : BILLED;
};
const sentences = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ');
const BILLED_AGAIN = 'Running the workflow again makes another one for this item, which is billed as well.';
const BASE_URL =
	"Check the 'Base URL' in the DeepInfra credential. It is https://api.deepinfra.com unless you use a proxy.";

/** A model's name in a sentence; operations on the account have no model. */
const theModel = (model: string) => (model === '' ? 'the model' : `the model '${model}'`);
const capital = (sentence: string) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;

const wrongAddress: Advice = (_, { host }) => ({ happened: `${host} does not know this request`, todo: BASE_URL });

/** What the words say is not there, when that is not the model: a voice, a job. */
const missingThing = (said: string): string | undefined =>
	/\bmodels?\b/i.test(said) ? undefined : /\b(voice|video|batch|file)\b/i.exec(said)?.[1]?.toLowerCase();

const missing: Advice = (problem, situation, said) => {
	const thing = missingThing(said);
	if (thing === undefined) return unknownModel(problem, situation, said);
	return {
		happened: `DeepInfra does not have this ${thing}`,
		todo: 'Check the ID: it may be mistyped, deleted or that of another account.',
	};
};

const unknownModel: Advice = (_, { model, nearestModels = [], substitute, fallbackReason }) => {
	if (model === '') return { happened: 'DeepInfra does not have what was asked for', todo: 'Check the ID.' };
	const similar = nearestModels.length ? `Models with a similar name: ${nearestModels.join(', ')}.` : '';
	const todo = fallbackReason
		? "Correct it in 'Fallback Models'."
		: similar
			? "Choose one from the list in the field 'Model'."
			: "Choose a model from the list in the field 'Model', or check its ID on deepinfra.com/models.";
	const choice = sentences(similar, todo);
	// A similar name may be that of a model for another task.
	const instead = substitute ? ` If the list has none: ${substitute}.` : '';
	return { happened: `DeepInfra has no model '${model}'`, todo: `${choice}${instead}` };
};

/** The gateway gave up on the service, which may have answered all the same. */
const lostAnswer: Advice = (problem, situation) => ({
	happened: `DeepInfra could not answer (status ${problem.status})`,
	todo: sentences(mayBe(problem, situation), 'Run the workflow again later for this item.'),
});

const inSeconds = (seconds: number): string => `${seconds} second${seconds === 1 ? '' : 's'}`;

/** How long the service wants to be left alone. */
const waitOf = ({ retryAfter }: StatusProblem): string =>
	retryAfter ? ` and asks to wait ${inSeconds(Math.ceil(retryAfter / 1000))}` : '';

const busy: Advice = (problem, { model, isSupplied = false }, said) => {
	const { body } = problem;
	const eased = `${isSupplied ? '' : "lower 'Max Concurrency' or "}raise 'Max Retries' under 'Options'`;
	const wait = waitOf(problem);
	if (isTokenLimit(`${said} ${failureWords(body)}`)) {
		return {
			happened: `DeepInfra is receiving too many requests: this account's limit of tokens per minute is reached${wait}`,
			todo: `Wait a minute, ${eased}, or send shorter texts. DeepInfra can raise the limit.`,
		};
	}
	if (/\b(busy|overloaded)\b/i.test(said)) {
		return {
			happened: `DeepInfra is receiving too many requests for ${theModel(model)}${wait}`,
			todo: `Run the workflow at another time, choose another model, or ${eased}.`,
		};
	}
	return {
		happened: `DeepInfra is receiving too many requests${wait}`,
		todo: `An account may have 200 requests at a time per model. Run the workflow at another time, or ${eased}.`,
	};
};

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
	403: ({ body }, { model, host }) =>
		isPage(body)
			? {
					happened: `A firewall or proxy before ${host} refuses the request`,
					todo: "Its answer is a web page, which DeepInfra's never is. Whoever runs it can say why; some refuse certain texts or addresses.",
				}
			: {
					happened: model === '' ? 'The API key may not do this' : `The API key may not use the model '${model}'`,
					todo:
						model === ''
							? `The key may be limited. Use one of this account that is not (${KEYS}).`
							: `The model may be private, or the key limited to other models. Choose another model, or use a key that may use it (${KEYS}).`,
				},
	404: (...about) => (isNoRoute(about[0].body) ? wrongAddress : missing)(...about),
	// With words of its own it is the model that lacks a feature, else the address is wrong (docs/api.md#errors).
	405: (problem, situation, said) =>
		said === '' || isNoRoute(problem.body)
			? wrongAddress(problem, situation, said)
			: {
					happened: `${capital(theModel(situation.model))} cannot do what was asked`,
					todo: 'Choose another model, or remove the option that it names.',
				},
	408: () => ({
		happened: 'DeepInfra gave up waiting for the request',
		todo: 'Run the workflow again. If it stays, the connection of n8n to DeepInfra may be too slow for this file.',
	}),
	407: () => ({
		happened: 'A proxy between n8n and DeepInfra wants a login of its own',
		todo: "Set the proxy's login in n8n's environment (HTTPS_PROXY), then run the workflow again.",
	}),
	410: (_, { model }) => ({
		happened: `DeepInfra no longer has ${model === '' ? 'what was asked for' : theModel(model)}`,
		todo: model === '' ? 'Check the ID: it may have expired.' : 'Choose another model.',
	}),
	413: () => ({
		happened: 'The file or text is larger than DeepInfra accepts',
		todo: 'Send a smaller file: compress the audio, scale the image down or split the text.',
	}),
	415: (_, { model }) => ({
		happened: `${capital(theModel(model))} does not take this kind of file`,
		todo: "Convert the file before this node. The model's page on deepinfra.com lists what the model accepts.",
	}),
	422: () => ({
		happened: 'DeepInfra does not accept a value of this request',
		todo: "Correct the values that it names. The model's page on deepinfra.com lists what the model accepts.",
	}),
	423: (_, { model }) => ({
		happened: `${capital(theModel(model))} is not ready`,
		todo: 'It may still be starting. Run the workflow again in some minutes, or choose another model.',
	}),
	429: busy,
	504: lostAnswer,
	520: lostAnswer,
	524: lostAnswer,
};

const otherStatus: Advice = (problem, situation, said) => {
	const { status } = problem;
	const { host } = situation;
	// Whatever is not known to have been turned away at the door may have been worked on.
	if (situation.model !== '' && problem.isBillable !== false && isUnheard(problem))
		return lostAnswer(problem, situation, said);
	if (status >= 500) {
		return {
			happened: `DeepInfra could not answer (status ${status})${waitOf(problem)}`,
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

/** Whether it is the model that the service does not know, and not the address. */
export const isUnknownModel = (problem: Problem): boolean =>
	problem.kind === 'status' &&
	problem.status === 404 &&
	!isNoRoute(problem.body) &&
	missingThing(errorText(problem.body) ?? '') === undefined;

/** What the service says, with the fields' names on the screen. */
function screenText(body: unknown, names: Readonly<Record<string, string>> = {}): string {
	// Cut before it is searched: an error can be as long as a service likes.
	const said = isPage(body) ? undefined : errorText(body)?.slice(0, 4 * LONGEST_TEXT);
	return (said ?? '').replace(/(^|; )([\w.]+): /g, (whole, before: string, place: string) => {
		const screen = own(names, place);
		return screen ? `${before}'${screen}': ` : whole;
	});
}

/** What the words alone tell, whatever the status. */
function adviceOf(problem: StatusProblem, { model }: Situation, said: string): Advised | undefined {
	const { status } = problem;
	if (status >= 400 && ![401, 402, 404, 405, 429].includes(status) && isModerated(failureWords(problem.body))) {
		return {
			happened: "The model's safety filter refused this request",
			todo: 'Change the prompt or the input, or choose another model.',
		};
	}
	if ([400, 415, 422].includes(status) && /\balpha\b|transparen|\bRGBA\b/i.test(said)) {
		return {
			happened: `${capital(theModel(model))} takes no picture with transparency`,
			todo: "Save the picture as JPEG, or as PNG without transparency, for example with n8n's 'Edit Image' node.",
		};
	}
	if (isInputTooLong(problem)) {
		return {
			happened: `The input is too long for ${theModel(model)}`,
			todo: 'Shorten the input, split it, or choose a model that takes longer ones.',
		};
	}
	return undefined;
}

/** Whether the service says that the input is too long, which is no fault of its own even where the status says so. */
export const isInputTooLong = (problem: Problem): boolean =>
	problem.kind === 'status' &&
	(problem.status >= 500 || [400, 413, 422].includes(problem.status)) &&
	isTooLong(failureWords(problem.body));

function explainStatus(problem: StatusProblem, situation: Situation): Words {
	const said = screenText(problem.body, situation.screenNames);
	const status = isUnpaid(problem.status, said) ? 402 : problem.status;
	const { happened, todo } =
		adviceOf(problem, situation, said) ?? (statuses[status] ?? otherStatus)({ ...problem, status }, situation, said);
	return { message: said === '' ? happened : `${happened}: ${shorten(said)}`, description: todo };
}

const networkWords: Readonly<Record<string, (host: string) => Words>> = {
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

function explainNetwork(code: string, message: string, host: string): Words {
	const known =
		own(networkWords, code) ?? (code === 'EPIPE' || code === 'ERR_SOCKET_CLOSED' ? networkWords.ECONNRESET : undefined);
	if (known) return known(host);
	if (/wrong version number|packet length too long/i.test(message)) {
		return {
			message: `${host} does not speak HTTPS`,
			description:
				"If it is a proxy of yours without a certificate, the 'Base URL' in the DeepInfra credential begins with http://.",
		};
	}
	if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|EPROTO/.test(code)) {
		return {
			message: `No secure connection to ${host}: ${message.trim()}`,
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

function adviceForAnswer({ advice, isSpoilt }: AnswerProblem, model: string, bill: string): string {
	if (advice) return sentences(advice, bill);
	if (isSpoilt) {
		return sentences(
			bill,
			'A proxy between n8n and DeepInfra may have spoilt it. Run the workflow again for this item.',
			"If it stays, check the 'Base URL' in the DeepInfra credential.",
		);
	}
	return model
		? sentences(
				`Choose another model: '${model}' may not do this task, or answers in a way that this node does not know.`,
				bill,
			)
		: 'Run the workflow again. If it stays, DeepInfra may have changed what it answers: look for a newer version of this node.';
}

/** An address of the user's without the parts of its path that may be a secret, such as the token of a bot. */
const withoutTokens = (address: string): string =>
	address
		.split('/')
		.map((part, index) => (index > 2 && isToken(part) ? '…' : part))
		.join('/');

const isToken = (part: string): boolean =>
	/^eyJ/.test(part) ||
	(part.length >= 20 &&
		/\d/.test(part) &&
		/[a-z]/i.test(part) &&
		(part.includes(':') || !/\.[a-z0-9]{2,5}$/i.test(part)));

/** What to do where something stands or goes on at the service: who ran the workflow again would pay for it twice. */
const withoutAnew = (todo: string): string =>
	todo.replace(/, then run the workflow again\b| ?\bRun the workflow again\b[^.]{0,100}\./g, '').trim();

/** Where what the service and the network did becomes words; a wrong input has its own from where it is found. */
export function explain(problem: Problem, situation: Situation): Explanation {
	const { message: happened, description } = words(problem, situation);
	const todo = situation.remains ? withoutAnew(description) : description;
	const message = situation.subject ? `${situation.subject}: ${happened}` : happened;
	const bill = situation.billed ? `DeepInfra billed ${exactDollars(situation.billed)} for it.` : '';
	const { fallbackReason } = situation;
	const asked = fallbackReason ? `The model '${situation.model}' was asked since ${fallbackReason}.` : '';
	const advice = sentences(situation.remains ?? '', todo, asked, bill);
	const requestId = 'requestId' in problem && problem.requestId ? `Request ID: ${problem.requestId}.` : '';
	const code = problem.kind === 'network' ? `Code: ${problem.code}.` : '';
	const tries = situation.attempts > 1 ? `Tried ${situation.attempts} times.` : '';
	return {
		message,
		advice: sentences(advice, requestId),
		description: sentences(advice, tries, code, requestId),
	};
}

function words(problem: Problem, situation: Situation): Words {
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
				description: `${capital(theModel(model))} did not give a result for this input. Change the input or choose another model.`,
			};
		case 'answer':
			return {
				message: problem.message,
				description: adviceForAnswer(problem, model, mayBe(problem, situation)),
			};
		case 'network':
			return problem.upload === undefined
				? explainNetwork(problem.code, problem.message, host)
				: {
						message: `${host} closed the connection while ${Math.round(problem.upload / 1024 / 1024)} MB were on their way`,
						description:
							'It may take no request of this size: send a smaller file. That is why it was not sent again. If the network is at fault, run the workflow again for this item.',
					};
		case 'cut':
			return {
				message: `The answer of ${host} was cut off: ${problem.message}`,
				description: sentences(mayBe(problem, situation), 'Run the workflow again for this item.'),
			};
		case 'lost':
			return {
				message: `${host} received the request and closed the connection ${inSeconds(problem.seconds)} later, without an answer`,
				description: sentences(
					'It may have been worked on.',
					mayBe(problem, situation),
					'Run the workflow again for this item. If it stays, a proxy between n8n and DeepInfra may cut long requests.',
				),
			};
		case 'source':
			return {
				message: `The file at ${problem.host} cannot be downloaded: ${problem.message}`,
				description: `Nothing was billed by DeepInfra: it did not get the whole request. Check that n8n's machine can open ${withoutTokens(problem.address)} without a login.`,
			};
		case 'download':
			return {
				message: `The result is ready, but its file could not be downloaded: ${problem.message}`,
				description:
					`DeepInfra has billed the result. Check whether n8n can reach the address. ${situation.remains ? '' : BILLED_AGAIN}`.trim(),
			};
		case 'storage':
			return {
				message: `The result is ready, but n8n could not keep its file: ${problem.message}`,
				description:
					`DeepInfra has billed the result. Check the storage of n8n's machine. ${situation.remains ? '' : BILLED_AGAIN}`.trim(),
			};
		case 'timeout':
			if (problem.isUnsent)
				return {
					message: `The request could not be sent to ${host} within ${inSeconds(problem.seconds)}`,
					description:
						"DeepInfra did not get all of it, so nothing was billed. Raise 'Timeout' under 'Options', send a smaller file, or check how fast n8n's connection is.",
				};
			if (problem.isEarly)
				return {
					message: `DeepInfra sent nothing for ${inSeconds(problem.seconds)}`,
					description: 'It only looked at what is there, which was not billed. Run the workflow again later.',
				};
			return {
				message: `DeepInfra did not finish its answer within ${inSeconds(problem.seconds)}`,
				description: sentences(mayBe(problem, situation), "Raise 'Timeout' under 'Options' for tasks that take long."),
			};
		case 'budget':
			return {
				message: `Budget reached: this run has cost $${dollars(problem.spent)}${
					problem.possible ? `, up to $${dollars(problem.possible)} more may be billed` : ''
				}, and $${dollars(problem.budget)} is the limit`,
				description: "Nothing was sent for this item. Raise 'Budget (USD)' under 'Options' to go on.",
			};
		case 'unsent': {
			const { message, description } = words(problem.cause, situation);
			return { message: `Not sent: ${message}`, description };
		}
		case 'stopped':
			// n8n files a stopped run as canceled only when the message says so.
			return {
				message: 'The execution was canceled',
				description: 'The run was stopped before this item was finished.',
			};
	}
}
