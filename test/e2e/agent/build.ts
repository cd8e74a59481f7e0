import { readFlatted } from '../../../scripts/demo/flatted';
import type { N8nClient } from '../../../scripts/host/client';
import { dictOf, listOf, textOf, type Dict } from '../../../scripts/json';
import type { Emulator, RecordedRequest } from '../../emulator';
import { readError, waitForEnd } from '../support/executions';
import { ensure, type Report } from '../support/report';
import { otherNode, SETTINGS, TRIGGER, type CredentialName, type WorkflowNode } from '../support/workflows';
import { CREDENTIAL_TYPE, NODE_TYPE } from '../support/world';

export const PACKAGE = 'n8n-nodes-deepinfra-ai';
export const LANGCHAIN = '@n8n/n8n-nodes-langchain';
export const CHAT_MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
export const EMBEDDER = 'BAAI/bge-large-en-v1.5';
export const SEER = 'Qwen/Qwen3-VL-30B-A3B-Instruct';

export interface AgentWorld {
	readonly client: N8nClient;
	readonly emulator: Emulator;
	readonly credential: CredentialName;
	readonly report: Report;
	/** Of the editor, where its webhooks are, too. */
	readonly url: string;
	readonly mediaFolder: string;
}

export const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
export const byId = (value: string) => ({ __rl: true, mode: 'id', value });

/** As the editor writes it when a field is left to the model. */
export const fromAi = (name: string) =>
	`={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${name}', \`\`, 'string') }}`;

/** A node of this package, with its credential. */
export const ownNode = (
	{ credential }: Pick<AgentWorld, 'credential'>,
	name: string,
	type: string,
	parameters: Dict,
): WorkflowNode =>
	otherNode(
		name,
		`${PACKAGE}.${type}`,
		1,
		{ options: {}, ...parameters },
		{ credentials: { [CREDENTIAL_TYPE]: credential } },
	);

export const chatModel = (
	world: Pick<AgentWorld, 'credential'>,
	options: Dict = {},
	model = CHAT_MODEL,
): WorkflowNode => ownNode(world, 'Chat Model', 'lmChatDeepInfra', { model: byId(model), options });

/** The main node as a tool. */
export const toolNode = (world: Pick<AgentWorld, 'credential'>, name: string, parameters: Dict): WorkflowNode =>
	otherNode(
		name,
		`${NODE_TYPE}Tool`,
		1,
		{ descriptionType: 'auto', options: {}, ...parameters },
		{ credentials: { [CREDENTIAL_TYPE]: world.credential } },
	);

export const calculator = (): WorkflowNode => otherNode('Calculator', `${LANGCHAIN}.toolCalculator`, 1, {});

export interface AgentPlan {
	readonly model: WorkflowNode;
	/** What the agent is told; default what the node before says. */
	readonly text?: string;
	readonly options?: Dict;
	readonly parameters?: Dict;
	/** In a line before the agent, the trigger first. */
	readonly before: readonly WorkflowNode[];
	/** Sub-nodes of the agent, by their connection. */
	readonly below?: ReadonlyArray<readonly [connection: string, node: WorkflowNode]>;
}

/** An agent with its sub-nodes, as a workflow. */
export function planAgent({ model, text, options = {}, parameters = {}, before, below = [] }: AgentPlan) {
	const told = text === undefined ? {} : { promptType: 'define', text };
	const agent = otherNode('Agent', `${LANGCHAIN}.agent`, 3, {
		...told,
		...parameters,
		options: { maxIterations: 5, ...options },
	});
	const line = [...before, agent];
	const connections: Dict = {
		...Object.fromEntries(line.slice(0, -1).map(({ name }, index) => [name, to(line[index + 1]?.name ?? '', 'main')])),
		[model.name]: to('Agent', 'ai_languageModel'),
		...Object.fromEntries(below.map(([connection, { name }]) => [name, to('Agent', connection)])),
	};
	return { nodes: [...line, model, ...below.map(([, node]) => node)], connections };
}

export interface WorkflowPlan {
	readonly nodes: readonly WorkflowNode[];
	readonly connections: Dict;
}

export async function saveWorkflow(client: N8nClient, id: string, { nodes, connections }: WorkflowPlan): Promise<void> {
	await client.saveWorkflow(id, { name: id, nodes: [...nodes], connections, settings: SETTINGS }, true);
}

export async function runWorkflow(
	client: N8nClient,
	id: string,
	plan: WorkflowPlan,
	seconds = 60,
	trigger = TRIGGER,
): Promise<Dict> {
	await saveWorkflow(client, id, plan);
	return await waitForEnd(client, await client.startWorkflow(id, trigger), seconds);
}

export function ensureSuccess(execution: Dict, what = 'the agent'): void {
	ensure(execution.status === 'success', `${what} ended as ${textOf(execution.status)}: ${readError(execution)}`);
}

/** The runs of a node, as n8n keeps them. */
export function runsOf({ data }: Dict, node: string): Dict[] {
	const whole = dictOf(typeof data === 'string' ? readFlatted(data) : data);
	return listOf(dictOf(dictOf(whole.resultData).runData)[node]).map(dictOf);
}

const isChat = ({ path }: RecordedRequest) => path.endsWith('/chat/completions');

/** The chats that a piece of work asks for. */
export async function chatsDuring<T>({ emulator }: AgentWorld, work: () => Promise<T>) {
	const before = emulator.requests.length;
	const result = await work();
	const chats = emulator.requests.slice(before).filter(isChat);
	return { result, chats, last: JSON.stringify(chats.at(-1)?.json ?? '') };
}
