/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { createServer } from 'node:http';
import { DeepInfraTrigger } from '../../../nodes/DeepInfraTrigger/DeepInfraTrigger.node';
import { poll, receive, type Callback, type TriggerOptions } from '../../support/engine/trigger';
import { putInVirtualClock } from '../../support/engine/virtualClock';
import { makePng } from '../../support/files';
import { modelId } from '../../support/parameters';
import { jsonOf, stored } from '../../support/results';
import { envelope, jsonReply, notFound, type Reply } from '../../support/service';
import { EngineCredentialsHelper } from '../../support/engine/credentialsHelper';
import { openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await openWorld({ batches: { ms: 40 } })));
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.options.batches = { ms: 40 };
	world.emulator.options.faults = undefined;
});

const wait = async (milliseconds: number) => await new Promise((resolve) => setTimeout(resolve, milliseconds));

async function create(...texts: string[]): Promise<string> {
	const parameters: INodeParameters = {
		resource: 'batch',
		operation: 'create',
		batchTask: 'chat',
		model: modelId('meta-llama/Llama-3.3-70B-Instruct-Turbo'),
		messages: { values: [{ role: 'user', content: '={{ $json.text }}' }] },
		customId: '={{ "row " + $itemIndex }}',
	};
	const items = texts.map((text) => ({ json: { text } }));
	return String(jsonOf(await world.engine.run({ parameters, items })).batchId);
}

const isOpen = ({ status }: { status: string }) => ['validating', 'in_progress', 'finalizing'].includes(status);
async function untilEnded(): Promise<void> {
	for (let tries = 0; world.emulator.kept().batches.some(isOpen) && tries < 500; tries++) await wait(20);
}
async function ended(...texts: string[]): Promise<string> {
	const id = await create(...texts);
	await untilEnded();
	return id;
}

