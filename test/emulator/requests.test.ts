/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import FormDataEncoder from 'form-data';
import { startEmulator } from './index';
import { ask, infer, inferForm, objectsIn } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
beforeEach(async () => {
	emulator = await startEmulator();
});
afterEach(async () => {
	await emulator.close();
});

const JSON_TYPE = { 'content-type': 'application/json' };

describe('accounts', () => {
	it.each([
		['emulator-key', 200],
		['jwt:emulator', 200],
		['wrong', 401],
		['emulator-key-no-balance', 402],
		['jwt:emulator-over-budget', 402],
		['emulator-key-forbidden', 403],
		['emulator-key-limited', 429],
	])('with the key %s get %i from inference', async (key, status) => {
		const reply = await infer(emulator, 'ProsusAI/finbert', { input: 'x' }, key);
		expect(reply.status).toBe(status);
		if (status >= 400) expect(reply.json.detail).toMatchObject({ error: expect.any(String) });
	});

	it('without a key get 401, and the billing page with 402', async () => {
		expect((await infer(emulator, 'ProsusAI/finbert', { input: 'x' }, null)).status).toBe(401);
		expect((await infer(emulator, 'ProsusAI/finbert', { input: 'x' }, 'emulator-key-no-balance')).text).toContain(
			'deepinfra.com/dash/billing',
		);
	});

	it('are described by /v1/me, for any good key', async () => {
		expect((await ask(emulator, '/v1/me')).json).toMatchObject({ display_name: 'emulator-user', emulator: true });
		expect((await ask(emulator, '/v1/me', {}, 'emulator-key-no-balance')).status).toBe(200);
		expect((await ask(emulator, '/v1/me', {}, 'wrong')).status).toBe(401);
		expect((await ask(emulator, '/v1/me', {}, null)).status).toBe(401);
		expect((await ask(emulator, '/v1/me/rate_limit')).json).toMatchObject({ rate_limit: 200 });
	});

	it('are not looked at by the list in OpenAI form, unless the key is well-formed and wrong', async () => {
		expect((await ask(emulator, '/v1/openai/models', {}, null)).json.object).toBe('list');
		expect((await ask(emulator, '/v1/openai/models', { headers: { authorization: 'wrong' } }, null)).status).toBe(200);
		expect((await ask(emulator, '/v1/openai/models', {}, 'wrong')).json.error).toMatchObject({
			message: 'Not authenticated',
		});
	});
});

describe('validation', () => {
	const cases: Array<[string, string, Record<string, unknown>, Array<string | number>, string]> = [
		['a missing field', 'ProsusAI/finbert', {}, ['body', 'input'], 'value_error.missing'],
		['a wrong type', 'ProsusAI/finbert', { input: 5 }, ['body', 'input'], 'type_error.str'],
		['null for a text', 'ProsusAI/finbert', { input: null }, ['body', 'input'], 'type_error.str'],
		[
			'a number out of range',
			'stabilityai/sdxl-turbo',
			{ prompt: 'x', num_images: 9 },
			['body', 'num_images'],
			'value_error.number.not_le',
		],
		['an unknown choice', 'stabilityai/sdxl-turbo', { prompt: 'x', width: 500 }, ['body', 'width'], 'type_error.enum'],
		[
			'a fraction for a whole number',
			'stabilityai/sdxl-turbo',
			{ prompt: 'x', seed: 1.5 },
			['body', 'seed'],
			'type_error.integer',
		],
		['an item of a list', 'BAAI/bge-m3', { inputs: ['a', 2] }, ['body', 'inputs', 1], 'type_error.str'],
		[
			'a webhook that is no URL',
			'ProsusAI/finbert',
			{ input: 'x', webhook: 'here' },
			['body', 'webhook'],
			'value_error.url.scheme',
		],
	];
	it.each(cases)('names %s', async (_name, model, body, loc, type) => {
		const { status, json } = await infer(emulator, model, body);
		expect(status).toBe(422);
		expect(objectsIn(json.detail)).toEqual([{ loc, msg: expect.any(String), type }]);
	});

	it('names all fields at once', async () => {
		const { json } = await infer(emulator, 'emulator/everything', { count: 0 });
		expect(objectsIn(json.detail).map(({ loc }) => String(loc))).toEqual(
			expect.arrayContaining(['body,title', 'body,photo', 'body,mode', 'body,count']),
		);
	});

	it('lets unknown keys pass', async () => {
		expect((await infer(emulator, 'ProsusAI/finbert', { input: 'x', unheard_of: 1 })).status).toBe(200);
	});

	it.each(['nobody/nothing', 'openai%2Fwhisper-large-v3', '../me', 'a%zz'])('knows no model %s', async (name) => {
		const response = await fetch(`${emulator.url}/v1/inference/${name}`, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-key' },
			body: '{}',
		});
		expect(response.status).toBe(name === '../me' ? 405 : 404);
	});

	it('answers a wrong method with 405 and nothing, a wrong path with 404', async () => {
		expect(await ask(emulator, '/v1/inference/ProsusAI/finbert')).toMatchObject({ status: 405, text: '' });
		expect((await ask(emulator, '/v2/nothing')).status).toBe(404);
	});
});

