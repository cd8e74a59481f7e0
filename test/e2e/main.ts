/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { Failure, failureText, Interruption } from '../../scripts/host/failure';
import { durationText } from '../../scripts/host/progress';
import { agentPart } from './agent/part';
import { editorPart } from './editor/part';
import { queuePart } from './queue/part';
import { mediaPart } from './media/part';
import { firstWithSdkPart, oldestPart } from './oldest/part';
import { Endings } from './support/endings';
import type { Part } from './support/part';
import { Report } from './support/report';

const parts: Readonly<Record<string, { readonly title: string; readonly run: Part }>> = {
	editor: { title: 'The editor', run: editorPart },
	agent: { title: "The node as a tool of n8n's AI Agent", run: agentPart },
	media: { title: 'Files that can be heard and seen', run: mediaPart },
	queue: { title: 'Queue mode', run: queuePart },
	oldest: { title: 'The oldest n8n', run: oldestPart },
	sdk: { title: 'The first n8n with the SDK of chat models', run: firstWithSdkPart },
};

function chooseParts(names: readonly string[]): string[] {
	const unknown = names.filter((name) => !(name in parts));
	if (unknown.length === 0) return names.length > 0 ? [...names] : Object.keys(parts);
	throw new Failure(
		`these parts are not known: ${unknown.join(', ')}`,
		`Choose among them, or leave them out for all: npm run test:e2e -- ${Object.keys(parts).join(' ')}`,
	);
}

async function runPart(name: string, signal: AbortSignal): Promise<Report> {
	const report = new Report(signal);
	const part = parts[name];
	if (!part || signal.aborted) return report;
	console.log(`\n${part.title} (${name})`);
	const start = Date.now();
	const endings = new Endings();
	// What a check waits for on a page then fails at once.
	const onAbort = () => void endings.run();
	signal.addEventListener('abort', onAbort);
	try {
		await part.run({ report, endings, signal });
	} catch (error) {
		if (!signal.aborted) report.fail(`${part.title}: could not be run to its end`, error);
	} finally {
		await endings.run();
		signal.removeEventListener('abort', onAbort);
	}
	console.log(`  ${durationText(Date.now() - start)} in all`);
	return report;
}

/** Where nobody watches, a part that fails is run once more: a browser can stumble on a busy machine. */
async function runParts(names: readonly string[], signal: AbortSignal): Promise<Report[]> {
	const reports: Report[] = [];
	for (const name of names) {
		const first = await runPart(name, signal);
		const isTriedAgain = first.failures.length > 0 && process.env.CI === 'true' && !signal.aborted;
		reports.push(isTriedAgain ? await runPart(name, signal) : first);
	}
	return reports;
}

async function main(): Promise<number> {
	const interruption = new AbortController();
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
	const reports: Report[] = [];
	try {
		reports.push(...(await runParts(chooseParts(process.argv.slice(2)), interruption.signal)));
		if (interruption.signal.aborted) throw new Interruption();
	} catch (error) {
		console.error(failureText(error));
		return error instanceof Interruption ? 130 : 1;
	}
	const failures = reports.flatMap((report) => report.failures);
	const passed = reports.reduce((sum, report) => sum + report.passed, 0);
	console.log(`\n${passed} passed, ${failures.length} failed`);
	for (const name of failures) console.log(`  FAILED  ${name}`);
	return failures.length === 0 && passed > 0 ? 0 : 1;
}

void main().then((code) => {
	process.exitCode = code;
});
