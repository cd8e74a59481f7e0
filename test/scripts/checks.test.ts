/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
	checkNode,
	checkPort,
	checkSpace,
	choosePort,
	isPortFree,
	readFreeSpace,
	readPort,
} from '../../scripts/host/checks';
import { Failure, failureText, Interruption } from '../../scripts/host/failure';
import { checkUnused, claimFolder } from '../../scripts/host/owner';
import { essentialLines } from '../../scripts/host/run';
import { readChoices } from '../../scripts/arguments';

const messageOf = async (work: () => unknown): Promise<string> => {
	try {
		await work();
	} catch (error) {
		return failureText(error);
	}
	return 'no failure';
};

describe('Node', () => {
	it.each(['v20.19.0', 'v20.20.2', 'v22.0.0', 'v24.21.0', 'v100.0.0'])('%s will do', (version) => {
		expect(() => checkNode(version)).not.toThrow();
	});

	it.each(['v18.20.1', 'v20.18.9', 'v9.0.0'])('%s is refused with the version that is needed', async (version) => {
		expect(await messageOf(() => checkNode(version))).toMatch(
			new RegExp(`Node ${version} is too old; Node 20.19 .*Install`, 's'),
		);
	});
});

describe('disk', () => {
	it('n8n needs 4 GB before it is installed, and little later', async () => {
		expect(await messageOf(() => checkSpace(3.9e9, '/there', true))).toMatch(
			/only 3.9 GB are free where \/there lies; 4.0 GB/,
		);
		expect(() => checkSpace(4e9, '/there', true)).not.toThrow();
		expect(() => checkSpace(3.9e9, '/there', false)).not.toThrow();
		expect(await messageOf(() => checkSpace(1e8, '/there', false))).toMatch(/0.3 GB are needed/);
	});

	it('is measured for a folder that is not there yet', async () => {
		expect(await readFreeSpace(path.join(__dirname, 'not', 'there'))).toBeGreaterThan(0);
	});
});

describe('ports', () => {
	let server: Server;
	let taken = 0;

	beforeAll(async () => {
		server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		taken = typeof address === 'object' && address ? address.port : 0;
	});

	afterAll(async () => {
		await new Promise((resolve) => server.close(resolve));
	});

	it('a folder whose n8n runs is refused, and one whose n8n was killed is not', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'owner-'));
		const refusal = async () => await messageOf(async () => await checkUnused(folder));
		expect(await refusal()).toBe('no failure');
		const release = await claimFolder(folder, taken);
		expect(await refusal()).toMatch(new RegExp(`running already, at http://127\\.0\\.0\\.1:${taken}.*Ctrl-C`, 's'));
		await release();
		expect(await refusal()).toBe('no failure');
		// Of another process by now, or at a port of another program.
		await claimFolder(folder, await choosePort(0));
		expect(await refusal()).toBe('no failure');
		await writeFile(path.join(folder, 'running.json'), JSON.stringify({ processId: 2 ** 30, port: taken }));
		expect(await refusal()).toBe('no failure');
		await writeFile(path.join(folder, 'running.json'), '{');
		expect(await refusal()).toBe('no failure');
		await rm(folder, { recursive: true });
	});

	it('a port that is taken is named, with another that is free', async () => {
		const said = await messageOf(async () => await checkPort(taken, 'npm start'));
		expect(said).toContain(`port ${taken}`);
		const other = Number(/npm start -- --port (\d+)/.exec(said)?.[1]);
		expect(other).not.toBe(taken);
		expect(await isPortFree(other)).toBe(true);
	});

	it('another port is chosen only when the preferred one is taken', async () => {
		const other = await choosePort(taken);
		expect(other).not.toBe(taken);
		expect(await choosePort(other)).toBe(other);
	});

	it.each(['0', '65536', 'abc', '-1', '80.5', ''])('"%s" is not a port', async (text) => {
		expect(await messageOf(() => readPort(text))).toContain(`"${text}" is not a port`);
	});
});

describe('arguments', () => {
	it('are the port and whether to end; the key comes from the environment', () => {
		expect(readChoices([], {})).toEqual({ exit: false, port: 5678, portGiven: false });
		expect(readChoices(['--exit'], { N8N_PORT: '5700' })).toEqual({ exit: true, port: 5700, portGiven: true });
		expect(readChoices(['--port', '5701'], { N8N_PORT: '5700', DEEPINFRA_API_KEY: ' abc\n' })).toEqual({
			exit: false,
			port: 5701,
			portGiven: true,
			apiKey: 'abc',
		});
		expect(readChoices([], { N8N_PORT: '', DEEPINFRA_API_KEY: ' ' })).toEqual({
			exit: false,
			port: 5678,
			portGiven: false,
		});
	});

	it('that are not known are refused', async () => {
		expect(await messageOf(() => readChoices(['--prot', '1'], {}))).toContain('not known: --prot 1');
	});
});

describe('what is said when a run ends early', () => {
	it('is what is wrong, the words of the program, and what to do', () => {
		expect(failureText(new Failure('it broke.', 'Mend it.', 'npm error one\nnpm error two\n'))).toBe(
			'\nThis did not work: it broke.\n\n    npm error one\n    npm error two\n\nWhat to do: Mend it.',
		);
	});

	it('is short after Ctrl-C, and complete for what nobody foresaw', () => {
		expect(failureText(new Interruption())).toBe('Stopped.');
		expect(failureText(new TypeError('odd'))).toMatch(/not foreseen.*TypeError: odd/s);
	});

	it("shows npm's errors, else the last lines", () => {
		const errors =
			'npm warn old\nnpm error code ENOTFOUND\nnpm error network\nnpm error   port: 9,\nnpm error }\nnpm error A complete log of this run: x';
		expect(essentialLines(errors)).toBe('npm error code ENOTFOUND\nnpm error network');
		expect(essentialLines('a\n\nb\nc\n', 2)).toBe('b\nc');
	});
});
