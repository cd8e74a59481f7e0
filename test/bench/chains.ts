/* eslint-disable no-console */
import { dictOf, type Dict } from '../../scripts/json';
import type { N8nClient } from '../../scripts/host/client';
import { N8N_VERSION } from '../../scripts/host/places';
import type { Emulator, RecordedRequest } from '../emulator';
import { readMessages, tokensOf } from '../emulator/chat/messages';
import { countTokens } from '../emulator/tasks/task';
import { byId, CHAT_MODEL, chatModel, LANGCHAIN, runWorkflow, to } from '../e2e/agent/build';
import { Endings } from '../e2e/support/endings';
import { readError } from '../e2e/support/executions';
import {
	connectInLine,
	deepInfraNode,
	manualTrigger,
	otherNode,
	type CredentialName,
	type WorkflowNode,
} from '../e2e/support/workflows';
import { CREDENTIAL_TYPE, EMULATOR_KEY, startWorld } from '../e2e/support/world';
import { markdownTable, times, type Row } from './figures';
import { interruption } from './machine';

const TICKET =
	'My parcel has not come, and the tracking says nothing.\nOrder: A-2041\nDate: 03.11.2026\nTotal: 1,234.56 USD';
const LABELS = [
	['billing', 'invoices and refunds'],
	['delivery', 'parcels and tracking'],
	['account', 'login and password'],
] as const;
const COLUMNS = [
	['order', 'string', 'The number of the order'],
	['date', 'date', 'When it was ordered'],
	['total', 'number', 'What it costs'],
] as const;

interface Task {
	readonly name: string;
	/** What both are told: the text itself, and the user's own labels or columns. */
	readonly given: readonly string[];
	readonly own: Dict;
	readonly theirs: {
		readonly name: string;
		readonly type: string;
		readonly version: number;
		readonly parameters: Dict;
	};
}

const TASKS: readonly Task[] = [
	{
		name: 'A text under one of three own labels',
		given: [TICKET, ...LABELS.flat()],
		own: {
			resource: 'text',
			operation: 'classifyZeroShot',
			model: byId(CHAT_MODEL),
			text: TICKET,
			candidateLabels: LABELS.map(([name, words]) => `${name}: ${words}`).join('\n'),
		},
		theirs: {
			name: 'Text Classifier',
			type: 'textClassifier',
			version: 1.1,
			parameters: {
				inputText: TICKET,
				categories: { categories: LABELS.map(([category, description]) => ({ category, description })) },
				options: {},
			},
		},
	},
	{
		name: 'Three columns out of a text',
		given: [TICKET, ...COLUMNS.flat()],
		own: {
			resource: 'text',
			operation: 'extract',
			model: byId(CHAT_MODEL),
			text: TICKET,
			schemaType: 'fromAttributes',
			attributes: {
				values: COLUMNS.map(([name, type, description]) => ({ name, type, description, required: false })),
			},
		},
		theirs: {
			name: 'Information Extractor',
			type: 'informationExtractor',
			version: 1.2,
			parameters: {
				text: TICKET,
				schemaType: 'fromAttributes',
				attributes: {
					attributes: COLUMNS.map(([name, type, description]) => ({ name, type, description, required: false })),
				},
				options: {},
			},
		},
	},
];

const isChat = ({ path }: RecordedRequest) => path.endsWith('/chat/completions');

/** Tokens of all messages of a request, without those of what the user gave; a schema beside the messages counts, too. */
function overhead({ json }: RecordedRequest, given: readonly string[]): number {
	const theUsers = given.reduce((sum, text) => sum + countTokens(text), 0);
	const { messages, response_format: format, tools } = dictOf(json);
	const beside = [format, tools].map((each) => (each ? countTokens(JSON.stringify(each)) : 0));
	return beside.reduce((sum, each) => sum + each, tokensOf(readMessages(messages)) - theUsers);
}

export async function compareTokens(client: N8nClient, emulator: Emulator, credential: CredentialName): Promise<Row[]> {
	const ask = async (id: string, nodes: WorkflowNode[], below: WorkflowNode[] = []) => {
		const before = emulator.requests.length;
		const model = below.map(({ name }) => [name, to(nodes.at(-1)?.name ?? '', 'ai_languageModel')]);
		const connections = { ...connectInLine(nodes), ...Object.fromEntries(model) };
		const execution = await runWorkflow(client, id, { nodes: [...nodes, ...below], connections });
		// What the emulator says may fit only one of them; what it was asked counts. A second try is not counted.
		const [first] = emulator.requests.slice(before).filter(isChat);
		if (!first) throw new Error(`${id} asked nothing: ${readError(execution)}`);
		return first;
	};
	const rows: Row[] = [];
	for (const [index, { name, given, own, theirs }] of TASKS.entries()) {
		const ours = await ask(`benchOwn${index}`, [manualTrigger(), deepInfraNode('Ours', own, credential)]);
		const chain = otherNode('Theirs', `${LANGCHAIN}.${theirs.type}`, theirs.version, theirs.parameters);
		const others = await ask(`benchTheirs${index}`, [manualTrigger(), chain], [chatModel({ credential })]);
		const [mine, other] = [overhead(ours, given), overhead(others, given)];
		rows.push({
			what: `${name}: tokens beside the user's own words, an item`,
			figure: String(mine),
			compared: `${other} with n8n's ${theirs.name}: ${times(mine / other)}`,
			target: { words: 'under 200', isMet: mine < 200 },
		});
	}
	return rows;
}

/** What this package's operations add to each item, beside n8n's own chains over the same model, in one n8n. */
export async function benchChains(): Promise<void> {
	const signal = interruption();
	const endings = new Endings();
	try {
		const { client, emulator } = await startWorld(endings, signal);
		const data = { apiKey: EMULATOR_KEY, baseUrl: emulator.url };
		const id = await client.saveCredential({ name: 'DeepInfra', type: CREDENTIAL_TYPE, data });
		console.log(markdownTable(await compareTokens(client, emulator, { id, name: 'DeepInfra' })));
		console.log(
			`\nn8n ${N8N_VERSION}; tokens as the emulator counts them: words and single signs.\nTo reproduce: npm run bench -- --chains`,
		);
	} finally {
		await endings.run();
	}
}
