/** What the user gave cannot be sent. `message` names the field as the screen does, `advice` says what to do. */
export class InputError extends Error {
	override readonly name = 'InputError';

	constructor(
		message: string,
		readonly advice?: string,
		/** Whether it is the model that cannot, so that another one might. */
		readonly isOfModel?: boolean,
	) {
		super(message);
	}
}

/** The API answered with something that is not an answer to this request. */
export class AnswerError extends Error {
	override readonly name = 'AnswerError';

	constructor(
		message: string,
		readonly advice?: string,
	) {
		super(message);
	}
}

/** A file at a web address cannot be had; what it costs to ask for it again is nothing. */
export class SourceError extends Error {
	override readonly name = 'SourceError';

	constructor(readonly problem: Extract<Problem, { readonly kind: 'source' }>) {
		super(problem.message);
	}
}

/** Why a call did not bring a result. `explain` turns it into words. */
export type Problem = Failure & {
	/** Whether the request that brought it is of a kind that is billed; left out where its answer was read, or nothing sent. */
	readonly isBillable?: boolean;
};

type Failure =
	| { readonly kind: 'input'; readonly message: string; readonly advice?: string; readonly isOfModel?: boolean }
	/** An HTTP status that is not a success; `body` as it was sent: parsed JSON, or text. */
	| {
			readonly kind: 'status';
			readonly status: number;
			readonly body: unknown;
			readonly requestId?: string;
			/** USD that the service says it bills, although there is no result. */
			readonly costUsd?: number;
			/** Milliseconds that the service asked to wait. */
			readonly retryAfter?: number;
	  }
	/** HTTP 200, but the inference failed, was cancelled or refused. */
	| { readonly kind: 'refusal'; readonly message: string; readonly requestId?: string; readonly costUsd?: number }
	/** HTTP 200, but no usable answer. */
	| {
			readonly kind: 'answer';
			readonly message: string;
			readonly advice?: string;
			/** Whether it is no JSON or no HTTP at all: broken, or of somebody on the way, so no matter of the model. */
			readonly isSpoilt?: true;
			readonly requestId?: string;
			readonly costUsd?: number;
	  }
	/** The connection failed before an answer began; `code` is Node's, such as ECONNREFUSED. */
	| {
			readonly kind: 'network';
			readonly code: string;
			readonly message: string;
			/** Bytes of a large body that was on its way when the service hung up: a refusal of its size is lost that way. */
			readonly upload?: number;
			/** Whether there never was a connection, so that nothing was sent. */
			readonly isUnconnected?: true;
	  }
	/** The connection broke after the answer had begun. */
	| { readonly kind: 'cut'; readonly message: string; readonly requestId?: string; readonly costUsd?: number }
	/** The request was sent whole, and the connection closed after so many seconds without a byte of an answer. */
	| { readonly kind: 'lost'; readonly seconds: number }
	/** The file at a web address cannot be had. Nothing was billed for it, so it may be asked for again. */
	| {
			readonly kind: 'source';
			readonly host: string;
			/** As it may be shown: without its query. */
			readonly address: string;
			/** Goes on from the host's name, such as 'it refuses the connection'. */
			readonly message: string;
			readonly again: 'often' | 'once' | 'never';
	  }
	/** There is an answer, but the file that it points to cannot be had. */
	| { readonly kind: 'download'; readonly message: string; readonly requestId?: string }
	/** There is a result, but n8n could not keep it: its storage is full, say. */
	| { readonly kind: 'storage'; readonly message: string; readonly requestId?: string }
	/** No answer in time; `seconds` is the limit that passed: an early one, where there is time left to ask again. */
	| {
			readonly kind: 'timeout';
			readonly seconds: number;
			readonly isEarly?: true;
			/** Whether not even the whole request was out, so that nobody can have worked on it. */
			readonly isUnsent?: true;
	  }
	/** n8n refused to send or could not prepare the request. */
	| { readonly kind: 'local'; readonly message: string; readonly advice?: string }
	/** The run has cost as much as the user allows, so this item was not sent; `possible` may be billed beside it. */
	| { readonly kind: 'budget'; readonly budget: number; readonly spent: number; readonly possible?: number }
	/** Not sent, since others failed with what this one could not survive either. */
	| { readonly kind: 'unsent'; readonly cause: Problem }
	/** The run was stopped, by the user, or because another item failed; `isUnsent`: before the whole request was out. */
	| { readonly kind: 'stopped'; readonly isUnsent?: true };

/** USD that the service says it billed for what failed. */
export const billOf = (problem: Problem): number => ('costUsd' in problem && problem.costUsd) || 0;

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const succeeded = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const failed = (problem: Problem): { ok: false; problem: Problem } => ({ ok: false, problem });

/** Runs a pure function of an operation; what it throws becomes a problem. */
export function attempt<T>(work: () => T): Outcome<T> {
	try {
		return succeeded(work());
	} catch (error) {
		return failed(problemOf(error));
	}
}

export function problemOf(error: unknown): Problem {
	if (error instanceof InputError) {
		const { message, advice, isOfModel } = error;
		return { kind: 'input', message, advice, ...(isOfModel ? { isOfModel } : {}) };
	}
	if (error instanceof AnswerError) return { kind: 'answer', message: error.message, advice: error.advice };
	if (error instanceof SourceError) return error.problem;
	if (error instanceof RangeError)
		return { kind: 'answer', message: 'DeepInfra sent an answer that is nested too deeply or too large' };
	return { kind: 'local', message: error instanceof Error ? error.message : String(error) };
}

/** A problem that came up after an answer, with the request that it belongs to: a person can fetch what is paid for. */
export function withId(given: Problem, requestId: string | undefined): Problem {
	const problem = afterAnswer(given);
	return problem.kind === 'answer' || problem.kind === 'download' || problem.kind === 'storage'
		? { ...problem, requestId: problem.requestId ?? requestId }
		: problem;
}

/** As what it is once the request was sent. */
function afterAnswer(problem: Problem): Problem {
	if (problem.kind === 'local')
		return { kind: 'answer', message: `DeepInfra's answer could not be read: ${problem.message}` };
	if (problem.kind !== 'source') return problem;
	const { host, address, message } = problem;
	return { kind: 'download', message: `${host}: ${message} (${address})` };
}

/** The same failure without anything that the service wrote, which may be about a person. */
export function withoutWords(problem: Problem): Problem {
	switch (problem.kind) {
		case 'status':
			return { ...problem, body: undefined };
		case 'refusal':
			return { ...problem, message: 'DeepInfra refused the request' };
		case 'answer':
			return { ...problem, message: 'DeepInfra sent an answer that this operation cannot read' };
		case 'cut':
			return { ...problem, message: 'the connection was lost' };
		default:
			return problem;
	}
}
