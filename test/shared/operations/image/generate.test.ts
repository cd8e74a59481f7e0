import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { withOptions } from '../../../support/parameters';
import { expectNoMedia, itemsOf, onlyItem, stored } from '../../../support/results';
import { answerWith, envelope, inferenceRequests, sentJson, usageFor } from '../../../support/service';
import { type World, openWorld } from '../../../support/world';
import { caseOf } from '../../../support/cases';
import { dataUrl, images, sha256 } from '../../../support/files';

const operation = caseOf('image: generate');
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

describe.each(['default', 'filesystem', 'database'] as const)('image: generate, binary mode %s', (mode) => {
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
		const item = onlyItem(await bench.engine.run({ parameters: operation.parameters }));
		await expectImage(item, image);
		expect(stored(item.json)).toEqual({
			index: 0,
			seed: 42,
			nsfwContentDetected: false,
			prompt,
			usage: usageFor(operation.model),
		});
		expect(inferenceRequests(bench.service)).toHaveLength(1);
	});

	it.each(shapes)('%s, simplify off', async (_name, answer, image) => {
		const whole = { ...answer(make), seed: 42, tomorrow: [{ kept: 'yes' }], ...envelope };
		answerImages(whole);
		const item = onlyItem(await bench.engine.run({ parameters: { ...operation.parameters, simplify: false } }));
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
		const parameters = withOptions(operation.parameters, { numImages: 3 });
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
		const items = itemsOf(await bench.engine.run({ parameters: { ...operation.parameters, simplify: false } }));
		const files = items.flatMap(({ binary }) => Object.values(binary ?? {}));
		const hashes = await Promise.all(files.map(async (file) => sha256(await bench.engine.read(file))));
		expect(hashes.sort()).toEqual([png, jpeg].map(({ bytes }) => sha256(bytes)).sort());
		items.forEach(({ json }) => expectNoMedia(json));
	});

	it('puts the file where the user says', async () => {
		answerImages({ images: [dataUrl(png.bytes, png.mimeType)], ...envelope });
		const parameters = { ...operation.parameters, outputDataFieldName: 'picture' };
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
		onlyItem(await bench.engine.run({ parameters: withOptions(operation.parameters, options) }));
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
				await bench.engine.run({ parameters: operation.parameters, settings: { binaryMode: 'combined' } }),
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
		await expectImage(onlyItem(await bench.engine.run({ parameters: operation.parameters })), large);
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
		const parameters = withOptions(operation.parameters, { maxRetries: 0 });
		const result = await bench.engine.run({ parameters });
		expect(result.status).toBe('error');
		expect(result.error).toMatchObject({ itemIndex: 0 });
		expect(result.error?.message).toMatch(/image|file|DeepInfra/i);
		expect(result.error?.message).not.toMatch(/undefined|TypeError|Cannot read/);
		expect(inferenceRequests(bench.service)).toHaveLength(1);
	});

	it('keeps the key to itself when it downloads from elsewhere', async () => {
		answerImages({ images: [`${bench.service.url.replace('127.0.0.1', 'localhost')}/media/png`], ...envelope });
		onlyItem(await bench.engine.run({ parameters: operation.parameters }));
		const download = bench.service.requests.find(({ path }) => path === '/media/png');
		expect(download?.headers.authorization).toBeUndefined();
	});
});
