/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console */
import { ChatOpenAI } from '@langchain/openai';
import { version } from 'n8n-core/package.json';
import { NodeConnectionTypes } from 'n8n-workflow';
import { startEmulator, type Fault } from '../../emulator';
import { openSupply } from '../../support/engine/supply';

const isChat = ({ path }: { path: string }) => path.endsWith('/chat/completions');
const tool = (name: string) => ({
	type: 'function',
	function: { name, parameters: { type: 'object', properties: { input: { type: 'string' } } } },
});

/** The built chat model in the n8n whose packages this process runs with: what it does, as one line of JSON. */
async function main(): Promise<void> {
	const emulator = await startEmulator();
	const { response: chat } = await openSupply({
		node: 'lmChatDeepInfra',
		connection: NodeConnectionTypes.AiLanguageModel,
		parameters: {
			model: { __rl: true, mode: 'id', value: 'meta-llama/Llama-3.3-70B-Instruct-Turbo' },
			options: {},
		},
		baseUrl: emulator.url,
	});
	if (!(chat instanceof ChatOpenAI)) throw new Error("not LangChain's chat model");
	const failing = (times: number, fault: Fault) => {
		let left = times;
		emulator.options.faults = (request) => (isChat(request) && left-- > 0 ? fault : undefined);
	};
	failing(2, { kind: 'status', status: 429, retryAfter: 0 });
	const { content } = await chat.invoke('Hello');
	const requests = emulator.requests.filter(isChat).length;
	const called = new Set<string>();
	for await (const piece of await chat.bindTools([tool('calculator'), tool('weather')]).stream('Calculator, weather')) {
		for (const { name } of piece.tool_call_chunks ?? []) if (name) called.add(name);
	}
	failing(1, { kind: 'status', status: 402, body: { detail: { error: 'please enter a payment method' } } });
	const refused = await chat.invoke('Hello').then(
		() => 'an answer',
		(error: unknown) => String(error),
	);
	console.log(JSON.stringify({ version, content, requests, called: [...called], refused }));
}

// What n8n leaves open would keep the process.
void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
