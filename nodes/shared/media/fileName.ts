import { own } from '../core/values';
import type { Kind } from './kind';

/** Endings that mean the same. */
const SAME: Readonly<Record<string, string>> = {
	jpeg: 'jpg',
	tif: 'tiff',
	mpga: 'mp3',
	mpeg: 'mp3',
	oga: 'ogg',
	wave: 'wav',
};

/** MP4, WebM and Ogg have several endings that are all right. */
const CONTAINERS = ['mp4', 'm4a', 'm4v', 'mov', 'webm', 'weba', 'ogg', 'opus'];

/**
 * The API takes a part for a file, and for its kind, by the name: it needs one, with the right ending.
 * @param given the file's own name, as hostile as it may be
 */
export function fileNameFor(given: string | undefined, fallback: string, { mimeType, extension }: Kind): string {
	const last = (given ?? '').split(/[\\/]/).at(-1) ?? '';
	const name = last.replace(/[\p{Cc}\p{Cs}"]/gu, '').slice(-120) || fallback;
	const [, stem = name, ending = ''] = /^(.+?)(?:\.([A-Za-z0-9]{1,5}))?$/.exec(name) ?? [];
	const lower = ending.toLowerCase();
	if (mimeType === 'application/octet-stream' || (own(SAME, lower) ?? lower) === extension) return name;
	if (/^(video|audio)\//.test(mimeType) && CONTAINERS.includes(lower)) return name;
	return `${ending ? stem : name}.${extension}`;
}
