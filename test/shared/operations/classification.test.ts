import { classification } from '../../../nodes/shared/core/answer';
import { operationOf, outputsFor } from '../../support/operations';

const results = [
	{ label: 'neutral', score: 0.3 },
	{ label: 'POSITIVE', score: 0.45 },
	{ label: '__proto__', score: '0.25' },
];

it('gives the score of each label by its name', () => {
	const { scores } = classification(results);
	expect(Object.entries(scores).sort()).toEqual([
		['POSITIVE', 0.45],
		['__proto__', 0.25],
		['neutral', 0.3],
	]);
	expect(classification([...results, { label: 'neutral', score: 0.01 }]).scores.neutral).toBe(0.3);
});

it.each<[string, unknown]>([
	['a map', { neutral: 0.3, POSITIVE: '0.45', __proto: 0.25 }],
	['a map within a list', [{ neutral: 0.3, POSITIVE: 0.45 }]],
	[
		'rows with other names',
		[
			{ class: 'neutral', confidence: 0.3 },
			{ name: 'POSITIVE', probability: '0.45' },
		],
	],
	['two lists', { labels: ['neutral', 'POSITIVE'], scores: [0.3, 0.45] }],
])('are read from %s', (_, given) => {
	const { label, score, scores } = classification(given);
	expect([label, score, scores.neutral]).toEqual(['POSITIVE', 0.45, 0.3]);
});

it.each([[{}], [{ label: 'x' }], [{ score: 1 }], [{ a: 0.5, b: 'high' }], [[{ a: 1 }, { b: 1 }]]])(
	'are none in %j',
	(given) => {
		expect(() => classification(given)).toThrow('DeepInfra answered without');
	},
);

it.each<[number | undefined, string]>([
	[undefined, 'POSITIVE'],
	[0, 'POSITIVE'],
	[0.45, 'POSITIVE'],
	[0.451, 'unsure'],
	[1, 'unsure'],
])('with the minimum %j the label is %s', (minScore, label) => {
	const read = classification(results, minScore);
	expect(read).toMatchObject({ label, score: 0.45 });
	expect(read.labels[0]).toEqual({ label: 'POSITIVE', score: 0.45 });
});

it.each([
	['text', 'classify', { text: 'x' }],
	['image', 'classify', {}],
	['image', 'classifyZeroShot', { candidateLabels: 'a' }],
])('%s: %s has both', (resource, value, given) => {
	const operation = operationOf(resource, value);
	const [output] = outputsFor(operation, { ...given, options: { minScore: 0.5 } }, { results });
	expect(output?.json).toMatchObject({ label: 'unsure', scores: { neutral: 0.3, POSITIVE: 0.45 } });
});
