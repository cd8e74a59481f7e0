/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { startEmulator, type Emulator } from './index';

let emulator: Emulator;
beforeAll(async () => (emulator = await startEmulator({ seed: 1 })));
afterAll(async () => await emulator.close());
afterEach(() => void (emulator.options.outage = undefined));

const ask = async (path = '/v1/inference/ProsusAI/finbert') =>
	(
		await fetch(`${emulator.url}${path}`, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-key', 'content-type': 'application/json' },
			body: JSON.stringify({ input: 'Hi' }),
		})
	).status;
const askAll = async (count: number) => {
	const seen: number[] = [];
	while (seen.length < count) seen.push(await ask());
	return seen;
};

it('an outage spoils so many requests, counted from when it was set', async () => {
	emulator.options.outage = { fault: { kind: 'status', status: 503 }, requests: 2 };
	expect(await askAll(4)).toEqual([503, 503, 200, 200]);
	emulator.options.outage = { fault: { kind: 'status', status: 429 }, requests: 1 };
	expect(await askAll(2)).toEqual([429, 200]);
});

it('or lasts for some time from its first request on', async () => {
	emulator.options.outage = { fault: { kind: 'status', status: 502 }, untilMs: 300 };
	expect(await ask()).toBe(502);
	await new Promise((resolve) => setTimeout(resolve, 350));
	expect(await ask()).toBe(200);
});

it('or for ever; other routes than inference are well, and nothing is billed', async () => {
	emulator.ledger.length = 0;
	emulator.options.outage = { fault: { kind: 'status', status: 503 } };
	expect(await askAll(3)).toEqual([503, 503, 503]);
	expect((await fetch(`${emulator.url}/models/list`)).status).toBe(200);
	expect(emulator.ledger).toEqual([]);
});

it('what a request was billed can be asked for by its ID', async () => {
	emulator.ledger.length = 0;
	const headers = { authorization: 'Bearer emulator-key', 'content-type': 'application/json' };
	const post = async (path: string, body: object): Promise<unknown> =>
		await (await fetch(`${emulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
	const answer = await post('/v1/inference/ProsusAI/finbert', { input: 'Hi' });
	const { request_id: requestId, inference_status: status } = Object(answer);
	expect(await post('/v1/request-costs', { requestIds: [requestId] })).toMatchObject({
		requests: [{ requestId, costNanoUsd: Math.round(status.cost * 1e9) }],
	});
});
