import type { Problem } from '../../../../nodes/shared/core/problem';
import { CallThoughts } from '../../../../nodes/shared/n8n/ai/callThoughts';
import { makeChatFetch } from '../../../../nodes/shared/n8n/ai/chatFetch';
import { clock } from '../../../../nodes/shared/n8n/http/clock';
import { secretOf } from '../../../../nodes/shared/n8n/secret';

const answer = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' } }] };

/** As Node's own fetch fails. */
const failing = (cause: object) =>
	new TypeError('fetch failed', { cause: Object.assign(new Error('it failed'), cause) });

/** @param took seconds that each failure takes */
async function ask(fails: number, cause: object, took = 0, seconds = 300) {
	let [sent, now] = [0, 0];
	jest.spyOn(clock, 'now').mockImplementation(() => now);
	jest.spyOn(clock, 'sleep').mockResolvedValue(undefined);
	let problem: Problem | undefined;
	const fetch = makeChatFetch({
		seconds,
		maxRetries: 5,
		additions: {},
		thoughts: new CallThoughts('test'),
		streaming: false,
		send: async () => {
			if (sent++ >= fails) return await Promise.resolve(Response.json(answer));
			now += took * 1000;
			throw failing(cause);
		},
		random: () => 0,
		secret: secretOf(''),
		refuse: () => undefined,
		onAnswer: () => undefined,
		onUntold: () => undefined,
		onBill: () => undefined,
		fallbacks: [],
		reasonToMove: () => undefined,
		onMove: () => undefined,
		onFailure: (failure) => {
			problem = failure;
			return { error: new Error(failure.kind), code: failure.kind };
		},
		nearestModels: async () => await Promise.resolve([]),
	});
	const response = await fetch('https://api.deepinfra.com/v1/openai/chat/completions', {
		method: 'POST',
		body: JSON.stringify({ model: 'a/b', messages: [] }),
	});
	return { status: response.status, sent, problem };
}

afterEach(() => jest.restoreAllMocks());

it.each<[string, object]>([
	["by the client's limit", { code: 'UND_ERR_CONNECT_TIMEOUT' }],
	["by the system's", { code: 'ETIMEDOUT', syscall: 'connect' }],
])('a connection that cannot be opened in time, %s, is tried again', async (_, cause) => {
	expect(await ask(3, cause, 10)).toMatchObject({ status: 200, sent: 4 });
	const { sent, problem } = await ask(99, cause, 10, 25);
	expect(sent).toBe(2);
	expect(problem).toMatchObject({ kind: 'network', code: 'ETIMEDOUT' });
});

it.each<[string, object]>([
	['was open', { code: 'ETIMEDOUT', syscall: 'read' }],
	['may have been open', { code: 'ETIMEDOUT' }],
])('a connection that times out and %s is not', async (_, cause) => {
	expect(await ask(1, cause)).toMatchObject({ status: 400, sent: 1 });
});
