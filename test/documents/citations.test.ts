/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../scripts/host/places';

/** What comments cite must be in the repository, so that the next developer can follow it. */

const read = (file: string) => readFileSync(path.join(places.project, file), 'utf8');

const filesUnder = (folder: string): string[] =>
	readdirSync(path.join(places.project, folder), { recursive: true, encoding: 'utf8' })
		.map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
		.filter((name) => /\.(ts|js|mjs|ya?ml)$/.test(name));

const sources = ['nodes', 'credentials', 'test', 'scripts', '.github'].flatMap(filesUnder);
const documents = ['README.md', 'CONTRIBUTING.md', ...readdirSync(path.join(places.project, 'docs'))]
	.filter((name) => name.endsWith('.md'))
	.map((name) => (existsSync(path.join(places.project, name)) ? name : `docs/${name}`));

/** The names under which a page's headings can be linked, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
	[...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
		title
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);

/** Lines of comments: `// …`, the lines of a block, and `# …` of YAML. */
const commentsOf = (text: string): string[] =>
	text.split('\n').flatMap((line) => /(?:^|\s)(?:\/\/|\/\*\*?|# ).*$|^\s*\* .*$/.exec(line)?.[0].trim() ?? []);

/** The pages of facts: each is long, so what the node's code cites is a heading. */
const PAGES = ['docs/api.md', 'docs/n8n.md'];

/** Standards that everybody can find by their number. */
const PUBLIC_STANDARD = /\b(RFC|W3C|ECMA|ISO|WHATWG)\b/;

/** What is wrong with what a comment cites. `file` is where it stands. */
function findFaults(comment: string, file: string): string[] {
	const faults: string[] = [];
	for (const [cited = '', page = '', anchor] of comment.matchAll(/([\w./-]+\.md)(?:#([\w-]+))?/g)) {
		const found = [page, path.posix.join(path.posix.dirname(file), page)].find((place) =>
			existsSync(path.join(places.project, place)),
		);
		if (found === undefined || found.startsWith('..')) faults.push(`${cited}: no such document`);
		else if (anchor !== undefined && !anchorsOf(read(found)).includes(anchor)) faults.push(`${cited}: no such heading`);
		else if (anchor === undefined && PAGES.includes(found) && file.startsWith('nodes/'))
			faults.push(`${cited}: where?`);
	}
	if (/\bsections? \d|§/i.test(comment) && !PUBLIC_STANDARD.test(comment))
		faults.push('a section of an unnamed document');
	return faults;
}

it('comments cite what is here', () => {
	const faults = sources.flatMap((file) =>
		commentsOf(read(file)).flatMap((comment) => findFaults(comment, file).map((fault) => `${file}: ${fault}`)),
	);
	expect(faults).toEqual([]);
	expect(sources.length).toBeGreaterThan(200);
});

it('the pages of facts are cited', () => {
	const cited = sources.flatMap((file) => commentsOf(read(file))).join('\n');
	for (const page of PAGES) expect(cited).toContain(`${page}#`);
});

it.each(documents)('%s has headings that occur once, and links that lead somewhere', (file) => {
	const text = read(file);
	const anchors = anchorsOf(text);
	expect(new Set(anchors).size).toBe(anchors.length);
	for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
		const [page = '', anchor] = target.split('#');
		const place = page === '' ? file : path.posix.join(path.posix.dirname(file), page);
		expect([target, existsSync(path.join(places.project, place))]).toEqual([target, true]);
		if (anchor) expect([target, anchorsOf(read(place)).includes(anchor)]).toEqual([target, true]);
	}
});

it.each(PAGES)('%s gives each fact a source', (file) => {
	const rows = read(file)
		.split(/^## /m)
		.slice(1)
		.filter((section) => /\| Source \|\n/.test(section))
		.flatMap((section) => section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('|---')));
	expect(rows.length).toBeGreaterThan(50);
	for (const row of rows) expect(row).toMatch(/\| (Source|[DPCIST]\b.*|\?.*) \|$/);
});

describe('a citation that cannot be followed is seen', () => {
	it.each([
		['// the limit (docs/api.md#no-such-heading)', 'docs/api.md#no-such-heading: no such heading'],
		['/** The limit (docs/api.md, "Chat"). */', 'docs/api.md: where?'],
		['/** See docs/other.md. */', 'docs/other.md: no such document'],
		[' * as design.md says', 'design.md: no such document'],
		['// tested there (api notes, section 2.1)', 'a section of an unnamed document'],
		['// see § 4', 'a section of an unnamed document'],
	])('%s', (comment, fault) => {
		expect(commentsOf(`const a = 1; \n${comment}`).flatMap((each) => findFaults(each, 'nodes/a.ts'))).toEqual([fault]);
	});

	it('and one that can is not', () => {
		for (const comment of [
			'// docs/api.md#errors',
			'/** W3C "WebVTT", section 4.1. */',
			'// CONTRIBUTING.md says how',
		]) {
			expect(findFaults(comment, 'nodes/a.ts')).toEqual([]);
		}
		expect(commentsOf("const url = 'https://example.com/section 2';")).toEqual([]);
	});
});
