/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { places } from '../scripts/host/places';
import { findCircle, readImports, roomOf, wrongArrows, type Rooms } from './support/imports';

const nodes = path.join(places.project, 'nodes');
const foldersIn = (...folder: string[]) =>
	readdirSync(path.join(nodes, ...folder), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => [...folder, name].join('/'));

const GROUND = ['shared/n8n/context.ts', 'shared/n8n/credential.ts', 'shared/n8n/secret.ts', 'shared/n8n/veil.ts'];

/** The rooms that each may know, besides itself. */
const SHARED: Rooms = {
	'shared/core': [],
	'shared/media': ['shared/core'],
	'shared/schema': ['shared/core'],
	'shared/catalog': ['shared/core'],
	'shared/engine': ['shared/core', 'shared/schema'],
	'shared/operations': ['shared/core', 'shared/media', 'shared/schema', 'shared/catalog'],
	// what the rest of n8n/ and http/ stand on
	'shared/n8n/context.ts': [],
	'shared/n8n/secret.ts': ['shared/core', 'shared/media'],
	'shared/n8n/credential.ts': ['shared/core', 'shared/n8n/context.ts', 'shared/n8n/secret.ts'],
	'shared/n8n/veil.ts': ['shared/core', 'shared/n8n/secret.ts'],
	'shared/n8n/http': ['shared/core', 'shared/media', 'shared/engine', ...GROUND],
	'shared/n8n': [
		'shared/core',
		'shared/media',
		'shared/schema',
		'shared/catalog',
		'shared/engine',
		'shared/operations',
		'shared/n8n/http',
		...GROUND,
	],
	'shared/n8n/ai': [
		'shared/core',
		'shared/media',
		'shared/catalog',
		'shared/engine',
		'shared/operations',
		'shared/n8n',
		'shared/n8n/http',
		...GROUND,
	],
};

/** Every folder beside shared/ is a node. */
const nodeRooms = foldersIn().filter((name) => name !== 'shared');
const KNOWN_BY_NODES = ['shared/core', 'shared/engine', 'shared/operations', 'shared/n8n', 'shared/n8n/ai'];
const rooms: Rooms = { ...SHARED, ...Object.fromEntries(nodeRooms.map((name) => [name, KNOWN_BY_NODES])) };

const imports = readImports(nodes);
const own = imports.filter(({ isPackage }) => !isPackage);

describe('the rooms of nodes/', () => {
	it('are all known', () => {
		const unknown = [...foldersIn('shared'), ...foldersIn('shared', 'n8n')].filter(
			(room) => room !== 'shared/n8n' && !Object.hasOwn(rooms, room),
		);
		expect(unknown).toEqual([]);
		expect(nodeRooms).toContain('DeepInfra');
	});

	it('know only those below them', () => {
		expect(wrongArrows(rooms, own)).toEqual([]);
		expect(own.length).toBeGreaterThan(150);
	});

	it('hold no files that import each other in a circle', () => {
		expect(findCircle(own)).toBeUndefined();
	});

	it('know n8n at run time only in n8n/ and in the nodes', () => {
		const outside = imports.filter(
			({ file, isPackage, isType }) =>
				isPackage && !isType && file.startsWith('shared/') && !file.startsWith('shared/n8n/'),
		);
		expect(outside).toEqual([]);
	});

	it('know nothing but n8n-workflow and crypto', () => {
		const packages = new Set(
			imports.filter(({ isPackage, isLater }) => isPackage && !isLater).map(({ target }) => target),
		);
		expect([...packages].sort()).toEqual(['crypto', 'n8n-workflow']);
	});

	it("load what only newer n8n has when it is needed, in the agents' room", () => {
		const later = imports.filter(({ isLater }) => isLater).map(({ file, target }) => `${file} -> ${target}`);
		expect(later).toEqual(['shared/n8n/ai/chatModel.ts -> @n8n/ai-node-sdk']);
	});
});

describe('the check, tried on made-up files', () => {
	const small: Rooms = { low: [], high: ['low'], 'high/deep': ['low'] };
	const arrow = (file: string, target: string) => ({ file, target });

	it.each([
		['upward', [arrow('low/a.ts', 'high/b.ts')], ['low/a.ts -> high/b.ts']],
		['downward', [arrow('high/a.ts', 'low/b.ts')], []],
		['within a room', [arrow('low/a.ts', 'low/b.ts')], []],
		['out of a room within a room', [arrow('high/deep/a.ts', 'high/b.ts')], ['high/deep/a.ts -> high/b.ts']],
		['into it', [arrow('high/a.ts', 'high/deep/b.ts')], ['high/a.ts -> high/deep/b.ts']],
	])('sees an arrow %s', (_, made, wrong) => {
		expect(wrongArrows(small, made)).toEqual(wrong);
	});

	it('refuses a room that it does not know', () => {
		expect(() => wrongArrows(small, [arrow('low/a.ts', 'attic/b.ts')])).toThrow('attic/b.ts is in no room');
		expect(roomOf(small, 'high/deep/c.ts')).toBe('high/deep');
		expect(() => roomOf(small, 'lowest/c.ts')).toThrow('in no room');
	});

	it.each([
		['of two', [arrow('a', 'b'), arrow('b', 'a')], ['a', 'b', 'a']],
		['of itself', [arrow('a', 'a')], ['a', 'a']],
		[
			'that is far from the start',
			[arrow('s', 'a'), arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a')],
			['a', 'b', 'c', 'a'],
		],
		[
			'where there is none, but two ways to one file',
			[arrow('a', 'b'), arrow('a', 'c'), arrow('b', 'd'), arrow('c', 'd')],
			undefined,
		],
	])('sees a circle %s', (_, made, circle) => {
		expect(findCircle(made)).toEqual(circle);
	});
});
