import { createHash } from 'node:crypto';

/** FNV-1a: the same text gives the same number, on every machine. */
export function hashText(text: string, start = 0x811c9dc5): number {
	let hash = start;
	for (let position = 0; position < text.length; position++) {
		hash ^= text.charCodeAt(position);
		hash = Math.imul(hash, 0x01000193);
	}
	return hash >>> 0;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

export function pick<T>(items: readonly T[], random: () => number): T {
	const item = items[Math.floor(random() * items.length)];
	if (item === undefined) throw new RangeError('Nothing to pick from');
	return item;
}

export function sha256(data: Buffer | string): string {
	return createHash('sha256').update(data).digest('hex');
}

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 24 letters and digits, as DeepInfra's request ids are. */
export function makeRequestId(random: () => number): string {
	let id = 'R';
	while (id.length < 24) id += ID_LETTERS.charAt(Math.floor(random() * ID_LETTERS.length));
	return id;
}

export function round(value: number, digits = 6): number {
	const factor = 10 ** digits;
	return Math.round(value * factor) / factor;
}
