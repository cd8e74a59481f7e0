import { drawBoxes } from '../../../../nodes/shared/media/annotate';
import { readImageSize } from '../../../../nodes/shared/media/imageSize';
import { images, makePng } from '../../../support/files';
import { operationOf, outputsFor } from '../../../support/operations';

const operation = operationOf('image', 'detectObjects');
const box = { xmin: 1, ymin: 2, xmax: 30, ymax: 15 };
const results = [
	{ label: 'Cat', score: 0.98, box },
	{ label: 'traffic light, red', score: 0.6, box },
	{ label: 'dog', score: 0.3, box },
];
const labelsWith = (options: Record<string, unknown>) =>
	(outputsFor(operation, { options }, { results })[0]?.json.objects as Array<{ label: string }>).map(
		({ label }) => label,
	);

it.each<[Record<string, unknown>, string[]]>([
	[{ minScore: 0.5 }, ['Cat', 'traffic light, red']],
	[{ minScore: 0.98 }, ['Cat']],
	[{ minScore: 1 }, []],
	[{ labels: 'cat, DOG' }, ['Cat', 'dog']],
	[{ labels: 'dog\ncat' }, ['Cat', 'dog']],
	[{ labels: ['traffic light, red'] }, ['traffic light, red']],
	[{ labels: '["traffic light, red","dog"]' }, ['traffic light, red', 'dog']],
	[{ labels: ' , ' }, ['Cat', 'traffic light, red', 'dog']],
	[{ labels: 'zebra' }, []],
	[{ labels: 'dog', minScore: 0.5 }, []],
])('%j keeps %j', (options, expected) => {
	expect(labelsWith(options)).toEqual(expected);
});

it('counts what is left', () => {
	const options = { outputMode: 'perObject', labels: 'dog, cat' };
	expect(
		outputsFor(operation, { options }, { results }).map(({ json }) => [json.label, json.index, json.count]),
	).toEqual([
		['Cat', 0, 2],
		['dog', 1, 2],
	]);
});

describe('the annotated image', () => {
	it.each(['perImage', 'perObject'])('is attached once, %s', (outputMode) => {
		const options = { annotatedImage: ' boxes ', outputMode };
		const outputs = outputsFor(operation, { options }, { results });
		expect(outputs.map(({ texts }) => Object.keys(texts ?? {}))).toEqual(
			outputMode === 'perImage' ? [['boxes']] : [['boxes'], [], []],
		);
	});

	it('holds the picture, and a box and a name for each object', () => {
		const picture = makePng(40, 20, 3);
		const svg = drawBoxes([{ label: '<b>&"cat"\u0000', score: 0.984, box }], picture);
		expect(svg).toContain('viewBox="0 0 40 20"');
		expect(svg).toContain(`href="data:image/png;base64,${picture.toString('base64')}"`);
		expect(svg).toContain('<rect x="1" y="2" width="29" height="13"');
		expect(svg).toContain('&#60;b&#62;&#38;&#34;cat&#34; 98 %');
		expect(svg).not.toContain('\u0000');
	});

	it('is as large as its boxes where the picture cannot be had', () => {
		expect(drawBoxes([{ label: 'x', score: 1, box }], undefined)).toContain('viewBox="0 0 30 15"');
		expect(drawBoxes([], Buffer.from('no picture'))).toContain('viewBox="0 0 1 1"');
	});
});

describe('the size of a picture', () => {
	it.each(Object.entries(images))('%s', (_, { bytes }) => {
		const size = readImageSize(bytes);
		expect(size?.width).toBeGreaterThan(0);
		expect(size?.height).toBeGreaterThan(0);
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('hello')],
		['a PNG that ends early', makePng(40, 20, 3).subarray(0, 18)],
		['a JPEG without a frame', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9])],
		['a JPEG that goes nowhere', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff])],
	])('%s has none', (_, bytes) => {
		expect(readImageSize(bytes)).toBeUndefined();
	});
});
