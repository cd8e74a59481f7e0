import { dictsIn, isDict, optionalText, usageIn } from '../../core/answer';
import { ExactPieces } from '../../core/exact';
import type { Dict } from '../../core/operation';
import { parseJson } from '../../core/values';
import { readArguments } from './chat';
import { callsOf, textOfContent } from './content';
import { takeThoughts, Thoughts } from './thoughts';

/** Of a piece, the texts that come bit by bit. */
export const GROWING = ['content', 'reasoning_content', 'reasoning', 'refusal'];

/** An agent takes a call without an ID for none, and one with that of an earlier call for that one: it asks again and again. */
export interface CallIds {
	/** Those of the conversation so far. */
	readonly taken: ReadonlySet<string>;
	make(): string;
}

/** A call of a tool, as far as it has come. */
interface Call {
	/** The service's own number, which may be that of others, too. */
	readonly given: unknown;
	readonly index: number;
	id: string;
	name: string;
	json: string;
	readonly exact: ExactPieces;
}

/**
 * Reads the pieces of an answer one after the other, and gives each as OpenAI's own service writes it: what one said
 * stands in `delta` and has a role, its text is one and without thoughts, its calls of tools are told apart by number
 * and ID, and its usage stands beside the choices. A piece that is so already stays the same object
 * (docs/n8n.md#chat-model).
 * @param ids for calls that come without one, or with that of another
 */
export function pieceReader(ids?: CallIds): (event: Dict) => Dict {
	const readers = new Map<unknown, (choice: Dict) => Dict>();
	return (event) => {
		const choices = dictsIn(event.choices);
		const read = choices.map((choice) => {
			const { index = 0 } = choice;
			const reader = readers.get(index) ?? choiceReader(ids);
			readers.set(index, reader);
			return reader(choice);
		});
		const isSame = read.every((choice, at) => choice === choices[at]);
		return withUsage(isSame ? event : { ...event, choices: read });
	};
}

/** With its usage at its top. */
export function withUsage(answer: Dict): Dict {
	const usage = usageIn(answer);
	return usage && usage !== answer.usage ? { ...answer, usage } : answer;
}

/** The same for the pieces of one choice. */
export function choiceReader(ids?: CallIds): (choice: Dict) => Dict {
	const known = new Calls(ids);
	const thoughts = new Thoughts();
	let hasRole = false;
	let hasSpoken = false;
	return (choice) => {
		const { message, ...rest } = choice;
		const isWhole = isDict(message) && !hasSpoken && !speaks(choice.delta);
		const said = isWhole ? message : isDict(choice.delta) ? choice.delta : {};
		const { function_call: called, ...others } = said;
		const calls = callsOf(said);
		const isOld = calls.length > 0 && calls[0]?.function === called;
		const isListed = calls.length === 0 || Array.isArray(said.tool_calls);
		const read = calls.map((call, index) =>
			isWhole ? readCall({ ...call, index }, known, true) : readCall(call, known, false),
		);
		const lacksRole = said.role === '' || (!hasRole && !optionalText(said.role));
		const isParted = typeof said.content === 'object' && said.content !== null;
		hasRole = true;
		hasSpoken ||= speaks(said);
		const content = isParted ? textOfContent(said.content) : optionalText(said.content);
		const isLast = Boolean(optionalText(choice.finish_reason));
		const told = isWhole ? takeThoughts(content ?? '') : thoughts.next(content ?? '', isLast);
		const isText = !isParted && told.text === (content ?? '') && !told.reasoning;
		const isSame = said === choice.delta && !lacksRole && isText && isListed && !isOld;
		if (isSame && read.every((call, at) => call === calls[at])) return choice;
		const delta = {
			...(isOld ? others : said),
			...(lacksRole ? { role: 'assistant' } : {}),
			...(isText ? {} : { content: told.text }),
			...(told.reasoning
				? { reasoning_content: `${optionalText(said.reasoning_content) ?? ''}${told.reasoning}` }
				: {}),
			...(read.length > 0 ? { tool_calls: read } : {}),
		};
		return { ...(isWhole ? rest : choice), delta };
	};
}

