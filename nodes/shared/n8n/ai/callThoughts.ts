import { dictsIn, isDict, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';
import { parseJson } from '../../core/values';

/** Letters that are remembered at most, of all conversations; the oldest are forgotten first. */
const MOST_LETTERS = 8_000_000;

interface Call {
	readonly thought: string;
	/** Its argument called `id`, as JSON. */
	readonly id?: string;
}

/** What the place of a call takes up, in letters. */
const PLACE = 200;

/** By the conversation and the ID of the call. */
const kept = new Map<string, Call>();
let letters = 0;

/**
 * What a model thought before it called tools. n8n's client does not send it back, and opens the chat model anew for each
 * turn; models that think between their calls are made to read it again. And an argument `id`, in whose place n8n's agent
 * writes the ID of the call (docs/n8n.md#chat-model).
 */
export class CallThoughts {
	/** @param conversation of one agent in one run: IDs of calls may be those of others */
	constructor(private readonly conversation: string) {}

	remember(answer: Dict): void {
		for (const { message } of dictsIn(answer.choices)) {
			if (!isDict(message)) continue;
			const thought = (optionalText(message.reasoning_content) || optionalText(message.reasoning)) ?? '';
			for (const call of dictsIn(message.tool_calls))
				keep(this.place(call), { thought, id: JSON.stringify(argumentsOf(call)?.id) });
		}
	}

	/** The messages with what they have lost. One answer's calls may have become a message each. */
	addTo(messages: readonly unknown[]): unknown[] {
		const told = new Set<string>();
		return messages.map((message) => {
			if (!isDict(message) || !Array.isArray(message.tool_calls)) return message;
			const calls = dictsIn(message.tool_calls);
			const whole = { ...message, tool_calls: calls.map((call) => this.withOwnId(call)) };
			const thought = calls.map((call) => kept.get(this.place(call))?.thought).find(Boolean);
			if (!thought || message.reasoning_content !== undefined || told.has(thought)) return whole;
			told.add(thought);
			return { ...whole, reasoning_content: thought };
		});
	}

	private place({ id }: Dict): string {
		return `${this.conversation} ${String(id)}`;
	}

	private withOwnId(call: Dict): Dict {
		const own = kept.get(this.place(call));
		const { id, ...others } = argumentsOf(call) ?? {};
		if (!own || id === undefined || id !== call.id || !isDict(call.function)) return call;
		const given = own.id === undefined ? others : { id: parseJson(own.id), ...others };
		return { ...call, function: { ...call.function, arguments: JSON.stringify(given) } };
	}
}

function argumentsOf({ function: called }: Dict): Dict | undefined {
	const json = isDict(called) ? optionalText(called.arguments) : undefined;
	const read = json === undefined ? undefined : parseJson(json);
	return isDict(read) ? read : undefined;
}

const lettersOf = ({ thought, id = '' }: Call): number => PLACE + thought.length + id.length;

function keep(place: string, call: Call): void {
	forget(place);
	kept.set(place, call);
	letters += lettersOf(call);
	for (const oldest of kept.keys()) {
		if (letters <= MOST_LETTERS) return;
		forget(oldest);
	}
}

function forget(place: string): void {
	const call = kept.get(place);
	if (call) letters -= lettersOf(call);
	kept.delete(place);
}
