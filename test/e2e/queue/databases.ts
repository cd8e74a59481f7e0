/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort } from '../../../scripts/host/checks';
import { cleanEnvironment } from '../../../scripts/host/environment';
import { Failure } from '../../../scripts/host/failure';
import { startProgram } from '../../../scripts/host/programs';
import { essentialLines, runProgram } from '../../../scripts/host/run';
import { showStep } from '../../../scripts/host/progress';
import { installDebianPackages } from '../support/debian';
import type { Endings } from '../support/endings';
import { waitFor } from '../support/report';

const REDIS = '/usr/bin/redis-server';
const POSTGRES_VERSIONS = '/usr/lib/postgresql';
const USER = 'n8n';
const START_SECONDS = 30;

const environment = cleanEnvironment(process.env, process.execPath);

async function findPostgres(): Promise<string | undefined> {
	const versions = await readdir(POSTGRES_VERSIONS).catch((): string[] => []);
	return versions
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => path.join(POSTGRES_VERSIONS, version, 'bin'))
		.find((folder) => existsSync(path.join(folder, 'postgres')));
}

/** Debian's Redis and PostgreSQL, installed when they are missing. */
export async function installDatabases(signal: AbortSignal): Promise<string> {
	const missing: string[] = [];
	if (!existsSync(REDIS)) missing.push('redis-server');
	if ((await findPostgres()) === undefined) missing.push('postgresql');
	if (missing.length > 0) {
		await showStep(`Installing ${missing.join(' and ')}`, async () => await installDebianPackages(missing, signal));
	}
	const programs = await findPostgres();
	if (programs !== undefined) return programs;
	throw new Failure(`PostgreSQL was not found in ${POSTGRES_VERSIONS}.`, "Install Debian's package postgresql.");
}

/** Starts a server for as long as this part runs, and waits until it answers on its port. */
async function startDatabase(endings: Endings, command: readonly string[], cwd: string, ready: RegExp): Promise<void> {
	const [program = '', ...args] = command;
	let said = '';
	const server = startProgram(program, args, { cwd, env: environment, onOutput: (text) => (said += text) });
	endings.add(async () => await server.stop());
	await waitFor(
		`the start of ${path.basename(program)} (it says: ${said})`,
		START_SECONDS,
		() => ready.test(said) || undefined,
	);
}

export async function startRedis(endings: Endings, cwd: string): Promise<number> {
	const port = await choosePort(6390);
	const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', cwd];
	await startDatabase(endings, [REDIS, ...settings], cwd, /Ready to accept connections/);
	return port;
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
async function readOwner(): Promise<{
	readonly prefix: readonly string[];
	readonly uid: number;
	readonly gid: number;
}> {
	const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
	if (uid !== 0) return { prefix: [], uid, gid };
	const users = await readFile('/etc/passwd', 'utf8');
	const [, , own, group] =
		users
			.split('\n')
			.find((line) => line.startsWith('postgres:'))
			?.split(':') ?? [];
	return { prefix: ['/usr/sbin/runuser', '-u', 'postgres', '--'], uid: Number(own), gid: Number(group) };
}

export interface Postgres {
	readonly port: number;
	readonly user: string;
}

export async function startPostgres(endings: Endings, programs: string, signal: AbortSignal): Promise<Postgres> {
	const { prefix, uid, gid } = await readOwner();
	const folder = await mkdtemp(path.join(tmpdir(), 'deepinfra-e2e-postgres-'));
	endings.add(async () => await rm(folder, { recursive: true, force: true }));
	await chown(folder, uid, gid);
	const data = path.join(folder, 'data');
	// Only this machine reaches it, for some minutes, and it holds nothing but what these tests make.
	const initdb = [...prefix, path.join(programs, 'initdb'), '-D', data, '-U', USER, '-A', 'trust', '-N', '-E', 'UTF8'];
	const [command = '', ...args] = initdb;
	const made = await runProgram(command, args, { cwd: folder, env: environment, signal });
	if (made.code !== 0) {
		throw new Failure('PostgreSQL could not make a database.', 'See what it says.', essentialLines(made.output));
	}
	const port = await choosePort(5490);
	const settings = ['-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
	const server = [...prefix, path.join(programs, 'postgres'), '-D', data, ...settings];
	await startDatabase(endings, server, folder, /database system is ready to accept connections/);
	return { port, user: USER };
}
