import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PNG as Picture } from 'pngjs';
import type { Dict } from '../../../../nodes/shared/core/operation';
import { AnswerError } from '../../../../nodes/shared/core/problem';
import { RequestMaker } from '../../../../nodes/shared/engine/requests';
import { readSchema } from '../../../../nodes/shared/schema/read';
import { sha256, dataUrl, images } from '../../../support/files';
import { inputFor, outputsFor, requestFor } from '../../../support/operations';
import { thrownBy } from '../../../support/work';
import { modelId, withOptions } from '../../../support/parameters';
import { expectNoMedia, itemsOf, onlyItem, stored } from '../../../support/results';
import { answerWith, envelope, inferenceRequests, sentJson, usageFor } from '../../../support/service';
import { openWorld, type World } from '../../../support/world';
import { generateImage } from '../../../../nodes/shared/operations/image/generate';
import { testOperation } from '../../../support/operation/suite';

const subject = testOperation(generateImage, {
	model: 'stabilityai/sdxl-turbo',
	tasks: ['text-to-image'],
	parameters: { prompt: 'a burger with a funny hat on the beach' },
	required: 'prompt',
	request: {
		options: { width: 512, height: 512, numImages: 2, numInferenceSteps: 10 },
		body: {
			prompt: 'a burger with a funny hat on the beach',
			width: 512,
			height: 512,
			num_images: 2,
			num_inference_steps: 10,
		},
		// $0.0002 for 1024 × 1024 in 5 steps: a quarter of the pixels, twice the steps, two images
		estimate: 0.0002,
	},
	answer: { images: [dataUrl(images.png.bytes, 'image/png')], nsfw_content_detected: [false], seed: 42 },
	apart: { seed: 7, width: 128, height: 128 },
	names: {
		parameters: 'prompt outputDataFieldName',
		options: 'negativePrompt width height numImages numInferenceSteps guidanceScale strength seed',
	},
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\n0123456789', 'latin1');
const pngUrl = `data:image/png;base64,${PNG.toString('base64')}`;

describe('its request and its items', () => {
	it('sends what the user set under the names of the API', () => {
		const options = {
			negativePrompt: 'text',
			width: 512,
			height: '256',
			numImages: 2,
			numInferenceSteps: 4,
			guidanceScale: 7.5,
			strength: 0,
			seed: 0,
		};
		expect(requestFor(generateImage, { prompt: 'a burger', options }).json).toEqual({
			prompt: 'a burger',
			negative_prompt: 'text',
			width: 512,
			height: 256,
			num_images: 2,
			num_inference_steps: 4,
			guidance_scale: 7.5,
			strength: 0,
			seed: 0,
		});
	});

	describe('asks for width and height as the model takes them', () => {
		const size = (field: object) => ({ prompt: { type: 'string' }, size: { type: 'string', ...field } });
		const edges = { width: { type: 'integer' }, height: { type: 'integer' } };
		const whole = { width: 512, height: 768 };
		it.each<[string, object, Dict, Dict]>([
			['with a star', size({ default: '1280*1280' }), whole, { size: '512*768' }],
			['with an x, among choices', size({ enum: ['1024x1024', '512x768'] }), whole, { size: '512x768' }],
			['as two numbers', { ...size({ default: '1280*1280' }), ...edges }, whole, whole],
			['as two numbers where one is missing', size({ default: '1280*1280' }), { width: 512 }, {}],
			['as two numbers where a size is something else', size({ enum: ['1K', '2K'] }), whole, {}],
		])('%s', (_, properties, options, expected) => {
			const schema = readSchema({ schema_in: { type: 'object', properties } });
			const { request } = new RequestMaker(generateImage).make(
				[inputFor(generateImage, { model: 'a/b', prompt: 'x', options })],
				{ schema },
			);
			expect(request.json).toEqual({ prompt: 'x', ...expected });
		});
	});

	it('gives an item for each image', () => {
		const answer = {
			images: [pngUrl, 'https://cdn.example.com/b.png'],
			nsfw_content_detected: [false, null],
			seed: '42',
		};
		expect(outputsFor(generateImage, { prompt: 'x' }, answer)).toEqual([
			{ json: { index: 0, seed: 42, nsfwContentDetected: false, prompt: 'x' }, file: { bytes: PNG } },
			{
				json: { index: 1, seed: 42, nsfwContentDetected: undefined, prompt: 'x' },
				file: { url: 'https://cdn.example.com/b.png' },
			},
		]);
	});

	it.each([
		[{}],
		[{ images: [] }],
		[{ images: null }],
		[{ images: ['nonsense'] }],
		[{ images: [{}] }],
		[{ nsfw_content_detected: 'yes' }],
	])('refuses %j', (answer) => {
		expect(thrownBy(() => outputsFor(generateImage, { prompt: 'x' }, answer))).toBeInstanceOf(AnswerError);
	});

	it.each<[string, object, unknown[]]>([
		['lists', { nsfw_content_detected: [true, false], seed: [7, '8'] }, [true, 7, false, 8]],
		['lists of texts and numbers', { nsfw_content_detected: ['True', 0] }, [true, undefined, false, undefined]],
		['one value for all', { nsfw_content_detected: true, seed: 7 }, [true, 7, true, 7]],
		['one text for all', { nsfw_content_detected: 'false', seed: '7' }, [false, 7, false, 7]],
		['another name', { has_nsfw_concepts: [false, true] }, [false, undefined, true, undefined]],
		['lists that are too short', { nsfw_content_detected: [true], seed: [7] }, [true, 7, undefined, undefined]],
	])('tells of each image what the answer tells in %s', (_, told, expected) => {
		const made = outputsFor(generateImage, { prompt: 'x' }, { images: [pngUrl, pngUrl], ...told });
		expect(made.flatMap(({ json }) => [json.nsfwContentDetected, json.seed])).toEqual(expected);
	});

	it.each(['images', 'data', 'output'])('tells of each image what its own object in %s tells', (name) => {
		const answer = {
			[name]: [
				{ url: pngUrl, seed: 3, nsfw_content_detected: true },
				{ url: pngUrl, nsfw_content_detected: 'false' },
			],
			seed: 5,
		};
		const made = outputsFor(generateImage, { prompt: 'x' }, answer);
		expect(made.map(({ json }) => [json.nsfwContentDetected, json.seed])).toEqual([
			[true, 3],
			[false, 5],
		]);
	});

	it('does without the values that do not count', () => {
		const answer = { images: [pngUrl], nsfw_content_detected: 'yes', seed: {} };
		expect(outputsFor(generateImage, { prompt: 'x' }, answer)[0]?.json).toEqual({
			index: 0,
			seed: undefined,
			nsfwContentDetected: undefined,
			prompt: 'x',
		});
	});
});

const prompt = 'a burger with a funny hat on the beach';
const { png, jpeg, webp, gif } = images;

let bench: World;

/** Answers, and serves each of the images at /media/<kind>. */
function answerImages(answer: IDataObject) {
	answerWith(bench.service, answer);
	const { reply } = bench.service;
	bench.service.reply = (request) => {
		const kind = /^\/(?:model\/inference|media)\/([a-z]+)/.exec(request.path)?.[1];
		const image = Object.entries(images).find(([name]) => name === kind)?.[1];
		return image === undefined ? reply(request) : { body: image.bytes, contentType: 'application/octet-stream' };
	};
}

/** A file of an output item, wherever the workflow's binary mode keeps it. */
function binaryOf(item: INodeExecutionData | undefined, field = 'data'): IBinaryData {
	const inJson = stored(item?.json)._files;
	const held =
		typeof inJson === 'object' ? Object.entries(inJson ?? {}).find(([name]) => name === field)?.[1] : undefined;
	const binary = item?.binary?.[field] ?? held;
	if (binary === undefined) throw new Error(`The item has no file in ${field}`);
	return binary;
}

async function expectImage(
	item: INodeExecutionData | undefined,
	image: (typeof images)[keyof typeof images],
	field?: string,
) {
	const binary = binaryOf(item, field);
	expect(sha256(await bench.engine.read(binary))).toBe(sha256(image.bytes));
	expect(binary.mimeType).toBe(image.mimeType);
	expect(binary.fileExtension).toMatch(image.extension);
	expect(binary.fileName?.split('.').at(-1)).toMatch(image.extension);
}

describe.each(['default', 'filesystem', 'database'] as const)('binary mode %s', (mode) => {
	beforeAll(async () => (bench = await openWorld({ binaryMode: mode, asks: 'service' })));
	afterAll(async () => await bench.close());

	const wrong = 'image/bmp'; // a data URL may claim any type: the bytes decide
	const url = (path: string) => () => `${bench.service.url}${path}`;
	const shapes: Array<[string, (make: (entry: string | (() => string)) => string) => IDataObject, typeof png]> = [
		['images: data URL', () => ({ images: [dataUrl(png.bytes, png.mimeType)] }), png],
		['images: data URL of a wrong type', () => ({ images: [dataUrl(jpeg.bytes, wrong)] }), jpeg],
		['images: data URL with parameters', () => ({ images: [dataUrl(gif.bytes, 'image/gif;charset=utf-8')] }), gif],
		['images: bare base64', () => ({ images: [webp.bytes.toString('base64')] }), webp],
		['images: absolute URL', (make) => ({ images: [make(url('/media/jpeg.png?x=1'))] }), jpeg],
		['images: relative URL', () => ({ images: ['/model/inference/webp'] }), webp],
		['image_urls', (make) => ({ image_urls: [make(url('/media/gif'))] }), gif],
		['image_url', (make) => ({ status: 'ok', image_url: make(url('/media/png')) }), png],
		['image_url: relative', () => ({ image_url: '/media/png' }), png],
		['image: bare base64', () => ({ image: png.bytes.toString('base64') }), png],
		['image: data URL', () => ({ image: dataUrl(webp.bytes, 'image/png') }), webp],
		['cog output: text', (make) => ({ status: 'succeeded', output: make(url('/media/jpeg')) }), jpeg],
		['cog output: array', () => ({ status: 'succeeded', output: [dataUrl(gif.bytes, '')], logs: '' }), gif],
	];

	const make = (entry: string | (() => string)) => (typeof entry === 'string' ? entry : entry());

	it.each(shapes)('%s', async (_name, answer, image) => {
		answerImages({ ...answer(make), seed: 42, nsfw_content_detected: [false], ...envelope });
		const item = onlyItem(await bench.engine.run({ parameters: subject.parameters() }));
		await expectImage(item, image);
		expect(stored(item.json)).toEqual({
			index: 0,
			seed: 42,
			nsfwContentDetected: false,
			prompt,
			usage: usageFor(subject.model),
		});
		expect(inferenceRequests(bench.service)).toHaveLength(1);
	});

	it.each(shapes)('%s, simplify off', async (_name, answer, image) => {
		const whole = { ...answer(make), seed: 42, tomorrow: [{ kept: 'yes' }], ...envelope };
		answerImages(whole);
		const item = onlyItem(await bench.engine.run({ parameters: { ...subject.parameters(), simplify: false } }));
		await expectImage(item, image);
		expect(stored(item.json)).toMatchObject({ seed: 42, tomorrow: [{ kept: 'yes' }], ...envelope });
		expectNoMedia(item.json);
	});

	it('several images become several items', async () => {
		answerImages({
			images: [dataUrl(png.bytes, png.mimeType), '/media/jpeg', webp.bytes.toString('base64')],
			nsfw_content_detected: [false, true, false],
			seed: '77',
			...envelope,
		});
		const parameters = withOptions(subject.parameters(), { numImages: 3 });
		const items = itemsOf(await bench.engine.run({ parameters, items: [{ json: {} }] }));
		expect(items.map(({ json }) => [json.index, json.nsfwContentDetected, json.seed, json.prompt])).toEqual([
			[0, false, 77, prompt],
			[1, true, 77, prompt],
			[2, false, 77, prompt],
		]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
		await expectImage(items[0], png);
		await expectImage(items[1], jpeg);
		await expectImage(items[2], webp);
	});

	it('loses none of several images when simplify is off', async () => {
		answerImages({ images: [dataUrl(png.bytes, png.mimeType), '/media/jpeg'], seed: 1, ...envelope });
		const items = itemsOf(await bench.engine.run({ parameters: { ...subject.parameters(), simplify: false } }));
		const files = items.flatMap(({ binary }) => Object.values(binary ?? {}));
		const hashes = await Promise.all(files.map(async (file) => sha256(await bench.engine.read(file))));
		expect(hashes.sort()).toEqual([png, jpeg].map(({ bytes }) => sha256(bytes)).sort());
		items.forEach(({ json }) => expectNoMedia(json));
	});

	it('puts the file where the user says', async () => {
		answerImages({ images: [dataUrl(png.bytes, png.mimeType)], ...envelope });
		const parameters = { ...subject.parameters(), outputDataFieldName: 'picture' };
		const item = onlyItem(await bench.engine.run({ parameters }));
		await expectImage(item, png, 'picture');
		expect(Object.keys(item.binary ?? {})).toEqual(['picture']);
	});

	it('sends every option under the name of the API', async () => {
		answerImages({ images: [dataUrl(png.bytes, png.mimeType)], ...envelope });
		const options = {
			negativePrompt: 'text',
			width: 640,
			height: 512,
			numImages: 1,
			numInferenceSteps: 20,
			guidanceScale: 5.5,
			strength: 0.5,
			seed: 0,
		};
		onlyItem(await bench.engine.run({ parameters: withOptions(subject.parameters(), options) }));
		expect(sentJson(inferenceRequests(bench.service)[0])).toEqual({
			prompt,
			negative_prompt: 'text',
			width: 640,
			height: 512,
			num_images: 1,
			num_inference_steps: 20,
			guidance_scale: 5.5,
			strength: 0.5,
			seed: 0,
		});
	});

	if (mode !== 'default') {
		it('obeys the workflow setting that keeps binaries in json', async () => {
			answerImages({ images: [dataUrl(jpeg.bytes, 'image/png')], seed: 42, ...envelope });
			const item = onlyItem(
				await bench.engine.run({ parameters: subject.parameters(), settings: { binaryMode: 'combined' } }),
			);
			expect(item.binary).toBeUndefined();
			await expectImage(item, jpeg);
			expectNoMedia(item.json);
		});
	}

	it('takes a large image', async () => {
		// what follows the end of a PNG belongs to the file all the same
		const large = { ...png, bytes: Buffer.concat([png.bytes, Buffer.alloc(5_000_000, 'large')]) };
		answerImages({ images: [dataUrl(large.bytes, 'image/png')], seed: 42, ...envelope });
		await expectImage(onlyItem(await bench.engine.run({ parameters: subject.parameters() })), large);
	});
});

describe('answers without a usable image', () => {
	beforeAll(async () => (bench = await openWorld({ binaryMode: 'default', asks: 'service' })));
	afterAll(async () => await bench.close());

	it.each([
		['no image at all', { seed: 42 }],
		['an empty list', { images: [] }],
		['an empty text', { images: [''] }],
		['null', { images: [null] }],
		['a data URL without data', { images: ['data:image/png;base64,'] }],
		['a text that is no file', { images: ['sorry, no image today!'] }],
		['a file that is gone', { images: ['/nowhere/image.png'] }],
		['a dangerous address', { images: ['file:///etc/passwd'] }],
		['an object', { image: { url: 5 } }],
	])('%s is an error', async (_name, answer) => {
		answerImages({ ...answer, ...envelope });
		const parameters = withOptions(subject.parameters(), { maxRetries: 0 });
		const result = await bench.engine.run({ parameters });
		expect(result.status).toBe('error');
		expect(result.error).toMatchObject({ itemIndex: 0 });
		expect(result.error?.message).toMatch(/image|file|DeepInfra/i);
		expect(result.error?.message).not.toMatch(/undefined|TypeError|Cannot read/);
		expect(inferenceRequests(bench.service)).toHaveLength(1);
	});

	it('keeps the key to itself when it downloads from elsewhere', async () => {
		answerImages({ images: [`${bench.service.url.replace('127.0.0.1', 'localhost')}/media/png`], ...envelope });
		onlyItem(await bench.engine.run({ parameters: subject.parameters() }));
		const download = bench.service.requests.find(({ path }) => path === '/media/png');
		expect(download?.headers.authorization).toBeUndefined();
	});
});

describe.each(['default', 'filesystem', 'database'] as const)('in the emulator, binary mode %s', (binaryMode) => {
	let world: World;
	beforeAll(async () => (world = await openWorld({ binaryMode })));
	afterAll(async () => await world.close());

	const readAll = async (items: INodeExecutionData[]) => {
		const files = items.flatMap(({ binary }) => Object.values(binary ?? {}));
		return await Promise.all(files.map(async (file) => sha256(await world.engine.read(file))));
	};

	it('generates images of the size that was asked for', async () => {
		const parameters = withOptions(subject.parameters(), {
			width: 256,
			height: 128,
			numImages: 3,
			seed: 5,
		});
		const items = itemsOf(await world.engine.run({ parameters }));
		expect(items.map(({ json }) => json.index)).toEqual([0, 1, 2]);
		for (const { binary } of items) {
			if (binary?.data === undefined) throw new Error('no image');
			expect(binary.data).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
			expect(Picture.sync.read(await world.engine.read(binary.data))).toMatchObject({ width: 256, height: 128 });
		}
		expect(new Set(await readAll(items)).size).toBe(3);
	});

	it.each([
		['black-forest-labs/FLUX-1-schnell', images.png],
		['emulator/photo-jpeg', images.jpeg],
		['emulator/photo-webp', images.webp],
		['emulator/photo-mislabelled', images.jpeg],
		['black-forest-labs/FLUX-1.1-pro', images.png],
		['Bria/Bria-3.2', images.png],
		['emulator/url-list', images.png],
		['emulator/relative-links', images.png],
		['emulator/bare-list', images.png],
	])('takes the image of %s out of its answer', async (model, { mimeType, extension }) => {
		const parameters = { ...subject.parameters(), model: modelId(model) };
		const item = onlyItem(await world.engine.run({ parameters: withOptions(parameters, { width: 128, height: 128 }) }));
		expect(item.binary?.data).toMatchObject({ mimeType, fileExtension: expect.stringMatching(extension) });
		expectNoMedia(item.json);
		if (mimeType !== 'image/png' || item.binary?.data === undefined) return;
		expect(Picture.sync.read(await world.engine.read(item.binary.data))).toMatchObject({ width: 128, height: 128 });
	});
});
