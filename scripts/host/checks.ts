/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { Failure } from './failure';

const GIGABYTE = 1e9;
const SPACE_FOR_INSTALLING = 4 * GIGABYTE;
const SPACE_FOR_RUNNING = 0.3 * GIGABYTE;
const OLDEST_NODE = { major: 20, minor: 19 };

export function checkNode(version: string): void {
	const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
	if (major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor)) return;
	throw new Failure(
		`Node ${version} is too old; Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer is needed.`,
		'Install the current Node.js LTS version (https://nodejs.org), then run the command again.',
	);
}

export function checkSpace(freeBytes: number, folder: string, installs: boolean): void {
	const needed = installs ? SPACE_FOR_INSTALLING : SPACE_FOR_RUNNING;
	if (freeBytes >= needed) return;
	const inGigabytes = (bytes: number) => (bytes / GIGABYTE).toFixed(1);
	const purpose = installs ? 'for installing n8n once' : "for n8n's data";
	throw new Failure(
		`only ${inGigabytes(freeBytes)} GB are free where ${folder} lies; ${inGigabytes(needed)} GB are needed ${purpose}.`,
		'Free some space on that disk, or move this project to a disk with more space; then run the command again.',
	);
}

/** Free bytes on the disk that holds the folder, or that would hold it once it is made. */
export async function readFreeSpace(folder: string): Promise<number> {
	let existing = folder;
	while (!existsSync(existing) && existing !== path.dirname(existing)) existing = path.dirname(existing);
	const { bavail, bsize } = await statfs(existing);
	return bavail * bsize;
}

/** Whether some program listens there. */
export const answersAt = async (port: number): Promise<boolean> =>
	await new Promise((resolve) => {
		const socket = connect({ host: '127.0.0.1', port });
		const finish = (answers: boolean) => {
			socket.destroy();
			resolve(answers);
		};
		socket.setTimeout(1000, () => finish(false));
		socket.on('connect', () => finish(true));
		socket.on('error', () => finish(false));
	});

/** The port that could be opened, or undefined; 0 asks for any. */
const tryPort = async (port: number): Promise<number | undefined> =>
	await new Promise((resolve) => {
		const server = createServer();
		server.on('error', () => resolve(undefined));
		server.listen(port, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
		});
	});

/** On some systems a port can be opened on 127.0.0.1 although another program has it on all addresses. */
export const isPortFree = async (port: number): Promise<boolean> =>
	!(await answersAt(port)) && (await tryPort(port)) !== undefined;

/** The preferred port when it is free, else any free one. */
export async function choosePort(preferred: number): Promise<number> {
	if (await isPortFree(preferred)) return preferred;
	const port = await tryPort(0);
	if (port !== undefined) return port;
	throw new Failure(
		'no free network port was found on 127.0.0.1.',
		'Close some programs that listen on ports, then run the command again.',
	);
}

export async function checkPort(port: number, command: string): Promise<void> {
	if (await isPortFree(port)) return;
	throw new Failure(
		`port ${port}, which n8n's editor would use, is taken by another program (an n8n that is still running?).`,
		`End that program, or choose another port: ${command} -- --port ${await choosePort(port < 65_000 ? port + 2 : 0)}`,
	);
}

export function readPort(given: string): number {
	const port = Number(given);
	if (/^\d+$/.test(given) && port > 0 && port < 65_536) return port;
	throw new Failure(`"${given}" is not a port.`, 'Give a number from 1 to 65535, for example --port 5680');
}
