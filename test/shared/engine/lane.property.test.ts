/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { failed, succeeded, type Outcome, type Problem } from '../../../nodes/shared/core/problem';
import type { Dict } from '../../../nodes/shared/core/operation';
import { callUntilAnswered, type Called, type CallContext } from '../../../nodes/shared/engine/call';
import { Lanes, SharedGates } from '../../../nodes/shared/engine/lane';
import { Meter } from '../../../nodes/shared/engine/meter';
import { randomFrom } from '../../support/fakeService';
import { FakeClock } from '../../support/clock';

const status = (code: number, body: unknown = { error: 'told so' }): Problem => ({
	kind: 'status',
	status: code,
	body,
});
const answer: Dict = { results: [] };

interface Run {
	readonly called: ReadonlyArray<Called<Dict>>;
	readonly sent: number;
	readonly milliseconds: number;
	readonly most: number;
}

interface Settings {
	readonly maxConcurrency?: number;
	readonly maxRetries?: number;
	readonly latency?: number;
	readonly budget?: number;
	readonly estimate?: number;
	readonly seed?: number;
}

/** A run of so many items; `models` says which model each is for. */
async function run(
	models: readonly string[],
	answerTo: (index: number, at: number) => Outcome<Dict>,
	{ maxConcurrency, maxRetries = 4, latency = 100, budget = Infinity, estimate, seed = 3 }: Settings = {},
): Promise<Run> {
	const [clock, stop] = [new FakeClock(), new AbortController()];
	const context: CallContext = { clock, signal: stop.signal, random: randomFrom(seed) };
	const lanes = new Lanes(context, new Meter(budget), new SharedGates(clock), 'an account', maxConcurrency);
	let [sent, running, most] = [0, 0, 0];
	const calls = models.map(async (model, index) => {
		const lane = lanes.of({ model, maxConcurrency, maxRetries });
		const send = async () => {
			sent++;
			most = Math.max(most, ++running);
			await clock.sleep(latency, stop.signal);
			running--;
			return answerTo(index, clock.now());
		};
		const passage = lane.passage({ options: '{}', isAboutModel: true, estimate });
		return await callUntilAnswered(send, { maxRetries }, passage, context);
	});
	const called = await clock.run(Promise.all(calls));
	return { called, sent, milliseconds: clock.now(), most };
}

const all = (count: number, model = 'a/b') => Array<string>(count).fill(model);
const isUnsent = ({ outcome }: Called<Dict>) => !outcome.ok && outcome.problem.kind === 'unsent';

describe('what no other item can survive', () => {
	it.each([
		[401, { error: 'Not authenticated' }],
		[402, { detail: { error: 'no balance' } }],
		[403, { error: 'Model is private' }],
		[404, { detail: 'Not Found' }],
		[404, { error: 'Model not found' }],
		[405, ''],
		[405, { error: { message: 'json_object is not supported for model: a/b' } }],
		[429, { error: 'Please add a payment method' }],
		[307, ''],
	])('is asked once: %i %j', async (code, body) => {
		const { called, sent } = await run(all(1000), () => failed(status(code, body)));
		expect(sent).toBeLessThanOrEqual(16);
		expect(called.filter(isUnsent)).toHaveLength(1000 - sent);
		const unsent = failed({ kind: 'unsent', cause: status(code, body) });
		const others = called.filter(isUnsent).filter(({ outcome }) => !isDeepStrictEqual(outcome, unsent));
		expect(others).toEqual([]);
	});

	it('ends a run whose key dies in its middle, and not one in which a single answer is odd', async () => {
		const dies = await run(all(1000), (index) => (index < 300 ? succeeded(answer) : failed(status(401))));
		expect(dies.called.filter(({ outcome }) => outcome.ok)).toHaveLength(300);
		expect(dies.sent).toBeLessThanOrEqual(300 + 205);
		for (const maxConcurrency of [1, 16]) {
			const odd = await run(all(300), (index) => (index % 50 === 17 ? failed(status(401)) : succeeded(answer)), {
				maxConcurrency,
			});
			expect(odd.called.filter(({ outcome }) => outcome.ok)).toHaveLength(294);
		}
	});

	it('ends the lane of its model alone', async () => {
		const models = Array.from({ length: 400 }, (_, index) => (index % 2 ? 'dead/one' : 'well/one'));
		const { called, sent } = await run(models, (index) =>
			index % 2 ? failed(status(404, { error: 'Model not found' })) : succeeded(answer),
		);
		expect(called.map(({ outcome }) => outcome.ok)).toEqual(models.map((model) => model === 'well/one'));
		expect(sent).toBeLessThanOrEqual(200 + 16);
	});
});

