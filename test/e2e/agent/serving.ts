import { dictOf, listOf, parseJson, textOf, type Dict } from '../../../scripts/json';
import { waitForEnd } from '../support/executions';
import { ensure, waitFor } from '../support/report';
import { manualTrigger, otherNode, TRIGGER } from '../support/workflows';
import {
	calculator,
	chatModel,
	chatsDuring,
	fromAi,
	LANGCHAIN,
	planAgent,
	saveWorkflow,
	toolNode,
	type AgentPlan,
	type AgentWorld,
} from './build';
import { readPieces } from './pieces';

/** One workflow for each: an address that is in use may serve what was published before for a while. */
const CHATS = {
	alone: '6f0c2f9e-2d0f-4c6e-9d2c-0e2e00000001',
	tools: '6f0c2f9e-2d0f-4c6e-9d2c-0e2e00000002',
} as const;
type Chat = keyof typeof CHATS;
const MCP_PATH = 'e2e-mcp';
const NEWS = 'Shares rose sharply after the announcement';

const mood = (world: AgentWorld, name: string) =>
	toolNode(world, name, { resource: 'text', operation: 'classify', text: fromAi('Text') });

/** Agents that are asked from outside: by a chat window, by a client over MCP, and stopped by a person. */
export async function checkServing(world: AgentWorld): Promise<void> {
	const { client, emulator, report, url } = world;

	const openChat = async (chat: Chat, below: AgentPlan['below']) => {
		const options = { responseMode: 'streaming' };
		const parameters = { public: true, mode: 'webhook', options };
		const trigger = otherNode('Chat', `${LANGCHAIN}.chatTrigger`, 1.4, parameters, { webhookId: CHATS[chat] });
		const id = `e2eChat_${chat}`;
		await saveWorkflow(client, id, planAgent({ model: chatModel(world), before: [trigger], below }));
		await client.activateWorkflow(id);
	};
	const say = async (chat: Chat, chatInput: string) => {
		const body = JSON.stringify({ action: 'sendMessage', sessionId: 'e2e', chatInput });
		// An address that was just activated answers 404 for a moment.
		const answer = await waitFor('the chat', 20, async () => {
			const headers = { 'content-type': 'application/json' };
			const each = await fetch(`${url}/webhook/${CHATS[chat]}/chat`, { method: 'POST', headers, body });
			return each.status === 404 ? undefined : each;
		});
		ensure(answer.ok, `the chat answers with status ${answer.status}`);
		return await readPieces(answer);
	};

	await report.check('An agent streams its answer from the Chat Trigger, piece by piece', async () => {
		await openChat('alone', []);
		emulator.options.chatStream = { pieceMs: 80 };
		const pieces = await say('alone', 'Tell me a long story about whales');
		emulator.options.chatStream = {};
		const items = pieces.filter(({ type, content }) => type === 'item' && content !== '');
		const seen = JSON.stringify(pieces).slice(0, 600);
		ensure(items.length > 5, `it came in ${items.length} pieces: ${seen}`);
		const [first, last] = [items[0], items.at(-1)];
		const spread = (last?.at ?? 0) - (first?.at ?? 0);
		ensure(spread > 200, `the pieces came within ${spread} ms: ${seen}`);
	});

	await report.check('An agent calls two tools at once while it streams', async () => {
		await openChat('tools', [
			['ai_tool', calculator()],
			['ai_tool', mood(world, 'Mood')],
		]);
		const asked = `Use the calculator and tell the mood.\ninput: 6 * 7\nText: ${NEWS}`;
		const { result, chats, last } = await chatsDuring(world, async () => await say('tools', asked));
		ensure(chats.length === 2, `it asked ${chats.length} times instead of twice`);
		ensure(dictOf(chats[0]?.json).stream === true, 'it did not stream');
		ensure(last.includes('42') && last.includes('label'), `an answer is missing: ${last.slice(0, 1500)}`);
		ensure(
			result.some(({ type }) => type === 'end'),
			`the stream has no end: ${JSON.stringify(result)}`,
		);
	});

	await report.check('Stop ends an agent within a second while DeepInfra is silent', async () => {
		emulator.options.faults = ({ path }) =>
			path.endsWith('/chat/completions') ? { kind: 'stalledHeaders' } : undefined;
		const before = emulator.requests.length;
		const plan = planAgent({ model: chatModel(world), before: [manualTrigger()], text: 'Hello' });
		await saveWorkflow(client, 'e2eStop', plan);
		const id = await client.startWorkflow('e2eStop', TRIGGER);
		const asked = await waitFor('a request', 20, () =>
			emulator.requests.slice(before).find(({ path }) => path.endsWith('/chat/completions')),
		);
		const start = Date.now();
		await client.stopExecution(id);
		await waitFor('the end of the connection', 5, () => asked.aborted || undefined);
		const took = Date.now() - start;
		emulator.options.faults = undefined;
		const { status } = await waitForEnd(client, id, 10);
		ensure(status === 'canceled', `the run ended as ${textOf(status)}`);
		ensure(took < 1000, `the connection was open for ${took} ms more`);
		const more = emulator.requests.slice(before).filter(({ path }) => path.endsWith('/chat/completions'));
		ensure(more.length === 1, `it was sent ${more.length} times`);
	});

	await report.check('A client over MCP gets two operations as tools, with small answers', async () => {
		const server = otherNode('Server', `${LANGCHAIN}.mcpTrigger`, 2, { path: MCP_PATH }, { webhookId: MCP_PATH });
		const tools = [
			mood(world, 'Classify_news'),
			toolNode(world, 'Draw', { resource: 'image', operation: 'generate', prompt: fromAi('Prompt') }),
		];
		const connections = Object.fromEntries(
			tools.map(({ name }) => [name, { ai_tool: [[{ node: 'Server', type: 'ai_tool', index: 0 }]] }]),
		);
		await saveWorkflow(client, 'e2eMcp', { nodes: [server, ...tools], connections });
		await client.activateWorkflow('e2eMcp');
		const mcp = await McpClient.open(`${url}/mcp/${MCP_PATH}`);
		const listed = listOf(dictOf(await mcp.ask('tools/list', {})).tools).map(dictOf);
		const told = JSON.stringify(listed);
		ensure(listed.length === 2, `it lists ${told}`);
		ensure(/Classify text in DeepInfra/.test(told) && /"Prompt"/.test(told), `it describes them as ${told}`);
		const classified = await mcp.ask('tools/call', { name: 'Classify_news', arguments: { Text: NEWS } });
		const label = JSON.stringify(classified);
		ensure(/label/.test(label) && label.length < 2500, `the first tool gives ${label}`);
		const drawn = JSON.stringify(await mcp.ask('tools/call', { name: 'Draw', arguments: { Prompt: 'a whale' } }));
		ensure(/https?:\/\/.*image\/(png|jpeg)|image\/(png|jpeg).*https?:\/\//.test(drawn), `the second gives ${drawn}`);
		ensure(!/;base64,|[A-Za-z0-9+/]{600}/.test(drawn), 'it gives the bytes of the picture');
	});
}

/** Speaks MCP over HTTP, as much of it as the check needs. */
class McpClient {
	private id = 0;
	private session: string | undefined;

	private constructor(private readonly url: string) {}

	static async open(url: string): Promise<McpClient> {
		const client = new McpClient(url);
		const clientInfo = { name: 'e2e', version: '1' };
		await client.ask('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo });
		await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
		return client;
	}

	async ask(method: string, params: Dict): Promise<unknown> {
		const id = ++this.id;
		const said = await this.post({ jsonrpc: '2.0', id, method, params });
		const answers = said
			.split('\n')
			.map((line) => dictOf(parseJson(line.replace(/^data:/, ''))))
			.filter((answer) => answer.id === id);
		ensure(answers[0]?.result !== undefined, `${method} is answered with: ${said.slice(0, 600)}`);
		return answers[0].result;
	}

	private async post(body: Dict): Promise<string> {
		const answer = await waitFor('the MCP server', 20, async () => {
			const each = await fetch(this.url, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					accept: 'application/json, text/event-stream',
					...(this.session === undefined ? {} : { 'mcp-session-id': this.session }),
				},
				body: JSON.stringify(body),
			});
			return each.status === 404 && this.session === undefined ? undefined : each;
		});
		this.session ??= answer.headers.get('mcp-session-id') ?? undefined;
		return await answer.text();
	}
}
