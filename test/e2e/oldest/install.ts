/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, parseJson } from '../../../scripts/json';
import { checkSpace, readFreeSpace } from '../../../scripts/host/checks';
import { cleanEnvironment } from '../../../scripts/host/environment';
import { Failure } from '../../../scripts/host/failure';
import { findNpm, nodePackage } from '../../../scripts/host/node';
import { places } from '../../../scripts/host/places';
import { showStep } from '../../../scripts/host/progress';
import { essentialLines, runProgram } from '../../../scripts/host/run';

/** The last line of n8n 1, and the oldest Node that the package promises. */
export const OLDEST_N8N = '1.123.81';
export const OLDEST_NODE = '20.20.2';

const folder = path.join(places.host, 'oldest');
const modules = path.join(folder, 'node_modules');
const marker = path.join(folder, 'installed.json');

export const oldest = {
	script: path.join(modules, 'n8n', 'bin', 'n8n'),
	node: path.join(
		modules,
		nodePackage(process.platform, process.arch),
		'bin',
		process.platform === 'win32' ? 'node.exe' : 'node',
	),
};

const wanted = { n8n: OLDEST_N8N, node: OLDEST_NODE, machine: `${process.platform}-${process.arch}` };

async function isInstalled(): Promise<boolean> {
	const found = dictOf(parseJson(await readFile(marker, 'utf8').catch(() => '')));
	return existsSync(oldest.script) && Object.entries(wanted).every(([name, value]) => found[name] === value);
}

async function runNpm(args: readonly string[], settings: Record<string, string>, signal: AbortSignal): Promise<void> {
	const program = existsSync(oldest.node) ? oldest.node : process.execPath;
	const quiet = ['--no-package-lock', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
	const result = await runProgram(program, [findNpm(), ...args, '--prefix', folder, ...quiet], {
		cwd: folder,
		env: cleanEnvironment(process.env, program, settings),
		signal,
	});
	if (result.code === 0) return;
	throw new Failure(
		`npm could not install n8n ${OLDEST_N8N}. npm says:`,
		'Usually the network or the disk, or a missing compiler (Debian: apt install python3 make g++): ' +
			'check them, then run the command again.',
		essentialLines(result.output),
	);
}

/** Gets the oldest n8n that the README promises, and a Node of its time, once. */
export async function installOldest(signal: AbortSignal): Promise<void> {
	if (await isInstalled()) return;
	checkSpace(await readFreeSpace(places.host), places.host, true);
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	await mkdir(folder, { recursive: true });
	// n8n 1 takes this spreadsheet library from its maker's own server, which not every network reaches.
	await writeFile(
		path.join(folder, 'package.json'),
		`${JSON.stringify({ private: true, overrides: { xlsx: '0.18.5' } })}\n`,
	);
	const packages = [`${nodePackage(process.platform, process.arch)}@${OLDEST_NODE}`, `n8n@${OLDEST_N8N}`];
	await showStep(`Installing n8n ${OLDEST_N8N} with Node ${OLDEST_NODE}, once: some minutes`, async () => {
		await runNpm(['install', ...packages, '--ignore-scripts'], {}, signal);
	});
	await showStep('Making its database driver ready', async () => {
		const headers = { npm_config_nodedir: path.dirname(path.dirname(oldest.node)) };
		await runNpm(['rebuild', 'sqlite3', '--ignore-scripts=false'], headers, signal);
	});
	await writeFile(marker, `${JSON.stringify(wanted, null, '\t')}\n`);
}
