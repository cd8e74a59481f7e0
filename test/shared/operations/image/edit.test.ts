/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editImage } from '../../../../nodes/shared/operations/image/edit';
import { readSchema } from '../../../../nodes/shared/schema/read';
import { images, makePng } from '../../../support/files';
import { testOperation } from '../../../support/operation/suite';
import { requestFor } from '../../../support/operations';
import { asked } from '../../../support/parameters';
import { expectNoMedia, onlyItem } from '../../../support/results';
import { places } from '../../../../scripts/host/places';
import { openWorld, type World } from '../../../support/world';

testOperation(editImage, {
	model: 'black-forest-labs/FLUX-2-klein-9b',
	tasks: ['text-to-image', 'image-to-image'],
	media: 'image',
	parameters: { prompt: 'make it night' },
	required: 'prompt',
	request: {
		path: '/v1/images/edits',
		options: { numImages: 2, seed: 7, size: '512x512' },
		body: {
			image: 'photo.png',
			model: 'black-forest-labs/FLUX-2-klein-9b',
			prompt: 'make it night',
			n: '2',
			size: '512x512',
			seed: '7',
			response_format: 'b64_json',
		},
		// $0.015 for 1024 × 1024: two of a quarter of the pixels
		estimate: 0.0075,
	},
	answer: { data: [{ b64_json: images.png.bytes.toString('base64'), revised_prompt: null, url: null }] },
	apart: { seed: 7 },
	names: {
		parameters: 'inputSource inputDataFieldName inputUrl prompt outputDataFieldName',
		options: 'mask numImages seed size',
	},
	values: { inputSource: { of: ['binary', 'url'], preset: 'binary' } },
});

describe('the size that was asked for, on the native route', () => {
	const image = { image: { type: 'string', format: 'binary' } };
	const edges = { width: { type: 'integer' }, height: { type: 'integer' } };
	const whole = { width: 512, height: 768 };
	it.each<[string, object, string, object]>([
		['with a star', { size: { type: 'string', default: '1280*1280' } }, '512x768', { size: '512*768' }],
		['as it was written', { size: { type: 'string' } }, '512×768', { size: '512×768' }],
		['as two numbers', edges, '512*768', whole],
		['no pixels', edges, '2K', { size: '2K' }],
		['both', { ...edges, size: { type: 'string', default: '64x64' } }, '512x768', { size: '512x768' }],
	])('%s', (_, properties, size, expected) => {
		const schema = readSchema({ schema_in: { type: 'object', properties: { ...image, ...properties } } });
		const given = { model: 'a/b', prompt: 'x', inputSource: 'binary', inputDataFieldName: 'data', options: { size } };
		expect(requestFor(editImage, given, { schema, form: 1 }).json).toMatchObject(expected);
	});
});

it.each([
	['512 × 768', '512x768'],
	['512*768', '512x768'],
	[' 512X768 ', '512x768'],
	['auto', 'auto'],
])('tells the route for edits the size %j as %s', (size, told) => {
	expect(requestFor(editImage, { prompt: 'x', options: { size } }).form).toMatchObject({ size: told });
});

