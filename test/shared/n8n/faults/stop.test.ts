/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Trial, trialOf } from '../../../support/faults/ordeal';
import { type World, isInference, openWorld } from '../../../support/world';
import { type Fault } from '../../../emulator';
import { subjectOf } from '../../../support/operation/registry';

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
afterEach(() => {
	Object.assign(world.emulator.options, { faults: undefined, latencyMs: undefined });
});

/** Paths that were asked for, from the moment on at which a request is made: a server sees it somewhat later. */
const started: string[] = [];
const noteStart = (message: unknown) => {
	const request: unknown = Object(message).request;
	const path: unknown = Object(request).path;
	if (typeof path === 'string' && isInference({ path })) started.push(path);
};
beforeAll(() => subscribe('http.client.request.start', noteStart));
afterAll(() => unsubscribe('http.client.request.start', noteStart));

const wait = async (milliseconds: number) => await new Promise((resolve) => setTimeout(resolve, milliseconds));
const sent = () => world.emulator.requests.filter(isInference);

/** Runs until Stop so long after the start, or the first request; half a second is all that connections may stay open. */
async function stopAfter(subject: Trial, cancelAfterMs: number, from: 'start' | 'request') {
	world.emulator.requests.length = 0;
	started.length = 0;
	const result = await world.engine.run({
		parameters: { ...subject.parameters, options: { ...Object(subject.parameters.options), maxConcurrency: 50 } },
		items: subject.items,
		onError: 'continueErrorOutput',
		cancelAfterMs,
		cancelOnce: () => from === 'start' || sent().length > 0,
	});
	expect(result.status).toBe('canceled');
	expect(result.stoppedInMs).toBeLessThan(1500);
	const atEnd = started.length;
	await wait(500);
	expect(started.length).toBe(atEnd); // no further request starts
	expect(sent().length).toBeLessThanOrEqual(atEnd); // and all are known that were sent
	expect(sent().filter(({ status, aborted }) => status === undefined && !aborted).length).toBe(0); // none is left open
	return sent();
}

describe('Stop', () => {
	let many: Trial;
	beforeAll(async () => {
		many = await trialOf(world.engine, subjectOf('text: classify'), 500);
	});

	// Whatever the moment meets: checking, the first requests, requests in flight, waiting at the gate.
	it.each([50, 150, 250, 400])('after %d ms of 500 items ends everything', async (moment) => {
		world.emulator.options.latencyMs = 150;
		const requests = await stopAfter(many, moment, 'start');
		expect(requests.length).toBeLessThan(450);
	});

	const held: Array<[string, Fault]> = [
		['stalled headers', { kind: 'stalledHeaders' }],
		['a stalled body', { kind: 'stalledBody' }],
		['a slow body', { kind: 'slowBody', intervalMs: 50 }],
	];
	it.each(held)('ends requests that wait for %s', async (_what, fault) => {
		world.emulator.options.faults = (request) => (isInference(request) ? fault : undefined);
		const requests = await stopAfter(many, 400, 'request');
		expect(requests.length).toBeGreaterThan(0);
		expect(requests.every(({ aborted }) => aborted)).toBe(true);
	});

	it.each([429, 503])('ends the waits after %d', async (status) => {
		world.emulator.options.faults = (request) =>
			isInference(request) ? { kind: 'status', status, retryAfter: 30 } : undefined;
		const requests = await stopAfter(many, 400, 'request');
		expect(requests.length).toBeGreaterThan(0);
	});
});

/** Each operation with a service of its own, all at the same time: the waits are the same for all. */