describe('DeepInfra Batch Trigger', () => {
	const options = (memory: IDataObject, more: Partial<TriggerOptions> = {}): TriggerOptions => ({
		node: 'deepInfraBatchTrigger',
		parameters: { emit: 'batches' },
		baseUrl: world.emulator.url,
		memory,
		...more,
	});
	const ids = (items: Awaited<ReturnType<typeof poll>>) => items?.map(({ json }) => json.batchId) ?? null;
	/** What n8n finds in its database after it was stopped. */
	const restarted = (memory: IDataObject): IDataObject => JSON.parse(JSON.stringify(memory));

	it('tells of each batch that ended once, also after a restart; all that ended between two polls; no old ones at first', async () => {
		await ended('old');
		const memory: IDataObject = {};
		expect(await poll(options(memory))).toBeNull();
		expect(await poll(options(memory))).toBeNull();
		const first = await ended('one');
		world.emulator.options.batches = { ms: 40, end: 'expired' };
		const second = await ended('two', 'three');
		world.emulator.options.batches = { ms: 40, end: 'failed' };
		const third = await ended('four');
		const told = await poll(options(memory));
		expect(new Set(ids(told))).toEqual(new Set([first, second, third]));
		expect(new Set(told?.map(({ json }) => json.status))).toEqual(new Set(['completed', 'expired', 'failed']));
		expect(stored(told?.find(({ json }) => json.batchId === first)?.json)).toEqual({
			batchId: first,
			status: 'completed',
			model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
			counts: { total: 1, completed: 1, failed: 0 },
			createdAt: expect.any(String),
			finishedAt: expect.any(String),
			error: null,
		});
		expect(await poll(options(memory))).toBeNull();
		const after = restarted(memory);
		expect(await poll(options(after))).toBeNull();
		world.emulator.options.batches = { ms: 40 };
		const fourth = await ended('five');
		expect(ids(await poll(options(after)))).toEqual([fourth]);
		expect(await poll(options(restarted(after)))).toBeNull();
	});

	it('waits for one that is open, which was there before the first poll', async () => {
		world.emulator.options.batches = { ms: 400 };
		const id = await create('slow');
		const memory: IDataObject = {};
		expect(await poll(options(memory))).toBeNull();
		await untilEnded();
		expect(ids(await poll(options(memory)))).toEqual([id]);
		expect(await poll(options(memory))).toBeNull();
	});

	it('is silent about one that was cancelled', async () => {
		const memory: IDataObject = {};
		await poll(options(memory));
		world.emulator.options.batches = { ms: 60_000 };
		const id = await create('never');
		await world.engine.run({ parameters: { resource: 'batch', operation: 'cancel', batchId: id } });
		await untilEnded();
		expect(await poll(options(memory))).toBeNull();
	});

	it('gives the results themselves, failed lines with their error, in the order of create', async () => {
		const memory: IDataObject = {};
		const results = { parameters: { emit: 'results' } };
		await poll(options(memory, results));
		const id = await ended('a', 'b <<fails>>', 'c');
		const items = (await poll(options(memory, results))) ?? [];
		expect(items.map(({ json }) => [json.batchId, json.customId])).toEqual(
			[0, 1, 2].map((index) => [id, `row ${index}`]),
		);
		expect(items[0]?.json).toMatchObject({ text: expect.any(String), usage: { costUsd: expect.any(Number) } });
		expect(items[1]?.json.error).toMatch(/^row 1: .*ran out of memory/);
		expect(await poll(options(memory, results))).toBeNull();
	});

	it.each([500, 404])('comes back to a batch whose results could not be had: %i', async (status) => {
		const memory: IDataObject = {};
		const results = { parameters: { emit: 'results' } };
		await poll(options(memory, results));
		await ended('a');
		world.emulator.options.faults = ({ path }) => (path.endsWith('/content') ? { kind: 'status', status } : undefined);
		await expect(poll(options(memory, results))).rejects.toThrow(/DeepInfra (could not answer|does not have)/);
		world.emulator.options.faults = undefined;
		expect(await poll(options(memory, results))).toHaveLength(1);
	});

	it('shows the newest one by hand, and forgets nothing by it', async () => {
		const memory: IDataObject = {};
		await poll(options(memory));
		const newest = await ended('newest');
		const before = JSON.stringify(memory);
		expect(ids(await poll(options(memory, { mode: 'manual' })))).toEqual([newest]);
		expect(JSON.stringify(memory)).toBe(before);
		expect(ids(await poll(options(memory)))).toEqual([newest]);
	});

	describe('with a list as the service may give it', () => {
		const HOUR = 3600;
		const row = (id: string, created: number, status = 'completed', more: IDataObject = {}): IDataObject => ({
			id,
			status,
			created_at: created,
			completed_at: status === 'completed' ? created + HOUR : null,
			...more,
		});
		/** Pages of two rows, the newest first. */
		const list = (...rows: IDataObject[]) => {
			const sorted = [...rows].sort((a, b) => Number(b.created_at) - Number(a.created_at));
			world.service.requests.length = 0;
			world.service.reply = ({ path, query }) => {
				if (path !== '/v1/batches') return notFound;
				const from = query.after ? sorted.findIndex(({ id }) => id === query.after) + 1 : 0;
				return jsonReply({ data: sorted.slice(from, from + 2), has_more: from + 2 < sorted.length });
			};
		};
		const told = async (memory: IDataObject, more: Partial<TriggerOptions> = {}) =>
			ids(await poll(options(memory, { baseUrl: world.service.url, ...more })));

		it.each([0, 1_000_000_000, 1_800_000_000, 4_000_000_000])(
			"compares no times but the service's own, which begin at %d",
			async (start) => {
				const memory: IDataObject = {};
				const old = [0, 1, 2, 3].map((at) => row(`old ${at}`, start + at * 30 * HOUR + 1));
				list(...old, row('open', start + 100 * HOUR, 'in_progress'));
				expect(await told(memory)).toBeNull();
				const more = [row('open', start + 100 * HOUR), row('new', start + 101 * HOUR, 'expired')];
				list(...old, ...more);
				expect(await told(memory)).toEqual(['open', 'new']);
				expect(await told(restarted(memory))).toBeNull();
				expect(await told(memory, { mode: 'manual' })).toHaveLength(1);
			},
		);

		it('tells of none twice that is missing from the list for a while', async () => {
			const memory: IDataObject = {};
			const rows = [1, 2, 3].map((at) => row(`batch ${at}`, 1e9 + at));
			list();
			expect(await told(memory)).toBeNull();
			list(...rows);
			expect(await told(memory)).toEqual(['batch 1', 'batch 2', 'batch 3']);
			list(...rows.slice(0, 1));
			expect(await told(memory)).toBeNull();
			list();
			expect(await told(restarted(memory))).toBeNull();
			list(...rows, row('batch 4', 1e9 + 9));
			expect(await told(memory)).toEqual(['batch 4']);
		});

		it('finds all that ended while nobody asked for weeks, and reads no older pages', async () => {
			const memory: IDataObject = {};
			const old = Array.from({ length: 40 }, (_, at) => row(`old ${at}`, 1e9 - at * 10 * HOUR));
			list(...old);
			expect(await told(memory)).toBeNull();
			expect(world.service.requests.length).toBeLessThan(8);
			const missed = Array.from({ length: 9 }, (_, at) => row(`missed ${at}`, 1e9 + (at + 1) * 100 * HOUR));
			list(...old, ...missed);
			expect(await told(restarted(memory))).toEqual(missed.map(({ id }) => id));
		});

		it('tells of one once that two pages list, as when a new one has come between them', async () => {
			const memory: IDataObject = {};
			list();
			await told(memory);
			const pages = [
				[row('third', 1e9 + 3), row('second', 1e9 + 2)],
				[row('second', 1e9 + 2), row('first', 1e9 + 1)],
			];
			let asked = 0;
			world.service.reply = ({ query }) => {
				asked++;
				// The last page comes again and again.
				return jsonReply({ data: pages[query.after ? 1 : 0], has_more: true });
			};
			expect(await told(memory)).toEqual(['first', 'second', 'third']);
			expect(asked).toBeLessThan(5);
			const parameters = { resource: 'batch', operation: 'getAll', returnAll: false, limit: 101 };
			const all = await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } });
			expect(all.items.map(({ json }) => json.batchId)).toEqual(['third', 'second', 'first']);
		});

		it('tells of one once where a poll lasts until the next', async () => {
			const memory: IDataObject = {};
			list();
			await told(memory);
			list(row('one', 1e9));
			const other = restarted(memory);
			const all = await Promise.all([told(memory), told(memory), told(other, { workflowId: 'another' })]);
			expect(all).toEqual([['one'], null, ['one']]);
			expect(await told(memory)).toBeNull();
			list(row('one', 1e9), row('two', 1e9 + 1));
			expect(await told(memory)).toEqual(['two']);
		});

		describe('and results', () => {
			const lines = Array.from({ length: 40 }, (_, at) => {
				const message = { role: 'assistant', content: `answer ${at} ${'x'.repeat(5000)}` };
				const body = { id: `c${at}`, choices: [{ index: 0, message, finish_reason: 'stop' }] };
				return JSON.stringify({ custom_id: `row ${at}`, response: { status_code: 200, body }, error: null });
			});
			const file = lines.join('\n');
			const results = { parameters: { emit: 'results' } };
			/** The list does not name the files that the batch itself does. */
			const serve = (content: (times: number) => Reply) => {
				list(row('one', 1e9));
				const page = world.service.reply;
				let times = 0;
				world.service.reply = (request) => {
					if (request.path === '/v1/files/f1/content') return content(++times);
					const own = { request_counts: { total: 40, completed: 40 }, output_file_id: 'f1' };
					return request.path === '/v1/batches/one' ? jsonReply(row('one', 1e9, 'completed', own)) : page(request);
				};
			};
			const poll40 = async (content: (times: number) => Reply) => {
				const memory: IDataObject = {};
				list();
				await told(memory);
				serve(content);
				return (await poll(options(memory, { baseUrl: world.service.url, ...results }))) ?? [];
			};
			const rows = lines.map((_, at) => `row ${at}`);

			it('reads files that the list does not name', async () => {
				const items = await poll40(() => ({ body: file }));
				expect(items.map(({ json }) => json.customId)).toEqual(rows);
			});

			it('gives more results than a call takes arguments', async () => {
				const choices = Array.from({ length: 130_000 }, (_, index) => ({ index, message: { content: 'x' } }));
				const line = { custom_id: 'row 0', response: { status_code: 200, body: { id: 'c', choices } } };
				expect(await poll40(() => ({ body: JSON.stringify(line) }))).toHaveLength(choices.length);
			});

			it('asks again for a file whose connection is dead', async () => {
				const clock = putInVirtualClock(world.emulator);
				const items = await poll40((times) =>
					times === 1 ? { body: '', stallAfter: 'nothing' } : { body: file },
				).finally(() => clock.remove());
				expect(items.map(({ json }) => json.customId)).toEqual(rows);
				expect(clock.now()).toBeLessThan(70_000);
			});

			it('leaves a file to the next poll where a service asks for long breaks', async () => {
				const memory: IDataObject = {};
				list();
				await told(memory);
				let isBusy = true;
				const busy = { ...jsonReply({ error: 'busy' }, 429), headers: { 'retry-after': '200' } };
				serve(() => (isBusy ? busy : { body: file }));
				const clock = putInVirtualClock(world.emulator);
				const again = async () => await poll(options(memory, { baseUrl: world.service.url, ...results }));
				await expect(again()).rejects.toThrow(/asks to wait 200 seconds/);
				expect(clock.now()).toBeLessThan(300_000);
				clock.remove();
				isBusy = false;
				expect((await again())?.map(({ json }) => json.customId)).toEqual(rows);
			});

			it('reads on where a file breaks off, each line once', async () => {
				let asked = 0;
				const items = await poll40((times) => {
					asked = times;
					return times === 1 ? { body: file, cutAfter: 150_000 } : { body: file };
				});
				expect(items.map(({ json }) => json.customId)).toEqual(rows);
				expect(asked).toBe(2);
			});
		});

		it('forgets what can never come again', async () => {
			const memory: IDataObject = {};
			list(row('batch 0', 1e9));
			await told(memory);
			for (let at = 1; at <= 30; at++) {
				list(...Array.from({ length: at + 1 }, (_, made) => row(`batch ${made}`, 1e9 + made * 20 * HOUR)));
				await told(memory);
			}
			expect(memory.known).toHaveLength(4);
		});

		it('keeps what it knows when the service is down, or answers oddly', async () => {
			const memory: IDataObject = {};
			list(row('old', 1e9));
			await told(memory);
			const before = JSON.stringify(memory);
			for (const reply of [jsonReply({ error: 'down' }, 503), jsonReply({ data: 'none' }), jsonReply({ data: [{}] })]) {
				world.service.reply = () => reply;
				await expect(told(memory)).rejects.toThrow();
				expect(JSON.stringify(memory)).toBe(before);
			}
			list(row('old', 1e9), row('new', 1e9 + 1));
			expect(await told(memory)).toEqual(['new']);
		});
	});

	it('says what is wrong with the key', async () => {
		world.emulator.options.faults = () => ({ kind: 'status', status: 401 });
		await expect(poll(options({}))).rejects.toThrow(/does not accept the API key/);
	});
});

