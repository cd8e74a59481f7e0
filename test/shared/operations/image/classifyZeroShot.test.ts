import { AnswerError } from '../../../../nodes/shared/core/problem';
import { classifyImage } from '../../../../nodes/shared/operations/image/classify';
import { outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { answerWith } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { classifyZeroShot } from '../../../../nodes/shared/operations/image/classifyZeroShot';
import { testOperation } from '../../../support/operation/suite';

const FILE = { file: 'binary', item: 0, value: 'data', only: 'image' };

const subject = testOperation(classifyZeroShot, {
	model: 'openai/clip-vit-base-patch32',
	tasks: ['zero-shot-image-classification'],
	parameters: { candidateLabels: 'positive, negative,neutral' },
	required: 'candidateLabels',
	media: 'image',
	request: {
		body: { image: 'photo.png', candidate_labels: '["positive","negative","neutral"]' },
		estimate: /time it runs/,
	},
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
	names: { parameters: 'inputSource inputDataFieldName inputUrl candidateLabels', options: 'minScore' },
});

describe('its request and its items', () => {
	it.each<[unknown, string]>([
		['cat, dog', '["cat","dog"]'],
		[' cat ,, dog,cat ', '["cat","dog"]'],
		[['cat', ' a, b ', 5, null, 'cat'], '["cat","a, b","5"]'],
		['狗,🐈', '["狗","🐈"]'],
		['say "hi"', '["say \\"hi\\""]'],
		['__proto__,constructor', '["__proto__","constructor"]'],
	])('sends %j as one part with a JSON array', (candidateLabels, expected) => {
		expect(requestFor(classifyZeroShot, { candidateLabels }).form).toEqual({ image: FILE, candidate_labels: expected });
	});

	it.each<[unknown]>([[','], [' , '], [['', ' ']]])('refuses %j, which holds no label', (candidateLabels) => {
		expect(thrownBy(() => requestFor(classifyZeroShot, { candidateLabels })).message).toBe(
			"'Candidate Labels' has no label",
		);
	});

	it('gives the best label and all of them, as image: classify does', () => {
		const results = [
			{ label: 'dog', score: 0.2 },
			{ label: 'cat', score: 0.8 },
		];
		for (const [operation, given] of [
			[classifyZeroShot, { candidateLabels: 'x' }],
			[classifyImage, {}],
		] as const) {
			expect(outputsFor(operation, given, { results })[0]?.json).toEqual({
				label: 'cat',
				score: 0.8,
				labels: [
					{ label: 'cat', score: 0.8 },
					{ label: 'dog', score: 0.2 },
				],
				scores: { cat: 0.8, dog: 0.2 },
			});
			expect(thrownBy(() => outputsFor(operation, given, {}))).toBeInstanceOf(AnswerError);
		}
	});
});

describe('in the engine', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());

	it('labels that are all blank are none', async () => {
		answerWith(world.service, subject.answer);
		const items = await subject.items(world.engine);
		for (const candidateLabels of [' , ,, ', '={{ [] }}', "={{ ['', ' '] }}"]) {
			const { error } = await world.engine.run({ parameters: { ...subject.parameters(), candidateLabels }, items });
			expect(error).toMatchObject({ name: 'NodeOperationError', itemIndex: 0 });
			expect(error?.message).toMatch(/\bitem 0\b/i);
			expect(error?.description).toBeTruthy();
			expect(world.service.requests).toEqual([]);
		}
	});
});
