import { jsonAnswer, type Answer } from '../answer';
import type { JsonObject } from '../json';
import type { Message } from './messages';
import type { Reply } from './reply';

/** The odd answer that `[[emulator: NAME]]` in a message of the user asks for (README.md). */
export function findOdd(messages: readonly Message[]): string | undefined {
	const last = [...messages].reverse().find(({ role, text }) => role === 'user' && text.includes('[[emulator: '));
	return last && /\[\[emulator: (\w+)\]\]/.exec(last.text)?.[1];
}

const done = (content: string | null, more: Partial<Reply> = {}): Partial<Reply> => ({ content, ...more });

/** What becomes of a good reply; undefined where the odd answer is none that a reply has. */
export function spoilReply(odd: string | undefined, { content }: Reply, isRepair: boolean): Partial<Reply> {
	const text = content ?? '';
	switch (odd) {
		case 'refusal':
			return done(null, { refusal: 'I cannot help with that.' });
		case 'blank':
			return done('');
		case 'contentFilter':
			return done('', { finish: 'content_filter' });
		case 'cutJson':
			return done(text.slice(0, Math.ceil(text.length / 2)), { finish: 'length' });
		case 'fenced':
			return done(`\`\`\`json\n${text}\n\`\`\``);
		case 'wordy':
			return done(`Here is the {result} you asked for:\n\n${text}\n\nLet me know if you need more {details}.`);
		case 'notJson':
			return done('I would rather tell you about it.');
		case 'misfit':
			return isRepair ? {} : done('{"surprise": true}');
		case 'neverFits':
			return done('{"surprise": true}');
		case 'wrongLabel':
			return done('none of these');
		default:
			return {};
	}
}

/** Answers that have no reply at all. */
export function oddAnswer(odd: string | undefined, frame: JsonObject, usage: JsonObject): Answer | undefined {
	if (odd === 'noChoice') return jsonAnswer(200, { ...frame, object: 'chat.completion', choices: [], usage });
	if (odd === 'error')
		return jsonAnswer(200, { error: { message: 'The engine lost this request', type: 'server_error', code: null } });
	return undefined;
}
