/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Kills a program that this run started in `folder`, and all that it started, without a chance to clean up. */
export async function killProgramIn(folder: string): Promise<void> {
	for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
		const cwd = await readlink(`/proc/${id}/cwd`).catch(() => '');
		const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
		if (cwd !== folder || !command.includes('guard.js')) continue;
		// The guard leads the group of all processes of the program.
		process.kill(-Number(id), 'SIGKILL');
		return;
	}
	throw new Error(`no program runs in ${folder}`);
}