/** Whether it brings more than a role. */
const speaks = (said: unknown): boolean =>
	isDict(said) &&
	(isDict(said.function_call) ||
		['tool_calls', ...GROWING].some((name) => said[name] !== '' && Object(said[name] ?? '').length !== 0));

function readCall(call: Dict, known: Calls, isWhole: boolean): Dict {
	const called = isDict(call.function) ? call.function : {};
	const id = optionalText(call.id) ?? '';
	const name = optionalText(called.name) ?? '';
	const own = known.callOf(call.index ?? undefined, id, name);
	const isBegun = own.name !== '' || own.json !== '';
	// Some repeat it in each piece.
	if (own.name !== name) own.name += name;
	const given = argumentsIn(called, own.json, isWhole);
	own.json += optionalText(given) ?? '';
	// Who gets it parses it.
	const exact = typeof given === 'string' ? own.exact.next(given) : given;
	const isSame = call.index === own.index && (id === own.id || (id === '' && isBegun));
	if (isSame && exact === called.arguments && (name === '' || name === own.name)) return call;
	return {
		...call,
		index: own.index,
		...(own.id ? { id: own.id } : {}),
		function: { ...called, ...(name ? { name: own.name } : {}), arguments: exact },
	};
}

/** Tells calls apart: some services do not number them, and some all of them alike. */
class Calls {
	private readonly byNumber = new Map<unknown, Call>();
	/** By the service's own, which may be that of a call of an earlier turn. */
	private readonly byId = new Map<string, Call>();
	private readonly taken = new Set<unknown>();
	private free = 0;
	private last?: Call;

	constructor(private readonly ids?: CallIds) {}

	/** The call that a piece belongs to. @param given its number */
	callOf(given: unknown, id: string, name: string): Call {
		const call = this.known(given, id, name) ?? this.begin(given);
		this.byNumber.set(given, call);
		call.id ||= this.ownId(id, call);
		if (id !== '') this.byId.set(id, call);
		return (this.last = call);
	}

	private ownId(id: string, call: Call): string {
		const isTaken = id === '' || this.ids?.taken.has(id) === true || (this.byId.get(id) ?? call) !== call;
		return isTaken ? (this.ids?.make() ?? id) : id;
	}

	private known(given: unknown, id: string, name: string): Call | undefined {
		const same = this.byId.get(id);
		if (same && (given === undefined || same.given === given)) return same;
		const last = given === undefined ? this.last : this.byNumber.get(given);
		if (id === '') return last && name !== '' && isFinished(last.json) ? undefined : last;
		// Some give each piece an ID of its own, but none a name.
		const goesOn = given !== undefined && (name === '' || last?.id === '' || last?.id === id);
		return goesOn ? last : undefined;
	}

	private begin(given: unknown): Call {
		const index = typeof given === 'number' && !this.taken.has(given) ? given : this.free;
		this.taken.add(index);
		this.free = Math.max(this.free, index + 1);
		return { given, index, id: '', name: '', json: '', exact: new ExactPieces() };
	}
}

const isFinished = (json: string): boolean => json.trimEnd().endsWith('}') && isDict(parseJson(json));

/** As the JSON of an object in a text, where all of them have come: who reads others takes the call for none. */
function argumentsIn({ name, arguments: given }: Dict, before: string, isWhole: boolean): unknown {
	const isText = typeof given === 'string';
	// A call may begin without any arguments, or with no more than their beginning.
	const isOpen = isText ? before !== '' || !name || given.trim() === '' : !isDict(given);
	if ((isOpen && !isWhole) || (isText && isDict(parseJson(given)))) return given;
	const read = readArguments(name, given);
	return read ? JSON.stringify(read) : given;
}
