/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { type Answer, bytesAnswer, refuse } from './answer';
import type { Context } from './context';
import { parseJson } from './json';
import { drawPng } from './media/png';
import { JPEG_SAMPLE, MP4_SAMPLE } from './media/samples';
import { makeMp4 } from './media/video';

const CHUNK = 64 * 1024;

/** Pictures that links in answers lead to, drawn from what the link says. */
export function serveImage({ rest }: Context): Answer {
	const spec = parseJson(Buffer.from(rest.replace(/\.png$/, ''), 'base64url').toString())?.value;
	if (!Array.isArray(spec)) throw refuse(404, 'Not Found', 'detail');
	const [prompt, seed, width, height]: unknown[] = spec;
	if (
		typeof prompt !== 'string' ||
		typeof seed !== 'number' ||
		typeof width !== 'number' ||
		typeof height !== 'number'
	) {
		throw refuse(404, 'Not Found', 'detail');
	}
	return bytesAnswer('image/png', drawPng(prompt, seed, width, height));
}

export function serveJpeg(): Answer {
	return bytesAnswer('image/jpeg', JPEG_SAMPLE);
}

/** The last two digits of its name are its length. */
export function serveVideo({ rest }: Context): Answer {
	return bytesAnswer('video/mp4', makeMp4(Number(/(\d\d)\.mp4$/.exec(rest)?.[1] ?? 5)));
}

/** A file of the size in its name, made while it is sent. A clip of such a size has one frame and much that no player reads. */
export function serveBytes({ rest }: Context): Answer {
	const match = /^(\d+)\.(png|mp4)$/.exec(rest);
	if (!match) throw refuse(404, 'Not Found', 'detail');
	return fileOfSize(Number(match[1]), match[2] === 'mp4' ? 'mp4' : 'png');
}

/** Sound that an answer led to. */
export function serveSound({ store, rest }: Context): Answer {
	const sound = store.sounds.get(rest);
	if (!sound) throw refuse(404, 'Not Found', 'detail');
	return sound;
}

export function fileOfSize(size: number, ending: 'mp4' | 'png'): Answer {
	const isVideo = ending === 'mp4';
	const opening = (isVideo ? MP4_SAMPLE : drawPng('large', 1, 64, 64)).subarray(0, size);
	return {
		status: 200,
		contentType: isVideo ? 'video/mp4' : 'image/png',
		payload: opening,
		headers: { 'content-length': String(size) },
		stream: () => Readable.from(fill(opening, size), { objectMode: false, highWaterMark: CHUNK }),
	};
}

function* fill(opening: Buffer, size: number) {
	yield opening;
	const chunk = Buffer.alloc(CHUNK, 'emulator');
	for (let left = size - opening.length; left > 0; left -= CHUNK) yield left < CHUNK ? chunk.subarray(0, left) : chunk;
}
