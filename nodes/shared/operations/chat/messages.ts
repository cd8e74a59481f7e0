import { dictsIn, isDict, optionalText } from '../../core/answer';
import { writeJson } from '../../core/exact';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';
import { own } from '../../core/values';

const ROLES = ['system', 'user', 'assistant', 'tool'];

/** The names that LangChain, and with it n8n's memory, has for roles. */
const ROLE_OF: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', generic: 'user' };

/** What n8n's memory has the turns of a conversation under. Those of tools have lost there which call they answer. */
const TURNS: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', system: 'system' };

const readAll = (given: readonly unknown[]): Dict[] => given.flatMap<Dict>((each) => readConversation(each));

const unreadable = () =>
	new InputError(
		"'Previous Messages' holds something that is no message",
		'Give an array such as [{ "role": "user", "content": "Hello" }], or the messages of a Chat Memory Manager node.',
	);

/**
 * An earlier conversation as the API takes it: messages with a role, turns of n8n's memory (`{ human, ai }`),
 * or messages as LangChain stores them; alone, in an array, or under `messages`.
 * @throws InputError
 */
export function readConversation(given: unknown): Dict[] {
	if (Array.isArray(given)) return readAll(given);
	if (!isDict(given)) throw unreadable();
	if (Object.keys(given).length === 0) return [];
	if (Array.isArray(given.messages)) return readConversation(given.messages);
	const { role } = given;
	if (typeof role === 'string' && ROLES.includes(role))
		return [Array.isArray(given.tool_calls) ? { ...given, tool_calls: dictsIn(given.tool_calls).map(callFor) } : given];
	// In the order in which they were said.
	const turns = Object.entries(given).flatMap(([name, content]) => said(own(TURNS, name), content));
	return Object.keys(given).some((name) => own(TURNS, name)) ? turns : [readStored(given)];
}

function said(role: string | undefined, content: unknown): Dict[] {
	if (role === undefined || content === null || content === '') return [];
	if (typeof content === 'string' || Array.isArray(content)) return [{ role, content }];
	throw unreadable();
}

/** `{ type: 'human', data: { content } }`, or `{ id: [..., 'HumanMessage'], kwargs: { content } }`. */
function readStored({ type, id, data, kwargs }: Dict): Dict {
	const name = Array.isArray(id) ? String(id.at(-1)).replace(/Message(Chunk)?$/, '') : optionalText(type);
	const known = (name ?? '').toLowerCase();
	const role = own(ROLE_OF, known) ?? ROLES.find((each) => each === known);
	const held = isDict(kwargs) ? kwargs : isDict(data) ? data : {};
	const { content, tool_call_id: answered } = held;
	if (role === undefined || content === undefined) throw unreadable();
	const calls = role === 'assistant' ? callsIn(held) : [];
	return {
		role,
		content,
		...(calls.length > 0 ? { tool_calls: calls } : {}),
		...(role === 'tool' ? { tool_call_id: answered } : {}),
	};
}

/** The calls of tools that a stored message makes, as the API writes them. */
function callsIn({ tool_calls: calls, additional_kwargs: more }: Dict): Dict[] {
	const read = dictsIn(calls).map(callFor);
	return read.length > 0 || !isDict(more) ? read : dictsIn(more.tool_calls);
}

/** A call as the API writes it; a memory, and this node's own output, have it without its frame, and its arguments parsed. */
function callFor(call: Dict): Dict {
	const { id, function: framed } = call;
	const { name, args = {}, arguments: given = args } = isDict(framed) ? framed : call;
	if (typeof name !== 'string' || (isDict(framed) && typeof given === 'string')) return call;
	const json = typeof given === 'string' ? given : writeJson(given);
	return { id, type: 'function', function: { name, arguments: json } };
}
