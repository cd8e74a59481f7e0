import type { Fault } from '../../emulator';
import { expectAccounted } from '../faults/account';
import { faultKinds, type FaultKind } from '../faults/kinds';
import { answerAlone, runOrdeal, sharedTrial, type Answer, type Trial } from '../faults/ordeal';
import { planInTurn } from '../faults/plan';
import type { World } from '../world';
import type { Subject } from './example';

/** The faults that an operation can meet: those within an answer suppose that it is a JSON object. */
export function kindsOf({ operation, isJson }: Subject): FaultKind[] {
	const isRetaken = ({ faults }: FaultKind) =>
		faults.some((fault) => {
			if (fault.kind !== 'status' || !operation.isFormRefused) return false;
			const body = { detail: { error: `Emulated error ${fault.status}` } };
			return operation.isFormRefused({ kind: 'status', status: fault.status, body });
		});
	const isPlain = ({ faults }: FaultKind) =>
		faults.every(({ kind }) => ['status', 'resetBeforeHeaders', 'resetMidBody'].includes(kind));
	return faultKinds.filter((kind) => (isJson && !operation.isRaw ? true : isPlain(kind)) && !isRetaken(kind));
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

/** A service that misbehaves: every item ends as one right answer or one clear error, and none is paid for twice. */
export function testFaults(subject: Subject, of: () => World): void {
	if (!subject.isSingle || subject.operation.isFree) return;
	const isPlain = ({ kind }: Fault) => ['status', 'resetMidBody'].includes(kind);

	describe('a service that misbehaves', () => {
		afterEach(() => void (of().emulator.options.faults = undefined));

		it.each(SINGLE.filter(([, fault]) => (subject.isJson && !subject.operation.isRaw) || isPlain(fault)))(
			'with %s on the second of three items fails that item alone',
			async (_fault, fault, words) => {
				const { engine, emulator } = of();
				const items = await subject.distinctItems(engine, 3);
				let seen = 0;
				emulator.options.faults = (request) => (subject.asks(request) && seen++ === 1 ? fault : undefined);
				const parameters = subject.apart({ maxRetries: 0, maxConcurrency: 1 });
				const result = await engine.run({ parameters, items, onError: 'continueErrorOutput' });
				expect(result.status).toBe('success');
				expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
				expect(result.errorItems).toMatchObject([{ pairedItem: { item: 1 } }]);
				expect(String(result.errorItems[0]?.json.error)).toMatch(words);
				expect(String(result.errorItems[0]?.json.error)).not.toMatch(/undefined|TypeError|Cannot read/);
			},
		);

		let trial: Trial;
		let answers: Answer[];
		beforeAll(async () => {
			({ trial, answers } = await sharedTrial(of(), subject));
		});

		it('answers each item as it does when it is alone, and no two alike', async () => {
			if (!subject.example.unique)
				expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBeGreaterThan(answers.length * 0.2);
			for (const index of [0, 57, answers.length - 1])
				expect(answers[index]).toEqual(await answerAlone(of(), trial, index));
		});

		it('with each fault, in half of all tries', async () => {
			const kinds = kindsOf(subject).filter(({ isSlow }) => !isSlow);
			const { plan, kindOf } = planInTurn(kinds);
			const ordeal = await runOrdeal(of(), trial, plan, { maxRetries: 3, maxConcurrency: 50 });
			await expectAccounted(of(), ordeal, plan, kindOf, { maxRetries: 3, answers });
			const met = new Set(ordeal.ledgers.flatMap(({ spoiled }) => spoiled.map((fault) => kindOf(fault).name)));
			expect(met).toEqual(new Set(kinds.map(({ name }) => name)));
		});
	});
}
