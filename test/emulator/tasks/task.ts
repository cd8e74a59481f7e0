import type { Answer } from '../answer';
import type { Model } from '../catalogue/model';
import type { Usage } from '../catalogue/pricing';
import type { JsonObject } from '../json';
import type { Store } from '../store';
import type { Input } from '../validation';

export interface Call extends Input {
	model: Model;
	/** Where this emulator is reached, for links in answers. */
	baseUrl: string;
	/** Differs from call to call unless the emulator was started with a seed. */
	random: () => number;
	store: Store;
}

/** What a task gives back; `answer` replaces the JSON where the route streams. */
export interface Outcome {
	body: JsonObject;
	usage?: Partial<Usage>;
	answer?: Answer;
}

export type Task = (call: Call) => Outcome;

/** About four characters to a token. */
export function countTokens(text: string): number {
	return Math.max(1, Math.ceil(text.length / 4));
}
