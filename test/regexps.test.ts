/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
// Before the constructor is replaced: packages that compare with it would refuse.
import 'n8n-workflow';
import { parseSync } from '@swc/core';
import { analyse } from 'scslre';
import { isDict } from '../nodes/shared/core/answer';
import { hasMoreEntries } from '../nodes/shared/core/amount';
import { writeJson } from '../nodes/shared/core/exact';
import { listOf } from '../nodes/shared/core/values';
import { bodyLength } from '../nodes/shared/n8n/http/body';
import { secretOf } from '../nodes/shared/n8n/secret';
import { fillMask } from '../nodes/shared/operations/text/fillMask';
import { places } from '../scripts/host/places';
import { outputsFor } from './support/operations';

/** Patterns that look at few letters, however long a text is. */
const ONLY_SHORT = [
	"/^[^\\d(+\\-−–]*([(+\\-−–]?)[^\\d(+\\-−–.,]*([.,]?\\d[\\d.,'’ \\u00a0\\u202f]*)(\\)?[-–]*)([^\\d]*)$/",
];

/** What builds patterns while the node runs, with what a run may give. */
const RUNS: ReadonlyArray<() => unknown> = [
	() => ['a, b', 'a、b', '"a, b", c'].map(listOf),
	() => ['a, b', 'a、b', 'a\nb'].map((text) => hasMoreEntries(text, 1)),
	() => writeJson({ a: 1 }),
	async () => await bodyLength({ a: 1 }, async () => await Promise.reject(new Error('No file'))),
	() => ['short', 'sk-1234567890.abcdef+/=', '((((a+)+)+)+)$[^*?', '\\\\\\\\\\u0061%61&#97;'.repeat(9)].map(secretOf),
	() => {
		const gap = [{ token_str: 'sky', score: 1, sequence: 'The sky', token: 1 }];
		return outputsFor(fillMask, { text: 'The [MASK] is <mask>' }, { results: [gap, gap] });
	},
];

interface Pattern {
	readonly source: string;
	readonly flags: string;
}

interface Literal extends Pattern {
	readonly file: string;
	readonly literal: string;
}

interface Built extends Pattern {
	/** Its file and line. */
	readonly place: string;
}

const nodes = path.join(places.project, 'nodes');
const files = readdirSync(nodes, { recursive: true })
	.map(String)
	.filter((file) => file.endsWith('.ts'));

/** A statement before the first, so that places in the text are counted from its beginning. */
const START = '0;';

/** The patterns of a file, and where it builds others. */
function patternsIn(file: string): { literals: Literal[]; builders: string[] } {
	const literals: Literal[] = [];
	const builders: string[] = [];
	const text = `${START}${readFileSync(path.join(nodes, file), 'utf8')}`;
	const { body, span } = parseSync(text, { syntax: 'typescript', target: 'es2022' });
	const before = (place: number) => Buffer.from(text).toString('utf8', 0, place - span.start);
	const visit = (node: unknown): void => {
		if (Array.isArray(node)) node.forEach(visit);
		if (!isDict(node)) return;
		const { type, pattern, flags, value, typeParams } = node;
		if (type === 'RegExpLiteral') {
			literals.push({ file, literal: `/${pattern}/${flags}`, source: String(pattern), flags: String(flags) });
		} else if (type === 'Identifier' && value === 'RegExp') {
			const start = isDict(node.span) ? Number(node.span.start) : NaN;
			builders.push(`${file}:${before(start).split('\n').length}`);
		} else if (type === 'TsTypeReference') visit(typeParams);
		else Object.values(node).forEach(visit);
	};
	visit(body);
	return { literals, builders };
}

/** The file and line in the node that called what was called; undefined for others. */
function callerOf({ stack = '' }: Error): string | undefined {
	const [, , , caller = ''] = stack.split('\n');
	const [, file, line] = /([^\s()]+\.ts):(\d+):\d+\)?$/.exec(caller) ?? [];
	return file?.startsWith(nodes) ? `${path.relative(nodes, file)}:${line}` : undefined;
}

/** The patterns that the node builds meanwhile. */
async function builtDuring(work: () => Promise<void>): Promise<Built[]> {
	const found: Built[] = [];
	const Real = globalThis.RegExp;
	const build = (given: [pattern: string, flags?: string]) => {
		const built = new Real(...given);
		const place = callerOf(new Error('here'));
		if (place !== undefined) found.push({ place, source: built.source, flags: built.flags });
		return built;
	};
	globalThis.RegExp = new Proxy(Real, {
		construct: (_, given: [string]) => build(given),
		apply: (_, __, given: [string]) => build(given),
	});
	try {
		await work();
	} finally {
		globalThis.RegExp = Real;
	}
	return found;
}

/** Whether there are texts on which the time grows faster than the text. */
const isSlow = ({ source, flags }: Pattern): boolean =>
	analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.length > 0;

describe('patterns', () => {
	const found = files.map(patternsIn);
	const literals = found.flatMap((each) => each.literals);

	it('take no longer than their text is long', () => {
		expect(literals.length).toBeGreaterThan(200);
		const slow = literals.filter((pattern) => !ONLY_SHORT.includes(pattern.literal) && isSlow(pattern));
		expect(slow.map(({ file, literal }) => `${file}: ${literal}`)).toEqual([]);
	});

	it('that are built take no longer either, and all are looked at', async () => {
		const built = await builtDuring(async () => {
			jest.resetModules();
			for (const file of files) await import(path.join(nodes, file));
			for (const run of RUNS) await run();
		});
		expect(new Set(built.map(({ place }) => place))).toEqual(new Set(found.flatMap(({ builders }) => builders)));
		expect(built.filter(isSlow).map(({ place, source }) => `${place}: ${source}`)).toEqual([]);
	});

	it.each(ONLY_SHORT)('excused are still there: %s', (literal) => {
		expect(literals.map((pattern) => pattern.literal)).toContain(literal);
	});

	it.each(['\\s+$', '^\\s*(a)?\\s*$', '(a+)+b', 'a*\\d.*c'])('such as %s would be found', (source) => {
		expect(isSlow({ source, flags: '' })).toBe(true);
	});

	it.each(['^\\s+', '\\s+', '[a-z]+\\d'])('such as %s are told apart', (source) => {
		expect(isSlow({ source, flags: '' })).toBe(source === '[a-z]+\\d');
	});
});
