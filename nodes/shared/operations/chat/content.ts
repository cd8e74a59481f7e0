import { dictsIn, isDict, number, optionalText } from '../../core/answer';
import type { Dict } from '../../core/operation';

/** The text of a message: some services give it in pieces, texts or parts, of which others are thoughts. */
export function textOfContent(content: unknown): string | undefined {
	if (typeof content === 'string') return content;
	const parts: unknown[] | undefined = Array.isArray(content) ? content : isDict(content) ? [content] : undefined;
	return parts?.map(textOfPart).join('');
}

function textOfPart(part: unknown): string {
	if (!isDict(part)) return optionalText(part) ?? '';
	const { type = 'text', text } = part;
	return type === 'text' || type === 'output_text' ? (optionalText(text) ?? '') : '';
}

/**
 * The calls of tools that a message, or a piece of one, makes. Some services give one alone, or each under its number;
 * older models call a single function.
 */
export function callsOf({ tool_calls: calls, function_call: called }: Dict): Dict[] {
	const all = isDict(calls) ? callsIn(calls) : dictsIn(calls);
	return all.length === 0 && isDict(called) ? [{ index: 0, type: 'function', function: called }] : all;
}

const callsIn = (calls: Dict): Dict[] =>
	isDict(calls.function)
		? [calls]
		: Object.entries(calls).flatMap(([name, call]) => (isDict(call) ? [{ index: number(name), ...call }] : []));
