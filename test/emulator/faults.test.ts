/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { request as send, type IncomingMessage } from 'node:http';
import { startEmulator } from './index';
import { infer, type Reply, until } from './support';
import type { Emulator, ErrorShape, Fault } from './types';

let emulator: Emulator;
beforeEach(async () => {
	emulator = await startEmulator();
});
afterEach(async () => {
	await emulator.close();
});

async function askWith(fault: Fault, key = 'emulator-key'): Promise<Reply> {
	emulator.options.faults = () => fault;
	return await infer(emulator, 'ProsusAI/finbert', { input: 'Great' }, key);
}

interface RawReply {
	status?: number;
	headers?: IncomingMessage['headers'];
	received: string;
	/** What ended it before the answer was complete. */
	error?: string;
}

/** A bare client that keeps what came before things went wrong. It gives up a while after the answer has begun. */
async function askRaw(fault: Fault, giveUpMs = 300): Promise<RawReply> {
	emulator.options.faults = () => fault;
	const reply: RawReply = { received: '' };
	return await new Promise((resolve) => {
		const request = send(`${emulator.url}/v1/inference/ProsusAI/finbert`, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-key' },
			agent: false,
		});
		const giveUp = () => request.destroy(new Error('gave up'));
		let timer = setTimeout(giveUp, fault.kind === 'stalledHeaders' ? giveUpMs : 5000);
		const finish = (error?: NodeJS.ErrnoException) => {
			clearTimeout(timer);
			resolve({ ...reply, ...(error ? { error: error.message === 'gave up' ? 'gave up' : error.code } : {}) });
		};
		request.on('error', finish);
		request.on('response', (response) => {
			clearTimeout(timer);
			timer = setTimeout(giveUp, giveUpMs);
			reply.status = response.statusCode;
			reply.headers = response.headers;
			response.setEncoding('utf8');
			response.on('data', (text: string) => {
				reply.received += text;
			});
			response.on('error', finish);
			response.on('end', () => finish());
		});
		request.end(JSON.stringify({ input: 'Great' }));
	});
}

describe('a status', () => {
	it.each([400, 401, 402, 403, 404, 409, 413, 422, 423, 429, 500, 502, 503, 504])(
		'%i comes with a body',
		async (status) => {
			const reply = await askWith({ kind: 'status', status });
			expect(reply).toMatchObject({ status, json: { detail: { error: `Emulated error ${status}` }, emulator: true } });
			expect(emulator.requests[0]?.status).toBe(status);
		},
	);

	it('may say when to come back, and have any body and type', async () => {
		const seconds = await askWith({ kind: 'status', status: 429, retryAfter: 3, body: { error: 'busy' } });
		expect(seconds.headers.get('retry-after')).toBe('3');
		expect(seconds.json.error).toBe('busy');
		const date = await askWith({
			kind: 'status',
			status: 503,
			retryAfter: 'Fri, 31 Dec 2027 23:59:59 GMT',
			body: 'down',
			contentType: 'text/html',
		});
		expect(date).toMatchObject({ status: 503, text: 'down' });
		expect(date.headers.get('content-type')).toBe('text/html');
		expect(date.headers.get('retry-after')).toContain('2027');
	});
});

