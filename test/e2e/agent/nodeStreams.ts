import { dictOf, listOf } from '../../../scripts/json';
import { ensure, waitFor } from '../support/report';
import { connectInLine, deepInfraNode, otherNode, type WorkflowNode } from '../support/workflows';
import { byId, CHAT_MODEL, chatsDuring, LANGCHAIN, saveWorkflow, type AgentWorld } from './build';
import { readPieces } from './pieces';

const QUESTION = 'Tell me a long story about whales';

interface Opening {
	readonly name: string;
	readonly trigger: WorkflowNode;
	readonly path: string;
	/** Where the question is in what the trigger gives. */
	readonly asked: string;
}

const WEBHOOKS = { chat: '6f0c2f9e-2d0f-4c6e-9d2c-0e2e00000003', hook: '6f0c2f9e-2d0f-4c6e-9d2c-0e2e00000004' };

const OPENINGS: readonly Opening[] = [
	{
		name: 'the Chat Trigger',
		trigger: otherNode(
			'Chat',
			`${LANGCHAIN}.chatTrigger`,
			1.4,
			{ public: true, mode: 'webhook', options: { responseMode: 'streaming' } },
			{ webhookId: WEBHOOKS.chat },
		),
		path: `${WEBHOOKS.chat}/chat`,
		asked: 'chatInput',
	},
	{
		name: 'a Webhook',
		trigger: otherNode(
			'Webhook',
			'n8n-nodes-base.webhook',
			2.1,
			{ httpMethod: 'POST', path: WEBHOOKS.hook, responseMode: 'streaming', options: {} },
			{ webhookId: WEBHOOKS.hook },
		),
		path: WEBHOOKS.hook,
		asked: 'body.chatInput',
	},
];

/** The node itself, without an agent, behind the two triggers of n8n that stream. */
export async function checkNodeStreams(world: AgentWorld): Promise<void> {
	const { client, emulator, report, url, credential } = world;
	for (const { name, trigger, path, asked } of OPENINGS) {
		await report.check(`Chat: Complete streams its answer from ${name}, piece by piece`, async () => {
			const chat = deepInfraNode(
				'Answer',
				{
					resource: 'chat',
					operation: 'complete',
					model: byId(CHAT_MODEL),
					messages: { values: [{ role: 'user', content: `={{ $json.${asked} }}` }] },
				},
				credential,
			);
			const nodes = [trigger, chat];
			const connections = connectInLine(nodes);
			const id = `e2eStream_${trigger.name}`;
			await saveWorkflow(client, id, { nodes, connections });
			await client.activateWorkflow(id);
			emulator.options.chatStream = { pieceMs: 80 };
			const body = JSON.stringify({ action: 'sendMessage', sessionId: 'e2e', chatInput: QUESTION });
			const { result: pieces, chats } = await chatsDuring(world, async () => {
				// An address that was just activated answers 404 for a moment.
				const answer = await waitFor(name, 20, async () => {
					const headers = { 'content-type': 'application/json' };
					const each = await fetch(`${url}/webhook/${path}`, { method: 'POST', headers, body });
					return each.status === 404 ? undefined : each;
				});
				ensure(answer.ok, `it answers with status ${answer.status}`);
				return await readPieces(answer);
			});
			emulator.options.chatStream = {};
			const items = pieces.filter(({ type, content }) => type === 'item' && content !== '');
			const seen = JSON.stringify(pieces).slice(0, 600);
			ensure(items.length > 5, `it came in ${items.length} pieces: ${seen}`);
			const spread = (items.at(-1)?.at ?? 0) - (items[0]?.at ?? 0);
			ensure(spread > 200, `the pieces came within ${spread} ms: ${seen}`);
			ensure(chats.length === 1, `it asked ${chats.length} times`);
			const [message] = listOf(dictOf(chats[0]?.json).messages).map(dictOf);
			ensure(message?.content === QUESTION, `it asked ${JSON.stringify(message)}`);
			ensure(
				items
					.map(({ content }) => content)
					.join('')
					.includes('whales'),
				`it is no answer: ${seen}`,
			);
		});
	}
}
