export interface Row {
	readonly what: string;
	readonly figure: string;
	/** What it is compared with. */
	readonly compared?: string;
	/** What the project wants, and whether it is so. */
	readonly target?: { readonly words: string; readonly isMet: boolean };
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle];
	const lower = sorted[sorted.length % 2 ? middle : middle - 1];
	if (upper === undefined || lower === undefined) throw new RangeError('The median of nothing');
	return (upper + lower) / 2;
}

export const seconds = (milliseconds: number): string =>
	`${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export const times = (ratio: number): string => `${ratio.toFixed(ratio < 0.1 ? 3 : 2)} ×`;

export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** For README. */
export function markdownTable(rows: readonly Row[]): string {
	const cells = rows.map(({ what, figure, compared = '', target }) => [what, figure, compared, verdict(target)]);
	const all = [['What', 'Figure', 'Compared', 'Target'], ['---', '---:', '---', '---'], ...cells];
	return all.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export function plainTable(rows: readonly Row[]): string {
	const cells = rows.map(({ what, figure, compared = '', target }) => [what, figure, compared, verdict(target)]);
	const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
	return cells
		.map((row) =>
			row
				.map((cell, column) => (column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

const verdict = (target: Row['target']) => (target ? `${target.words}: ${target.isMet ? 'met' : 'MISSED'}` : '');

export const atMost = (ratio: number, limit: number) => ({ words: `at most ${limit} ×`, isMet: ratio <= limit });
