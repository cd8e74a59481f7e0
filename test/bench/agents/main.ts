/* eslint-disable no-console */
import { N8N_VERSION } from '../../../scripts/host/places';
import type { N8nClient } from '../../../scripts/host/client';
import { dictOf, type Dict } from '../../../scripts/json';
import type { Emulator, Fault, RecordedRequest } from '../../emulator';
import { readMessages, tokensOf } from '../../emulator/chat/messages';
import { calculator, LANGCHAIN, planAgent, runsOf, runWorkflow, saveWorkflow } from '../../e2e/agent/build';
import { readPieces } from '../../e2e/agent/pieces';
import { Endings } from '../../e2e/support/endings';
import { readError } from '../../e2e/support/executions';
import { waitFor } from '../../e2e/support/report';
import { manualTrigger, otherNode } from '../../e2e/support/workflows';
import { startWorld } from '../../e2e/support/world';
import { count, median } from '../figures';
import { makeCandidates, type Candidate } from './candidates';
import { interruption, machineWords } from '../machine';

/** Between two pieces of a streamed answer; the first word is the third. */
const PIECE_MS = 20;
const CHATS = 15;
const SAID = 'Use the calculator.\ninput: 6 * 7';

interface Bench {
	readonly client: N8nClient;
	readonly emulator: Emulator;
	readonly url: string;
}

const isChat = ({ path }: RecordedRequest) => path.endsWith('/chat/completions');
const note = (words: string) => console.error(`  ${words}`);

/** An agent with a calculator, run once; the first `times` of its requests go wrong. */
async function runAgent({ client, emulator }: Bench, { name, node }: Candidate, times = 0, fault?: Fault) {
	let left = times;
	emulator.options.faults = (request) => (isChat(request) && left-- > 0 ? fault : undefined);
	const before = emulator.requests.length;
	const plan = planAgent({ model: node, text: SAID, before: [manualTrigger()], below: [['ai_tool', calculator()]] });
	const execution = await runWorkflow(client, `bench${name.replace(/\W/g, '')}`, plan);
	emulator.options.faults = undefined;
	return { execution, chats: emulator.requests.slice(before).filter(isChat) };
}

const isAnswered = ({ status }: Dict) => status === 'success';

/** USD that the run data of the model shows, in all its runs; undefined where it shows none. */
function costOf(execution: Dict): number | undefined {
	const costs = [...JSON.stringify(runsOf(execution, 'Chat Model')).matchAll(/"cost":([\d.e-]+)/g)].map(([, cost]) =>
		Number(cost),
	);
	return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
}

const sizeSent = (chats: readonly RecordedRequest[]): number =>
	chats.reduce((sum, { json }) => sum + JSON.stringify(json).length, 0);

const tokensSent = (chats: readonly RecordedRequest[]): number =>
	chats.reduce((sum, { json }) => sum + tokensOf(readMessages(dictOf(json).messages)), 0);

/** Without the address of another maker's help pages. */
const words = (execution: Dict): string =>
	isAnswered(execution)
		? 'no error'
		: readError(execution)
				.replace(/\s*Troubleshooting URL:[^]*/, '')
				.trim();

const requests = (chats: readonly RecordedRequest[]): string =>
	`${chats.length} request${chats.length === 1 ? '' : 's'}`;

async function openChat({ client }: Bench, { name, node, webhookId }: Candidate): Promise<void> {
	const id = `benchChat${name.replace(/\W/g, '')}`;
	const parameters = { public: true, mode: 'webhook', options: { responseMode: 'streaming' } };
	const trigger = otherNode('Chat', `${LANGCHAIN}.chatTrigger`, 1.4, parameters, { webhookId });
	await saveWorkflow(client, id, planAgent({ model: node, before: [trigger], below: [] }));
	await client.activateWorkflow(id);
}

