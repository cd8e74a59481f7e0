import { PNG } from 'pngjs';
import { startEmulator } from './index';
import { JPEG_SAMPLE, WEBP_SAMPLE } from './media/samples';
import { bytesOfDataUrl, infer, inferForm, objectsIn } from './support';
import type { Emulator } from './types';

let emulator: Emulator;
beforeAll(async () => {
	emulator = await startEmulator({ seed: 7 });
});
afterAll(async () => {
	await emulator.close();
});

function picture(width: number, height: number, [red, green, blue]: [number, number, number]): File {
	const png = new PNG({ width, height });
	for (let at = 0; at < png.data.length; at += 4) png.data.set([red, green, blue, 255], at);
	return new File([PNG.sync.write(png)], 'picture.png', { type: 'image/png' });
}

describe('images out', () => {
	const FORMS: Array<[string, (json: Record<string, unknown>) => unknown, string]> = [
		['black-forest-labs/FLUX-1-schnell', ({ images }) => images, 'image/png'],
		['emulator/photo-jpeg', ({ images }) => images, 'image/jpeg'],
		['emulator/photo-webp', ({ images }) => images, 'image/webp'],
		['emulator/photo-mislabelled', ({ images }) => images, 'image/png'],
		['Bria/Bria-3.2', ({ images }) => images, 'http'],
		['emulator/relative-links', ({ images }) => images, '/files'],
		['emulator/bare-list', ({ images }) => images, 'bare'],
		['emulator/url-list', ({ image_urls: urls }) => urls, 'http'],
		['black-forest-labs/FLUX-1.1-pro', ({ image_url: url }) => [url], 'http'],
	];

	async function fetchPicture(value: string): Promise<Buffer> {
		if (value.startsWith('data:')) return bytesOfDataUrl(value).bytes;
		if (!/^(http|\/)/.test(value) || /^\/9j/.test(value)) return Buffer.from(value, 'base64');
		const response = await fetch(new URL(value, emulator.url));
		return Buffer.from(await response.arrayBuffer());
	}

	it.each(FORMS)('of %s come in their own form', async (model, read, mark) => {
		const { json } = await infer(emulator, model, { prompt: 'a green field', seed: 4, width: 256, height: 128 });
		const list = read(json);
		const value = String(Array.isArray(list) ? list[0] : undefined);
		if (mark === 'bare') expect(value).toMatch(/^iVBOR/);
		else expect(value.startsWith(mark.includes('/') && mark !== '/files' ? `data:${mark};base64,` : mark)).toBe(true);
		const bytes = await fetchPicture(value);
		if (model.includes('jpeg') || model.includes('mislabelled')) expect(bytes.equals(JPEG_SAMPLE)).toBe(true);
		else if (model.includes('webp')) expect(bytes.equals(WEBP_SAMPLE)).toBe(true);
		else expect(PNG.sync.read(bytes)).toMatchObject({ width: 256, height: 128 });
	});

	it('of cog models are in output, as one text or a list', async () => {
		const input = { prompt: 'a green field', num_outputs: 2, width: 64, height: 64 };
		const list = await infer(emulator, 'stability-ai/sdxl', { input });
		expect(list.json).toMatchObject({
			status: 'succeeded',
			output: [expect.stringMatching(/^http/), expect.stringMatching(/^http/)],
		});
		const single = await infer(emulator, 'emulator/cog-single', { input });
		expect(single.json.output).toMatch(/^http/);
	});

	it('depend on prompt and seed, and their colour on the prompt', async () => {
		const draw = async (prompt: string, seed: number) => {
			const { json } = await infer(emulator, 'stabilityai/sdxl-turbo', { prompt, seed, width: 128, height: 128 });
			expect(json).toMatchObject({ seed, nsfw_content_detected: [false] });
			return bytesOfDataUrl(Array.isArray(json.images) ? json.images[0] : '').bytes;
		};
		const red = await draw('a red car', 1);
		expect(red.equals(await draw('a red car', 1))).toBe(true);
		expect(red.equals(await draw('a red car', 2))).toBe(false);
		const seen = await inferForm(emulator, 'google/vit-base-patch16-224', { image: new File([red], 'r.png') });
		expect(seen.text).toContain('red surface');
	});

	it('come as many as asked for, and cost accordingly', async () => {
		const one = await infer(emulator, 'black-forest-labs/FLUX-1-schnell', { prompt: 'x', num_images: 3, seed: 1 });
		expect(one.json).toMatchObject({ images: { length: 3 }, inference_status: { cost: 0.0015 } });
	});

	it('are JPEG where that is asked, and only as many as the model knows to make', async () => {
		const { json } = await infer(emulator, 'black-forest-labs/FLUX-1.1-pro', {
			prompt: 'x',
			output_format: 'jpeg',
			num_images: 4,
		});
		const response = await fetch(String(json.image_url));
		expect(response.headers.get('content-type')).toBe('image/jpeg');
		expect(Buffer.from(await response.arrayBuffer()).equals(JPEG_SAMPLE)).toBe(true);
		expect(json).toMatchObject({ inference_status: { cost: 0.04 } });
		const list = await infer(emulator, 'emulator/url-list', { prompt: 'x', num_images: 4 });
		expect(list.json.image_urls).toHaveLength(4);
	});

	it('of edit models have the size of the image that came in', async () => {
		const { json } = await inferForm(emulator, 'briaai/RMBG-2.0', { image: picture(40, 30, [0, 0, 0]) });
		expect(PNG.sync.read(Buffer.from(String(json.image), 'base64'))).toMatchObject({ width: 40, height: 30 });
	});
});

