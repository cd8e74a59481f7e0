import { dictsIn, isDict, optionalText, usageIn } from '../../core/answer';
import type { Dict, StreamOf } from '../../core/operation';
import { parseJson } from '../../core/values';
import { textOfContent } from './content';
import { GROWING, pieceReader } from './pieces';
import { takeThoughts } from './thoughts';

/** A chat's answer in pieces (docs/api.md#streaming): the text of its first choice is what is handed on. */
export const chatStream: StreamOf = {
	request: (request) => ({
		...request,
		json: { ...request.json, stream: true, stream_options: { include_usage: true } },
	}),
	piece: (event) => firstText(event, 'delta'),
	pieces: () => {
		const read = pieceReader();
		return (event) => firstText(read(event), 'delta');
	},
	text: (answer) => takeThoughts(firstText(answer, 'message')).text,
	whole: (events) => {
		const choices = new Map<unknown, Gathered>();
		const read = pieceReader();
		for (const choice of events.flatMap((event) => choicesOf(read(event)))) {
			const known = choices.get(choice.index ?? 0) ?? { texts: new Map(), calls: new Map() };
			choices.set(choice.index ?? 0, known);
			gather(known, choice);
		}
		const usage = [...events].reverse().map(usageIn).find(Boolean);
		return {
			...events[0],
			object: 'chat.completion',
			choices: [...choices].map(([index, gathered]) => ({ index, ...choiceOf(gathered) })),
			...(usage ? { usage } : {}),
		};
	},
	// A service may know no `n`: what came is what counts.
	isComplete: (events) => {
		const ends = new Map<unknown, boolean>();
		for (const { index = 0, finish_reason: finish } of events.flatMap(choicesOf))
			ends.set(index, ends.get(index) === true || Boolean(optionalText(finish)));
		return ends.size > 0 && [...ends.values()].every(Boolean);
	},
	change: (event, by) => {
		let isOther = false;
		const changed = (piece: string, place: readonly unknown[]): string => {
			const next = by(piece, JSON.stringify(place));
			if (next !== piece) isOther = true;
			return next;
		};
		const choices = choicesOf(event).map((choice) => {
			const { index = 0 } = choice;
			if (!isDict(choice.delta)) return choice;
			const delta = deltaOf(choice);
			const texts = GROWING.flatMap((name) => {
				const text = optionalText(delta[name]);
				return text === undefined ? [] : [[name, changed(text, [index, name])]];
			});
			const calls = Array.isArray(delta.tool_calls)
				? { tool_calls: delta.tool_calls.map((call: unknown) => changeCall(call, index, changed)) }
				: {};
			return { ...choice, delta: { ...delta, ...Object.fromEntries(texts), ...calls } };
		});
		return isOther ? { ...event, choices } : event;
	},
	more: (place, piece) => {
		const [index, name, call]: readonly unknown[] = arrayOf(parseJson(place));
		const delta =
			call === undefined
				? { [String(name)]: piece }
				: { tool_calls: [{ index: call, function: { [String(name)]: piece } }] };
		return { choices: [{ index, delta }] };
	},
};

function changeCall(call: unknown, choice: unknown, by: (piece: string, place: readonly unknown[]) => string): unknown {
	if (!isDict(call) || !isDict(call.function)) return call;
	const json = optionalText(call.function.arguments);
	if (json === undefined) return call;
	return {
		...call,
		function: { ...call.function, arguments: by(json, [choice, 'arguments', call.index ?? null]) },
	};
}

function firstText(answer: Dict, place: 'delta' | 'message'): string {
	const { index = 0, [place]: delta } = choicesOf(answer)[0] ?? {};
	return index === 0 ? (optionalText(deltaOf({ delta }).content) ?? '') : '';
}

interface Gathered {
	/** By the name of the field that grows. */
	readonly texts: Map<string, string>;
	readonly calls: Map<unknown, { id?: string; name: string; json: string }>;
	finish?: unknown;
	logprobs?: unknown[];
}

const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const choicesOf = ({ choices }: Dict): Dict[] => dictsIn(choices);

/** With its text in one piece, where it came in parts. */
function deltaOf({ delta }: Dict): Dict {
	if (!isDict(delta)) return {};
	const isWhole = typeof delta.content !== 'object' || delta.content === null;
	return isWhole ? delta : { ...delta, content: textOfContent(delta.content) };
}

function gather(known: Gathered, choice: Dict): void {
	const delta = isDict(choice.delta) ? choice.delta : {};
	for (const name of GROWING) {
		const text = optionalText(delta[name]);
		if (text !== undefined) known.texts.set(name, (known.texts.get(name) ?? '') + text);
	}
	for (const { index, id, function: called } of dictsIn(delta.tool_calls)) {
		const call = known.calls.get(index) ?? { name: '', json: '' };
		known.calls.set(index, call);
		call.id ??= optionalText(id);
		if (!isDict(called)) continue;
		call.name = optionalText(called.name) || call.name;
		call.json += optionalText(called.arguments) ?? '';
	}
	// Some say nothing in words, before the end or after it.
	known.finish = optionalText(choice.finish_reason) || known.finish;
	const { logprobs } = choice;
	if (isDict(logprobs) && Array.isArray(logprobs.content))
		for (const each of logprobs.content) (known.logprobs ??= []).push(each);
}

const choiceOf = ({ texts, calls, finish, logprobs }: Gathered) => ({
	message: {
		role: 'assistant',
		...Object.fromEntries(texts),
		...(calls.size > 0
			? {
					tool_calls: [...calls.values()].map(({ id, name, json }) => ({
						id,
						type: 'function',
						function: { name, arguments: json },
					})),
				}
			: {}),
	},
	finish_reason: finish,
	...(logprobs ? { logprobs: { content: logprobs } } : {}),
});
