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
	for (let y = 0; y < png.height; y++) {
		const inRow = boxes.filter((box) => y >= box.top && y < box.bottom);
		for (let x = 0; x < png.width; x++) {
			const [red, green, blue] = inRow.find((box) => x >= box.left && x < box.right)?.colour ?? base;
			const at = (y * png.width + x) * 4;
			png.data[at] = red;
			png.data[at + 1] = green;
			png.data[at + 2] = blue;
			png.data[at + 3] = 255;
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
