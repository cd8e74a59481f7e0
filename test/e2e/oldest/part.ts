/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, listOf, parseJson, textOf, type Dict } from '../../../scripts/json';
import { readResults } from '../../../scripts/demo/results';
import { readWorkflow } from '../../../scripts/demo/workflow';
import { choosePort } from '../../../scripts/host/checks';
import { cleanEnvironment } from '../../../scripts/host/environment';
import { installN8n } from '../../../scripts/host/install';
import type { NodeForN8n } from '../../../scripts/host/node';
import { installNode } from '../../../scripts/host/package';
import { places } from '../../../scripts/host/places';
import { runProgram } from '../../../scripts/host/run';
import { settings } from '../../../scripts/host/server';
import type { Part, PartContext } from '../support/part';
import { ensure } from '../support/report';
import { copyMedia, CREDENTIAL_TYPE, EMULATOR_KEY, makeFolder, startEmulatorFor } from '../support/world';
import { manualTrigger } from '../support/workflows';
import { calculator, chatModel, planAgent } from '../agent/build';
import { firstWithSdk, installRelease, installSdk, nodeOf, oldest, scriptOf, type Release } from './install';

const CREDENTIAL = { id: 'e2eCredential000', name: 'DeepInfra emulator' };
const TASKS = 10;

interface Runtime {
	readonly release: Release;
	readonly node: NodeForN8n;
	readonly environment: Readonly<Record<string, string>>;
}

/** n8n's own command line, in a folder of its own. */
class CommandLine {
	private constructor(
		private readonly release: Release,
		private readonly node: NodeForN8n,
		private readonly folder: string,
		private readonly env: Record<string, string>,
		private readonly signal: AbortSignal,
	) {}

	static async open(runtime: Runtime, folder: string, mediaFolder: string, signal: AbortSignal): Promise<CommandLine> {
		const { release, node, environment } = runtime;
		const port = await choosePort(5790);
		const own = settings({ node, userFolder: folder, mediaFolder, port, signal }, await choosePort(5791));
		const env = cleanEnvironment(process.env, node.program, { ...own, ...environment });
		return new CommandLine(release, node, folder, env, signal);
	}

	async run(...args: string[]): Promise<string> {
		const { code, output } = await this.try(...args);
		ensure(code === 0, `n8n ${args[0]} ended with exit code ${code}:\n${output.slice(-3000)}`);
		return output;
	}

	/** A workflow that fails ends the command with a code of its own. */
	async try(...args: string[]) {
		const { folder: cwd, env, signal } = this;
		return await runProgram(this.node.program, [scriptOf(this.release), ...args], { cwd, env, signal });
	}

	async import(kind: 'credentials' | 'workflow', content: Dict): Promise<void> {
		const file = path.join(this.folder, `${kind}.json`);
		await writeFile(file, JSON.stringify([content]));
		await this.run(`import:${kind}`, `--input=${file}`);
	}
}

