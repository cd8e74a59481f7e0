/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createServer, Socket } from 'node:net';
import { putInVirtualClock } from '../../../support/engine/virtualClock';
import { type Trial, trialOf } from '../../../support/faults/ordeal';
import { attemptsOf, errorOf, hintsOf, triesOf } from '../../../support/results';
import { type World, isInference, openWorld } from '../../../support/world';
import { subjectOf } from '../../../support/operation/registry';
import { stopwatch } from '../../../support/yardstick';

let world: World;
let subject: Trial;
beforeAll(async () => {
	world = await openWorld();
	subject = await trialOf(world.engine, subjectOf('text: classify'), 3);
});
afterAll(async () => await world.close());

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	await new Promise((resolve) => server.close(resolve));
	return address.port;
}

const run = async (baseUrl: string, maxRetries: number) =>
	await world.engine.run({
		parameters: { ...subject.parameters, options: { maxRetries } },
		items: subject.items,
		onError: 'continueErrorOutput',
		credentials: { baseUrl },
	});

/** All that n8n shows of the failure that ends a run. */
const ended = async (baseUrl: string, maxRetries: number) => {
	const result = await world.engine.run({
		parameters: { ...subject.parameters, options: { maxRetries } },
		items: subject.items,
		credentials: { baseUrl },
	});
	return { text: `${result.error?.message} ${result.error?.description}`, tries: triesOf(result) };
};

it('a refused connection is tried again, then explained', async () => {
	const refused = `http://127.0.0.1:${await closedPort()}`;
	const { errorItems } = await run(refused, 1);
	expect(errorItems.length).toBe(3);
	for (const item of errorItems) expect(errorOf(item).text).toMatch(/refuses the connection.*'Base URL'/s);
	const { text, tries } = await ended(refused, 1);
	expect(text).toMatch(/refuses the connection.*'Base URL'.*ECONNREFUSED/s);
	expect(tries).toBe(2);
});

describe('a connection that times out', () => {
	// The catalogue is remembered.
	beforeAll(async () => void (await run(world.emulator.url, 0)));
	afterEach(() => jest.restoreAllMocks());

	const timedOut = (syscall: string) =>
		Object.assign(new Error(`${syscall} ETIMEDOUT`), { code: 'ETIMEDOUT', errno: -110, syscall });
	/** As Node fails where a name has several addresses. */
	const severally = () =>
		Object.assign(new AggregateError([timedOut('connect'), timedOut('connect')], ''), { code: 'ETIMEDOUT' });

	/** The first connections to the service end so, after so many seconds of the virtual clock. */
	function breakConnections(most: number, error: () => Error, seconds = 0, now = () => 0): () => number {
		const { port } = new URL(world.emulator.url);
		let broken = 0;
		const real = Reflect.get(Socket.prototype, 'connect');
		jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...given: unknown[]) {
			const isOurs = String(Reflect.get(Object(given.flat()[0]), 'port')) === port;
			if (!isOurs || broken >= most) return Reflect.apply(real, this, given);
			broken++;
			Reflect.set(this, 'connecting', true);
			const since = now();
			const timer = setInterval(() => {
				if (now() - since < seconds * 1000 && !this.destroyed) return;
				clearInterval(timer);
				this.destroy(error());
			}, 1);
			return this;
		});
		return () => broken;
	}

	it.each([
		['to one address', () => timedOut('connect')],
		['to several', severally],
	])('%s is tried again: nothing was sent', async (_, error) => {
		const broken = breakConnections(3, error);
		const { items, errorItems } = await run(world.emulator.url, 3);
		expect([items.length, errorItems.length, broken()]).toEqual([3, 0, 3]);
	});

	it('when it was open is not tried again', async () => {
		const broken = breakConnections(2, () => timedOut('read'));
		const { items, errorItems } = await run(world.emulator.url, 4);
		expect([items.length, errorItems.length, broken()]).toEqual([1, 2, 2]);
		for (const item of errorItems) expect(errorOf(item).text).toMatch(/timed out/);
	});

	it.each([1, 8])(
		'is told as that where Timeout is over first, after %i seconds: nothing is billed',
		async (timeout) => {
			const clock = putInVirtualClock(world.emulator);
			const broken = breakConnections(
				99,
				() => timedOut('connect'),
				127,
				() => clock.now(),
			);
			const result = await world.engine
				.run({
					parameters: { ...subject.parameters, options: { timeout, budgetUsd: 1 } },
					items: subject.items.slice(0, 1),
					onError: 'continueErrorOutput',
					credentials: { baseUrl: world.emulator.url },
				})
				.finally(() => clock.remove());
			const [item = { json: {} }] = result.errorItems;
			expect(errorOf(item).text).toMatch(/cannot be reached: the connection timed out/);
			expect(`${errorOf(item).text} ${hintsOf(result).join()}`).not.toMatch(/bill/);
			expect(broken()).toBe(1);
		},
	);

	it('has not been one where Timeout is over after it was opened: that may be billed', async () => {
		const clock = putInVirtualClock(world.emulator);
		world.emulator.options.faults = () => ({ kind: 'stalledHeaders' });
		const { errorItems } = await world.engine
			.run({
				parameters: { ...subject.parameters, options: { timeout: 2 } },
				items: subject.items,
				onError: 'continueErrorOutput',
			})
			.finally(() => clock.remove());
		world.emulator.options.faults = undefined;
		for (const item of errorItems) expect(errorOf(item).text).toMatch(/did not finish its answer.*may have billed/);
		expect(errorItems).toHaveLength(3);
	});

	it.each([
		[4, 10, 2],
		[4, 13, 3],
		[11, 20, 1],
		[2, 100, 6],
	])('after %i seconds is tried as often as %i allow: %i times', async (seconds, timeout, tries) => {
		const clock = putInVirtualClock(world.emulator);
		const broken = breakConnections(
			99,
			() => timedOut('connect'),
			seconds,
			() => clock.now(),
		);
		const result = await world.engine
			.run({
				parameters: { ...subject.parameters, options: { maxRetries: 5, timeout } },
				items: subject.items.slice(0, 1),
				credentials: { baseUrl: world.emulator.url },
			})
			.finally(() => clock.remove());
		expect(`${result.error?.message} ${result.error?.description}`).toMatch(/connection timed out.*ETIMEDOUT/s);
		expect(broken()).toBe(tries);
	});
});