describe('an outage', () => {
	it.each([502, 503, 504, 429])('of %i for ever is left alone after a few requests', async (code) => {
		const { called, sent, milliseconds } = await run(all(1000), () => failed(status(code)));
		expect(called.every(({ outcome }) => !outcome.ok)).toBe(true);
		expect(sent).toBeLessThanOrEqual(60);
		expect(milliseconds).toBeLessThanOrEqual(60_000);
		expect(called.filter(isUnsent).length).toBeGreaterThanOrEqual(940);
	});

	it.each([3, 20])('of %i seconds is survived by all', async (seconds) => {
		const { called } = await run(all(1000), (_, at) =>
			at < seconds * 1000 ? failed({ kind: 'network', code: 'ECONNREFUSED', message: '' }) : succeeded(answer),
		);
		expect(called.filter(({ outcome }) => !outcome.ok)).toEqual([]);
	});

	it.each([1, 2, 16, 100])(
		'is not taken for one when half of all requests fail, at %i at once',
		async (maxConcurrency) => {
			const random = randomFrom(11);
			const { called } = await run(all(1000), () => (random() < 0.5 ? failed(status(503)) : succeeded(answer)), {
				maxConcurrency,
				maxRetries: 20,
			});
			expect(called.filter(({ outcome }) => !outcome.ok)).toEqual([]);
		},
	);

	it('of one model holds up none of the others', async () => {
		const models = Array.from({ length: 300 }, (_, index) => (index < 150 ? 'down/one' : 'well/one'));
		const { called } = await run(models, (index) => (index < 150 ? failed(status(503)) : succeeded(answer)));
		expect(called.map(({ outcome }) => outcome.ok)).toEqual(models.map((model) => model === 'well/one'));
	});
});

it('each item ends once, and a lane that is well is stopped by no other, whatever the answers', async () => {
	const answers = [
		succeeded(answer),
		...[400, 404, 405, 422, 429, 500, 502, 503].map((code) => failed(status(code))),
		failed(status(403, { error: 'You may not use this model' })),
		failed({ kind: 'timeout', seconds: 3 }),
		failed({ kind: 'network', code: 'ECONNRESET', message: '' }),
	];
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(answers.length - 1), { minLength: 1, maxLength: 150 }),
			fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
			fc.integer({ min: 0, max: 3 }),
			async (script, maxConcurrency, maxRetries) => {
				const models = script.flatMap(() => ['odd/one', 'well/one']);
				const { called, most } = await run(
					models,
					(index) => (index % 2 ? succeeded(answer) : (answers[script[index / 2] ?? 0] ?? succeeded(answer))),
					{ maxConcurrency, maxRetries },
				);
				expect(called).toHaveLength(models.length);
				expect(called.filter((_, index) => index % 2 === 1).every(({ outcome }) => outcome.ok)).toBe(true);
				expect(most).toBeLessThanOrEqual(maxConcurrency ?? 200);
			},
		),
		{ numRuns: 60 },
	);
});

