/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operations, resources } from '../../nodes/shared/operations';

const root = path.join(__dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const scripts = Object.keys(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts);
const section = (title: string) => readme.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? '';
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** All that the node can say. */
const sources = readdirSync(path.join(root, 'nodes'), { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.map((name) => readFileSync(path.join(root, 'nodes', name), 'utf8'))
	.join('\n');
const titles = operations.flatMap(({ fields }) =>
	fields.flatMap(({ displayName, options = [] }) => [
		displayName,
		...options.flatMap((option) => ('displayName' in option ? [option.displayName] : [])),
	]),
);

describe('README', () => {
	it.each(matches(readme, /\]\(((?!https?:|#)[^)]+)\)/g))('links to %s, which exists', (file) => {
		expect(existsSync(path.join(root, file))).toBe(true);
	});

	it.each(matches(readme, /\]\(#([^)]+)\)/g))('has the section #%s', (anchor) => {
		const headings = matches(readme, /^## (.+)$/gm).map((title) => title.toLowerCase().replaceAll(' ', '-'));
		expect(headings).toContain(anchor);
	});

	it.each([...new Set(matches(readme, /(?:`|&& |^)npm (?!cannot)(?:run )?([a-z:]+)/gm))])(
		'names the command npm %s, which exists',
		(name) => {
			expect([...scripts, 'ci']).toContain(name);
		},
	);

	it.each(matches(section('Tasks'), /^\| (?!Task)[^|]+ \| ([A-Z]\w+ → [^|]+) \|/gm))(
		'lists %s, which the node has',
		(row) => {
			const [resource = '', names = ''] = row.split(' → ');
			for (const name of names.split(', ')) {
				const found = operations.find((each) => resources[each.resource] === resource && each.name === name.trim());
				expect(found).toBeDefined();
			}
		},
	);

	it('lists every operation', () => {
		const listed = section('Tasks');
		for (const { resource, name } of operations) {
			expect(listed).toMatch(new RegExp(`\\| ${resources[resource]} → [^|]*${name}`));
		}
	});

	it.each(matches(section('When something fails'), /^\| (`.+`) \|/gm).flatMap((cell) => matches(cell, /`([^`]+)`/g)))(
		'explains "%s", which the node says',
		(text) => {
			for (const piece of text.split('…').map((each) => each.replace(/^'|'$/g, '').trim())) {
				if (piece.length > 3) expect(sources.replaceAll("\\'", "'")).toContain(piece);
			}
		},
	);

	it.each(matches(section('Costs and limits'), /\*\*([^*]+)\*\* (?:\(_Options_|\(default)/g))(
		'tells of the option %s, which the form has',
		(title) => {
			expect(titles).toContain(title);
		},
	);
});
