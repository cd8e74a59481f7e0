/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar';
import { dictOf, parseJson, textOf } from '../json';
import { cleanEnvironment } from './environment';
import { Failure } from './failure';
import { findNpm } from './node';
import { places } from './places';
import { essentialLines, runProgram } from './run';

/** Packs the built node exactly as it would be published; resolves to the tarball's path. */
async function packNode(folder: string, signal: AbortSignal): Promise<string> {
	const args = [findNpm(), 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
	const result = await runProgram(process.execPath, args, {
		cwd: places.project,
		env: cleanEnvironment(process.env, process.execPath),
		signal,
	});
	const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
	if (result.code === 0 && tarball !== undefined) return path.join(folder, tarball);
	throw new Failure(
		'npm could not pack the node. npm says:',
		'Run "npm run build" and mend what it reports, then run the command again.',
		essentialLines(result.output),
	);
}

const placeOf = (userFolder: string, name: string): string =>
	path.join(userFolder, '.n8n', 'nodes', 'node_modules', name);

/** Another package beside the node, as it lies in its folder. */
export async function installFolder(userFolder: string, folder: string): Promise<void> {
	const manifest = dictOf(parseJson(await readFile(path.join(folder, 'package.json'), 'utf8')));
	await cp(folder, placeOf(userFolder, textOf(manifest.name) ?? ''), { recursive: true });
}

/**
 * What n8n's own installer does with a community package: the tarball lies under nodes/node_modules, and its
 * package.json keeps neither development nor peer dependencies.
 */
export async function installNode(userFolder: string, signal: AbortSignal): Promise<string> {
	await mkdir(userFolder, { recursive: true });
	const work = await mkdtemp(path.join(userFolder, 'pack-'));
	try {
		const tarball = await packNode(work, signal);
		const unpacked = path.join(work, 'package');
		await mkdir(unpacked);
		await extract({ file: tarball, cwd: unpacked, strip: 1 });
		const manifestFile = path.join(unpacked, 'package.json');
		const manifest = dictOf(parseJson(await readFile(manifestFile, 'utf8')));
		const left = Object.entries(manifest).filter(
			([name]) => !['devDependencies', 'peerDependencies', 'optionalDependencies'].includes(name),
		);
		await writeFile(manifestFile, JSON.stringify(Object.fromEntries(left), null, 2));
		const name = textOf(manifest.name) ?? '';
		const place = placeOf(userFolder, name);
		await rm(place, { recursive: true, force: true });
		await mkdir(path.dirname(place), { recursive: true });
		await rename(unpacked, place);
		return `${name} ${textOf(manifest.version)}`;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}
