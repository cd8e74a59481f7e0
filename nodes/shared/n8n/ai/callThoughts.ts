import { dictsIn, isDict, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';

/** Letters that are remembered at most, of all conversations; the oldest are forgotten first. */
const MOST_LETTERS = 8_000_000;

/** By the conversation and the ID of the call. */
const kept = new Map<string, string>();
let letters = 0;

/**
 * What a model thought before it called tools. n8n's client does not send it back, and opens the chat model anew for each
 * turn; models that think between their calls are made to read it again (docs/n8n.md#chat-model).
 */
export class CallThoughts {
	/** @param conversation of one agent in one run: IDs of calls may be those of others */
	constructor(private readonly conversation: string) {}

	remember(answer: Dict): void {
		for (const { message } of dictsIn(answer.choices)) {
			if (!isDict(message)) continue;
			const thought = optionalText(message.reasoning_content) || optionalText(message.reasoning);
			if (thought) for (const id of idsIn(message)) keep(this.place(id), thought);
		}
	}

	/** The messages with what was thought before their calls. One answer's calls may have become a message each. */
	addTo(messages: readonly unknown[]): unknown[] {
		const told = new Set<string>();
		return messages.map((message) => {
			if (!isDict(message) || message.reasoning_content !== undefined) return message;
			const [thought] = idsIn(message).flatMap((id) => kept.get(this.place(id)) ?? []);
			if (thought === undefined || told.has(thought)) return message;
			told.add(thought);
			return { ...message, reasoning_content: thought };
		});
	}

	private place(id: string): string {
		return `${this.conversation} ${id}`;
	}
}

const idsIn = ({ tool_calls: calls }: Dict): string[] => dictsIn(calls).flatMap(({ id }) => optionalText(id) ?? []);

function keep(place: string, thought: string): void {
	forget(place);
	kept.set(place, thought);
	letters += thought.length;
	for (const oldest of kept.keys()) {
		if (letters <= MOST_LETTERS) return;
		forget(oldest);
	}
}

function forget(place: string): void {
	letters -= kept.get(place)?.length ?? 0;
	kept.delete(place);
}
