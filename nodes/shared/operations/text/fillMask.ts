import { list, score, text } from '../../core/answer';
import { jsonRequest } from '../../core/request';
import { defineOperation } from '../../core/operation';
import { AnswerError, InputError } from '../../core/problem';
import { modelField, optionsField, simplifyField } from '../fields';

/** What the user writes for the gap, whatever token the model was trained with. */
const MASK = '[MASK]';
const OTHER_MASKS = ['<mask>', '<extra_id_0>'];

export const fillMask = defineOperation({
	resource: 'text',
	value: 'fillMask',
	name: 'Fill Mask',
	action: 'Fill mask in text',
	description: 'Guess the word that a gap in a text stands for',
	tasks: ['fill-mask'],
	usesFacts: true,
	fields: [
		modelField('bert-base-cased'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. I need my [MASK] right now!',
			hint: 'Write [MASK] where the word is missing',
			description: "The text with a gap. The node replaces [MASK] by the model's own mask token.",
		},
		simplifyField,
		optionsField([]),
	],
	request: ([input], { maskToken }) => {
		const known = maskToken === undefined ? [MASK, ...OTHER_MASKS] : [MASK, maskToken];
		if (!known.some((token) => input.text.includes(token))) {
			throw new InputError("'Text' has no gap", 'Write [MASK] where the word is missing.');
		}
		return jsonRequest(input, { input: input.text.replaceAll(MASK, () => maskToken ?? MASK) });
	},
	items: (answer) => {
		const candidates = list(answer.results, 'the list of candidates')
			.map((row) => ({
				sequence: text(row.sequence, "a candidate's sequence"),
				token: text(row.token_str, "a candidate's token").trim(),
				score: score(row.score, "a candidate's score"),
			}))
			.sort((a, b) => b.score - a.score);
		const best = candidates[0];
		if (best === undefined) throw new AnswerError('DeepInfra answered without any candidate');
		return [{ json: { ...best, candidates } }];
	},
});
