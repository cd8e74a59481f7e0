import type { Orientation } from '../jpeg';
import type { Matrix } from './drawing';

/** EXIF's number for a picture whose right and top point up, down, left or right on the screen. */
const UPRIGHT: Readonly<Record<string, Orientation>> = { '+ +': 1, '- +': 2, '- -': 3, '+ -': 4 };
const ON_ITS_SIDE: Readonly<Record<string, Orientation>> = { '- -': 5, '- +': 6, '+ +': 7, '+ -': 8 };

const sign = (value: number) => (value < 0 ? '-' : '+');

/**
 * How a page shows a picture.
 * @param matrix where the picture's unit square lies (ISO 32000-1, 8.3.3); its top is at y = 1
 * @param rotate the page's own /Rotate: degrees clockwise
 */
export function orientationOf([a, b, c, d]: Matrix, rotate: number): Orientation {
	let [right, top] = [
		[a, b],
		[c, d],
	] as const;
	for (let turns = quarterTurns(rotate); turns > 0; turns--) [right, top] = [turn(right), turn(top)];
	// A page that was scanned a little askew has a bit of both.
	const isUpright = Math.abs(right[0]) + Math.abs(top[1]) >= Math.abs(right[1]) + Math.abs(top[0]);
	const found = isUpright
		? UPRIGHT[`${sign(right[0])} ${sign(top[1])}`]
		: ON_ITS_SIDE[`${sign(right[1])} ${sign(top[0])}`];
	return found ?? 1;
}

type Vector = readonly [number, number];

/** Clockwise. */
const turn = ([x, y]: Vector): Vector => [y, -x];

function quarterTurns(degrees: number): number {
	const turns = Math.round(degrees / 90) % 4;
	return Number.isFinite(turns) ? (turns + 4) % 4 : 0;
}
