import type { Fault } from '../../emulator';
import { dump } from '../dump';
import { runOrdeal, withMore, type Trial } from '../faults/ordeal';
import { catchLogs } from '../logs';
import { pairedTo } from '../results';
import { startOtherHost, type OtherHost } from '../otherHost';
import type { World } from '../world';
import type { Subject } from './example';
import { itemsOfFaults, kindsOf } from './faults';
import { expectHidden, MINE } from './key';

/** The API key goes to DeepInfra, and nowhere else: to no output, no error, no log, no other host. */
export function testSecrets(subject: Subject, of: () => World): void {
	if (!subject.isSingle || subject.operation.isFree) return;

	describe('the API key', () => {
		let other: OtherHost;
		let all: Trial;
		let trial: Trial;
		let logged: unknown[];
		beforeAll(async () => {
			other = await startOtherHost();
			all = (await itemsOfFaults(of(), subject)).trial;
			trial = { ...all, items: all.items.slice(0, 3) };
		});
		afterAll(async () => await other.close());
		beforeEach(() => {
			logged = catchLogs();
			other.seen.length = 0;
		});
		afterEach(() => {
			jest.restoreAllMocks();
			of().emulator.options.faults = undefined;
		});

		const misbehave = (fault: Fault) => {
			of().emulator.options.faults = (request) => (subject.asks(request) ? fault : undefined);
		};
		const run = async (onError: 'stopWorkflow' | 'continueErrorOutput' | 'continueRegularOutput') =>
			await of().engine.run({ ...trial, parameters: withMore(trial.parameters, { maxRetries: 0 }), onError });
		const asked = () => of().emulator.requests.filter((request) => subject.asks(request));

		it.each(['error', 'success'] as const)('stays hidden when the service echoes it: %s', async (as) => {
			misbehave({ kind: 'echoKey', as });
			for (const onError of ['stopWorkflow', 'continueErrorOutput', 'continueRegularOutput'] as const) {
				expectHidden(await run(onError));
			}
			expect(asked()[0]?.headers.authorization).toBe(`Bearer ${MINE}`);
			expectHidden(logged);
		});

		if (subject.has('simplify') && subject.isJson) {
			it('stays hidden in the raw response', async () => {
				misbehave({ kind: 'echoKey', as: 'success' });
				const result = await of().engine.run({ ...trial, parameters: { ...trial.parameters, simplify: false } });
				expect(result.items.length).toBe(3);
				expect(dump(result.items)).toContain('[API key]');
				expectHidden(result);
			});
		}

		// Where all else goes wrong, too: 'with each fault, in most of all tries' (faults.ts).
		it('stays hidden when what is else asked again goes wrong for good', async () => {
			const kinds = kindsOf(subject).filter(
				({ isSlow, isRetried, isHarmless }) => !isSlow && (isRetried || isHarmless),
			);
			// One that goes well first: what hits the one that goes ahead is told to the others unsent.
			const many = { ...trial, items: all.items.slice(0, kinds.length + 1) };
			const { result } = await runOrdeal(of(), many, (item) => kinds[item - 1]?.faults.at(-1), { maxRetries: 0 });
			expect(result.errorItems.length).toBeGreaterThanOrEqual(kinds.filter(({ isHarmless }) => !isHarmless).length);
			expectHidden(result, logged);
		});

		it('that is refused is sent once', async () => {
			const result = await of().engine.run({
				parameters: trial.parameters,
				items: trial.items.slice(0, 1),
				credentials: { apiKey: 'not-the-key' },
			});
			expect(result.error).toMatchObject({ httpCode: '401', itemIndex: 0 });
			expect(asked()).toHaveLength(1);
			expect(dump(result)).not.toContain('not-the-key');
			expect(dump(logged)).not.toContain('not-the-key');
		});

		it('follows no redirect', async () => {
			// One that goes well first: what hits the one that goes ahead is told to the others unsent.
			const statuses = [undefined, 301, 302, 303, 307, 308];
			of().emulator.options.faults = (request) => {
				if (!subject.asks(request)) return undefined;
				const status = statuses[subject.itemOf(request)];
				return status === undefined ? undefined : { kind: 'redirect', location: `${other.url}/elsewhere`, status };
			};
			const result = await of().engine.run({
				parameters: withMore(trial.parameters, { maxRetries: 0 }),
				items: all.items.slice(0, statuses.length),
				onError: 'continueErrorOutput',
			});
			expect(result.items.map(pairedTo)).toEqual([0]);
			expect(result.errorItems.map(pairedTo)).toEqual([1, 2, 3, 4, 5]);
			for (const { json } of result.errorItems) expect(String(json.error)).toContain('redirects to another address');
			expect(other.seen).toEqual([]);
			expect(asked()).toHaveLength(6);
		});
	});
}
