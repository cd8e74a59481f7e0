import type { ImageShape } from '../catalogue/model';
import { isObject, type Json, type JsonObject, numberOf, textOf, textsOf, type UnknownObject } from '../json';
import { readImage } from '../media/images';
import { drawPng } from '../media/png';
import { JPEG_SAMPLE, WEBP_SAMPLE } from '../media/samples';
import { type Upload, uploadFromText } from '../uploads';
import type { Call, Outcome } from './task';

const LARGEST_SEED = 2 ** 31;

export function drawImages(call: Call): Outcome {
	const isCog = call.model.image.startsWith('output');
	const wanted = isCog && isObject(call.values.input) ? call.values.input : call.values;
	const start = call.files.get('image') ?? firstOf(call);
	const facts = start && readImage('image', start);
	const prompt = textOf(wanted.prompt) ?? `${facts?.colour ?? 'no'} picture ${start?.sha256 ?? ''}`;
	const width = sizeOf(call, wanted, 'width', facts?.width);
	const height = sizeOf(call, wanted, 'height', facts?.height);
	const seed = numberOf(wanted.seed, Math.floor(call.random() * LARGEST_SEED));
	const count = numberOf(wanted.num_images, numberOf(wanted.num_outputs, 1));
	const isJpeg = wanted.output_format === 'jpeg';
	const pictures = Array.from({ length: count }, (_unused, index) => ({
		prompt,
		seed: seed + index,
		width,
		height,
		isJpeg,
	}));
	const steps = numberOf(wanted.num_inference_steps, 1);
	return {
		body: frame(call.model.image, pictures, seed, call.baseUrl),
		usage: { images: count, imageUnits: (count * width * height * steps) / (1024 * 1024) },
	};
}

function firstOf({ files, values }: Call): Upload | undefined {
	const [listed] = textsOf(values.images);
	const [first] = files.values();
	return first ?? (listed?.startsWith('data:') ? uploadFromText('images', listed) : undefined);
}

function sizeOf(call: Call, wanted: UnknownObject, edge: 'width' | 'height', start = 512): number {
	const properties = call.model.schema.properties;
	const property = isObject(properties) ? properties[edge] : undefined;
	return numberOf(wanted[edge], isObject(property) ? numberOf(property.default, start) : start);
}

interface Picture {
	prompt: string;
	seed: number;
	width: number;
	height: number;
	isJpeg: boolean;
}

function frame(shape: ImageShape, pictures: Picture[], seed: number, baseUrl: string): JsonObject {
	const nsfw = { nsfw_content_detected: pictures.map(({ prompt }) => /\bnsfw\b/i.test(prompt)), seed };
	const links = pictures.map(linkOf);
	const bare = () => pictures.map((picture) => bytesOf(picture).toString('base64'));
	const first = (items: string[]): Json => items[0] ?? null;
	switch (shape) {
		case 'images-data':
			return {
				images: pictures.map(
					(picture) => `data:image/${picture.isJpeg ? 'jpeg' : 'png'};base64,${bytesOf(picture).toString('base64')}`,
				),
				...nsfw,
			};
		case 'images-data-jpeg':
			return { images: pictures.map(() => `data:image/jpeg;base64,${JPEG_SAMPLE.toString('base64')}`), ...nsfw };
		case 'images-data-webp':
			return { images: pictures.map(() => `data:image/webp;base64,${WEBP_SAMPLE.toString('base64')}`), ...nsfw };
		case 'images-data-mislabelled':
			return { images: pictures.map(() => `data:image/png;base64,${JPEG_SAMPLE.toString('base64')}`), ...nsfw };
		case 'images-url':
			return { images: links.map((link) => baseUrl + link), status: 'ok' };
		case 'images-relative':
			return { images: links, ...nsfw };
		case 'images-base64':
			return { images: bare(), ...nsfw };
		case 'image_urls':
			return { image_urls: links.map((link) => baseUrl + link), status: 'ok' };
		case 'image_url':
			return { image_url: first(links.map((link) => baseUrl + link)), seed: String(seed), status: 'ok' };
		case 'image-base64':
			return { image: first(bare()) };
		case 'output-text':
			return { output: first(links.map((link) => baseUrl + link)), ...cogFrame() };
		case 'output-list':
			return { output: links.map((link) => baseUrl + link), ...cogFrame() };
	}
}

function cogFrame(): JsonObject {
	return { status: 'succeeded', error: null, logs: '', metrics: { predict_time: 0.2 } };
}

function bytesOf({ prompt, seed, width, height, isJpeg }: Picture): Buffer {
	return isJpeg ? JPEG_SAMPLE : drawPng(prompt, seed, width, height);
}

/** Links carry what is to be drawn, so that the emulator has nothing to remember; <<N bytes>> asks for a file of that size. */
function linkOf({ prompt, seed, width, height, isJpeg }: Picture): string {
	if (isJpeg) return '/files/sample.jpg';
	const size = /<<(\d+) bytes>>/.exec(prompt)?.[1];
	if (size !== undefined) return `/files/bytes/${size}.png`;
	const spec = Buffer.from(JSON.stringify([prompt.slice(0, 200), seed, width, height])).toString('base64url');
	return `/files/image/${spec}.png`;
}
