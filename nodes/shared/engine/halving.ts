import { errorText } from '../core/answer';
import { isInputTooLong } from './statuses';
import { billOf, type Problem } from '../core/problem';
import type { Dict, Inputs } from '../core/operation';
import type { AskedModel } from './fallback';
import { halve, pick, type Batch } from './plan';

/** A batch that brought nothing, and what that took. */
export interface Missed {
	readonly problem: Problem;
	/** How often the request was sent. */
	readonly attempts: number;
	/** USD that the service said it billed all the same. */
	readonly billed: number;
	/** What goes on although it brought nothing. */
	readonly remains?: string;
	/** Who was asked last. */
	readonly by?: AskedModel;
	/** The batch's inputs as that one was asked. */
	readonly inputs?: Inputs<Dict>;
}

/** Asks for a batch as a whole and hands out what comes; or says why nothing did. */
type Ask = (batch: Batch) => Promise<Missed | undefined>;
type Fail = (batch: Batch, missed: Missed) => Promise<void>;

/** How many inputs are asked about on their own before a failure is taken for one that they all share. */
const WITNESSES = 4;

/**
 * One bad text must not fail its neighbours: a batch that fails is halved until the text stands alone.
 * Where both halves fail in the same words, a few texts are asked about on their own: when those fail so, too,
 * it is not the texts, and nothing more is sent.
 */
export async function askInHalves(batch: Batch, ask: Ask, fail: Fail, isCertain = false): Promise<void> {
	const missed = await ask(batch);
	if (missed) await search(batch, missed, ask, fail, isCertain);
}

async function search(whole: Batch, missed: Missed, ask: Ask, fail: Fail, isCertain: boolean): Promise<void> {
	// Its parts go to the model that the whole went to.
	const batch = { ...whole, inputs: missed.inputs ?? whole.inputs };
	const halves = mayHelp(missed) ? halve(batch) : undefined;
	if (!halves) return await fail(batch, missed);
	const [first, second] = await Promise.all([ask(halves[0]), ask(halves[1])]);
	// No text of a half that may have been billed is sent again, as a witness no more than in a part.
	const mayAsk = first && second && mayHelp(first) && mayHelp(second) && batch.inputs.length > WITNESSES;
	const isShared = mayAsk && !isCertain && saysTheSame(first, second);
	const heard = isShared ? await hearWitnesses(batch, missed, ask, fail) : { asked: new Set<number>(), isCertain };
	if (heard === 'shared') return;
	const middle = halves[0].inputs.length;
	const rest = async (half: Batch, why: Missed | undefined, start: number) => {
		if (!why) return;
		const left = half.inputs.map((_, index) => index).filter((index) => !heard.asked.has(index + start));
		if (left.length === half.inputs.length) return await search(half, why, ask, fail, heard.isCertain);
		const others = pick(half, left);
		if (others) await askInHalves(others, ask, fail, heard.isCertain);
	};
	await Promise.all([rest(halves[0], first, 0), rest(halves[1], second, middle)]);
}

/** Asks about single inputs until one tells that it is the texts: by succeeding, or by failing in other words. */
async function hearWitnesses(batch: Batch, missed: Missed, ask: Ask, fail: Fail) {
	const asked = new Set<number>();
	for (const position of witnessesOf(batch)) {
		const alone = pick(batch, [position]);
		if (!alone) continue;
		asked.add(position);
		const why = await ask(alone);
		if (!why) return { asked, isCertain: true };
		await fail(alone, why);
		// It was not asked any more: that tells nothing.
		if (why.problem.kind === 'stopped') continue;
		if (!saysTheSame(why, missed) || namesItsText(why, alone, batch)) return { asked, isCertain: true };
	}
	const others = pick(
		batch,
		batch.inputs.map((_, index) => index).filter((index) => !asked.has(index)),
	);
	if (others) await fail(others, missed);
	return 'shared' as const;
}

/** The shortest, which is the likeliest to be taken, and some from all over. */
function witnessesOf({ inputs }: Batch): number[] {
	const lengths = inputs.map((input) => JSON.stringify(input).length);
	const shortest = lengths.indexOf(lengths.reduce((least, length) => Math.min(least, length)));
	const spread = [0, inputs.length - 1, Math.floor(inputs.length / 2), Math.floor(inputs.length / 4)];
	return [...new Set([shortest, ...spread])].slice(0, WITNESSES);
}

const wordsOf = ({ problem }: Missed): string =>
	problem.kind === 'status'
		? `${problem.status}: ${errorText(problem.body) ?? ''}`
		: 'message' in problem
			? `${problem.kind}: ${problem.message}`
			: problem.kind;

const saysTheSame = (one: Missed, other: Missed): boolean => plain(wordsOf(one)) === plain(wordsOf(other));

/** Whether the words name what this input has and others have not: then it is about the text. */
function namesItsText(why: Missed, { inputs: [own] }: Batch, { inputs }: Batch): boolean {
	const words = wordsOf(why);
	return Object.entries(own).some(
		([name, value]) =>
			typeof value === 'string' &&
			value.trim().length > 2 &&
			words.includes(value.trim()) &&
			inputs.some((other) => other[name] !== value),
	);
}

/** Words without what differs from request to request: numbers, times, IDs, what is quoted of the texts. */
const plain = (words: string): string =>
	words
		.slice(0, 2000)
		.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
		.replace(/[^\s:;,()]+/g, (word) => (/\d/.test(word) ? '0' : word))
		.toLowerCase();

/** Whether a part of a batch may still succeed: the failure is about what was sent, and nobody has paid for it. */
function mayHelp({ problem, billed }: Missed): boolean {
	if (billed > 0 || billOf(problem) > 0) return false;
	if (problem.kind === 'refusal') return true;
	if (problem.kind !== 'status') return false;
	if ([400, 413, 422].includes(problem.status)) return true;
	return isInputTooLong(problem);
}