/** The first JSON object among what a program wrote. */
function readObject(output: string): Dict {
	const start = output.search(/^\{/m);
	return dictOf(parseJson(output.slice(start, output.lastIndexOf('}') + 1)));
}

/** n8n of a release with the packed node in it, and a credential that points to the emulator. */
async function openCommandLine({ endings, signal }: PartContext, runtime: Runtime) {
	const folder = await makeFolder(endings, 'oldest');
	const mediaFolder = await copyMedia(folder);
	await installNode(folder, signal);
	const emulator = await startEmulatorFor(endings);
	const n8n = await CommandLine.open(runtime, folder, mediaFolder, signal);
	const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
	await n8n.import('credentials', { ...CREDENTIAL, type: CREDENTIAL_TYPE, data });
	return { n8n, emulator, mediaFolder };
}

type Opened = Awaited<ReturnType<typeof openCommandLine>>;

async function checkDemo({ n8n, mediaFolder }: Opened): Promise<void> {
	const demo = await readWorkflow(path.join(places.workflows, 'demo.json'), mediaFolder, CREDENTIAL);
	await n8n.import('workflow', { ...demo.workflow, id: demo.id, active: false });
	const run = readObject(await n8n.run('execute', `--id=${demo.id}`, '--rawOutput'));
	const results = readResults(demo.workflow, dictOf(dictOf(run.data).resultData));
	const failed = results.length === TASKS ? results.filter(({ ok }) => !ok) : results;
	const told = failed.map(({ task, text }) => `${task}: ${text}`).join('\n');
	ensure(results.length === TASKS && failed.length === 0, `${failed.length} of ${results.length} tasks:\n${told}`);
}

/** An agent that calculates; gives what n8n printed. */
async function runAgent({ n8n }: Opened, id: string): Promise<string> {
	const plan = planAgent({
		model: chatModel({ credential: CREDENTIAL }),
		text: 'Use the calculator.\ninput: 6 * 7',
		before: [manualTrigger()],
		below: [['ai_tool', calculator()]],
	});
	await n8n.import('workflow', { id, name: id, active: false, settings: {}, ...plan });
	return (await n8n.try('execute', `--id=${id}`, '--rawOutput')).output;
}

async function install(release: Release, { report, signal }: PartContext): Promise<void> {
	await installRelease(release, signal);
	await report.check(`n8n is ${release.n8n}`, async () => {
		const manifest = await readFile(path.join(path.dirname(scriptOf(release)), '..', 'package.json'), 'utf8');
		ensure(dictOf(parseJson(manifest)).version === release.n8n, 'another version is installed');
	});
}

/** The packed node in the oldest n8n that the README promises, on the oldest Node and on that of today's n8n. */
export const oldestPart: Part = async (context) => {
	const { report, signal } = context;
	await install(oldest, context);
	const runtimes: Runtime[] = [
		// On Node 20, n8n's newer way to evaluate expressions cannot be had: its add-on (isolated-vm 6) needs Node 22.
		{
			release: oldest,
			node: { version: oldest.node, program: nodeOf(oldest) },
			environment: { N8N_EXPRESSION_ENGINE: 'legacy' },
		},
		{ release: oldest, node: await installN8n(signal), environment: {} },
	];
	for (const runtime of runtimes) {
		const where = `n8n ${oldest.n8n} on Node ${runtime.node.version}`;
		const opened = await checkOpen(context, runtime, where);
		await report.check(`The package loads in ${where}, and its chat model fails alone`, async () => {
			ensure(opened !== undefined, 'n8n could not be opened');
			const said = await runAgent(opened, 'oldestAgent');
			// The command prints no description, where the node's own words stand (ai/withoutSdk.test.ts).
			ensure(/Error in sub-node Chat Model/.test(said), `n8n says: ${said.slice(-1500)}`);
			ensure(!/Unrecognized node type|Cannot find module/.test(said), `n8n says: ${said.slice(-1500)}`);
		});
	}
};

async function checkOpen(context: PartContext, runtime: Runtime, where: string): Promise<Opened | undefined> {
	let opened: Opened | undefined;
	await context.report.check(`The demo workflow runs in ${where}`, async () => {
		opened = await openCommandLine(context, runtime);
		await checkDemo(opened);
	});
	return opened;
}

/** The chat model with the packages of the first n8n that has the SDK, in a process of its own. */
export const firstWithSdkPart: Part = async ({ report, signal }) => {
	await installSdk(signal);
	const { folder, n8n } = firstWithSdk;
	await report.check(`The chat model tries again, calls tools and names DeepInfra with n8n ${n8n}`, async () => {
		const here = path.join(places.project, 'test', 'e2e', 'oldest');
		const args = ['--require', path.join(here, 'otherN8n.js'), '--import', 'tsx', path.join(here, 'sdk.ts')];
		const env = cleanEnvironment(process.env, process.execPath, { OTHER_N8N: folder });
		const { code, output } = await runProgram(process.execPath, args, { cwd: places.project, env, signal });
		ensure(code === 0, `it ended with exit code ${code}:\n${output.slice(-3000)}`);
		const { version, content, requests, called, refused } = readObject(output);
		ensure(version === n8n, `n8n-core is ${textOf(version)}`);
		ensure(requests === 3 && Boolean(content), `after two refusals it sent ${String(requests)} times: ${output}`);
		ensure(listOf(called).join() === 'calculator,weather', `it called ${listOf(called).join()}`);
		ensure(/DeepInfra account has no balance/.test(textOf(refused) ?? ''), `a 402 reads: ${textOf(refused)}`);
	});
};
