import { requirePaying } from '../accounts';
import { type Answer, jsonAnswer, refuse, refuseFields } from '../answer';
import type { Context } from '../context';
import { isObject, textOf } from '../json';
import { readMessages } from './messages';
import { findChatModel } from './model';

/** Tokens are words with the space before them, and single signs. Costs nothing. */
export function tokenize(context: Context): Answer {
	requirePaying(context.headers, 'openai');
	const { body } = context;
	if (body.kind === 'refused') throw body.refusal;
	if (body.kind !== 'json' || !isObject(body.value))
		throw refuse(422, 'Request body is not a JSON object', 'validation');
	const asked = body.value;
	const model = findChatModel(textOf(asked.model) ?? '');
	const text =
		textOf(asked.prompt) ??
		(asked.messages === undefined
			? undefined
			: readMessages(asked.messages)
					.map((message) => message.text)
					.join('\n'));
	if (text === undefined)
		throw refuseFields([{ loc: ['body', 'prompt'], msg: 'field required', type: 'value_error.missing' }]);
	const strings = text.match(/ ?[\p{L}\p{N}]+|\s|[^\p{L}\p{N}\s]/gu) ?? [];
	return jsonAnswer(200, {
		count: strings.length,
		max_model_len: model.maxTokens,
		tokens: strings.map((_string, index) => 1000 + index),
		token_strs: asked.return_token_strs === true ? strings : null,
	});
}
