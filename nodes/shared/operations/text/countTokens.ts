import { number } from '../../core/answer';
import { defineOperation } from '../../core/operation';
import { AnswerError } from '../../core/problem';
import { modelPath, routeRequest } from '../../core/request';
import { CHAT_MODEL, CHAT_TASKS } from '../chat/models';
import { modelField, plainOptionsField, simplifyField } from '../fields';

export const countTokens = defineOperation({
	resource: 'text',
	value: 'countTokens',
	name: 'Count Tokens',
	action: 'Count tokens of text',
	description: 'Count the tokens that a text has for a model; DeepInfra tells no cost for it',
	tasks: CHAT_TASKS,
	outputFields: { tokens: 'integer', contextLength: 'integer | null' },
	fields: [
		modelField(CHAT_MODEL, 'The model whose tokens are counted'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. A text that may be too long',
			description: 'The text to count',
		},
		simplifyField,
		plainOptionsField([]),
	],
	isFree: true,
	isDeterministic: () => true,
	request: ([{ model, text }]) => {
		modelPath(model);
		return routeRequest('/v1/tokenize', { options: {} }, { model, prompt: text });
	},
	items: (answer) => {
		const tokens = number(answer.count);
		if (tokens === undefined || tokens < 0 || !Number.isInteger(tokens))
			throw new AnswerError('DeepInfra answered without a count of tokens');
		return [{ json: { tokens, contextLength: number(answer.max_model_len) ?? null } }];
	},
});
