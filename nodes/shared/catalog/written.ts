import { dictsIn, isDict } from '../core/answer';
import type { Dict } from '../core/operation';
import { addLetters, lettersIn, NOTHING, tokensOf } from './letters';

/** What a model writes into a chat's answer, beside what stands around it. */
const WRITTEN = ['content', 'reasoning_content', 'reasoning', 'refusal', 'tool_calls', 'function_call'];

/**
 * About how many tokens an answer has of which a model wrote every word: a chat's, with the thoughts and calls that it
 * shows, or a generated text's. Undefined where nothing of that stands in it.
 */
export function tokensWritten({ choices, results }: Dict): number | undefined {
	const texts = [
		...dictsIn(choices).flatMap(({ message, text }) => [text, ...membersOf(message)]),
		...dictsIn(results).map(({ generated_text: text }) => text),
	].filter((text) => text !== undefined && text !== null && text !== '');
	if (texts.length === 0) return undefined;
	return tokensOf(texts.map(lettersIn).reduce(addLetters, NOTHING));
}

const membersOf = (message: unknown): unknown[] => (isDict(message) ? WRITTEN.map((name) => message[name]) : []);