describe('the connection', () => {
	it('is reset before the headers', async () => {
		expect(await askRaw({ kind: 'resetBeforeHeaders' })).toEqual({ received: '', error: 'ECONNRESET' });
		expect(emulator.requests[0]).toMatchObject({ aborted: false, bytes: 17 });
		expect(emulator.requests[0]?.status).toBeUndefined();
	});

	it('is reset in the middle of the body', async () => {
		const reply = await askRaw({ kind: 'resetMidBody' });
		expect(reply).toMatchObject({ status: 200, error: 'ECONNRESET' });
		expect(reply.received.length).toBeGreaterThan(10);
		expect(reply.received.length).toBeLessThan(Number(reply.headers?.['content-length']));
		expect(emulator.requests[0]?.aborted).toBe(false);
	});

	it('is reset after a while, without a byte', async () => {
		const begun = Date.now();
		expect(await askRaw({ kind: 'resetAfter', afterMs: 120 })).toEqual({ received: '', error: 'ECONNRESET' });
		expect(Date.now() - begun).toBeGreaterThanOrEqual(115);
	});

	it('speaks another language than HTTP', async () => {
		const reply = await askRaw({ kind: 'notHttp' });
		expect(reply).toEqual({ received: '', error: expect.stringMatching(/^HPE_/) });
	});

	it('stays silent, and the client that gives up is recorded', async () => {
		expect(await askRaw({ kind: 'stalledHeaders' })).toEqual({ received: '', error: 'gave up' });
		await until(() => emulator.requests[0]?.aborted === true);
	});

	it('falls silent in the middle of the body', async () => {
		const reply = await askRaw({ kind: 'stalledBody' });
		expect(reply).toMatchObject({ status: 200, error: 'gave up' });
		expect(reply.received.length).toBeGreaterThan(10);
		await until(() => emulator.requests[0]?.aborted === true);
	});

	it('sends a byte at a time', async () => {
		const slow = await askRaw({ kind: 'slowBody', intervalMs: 30 });
		expect(slow).toMatchObject({ status: 200, error: 'gave up' });
		expect(slow.received.length).toBeGreaterThan(0);
		expect(slow.received.length).toBeLessThan(20);
		const whole = await askRaw({ kind: 'slowBody', intervalMs: 1 }, 4000);
		expect(JSON.parse(whole.received)).toMatchObject({ results: { length: 3 } });
	});
});