describe('images in', () => {
	const RED: [number, number, number] = [200, 30, 30];

	it('are classified by what they show', async () => {
		const { json } = await inferForm(emulator, 'google/vit-base-patch16-224', { image: picture(60, 20, RED) });
		const labels = objectsIn(json.results).map(({ label }) => label);
		expect(labels).toEqual(expect.arrayContaining(['fire engine', 'red surface', 'wide picture']));
	});

	it('are taken as data URLs in JSON, too', async () => {
		const bytes = Buffer.from(await picture(10, 10, RED).arrayBuffer());
		const image = `data:image/png;base64,${bytes.toString('base64')}`;
		const { json } = await infer(emulator, 'openai/clip-vit-base-patch32', {
			image,
			candidate_labels: ['blue thing', 'red thing'],
		});
		const scores = objectsIn(json.results).map(({ score }) => Number(score));
		expect(scores[1]).toBeGreaterThan(0.8);
		expect((scores[0] ?? 0) + (scores[1] ?? 0)).toBeCloseTo(1, 4);
	});

	it.each(['cat,dog', '"cat"', '[1,2]', '[]'])('are refused with candidate labels %s', async (labels) => {
		const { status } = await inferForm(emulator, 'openai/clip-vit-base-patch32', {
			image: picture(8, 8, RED),
			candidate_labels: labels,
		});
		expect(status).toBe(422);
	});

	it('hold objects inside their edges', async () => {
		const { json } = await inferForm(emulator, 'hustvl/yolos-small', { image: picture(50, 30, RED) });
		const boxes = objectsIn(json.results).map(({ box }) => box);
		expect(boxes).toHaveLength(3);
		for (const box of objectsIn(boxes)) {
			expect(Number(box.xmin)).toBeGreaterThanOrEqual(0);
			expect(Number(box.xmax)).toBeGreaterThan(Number(box.xmin));
			expect(Number(box.xmax)).toBeLessThanOrEqual(50);
			expect(Number(box.ymax)).toBeLessThanOrEqual(30);
		}
	});

	it('may be JPEG or WebP', async () => {
		for (const bytes of [JPEG_SAMPLE, WEBP_SAMPLE]) {
			const { json } = await inferForm(emulator, 'google/vit-base-patch16-224', { image: new File([bytes], 'x.jpg') });
			expect(objectsIn(json.results).map(({ label }) => label)).toContain('square picture');
		}
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('this is no image')],
		['half a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
	])('are refused with 400 when they are %s', async (_name, bytes) => {
		const { status } = await inferForm(emulator, 'google/vit-base-patch16-224', { image: new File([bytes], 'x.png') });
		expect(status).toBe(400);
	});
});
