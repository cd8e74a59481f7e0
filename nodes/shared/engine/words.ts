import { billOf, type Problem } from '../core/problem';

/** What an ops person reads: what happened, in the API's own words where it said any, and what to do. */
export interface Explanation {
	readonly message: string;
	/** What to do, and what helps to trace it: how often it was tried, codes and IDs. */
	readonly description: string;
	/** What to do, and the request to ask the service about. */
	readonly advice: string;
}

export type Words = Pick<Explanation, 'message' | 'description'>;

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

export const LONGEST_TEXT = 600;
export const shorten = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

/** A model's name in a sentence; operations on the account have no model. */
export const theModel = (model: string) => (model === '' ? 'the model' : `the model '${model}'`);
export const capital = (sentence: string) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;

export const inSeconds = (seconds: number): string => `${seconds} second${seconds === 1 ? '' : 's'}`;

const BILLED = 'DeepInfra may have billed this request; to send it once more could bill it twice.';
/** Of a request that was not heard of: an answer that was read says itself what it cost. */
export const mayBe = (problem: Problem, { billed }: Pick<Situation, 'billed'>): string => {
	const isTold = billOf(problem) > 0 || (problem.kind === 'answer' && problem.isBillable === undefined && billed);
	return problem.isBillable === false || isTold ? '' : BILLED;
};

export const sentences = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ');
