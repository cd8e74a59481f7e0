/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onceAtATime } from '../../scripts/dev/onceAtATime';
import { CompilerReader, startWatch, type Build, type Watch } from '../../scripts/dev/watch';
import { places } from '../../scripts/host/places';

/** `npm run dev`, with a list in the place of n8n. */

const wait = async (milliseconds: number) => await new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(holds: () => boolean): Promise<void> {
	for (let tries = 0; tries < 600 && !holds(); tries++) await wait(50);
	expect(holds()).toBe(true);
}

it('takes no build away before it has looked whether it may run', () => {
	const { scripts } = JSON.parse(readFileSync(path.join(places.project, 'package.json'), 'utf8'));
	expect(scripts.dev).toBe('tsx scripts/dev.ts');
});

describe("the compiler's words", () => {
	const readIn = (size: number, text: string): Build[] => {
		const builds: Build[] = [];
		const reader = new CompilerReader((build) => builds.push(build));
		for (let start = 0; start < text.length; start += size) reader.read(text.slice(start, start + size));
		return builds;
	};
	const text =
		'1:00:00 PM - Starting compilation in watch mode...\n\n' +
		'nodes/a.ts(1,7): error TS2322: wrong.\n\n1:00:01 PM - Found 1 error. Watching for file changes.\n\n' +
		'1:00:02 PM - File change detected. Starting incremental compilation...\n\n' +
		'1:00:03 PM - Found 0 errors. Watching for file changes.\n\n' +
		'1:00:04 PM - File change detected. Starting incremental compilation...\r\n' +
		'b.ts(1,1): error TS1: x.\nc.ts(1,1): error TS2: y.\n1:00:05 PM - Found 12 errors. Watching for file changes.\n';

	it.each([1, 7, 10_000])('are read in pieces of %i characters', (size) => {
		expect(readIn(size, text)).toEqual([
			{ passed: false, errors: 'nodes/a.ts(1,7): error TS2322: wrong.' },
			{ passed: true },
			{ passed: false, errors: 'b.ts(1,1): error TS1: x.\nc.ts(1,1): error TS2: y.' },
		]);
	});
});

describe('restarting', () => {
	it('is one for calls that come together, and one more for all that come meanwhile', async () => {
		let running = 0;
		let most = 0;
		let done = 0;
		let finish: () => void = () => {};
		const restart = onceAtATime(async () => {
			most = Math.max(most, ++running);
			await new Promise<void>((resolve) => (finish = resolve));
			running--;
			done++;
		}, 5);
		restart();
		restart();
		await until(() => running === 1);
		restart();
		await wait(30);
		restart();
		await wait(30);
		expect([running, done]).toEqual([1, 0]);
		finish();
		await until(() => done === 1 && running === 1);
		finish();
		await until(() => done === 2);
		await wait(30);
		expect([running, done, most]).toEqual([0, 2, 1]);
	});
});

it('a change reaches n8n when it compiles, and assets too; after the end nothing is watched', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'dev-test-'));
	const write = async (file: string, text: string) => {
		await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
		await writeFile(path.join(folder, file), text);
	};
	let watch: Watch | undefined;
	try {
		await symlink(path.join(places.project, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
		await mkdir(path.join(folder, 'scripts'));
		for (const file of ['gulpfile.js', 'scripts/outputSchemas.js'])
			await copyFile(path.join(places.project, file), path.join(folder, file));
		const compilerOptions = {
			outDir: 'dist',
			rootDir: '.',
			module: 'commonjs',
			target: 'es2022',
			strict: true,
			types: [],
		};
		await write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['nodes/**/*.ts'] }));
		await write('nodes/A/A.node.ts', 'export const a: number = 1;\n');
		await write('icons/a.svg', '<svg/>');
		const builds: Build[] = [];
		watch = startWatch(folder, (build) => builds.push(build));
		await until(() => builds.some(({ passed }) => passed) && existsSync(path.join(folder, 'dist', 'icons', 'a.svg')));
		expect(existsSync(path.join(folder, 'dist', 'nodes', 'A', 'A.node.js'))).toBe(true);

		await wait(500);
		builds.length = 0;
		await write('nodes/A/A.node.ts', "export const a: number = 'x';\n");
		await until(() => builds.some(({ passed }) => !passed));
		expect(builds.at(-1)).toEqual({
			passed: false,
			errors: expect.stringContaining('nodes/A/A.node.ts(1,14): error TS2322'),
		});

		builds.length = 0;
		await write('icons/b.svg', '<svg/>');
		await until(() => existsSync(path.join(folder, 'dist', 'icons', 'b.svg')));
		await wait(300);
		// What does not compile is not handed on, whatever else has changed.
		expect(builds.filter(({ passed }) => passed)).toEqual([]);

		await write('nodes/A/A.node.ts', 'export const a: number = 2;\n');
		await until(() => builds.some(({ passed }) => passed));

		builds.length = 0;
		await write('nodes/A/A.node.json', '{}');
		const copied = path.join(folder, 'dist', 'nodes', 'A', 'A.node.json');
		await until(() => existsSync(copied) && builds.length > 0);
		expect(builds.at(-1)).toEqual({ passed: true });

		await watch.stop();
		await watch.ended;
		builds.length = 0;
		await write('nodes/A/A.node.ts', 'export const a: number = 3;\n');
		await wait(1000);
		expect(builds).toEqual([]);
	} finally {
		await watch?.stop();
		await rm(folder, { recursive: true, force: true });
	}
});
