import type { Fault } from '../../emulator';
import { expectAccounted } from '../faults/account';
import { faultKinds, type FaultKind } from '../faults/kinds';
import { answerAlone, runOrdeal, sharedTrial, type Answer, type Trial } from '../faults/ordeal';
import { itemsFor, planInTurn } from '../faults/plan';
import type { RunResult } from '../engine/engine';
import { catchLogs } from '../logs';
import { pairedTo, withoutUsage } from '../results';
import type { World } from '../world';
import type { Subject } from './example';
import { expectHidden } from './key';

/** Whether an operation can meet a fault: those within an answer suppose that it is a JSON object. */
const canMeet = ({ operation, isJson }: Subject, { kind }: Fault): boolean =>
	(isJson && !operation.isRaw) || ['status', 'resetBeforeHeaders', 'resetMidBody'].includes(kind);

/** The faults that an operation can meet. */
export function kindsOf(subject: Subject): FaultKind[] {
	const { operation } = subject;
	const isRetaken = ({ faults }: FaultKind) =>
		faults.some((fault) => {
			if (fault.kind !== 'status' || !operation.isFormRefused) return false;
			const body = { detail: { error: `Emulated error ${fault.status}` } };
			return operation.isFormRefused({ kind: 'status', status: fault.status, body });
		});
	return faultKinds.filter((kind) => kind.faults.every((fault) => canMeet(subject, fault)) && !isRetaken(kind));
}

const SINGLE: Array<[string, Fault, RegExp]> = [
	['failedStatus', { kind: 'failedStatus', detail: 'out of memory' }, /failed|out of memory/i],
	['status error', { kind: 'statusField', status: 'error', detail: 'no such voice' }, /no such voice/],
	['status cancelled', { kind: 'statusField', status: 'cancelled' }, /cancel/i],
	['status request_moderated', { kind: 'statusField', status: 'request_moderated' }, /moderat|safety/i],
	['truncatedJson', { kind: 'truncatedJson' }, /JSON|cut|incomplete/i],
	['html', { kind: 'html', status: 200 }, /JSON|HTML|page/i],
	['html with status 502', { kind: 'html' }, /502/],
	['empty', { kind: 'empty' }, /empty/i],
	['array', { kind: 'wrongShape', shape: 'array' }, /DeepInfra/],
	['null', { kind: 'wrongShape', shape: 'null' }, /DeepInfra/],
	['string', { kind: 'wrongShape', shape: 'string' }, /DeepInfra/],
	['missingFields', { kind: 'wrongShape', shape: 'missingFields' }, /DeepInfra/],
	['resetMidBody', { kind: 'resetMidBody' }, /connection|cut|aborted/i],
	['gzipCutShort', { kind: 'gzipCutShort' }, /DeepInfra|connection|unexpected end/i],
	['status 402', { kind: 'status', status: 402 }, /billing|payment|balance/i],
	['status 404', { kind: 'status', status: 404 }, /model|not found/i],
];

/** Those that are met in no time. */
const quickKindsOf = (subject: Subject): FaultKind[] => kindsOf(subject).filter(({ isSlow }) => !isSlow);

/** Those that an operation meets one after another. */
const singlesOf = (subject: Subject): typeof SINGLE => SINGLE.filter(([, fault]) => canMeet(subject, fault));

/** Items with their answers, as many as the faults need. */
export async function itemsOfFaults(world: World, subject: Subject) {
	const needed = [2 * singlesOf(subject).length + 1, itemsFor(quickKindsOf(subject).length)];
	return await sharedTrial(world, subject, Math.max(...needed));
}

/** A service that misbehaves: every item ends as one right answer or one clear error, and none is paid for twice. */
export function testFaults(subject: Subject, of: () => World): void {
	if (!subject.isSingle || subject.operation.isFree) return;

	describe('a service that misbehaves', () => {
		afterEach(() => {
			jest.restoreAllMocks();
			of().emulator.options.faults = undefined;
		});

		let trial: Trial;
		let answers: Answer[];
		beforeAll(async () => {
			({ trial, answers } = await itemsOfFaults(of(), subject));
		});

		describe('one item after another, every second with another fault', () => {
			const faults = singlesOf(subject);
			let result: RunResult;
			beforeAll(async () => {
				const { engine, emulator } = of();
				emulator.options.faults = (request) =>
					subject.asks(request) ? faults[(subject.itemOf(request) - 1) / 2]?.[1] : undefined;
				const parameters = subject.apart({ maxRetries: 0, maxConcurrency: 1 });
				const items = trial.items.slice(0, 2 * faults.length + 1);
				result = await engine.run({ parameters, items, onError: 'continueErrorOutput' });
				emulator.options.faults = undefined;
			});

			it('answers all others, in order', () => {
				expect(result.status).toBe('success');
				const good = answers.slice(0, 2 * faults.length + 1).filter((_, item) => item % 2 === 0);
				expect(result.items.map(pairedTo)).toEqual(good.map((_, index) => 2 * index));
				expect(result.items.map((item) => trial.lasting(withoutUsage(item)))).toEqual(good.map(({ json }) => json));
				expect(result.errorItems.map(pairedTo)).toEqual(faults.map((_, index) => 2 * index + 1));
			});

			it.each(faults.map(([name, , words], index) => [name, words, 2 * index + 1] as const))(
				'with %s fails that item alone',
				(_fault, words, at) => {
					expect(result.items.map(pairedTo).filter((item) => Math.abs(item - at) < 2)).toEqual([at - 1, at + 1]);
					const failed = result.errorItems.filter((item) => pairedTo(item) === at);
					expect(failed).toHaveLength(1);
					expect(String(failed[0]?.json.error)).toMatch(words);
					expect(String(failed[0]?.json.error)).not.toMatch(/undefined|TypeError|Cannot read/);
				},
			);
		});

		it('answers each item as it does when it is alone, and no two alike', async () => {
			if (!subject.example.unique)
				expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBeGreaterThan(answers.length * 0.2);
			for (const index of [0, Math.floor(answers.length / 2), answers.length - 1])
				expect(answers[index]).toEqual(await answerAlone(of(), trial, index));
		});

		it('with each fault, in most of all tries', async () => {
			const kinds = quickKindsOf(subject);
			const { plan, kindOf } = planInTurn(kinds);
			const some = { ...trial, items: trial.items.slice(0, itemsFor(kinds.length)) };
			const logged = catchLogs();
			const ordeal = await runOrdeal(of(), some, plan, { maxRetries: 3, maxConcurrency: 50 });
			expectHidden(ordeal.result, logged);
			await expectAccounted(of(), ordeal, plan, kindOf, { maxRetries: 3, answers });
			const met = new Set(ordeal.ledgers.flatMap(({ spoiled }) => spoiled.map((fault) => kindOf(fault).name)));
			expect(met).toEqual(new Set(kinds.map(({ name }) => name)));
		});
	});
}
