export type Colour = readonly [red: number, green: number, blue: number];

const COLOURS: Record<string, Colour> = {
	red: [205, 40, 40],
	orange: [235, 140, 40],
	yellow: [235, 215, 60],
	green: [50, 150, 60],
	blue: [50, 90, 205],
	purple: [130, 60, 170],
	pink: [240, 150, 190],
	brown: [120, 75, 40],
	white: [245, 245, 245],
	grey: [128, 128, 128],
	black: [15, 15, 15],
};

export const COLOUR_NAMES = Object.keys(COLOURS);

/** The first colour that a text names. */
export function colourIn(text: string): string | undefined {
	const words = text
		.toLowerCase()
		.replace('gray', 'grey')
		.split(/[^a-z]+/);
	return words.find((word) => Object.hasOwn(COLOURS, word));
}

export function colourOf(name: string): Colour {
	return COLOURS[name] ?? [128, 128, 128];
}

export function nameColour(red: number, green: number, blue: number): string {
	let best = 'grey';
	let bestDistance = Infinity;
	for (const [name, [r, g, b]] of Object.entries(COLOURS)) {
		const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
		if (distance < bestDistance) [best, bestDistance] = [name, distance];
	}
	return best;
}
