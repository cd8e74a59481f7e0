/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { analyse } from 'scslre';
import ts from 'typescript';
import { places } from '../scripts/host/places';

/** Patterns that look at few letters, however long a text is. */
const ONLY_SHORT = [
	"/^[^\\d(+\\-−–]*([(+\\-−–]?)[^\\d(+\\-−–.,]*([.,]?\\d[\\d.,'’ \\u00a0\\u202f]*)(\\)?[-–]*)([^\\d]*)$/",
];

interface Pattern {
	/** As it is written. */
	readonly literal: string;
	readonly source: string;
	readonly flags: string;
}

function patternsIn(file: string): Pattern[] {
	const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
	const found: Pattern[] = [];
	const visit = (node: ts.Node) => {
		if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf('/');
			found.push({ literal: node.text, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

/** Whether there are texts on which the time grows faster than the text. */
const isSlow = ({ source, flags }: Pick<Pattern, 'source' | 'flags'>): boolean =>
	analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.length > 0;

const nodes = path.join(places.project, 'nodes');
const files = readdirSync(nodes, { recursive: true })
	.map(String)
	.filter((file) => file.endsWith('.ts'));

describe('patterns', () => {
	const patterns = files.flatMap((file) => patternsIn(path.join(nodes, file)).map((pattern) => ({ file, pattern })));

	it('take no longer than their text is long', () => {
		expect(patterns.length).toBeGreaterThan(200);
		const slow = patterns.filter(({ pattern }) => !ONLY_SHORT.includes(pattern.literal) && isSlow(pattern));
		expect(slow.map(({ file, pattern }) => `${file}: ${pattern.literal}`)).toEqual([]);
	});

	it.each(ONLY_SHORT)('excused are still there: %s', (literal) => {
		expect(patterns.map(({ pattern }) => pattern.literal)).toContain(literal);
	});

	it.each(['\\s+$', '^\\s*(a)?\\s*$', '(a+)+b', 'a*\\d.*c'])('such as %s would be found', (source) => {
		expect(isSlow({ source, flags: '' })).toBe(true);
	});

	it.each(['^\\s+', '\\s+', '[a-z]+\\d'])('such as %s are told apart', (source) => {
		expect(isSlow({ source, flags: '' })).toBe(source === '[a-z]+\\d');
	});
});
