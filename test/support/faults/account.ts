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

	for (const item of result.errorItems) {
		const { text } = errorOf(item);
		const end = expected[pairedTo(item)]?.end;
		expect(end).toBeDefined();
		for (const words of end?.words ?? []) expect(text).toMatch(words);
		expect(text).toContain(`[item ${pairedTo(item)}]`);
		expect(text).not.toMatch(/undefined|TypeError|Cannot read|\[object Object\]|emulator-key/);
	}

	// what was sent: as the rules say, as the output says, and as it arrived
	expect(ledgers.map(({ sent }) => sent)).toEqual(expected.map(({ attempts }) => attempts));
	// (a failed item has no place for it: n8n takes the input's fields from an item with more than an error)
	for (const item of result.items) expect(attemptsOf(item)).toBe(ledgers[pairedTo(item)]?.sent);
	expect(requests).toBe(ledgers.reduce((sum, { sent }) => sum + sent, 0));

	// nothing is paid for twice, and nothing that was answered well is lost
	const answered = ledgers.map(
		({ paid, spoiled }) => paid + spoiled.filter((fault) => kindOf(fault).isHarmless).length,
	);
	expect(answered).toEqual(expected.map(({ end }) => (end ? 0 : 1)));
}
