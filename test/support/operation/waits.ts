/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { FIRST_BURST } from '../../../nodes/shared/engine/pace';
import { startEmulator, type Emulator, type Fault } from '../../emulator';
import { putInVirtualClock, type VirtualClock } from '../engine/virtualClock';
import { expectAccounted } from '../faults/account';
import { runOrdeal, withMore, type Answer, type Trial } from '../faults/ordeal';
import { faultAt, itemsFor, planInTurn } from '../faults/plan';
import { errorOf, pairedTo, withoutUsage } from '../results';
import type { World } from '../world';
import type { Subject } from './example';
import { itemsOfFaults, kindsOf } from './faults';
import { stopwatch } from '../yardstick';

const STALLS: Fault[] = [{ kind: 'stalledHeaders' }, { kind: 'stalledBody' }, { kind: 'slowBody', intervalMs: 100 }];
/** Every stall twice, and some that do not. */
const FEW = Array.from({ length: itemsFor(2 * STALLS.length) }, (_, item) => item);
const [GOOD, STALLED] = [false, true].map((isHit) => FEW.filter((item) => (faultAt(item) !== undefined) === isHit));

const wait = async (milliseconds: number) => await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What takes its time, each with an emulator of its own, all at once: the wait is the same for all. */
export function testWaits(subject: Subject, of: () => World): void {
	if (!subject.isSingle || subject.operation.isFree) return;

	const emulators: Emulator[] = [];
	const start = async () => {
		const emulator = await startEmulator({ seed: 4 });
		emulators.push(emulator);
		return emulator;
	};
	const asked = ({ requests }: Emulator) => requests.filter((request) => subject.asks(request));

	describe('a service that keeps it waiting', () => {
		let answers: Answer[];
		let trial: Trial;
		beforeAll(async () => {
			({ trial, answers } = await itemsOfFaults(of(), subject));
		});
		let clock: VirtualClock | undefined;
		afterEach(async () => {
			clock?.remove();
			clock = undefined;
			for (const emulator of emulators.splice(0)) await emulator.close();
		});

		/** By turns. */
		async function stall() {
			const emulator = await start();
			emulator.options.faults = (request) => {
				if (!subject.asks(request)) return undefined;
				const at = faultAt(subject.itemOf(request));
				return at === undefined ? undefined : STALLS[at % STALLS.length];
			};
			const result = await of().engine.run({
				parameters: withMore(trial.parameters, { timeout: 1, maxRetries: 4, maxConcurrency: 20 }),
				items: trial.items.slice(0, FEW.length),
				onError: 'continueErrorOutput',
				credentials: { baseUrl: emulator.url },
			});
			return { result, emulator };
		}

		async function stop() {
			const emulator = await start();
			emulator.options.faults = (request) => (subject.asks(request) ? { kind: 'stalledHeaders' } : undefined);
			const result = await of().engine.run({
				parameters: withMore(trial.parameters, { maxConcurrency: 50 }),
				items: trial.items.slice(0, 20),
				onError: 'continueErrorOutput',
				cancelAfterMs: 500,
				cancelOnce: () => asked(emulator).length > 0,
				credentials: { baseUrl: emulator.url },
			});
			return { result, emulator };
		}

		async function fail() {
			const emulator = await start();
			emulator.options.latencyMs = 100;
			emulator.options.faults = (request) =>
				subject.asks(request) && subject.itemOf(request) === 5 ? { kind: 'status', status: 423 } : undefined;
			const result = await of().engine.run({
				parameters: withMore(trial.parameters, { maxConcurrency: 6 }),
				items: trial.items,
				credentials: { baseUrl: emulator.url },
			});
			// what was on its way when it ended arrives, and nothing after it
			await wait(150);
			return { result, emulator, atEnd: asked(emulator).length };
		}

		it('is given up in time and not asked again; a run that fails or is stopped asks nothing more', async () => {
			const took = stopwatch();
			const [stalled, stopped, failed] = await Promise.all([stall(), stop(), fail()]);
			expect(took()).toBeLessThan(5000);
			await wait(200);

			const { result } = stalled;
			expect(result.durationMs).toBeGreaterThan(950);
			expect(result.items.map(pairedTo)).toEqual(GOOD);
			expect(result.items.map((item) => trial.lasting(withoutUsage(item)))).toEqual(
				result.items.map((item) => answers[pairedTo(item)]?.json),
			);
			expect(result.errorItems.map(pairedTo)).toEqual(STALLED);
			for (const item of result.errorItems) {
				const { text } = errorOf(item);
				expect(text).toContain('did not finish its answer within 1 second');
				expect(text).toMatch(/may have billed this request/);
				expect(text).toMatch(/twice|not sent again/);
				expect(text).toContain("'Timeout'");
			}
			expect(asked(stalled.emulator)).toHaveLength(FEW.length);
			expect(asked(stalled.emulator).filter(({ aborted }) => aborted)).toHaveLength(2 * STALLS.length);

			expect(stopped.result.status).toBe('canceled');
			expect(stopped.result.stoppedInMs).toBeLessThan(1500);
			const open = subject.goesAhead ? 1 : FIRST_BURST;
			expect(asked(stopped.emulator)).toHaveLength(open);
			expect(asked(stopped.emulator).filter(({ aborted }) => aborted)).toHaveLength(open);

			expect(failed.result).toMatchObject({ status: 'error', items: [], error: { httpCode: '423', itemIndex: 5 } });
			expect(failed.result.error?.message).toContain('Emulated error 423');
			expect(failed.atEnd).toBeLessThan(20);
			expect(asked(failed.emulator)).toHaveLength(failed.atEnd);
		});

		it('is asked again after a while, and every item is accounted for', async () => {
			const kinds = kindsOf(subject).filter(({ isSlow }) => isSlow);
			const { plan, kindOf } = planInTurn(kinds, 0.3);
			const world = { engine: of().engine, emulator: await start() };
			const some = { ...trial, items: trial.items.slice(0, itemsFor(kinds.length)) };
			// A busy machine would bring a reset "at once" so late that it may have been billed: time stands still meanwhile.
			clock = putInVirtualClock(world.emulator);
			const ordeal = await runOrdeal(world, some, plan, { maxRetries: 1, maxConcurrency: 50 });
			expect(clock.now()).toBeGreaterThanOrEqual(250);
			await expectAccounted(of(), ordeal, plan, kindOf, { maxRetries: 1, answers });
			const met = ordeal.ledgers.flatMap(({ spoiled }) => spoiled.map((fault) => kindOf(fault).name));
			expect(new Set(met)).toEqual(new Set(kinds.map(({ name }) => name)));
		});
	});
}
