import { isDict, number, requiredNumber, text } from '../../core/answer';
import { nearestPlace, placeFinder } from '../../core/offsets';
import { jsonRequest } from '../../core/request';
import { defineOperation, type Dict } from '../../core/operation';
import { modelField, optionsField, simplifyField } from '../fields';

export const answerQuestion = defineOperation({
	resource: 'text',
	value: 'answerQuestion',
	name: 'Answer Question',
	action: 'Answer question from text',
	description: 'Find the answer to a question in a text, and where it stands',
	tasks: ['question-answering'],
	outputFields: { answer: 'string', score: 'number', start: 'integer', end: 'integer' },
	fields: [
		modelField('deepset/roberta-large-squad2'),
		{
			displayName: 'Question',
			name: 'question',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. Who jumped?',
			description: 'What to find out',
		},
		{
			displayName: 'Context',
			name: 'context',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. The quick brown fox jumped over the lazy dog.',
			description: 'The text that holds the answer',
		},
		simplifyField,
		optionsField([]),
	],
	isDeterministic: () => true,
	request: ([input]) => jsonRequest(input, { question: input.question, context: input.context }),
	items: (answer, [{ context }]) => {
		const best = bestOf(answer);
		const found = text(best.answer, 'the answer');
		const told = placeFinder(context)(found, number(best.start), number(best.end));
		const { start, end } = told;
		const plain = found.trim();
		const blanks = found.length - found.trimStart().length;
		const isCut = found !== '' && start !== undefined && end !== undefined && context.slice(start, end) === found;
		const place = isCut
			? { start: start + blanks, end: start + blanks + plain.length }
			: (nearestPlace(context, plain, start ?? 0) ?? told);
		return [{ json: { answer: plain, score: requiredNumber(best.score, "the answer's score"), ...place } }];
	},
});

/** Some models list their answers, the best one first. */
function bestOf(answer: Dict): Dict {
	const { results } = answer;
	const [first] = Array.isArray(results) ? results.flat().filter(isDict) : [results].filter(isDict);
	return typeof answer.answer === 'string' || !first ? answer : first;
}
