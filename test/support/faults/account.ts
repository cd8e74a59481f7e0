import type { Fault } from '../../emulator';
import type { FaultKind } from './kinds';
import { expectedOf, type Plan } from './plan';
import { type Answer, type Ordeal, answerOf } from './ordeal';
import { attemptsOf, errorOf, pairedTo } from '../results';
import type { World } from '../world';

/**
 * Every item ends as exactly one right result or one clear error; what was sent is what the output owns up to,
 * and no item is answered, so paid for, more than once.
 */
export async function expectAccounted(
	{ engine }: World,
	{ trial, result, ledgers, requests }: Ordeal,
	plan: Plan,
	kindOf: (fault: Fault) => FaultKind,
	{ maxRetries, answers }: { maxRetries: number; answers: readonly Answer[] },
): Promise<void> {
	expect(result.error).toBeUndefined();
	expect(result.status).toBe('success');
	const expected = ledgers.map((_, item) => expectedOf(item, plan, kindOf, maxRetries));
	const all = expected.map((_, item) => item);

	// none missing, none twice, in order, on the right branch
	expect(result.items.map(pairedTo)).toEqual(all.filter((item) => !expected[item]?.end));
	expect(result.errorItems.map(pairedTo)).toEqual(all.filter((item) => expected[item]?.end));

	// the right answer to the very item
	const made = await Promise.all(result.items.map(async (item) => await answerOf(engine, trial, item)));
	expect(made).toEqual(result.items.map((item) => answers[pairedTo(item)]));

	// Looked at together: to expect something of each of a thousand costs more than to find it.
	const told = result.errorItems.map((item) => {
		const { text } = errorOf(item);
		const { end } = expected[pairedTo(item)] ?? {};
		const missing = end ? end.words.filter((words) => !words.test(text)) : ['an end'];
		const isNamed = text.includes(`[item ${pairedTo(item)}]`);
		const isPlain = !/undefined|TypeError|Cannot read|\[object Object\]|emulator-key/.test(text);
		return { text, missing, isNamed, isPlain };
	});
	expect(told.filter(({ missing, isNamed, isPlain }) => missing.length > 0 || !isNamed || !isPlain)).toEqual([]);

	// what was sent: as the rules say, as the output says, and as it arrived
	expect(ledgers.map(({ sent }) => sent)).toEqual(expected.map(({ attempts }) => attempts));
	// (a failed item has no place for it: n8n takes the input's fields from an item with more than an error)
	expect(result.items.map(attemptsOf)).toEqual(result.items.map((item) => ledgers[pairedTo(item)]?.sent));
	expect(requests).toBe(ledgers.reduce((sum, { sent }) => sum + sent, 0));

	// nothing is paid for twice, and nothing that was answered well is lost
	const answered = ledgers.map(
		({ paid, spoiled }) => paid + spoiled.filter((fault) => kindOf(fault).isHarmless).length,
	);
	expect(answered).toEqual(expected.map(({ end }) => (end ? 0 : 1)));
}
