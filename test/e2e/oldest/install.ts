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

/** An n8n with a Node of its time, in a folder of its own. */
export interface Release {
	readonly n8n: string;
	readonly node: string;
	readonly folder: string;
}

const release = (name: string, n8n: string, node: string): Release => ({
	n8n,
	node,
	folder: path.join(places.host, name),
});

/** The last line of n8n 1, and the oldest Node that the package promises. */
export const oldest = release('oldest', '1.123.81', '20.20.2');
/** What the first n8n with the SDK of chat models runs them with; of the whole of it, npm makes 3.6 GB in six minutes. */
const SDK = { 'n8n-core': '2.16.0', 'n8n-workflow': '2.16.0', '@n8n/ai-node-sdk': '0.7.0' };
export const firstWithSdk = { n8n: SDK['n8n-core'], folder: path.join(places.host, 'first-sdk') };

export const scriptOf = ({ folder }: Release) => path.join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
export const nodeOf = ({ folder }: Pick<Release, 'folder'>) =>
	path.join(
		folder,
		'node_modules',
		nodePackage(process.platform, process.arch),
		'bin',
		process.platform === 'win32' ? 'node.exe' : 'node',
	);

const markerOf = ({ folder }: Release) => path.join(folder, 'installed.json');
const wanted = ({ n8n, node }: Release) => ({ n8n, node, machine: `${process.platform}-${process.arch}` });

async function isInstalled(each: Release): Promise<boolean> {
	const found = dictOf(parseJson(await readFile(markerOf(each), 'utf8').catch(() => '')));
	return existsSync(scriptOf(each)) && Object.entries(wanted(each)).every(([name, value]) => found[name] === value);
}

async function runNpm(
	{ folder, n8n }: Pick<Release, 'folder' | 'n8n'>,
	args: readonly string[],
	settings: Record<string, string>,
	signal: AbortSignal,
): Promise<void> {
	const own = nodeOf({ folder });
	const program = existsSync(own) ? own : process.execPath;
	const quiet = ['--no-package-lock', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
	const result = await runProgram(program, [findNpm(), ...args, '--prefix', folder, ...quiet], {
		cwd: folder,
		env: cleanEnvironment(process.env, program, settings),
		signal,
	});
	if (result.code === 0) return;
	throw new Failure(
		`npm could not install n8n ${n8n}. npm says:`,
		'Usually the network or the disk, or a missing compiler (Debian: apt install python3 make g++): ' +
			'check them, then run the command again.',
		essentialLines(result.output),
	);
}

/** Gets an older n8n, and a Node of its time, once. */
export async function installRelease(each: Release, signal: AbortSignal): Promise<void> {
	if (await isInstalled(each)) return;
	const { folder, n8n, node } = each;
	checkSpace(await readFreeSpace(places.host), places.host, true);
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	await mkdir(folder, { recursive: true });
	// n8n 1 takes this spreadsheet library from its maker's own server, which not every network reaches.
	await writeFile(
		path.join(folder, 'package.json'),
		`${JSON.stringify({ private: true, overrides: { xlsx: '0.18.5' } })}\n`,
	);
	// Its packages need this one to be one and the same, which npm sees to where it is asked for by name.
	const packages = [`${nodePackage(process.platform, process.arch)}@${node}`, `n8n@${n8n}`, 'zod@3.25.67'];
	await showStep(`Installing n8n ${n8n} with Node ${node}, once: some minutes`, async () => {
		await runNpm(each, ['install', ...packages, '--ignore-scripts'], {}, signal);
	});
	await showStep('Making its database driver ready', async () => {
		const headers = { npm_config_nodedir: path.dirname(path.dirname(nodeOf(each))) };
		await runNpm(each, ['rebuild', 'sqlite3', '--ignore-scripts=false'], headers, signal);
	});
	await writeFile(markerOf(each), `${JSON.stringify(wanted(each), null, '\t')}\n`);
}

/** Gets the packages of the first n8n with the SDK, once. */
export async function installSdk(signal: AbortSignal): Promise<void> {
	const { folder, n8n } = firstWithSdk;
	const marker = path.join(folder, 'installed.json');
	const wanted = JSON.stringify(SDK);
	if ((await readFile(marker, 'utf8').catch(() => '')) === wanted) return;
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	await mkdir(folder, { recursive: true });
	await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
	const packages = Object.entries(SDK).map(([name, version]) => `${name}@${version}`);
	// Working out what its packages would like beside them is what takes npm so long, and nothing needs it.
	const args = ['install', ...packages, '--legacy-peer-deps', '--ignore-scripts'];
	await showStep(`Installing the packages of n8n ${n8n}, once: about a minute`, async () => {
		await runNpm(firstWithSdk, args, {}, signal);
	});
	await writeFile(marker, wanted);
}
