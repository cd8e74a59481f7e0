import { number, score, text } from '../../core/answer';
import { offsetReader } from '../../core/offsets';
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
		const found = text(answer.answer, 'the answer');
		const json = {
			answer: found,
			score: score(answer.score, "the answer's score"),
			...placeOf(answer, found, context),
		};
		return [{ json }];
	},
});

/** Where the answer stands, in JavaScript's count; the service counts characters, so an emoji before it moves it. */
function placeOf(answer: Dict, found: string, context: string): { start?: number; end?: number } {
	const [told, toldEnd] = [number(answer.start), number(answer.end)];
	const read = offsetReader(context);
	const [start, end] = [read(told), read(toldEnd)];
	const cuts = (from: number | undefined, to: number | undefined) =>
		from !== undefined && to !== undefined && context.slice(from, to) === found;
	if (cuts(start, end)) return { start, end };
	if (cuts(told, toldEnd)) return { start: told, end: toldEnd };
	const near = found === '' ? -1 : nearest(context, found, start ?? 0);
	return near < 0 ? { start, end } : { start: near, end: near + found.length };
}

/** The occurrence that begins nearest to a place; -1 when there is none. */
function nearest(context: string, found: string, place: number): number {
	const before = context.lastIndexOf(found, place);
	const after = context.indexOf(found, place);
	if (before < 0 || after < 0) return Math.max(before, after);
	return place - before <= after - place ? before : after;
}
