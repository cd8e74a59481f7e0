import type { IDataObject } from 'n8n-workflow';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { onlyItem } from '../../../support/results';
import { answerWith, inferenceRequests, sentJson } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { classifyText } from '../../../../nodes/shared/operations/text/classify';
import { testOperation } from '../../../support/operation/suite';

const subject = testOperation(classifyText, {
	model: 'ProsusAI/finbert',
	tasks: ['text-classification'],
	parameters: { text: 'Nvidia announces new AI chips' },
	required: 'text',
	request: { body: { input: 'Nvidia announces new AI chips' }, estimate: /time it runs/ },
	// Scores come unsorted, and some as text.
	answer: {
		results: [
			{ label: 'neutral', score: 0.02 },
			{ label: 'positive', score: '0.95' },
			{ label: 'negative', score: 0.03 },
		],
	},
	output: {
		label: 'positive',
		score: 0.95,
		labels: [
			{ label: 'positive', score: 0.95 },
			{ label: 'negative', score: 0.03 },
			{ label: 'neutral', score: 0.02 },
		],
		scores: { positive: 0.95, negative: 0.03, neutral: 0.02 },
	},
	names: { parameters: 'text', options: 'minScore' },
});

describe('its request and its items', () => {
	it('gives the best label and all of them', () => {
		expect(requestFor(classifyText, { text: 'Shares rose' }).json).toEqual({ input: 'Shares rose' });
		const results = [
			{ label: 'negative', score: 0.1 },
			{ label: 'positive', score: '0.9' },
		];
		expect(outputsFor(classifyText, { text: 'x' }, { results })).toEqual([
			{
				json: {
					label: 'positive',
					score: 0.9,
					labels: [
						{ label: 'positive', score: 0.9 },
						{ label: 'negative', score: 0.1 },
					],
					scores: { positive: 0.9, negative: 0.1 },
				},
			},
		]);
	});

	it.each([[undefined], [[]], [[{ label: 'x' }]], [[{ label: null, score: 1 }]], [[{ label: 'x', score: null }]]])(
		'refuses %j',
		(results) => {
			expect(thrownBy(() => outputsFor(classifyText, { text: 'x' }, { results }))).toBeInstanceOf(AnswerError);
		},
	);
});

describe('in the engine', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());

	/** The body of the only inference request. */
	function sentBody(): IDataObject {
		const requests = inferenceRequests(world.service);
		expect(requests).toHaveLength(1);
		return sentJson(requests[0]);
	}

	it('sends the text as it is', async () => {
		answerWith(world.service, subject.answer);
		const parameters = { ...subject.parameters(), text: ' "quoted"\n{{ not an expression }} ' };
		onlyItem(await world.engine.run({ parameters }));
		expect(sentBody()).toEqual({ input: ' "quoted"\n{{ not an expression }} ' });
	});

	it.each([
		[5, '5'],
		[0, '0'],
		[false, 'false'],
	])('the value %j of an expression is a text', async (value, text) => {
		answerWith(world.service, subject.answer);
		const parameters = { ...subject.parameters(), text: '={{ $json.value }}' };
		onlyItem(await world.engine.run({ parameters, items: [{ json: { value } }] }));
		expect(sentBody()).toEqual({ input: text });
	});
});
