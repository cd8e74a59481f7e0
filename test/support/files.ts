import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** An image with noise in it, so that no two sizes or seeds look alike. */
export function makePng(width: number, height: number, seed = 1): Buffer {
	const image = new PNG({ width, height });
	let state = seed;
	for (let index = 0; index < image.data.length; index++) {
		state = (state * 1103515245 + 12345) & 0x7fffffff;
		image.data[index] = index % 4 === 3 ? 255 : state >> 16;
	}
	// Noise gets no smaller, however it is packed.
	return PNG.sync.write(image, { filterType: 0, deflateLevel: 1 });
}

/** 16-bit mono sound of so many seconds. */
export function makeWav(seconds: number, rate = 8000): Buffer {
	const samples = Buffer.alloc(Math.round(seconds * rate) * 2);
	for (let at = 0; at < samples.length; at += 2) {
		samples.writeInt16LE(Math.round(9000 * Math.sin((at * 440 * Math.PI) / rate)), at);
	}
	const header = Buffer.alloc(44);
	header.write('RIFF', 0);
	header.writeUInt32LE(36 + samples.length, 4);
	header.write('WAVEfmt ', 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(rate, 24);
	header.writeUInt32LE(rate * 2, 28);
	header.writeUInt16LE(2, 32);
	header.writeUInt16LE(16, 34);
	header.write('data', 36);
	header.writeUInt32LE(samples.length, 40);
	return Buffer.concat([header, samples]);
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64');

/** Small real files of the kinds that image models answer with. */
export const images = {
	png: { bytes: makePng(8, 6), mimeType: 'image/png', extension: /^png$/ },
	jpeg: {
		bytes: fromBase64(
			'/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQF/8QAFRABAQAAAAAAAAAAAAAAAAAAABP/xAAUAQEAAAAAAAAAAAAAAAAAAAAF/8QAFhEAAwAAAAAAAAAAAAAAAAAAABVh/9oADAMBAAIRAxEAPwDGoUS0KEFsFGFP/9k=',
		),
		mimeType: 'image/jpeg',
		extension: /^jpe?g$/,
	},
	webp: {
		bytes: fromBase64(
			'UklGRkAAAABXRUJQVlA4IDQAAADQAQCdASoQABAAD8BaJbACdGuA/QADYAD+7+Ov5qb/Cls3I/5jB4NY/+cV6/8EPg2cAAAA',
		),
		mimeType: 'image/webp',
		extension: /^webp$/,
	},
	gif: {
		bytes: fromBase64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'),
		mimeType: 'image/gif',
		extension: /^gif$/,
	},
};

export const dataUrl = (bytes: Buffer, mimeType: string): string =>
	`data:${mimeType};base64,${bytes.toString('base64')}`;