describe('DeepInfra Trigger', () => {
	let calls = 0;
	const memory: IDataObject = {};
	const options = (resource: string, operation: string, more: Partial<TriggerOptions> = {}): TriggerOptions => ({
		node: 'deepInfraTrigger',
		parameters: { resource, operation },
		baseUrl: world.emulator.url,
		memory,
		...more,
	});
	const result = (task: IDataObject): IDataObject => ({ ...task, ...envelope, request_id: `R${++calls}` });
	const text = (generated_text = 'hello') => result({ results: [{ generated_text }] });
	const take = async (body: unknown, query?: Callback['query']) =>
		await receive(options('text', 'generate'), { body, query });

	it('has an address that nobody can guess: the ID of n8n stands before its path', () => {
		const [webhook] = new DeepInfraTrigger().description.webhooks ?? [];
		expect(webhook).toMatchObject({ httpMethod: 'POST', path: 'deepinfra', responseMode: 'onReceived' });
		expect(webhook?.isFullPath).toBeUndefined();
	});

	it('gives a result as its operation does, with the reference of the address', async () => {
		const body = text();
		const { data } = await take(body, { ref: 'order-17' });
		expect(data.workflowData?.map((output) => output.map(({ json }) => stored(json)))).toEqual([
			[
				{
					requestId: body.request_id,
					status: 'succeeded',
					ref: 'order-17',
					text: 'hello',
					usage: expect.objectContaining({ costUsd: 0.000114, requestId: body.request_id }),
				},
			],
			[],
		]);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['in its envelope', {}, { cost: 0.25 }],
		['there as a text', { status: 'succeeded' }, { cost: '$0.25' }],
		['there, where other counts say nothing', { status: 'succeeded', usage: { estimated_cost: 0 } }, { cost: 0.25 }],
	])('tells what a result cost that says so %s', async (_, frame, status) => {
		const { data } = await take({ ...text(), ...frame, inference_status: status });
		expect(data.workflowData?.[0]?.[0]?.json).toMatchObject({
			status: frame.status ?? 'unknown',
			usage: { costUsd: 0.25 },
		});
	});

	it.each(['emulator-key-0aB1cD2eF3gH4', 'jwt:eyJhbGciOiJIUzI1NiJ9.e30.s-_x', 'k3y/of+sixteen==.'])(
		'shows nothing of the key that a result holds: %s',
		async (apiKey) => {
			const hex = Buffer.from(apiKey).toString('hex');
			const base64 = Buffer.from(apiKey).toString('base64');
			for (const words of [`${apiKey}, ${hex}`, base64, `${apiKey.slice(0, 8)}\r\n${apiKey.slice(8)}`]) {
				for (const body of [
					text(`It is ${words}`),
					result({ results: [], debug: words }),
					{ ...result({ error: `no ${words}` }), status: 'failed' },
					{ ...text(), request_id: `R${++calls} ${words}` },
				]) {
					const { data } = await receive(options('text', 'generate', { apiKey }), { body });
					const shown = JSON.stringify(data);
					expect(data.workflowData?.flat()).toHaveLength(1);
					for (const form of [apiKey, hex, base64.slice(0, -4), apiKey.slice(8)]) expect(shown).not.toContain(form);
					expect(shown).toContain('[API key]');
				}
			}
		},
	);

	it.each(['__proto__', ' constructor', 'prototype', 'a\u0000b', 'x'.repeat(500)])(
		'puts a paid file into another field than %.20j, where it would be lost',
		async (outputDataFieldName) => {
			const image = `data:image/png;base64,${makePng(3, 3).toString('base64')}`;
			const parameters = { resource: 'image', operation: 'generate', options: { outputDataFieldName } };
			const { data } = await receive(options('image', 'generate', { parameters }), {
				body: result({ images: [image] }),
			});
			expect(Object.keys(data.workflowData?.[0]?.[0]?.binary ?? {})).toEqual(['data']);
		},
	);

	it.each<[unknown, unknown]>([
		['a/b?c=d&e', 'a/b?c=d&e'],
		['ü 日本 <script>', 'ü 日本 <script>'],
		[
			['one', 'two'],
			['one', 'two'],
		],
		[['one'], 'one'],
		['', undefined],
		[{ deep: 'x' }, undefined],
		[undefined, undefined],
	])('hands on the reference %j as %j', async (ref, expected) => {
		const { data } = await take(text(), Object({ ref }));
		expect(stored(data.workflowData?.[0]?.[0]?.json).ref).toEqual(expected);
	});

	it.each([
		[{}],
		['text'],
		[[1]],
		[null],
		[{ request_id: 'R' }],
		[{ inference_status: { status: 'succeeded' } }],
		[{ request_id: 7, status: 'ok' }],
		[[{ request_id: 'R', status: 'ok' }]],
		['{"request_id":"R","status":"ok"}'],
		[undefined],
	])('answers 400 to a body that is none: %j', async (body) => {
		const { data, status } = await take(body);
		expect([status, data]).toEqual([400, { noWebhookResponse: true }]);
	});

	it('passes a result once that comes several times, at once or later, also after a restart', async () => {
		const body = text();
		const all = await Promise.all([1, 2, 3].map(async () => await take(body)));
		const passed = all.filter(({ data }) => data.workflowData !== undefined);
		expect(passed).toHaveLength(1);
		expect((await take(body)).data).toEqual({ webhookResponse: 'received before' });
		const after: IDataObject = JSON.parse(JSON.stringify(memory));
		expect(Object.keys(Object(after.received))).toContain(body.request_id);
		const elsewhere = await receive(options('text', 'generate', { memory: after, workflowId: 'restarted' }), { body });
		expect(elsewhere.data).toEqual({ webhookResponse: 'received before' });
		expect((await take(text())).data.workflowData?.[0]).toHaveLength(1);
	});

	it('passes the result that comes after a word that the job goes on', async () => {
		const body = text();
		const progress = { request_id: body.request_id, inference_status: { status: 'running' }, results: null };
		expect((await take(progress)).data).toEqual({ webhookResponse: 'not the result yet' });
		expect((await take(body)).data.workflowData?.[0]?.[0]?.json).toMatchObject({ text: 'hello' });
		// With what may be a result it is handed on, since it may be paid for.
		const odd = text();
		expect((await take({ ...odd, inference_status: { status: 'running' } })).data.workflowData?.[1]).toHaveLength(1);
	});

	it('passes it again after an hour', async () => {
		const body = text();
		const old = Date.now() - 3_600_001;
		const past: IDataObject = { received: { [String(body.request_id)]: old } };
		const { data } = await receive(options('text', 'generate', { memory: past }), { body });
		expect(data.workflowData?.[0]).toHaveLength(1);
		expect(Object.values(Object(past.received))).not.toContain(old);
	});

	it('gives a failed job on its second output', async () => {
		const { data } = await take(
			{ request_id: `R${++calls}`, inference_status: { status: 'failed', runtime_ms: 0, cost: 0 } },
			{ ref: 'x' },
		);
		expect(data.workflowData?.[0]).toEqual([]);
		expect(data.workflowData?.[1]?.[0]?.json).toMatchObject({
			status: 'failed',
			ref: 'x',
			error: expect.stringContaining('failed'),
		});
	});

	it('gives what does not fit the operation on its second output, with the response, since it is paid for', async () => {
		const body = result({ labels: ['odd'] });
		const { data } = await take(body);
		expect(data.workflowData?.[0]).toEqual([]);
		expect(data.workflowData?.[1]?.[0]?.json).toMatchObject({
			error: expect.stringContaining('DeepInfra answered without'),
			response: body,
		});
	});

	it.each(['generate', 'gone'])('says what to choose where it is set to another operation (%s)', async (operation) => {
		const body = { ...result({ labels: ['odd'] }), inference_status: { status: 'succeeded', cost: 0.02 } };
		const { data } = await receive(options('text', operation), { body });
		expect(data.workflowData?.[0]).toEqual([]);
		const json = data.workflowData?.[1]?.[0]?.json;
		expect(json?.error).toMatch(/resource and operation.*whole answer is in 'response'/);
		expect(json?.error).not.toMatch(/Run the workflow again|Nothing was sent|may have billed/);
		expect(json?.response).toEqual(body);
	});

	it('hands on what is paid for also where its credential is gone, or its file cannot be had', async () => {
		const responseOf = async (resource: string, operation: string, body: IDataObject) => {
			const { data } = await receive(options(resource, operation), { body });
			expect(data.workflowData?.[0]).toEqual([]);
			return stored(data.workflowData?.[1]?.[0]?.json ?? {});
		};
		const address = `${world.emulator.url}/files/gone.png`;
		world.emulator.options.faults = ({ path }) =>
			path.endsWith('gone.png') ? { kind: 'status', status: 403 } : undefined;
		expect(await responseOf('image', 'generate', result({ images: [address] }))).toMatchObject({
			error: expect.stringContaining('could not be downloaded'),
			response: { images: [address] },
		});
		world.emulator.options.faults = undefined;
		const gone = jest.spyOn(EngineCredentialsHelper.prototype, 'getDecrypted');
		gone.mockRejectedValue(new Error('Credential with ID "7" does not exist'));
		expect(await responseOf('text', 'generate', text('paid words'))).toMatchObject({
			error: expect.stringContaining('The DeepInfra credential cannot be used'),
			response: { results: [{ generated_text: 'paid words' }] },
		});
		gone.mockRestore();
	});

	it('puts files into binary data', async () => {
		const image = Buffer.from(
			'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
			'base64',
		);
		const body = result({ images: [`data:image/png;base64,${image.toString('base64')}`], seed: 7 });
		const { data } = await receive(options('image', 'generate'), { body });
		const [item] = data.workflowData?.[0] ?? [];
		expect(item?.binary?.data).toMatchObject({ mimeType: 'image/png' });
		expect(JSON.stringify(item?.json)).not.toContain('base64');
		const { data: kept } = item?.binary ?? {};
		if (!kept) throw new Error('There is no file');
		expect(await world.engine.read(kept)).toEqual(image);
	});

	it('takes what the service sends: late, twice, and failed', async () => {
		const seen: Array<{ body: unknown; query: Record<string, string> }> = [];
		const server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const url = new URL(request.url ?? '/', 'http://localhost');
				seen.push({ body: JSON.parse(Buffer.concat(chunks).toString()), query: Object.fromEntries(url.searchParams) });
				response.end('ok');
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		const port = typeof address === 'object' && address !== null ? address.port : 0;
		const webhook = `http://127.0.0.1:${port}/webhook/secret/deepinfra?ref=a`;
		const ask = async (prompt: string) =>
			await world.engine.run({
				parameters: {
					resource: 'text',
					operation: 'generate',
					model: modelId('meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'),
					prompt,
					options: { webhook },
				},
			});
		try {
			world.emulator.options.callbacks = { delayMs: 100, copies: 2 };
			const { requestId } = jsonOf(await ask('Tell me something'));
			for (let tries = 0; seen.length < 2 && tries < 300; tries++) await wait(20);
			world.emulator.options.callbacks = { fails: true };
			await ask('Fail');
			for (let tries = 0; seen.length < 3 && tries < 300; tries++) await wait(20);
			const outputs = [];
			for (const callback of seen) outputs.push((await receive(options('text', 'generate'), callback)).data);
			expect(outputs[0]?.workflowData?.[0]?.[0]?.json).toMatchObject({ requestId, ref: 'a', text: expect.any(String) });
			expect(outputs[1]).toEqual({ webhookResponse: 'received before' });
			expect(outputs[2]?.workflowData?.[1]).toHaveLength(1);
		} finally {
			world.emulator.options.callbacks = undefined;
			server.closeAllConnections();
			server.close();
		}
	});
});
