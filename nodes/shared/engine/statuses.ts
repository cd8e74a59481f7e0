import { errorText, failureWords } from '../core/answer';
import { isModerated, isTokenLimit, isTooLong } from '../core/failureWords';
import type { Problem } from '../core/problem';
import { own } from '../core/values';
import { isUnheard } from './retry';
import { isNoRoute, isPage, isUnpaid } from './verdict';
import {
	capital,
	inSeconds,
	LONGEST_TEXT,
	mayBe,
	sentences,
	shorten,
	theModel,
	type Situation,
	type Words,
} from './words';

const BILLING = 'https://deepinfra.com/dash/billing';
const KEYS = 'https://deepinfra.com/dash/api_keys';
const BASE_URL =
	"Check the 'Base URL' in the DeepInfra credential. It is https://api.deepinfra.com unless you use a proxy.";

type StatusProblem = Extract<Problem, { kind: 'status' }>;
interface Advised {
	readonly happened: string;
	readonly todo: string;
}
/** @param said what the service says, empty when it says nothing */
type Advice = (problem: StatusProblem, situation: Situation, said: string) => Advised;

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

/** What a status means, in the words of the service where it says any, and what to do. */
export function explainStatus(problem: StatusProblem, situation: Situation): Words {
	const said = screenText(problem.body, situation.screenNames);
	const status = isUnpaid(problem.status, said) ? 402 : problem.status;
	const { happened, todo } =
		adviceOf(problem, situation, said) ?? (statuses[status] ?? otherStatus)({ ...problem, status }, situation, said);
	return { message: said === '' ? happened : `${happened}: ${shorten(said)}`, description: todo };
}