it('a name that does not exist is explained at once', async () => {
	const took = stopwatch();
	const { errorItems } = await run('http://nowhere.invalid', 4);
	expect(errorItems.length).toBe(3);
	for (const item of errorItems) {
		expect(errorOf(item).text).toMatch(/nowhere\.invalid (was not found|could not be looked up)/);
	}
	if (/was not found/.test(errorOf(errorItems[0] ?? { json: {} }).text)) expect(took()).toBeLessThan(5000);
});

it('a service that speaks no TLS is explained and not tried again', async () => {
	world.emulator.requests.length = 0;
	const { errorItems } = await run(world.emulator.url.replace('http:', 'https:'), 4);
	expect(errorItems.length).toBe(3);
	for (const item of errorItems) {
		expect(errorOf(item).text).toMatch(/TLS|SSL|certificate|secure/i);
	}
	expect((await ended(world.emulator.url.replace('http:', 'https:'), 4)).tries).toBe(1);
	expect(world.emulator.requests.length).toBe(0);
});

describe('Retry-After', () => {
	const inTwoSeconds = () => new Date(Date.now() + 2000).toUTCString();

	it.each<[string, () => number | string, number]>([
		['in seconds', () => 1, 1000],
		// a date has whole seconds, so it may be one second less
		['as a date', inTwoSeconds, 950],
	])('%s is waited for', async (_form, value, least) => {
		world.emulator.requests.length = 0;
		const seen = new Map<number, number[]>();
		world.emulator.options.faults = (request) => {
			const item = subject.itemOf(request);
			const moments = [...(seen.get(item) ?? []), request.at];
			seen.set(item, moments);
			return moments.length === 1 ? { kind: 'status', status: 429, retryAfter: value() } : undefined;
		};
		const { items } = await run(world.emulator.url, 4);
		world.emulator.options.faults = undefined;
		expect(items.map(attemptsOf)).toEqual([2, 2, 2]);
		for (const [first = 0, second = 0] of seen.values()) expect(second - first).toBeGreaterThanOrEqual(least);
	});

	it('of an hour is not waited for', async () => {
		world.emulator.requests.length = 0;
		world.emulator.options.faults = () => ({ kind: 'status', status: 503, retryAfter: 3600 });
		const took = stopwatch();
		const { errorItems } = await run(world.emulator.url, 4);
		world.emulator.options.faults = undefined;
		expect(errorItems.length).toBe(3);
		expect(took()).toBeLessThan(2000);
		expect(world.emulator.requests.filter(isInference).length).toBe(3);
	});

	it('is missing: the waits grow, and differ from item to item', async () => {
		world.emulator.requests.length = 0;
		const seen = new Map<number, number[]>();
		world.emulator.options.faults = (request) => {
			const item = subject.itemOf(request);
			seen.set(item, [...(seen.get(item) ?? []), request.at]);
			return { kind: 'status', status: 502 };
		};
		const { errorItems } = await run(world.emulator.url, 2);
		world.emulator.options.faults = undefined;
		expect(errorItems).toHaveLength(3);
		expect([...seen.values()].map((moments) => moments.length)).toEqual([3, 3, 3]);
		const waits = [...seen.values()].map(([first = 0, second = 0, third = 0]) => [second - first, third - second]);
		for (const [short = 0, long = 0] of waits) {
			expect(short).toBeGreaterThanOrEqual(240);
			expect(long).toBeGreaterThanOrEqual(490);
		}
		expect(new Set(waits.map(([short]) => short)).size).toBeGreaterThan(1);
	});
});