describe('of its own', () => {
	let world: World;
	beforeAll(async () => (world = await openWorld()));
	afterAll(async () => await world.close());
	beforeEach(() => void (world.emulator.requests.length = 0));

	// FLUX takes no transparency, which every PNG of the tests has.
	const photo = readFileSync(path.join(places.fixtures, 'tiny.jpg'));

	const MODEL = 'black-forest-labs/FLUX.1-Kontext-dev';
	const edit = (rest = {}) =>
		asked('image', 'edit', MODEL, { prompt: 'make it night', includeOtherFields: false, ...rest });
	const sent = () => world.emulator.requests.filter(({ path }) => path.endsWith('/images/edits'));

	describe('image: edit', () => {
		it('sends the picture and the prompt, and gives the edited one as a file', async () => {
			const data = await world.engine.binary(photo, 'photo.jpg', 'image/jpeg');
			const item = onlyItem(await world.engine.run({ parameters: edit(), items: [{ json: {}, binary: { data } }] }));
			expectNoMedia(item.json);
			expect(item.json).toMatchObject({ index: 0, prompt: 'make it night' });
			expect(item.binary?.data?.mimeType).toMatch(/^image\//);
			expect(sent()).toHaveLength(1);
			expect(
				sent()[0]
					?.form?.map(({ name }) => name)
					.filter((name) => name === 'image'),
			).toHaveLength(1);
		});

		it('sends several pictures under one name', async () => {
			const one = await world.engine.binary(photo, 'one.jpg', 'image/jpeg');
			const two = await world.engine.binary(photo, 'two.jpg', 'image/jpeg');
			const parameters = edit({ inputDataFieldName: 'one, two' });
			onlyItem(await world.engine.run({ parameters, items: [{ json: {}, binary: { one, two } }] }));
			expect(
				sent()[0]
					?.form?.filter(({ name }) => name === 'image')
					.map(({ filename }) => filename),
			).toEqual(['one.jpg', 'two.jpg']);
		});

		it('sends a mask along, and gives a picture for each that was asked for', async () => {
			const bytes = makePng(40, 20);
			const binary = {
				data: await world.engine.binary(bytes, 'photo.png', 'image/png'),
				hole: await world.engine.binary(makePng(40, 20, 9), 'hole.png', 'image/png'),
			};
			const model = { __rl: true, mode: 'id', value: 'black-forest-labs/FLUX-2-klein-9b' };
			const parameters = { ...edit({ options: { mask: 'hole', numImages: 3 } }), model };
			const { items } = await world.engine.run({ parameters, items: [{ json: {}, binary }] });
			const parts = sent()[0]?.form?.map(({ name, filename, value }) => [name, filename ?? value]) ?? [];
			expect(Object.fromEntries(parts)).toEqual({
				image: 'photo.png',
				mask: 'hole.png',
				model: 'black-forest-labs/FLUX-2-klein-9b',
				prompt: 'make it night',
				n: '3',
				response_format: 'b64_json',
			});
			expect(items.map(({ json, pairedItem }) => [json.index, pairedItem])).toEqual(
				[0, 1, 2].map((index) => [index, { item: 0 }]),
			);
		});

		it.each<[string, string[], object]>([
			['Qwen/Qwen-Image-Edit', ['one'], { prompt: 'make it night', image: expect.stringMatching(/^data:image\/jpeg/) }],
			[
				'emulator/collage-edit',
				['one', 'two'],
				{ input_image_1: expect.stringMatching(/^data:/), input_image_2: expect.stringMatching(/^data:/) },
			],
			[
				'emulator/list-edit',
				['one', 'two'],
				{ images: [expect.stringMatching(/^data:/), expect.stringMatching(/^data:/)] },
			],
		])('asks %s by its own fields, where the edits route refuses it', async (value, names, body) => {
			const one = await world.engine.binary(photo, 'one.jpg', 'image/jpeg');
			const two = await world.engine.binary(photo, 'two.jpg', 'image/jpeg');
			const model = { __rl: true, mode: 'id', value };
			const parameters = { ...edit({ inputDataFieldName: names.join(', ') }), model };
			const items = [0, 1].map(() => ({ json: {}, binary: { one, two } }));
			const made = await world.engine.run({ parameters, items });
			expect(made.items.map(({ binary }) => binary?.data?.mimeType)).toEqual([
				expect.stringMatching(/^image\//),
				expect.stringMatching(/^image\//),
			]);
			// the refusal is learnt once for all items
			expect(sent()).toHaveLength(1);
			expect(world.inference()).toHaveLength(
				2 + sent().filter(({ path: route }) => route.includes('inference')).length,
			);
			const [native] = world.inference().filter(({ path: route }) => route.includes('/v1/inference/'));
			expect(native?.json).toMatchObject(body);
		});

		it.each([
			['a file that is no picture', MODEL, ['notes'], /'notes.txt' is no picture, but text/],
			['an empty file', MODEL, ['empty'], /empty/i],
			// The edits route refuses these models; what their own fields cannot hold is the answer.
			['two pictures for a model that takes one', 'Qwen/Qwen-Image-Edit', ['one', 'two'], /takes one picture, not 2/],
			[
				'four for one that takes three',
				'emulator/collage-edit',
				['one', 'two', 'three', 'four'],
				/takes 3 pictures, not 4/,
			],
		])('is one clear error for %s', async (_, value, names, words) => {
			const binary = {
				one: await world.engine.binary(photo, 'one.jpg', 'image/jpeg'),
				two: await world.engine.binary(photo, 'two.jpg', 'image/jpeg'),
				three: await world.engine.binary(photo, 'three.jpg', 'image/jpeg'),
				four: await world.engine.binary(photo, 'four.jpg', 'image/jpeg'),
				notes: await world.engine.binary(Buffer.from('just text, no picture'), 'notes.txt', 'text/plain'),
				empty: await world.engine.binary(Buffer.alloc(0), 'empty.png', 'image/png'),
			};
			const model = { __rl: true, mode: 'id', value };
			const parameters = { ...edit({ inputDataFieldName: names.join(', ') }), model };
			const { error } = await world.engine.run({ parameters, items: [{ json: {}, binary }] });
			expect(error?.message).toMatch(words);
			expect(world.inference().filter(({ status }) => status === 200)).toEqual([]);
		});

		it('says plainly that a model takes no transparency', async () => {
			const data = await world.engine.binary(makePng(40, 20), 'photo.png', 'image/png');
			const { error } = await world.engine.run({ parameters: edit(), items: [{ json: {}, binary: { data } }] });
			expect(`${error?.message} ${error?.description}`).toMatch(/alpha channel|transparen/i);
		});

		it('refuses an item without the picture before anything is sent', async () => {
			const { error } = await world.engine.run({ parameters: edit(), items: [{ json: {} }] });
			expect(error?.message).toMatch(/no file in the field 'data'/);
			expect(sent()).toEqual([]);
		});
	});
});
