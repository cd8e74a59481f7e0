/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOf, parseJson, type Dict } from '../../../scripts/json';
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
import { installOldest, oldest, OLDEST_N8N, OLDEST_NODE } from './install';

const CREDENTIAL = { id: 'e2eCredential000', name: 'DeepInfra emulator' };
const TASKS = 10;

interface Runtime {
	readonly node: NodeForN8n;
	readonly environment: Readonly<Record<string, string>>;
}

/** n8n's own command line, in a folder of its own. */
class CommandLine {
	private constructor(
		private readonly node: NodeForN8n,
		private readonly folder: string,
		private readonly env: Record<string, string>,
		private readonly signal: AbortSignal,
	) {}

	static async open(runtime: Runtime, folder: string, mediaFolder: string, signal: AbortSignal): Promise<CommandLine> {
		const { node, environment } = runtime;
		const port = await choosePort(5790);
		const own = settings({ node, userFolder: folder, mediaFolder, port, signal }, await choosePort(5791));
		const env = cleanEnvironment(process.env, node.program, { ...own, ...environment });
		return new CommandLine(node, folder, env, signal);
	}

	async run(...args: string[]): Promise<string> {
		const { folder: cwd, env, signal } = this;
		const { code, output } = await runProgram(this.node.program, [oldest.script, ...args], { cwd, env, signal });
		ensure(code === 0, `n8n ${args[0]} ended with exit code ${code}:\n${output.slice(-3000)}`);
		return output;
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

async function runDemo({ endings, signal }: PartContext, runtime: Runtime) {
	const folder = await makeFolder(endings, 'oldest');
	const mediaFolder = await copyMedia(folder);
	await installNode(folder, signal);
	const emulator = await startEmulatorFor(endings);
	const n8n = await CommandLine.open(runtime, folder, mediaFolder, signal);
	const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
	await n8n.import('credentials', { ...CREDENTIAL, type: CREDENTIAL_TYPE, data });
	const demo = await readWorkflow(path.join(places.workflows, 'demo.json'), mediaFolder, CREDENTIAL);
	await n8n.import('workflow', { ...demo.workflow, id: demo.id, active: false });
	const run = readObject(await n8n.run('execute', `--id=${demo.id}`, '--rawOutput'));
	return readResults(demo.workflow, dictOf(dictOf(run.data).resultData));
}

/** The packed node in the oldest n8n that the README promises, on the oldest Node. */
export const oldestPart: Part = async (context) => {
	const { report, signal } = context;
	await installOldest(signal);
	await report.check(`n8n is ${OLDEST_N8N}`, async () => {
		const manifest = await readFile(path.join(path.dirname(oldest.script), '..', 'package.json'), 'utf8');
		ensure(dictOf(parseJson(manifest)).version === OLDEST_N8N, 'another version is installed');
	});
	const runtimes: Runtime[] = [
		// On Node 20, n8n's newer way to evaluate expressions cannot be had: its add-on (isolated-vm 6) needs Node 22.
		{ node: { version: OLDEST_NODE, program: oldest.node }, environment: { N8N_EXPRESSION_ENGINE: 'legacy' } },
		{ node: await installN8n(signal), environment: {} },
	];
	for (const runtime of runtimes) {
		await report.check(`The demo workflow runs in n8n ${OLDEST_N8N} on Node ${runtime.node.version}`, async () => {
			const results = await runDemo(context, runtime);
			const failed = results.length === TASKS ? results.filter(({ ok }) => !ok) : results;
			const told = failed.map(({ task, text }) => `${task}: ${text}`).join('\n');
			ensure(results.length === TASKS && failed.length === 0, `${failed.length} of ${results.length} tasks:\n${told}`);
		});
	}
};
