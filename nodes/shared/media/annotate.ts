import { readImageSize, type ImageSize } from './imageSize';
import { orientationOf, turnJpeg, type Orientation } from './jpeg';
import { kindFrom } from './kind';

export interface Marked {
	readonly label: string;
	readonly score: number;
	readonly box: { readonly xmin: number; readonly ymin: number; readonly xmax: number; readonly ymax: number };
}

/** Characters that XML gives a meaning, and those that it has not. */
const escape = (text: string): string =>
	text
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
		.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The same label has the same colour in every picture. */
const colourOf = (label: string): string => {
	let hash = 0;
	for (const character of label) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
	return `hsl(${hash}, 85%, 38%)`;
};

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** What turns a picture upright by EXIF's number, as SVG's matrices have it, without the two last numbers. */
const TURNS: Readonly<Record<Orientation, readonly [number, number, number, number]>> = {
	1: [1, 0, 0, 1],
	2: [-1, 0, 0, 1],
	3: [-1, 0, 0, -1],
	4: [1, 0, 0, -1],
	5: [0, 1, 1, 0],
	6: [0, 1, -1, 0],
	7: [0, -1, -1, 0],
	8: [0, -1, 1, 0],
};

/** Pixels by which the edge of a box may lie outside of its picture. */
const EDGE = 1;

const holds = ({ width, height }: ImageSize, objects: readonly Marked[]): boolean =>
	objects.every(({ box }) => box.xmax <= width + EDGE && box.ymax <= height + EDGE);

/** Turned around its corner it would lie left of the drawing or above it, so it is moved back. */
function turnOf(orientation: Orientation, { width, height }: ImageSize): string {
	if (orientation === 1) return '';
	const [a, b, c, d] = TURNS[orientation];
	const right = a < 0 ? width : c < 0 ? height : 0;
	const down = b < 0 ? width : d < 0 ? height : 0;
	return ` transform="matrix(${a} ${b} ${c} ${d} ${right} ${down})"`;
}

/**
 * A picture as its boxes know it: turned upright as its EXIF says, unless they lie outside of it so, and within it as it
 * is stored (docs/api.md#labels). Undefined for a picture whose size cannot be read.
 */
function placed(objects: readonly Marked[], picture: Buffer) {
	const stored = readImageSize(picture);
	if (!stored) return undefined;
	const { width, height } = stored;
	const said = orientationOf(picture);
	const upright = said > 4 ? { width: height, height: width } : stored;
	const isStored = !holds(upright, objects) && holds(stored, objects);
	const turn = isStored ? '' : turnOf(said, stored);
	// Turned here, and by nobody else: some viewers mind EXIF.
	const plain = said === 1 ? picture : turnJpeg(picture, 1);
	return {
		size: isStored ? stored : upright,
		image: `<image${turn} width="${width}" height="${height}" href="data:${kindFrom(picture, undefined).mimeType};base64,${plain.toString('base64')}"/>`,
	};
}

/** A picture with a box and a name around each object, as SVG. Without the picture the boxes alone, in its size. */
export function drawBoxes(objects: readonly Marked[], picture?: Buffer): string {
	const known = picture && placed(objects, picture);
	const width = known?.size.width ?? Math.max(1, ...objects.map(({ box }) => Math.ceil(box.xmax)));
	const height = known?.size.height ?? Math.max(1, ...objects.map(({ box }) => Math.ceil(box.ymax)));
	const text = rounded(Math.max(10, Math.min(width, height) / 30));
	const line = rounded(Math.max(1, text / 8));
	const image = known ? [known.image] : [];
	const boxes = objects.map(({ label, score, box }) => {
		const colour = colourOf(label);
		const name = `${escape(label)} ${Math.round(score * 100)} %`;
		const [left, top] = [rounded(box.xmin), rounded(box.ymin)];
		// The name stands above its box, or within it at the picture's upper edge.
		const below = top < text * 1.4;
		const middle = rounded(below ? top + text : top - text * 0.35);
		return [
			`<rect x="${left}" y="${top}" width="${rounded(Math.max(0, box.xmax - box.xmin))}" height="${rounded(Math.max(0, box.ymax - box.ymin))}" fill="none" stroke="${colour}" stroke-width="${line}"/>`,
			`<text x="${left + line}" y="${middle}" font-family="sans-serif" font-size="${text}" fill="${colour}" stroke="white" stroke-width="${line}" paint-order="stroke">${name}</text>`,
		].join('\n');
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		...image,
		...boxes,
		'</svg>',
		'',
	].join('\n');
}
