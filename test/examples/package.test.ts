import { findPackageFaults, type Packed } from '../../scripts/scan';

/** What `npm run scan` says about a tarball. */

const good: Packed = {
	size: 60_000,
	files: [
		'package.json',
		'README.md',
		'LICENSE',
		'CHANGELOG.md',
		'dist/credentials/A.credentials.js',
		'dist/icons/a.dark.svg',
		'dist/nodes/A/A.node.js',
		'dist/nodes/A/A.node.json',
		'dist/nodes/A/__schema__/v1.0.0/text/classify.json',
		'dist/nodes/shared/core/call.js',
	],
	manifest: { n8n: { nodes: ['dist/nodes/A/A.node.js'], credentials: ['dist/credentials/A.credentials.js'] } },
};

const without = (name: string): Packed => ({ ...good, files: good.files.filter((file) => file !== name) });

it('finds nothing wrong with what should ship', () => expect(findPackageFaults(good)).toEqual([]));

it.each([
	'dist/test/emulator/server.js',
	'dist/nodes/shared/core/call.test.js',
	'dist/nodes/shared/emulator.js',
	'dist/nodes/A/A.node.js.map',
	'dist/nodes/A/A.node.d.ts',
	'dist/icons/photo.png',
	'dist/package.json',
	'dist/tsconfig.tsbuildinfo',
	'nodes/A/A.node.ts',
	'examples/a.json',
	'.env',
])('does not let %s ship', (file) => {
	expect(findPackageFaults({ ...good, files: [...good.files, file] })).toEqual([`${file} does not belong in it`]);
});

it.each(['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/nodes/A/A.node.js', 'dist/nodes/A/A.node.json'])(
	'misses %s',
	(file) => expect(findPackageFaults(without(file))).toEqual([`${file} is missing in it`]),
);

it('refuses dependencies of every kind, a large package and one without a node', () => {
	const { manifest } = good;
	expect(findPackageFaults({ ...good, manifest: { ...manifest, dependencies: { lodash: '4' } } })).toEqual([
		'its package.json has the dependencies entry lodash',
	]);
	expect(findPackageFaults({ ...good, manifest: { ...manifest, bundledDependencies: ['lodash'] } })).toEqual([
		'its package.json has the bundledDependencies entry lodash',
	]);
	expect(findPackageFaults({ ...good, size: 300_000 })).toEqual(['it has 300000 bytes; 300000 are too many']);
	expect(findPackageFaults({ ...good, manifest: {} })).toEqual(['its package.json registers no node']);
});
