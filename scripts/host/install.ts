/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dictOf, parseJson, textOf } from '../json';
import { cleanEnvironment } from './environment';
import { Failure } from './failure';
import { chooseNode, findNpm, type NodeForN8n } from './node';
import { N8N_VERSION, NODE_VERSION, places } from './places';
import { showStep } from './progress';
import { essentialLines, runProgram, type RunResult } from './run';

/** About how many packages an n8n consists of, to tell how far the installation has come. */
const PACKAGES = 1500;

/** `packages`: all of npm's packages are there, the database driver is not yet ready. */
type Step = 'packages' | 'complete';

const marker = (node: NodeForN8n, step: Step) => ({
	step,
	n8n: N8N_VERSION,
	node: node.version,
	machine: `${process.platform}-${process.arch}`,
});

/** A marker that names other versions, or none, means that the step has to be made (again). */
async function hasStep(node: NodeForN8n, step: Step): Promise<boolean> {
	if (!existsSync(places.n8n) || !existsSync(node.program)) return false;
	const found = dictOf(parseJson(await readFile(places.marker, 'utf8').catch(() => '')));
	return Object.entries(marker(node, step)).every(([name, value]) => found[name] === value);
}

export const isInstalled = async (): Promise<boolean> => await hasStep(chooseNode(), 'complete');

class Installer {
	private readonly npm = findNpm();

	constructor(
		private readonly node: NodeForN8n,
		private readonly signal: AbortSignal,
	) {}

	/** Fails early, in npm's own words, when no package can be had. */
	async checkRegistry(): Promise<void> {
		const quick = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];
		const result = await this.runNpm(process.execPath, ['view', `n8n@${N8N_VERSION}`, 'version', ...quick]);
		if (result.code === 0) return;
		throw new Failure(
			`npm cannot get n8n ${N8N_VERSION} from its registry. npm says:`,
			"Check the network connection, and behind a company proxy npm's settings (npm config get registry, proxy, https-proxy); " +
				'"npm ping" tells when it works. Then run the command again.',
			essentialLines(result.output),
		);
	}

	/** A half-made installation cannot be told from a whole one file by file, so it is made anew (from npm's cache). */
	async clear(): Promise<void> {
		for (const name of ['node_modules', 'package.json', 'package-lock.json', 'installed.json']) {
			await rm(path.join(places.host, name), { recursive: true, force: true, maxRetries: 3 });
		}
		// Of its own package.json: else npm would take the project's around it.
		await writeFile(path.join(places.host, 'package.json'), '{ "private": true }\n');
	}

	async installNode(): Promise<void> {
		if (this.node.fromPackage === undefined) return;
		const name = `${this.node.fromPackage}@${NODE_VERSION}`;
		await this.install(process.execPath, name, `Node ${NODE_VERSION}`);
		if (existsSync(this.node.program)) return;
		throw new Failure(
			`the npm package ${name} does not hold Node where it was expected.`,
			`Install Node 24 or newer on this machine (https://nodejs.org), then run the command again.`,
		);
	}

	async installN8n(): Promise<void> {
		await this.install(this.node.program, `n8n@${N8N_VERSION}`, `n8n ${N8N_VERSION}`);
	}

	/**
	 * The database driver is the one native add-on that n8n needs and that does not come ready-made with npm. It is made
	 * in a temporary folder, because compiling it fails where a path has spaces.
	 */
	async buildDatabaseDriver(): Promise<void> {
		const driver = path.join('node_modules', 'sqlite3');
		const manifest = dictOf(parseJson(await readFile(path.join(places.host, driver, 'package.json'), 'utf8')));
		const folder = await mkdtemp(path.join(tmpdir(), 'n8n-sqlite3-'));
		const removeFolder = async () => await rm(folder, { recursive: true, force: true });
		const built = await this.installDriver(folder, `sqlite3@${textOf(manifest.version)}`).catch(
			async (error: unknown) => {
				await removeFolder();
				return await Promise.reject(error);
			},
		);
		const binary = path.join(driver, 'build', 'Release');
		await cp(path.join(folder, binary), path.join(places.host, binary), { recursive: true }).catch(() => undefined);
		await removeFolder();
		const tried = await runProgram(this.node.program, ['-e', "require('sqlite3')"], {
			cwd: places.host,
			env: cleanEnvironment(process.env, this.node.program),
			signal: this.signal,
		});
		if (built.code === 0 && tried.code === 0) return;
		throw new Failure(
			"n8n's database driver (sqlite3) could not be made ready on this machine.",
			'It is downloaded or, where that fails, compiled: install python3, make and a C++ compiler ' +
				'(Debian/Ubuntu: apt install python3 make g++; macOS: xcode-select --install), then run the command again.',
			essentialLines(built.code === 0 ? tried.output : built.output),
		);
	}

	private async installDriver(folder: string, name: string): Promise<RunResult> {
		const settings: Record<string, string> = {};
		if (this.node.headers !== undefined) {
			settings.npm_config_nodedir = path.join(folder, 'headers');
			await symlink(this.node.headers, settings.npm_config_nodedir, 'junction');
		}
		const args = ['install', name, '--ignore-scripts=false', '--no-package-lock'];
		return await this.runNpm(this.node.program, args, settings, folder);
	}

	async writeMarker(step: Step): Promise<void> {
		const draft = `${places.marker}.draft`;
		await writeFile(draft, `${JSON.stringify(marker(this.node, step), null, '\t')}\n`);
		await rename(draft, places.marker);
	}

	private async install(nodeProgram: string, name: string, what: string): Promise<void> {
		const result = await this.runNpm(nodeProgram, ['install', name, '--ignore-scripts', '--no-package-lock']);
		if (result.code === 0) return;
		throw new Failure(
			`npm could not install ${what}. npm says:`,
			'Usually the network or the disk: check both, then run the command again; it starts over where needed.',
			essentialLines(result.output),
		);
	}

	private async runNpm(
		nodeProgram: string,
		args: readonly string[],
		settings: Readonly<Record<string, string>> = {},
		folder = places.host,
	): Promise<RunResult> {
		const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
		return await runProgram(nodeProgram, [this.npm, ...args, '--prefix', folder, ...quiet], {
			cwd: folder,
			env: cleanEnvironment(process.env, nodeProgram, settings),
			signal: this.signal,
		});
	}
}

