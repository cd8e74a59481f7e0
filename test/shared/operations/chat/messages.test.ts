import { readConversation } from '../../../../nodes/shared/operations/chat/messages';
import { parseTyped } from '../../../../nodes/shared/core/values';
import { thrownBy } from '../../../support/work';

/** As n8n's Chat Memory Manager gives a memory: simplified, or as LangChain writes its messages. */
const stored = (name: string, kwargs: object) => ({
	lc: 1,
	type: 'constructor',
	id: ['langchain_core', 'messages', name],
	kwargs: { additional_kwargs: {}, response_metadata: {}, ...kwargs },
});
const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } };

it.each<[string, unknown, unknown[]]>([
	[
		'turns that begin with the model, as a window over a memory does',
		{ messages: [{ ai: 'Hello!', human: 'Hi' }, { ai: 'Yes?' }] },
		[
			{ role: 'assistant', content: 'Hello!' },
			{ role: 'user', content: 'Hi' },
			{ role: 'assistant', content: 'Yes?' },
		],
	],
	[
		'instructions among the turns',
		[{ system: 'Be kind.' }, { system: 'Be brief.', human: 'Hi', ai: '' }],
		[
			{ role: 'system', content: 'Be kind.' },
			{ role: 'system', content: 'Be brief.' },
			{ role: 'user', content: 'Hi' },
		],
	],
	[
		'a turn with a picture, and one of a tool, which has lost its call',
		{ human: [{ type: 'text', text: 'What is this?' }], ai: 'A cat', tool: 'sunny' },
		[
			{ role: 'user', content: [{ type: 'text', text: 'What is this?' }] },
			{ role: 'assistant', content: 'A cat' },
		],
	],
	[
		'the calls of tools and what they answered',
		[
			stored('AIMessage', { content: '', tool_calls: [{ name: 'weather', args: { city: 'Rome' }, id: 'c1' }] }),
			stored('ToolMessage', { content: 'sunny', tool_call_id: 'c1', name: 'weather' }),
			{ type: 'ai', data: { content: 'Sunny.', tool_calls: [] } },
		],
		[
			{ role: 'assistant', content: '', tool_calls: [call] },
			{ role: 'tool', content: 'sunny', tool_call_id: 'c1' },
			{ role: 'assistant', content: 'Sunny.' },
		],
	],
	[
		'calls as older messages have them',
		stored('AIMessageChunk', { content: '', additional_kwargs: { tool_calls: [call] } }),
		[{ role: 'assistant', content: '', tool_calls: [call] }],
	],
	[
		'a call without arguments, and one with a number that JavaScript cannot count',
		parseTyped(
			'{"type":"ai","data":{"content":"","tool_calls":[{"id":"a","name":"now"},{"id":"b","name":"f","args":{"n":12345678901234567890}}]}}',
		),
		[
			{
				role: 'assistant',
				content: '',
				tool_calls: [
					{ id: 'a', type: 'function', function: { name: 'now', arguments: '{}' } },
					{ id: 'b', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } },
				],
			},
		],
	],
	[
		"this node's own calls of tools, and such with an object of arguments",
		[
			{ role: 'assistant', content: '', tool_calls: [{ id: 'c1', name: 'weather', arguments: { city: 'Rome' } }] },
			{ role: 'assistant', tool_calls: [{ ...call, function: { name: 'weather', arguments: { city: 'Rome' } } }] },
			{ role: 'assistant', tool_calls: [call, { id: 'x', type: 'other' }] },
		],
		[
			{ role: 'assistant', content: '', tool_calls: [call] },
			{ role: 'assistant', tool_calls: [call] },
			{ role: 'assistant', tool_calls: [call, { id: 'x', type: 'other' }] },
		],
	],
	['an empty memory', { messages: [{}] }, []],
])('%s are messages of the API', (_, given, messages) => expect(readConversation(given)).toEqual(messages));

it.each([
	[{ human: 42, ai: 'Hi' }],
	[{ type: 'text', data: { content: 'x' } }],
	[{ ai: { text: 'x' } }],
	['Hi'],
	[[null]],
])('%j is none, and told', (given) =>
	expect(thrownBy(() => readConversation(given)).message).toMatch(/holds something that is no message/),
);
