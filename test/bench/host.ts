/* eslint-disable no-console */
import { dictOf, listOf, numberOf, type Dict } from '../../scripts/json';
import { N8N_VERSION } from '../../scripts/host/places';
import { byId, CHAT_MODEL, ensureSuccess, runsOf, runWorkflow } from '../e2e/agent/build';
import { Endings } from '../e2e/support/endings';
import { connectInLine, manualTrigger, otherNode } from '../e2e/support/workflows';
import { CREDENTIAL_TYPE, EMULATOR_KEY, NODE_TYPE, startWorld } from '../e2e/support/world';
import { atMost, count, markdownTable, median, seconds, times, type Row } from './figures';
import { writeHelperPackage } from './helper-package';
import { WARM_UP } from './jobs';
import { interruption, machineWords } from './machine';

const ITEMS = 1000;
const AT_ONCE = 200;
const LATENCY_MS = 300;
const ROUNDS = 3;
const LOOP = 'n8n-nodes-loop';

interface Candidate {
	readonly name: string;
	readonly type: string;
	readonly credential: string;
	parameters(atOnce: number): Dict;
}

/** n8n's request helper in a bare loop. @param reads whether it reads each text from a parameter, as nodes do */
const loop = (reads: boolean, chatModel = ''): Candidate => ({
	name: `n8n's request helper in a bare loop, its text ${reads ? 'from a parameter' : 'out of the item'}`,
	type: `${LOOP}.loop`,
	credential: 'loopApi',
	parameters: (concurrency) => ({ concurrency, reads, chatModel, text: '={{ $json.text }}' }),
});

const own = (parameters: Dict): Candidate => ({
	name: 'this node',
	type: NODE_TYPE,
	credential: CREDENTIAL_TYPE,
	parameters: (maxConcurrency) => ({ ...parameters, options: { maxConcurrency } }),
});

const classify = {
	resource: 'text',
	operation: 'classify',
	model: byId('ProsusAI/finbert'),
	text: '={{ $json.text }}',
};
const messages = { values: [{ role: 'user', content: '={{ $json.text }}' }] };
const chat = { resource: 'chat', operation: 'complete', model: byId(CHAT_MODEL), messages };

/** Each with the node that does the work last. */
const TASKS: ReadonlyArray<readonly [what: string, candidates: readonly Candidate[]]> = [
	['classifications', [loop(false), loop(true), own(classify)]],
	['chats', [loop(false, CHAT_MODEL), loop(true, CHAT_MODEL), own(chat)]],
];

/** Milliseconds on the processor that n8n spends on all items: its first long run after its start. */
async function measure({ type, credential, parameters }: Candidate, signal: AbortSignal): Promise<number> {
	const endings = new Endings();
	const { location, remove } = writeHelperPackage();
	endings.add(async () => await Promise.resolve(remove()));
	try {
		const { client, emulator } = await startWorld(endings, signal, [location.directory]);
		emulator.options.latencyMs = LATENCY_MS;
		const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
		const id = await client.saveCredential({ name: credential, type: credential, data });
		const run = async (items: number, atOnce: number) => {
			const nodes = [
				manualTrigger(),
				otherNode('Begin', `${LOOP}.meter`, 1, { count: items }),
				otherNode('Work', type, 1, parameters(atOnce), { credentials: { [credential]: { id, name: credential } } }),
				otherNode('End', `${LOOP}.meter`, 1, { count: 0 }),
			];
			const execution = await runWorkflow(client, 'bench', { nodes, connections: connectInLine(nodes) });
			ensureSuccess(execution, type);
			const [output] = listOf(dictOf(dictOf(runsOf(execution, 'End')[0]).data).main);
			const { answered, cpuMilliseconds } = dictOf(dictOf(listOf(output)[0]).json);
			if (answered !== items) throw new Error(`${String(answered)} of ${items} came out`);
			return numberOf(cpuMilliseconds) ?? NaN;
		};
		await run(WARM_UP, WARM_UP);
		return await run(ITEMS, AT_ONCE);
	} finally {
		await endings.run();
	}
}

async function compare(what: string, candidates: readonly Candidate[], signal: AbortSignal): Promise<Row[]> {
	const rounds: number[][] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const times: number[] = [];
		for (const candidate of candidates) times.push(await measure(candidate, signal));
		rounds.push(times);
	}
	const of = (index: number) => rounds.map((each) => each[index] ?? NaN);
	return candidates.map(({ name }, index) => {
		const ratio = median(of(index).map((time, round) => time / (of(0)[round] ?? NaN)));
		const isOwn = index === candidates.length - 1;
		return {
			what: `${count(ITEMS)} ${what}, ${name}`,
			figure: `CPU ${seconds(median(of(index)))}`,
			...(index === 0 ? {} : { compared: `${times(ratio)} of the first` }),
			...(isOwn ? { target: atMost(ratio, 1.4) } : {}),
		};
	});
}

/** What the node costs n8n's processor beside a loop over n8n's own client, in a real n8n that is started for each. */
export async function benchHost(): Promise<void> {
	const signal = interruption();
	const rows: Row[] = [];
	for (const [what, candidates] of TASKS) rows.push(...(await compare(what, candidates, signal)));
	const machine = machineWords(N8N_VERSION);
	console.log(markdownTable(rows));
	console.log(
		`\n${machine}. ${AT_ONCE} at once, answers after ${LATENCY_MS} ms; an n8n of its own for each, with its database; medians of ${ROUNDS} rounds.\nTo reproduce: npm run bench -- --host`,
	);
}