/** Looks now and then how many packages have been unpacked; npm itself says nothing until its end. */
function watchPackages(): { text: () => string; stop: () => void } {
	let count = 0;
	const timer = setInterval(() => void countPackages().then((found) => (count = found)), 3000);
	return {
		// npm first reads what n8n needs, which takes a minute; then the packages come.
		text: () => (count > 50 ? `${count} packages of about ${PACKAGES}` : 'reading what it needs and downloading it'),
		stop: () => clearInterval(timer),
	};
}

async function countPackages(): Promise<number> {
	const names = await readdir(places.modules).catch((): string[] => []);
	const inner = await Promise.all(
		names.map(async (name) => {
			if (!name.startsWith('@')) return [name];
			const scoped = await readdir(path.join(places.modules, name)).catch((): string[] => []);
			return scoped.map((second) => `${name}/${second}`);
		}),
	);
	// npm makes all the folders first; a package is there when its package.json is.
	return inner.flat().filter((name) => existsSync(path.join(places.modules, name, 'package.json'))).length;
}

/** Gets a real n8n into the git-ignored folder, once. */
export async function installN8n(signal: AbortSignal): Promise<NodeForN8n> {
	const node = chooseNode();
	if (await isInstalled()) return node;
	await mkdir(places.host, { recursive: true });
	const installer = new Installer(node, signal);
	await showStep("Asking npm's registry for n8n", async () => await installer.checkRegistry());
	if (!(await hasStep(node, 'packages'))) await installPackages(installer, node);
	await showStep("Making n8n's database driver ready", async () => await installer.buildDatabaseDriver());
	await installer.writeMarker('complete');
	return node;
}

async function installPackages(installer: Installer, node: NodeForN8n): Promise<void> {
	await showStep('Making room for n8n', async () => await installer.clear());
	if (node.fromPackage !== undefined) {
		await showStep(`Getting Node ${NODE_VERSION} for n8n (this machine has ${process.version})`, async () => {
			await installer.installNode();
		});
	}
	const packages = watchPackages();
	await showStep(
		`Installing n8n ${N8N_VERSION}, once: 3 GB, some minutes`,
		async () => await installer.installN8n(),
		packages.text,
	).finally(packages.stop);
	await installer.writeMarker('packages');
}
