import { readImageSize } from './imageSize';
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

/** A picture with a box and a name around each object, as SVG. Without the picture the boxes alone, in its size. */
export function drawBoxes(objects: readonly Marked[], picture?: Buffer): string {
	const known = picture && readImageSize(picture);
	const width = known?.width ?? Math.max(1, ...objects.map(({ box }) => Math.ceil(box.xmax)));
	const height = known?.height ?? Math.max(1, ...objects.map(({ box }) => Math.ceil(box.ymax)));
	const text = rounded(Math.max(10, Math.min(width, height) / 30));
	const line = rounded(Math.max(1, text / 8));
	const image =
		known && picture
			? [
					`<image width="${width}" height="${height}" href="data:${kindFrom(picture, undefined).mimeType};base64,${picture.toString('base64')}"/>`,
				]
			: [];
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
