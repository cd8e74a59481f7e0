import type { N8nClient } from '../../../scripts/host/client';
import { dictOf, listOf, textOf, type Dict } from '../../../scripts/json';
import { readFlatted } from '../../../scripts/demo/flatted';
import type { Emulator } from '../../emulator';
import { readError, readItems, waitForEnd } from '../support/executions';
import type { Report } from '../support/report';
import { ensure } from '../support/report';
import {
	connectInLine,
	manualTrigger,
	otherNode,
	setNode,
	splitNode,
	TRIGGER,
	SETTINGS,
	type CredentialName,
} from '../support/workflows';
import { CREDENTIAL_TYPE } from '../support/world';

const PACKAGE = 'n8n-nodes-deepinfra-ai';
const LANGCHAIN = '@n8n/n8n-nodes-langchain';
const CHAT_MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
const EMBEDDER = 'BAAI/bge-large-en-v1.5';

const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
const byId = (value: string) => ({ __rl: true, mode: 'id', value });

export interface SubNodeWorld {
	readonly client: N8nClient;
	readonly emulator: Emulator;
	readonly credential: CredentialName;
	readonly report: Report;
}

/** The first run of a sub-node, as n8n keeps it. */
function firstRun({ data }: Dict, node: string): Dict {
	const whole = dictOf(typeof data === 'string' ? readFlatted(data) : data);
	return dictOf(listOf(dictOf(dictOf(whole.resultData).runData)[node])[0]);
}

async function runWorkflow(client: N8nClient, id: string, nodes: readonly Dict[], connections: Dict): Promise<Dict> {
	await client.saveWorkflow(id, { name: id, nodes: [...nodes], connections, settings: SETTINGS }, true);
	return await waitForEnd(client, await client.startWorkflow(id, TRIGGER), 60);
}

async function runAgent({ client, credential }: SubNodeWorld, id: string, text: string): Promise<Dict> {
	const nodes = [
		manualTrigger(),
		otherNode('Agent', `${LANGCHAIN}.agent`, 3, { promptType: 'define', text, options: { maxIterations: 4 } }),
		otherNode(
			'Chat Model',
			`${PACKAGE}.lmChatDeepInfra`,
			1,
			{ model: byId(CHAT_MODEL), options: {} },
			{ credentials: { [CREDENTIAL_TYPE]: credential } },
		),
		otherNode('Calculator', `${LANGCHAIN}.toolCalculator`, 1, {}),
	];
	return await runWorkflow(client, id, nodes, {
		[TRIGGER]: to('Agent', 'main'),
		'Chat Model': to('Agent', 'ai_languageModel'),
		Calculator: to('Agent', 'ai_tool'),
	});
}

const chats = ({ requests }: Emulator) => requests.filter(({ path }) => path.endsWith('/chat/completions'));

/** The package's own sub-nodes under n8n's agent and vector store. */
export async function checkSubNodes(world: SubNodeWorld): Promise<void> {
	const { client, emulator, credential, report } = world;

	await report.check('The AI Agent thinks with the DeepInfra Chat Model and uses a tool', async () => {
		const before = chats(emulator).length;
		const execution = await runAgent(world, 'e2eChatModel', 'Use the calculator.\ninput: 6 * 7');
		ensure(execution.status === 'success', `the agent ended as ${textOf(execution.status)}: ${readError(execution)}`);
		ensure(chats(emulator).length - before === 2, `it asked ${chats(emulator).length - before} times instead of twice`);
		const sent = JSON.stringify(chats(emulator).at(-1)?.json ?? '');
		ensure(sent.includes('42'), `the tool's answer did not reach the model: ${sent.slice(0, 400)}`);
		const shown = JSON.stringify(firstRun(execution, 'Chat Model'));
		ensure(/"cost":[\d.e-]+/.test(shown), `the run data of the model shows no cost: ${shown.slice(0, 400)}`);
	});

	await report.check('The chat model sends again when DeepInfra is busy, and names it when it refuses', async () => {
		let busy = 2;
		emulator.options.faults = ({ path }) =>
			path.endsWith('/chat/completions') && busy-- > 0 ? { kind: 'status', status: 429, retryAfter: 0 } : undefined;
		const patient = await runAgent(world, 'e2eChatBusy', 'Say hello');
		emulator.options.faults = ({ path }) =>
			path.endsWith('/chat/completions')
				? { kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } }
				: undefined;
		const refused = await runAgent(world, 'e2eChatRefused', 'Say hello');
		emulator.options.faults = undefined;
		ensure(patient.status === 'success', `after two refusals the agent ended with ${readError(patient)}`);
		const error = readError(refused);
		ensure(/DeepInfra account has no balance.*please enter a payment method/.test(error), `a 402 reads: ${error}`);
	});

	await report.check('A vector store is filled and searched with the DeepInfra Embeddings', async () => {
		const before = emulator.requests.length;
		const fill = [
			manualTrigger(),
			setNode(['Paris lies in France', 'Tea is grown in Assam', 'Whales are mammals'].map((text) => ({ text }))),
			splitNode(),
			otherNode('Store', `${LANGCHAIN}.vectorStoreInMemory`, 1.3, {
				mode: 'insert',
				memoryKey: byId('e2e'),
				clearStore: true,
			}),
		];
		const line = connectInLine(fill);
		const loader = otherNode('Loader', `${LANGCHAIN}.documentDefaultDataLoader`, 1.1, {
			jsonMode: 'expressionData',
			jsonData: '={{ $json.text }}',
			options: {},
		});
		const embeddings = otherNode(
			'Embeddings',
			`${PACKAGE}.embeddingsDeepInfra`,
			1,
			{ model: byId(EMBEDDER), options: {} },
			{ credentials: { [CREDENTIAL_TYPE]: credential } },
		);
		const filled = await runWorkflow(client, 'e2eEmbeddings', [...fill, loader, embeddings], {
			...line,
			Loader: to('Store', 'ai_document'),
			Embeddings: to('Store', 'ai_embedding'),
		});
		ensure(filled.status === 'success', `the store ended as ${textOf(filled.status)}: ${readError(filled)}`);
		ensure(readItems(filled, 'Store').length === 3, 'the store did not take three documents');
		const asked = emulator.requests.slice(before).filter(({ path }) => path === `/v1/inference/${EMBEDDER}`);
		ensure(asked.length >= 1 && asked.length <= 3, `the store asked ${asked.length} times`);
		const shown = JSON.stringify(firstRun(filled, 'Embeddings'));
		ensure(/"dimensions":1024/.test(shown), `the run data of the embeddings: ${shown.slice(0, 300)}`);
		ensure(shown.length < 5000, 'the run data of the embeddings holds the vectors');
	});
}
