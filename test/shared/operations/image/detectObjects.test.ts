import type { INodeExecutionData } from 'n8n-workflow';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { makePng, images } from '../../../support/files';
import { outputsFor, operationOf } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { withOptions } from '../../../support/parameters';
import { hintsOf, itemsOf, onlyItem, stored } from '../../../support/results';
import { answerWith, envelope } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { detectObjects } from '../../../../nodes/shared/operations/image/detectObjects';
import { testOperation } from '../../../support/operation/suite';
import { drawBoxes } from '../../../../nodes/shared/media/annotate';
import { turnJpeg } from '../../../../nodes/shared/media/jpeg';
import { readImageSize } from '../../../../nodes/shared/media/imageSize';

const subject = testOperation(detectObjects, {
	model: 'hustvl/yolos-small',
	tasks: ['object-detection'],
	media: 'image',
	request: { body: { image: 'photo.png' }, estimate: /time it runs/ },
	answer: {
		results: [
			{ label: 'cat', score: 0.98, box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 } },
			{ label: 'remote', score: 0.91, box: { xmin: 40, ymin: 72, xmax: 175, ymax: 117 } },
		],
	},
	output: {
		objects: [
			{ label: 'cat', score: 0.98, box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 } },
			{ label: 'remote', score: 0.91, box: { xmin: 40, ymin: 72, xmax: 175, ymax: 117 } },
		],
		count: 2,
	},
	names: {
		parameters: 'inputSource inputDataFieldName inputUrl',
		options: 'outputMode minScore labels annotatedImage',
	},
	values: {
		outputMode: { of: ['perImage', 'perObject'], preset: 'perImage' },
	},
});

describe('its request and its items', () => {
	const box = { xmin: 12, ymin: '54', xmax: 319.5, ymax: 470, extra: 1 };
	const read = { xmin: 12, ymin: 54, xmax: 319.5, ymax: 470 };

	it('gives all objects in one item, or each its own', () => {
		const results = [
			{ label: 'cat', score: '0.98', box },
			{ label: 'dog', score: 0.5, box },
		];
		const [cat, dog] = [
			{ label: 'cat', score: 0.98, box: read },
			{ label: 'dog', score: 0.5, box: read },
		];
		expect(outputsFor(detectObjects, {}, { results })).toEqual([{ json: { objects: [cat, dog], count: 2 } }]);
		expect(outputsFor(detectObjects, { options: { outputMode: 'perObject' } }, { results })).toEqual([
			{ json: { ...cat, index: 0, count: 2 } },
			{ json: { ...dog, index: 1, count: 2 } },
		]);
	});

	it('finds nothing without failing', () => {
		expect(outputsFor(detectObjects, {}, { results: [] })).toEqual([{ json: { objects: [], count: 0 } }]);
		expect(outputsFor(detectObjects, { options: { outputMode: 'perObject' } }, { results: [] })).toEqual([]);
	});

	it.each([
		{ x1: 1, y1: '2', x2: 30, y2: 15 },
		{ x_min: 1, y_min: 2, x_max: 30, y_max: 15 },
		{ left: 1, top: 2, right: 30, bottom: 15 },
		{ x: 1, y: 2, width: 29, height: '13' },
		{ left: 1, top: 2, width: 29, height: 13 },
	])('reads the box %j', (other) => {
		const results = [{ class: 'cat', confidence: '0.9', box: other }];
		expect(outputsFor(detectObjects, {}, { results })[0]?.json.objects).toEqual([
			{ label: 'cat', score: 0.9, box: { xmin: 1, ymin: 2, xmax: 30, ymax: 15 } },
		]);
	});

	it.each([
		[undefined],
		[[{ score: 1, box }]],
		[[{ label: 'x', box }]],
		[[{ label: 'x', score: 1 }]],
		[[{ label: 'x', score: 1, box: [1, 2, 3, 4] }]],
		[[{ label: 'x', score: 1, box: { ...box, ymax: null } }]],
	])('refuses %j', (results) => {
		expect(thrownBy(() => outputsFor(detectObjects, {}, { results }))).toBeInstanceOf(AnswerError);
	});
});

describe('in the engine', () => {
	let image: INodeExecutionData;
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await world.close());
	beforeAll(async () => {
		image = { json: {}, binary: { data: await world.engine.binary(makePng(9, 9), 'photo.png', 'image/png') } };
	});
	describe('an item for each object', () => {
		it('gives an item per object on demand', async () => {
			answerWith(world.service, subject.answer);
			const parameters = withOptions(subject.parameters(), { outputMode: 'perObject' });
			const items = itemsOf(await world.engine.run({ parameters, items: [image, image] }));
			const expected = {
				label: 'cat',
				score: 0.98,
				box: { xmin: 12, ymin: 54, xmax: 319, ymax: 470 },
				index: 0,
				count: 2,
			};
			expect(stored(items[0]?.json)).toMatchObject(expected);
			expect(Object.keys(stored(items[0]?.json)).sort()).toEqual([...Object.keys(expected), 'usage'].sort());
			expect(items.map(({ json, pairedItem }) => [json.label, json.index, pairedItem])).toEqual([
				['cat', 0, { item: 0 }],
				['remote', 1, { item: 0 }],
				['cat', 0, { item: 1 }],
				['remote', 1, { item: 1 }],
			]);
		});

		it('counts the cost of a request once', async () => {
			answerWith(world.service, subject.answer);
			const parameters = withOptions(subject.parameters(), { outputMode: 'perObject' });
			const items = itemsOf(await world.engine.run({ parameters, items: [image] }));
			const costs = items.map(({ json }) => {
				const { usage } = stored(json);
				return typeof usage === 'object' && usage !== null && 'costUsd' in usage ? Number(usage.costUsd) : 0;
			});
			expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(envelope.inference_status.cost, 9);
		});

		it('an image without objects is an answer', async () => {
			answerWith(world.service, { results: [], ...envelope });
			const { json } = onlyItem(await world.engine.run({ parameters: subject.parameters(), items: [image] }));
			expect(json).toMatchObject({ objects: [], count: 0 });
		});
	});

	it.each([
		['a picture', makePng(9, 9), []],
		['an AVIF', Buffer.from('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf', 'latin1'), ['shows boxes alone']],
	])('a drawing over %s says what it lacks', async (_, picture, told) => {
		answerWith(world.service, subject.answer);
		const data = await world.engine.binary(picture, 'photo', 'image/x');
		const parameters = withOptions(subject.parameters(), { annotatedImage: 'boxes' });
		const result = await world.engine.run({ parameters, items: [{ json: {}, binary: { data } }] });
		expect(Object.keys(onlyItem(result).binary ?? {})).toEqual(['boxes']);
		const notes = hintsOf(result).filter((hint) => hint.includes('Annotated Image Field'));
		expect(notes).toEqual(told.map((words) => expect.stringContaining(words) as string));
	});
});

