import { dictsIn, isDict, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';

/** Conversations that are remembered, and calls of each. */
const MOST_KEPT = 200;
const MOST_CALLS = 100;

const known = new Map<string, CallThoughts>();

/**
 * What a model thought before it called tools. n8n's client does not send it back, and opens the chat model anew for each
 * turn; models that think between their calls are made to read it again (docs/n8n.md#chat-model).
 */
export class CallThoughts {
	/** By the IDs of the calls. */
	private readonly kept = new Map<string, string>();

	/** @param key of one agent in one run: IDs of calls may be those of others */
	static of(key: string): CallThoughts {
		const thoughts = known.get(key) ?? new CallThoughts();
		known.delete(key);
		known.set(key, thoughts);
		forgetOldest(known, MOST_KEPT);
		return thoughts;
	}

	remember(answer: Dict): void {
		for (const { message } of dictsIn(answer.choices)) {
			if (!isDict(message)) continue;
			const thought = optionalText(message.reasoning_content) || optionalText(message.reasoning);
			if (thought) for (const id of idsIn(message)) this.kept.set(id, thought);
		}
		forgetOldest(this.kept, MOST_CALLS);
	}

	/** The messages with what was thought before their calls. One answer's calls may have become a message each. */
	addTo(messages: readonly unknown[]): unknown[] {
		const told = new Set<string>();
		return messages.map((message) => {
			if (!isDict(message) || message.reasoning_content !== undefined) return message;
			const [thought] = idsIn(message).flatMap((id) => this.kept.get(id) ?? []);
			if (thought === undefined || told.has(thought)) return message;
			told.add(thought);
			return { ...message, reasoning_content: thought };
		});
	}
}

const idsIn = ({ tool_calls: calls }: Dict): string[] => dictsIn(calls).flatMap(({ id }) => optionalText(id) ?? []);

function forgetOldest(map: Map<string, unknown>, most: number): void {
	for (const key of map.keys()) {
		if (map.size <= most) return;
		map.delete(key);
	}
}
