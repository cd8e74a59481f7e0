import type { FileRef } from '../../core/fields';
import { InputError } from '../../core/problem';
import { InlineFile } from '../../core/request';

/** Bytes; DeepInfra takes no larger picture (docs/api.md#documents). */
const LARGEST_IMAGE = 20 * 1024 * 1024;
/** A GIF is not among them (docs/api.md#documents). */
const IMAGES = ['image/jpeg', 'image/png', 'image/webp'];
const SOUNDS: Readonly<Record<string, string>> = {
	'audio/wav': 'wav',
	'audio/x-wav': 'wav',
	'audio/mpeg': 'mp3',
	'audio/mp3': 'mp3',
};

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/**
 * A file as the part of a message that its bytes say it is.
 * @param require throws for a model that cannot take it
 */
export const mediaPart = (file: FileRef, require: (ability: 'images' | 'sounds') => void): InlineFile =>
	new InlineFile(file, ({ mimeType, size }, base64) => {
		const format = SOUNDS[mimeType];
		require(format ? 'sounds' : 'images');
		if (format) return { type: 'input_audio', input_audio: { data: base64, format } };
		return imageOf(mimeType, size, base64, ' or a sound (WAV or MP3)');
	});

/** A picture as the part of a message. */
export const picturePart = (file: FileRef): InlineFile =>
	new InlineFile(file, ({ mimeType, size }, base64) => imageOf(mimeType, size, base64));

/** @param orElse what may be given instead of a picture */
function imageOf(mimeType: string, size: number, base64: string, orElse = '') {
	if (!IMAGES.includes(mimeType)) {
		throw new InputError(
			`A chat model cannot take a file of the type ${mimeType}`,
			mimeType === 'application/pdf'
				? "The resource 'Document' reads a PDF of scanned pages, and n8n's node 'Extract from File' one that holds text."
				: `Give a picture (JPEG, PNG or WebP)${orElse}. Convert the file before this node.`,
		);
	}
	if (size > LARGEST_IMAGE) {
		throw new InputError(
			`The picture has ${megabytes(size)}, but DeepInfra takes at most 20 MB`,
			'Scale it down before this node, for example with the Edit Image node.',
		);
	}
	return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${base64}` } };
}