describe('what is kept and drawn', () => {
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

	describe('an object that cannot be read', () => {
		const [good] = results;
		const broken = [
			{ ...good, score: null },
			{ ...good, box: { xmin: 1 } },
			{ label: 7, score: 0.5, box },
		];

		it('fails alone where each is an item', () => {
			const options = { outputMode: 'perObject', annotatedImage: 'boxes' };
			const outputs = outputsFor(operation, { options }, { results: [...broken, ...results] });
			expect(outputs.map(({ problem }) => problem)).toEqual([
				expect.stringContaining("an object's score"),
				expect.stringContaining("an object's box"),
				expect.stringContaining("an object's label"),
				...results.map(() => undefined),
			]);
			expect(outputs.map(({ texts }) => texts && Object.keys(texts))).toEqual([
				undefined,
				undefined,
				undefined,
				['boxes'],
				...results.slice(1).map(() => undefined),
			]);
		});

		it.each(broken)('is told where all are one item, or it is the only one: %j', (row) => {
			expect(() => outputsFor(operation, { options: {} }, { results: [row, ...results] })).toThrow(/an object's/);
			const options = { outputMode: 'perObject' };
			expect(() => outputsFor(operation, { options }, { results: [row] })).toThrow(/an object's/);
		});
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

		/** A photo of 40 x 20 as it is stored, that a camera has turned. */
		const photo = (orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8) =>
			turnJpeg(Buffer.from('\xff\xd8\xff\xc0\0\x0b\x08\0\x14\0\x28\x01\x01\x11\0\xff\xd9', 'latin1'), orientation);
		const object = (xmax: number, ymax: number) => ({ label: 'x', score: 1, box: { xmin: 1, ymin: 1, xmax, ymax } });

		/** Where a corner of the stored picture is drawn. */
		const drawnAt = (svg: string, [x, y]: readonly [number, number]): string => {
			const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = (/matrix\(([^)]*)\)/.exec(svg)?.[1] ?? '')
				.split(' ')
				.filter(Boolean)
				.map(Number);
			return `${a * x + c * y + e} ${b * x + d * y + f}`;
		};

		it.each([
			[1, '40 20', '0 0', '40 0'],
			[2, '40 20', '40 0', '0 0'],
			[3, '40 20', '40 20', '0 20'],
			[4, '40 20', '0 20', '40 20'],
			[5, '20 40', '0 0', '0 40'],
			[6, '20 40', '20 0', '20 40'],
			[7, '20 40', '20 40', '20 0'],
			[8, '20 40', '0 40', '0 0'],
		] as const)('shows a photo upright that a camera has turned (%i)', (orientation, size, topLeft, topRight) => {
			const svg = drawBoxes([object(15, 15)], photo(orientation));
			expect(svg).toContain(`viewBox="0 0 ${size}"`);
			expect(svg).toMatch(/<image[^>]* width="40" height="20"/);
			expect([drawnAt(svg, [0, 0]), drawnAt(svg, [40, 0])]).toEqual([topLeft, topRight]);
			// Viewers that mind EXIF must not turn it once more.
			const [, base64 = ''] = /base64,([^"]+)/.exec(svg) ?? [];
			expect(turnJpeg(Buffer.from(base64, 'base64'), 1).toString('base64')).toBe(base64);
		});

		it('shows a turned photo as it is stored where the boxes count so', () => {
			const svg = drawBoxes([object(15, 15), object(39.6, 20)], photo(6));
			expect(svg).toContain('viewBox="0 0 40 20"');
			expect(svg).not.toContain('matrix');
			// The edge of a box may lie a little outside.
			expect(drawBoxes([object(20.6, 40.4)], photo(6))).toContain('viewBox="0 0 20 40"');
			expect(drawBoxes([object(90, 90)], photo(6))).toContain('viewBox="0 0 20 40"');
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

		it.each<[string, string, number, number]>([
			['of today', '424d9e0a000000000000360000002800000028000000ecffffff01001800', 40, 20],
			['of OS/2', '424dba090000000000001a0000000c000000280014000100180000fb', 40, 20],
		])('a bitmap %s', (_, start, width, height) =>
			expect(readImageSize(Buffer.from(start, 'hex'))).toEqual({ width, height }),
		);

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
});
