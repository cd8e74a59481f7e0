/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createWriteStream } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { choosePort } from './checks';
import { cleanEnvironment } from './environment';
import { Failure, Interruption } from './failure';
import type { NodeForN8n } from './node';
import { places } from './places';
import { startProgram } from './programs';
import { essentialLines } from './run';

/** On a machine that does much else the first start takes minutes. */
const START_LIMIT = 600_000;
const BROKER_PORT = 5679;
const KEPT_LOG = 20_000;

export interface Server {
	readonly url: string;
	readonly logFile: string;
	/** Resolves when n8n has ended by itself. */
	readonly ended: Promise<number>;
	stop(): Promise<void>;
}

export interface ServerOptions {
	readonly node: NodeForN8n;
	readonly userFolder: string;
	/** The only folder that workflows may read files from. */
	readonly mediaFolder: string;
	readonly port: number;
	readonly signal: AbortSignal;
}

export const settings = (options: ServerOptions, brokerPort: number): Record<string, string> => ({
	N8N_USER_FOLDER: options.userFolder,
	N8N_RESTRICT_FILE_ACCESS_TO: options.mediaFolder,
	N8N_PORT: String(options.port),
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_EDITOR_BASE_URL: `http://127.0.0.1:${options.port}`,
	// Only this machine reaches the editor, over plain HTTP.
	N8N_SECURE_COOKIE: 'false',
	N8N_RUNNERS_BROKER_PORT: String(brokerPort),
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
	NO_COLOR: '1',
});

export const isReady = async (url: string): Promise<boolean> =>
	await fetch(`${url}/healthz/readiness`, { signal: AbortSignal.timeout(3000) }).then(
		(response) => response.ok,
		() => false,
	);

/**
 * n8n writes its editor's files into the user folder at each start. They are put under node_modules instead, where the
 * project's linter, which reads every other folder, does not go.
 */
export const cacheOf = (userFolder: string): string =>
	path.join(places.modules, '.cache', `n8n-${path.basename(userFolder)}`);

async function linkCache(userFolder: string): Promise<void> {
	const link = path.join(userFolder, '.cache');
	await mkdir(cacheOf(userFolder), { recursive: true });
	await rm(link, { recursive: true, force: true });
	await symlink(cacheOf(userFolder), link, 'junction');
}

/**
 * Starts n8n's editor and waits until it answers.
 * @param patience milliseconds
 */
export async function startServer(options: ServerOptions, patience = START_LIMIT): Promise<Server> {
	await mkdir(options.userFolder, { recursive: true });
	await linkCache(options.userFolder);
	const logFile = path.join(options.userFolder, 'n8n.log');
	const log = createWriteStream(logFile);
	const url = `http://127.0.0.1:${options.port}`;
	let recent = '';
	const program = startProgram(options.node.program, [places.n8n, 'start'], {
		cwd: options.userFolder,
		env: cleanEnvironment(process.env, options.node.program, settings(options, await choosePort(BROKER_PORT))),
		onOutput: (text) => {
			log.write(text);
			recent = (recent + text).slice(-KEPT_LOG);
		},
	});
	const stop = async () => {
		await program.stop();
		log.end();
		await rm(cacheOf(options.userFolder), { recursive: true, force: true });
	};
	let exitCode: number | undefined;
	void program.ended.then((code) => (exitCode = code));

	const limit = Date.now() + patience;
	while (Date.now() < limit && exitCode === undefined && !options.signal.aborted) {
		if (await isReady(url)) return { url, logFile, ended: program.ended, stop };
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	// Once it is stopped, it has ended in any case.
	const ended = exitCode;
	await stop();
	if (options.signal.aborted) throw new Interruption();
	throw new Failure(
		ended === undefined
			? `n8n did not answer at ${url} within ${patience / 1000} seconds. Its last words:`
			: `n8n ended while it was starting (exit code ${ended}). Its last words:`,
		`${ended === undefined ? 'This machine may be too busy: end other programs. ' : ''}Run the command again; when it fails in the same way, delete the folder ${places.host}, which makes a new n8n. ` +
			`n8n's whole log is in ${logFile}.`,
		essentialLines(recent, 20),
	);
}