describe('bodies', () => {
	it('are recorded as they came', async () => {
		await infer(emulator, 'ProsusAI/finbert?version=abc', { input: 'Hello' });
		expect(emulator.requests).toHaveLength(1);
		expect(emulator.requests[0]).toMatchObject({
			index: 0,
			method: 'POST',
			path: '/v1/inference/ProsusAI/finbert',
			query: { version: 'abc' },
			json: { input: 'Hello' },
			bytes: 17,
			aborted: false,
			status: 200,
		});
	});

	it('may be gzip, and nothing else', async () => {
		const body = gzipSync(JSON.stringify({ input: 'Great success' }));
		const path = '/v1/inference/ProsusAI/finbert';
		const zipped = await ask(emulator, path, {
			method: 'POST',
			headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
			body,
		});
		expect(zipped.status).toBe(200);
		expect(emulator.requests[0]).toMatchObject({ json: { input: 'Great success' }, bytes: body.length });
		const broken = await ask(emulator, path, {
			method: 'POST',
			headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
			body: body.subarray(0, 12),
		});
		expect(broken.status).toBe(400);
		const other = await ask(emulator, path, {
			method: 'POST',
			headers: { ...JSON_TYPE, 'content-encoding': 'br' },
			body,
		});
		expect(other.status).toBe(415);
	});

	it('that are no JSON get 400', async () => {
		const reply = await ask(emulator, '/v1/inference/ProsusAI/finbert', {
			method: 'POST',
			headers: JSON_TYPE,
			body: '{"input":',
		});
		expect(reply.status).toBe(400);
	});

	it('of multipart kind are the same from fetch and from form-data', async () => {
		const bytes = Buffer.from('abc'.repeat(1000));
		const texts = { title: 'ü "quoted"', mode: 'good' };
		await inferForm(emulator, 'emulator/everything', {
			...texts,
			photo: new File([bytes], 'größe.png', { type: 'image/png' }),
		});
		const encoder = new FormDataEncoder();
		for (const [name, value] of Object.entries(texts)) encoder.append(name, value);
		encoder.append('photo', bytes, { filename: 'größe.png', contentType: 'image/png' });
		const headers: Record<string, string> = encoder.getHeaders();
		await ask(emulator, '/v1/inference/emulator/everything', { method: 'POST', headers, body: encoder.getBuffer() });
		const [first, second] = emulator.requests;
		expect(first).toMatchObject({ status: 200 });
		expect(second).toMatchObject({ status: 200 });
		const byName = (parts = first?.form) => [...(parts ?? [])].sort((a, b) => a.name.localeCompare(b.name));
		expect(byName(second?.form)).toEqual(byName());
		expect(byName()).toEqual([
			expect.objectContaining({ name: 'mode', value: 'good' }),
			{
				name: 'photo',
				filename: 'größe.png',
				mimeType: 'image/png',
				size: 3000,
				sha256: createHash('sha256').update(bytes).digest('hex'),
			},
			expect.objectContaining({ name: 'title', value: 'ü "quoted"' }),
		]);
	});

	it('have text, not a file, in a part without a filename', async () => {
		const boundary = 'xyz';
		const part = `--${boundary}\r\ncontent-disposition: form-data; name="image"\r\ncontent-type: image/png\r\n\r\nabc!\r\n--${boundary}--\r\n`;
		const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
		const reply = await ask(emulator, '/v1/inference/google/vit-base-patch16-224', {
			method: 'POST',
			headers,
			body: part,
		});
		expect(reply).toMatchObject({ status: 400, text: expect.stringContaining('neither a data URL nor base64') });
	});

	it('of broken multipart get 400', async () => {
		const path = '/v1/inference/google/vit-base-patch16-224';
		const noEnd = await ask(emulator, path, {
			method: 'POST',
			headers: { 'content-type': 'multipart/form-data; boundary=x' },
			body: '--x\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\nabc',
		});
		expect(noEnd.status).toBe(400);
		const noBoundary = await ask(emulator, path, {
			method: 'POST',
			headers: { 'content-type': 'multipart/form-data' },
			body: 'abc',
		});
		expect(noBoundary.status).toBe(400);
	});

	it('over the limit get 413, JSON and multipart', async () => {
		emulator.options.maxBodyBytes = 1000;
		expect((await infer(emulator, 'ProsusAI/finbert', { input: 'x'.repeat(2000) })).status).toBe(413);
		expect(
			(await inferForm(emulator, 'google/vit-base-patch16-224', { image: new File(['x'.repeat(2000)], 'a.png') }))
				.status,
		).toBe(413);
		expect((await infer(emulator, 'ProsusAI/finbert', { input: 'x' })).status).toBe(200);
	});
});

