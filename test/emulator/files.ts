/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { type Answer, bytesAnswer, refuse } from './answer';
import type { Context } from './context';
import { parseJson } from './json';
import { drawPng } from './media/png';
import { JPEG_SAMPLE, MP4_SAMPLE } from './media/samples';

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

export function serveVideo(): Answer {
	return bytesAnswer('video/mp4', MP4_SAMPLE);
}

/** A file of the size in its name, made while it is sent. */
export function serveBytes({ rest }: Context): Answer {
	const match = /^(\d+)\.(png|mp4)$/.exec(rest);
	if (!match) throw refuse(404, 'Not Found', 'detail');
	const size = Number(match[1]);
	const isVideo = match[2] === 'mp4';
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
