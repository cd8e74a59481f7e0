import type { Problem } from '../core/problem';
import { exactDollars } from './bill';
import { explainNetwork } from './connections';
import { dollars } from './meter';
import { explainStatus } from './statuses';
import {
	capital,
	inSeconds,
	mayBe,
	sentences,
	shorten,
	theModel,
	type Explanation,
	type Situation,
	type Words,
} from './words';

type AnswerProblem = Extract<Problem, { kind: 'answer' }>;

const BILLED_AGAIN = 'Running the workflow again makes another one for this item, which is billed as well.';

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