describe('a budget', () => {
	const costing = (cost: number): Dict => ({ inference_status: { cost } });

	it('is passed by less than one request, whatever the number of places and whether the price is known', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 1, max: 40 }),
				fc.boolean(),
				fc.integer({ min: 1, max: 500 }),
				async (count, maxConcurrency, isKnown, budget) => {
					const price = 100;
					const { called, sent } = await run(all(count), () => succeeded(costing(price)), {
						maxConcurrency,
						budget,
						estimate: isKnown ? price : undefined,
					});
					expect(sent * price).toBeLessThan(budget + price);
					expect(sent).toBe(Math.min(count, Math.ceil(budget / price)));
					expect(called.filter(({ outcome }) => outcome.ok)).toHaveLength(sent);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('counts what refusals are billed, and sends none of them again', async () => {
		const refused: Problem = { kind: 'status', status: 503, body: {}, costUsd: 0.5 };
		const { called, sent } = await run(all(50), () => failed(refused), { budget: 1 });
		expect(sent).toBe(2);
		expect(called.filter(({ outcome }) => !outcome.ok && outcome.problem.kind === 'budget')).toHaveLength(48);
	});
});

describe('without a setting', () => {
	it('takes at most twice the time of the best fixed setting', async () => {
		const { milliseconds, called, most } = await run(all(1000), () => succeeded(answer), { latency: 300 });
		expect(called.every(({ outcome }) => outcome.ok)).toBe(true);
		expect(most).toBeLessThanOrEqual(200);
		expect(milliseconds).toBeLessThanOrEqual(2 * 5 * 300);
	});
});

describe('faults of single requests, half of all tries spoiled', () => {
	const KINDS: Record<string, Problem> = {
		'401': status(401),
		'403': status(403, { error: 'Model is private' }),
		'404': status(404),
		'405 with words': status(405),
		'405 without': status(405, ''),
		'429': status(429),
		'503': status(503),
		'500': status(500),
		reset: { kind: 'network', code: 'ECONNRESET', message: '' },
		timeout: { kind: 'timeout', seconds: 1 },
	};

	it.each([...Object.keys(KINDS), 'all of them'])('%s: each item ends as its own tries say', async (name) => {
		const random = randomFrom(5);
		const kinds = Object.entries(KINDS).flatMap(([key, problem]) =>
			name === key || name === 'all of them' ? [problem] : [],
		);
		const script = Array.from({ length: 1000 }, () =>
			Array.from({ length: 4 }, () => (random() < 0.5 ? kinds[Math.floor(random() * kinds.length)] : undefined)),
		);
		const tries = script.map(() => 0);
		const { called } = await run(
			all(1000),
			(index) => {
				const tried = tries[index] ?? 0;
				tries[index] = tried + 1;
				const problem = script[index]?.[tried];
				return problem ? failed(problem) : succeeded(answer);
			},
			{ maxRetries: 3, maxConcurrency: 200, latency: 30 },
		);
		const isRetried = (problem: Problem | undefined) =>
			problem !== undefined && [KINDS['429'], KINDS['503'], KINDS.reset].includes(problem);
		const differing = script.flatMap((steps, index) => {
			const end = steps.findIndex((problem) => !isRetried(problem));
			const last = steps[end < 0 ? 3 : end];
			const expected = last ? failed(last) : succeeded(answer);
			const outcome = called[index]?.outcome;
			return isDeepStrictEqual(outcome, expected) ? [] : [{ index, outcome, expected }];
		});
		expect(called).toHaveLength(script.length);
		expect(differing).toEqual([]);
	});
});

it('lanes that are closed give their gates back, and those of others stay theirs', () => {
	const clock = new FakeClock();
	const gates = new SharedGates(clock);
	const context: CallContext = { clock, signal: new AbortController().signal, random: () => 0 };
	const rules = { model: 'a/b', maxConcurrency: 1, maxRetries: 0 };
	const [one, other] = [1, 2].map(() => new Lanes(context, new Meter(Infinity), gates, 'us', undefined));
	for (const lanes of [one, other]) lanes?.of(rules);
	const shared = gates.borrow('us a/b', 1);
	gates.giveBack('us a/b');
	one?.close();
	one?.close();
	expect(gates.borrow('us a/b', 1)).toBe(shared);
	gates.giveBack('us a/b');
	other?.close();
	expect(gates.borrow('us a/b', 1)).not.toBe(shared);
});
