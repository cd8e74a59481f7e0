import type { Account } from '../../../../nodes/shared/n8n/credential';
import { clock } from '../../../../nodes/shared/n8n/http/clock';
import { isLost, PendingRequests, type PendingRequest } from '../../../../nodes/shared/n8n/http/deadline';

const account: Account = Object.create({ redact: (text: string) => text, host: 'api.deepinfra.com' });

/** A process that looks at its requests after so many milliseconds each time. */
async function lookAfter(pauses: readonly number[], look: (flight: PendingRequest) => void, seconds = 1) {
	let now = 0;
	const left = [...pauses];
	let open: () => void = () => undefined;
	const over = new Promise<void>((resolve) => (open = resolve));
	jest.spyOn(clock, 'now').mockImplementation(() => now);
	jest.spyOn(clock, 'sleep').mockImplementation(async () => {
		const pause = left.shift();
		if (pause === undefined) {
			open();
			await new Promise<void>(() => undefined);
		}
		now += pause ?? 0;
	});
	const flight = new PendingRequests(new AbortController().signal).start(seconds);
	look(flight);
	await over;
	return flight;
}

afterEach(() => jest.restoreAllMocks());

const closed = (code: string, more: object = {}) => Object.assign(new Error('closed'), { code, ...more });
const sent = (flight: PendingRequest) => flight.hasSent();
const kindOf = (flight: PendingRequest, error: unknown) => flight.problem(error, false, account).kind;

it('is as long as it says, seen at the next look', async () => {
	const early = await lookAfter([200, 200, 200, 200], sent);
	expect(early.signal.aborted).toBe(false);
	const late = await lookAfter([200, 200, 200, 200, 200], sent);
	expect(late.signal.aborted).toBe(true);
	expect(kindOf(late, closed('ERR_CANCELED'))).toBe('timeout');
});

it('does not count the time in which this process could not have seen an answer', async () => {
	const busy = await lookAfter([200, 5000, 200], sent);
	expect(busy.signal.aborted).toBe(false);
	const late = await lookAfter([200, 5000, 200, 200], sent);
	expect(late.signal.aborted).toBe(true);
});

describe('a connection that was closed after the request was sent', () => {
	it.each([
		['at once', [], 'network'],
		['within one long look of a busy process', [3000], 'network'],
		['in the long look after a short one', [200, 3000], 'network'],
		['while a process that is never idle looked again and again', Array<number>(5).fill(300), 'lost'],
		['some time before the long look in which it was heard of', [250, 250, 250, 3000], 'lost'],
	])('%s', async (_when, pauses, kind) => {
		for (const code of ['ECONNRESET', 'EPIPE', 'ERR_SOCKET_CLOSED', 'EHOSTUNREACH', 'ENETUNREACH'])
			expect(kindOf(await lookAfter(pauses, sent, 60), closed(code))).toBe(kind);
	});

	it.each([
		['when it could not even be opened', { syscall: 'connect' }],
		['before it was encrypted', { message: 'socket disconnected before secure TLS connection was established' }],
	])('%s, had brought nothing there', async (_when, more) => {
		const flight = await lookAfter(Array<number>(9).fill(300), sent, 60);
		expect(kindOf(flight, closed('ECONNRESET', more))).toBe('network');
		const wrapped = new Error('failed', { cause: closed('ECONNRESET', more) });
		expect(kindOf(flight, wrapped)).toBe('network');
	});

	it('when none of the addresses of its name could be reached, had brought nothing there', async () => {
		const flight = await lookAfter(Array<number>(9).fill(300), sent, 60);
		const tried = (more: object) =>
			new AggregateError([closed('EHOSTUNREACH', { syscall: 'connect' }), closed('EHOSTUNREACH', more)], '');
		// As Node makes it: with the code of the first.
		const all = Object.assign(tried({ syscall: 'connect' }), { code: 'EHOSTUNREACH' });
		expect(kindOf(flight, all)).toBe('network');
		expect(kindOf(flight, new Error('failed', { cause: all }))).toBe('network');
		expect(kindOf(flight, Object.assign(tried({ syscall: 'read' }), { code: 'EHOSTUNREACH' }))).toBe('lost');
	});

	it('before it was sent whole, was not lost', async () => {
		const flight = await lookAfter(Array<number>(9).fill(300), () => undefined, 60);
		expect(kindOf(flight, closed('ECONNRESET'))).toBe('network');
	});
});

it.each([
	[{ elapsed: 999, idle: 999, open: 999 }, false],
	[{ elapsed: 1000, idle: 500, open: 0 }, true],
	[{ elapsed: 1000, idle: 0, open: -Infinity }, false],
	[{ elapsed: 60_000, idle: 0, open: 499 }, false],
	[{ elapsed: 1600, idle: 0, open: 500 }, true],
])('held for %j: lost is %s', (held, lost) => expect(isLost(held)).toBe(lost));

describe('a request that Timeout ends', () => {
	/** As n8n's client fails, with the socket of Node's own request. */
	const ended = (socket: object | null) =>
		new Error('canceled', {
			cause: Object.assign(new Error('canceled'), { code: 'ERR_CANCELED', request: { socket } }),
		});
	const waiting = { writableLength: 9, listenerCount: () => 0 };

	it.each<[string, object | null, object]>([
		['whose connection nobody has begun to open', null, { kind: 'network', isUnconnected: true }],
		['whose connection never opened', { ...waiting, listenerCount: () => 2 }, { kind: 'network', isUnconnected: true }],
		['whose greeting got no answer', { ...waiting, alpnProtocol: null }, { kind: 'network', isUnconnected: true }],
		['of which a part was sent', { ...waiting, alpnProtocol: false }, { kind: 'timeout', isUnsent: true }],
		['that was sent', { ...waiting, writableLength: 0, alpnProtocol: 'http/1.1' }, { kind: 'timeout', seconds: 1 }],
		['of which nothing is known', {}, { kind: 'timeout', seconds: 1 }],
	])('%s', async (_, socket, problem) => {
		const flight = await lookAfter(Array<number>(6).fill(200), sent);
		expect(flight.problem(ended(socket), false, account)).toMatchObject(problem);
	});
});

describe('waiting for its turn', () => {
	it('is no time of the service: its own begins afterwards', async () => {
		let now = 0;
		jest.spyOn(clock, 'now').mockImplementation(() => now);
		const flight = new PendingRequests(new AbortController().signal).start(1);
		let give: () => void = () => undefined;
		const turn = flight.takeTurn(async () => await new Promise<void>((resolve) => (give = resolve)));
		now = 30_000;
		flight.checkDeadline(now, 0);
		expect(flight.signal.aborted).toBe(false);
		give();
		await turn;
		flight.checkDeadline((now += 900), 0);
		expect(flight.signal.aborted).toBe(false);
		flight.checkDeadline((now += 200), 0);
		expect(flight.signal.aborted).toBe(true);
		expect(kindOf(flight, closed('ERR_CANCELED'))).toBe('timeout');
		flight.land();
	});

	it('ends with the run, and nothing is sent then', async () => {
		const run = new AbortController();
		const flight = new PendingRequests(run.signal).start(1);
		let give: () => void = () => undefined;
		const turn = flight.takeTurn(async () => await new Promise<void>((resolve) => (give = resolve)));
		run.abort();
		give();
		const error: unknown = await turn.catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(Error);
		expect(flight.problem(error, false, account).kind).toBe('stopped');
		flight.land();
	});
});
