/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingMessage } from 'node:http';
import { dictOf, listOf, parseJson, textOf, type Dict } from '../../../scripts/json';
import type { Endings } from '../support/endings';

/** What the agent and the scripted model said to each other in one run. */
export interface ScriptedChat {
	url: string;
	/** The tools that the agent offered in its last request. */
	tools: Dict[];
	/** What the tool gave back to the agent. */
	toolAnswer: string | undefined;
	/** What the model fills each of the tool's text fields with. */
	filling: string;
	/** Forgets the run before. */
	begin(filling: string): void;
}

async function readBody(request: IncomingMessage): Promise<Dict> {
	const pieces: Buffer[] = [];
	for await (const piece of request) pieces.push(Buffer.from(piece));
	return dictOf(parseJson(Buffer.concat(pieces).toString()));
}

/** Calls the first tool, with the same text in each of its fields, or ends with what the tool gave. */
function replyTo(chat: ScriptedChat, asked: Dict): Dict {
	const messages = listOf(asked.messages).map(dictOf);
	const answer = messages.reverse().find(({ role }) => role === 'tool');
	chat.tools = listOf(asked.tools).map(dictOf);
	if (answer) {
		chat.toolAnswer = typeof answer.content === 'string' ? answer.content : JSON.stringify(answer.content);
		return { role: 'assistant', content: 'The tool has answered.' };
	}
	const tool = dictOf(chat.tools[0]?.function);
	const fields = Object.keys(dictOf(dictOf(tool.parameters).properties));
	const call = {
		id: 'call_1',
		type: 'function',
		function: {
			name: textOf(tool.name) ?? '',
			arguments: JSON.stringify(Object.fromEntries(fields.map((name) => [name, chat.filling]))),
		},
	};
	return { role: 'assistant', content: null, tool_calls: [call] };
}

/** A chat model without a mind, in OpenAI's form: an agent's run that goes the same way each time. */
export async function startChat(endings: Endings): Promise<ScriptedChat> {
	const chat: ScriptedChat = {
		url: '',
		tools: [],
		toolAnswer: undefined,
		filling: '',
		begin: (filling) => Object.assign(chat, { filling, tools: [], toolAnswer: undefined }),
	};
	const server = createServer((request, response) => {
		void readBody(request).then((asked) => {
			const message = replyTo(chat, asked);
			const finish = message.tool_calls ? 'tool_calls' : 'stop';
			const frame = { id: 'chatcmpl-1', created: 1, model: textOf(asked.model) ?? '' };
			const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
			if (asked.stream !== true) {
				response.setHeader('content-type', 'application/json');
				const choices = [{ index: 0, message, finish_reason: finish }];
				response.end(JSON.stringify({ ...frame, object: 'chat.completion', choices, usage }));
				return;
			}
			const calls = listOf(message.tool_calls).map((call, index) => ({ index, ...dictOf(call) }));
			const delta = { ...message, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
			const choices = [{ index: 0, delta, finish_reason: finish }];
			response.setHeader('content-type', 'text/event-stream');
			response.end(
				`data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices, usage })}\n\ndata: [DONE]\n\n`,
			);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	endings.add(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const address = server.address();
	chat.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`;
	return chat;
}
