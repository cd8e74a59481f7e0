import { PNG } from 'pngjs';
import { hashText, randomFrom } from '../random';
import { colourIn, colourOf, COLOUR_NAMES } from './colours';

const drawn = new Map<string, Buffer>();
const MOST_KEPT = 24;

/** A picture that follows from prompt and seed. A colour that the prompt names covers most of it. */
export function drawPng(prompt: string, seed: number, width: number, height: number): Buffer {
	const key = JSON.stringify([prompt, seed, width, height]);
	const known = drawn.get(key);
	if (known) return known;
	const png = new PNG({ width, height });
	paint(png, prompt, seed);
	const bytes = PNG.sync.write(png, { deflateLevel: 1, deflateStrategy: 0, filterType: 0 });
	const [oldest] = drawn.keys();
	if (drawn.size >= MOST_KEPT && oldest !== undefined) drawn.delete(oldest);
	drawn.set(key, bytes);
	return bytes;
}

interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
	colour: readonly [number, number, number];
}

function paint(png: PNG, prompt: string, seed: number) {
	const random = randomFrom(hashText(prompt, seed ^ 0x811c9dc5));
	const chosen = COLOUR_NAMES[Math.floor(random() * COLOUR_NAMES.length)] ?? 'grey';
	const base = colourOf(colourIn(prompt) ?? chosen);
	const boxes = Array.from({ length: 3 }, () => randomBox(png, random));
	const full = { left: 0, top: 0, right: png.width, bottom: png.height, colour: base };
	// The first box lies on top.
	for (const { left, top, right, bottom, colour } of [full, ...boxes.reverse()]) {
		const pixel = Buffer.from([...colour, 255]);
		for (let y = top; y < Math.min(bottom, png.height); y++) {
			const row = y * png.width;
			png.data.fill(pixel, (row + left) * 4, (row + Math.min(right, png.width)) * 4);
		}
	}
}

function randomBox(png: PNG, random: () => number): Box {
	const left = Math.floor(random() * 0.7 * png.width);
	const top = Math.floor(random() * 0.7 * png.height);
	return {
		left,
		top,
		right: left + Math.ceil(png.width * 0.25),
		bottom: top + Math.ceil(png.height * 0.25),
		colour: [Math.floor(random() * 256), Math.floor(random() * 256), Math.floor(random() * 256)],
	};
}
