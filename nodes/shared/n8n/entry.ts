import type { Fitted } from '../schema/fitRequest';
import type { PartResult } from '../engine/assemble';
import { addCosts } from '../engine/bill';
import type { AskedModel } from '../engine/fallback';
import type { Missed } from '../engine/halving';
import type { Batch } from '../engine/plan';
import type { Settings } from '../engine/settings';
import { toldOf } from '../engine/usage';
import type { Dict, Inputs, LineReader } from '../core/operation';
import type { Outcome } from '../core/problem';
import type { Asked } from './inquiry';

/** One input item, and what has come of it so far. */
export interface Entry {
	readonly item: number;
	readonly input: Dict;
	readonly settings: Settings;
	/** Of its file, where the operation wants to know. */
	pages?: number;
	results: PartResult[];
	/** What earlier rounds of questions brought. */
	readonly earlier: PartResult[];
	missing: number;
	/** What came of parts that brought nothing: the item fails once all of its parts are paid or over. */
	readonly missed: Missed[];
	isOver: boolean;
	/** Whether something that was asked for it may be asked for another item, too. */
	hasTwin?: boolean;
}

/** What is asked of a model. */
export interface Question {
	readonly inputs: Inputs<Dict>;
	readonly settings: Settings;
	readonly fitted: Fitted;
	readonly form: number;
}

/** What came of asking, and the question that brought it: another model's, where the first did not answer. */
export interface Told extends Asked {
	readonly question: Question;
}

/** What came of asking, and what goes on although it brought nothing. */
export interface Answered {
	readonly results: Outcome<PartResult[]>;
	readonly attempts: number;
	readonly billed: number;
	readonly remains?: string;
	/** Reads the files that hold the results, where the answer only leads to them. */
	readonly reader?: LineReader;
	readonly by?: AskedModel;
	/** The inputs as they were asked last. */
	readonly inputs?: Inputs<Dict>;
}

/** What is asked for one item; an item that splits has several. */
export interface Part {
	readonly entry: Entry;
	readonly index: number;
	/** Changes, with its settings, where its model lacks what the request needs and another one is asked. */
	input: Dict;
	settings: Settings;
	/** What is sent when it is asked for alone; made by the check. */
	fitted?: Fitted;
	/** Where an equal request would get an equal answer. */
	key?: string;
}

export function openParts(entry: Entry, inputs: readonly Dict[]): Part[] {
	entry.missing = inputs.length;
	return inputs.map((input, index) => ({ entry, index, input, settings: entry.settings }));
}

export const ownersOf = ({ owners }: Batch, parts: readonly Part[]): Part[][] =>
	owners.map((positions) => positions.flatMap((position) => parts[position] ?? []));

/** USD that was billed for an item so far, whatever came of it. */
export const paidFor = ({ earlier = [], results = [], missed = [] }: Partial<Entry>): number =>
	addCosts([
		// A part that is not answered leaves a hole.
		toldOf([...earlier, ...results.filter(Boolean)]),
		...missed.map(({ billed }) => billed),
	]);
