/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editImage } from '../../../../nodes/shared/operations/image/edit';
import { images } from '../../../support/files';
import { testOperation } from '../../../support/operation/suite';
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

		it('refuses an item without the picture before anything is sent', async () => {
			const { error } = await world.engine.run({ parameters: edit(), items: [{ json: {} }] });
			expect(error?.message).toMatch(/no file in the field 'data'/);
			expect(sent()).toEqual([]);
		});
	});
});
