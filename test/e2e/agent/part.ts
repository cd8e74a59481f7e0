import type { N8nClient } from '../../../scripts/host/client';
import { textOf, type Dict } from '../../../scripts/json';
import type { Part } from '../support/part';
import { readError, waitForEnd } from '../support/executions';
import { ensure } from '../support/report';
import { manualTrigger, otherNode, TRIGGER, type CredentialName, SETTINGS } from '../support/workflows';
import { CREDENTIAL_TYPE, EMULATOR_KEY, NODE_TYPE, startWorld } from '../support/world';
import { startChat, type ScriptedChat } from './chat';
import { fromAi, type AgentWorld } from './build';
import { checkChatModel } from './chatModel';
import { checkServing } from './serving';
import { checkNodeStreams } from './nodeStreams';
import { checkStores } from './stores';
import { checkThinking } from './thinking';

interface Case {
	readonly title: string;
	readonly id: string;
	readonly parameters: Dict;
	/** What the model says in each field that the agent leaves to it. */
	readonly filling: string;
	readonly answer: RegExp;
}

const CASES: readonly Case[] = [
	{
		title: 'classifies a text that the model chose',
		id: 'e2eAgentText',
		parameters: { resource: 'text', operation: 'classify', text: fromAi('Text') },
		filling: 'Shares rose sharply after the announcement',
		answer: /"label":\s*"\w+"/,
	},
	{
		title: 'makes an image and gives a link or a clear text',
		id: 'e2eAgentImage',
		parameters: { resource: 'image', operation: 'generate', prompt: fromAi('Prompt') },
		filling: 'a burger with a funny hat on the beach',
		answer: /https?:\/\/|image\/(png|jpeg)|image\.png/,
	},
];

/** What n8n puts around an answer counts, too. */
const LONGEST_ANSWER = 1_700;

async function saveAgent(
	client: N8nClient,
	{ id, parameters }: Case,
	credential: CredentialName,
	openAi: CredentialName,
): Promise<void> {
	const nodes = [
		manualTrigger(),
		otherNode('Agent', '@n8n/n8n-nodes-langchain.agent', 3, {
			promptType: 'define',
			text: 'Use the tool.',
			options: { maxIterations: 3 },
		}),
		otherNode(
			'Model',
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			1.2,
			{ model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
			{ credentials: { openAiApi: openAi } },
		),
		otherNode(
			'DeepInfra',
			`${NODE_TYPE}Tool`,
			1,
			{ descriptionType: 'auto', options: {}, ...parameters },
			{ credentials: { [CREDENTIAL_TYPE]: credential } },
		),
	];
	const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
	const connections = {
		[TRIGGER]: to('Agent', 'main'),
		Model: to('Agent', 'ai_languageModel'),
		DeepInfra: to('Agent', 'ai_tool'),
	};
	await client.saveWorkflow(id, { name: id, nodes, connections, settings: SETTINGS }, true);
}

async function runCase(client: N8nClient, chat: ScriptedChat, each: Case): Promise<void> {
	chat.begin(each.filling);
	const id = await client.startWorkflow(each.id, TRIGGER);
	const execution = await waitForEnd(client, id, 60);
	ensure(execution.status === 'success', `the agent ended as ${textOf(execution.status)}: ${readError(execution)}`);
	const { toolAnswer } = chat;
	ensure(toolAnswer !== undefined, `the agent did not use the tool; it offered ${JSON.stringify(chat.tools)}`);
	const shown = toolAnswer.slice(0, 600);
	ensure(!/[A-Za-z0-9+/]{400}|;base64,/.test(toolAnswer), `the tool gives a file's bytes to the model: ${shown}`);
	ensure(toolAnswer.length < LONGEST_ANSWER, `the tool gives ${toolAnswer.length} characters to the model: ${shown}`);
	ensure(each.answer.test(toolAnswer), `the tool gives: ${shown}`);
}

/** The node as a tool of n8n's own AI Agent. */
export const agentPart: Part = async ({ report, endings, signal }) => {
	const { client, emulator, url, mediaFolder } = await startWorld(endings, signal);
	const chat = await startChat(endings);
	const save = async (name: string, type: string, data: Dict) => ({
		name,
		id: await client.saveCredential({ name, type, data }),
	});
	const deepInfra = await save('DeepInfra', CREDENTIAL_TYPE, { apiKey: EMULATOR_KEY, baseUrl: emulator.url });
	const openAi = await save('Chat', 'openAiApi', { apiKey: 'scripted', url: chat.url });
	for (const each of CASES) {
		await report.check(`The AI Agent's tool ${each.title}`, async () => {
			await saveAgent(client, each, deepInfra, openAi);
			await runCase(client, chat, each);
			const sent = emulator.requests.some(({ json }) => JSON.stringify(json ?? '').includes(each.filling));
			ensure(sent, 'the text of the model did not reach DeepInfra');
		});
	}
	const world: AgentWorld = { client, emulator, credential: deepInfra, report, url, mediaFolder };
	await checkChatModel(world);
	await checkThinking(world);
	await checkServing(world);
	await checkNodeStreams(world);
	// Last, since n8n is busy for a while with what it stored.
	await checkStores(world);
};