/** Milliseconds from the question to the first word, as a chat window gets it. */
async function timeToFirstPiece({ url }: Bench, { name, webhookId }: Candidate): Promise<number> {
	const body = JSON.stringify({ action: 'sendMessage', sessionId: name, chatInput: 'Tell me a story about whales' });
	const { answer, at } = await waitFor(`the chat of ${name}`, 30, async () => {
		const start = Date.now();
		const headers = { 'content-type': 'application/json' };
		const each = await fetch(`${url}/webhook/${webhookId}/chat`, { method: 'POST', headers, body });
		// An address that was just activated answers 404 for a moment.
		return each.status === 404 ? undefined : { answer: each, at: start };
	});
	const first = (await readPieces(answer)).find(({ type, content }) => type === 'item' && content !== '');
	if (!first) throw new Error(`${name} streamed nothing`);
	return first.at - at;
}

/** Side by side, in another order each time; the first round only warms up. */
async function timeAll(bench: Bench, candidates: readonly Candidate[]): Promise<Map<string, number>> {
	for (const each of candidates) await openChat(bench, each);
	bench.emulator.options.chatStream = { pieceMs: PIECE_MS };
	const times = new Map<string, number[]>();
	for (let round = 0; round <= CHATS; round++) {
		for (const each of round % 2 ? [...candidates].reverse() : candidates) {
			const took = await timeToFirstPiece(bench, each);
			if (round > 0) times.set(each.name, [...(times.get(each.name) ?? []), took]);
		}
	}
	bench.emulator.options.chatStream = {};
	return new Map([...times].map(([name, all]) => [name, median(all)]));
}

const PAYMENT: Fault = { kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } };
const BUSY: Fault = {
	kind: 'status',
	status: 429,
	retryAfter: 1,
	body: { detail: { error: 'Model busy, retry later' } },
};

async function measure(bench: Bench, candidate: Candidate) {
	note(candidate.name);
	const good = await runAgent(bench, candidate);
	const busy = await runAgent(bench, candidate, 2, BUSY);
	const unpaid = await runAgent(bench, candidate, Infinity, PAYMENT);
	const cost = costOf(good.execution);
	return {
		...candidate,
		tokens: tokensSent(good.chats),
		turns: `${requests(good.chats)}, ${tokensSent(good.chats)} tokens, ${count(sizeSent(good.chats))} characters in all`,
		busy: `${isAnswered(busy.execution) ? 'answers' : 'fails'} after ${requests(busy.chats)}`,
		busyWords: words(busy.execution),
		unpaid: words(unpaid.execution),
		cost: cost === undefined ? 'none' : `$${cost.toFixed(9)}`,
	};
}

type Measured = Awaited<ReturnType<typeof measure>>;

function table(rows: ReadonlyArray<readonly string[]>): string {
	const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
	const [header = [], ...rest] = rows;
	return [header, header.map(() => '---'), ...rest].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

/** Chat models under n8n's own AI Agent, all against the same emulator in the same n8n. */
export async function benchAgents(): Promise<void> {
	const signal = interruption();
	const endings = new Endings();
	try {
		const { client, emulator, url } = await startWorld(endings, signal);
		const bench: Bench = { client, emulator, url };
		const candidates = await makeCandidates(client, emulator.url);
		const measured: Measured[] = [];
		for (const each of candidates) measured.push(await measure(bench, each));
		const times = await timeAll(bench, candidates);
		const fewest = Math.min(...measured.map(({ tokens }) => tokens));
		const fastest = Math.min(...times.values());
		const timeOf = (name: string) => {
			const time = times.get(name) ?? NaN;
			return `${Math.round(time)} ms, ${(time / fastest).toFixed(2)} × the fastest`;
		};
		const row = (what: string, of: (each: Measured) => string) => [what, ...measured.map(of)];
		console.log(
			table([
				row("Under n8n's AI Agent", ({ name }) => name),
				row('Busy twice (429), then free', (each) => each.busy),
				row('… it says', (each) => each.busyWords),
				row('No balance (402), it says', (each) => each.unpaid),
				row('Cost in the run data', (each) => each.cost),
				row('Question to first word', ({ name }) => timeOf(name)),
				row('Tool turn', ({ turns, tokens }) => `${turns}; ${tokens - fewest} tokens more than the leanest`),
			]),
		);
		const machine = machineWords(N8N_VERSION);
		console.log(
			`\n${machine}. One n8n, one emulator, nothing set but model and address; time as the median of ${CHATS} chats each, side by side, the service's first word after ${3 * PIECE_MS} ms.\nTo reproduce: npm run bench -- --agents`,
		);
	} finally {
		await endings.run();
	}
}
