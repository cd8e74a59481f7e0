/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { readChoices, type Choices } from './arguments';
import { copyMedia, fillN8n } from './demo/setUp';
import { onceAtATime } from './dev/onceAtATime';
import { startWatch, type Build } from './dev/watch';
import { checkNode, checkPort, checkSpace, readFreeSpace } from './host/checks';
import { N8nClient } from './host/client';
import { Failure, failureText, Interruption } from './host/failure';
import { installN8n, isInstalled } from './host/install';
import { readLogin } from './host/login';
import { installNode } from './host/package';
import { checkUnused, claimFolder } from './host/owner';
import { N8N_VERSION, places } from './host/places';
import { showStep } from './host/progress';
import { startServer, type Server, type ServerOptions } from './host/server';
import { startService } from './service';
import { interrupted, runSession, type Session } from './session';

/** A save often touches several files, and the assets are copied beside the compiler. */
const PAUSE = 300;

/** What is changed in its editor stays from one run to the next. */
const USER_FOLDER = path.join(places.host, 'dev');

const HELP = `npm run dev: work on the node with an n8n beside you

  builds         nodes/, credentials/ and icons/ into dist/, again after each change (tsc --watch and gulp watch)
  n8n            a real n8n ${N8N_VERSION} with the node in it; restarted as soon as a build has passed,
                 while one that fails leaves the n8n that runs as it is. Port 5678, or -- --port 5680
  DeepInfra      the emulator in test/emulator; or DeepInfra itself: DEEPINFRA_API_KEY=... npm run dev
  workflows      the demo and the examples; what you change in the editor stays (.n8n-host/dev; delete it for a new one)
  not watched    test/, scripts/ and package.json: end with Ctrl-C and start again
`;

/** The n8n of this run: one at a time, with the build that passed last. */
class Host {
	private server: Server | undefined;

	constructor(private readonly options: ServerOptions) {}

	/** Puts what was built into n8n and starts it anew. */
	async renew(): Promise<void> {
		await installNode(this.options.userFolder, this.options.signal);
		await this.stop();
		const server = await startServer(this.options);
		this.server = server;
		void server.ended.then(() => {
			if (this.server !== server) return;
			console.error(`\nn8n ended by itself; ${server.logFile} tells why. The next build that passes starts it again.`);
		});
	}

	async stop(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		await server?.stop();
	}
}

async function check({ port }: Choices): Promise<void> {
	checkNode(process.version);
	checkSpace(await readFreeSpace(places.host), places.host, !(await isInstalled()));
	await checkUnused(USER_FOLDER);
	await checkPort(port, 'npm run dev');
}

async function develop(choices: Choices, session: Session): Promise<number> {
	console.log(HELP);
	const { signal } = session;
	const { port } = choices;
	await check(choices);
	const node = await installN8n(signal);
	session.endWith(await claimFolder(USER_FOLDER, port));
	const mediaFolder = await copyMedia(USER_FOLDER);
	const service = await startService(choices.apiKey, session);
	const host = new Host({ node, userFolder: USER_FOLDER, mediaFolder, port, signal });
	session.endWith(async () => await host.stop());

	let isFilled = false;
	const renew = onceAtATime(async () => {
		try {
			await showStep(isFilled ? 'A build passed: restarting n8n' : `Starting n8n on port ${port}`, async () => {
				await host.renew();
			});
			if (isFilled) return;
			const client = new N8nClient(`http://127.0.0.1:${port}`);
			const login = await readLogin(USER_FOLDER);
			await client.signIn(login);
			const [demo] = await fillN8n(client, service, mediaFolder, false);
			isFilled = true;
			console.log(
				`\n  Editor    http://127.0.0.1:${port}/workflow/${demo.id}` +
					`\n  Email     ${login.email}\n  Password  ${login.password}` +
					`\n  ${service.isEmulator ? 'Emulator' : 'DeepInfra'} ${service.isEmulator ? ' ' : ''}${service.baseUrl}` +
					'\n\nSave a file, and n8n has it as soon as it compiles. Ctrl-C ends everything.\n',
			);
		} catch (error) {
			if (!(error instanceof Interruption)) console.error(failureText(error));
		}
	}, PAUSE);

	const report = (build: Build) => {
		if (build.passed) renew();
		else console.error(`\n${build.errors}\n\nThis does not compile; n8n keeps the build that passed last.\n`);
	};
	console.log('  Building …');
	// Only now: a run that is refused must not take away what another one, or a test, uses.
	await rm(path.join(places.project, 'dist'), { recursive: true, force: true });
	const watch = startWatch(places.project, report);
	session.endWith(async () => await watch.stop());
	const ended = await Promise.race([watch.ended, interrupted(signal)]);
	if (signal.aborted) {
		console.log('\nEnding n8n.');
		return 0;
	}
	throw new Failure('the build ended by itself. It said:', 'Mend what it reports, then run the command again.', ended);
}

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(HELP);
else void runSession(async (session) => await develop(readChoices(args, process.env), session));
