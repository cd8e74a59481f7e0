/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, numberOf, parseJson } from '../json';
import { answersAt } from './checks';
import { Failure } from './failure';

const fileOf = (userFolder: string) => path.join(userFolder, 'running.json');

export function isRunning(processId: number): boolean {
	try {
		return process.kill(processId, 0);
	} catch {
		return false;
	}
}

/** Refuses a folder whose n8n is running: a second one would overwrite its files, and take them away when it ends. */
export async function checkUnused(userFolder: string): Promise<void> {
	const owner = dictOf(parseJson(await readFile(fileOf(userFolder), 'utf8').catch(() => '')));
	const processId = numberOf(owner.processId);
	const port = numberOf(owner.port);
	// A run that was killed leaves its number behind, which another process may have by now.
	if (processId === undefined || port === undefined || !isRunning(processId) || !(await answersAt(port))) return;
	throw new Failure(
		`the n8n of this project is running already, at http://127.0.0.1:${port}.`,
		'Use that one, or end it with Ctrl-C where it was started, then run the command again.',
	);
}

/** Says that the n8n of a folder runs; resolves to what takes that back. */
export async function claimFolder(userFolder: string, port: number): Promise<() => Promise<void>> {
	await mkdir(userFolder, { recursive: true });
	await writeFile(fileOf(userFolder), JSON.stringify({ processId: process.pid, port }));
	return async () => await rm(fileOf(userFolder), { force: true });
}
