/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { Agent, request as send } from 'node:http';
import { startFromCommandLine } from './cli';
import { startEmulator } from './index';
import { ask, infer, until } from './support';
import type { Emulator, EmulatorOptions } from './types';

let emulator: Emulator;
async function start(options?: EmulatorOptions) {
	emulator = await startEmulator(options);
}
afterEach(async () => {
	await emulator.close();
});

const classify = async (input = 'Great') => await infer(emulator, 'ProsusAI/finbert', { input });

describe('the server', () => {
	it('answers after the latency it is told, and is told anew between requests', async () => {
		await start({ latencyMs: 400 });
		const before = Date.now();
		await classify();
		expect(Date.now() - before).toBeGreaterThanOrEqual(398);
		emulator.options.latencyMs = 0;
		const again = Date.now();
		await classify();
		expect(Date.now() - again).toBeLessThan(398);
	});

	it('serves so many inference requests at once and refuses the rest at once', async () => {
		await start({ latencyMs: 60_000, maxConcurrent: 3 });
		const held = [1, 2, 3].map(async () => await classify().catch(() => 'ended'));
		await until(() => emulator.requests.length === 3);
		const refused = await classify();
		expect(refused).toMatchObject({ status: 429, json: { detail: { error: 'Rate limited' } } });
		expect(emulator.maxInFlight).toBe(4);
		await emulator.close();
		expect(await Promise.all(held)).toEqual(['ended', 'ended', 'ended']);
		await start();
	});

	it('lets other routes pass while inference is full', async () => {
		await start({ latencyMs: 100, maxConcurrent: 0 });
		expect((await classify()).status).toBe(429);
		expect((await ask(emulator, '/v1/me')).status).toBe(200);
	});

	it('makes room when a client goes away', async () => {
		await start({ latencyMs: 5000, maxConcurrent: 1 });
		const stop = new AbortController();
		const gone = fetch(`${emulator.url}/v1/inference/ProsusAI/finbert`, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-key' },
			body: '{"input":"x"}',
			signal: stop.signal,
		});
		await until(() => emulator.requests.length === 1);
		stop.abort();
		await expect(gone).rejects.toThrow();
		await until(() => emulator.requests[0]?.aborted === true);
		emulator.options.latencyMs = 0;
		expect((await classify()).status).toBe(200);
	});

	it('records an upload that breaks off, and lives on', async () => {
		await start();
		const headers = {
			authorization: 'Bearer emulator-key',
			'content-type': 'multipart/form-data; boundary=x',
			'content-length': '1000000',
		};
		const request = send(`${emulator.url}/v1/inference/openai/whisper-large-v3`, {
			method: 'POST',
			headers,
			agent: false,
		});
		request.on('error', () => {});
		request.write('--x\r\ncontent-disposition: form-data; name="audio"; filename="a.wav"\r\n\r\nRIFF');
		await until(() => (emulator.requests[0]?.bytes ?? 0) > 0);
		request.destroy();
		await until(() => emulator.requests[0]?.aborted === true);
		expect((await classify()).status).toBe(200);
	});

	it('closes with requests open', async () => {
		await start({ latencyMs: 60_000 });
		const open = classify().catch(() => 'ended');
		await until(() => emulator.requests.length === 1);
		await emulator.close();
		expect(await open).toBe('ended');
		await start();
	});

	it('keeps up with 200 connections', async () => {
		await start({ latencyMs: 800 });
		const agent = new Agent({ keepAlive: true, maxSockets: 200 });
		const body = '{"input":"Profits rose"}';
		const headers = {
			authorization: 'Bearer emulator-key',
			'content-type': 'application/json',
			'content-length': body.length,
		};
		const one = async () =>
			await new Promise<number | undefined>((resolve, reject) => {
				const request = send(
					`${emulator.url}/v1/inference/ProsusAI/finbert`,
					{ method: 'POST', headers, agent },
					(response) => {
						response.resume();
						response.on('end', () => resolve(response.statusCode));
					},
				);
				request.on('error', reject);
				request.end(body);
			});
		const used = process.cpuUsage();
		const statuses = await Promise.all(Array.from({ length: 600 }, one));
		const { user, system } = process.cpuUsage(used);
		agent.destroy();
		expect(statuses.every((status) => status === 200)).toBe(true);
		expect(emulator.maxInFlight).toBe(200);
		// Three rounds of 800 ms: client and emulator together may not need three quarters of that in processor time.
		expect((user + system) / 1000).toBeLessThan(1800);
	});

	it('is the same twice for one seed', async () => {
		const ids = [];
		for (let run = 0; run < 2; run++) {
			await start({ seed: 11 });
			ids.push((await classify()).json.request_id);
			if (run === 0) await emulator.close();
		}
		expect(ids[0]).toBe(ids[1]);
	});
});

describe('the command', () => {
	it('says what it is, where it is and which keys work', async () => {
		const started = await startFromCommandLine(['--port', '0', '--latency', '5'], {});
		expect(started.emulator).toBeDefined();
		if (started.emulator) emulator = started.emulator;
		const text = started.lines.join('\n');
		expect(text).toContain('EMULATOR');
		expect(text).toContain('not DeepInfra');
		expect(text).toContain(emulator.url);
		expect(text).toContain('emulator-key-no-balance');
		expect(emulator.options.latencyMs).toBe(5);
	});

	it('says that the port is taken', async () => {
		await start();
		const { port } = new URL(emulator.url);
		const started = await startFromCommandLine([], { EMULATOR_PORT: port });
		expect(started).toMatchObject({ emulator: undefined, exitCode: 1 });
		expect(started.lines.join()).toContain(`Port ${port} is taken`);
	});

	it.each([['--port', 'x'], ['--port', '70000'], ['--port'], ['--latency', '-1'], ['--max-concurrent', '1.5']])(
		'refuses %s %s',
		async (...args) => {
			await start();
			expect(await startFromCommandLine(args, {})).toMatchObject({ emulator: undefined, exitCode: 2 });
		},
	);
});
