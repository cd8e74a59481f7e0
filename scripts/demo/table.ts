import type { TaskResult } from './results';

interface Column {
	readonly title: string;
	readonly width: number;
	readonly right?: boolean;
}

const GAP = '  ';
const NARROWEST_RESULT = 30;

/**
 * Breaks text into lines of at most `width`: at spaces, or after "/", "," and "-" (not after the minus of a number);
 * anywhere when a word is longer.
 */
export function wrapText(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const piece of text.match(/\s*-?[^\s/,-]*[/,-]?/g) ?? []) {
		if ((line + piece).trim().length <= width) {
			line += piece;
			continue;
		}
		if (line.trim() !== '') lines.push(line.trim());
		line = piece.trimStart();
		while (line.length > width) {
			lines.push(line.slice(0, width));
			line = line.slice(width);
		}
	}
	if (line.trim() !== '') lines.push(line.trim());
	return lines.length > 0 ? lines : [''];
}

/** USD with two significant digits, never with an exponent: the costs are fractions of a cent. */
export function costText(costUsd: number | undefined): string {
	if (costUsd === undefined) return '–';
	if (costUsd === 0) return '$0';
	const decimals = Math.min(12, Math.max(2, 1 - Math.floor(Math.log10(costUsd))));
	return `$${costUsd.toFixed(decimals)}`;
}

const timeText = (milliseconds: number | undefined): string =>
	milliseconds === undefined ? '–' : `${milliseconds} ms`;

export function renderTable(results: readonly TaskResult[], screenWidth: number): string {
	const fixed: Column[] = [
		{ title: '', width: 6 },
		{ title: 'Task', width: 16 },
		{ title: 'Model', width: 26 },
	];
	const figures: Column[] = [
		{ title: 'Cost', width: 12, right: true },
		{ title: 'Time', width: 9, right: true },
	];
	const taken = [...fixed, ...figures].reduce((sum, { width }) => sum + width + GAP.length, 0);
	const result: Column = { title: 'What came out', width: Math.max(NARROWEST_RESULT, screenWidth - taken) };
	const columns = [...fixed, result, ...figures];

	const renderRow = (cells: readonly string[]): string => {
		const wrapped = columns.map(({ width }, index) => wrapText(cells[index] ?? '', width));
		const height = Math.max(...wrapped.map((lines) => lines.length));
		return Array.from({ length: height }, (_, row) =>
			columns
				.map(({ width, right }, index) => {
					const text = wrapped[index]?.[row] ?? '';
					return right ? text.padStart(width) : text.padEnd(width);
				})
				.join(GAP)
				.trimEnd(),
		).join('\n');
	};
	const rule = columns.map(({ width }) => '─'.repeat(width)).join(GAP);
	const rows = results.map(({ task, model, ok, text, costUsd, milliseconds }) =>
		renderRow([ok ? 'ok' : 'FAILED', task, model, text, costText(costUsd), timeText(milliseconds)]),
	);
	return [renderRow(columns.map(({ title }) => title)), rule, rows.join(`\n${rule}\n`), rule].join('\n');
}
