/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, parseJson, textOf } from '../json';

export interface Login {
	readonly email: string;
	readonly password: string;
	/** Where this n8n keeps its data. */
	readonly userFolder: string;
}

/** The editor's login: made up once for each n8n, so that other users of this machine cannot know it. */
export async function readLogin(userFolder: string): Promise<Login> {
	const file = path.join(userFolder, 'login.json');
	const kept = dictOf(parseJson(await readFile(file, 'utf8').catch(() => '')));
	const email = textOf(kept.email);
	const password = textOf(kept.password);
	if (email !== undefined && password !== undefined) return { email, password, userFolder };
	// n8n asks for a digit and a capital letter.
	const login = { email: 'demo@example.com', password: `${randomBytes(9).toString('base64url')}A1` };
	await mkdir(userFolder, { recursive: true });
	await writeFile(file, JSON.stringify(login), { mode: 0o600 });
	return { ...login, userFolder };
}
