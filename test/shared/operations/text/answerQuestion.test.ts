import type { IDataObject } from 'n8n-workflow';
import { answerQuestion } from '../../../../nodes/shared/operations/text/answerQuestion';
import { testOperation } from '../../../support/operation/suite';
import { asked } from '../../../support/parameters';
import { jsonOf, onlyItem, withoutUsage } from '../../../support/results';
import { jsonReply, notFound } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';

const FOX = 'The quick brown fox jumped over the lazy dog.';

testOperation(answerQuestion, {
	model: 'deepset/roberta-large-squad2',
	tasks: ['question-answering'],
	parameters: { question: 'Who jumped?', context: FOX },
	required: 'context',
	request: { body: { question: 'Who jumped?', context: FOX }, estimate: /time it runs/ },
	answer: { answer: 'fox', score: 0.99, start: 16, end: 19 },
	output: { answer: 'fox', score: 0.99, start: 16, end: 19 },
	// an answer is a text
	takes: ['text'],
	names: { parameters: 'question context', options: '' },
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	describe('an answer from a text', () => {
		const ask = (context: string, answer: IDataObject) => {
			world.service.reply = ({ method }) => (method === 'POST' ? jsonReply(answer) : notFound);
			return asked('text', 'answerQuestion', 'deepset/roberta-large-squad2', {
				question: 'Who?',
				context,
				includeOtherFields: false,
			});
		};

		it.each([
			['as it stands', 'The quick fox jumped', { answer: 'fox', start: 10, end: 13 }, [10, 13]],
			['behind emojis, which count twice', '👍👩‍👩‍👧 the fox', { answer: 'fox', start: 11, end: 14 }, [15, 18]],
			['counted as JavaScript does already', '👍 the fox', { answer: 'fox', start: 7, end: 10 }, [7, 10]],
			['told as text', 'the fox', { answer: 'fox', start: '4', end: '7' }, [4, 7]],
			['told a little wrong', 'a fox and a fox', { answer: 'fox', start: 11, end: 14 }, [12, 15]],
			['not told', 'a fox', { answer: 'fox' }, [2, 5]],
			['without an answer', 'a fox', { answer: '', start: 0, end: 0 }, [0, 0]],
		])('is cut out by start and end: %s', async (_, context, answer, [start, end]) => {
			const parameters = ask(context, { score: 0.5, ...answer });
			const item = onlyItem(await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } }));
			expect(withoutUsage(item)).toEqual({ answer: answer.answer, score: 0.5, start, end });
			expect(context.slice(start, end)).toBe(answer.answer);
		});

		it('tells no place that is outside of the text', async () => {
			const parameters = ask('a fox', { answer: 'wolf', score: 0.5, start: 70, end: 75 });
			const item = onlyItem(await world.engine.run({ parameters, credentials: { baseUrl: world.service.url } }));
			expect(withoutUsage(item)).toEqual({ answer: 'wolf', score: 0.5 });
		});

		it('comes from the model', async () => {
			const parameters = asked('text', 'answerQuestion', 'deepset/roberta-large-squad2', {
				question: 'Who jumped over the dog?',
				context: 'Birds sang. The dog slept while Reynard jumped over it. 🙂',
			});
			const { answer, start, end } = jsonOf(await world.engine.run({ parameters }));
			expect('Birds sang. The dog slept while Reynard jumped over it. 🙂'.slice(Number(start), Number(end))).toBe(
				answer,
			);
			expect(world.inference()[0]?.json).toEqual({ question: parameters.question, context: parameters.context });
		});
	});
});