describe('the body', () => {
	it('is cut in half, although HTTP is complete', async () => {
		const { status, text } = await askWith({ kind: 'truncatedJson' });
		expect(status).toBe(200);
		expect(text).toMatch(/^\{"results"/);
		expect(() => JSON.parse(text)).toThrow(SyntaxError);
	});

	it('is a page of HTML', async () => {
		expect(await askWith({ kind: 'html' })).toMatchObject({
			status: 502,
			text: expect.stringMatching(/^<!DOCTYPE html>/),
		});
		const ok = await askWith({ kind: 'html', status: 200 });
		expect(ok.status).toBe(200);
		expect(ok.headers.get('content-type')).toBe('text/html');
	});

	it('has the wrong type', async () => {
		const { headers, json } = await askWith({ kind: 'wrongContentType' });
		expect(headers.get('content-type')).toBe('text/plain');
		expect(json.results).toHaveLength(3);
	});

	it('is gzip that ends early', async () => {
		// fetch makes of it what it can.
		const { text } = await askWith({ kind: 'gzipCutShort' });
		expect(() => JSON.parse(text)).toThrow(SyntaxError);
		const raw = await askRaw({ kind: 'gzipCutShort' });
		expect(raw).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } });
		expect(raw.error).toBeUndefined();
	});

	it('says failed in its frame', async () => {
		const { status, json } = await askWith({ kind: 'failedStatus', detail: 'out of memory' });
		expect(status).toBe(200);
		expect(json).toMatchObject({ inference_status: { status: 'failed', cost: 0 }, detail: 'out of memory' });
		expect(json.results).toBeUndefined();
	});

	it.each(['error', 'cancelled', 'request_moderated'] as const)('says %s at its top', async (word) => {
		expect(await askWith({ kind: 'statusField', status: word, detail: 'why' })).toMatchObject({
			status: 200,
			json: { status: word, detail: 'why' },
		});
	});

	it('is empty', async () => {
		expect(await askWith({ kind: 'empty' })).toMatchObject({ status: 200, text: '' });
		expect(await askWith({ kind: 'empty', status: 405 })).toMatchObject({ status: 405, text: '' });
	});

	it.each([
		['array', '[1,"two",null]'],
		['null', 'null'],
		['string', '"done"'],
		['missingFields', '{"request_id":null,"inference_status":null,"emulator":true}'],
	] as const)('is of the wrong shape: %s', async (shape, text) => {
		expect(await askWith({ kind: 'wrongShape', shape })).toMatchObject({ status: 200, text });
	});

	const shapes: Array<[ErrorShape, number, string]> = [
		['detailError', 400, '{"detail":{"error":"no!"},"emulator":true}'],
		['error', 404, '{"error":"no!","emulator":true}'],
		['detail', 400, '{"detail":"no!","emulator":true}'],
		[
			'openai',
			400,
			'{"error":{"message":"no!","type":"invalid_request_error","param":null,"code":null},"emulator":true}',
		],
		['validation', 422, '{"detail":[{"loc":["body","input"],"msg":"no!","type":"value_error"}],"emulator":true}'],
		['errors', 400, '{"errors":[{"message":"no!"}],"emulator":true}'],
		['stream', 200, 'data: {"error_type":"validation_error","error_message":"no!"}\n\n'],
		['text', 500, 'no!'],
	];
	it.each(shapes)('is an error of the shape %s', async (shape, status, text) => {
		expect(await askWith({ kind: 'errorBody', shape, message: 'no!' })).toMatchObject({ status, text });
		expect(await askWith({ kind: 'errorBody', shape, message: 'no!', status: 418 })).toMatchObject({
			status: 418,
			text,
		});
	});

	it('echoes the key', async () => {
		const error = await askWith({ kind: 'echoKey', as: 'error' });
		expect(error).toMatchObject({ status: 400, text: expect.stringContaining('Bearer emulator-key') });
		const success = await askWith({ kind: 'echoKey', as: 'success' });
		expect(success.json).toMatchObject({ debug: { authorization: 'Bearer emulator-key' }, results: { length: 3 } });
	});

	it('is huge', async () => {
		const { text } = await askWith({ kind: 'hugeBody', bytes: 3_000_000 });
		expect(text).toHaveLength(3_000_000);
		expect(JSON.parse(text)).toMatchObject({ emulator: true });
	});

	it('is nested deeply', async () => {
		const { text } = await askWith({ kind: 'deepNesting', depth: 500 });
		expect(text).toContain('['.repeat(500));
		expect(JSON.parse(text)).toMatchObject({ results: { length: 3 } });
	});

	it('has keys of a prototype', async () => {
		const { text } = await askWith({ kind: 'protoKeys' });
		expect(Object.keys(JSON.parse(text))).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'results']));
	});

	it('is a part of what was asked for', async () => {
		const good = await infer(emulator, 'ProsusAI/finbert', { input: 'Great' });
		const { status, headers, received } = await askRaw({ kind: 'part' });
		expect(status).toBe(206);
		expect(headers?.['content-range']).toMatch(/^bytes 0-\d+\/\d+$/);
		expect(received.length).toBeLessThan(good.text.length);
	});

	it('is zipped, with the length of what is zipped', async () => {
		const { headers } = await askRaw({ kind: 'zipped' });
		expect(headers?.['content-encoding']).toBe('gzip');
		expect((await askWith({ kind: 'zipped' })).json.results).toHaveLength(3);
	});

	it('is small and unpacks to a large one', async () => {
		const { headers } = await askRaw({ kind: 'bomb', bytes: 5_000_000 });
		expect(Number(headers?.['content-length'])).toBeLessThan(50_000);
		expect((await askWith({ kind: 'bomb', bytes: 5_000_000 })).text.length).toBeGreaterThanOrEqual(5_000_000);
	});

	it('begins with a byte order mark', async () => {
		const { received } = await askRaw({ kind: 'byteOrderMark' });
		expect(received.startsWith('\ufeff{')).toBe(true);
	});

	it('is elsewhere', async () => {
		const raw = await askRaw({ kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' });
		expect(raw).toMatchObject({ status: 307, received: '', headers: { location: 'http://127.0.0.1:9/elsewhere' } });
	});
});

describe('faults', () => {
	it('are asked for once per request, with what was read, and only when there is room', async () => {
		const seen: unknown[] = [];
		emulator.options.faults = ({ index, json }) => {
			seen.push([index, json]);
			return index === 1 ? { kind: 'status', status: 503 } : undefined;
		};
		const statuses = [];
		for (const input of ['a', 'b', 'c']) statuses.push((await infer(emulator, 'ProsusAI/finbert', { input })).status);
		expect(statuses).toEqual([200, 503, 200]);
		expect(seen).toEqual([
			[0, { input: 'a' }],
			[1, { input: 'b' }],
			[2, { input: 'c' }],
		]);
	});

	it('mark their answers', async () => {
		const kinds: Fault[] = [
			{ kind: 'status', status: 500 },
			{ kind: 'html' },
			{ kind: 'empty' },
			{ kind: 'hugeBody', bytes: 100 },
		];
		for (const fault of kinds) expect((await askWith(fault)).headers.get('x-emulator')).toBe('deepinfra-emulator');
	});
});
