/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { extract } from 'tar';
import { cleanEnvironment } from './host/environment';
import { Failure, failureText } from './host/failure';
import { findNpm } from './host/node';
import { places } from './host/places';
import { essentialLines, runProgram } from './host/run';
import { dictOf, listOf, numberOf, parseJson, textOf, type Dict } from './json';

/**
 * n8n's verification scan without the network: its published form takes a package from the registry and that version's
 * source from GitHub; this one takes what lies here and the tarball that would be published. And a look at what ships.
 */

const MAX_PACKED = 300_000;
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
/** What may ship beside them: code, icons, codex files, output schemas. */
const ALLOWED = [
	/^dist\/(credentials|nodes)\/[\w./-]+\.js$/,
	/^dist\/icons\/[\w.-]+\.svg$/,
	/^dist\/nodes\/\w+\/\w+\.node\.json$/,
	/^dist\/nodes\/\w+\/__schema__\/[\w./-]+\.json$/,
];
const OF_TESTS = /(^|[./_-])(test|tests|emulator|fixtures|spec)([./_-]|$)/i;

export interface Packed {
	readonly size: number;
	readonly files: readonly string[];
	readonly manifest: Dict;
}

/** What is wrong with a packed tarball; nothing when it may be published. */
export function findPackageFaults({ size, files, manifest }: Packed): string[] {
	const faults: string[] = [];
	if (size >= MAX_PACKED) faults.push(`it has ${size} bytes; ${MAX_PACKED} are too many`);
	for (const name of files) {
		const isExpected = REQUIRED.includes(name) || ALLOWED.some((pattern) => pattern.test(name));
		if (!isExpected || OF_TESTS.test(name)) faults.push(`${name} does not belong in it`);
	}
	const { nodes, credentials } = dictOf(manifest.n8n);
	const registered = [...listOf(nodes), ...listOf(credentials)].map((name) => textOf(name) ?? '');
	const codexes = listOf(nodes).map((name) => (textOf(name) ?? '').replace(/\.js$/, '.json'));
	for (const name of [...REQUIRED, ...registered, ...codexes]) {
		if (!files.includes(name)) faults.push(`${name} is missing in it`);
	}
	if (listOf(nodes).length === 0) faults.push('its package.json registers no node');
	for (const field of ['dependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies']) {
		const names = Array.isArray(manifest[field]) ? manifest[field] : Object.keys(dictOf(manifest[field]));
		for (const name of names) faults.push(`its package.json has the ${field} entry ${String(name)}`);
	}
	return faults;
}

/** Packs as `npm publish` does and unpacks the result; resolves to what npm says about it. */
async function packInto(folder: string, unpacked: string): Promise<Packed> {
	const args = [findNpm(), 'pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
	const { code, output } = await runProgram(process.execPath, args, {
		cwd: places.project,
		env: cleanEnvironment(process.env, process.execPath),
		signal: new AbortController().signal,
	});
	const report = dictOf(Object.values(parseJson(output) ?? {})[0]);
	const fileName = textOf(report.filename);
	if (code !== 0 || fileName === undefined) {
		throw new Failure('npm could not pack the package.', 'Mend what npm reports.', essentialLines(output));
	}
	await mkdir(unpacked);
	await extract({ file: path.join(folder, fileName), cwd: unpacked, strip: 1 });
	const manifest = await readManifest(unpacked);
	const files = listOf(report.files).map((file) => textOf(dictOf(file).path) ?? '');
	return { size: numberOf(report.size) ?? Infinity, files, manifest };
}

async function readManifest(folder: string): Promise<Dict> {
	return dictOf(parseJson(await readFile(path.join(folder, 'package.json'), 'utf8')));
}

interface Verdict {
	readonly passed: boolean;
	/** What n8n's rules complain about, as they write it. */
	readonly complaint: string;
}

type Scan = (folder: string, patterns: readonly string[]) => Promise<Verdict>;

/** n8n's scanner has no types and is an ES module, which only a dynamic import reaches. */
async function loadScanner(): Promise<{ scan: Scan; sourcePatterns: string[] }> {
	const file = path.join(places.project, 'node_modules', '@n8n', 'scan-community-package', 'scanner', 'scanner.mjs');
	const scanner = dictOf({ ...(await import(pathToFileURL(file).href)) });
	const { analyzePackage, SOURCE_FILE_PATTERNS } = scanner;
	const sourcePatterns = listOf(SOURCE_FILE_PATTERNS).map(String);
	if (typeof analyzePackage !== 'function' || sourcePatterns.length === 0) {
		throw new Failure(
			"n8n's scanner is not what it was.",
			'Look what its new version exports, and adapt scripts/scan.ts.',
		);
	}
	const scan: Scan = async (folder, patterns) => {
		const { passed, message, details } = dictOf(await analyzePackage(folder, patterns));
		// Without any file to look at it calls a package good.
		const isGood = passed === true && message === undefined;
		return {
			passed: isGood,
			complaint: [textOf(message), textOf(details)].filter(Boolean).join('\n') || 'no reason given',
		};
	};
	return { scan, sourcePatterns };
}

function show(title: string, complaint: string): boolean {
	const isGood = complaint === '';
	console.log(`${isGood ? 'passed' : 'FAILED'}  ${title}${isGood ? '' : `\n${complaint.replace(/^/gm, '        ')}`}`);
	return isGood;
}

async function scanAll(folder: string): Promise<number> {
	const unpacked = path.join(folder, 'package');
	const packed = await packInto(folder, unpacked);
	const { scan, sourcePatterns } = await loadScanner();
	const source = await scan(places.project, sourcePatterns);
	const shipped = await scan(unpacked, ['**/*.js', 'package.json']);
	const kilobytes = Math.ceil(packed.size / 1000);
	const results = [
		show("n8n's scan of the source", source.passed ? '' : source.complaint),
		show("n8n's scan of the packed tarball", shipped.passed ? '' : shipped.complaint),
		show(
			`what ships: ${packed.files.length} files, ${kilobytes} KB packed (limit ${MAX_PACKED / 1000})`,
			findPackageFaults(packed).join('\n'),
		),
	];
	const failures = results.filter((isGood) => !isGood).length;
	console.log(`${results.length - failures} passed, ${failures} failed`);
	return failures === 0 ? 0 : 1;
}

async function main(): Promise<number> {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-scan-'));
	try {
		return await scanAll(folder);
	} catch (error) {
		console.error(failureText(error));
		return 1;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

if (require.main === module) {
	void main().then((code) => {
		process.exitCode = code;
	});
}
