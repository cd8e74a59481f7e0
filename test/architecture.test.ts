/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const nodes = path.join(__dirname, '..', 'nodes');

/** The rooms that each may know, besides itself. */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
	core: [],
	media: ['core'],
	schema: ['core'],
	catalog: ['core'],
	engine: ['core', 'schema'],
	operations: ['core', 'media', 'schema', 'catalog'],
	n8n: ['core', 'media', 'schema', 'catalog', 'engine', 'operations'],
};

/** Whether a room is a node: a folder beside shared/. */
const isNode = (room: string): boolean => !Object.hasOwn(KNOWS, room);
const KNOWN_BY_NODES = ['n8n', 'operations'];

const roomOf = (file: string): string => {
	const [first = '', second = ''] = path.relative(nodes, file).split(path.sep);
	return first === 'shared' ? second : first;
};

interface Import {
	readonly file: string;
	readonly target: string;
	readonly isType: boolean;
}

const imports = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.flatMap((name): Import[] => {
		const file = path.join(nodes, name);
		const found = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (type )?[^;]*? from '([^']+)';/gm);
		return [...found].map(([, type, target = '']) => ({ file, target, isType: type !== undefined }));
	});

describe('the rooms of nodes/', () => {
	it('know only those below them', () => {
		const wrong = imports.filter(({ file, target }) => {
			if (!target.startsWith('.')) return false;
			const from = roomOf(file);
			const to = roomOf(path.resolve(path.dirname(file), target));
			return from !== to && !(KNOWS[from] ?? KNOWN_BY_NODES).includes(to);
		});
		expect(wrong).toEqual([]);
		expect(imports.length).toBeGreaterThan(150);
	});

	it('know n8n at run time only in n8n/ and in the nodes', () => {
		const outside = imports.filter(
			({ file, target, isType }) =>
				!target.startsWith('.') && !isType && roomOf(file) !== 'n8n' && !isNode(roomOf(file)),
		);
		expect(outside).toEqual([]);
	});

	it('know nothing but n8n-workflow and crypto', () => {
		const packages = new Set(imports.map(({ target }) => target).filter((target) => !target.startsWith('.')));
		expect([...packages].sort()).toEqual(['crypto', 'n8n-workflow']);
	});
});
