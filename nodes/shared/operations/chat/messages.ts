import { isDict, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { InputError } from '../../core/problem';

const ROLES = ['system', 'user', 'assistant', 'tool'];

/** The names that LangChain, and with it n8n's memory, has for roles. */
const ROLE_OF: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', generic: 'user' };

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
	if ('human' in given || 'ai' in given) {
		const turns = [said('user', given.human), said('assistant', given.ai)];
		return turns.filter((turn) => turn !== undefined);
	}
	const { role } = given;
	if (typeof role === 'string' && ROLES.includes(role)) return [given];
	return [readStored(given)];
}

function said(role: string, content: unknown): Dict | undefined {
	const text = optionalText(content);
	return text ? { role, content: text } : undefined;
}

/** `{ type: 'human', data: { content } }`, or `{ id: [..., 'HumanMessage'], kwargs: { content } }`. */
function readStored({ type, id, data, kwargs }: Dict): Dict {
	const name = Array.isArray(id) ? String(id.at(-1)).replace(/Message(Chunk)?$/, '') : optionalText(type);
	const known = (name ?? '').toLowerCase();
	const role = Object.hasOwn(ROLE_OF, known) ? ROLE_OF[known] : ROLES.find((each) => each === known);
	const held = isDict(kwargs) ? kwargs : isDict(data) ? data : {};
	if (role === undefined || held.content === undefined) throw unreadable();
	return { role, content: held.content };
}