describe('webhooks', () => {
	it('answer queued at once and post the result', async () => {
		const posted: string[] = [];
		let arrived = () => {};
		const arrival = new Promise<void>((resolve) => {
			arrived = resolve;
		});
		const listener = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => posted.push(chunk.toString()));
			request.on('end', () => {
				response.end();
				arrived();
			});
		});
		await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
		const address = listener.address();
		const port = typeof address === 'object' && address ? address.port : 0;
		const { json } = await infer(emulator, 'ProsusAI/finbert', {
			input: 'Great',
			webhook: `http://127.0.0.1:${port}/hook`,
		});
		expect(json).toMatchObject({ inference_status: { status: 'queued', cost: 0 } });
		expect(json.results).toBeUndefined();
		await arrival;
		expect(JSON.parse(posted.join(''))).toMatchObject({
			request_id: json.request_id,
			inference_status: { status: 'succeeded' },
			results: { length: 3 },
		});
		listener.closeAllConnections();
		await new Promise((resolve) => listener.close(resolve));
	});

	it('to other machines are accepted and never called', async () => {
		const { json } = await infer(emulator, 'ProsusAI/finbert', { input: 'Great', webhook: 'https://example.com/hook' });
		expect(json).toMatchObject({ inference_status: { status: 'queued' } });
	});
});

describe('chat', () => {
	const path = '/v1/openai/chat/completions';
	const chat = async (body: Record<string, unknown>, key = 'emulator-key') =>
		await ask(emulator, path, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) }, key);
	const messages = [
		{ role: 'system', content: 'Be kind.' },
		{ role: 'user', content: 'How are you?' },
	];
	const model = 'Qwen/Qwen2.5-72B-Instruct';

	it('answers the last message and counts', async () => {
		const { json } = await chat({ model, messages });
		expect(json).toMatchObject({ object: 'chat.completion', model, usage: { estimated_cost: expect.any(Number) } });
		expect(JSON.stringify(json.choices)).toContain('How are you?');
	});

	it('streams chunks', async () => {
		const { text } = await chat({ model, messages, stream: true });
		const events = text.trim().split('\n\n');
		expect(events.at(-1)).toBe('data: [DONE]');
		const data = events.slice(0, -1).filter((event) => !event.startsWith(':'));
		const chunks = data.map((event) => JSON.parse(event.slice(6)));
		expect(chunks.at(-1)).toMatchObject({
			object: 'chat.completion.chunk',
			usage: { completion_tokens: expect.any(Number) },
		});
	});

	it('knows deployments and versions, and what it does not know', async () => {
		expect((await chat({ model: 'deploy_id:dep1A2b3C4d5E6f7', messages })).status).toBe(200);
		expect((await chat({ model: `${model}:abc`, messages })).status).toBe(200);
		expect((await chat({ model: 'nobody/nothing', messages })).json.error).toMatchObject({
			type: 'invalid_request_error',
		});
		expect((await chat({ model, messages: [] })).status).toBe(422);
		expect((await chat({ model, messages }, 'emulator-key-no-balance')).json.detail).toMatchObject({
			error: expect.any(String),
		});
		expect((await chat({ model, messages }, 'wrong')).json.error).toMatchObject({ message: 'Not authenticated' });
	});
});
